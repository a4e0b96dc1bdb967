/* SPDX-License-Identifier: MIT */
/*
 * The limits of single agents, which the roster has (catalogue C5): paths that are not
 * theirs, acts that are not, and what somebody named has to have reviewed before.
 *
 * Powers say what somebody may; these say what an agent may not, whatever powers it has, and
 * under whatever name: those of all entries of its person hold.  Of an agent without limits
 * nothing is asked, and of a roster without them nothing noted.
 */

#include <string.h>
#include <strings.h>

#include "judge/rules.h"
#include "util/path.h"

/* "its entry", or that of another name. */
static const char *entry_of(struct judging *j, const struct agent *a)
{
	return a == j->c->actor ? "its entry" :
	       arena_printf(j->arena, "its entry '%s'", a->id);
}

/* What is said about one file. */
static void wrong_path(struct judging *j, const char *path, size_t *shown, const char *why)
{
	if (++*shown <= NAMES_SHOWN)
		findings_add(j->findings, "agent.path", OPS_ERROR, path, 0, 0,
			     "leave it to somebody whose work it is",
			     "'%s' may not change it: %s", j->c->actor->id, why);
}

static int rules_paths(struct judging *j, const struct agent *a)
{
	const struct agent_limits *limits = a->limits;
	size_t i, shown = 0;
	bool guarded;

	for (i = 0; i < j->touched.nr; i++) {
		const char *path = j->touched.list[i];
		bool ours = config_type_of_path(j->config, path) || !strcmp(path, CONFIG_PATH);

		if (rules_guarded(&guarded, j, &limits->forbidden, path))
			return OPS_ENOMEM;
		if (guarded)
			wrong_path(j, path, &shown,
				   arena_printf(j->arena, "%s forbids that", entry_of(j, a)));
		else if (limits->allowed.nr && !ours &&
			 !standing_paths_have(&limits->allowed, path))
			wrong_path(j, path, &shown,
				   a == j->c->actor ? "it is not among its Allowed-Paths" :
				   arena_printf(j->arena, "it is not among the Allowed-Paths "
						"of %s", entry_of(j, a)));
	}
	if (shown > NAMES_SHOWN)
		findings_add(j->findings, "agent.path", OPS_ERROR, NULL, 0, 0, NULL,
			     "%zu more files are not for '%s'", shown - NAMES_SHOWN,
			     j->c->actor->id);
	return 0;
}

/* What a change of a document is called. */
static const char *action_of(struct judging *j, const struct change *change)
{
	static const struct {
		const char *decision, *verb;
	} gates[] = {
		{ "Approve", "approve" }, { "Reject", "reject" }, { "Block", "block" },
		{ "Lift", "lift" },
	};
	const char *decision;
	size_t i;

	if (change->transition)
		return change->transition->action;
	if (change->kind != CHANGE_CREATED || !change->after)
		return "edit";
	if (!type_is(change->type, "packet"))
		return arena_printf(j->arena, "new.%s", change->type->name);
	decision = strcmp(change->type->name, "decision") ? NULL :
		   document_text(change->after, "Decision");
	for (i = 0; decision && i < sizeof(gates) / sizeof(*gates); i++)
		if (!strcmp(gates[i].decision, decision))
			return arena_printf(j->arena, "gate.%s", gates[i].verb);
	return arena_printf(j->arena, "packet.%s", change->type->name);
}

static bool rules_action(struct judging *j, const struct agent *a, const char *path,
			 const char *action)
{
	if (!agent_forbids(a, action))
		return false;
	findings_add(j->findings, "agent.action", OPS_ERROR, path, 0, 0,
		     "have it done by somebody whose entry does not forbid it",
		     "'%s' may not do that: %s forbids '%s'", j->c->actor->id, entry_of(j, a),
		     action);
	return true;
}

/* A message that tells a service to check nothing. */
static bool skips_checks(const struct judge_case *c)
{
	static const char *const marks[] = { "[skip ci]", "[ci skip]", "[no ci]",
					     "[skip actions]", "[actions skip]",
					     "***no_ci***", "skip-checks:true",
					     "skip-checks: true" };
	size_t i, k, len;

	for (k = 0; c->message && k < sizeof(marks) / sizeof(*marks); k++)
		for (i = 0, len = strlen(marks[k]); i + len <= c->message_len; i++)
			if (!strncasecmp(c->message + i, marks[k], len))
				return true;
	return false;
}

static int rules_actions(struct judging *j, const struct agent *a)
{
	const char *claimed = message_trailer(&j->c->parsed, "Ops-Action");
	bool said = false;
	size_t i;

	for (i = 0; i < j->changes_nr; i++) {
		const struct change *change = &j->changes[i];
		const char *action = action_of(j, change);

		if (!action)
			return OPS_ENOMEM;
		if (rules_action(j, a, change->path, action))
			said |= claimed && !strcmp(action, claimed);
		/* What is written besides an act is an edit of its own. */
		if (change->transition && change->edited)
			rules_action(j, a, change->path, "edit");
	}
	if (j->c->configures)
		rules_action(j, a, CONFIG_PATH, "configure");
	if (claimed && !said)
		rules_action(j, a, NULL, claimed);
	if (skips_checks(j->c))
		rules_action(j, a, NULL, "skip-checks");
	return 0;
}

/* Whether a review counts that somebody made: of those who are asked, if there are any. */
static bool is_asked(const struct judging *j, const struct agent *by, const void *payload)
{
	const struct names *asked = payload;
	size_t i;

	for (i = 0; i < asked->nr; i++)
		if (roster_agent_named(j->roster, asked->list[i]) == by)
			return true;
	return !asked->nr;
}

static int rules_vetted(struct judging *j, const struct agent *a)
{
	const char *task = message_trailer(&j->c->parsed, "Ops-Task");
	const struct agent_limits *limits = a->limits;
	struct ops_document *const *packets = NULL;
	size_t i, nr = 0;
	bool reviewed, guarded;
	int ret;

	if (!j->c->message)
		return 0;	/* it may still name its task */
	ret = limits->review.nr ? rules_reviews(&packets, &nr, j) : 0;

	for (i = 0; ret == 0 && i < j->touched.nr; i++) {
		const char *path = j->touched.list[i];

		ret = rules_guarded(&guarded, j, &limits->review, path);
		if (ret || !guarded)
			continue;
		ret = rules_reviewed(&reviewed, j, path, packets, nr, is_asked,
				     &limits->review_by);
		if (ret == 0 && !reviewed)
			findings_add(j->findings, "agent.review", OPS_ERROR, path, 0, 0,
				     task ? arena_printf(j->arena, "have it reviewed: ops vet %s",
							 task) :
				     "name the task that it was reviewed for: Ops-Task",
				     "'%s' may change it only after a review by %s of it as it "
				     "is here", j->c->actor->id, limits->review_by.nr ?
				     names_text(&limits->review_by, j->arena, " or ") :
				     "somebody else");
	}
	return ret;
}

int rules_agent(struct judging *j)
{
	const struct agent *a;
	size_t i;
	int ret = 0;

	if (!j->c->actor || j->genesis || !roster_has_limits(j->roster))
		return 0;
	for (i = 0; ret == 0 && i < roster_count(j->roster); i++) {
		a = roster_at(j->roster, i);
		if (!a->limits || a->principal != j->c->actor->principal)
			continue;
		ret = rules_paths(j, a);
		if (ret == 0)
			ret = rules_actions(j, a);
		if (ret == 0)
			ret = rules_vetted(j, a);
	}
	return ret;
}

bool rules_has_order(const struct judging *j, const char *subject)
{
	const struct agent_limits *limits = j->c->actor ? j->c->actor->limits : NULL;
	size_t i, k, type = subject ? strspn(subject, "abcdefghijklmnopqrstuvwxyz") : 0;

	for (i = 0; limits && type && i < limits->orders.nr; i++) {
		const char *order = limits->orders.list[i];
		size_t len = strcspn(order, " ");

		if (len != type || strncmp(order, subject, len) ||
		    !subject[len] || !strchr("(!:", subject[len]))
			continue;
		order += len + strspn(order + len, " ");
		for (k = 0; *order && k < j->touched.nr; k++)
			if (!path_match(order, j->touched.list[k]))
				break;
		if (!*order || k == j->touched.nr)
			return true;
	}
	return false;
}
