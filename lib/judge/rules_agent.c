/* SPDX-License-Identifier: MIT */
/*
 * The limits of single agents, which the roster has (catalogue C5): paths that are not
 * theirs, acts that are not, and what somebody named has to have reviewed before.
 *
 * Powers say what somebody may; these say what an agent may not, whatever powers it has.
 * Of an agent without limits nothing is asked, and of a roster without them nothing noted.
 */

#include <string.h>
#include <strings.h>

#include "judge/rules.h"
#include "util/path.h"

#define NAMES_SHOWN 5
#define NOTHING_DIGEST "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"

/* What is said about one file. */
static void wrong_path(struct judging *j, const char *path, size_t *shown, const char *why)
{
	if (++*shown <= NAMES_SHOWN)
		findings_add(j->findings, "agent.path", OPS_ERROR, path, 0, 0,
			     "leave it to somebody whose work it is",
			     "'%s' may not change it: %s", j->c->actor->id, why);
}

static void rules_paths(struct judging *j, const struct agent_limits *limits)
{
	size_t i, shown = 0;

	for (i = 0; i < j->touched.nr; i++) {
		const char *path = j->touched.list[i];
		bool ours = config_type_of_path(j->config, path) || !strcmp(path, CONFIG_PATH);

		if (standing_paths_have(&limits->forbidden, path))
			wrong_path(j, path, &shown, "its entry forbids that");
		else if (limits->allowed.nr && !ours &&
			 !standing_paths_have(&limits->allowed, path))
			wrong_path(j, path, &shown, "it is not among its Allowed-Paths");
	}
	if (shown > NAMES_SHOWN)
		findings_add(j->findings, "agent.path", OPS_ERROR, NULL, 0, 0, NULL,
			     "%zu more files are not for '%s'", shown - NAMES_SHOWN,
			     j->c->actor->id);
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
	decision = document_text(change->after, "Decision");
	for (i = 0; decision && i < sizeof(gates) / sizeof(*gates); i++)
		if (!strcmp(gates[i].decision, decision))
			return arena_printf(j->arena, "gate.%s", gates[i].verb);
	return arena_printf(j->arena, "packet.%s", change->type->name);
}

static void wrong_action(struct judging *j, const char *path, const char *action)
{
	findings_add(j->findings, "agent.action", OPS_ERROR, path, 0, 0,
		     "have it done by somebody whose entry does not forbid it",
		     "'%s' may not do that: its entry forbids '%s'", j->c->actor->id, action);
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

static int rules_actions(struct judging *j)
{
	const char *claimed = message_trailer(&j->c->parsed, "Ops-Action");
	bool said = false;
	size_t i;

	for (i = 0; i < j->changes_nr; i++) {
		const char *action = action_of(j, &j->changes[i]);

		if (!action)
			return OPS_ENOMEM;
		if (!agent_forbids(j->c->actor, action))
			continue;
		wrong_action(j, j->changes[i].path, action);
		said |= claimed && !strcmp(action, claimed);
	}
	if (claimed && !said && agent_forbids(j->c->actor, claimed))
		wrong_action(j, NULL, claimed);
	if (agent_forbids(j->c->actor, "skip-checks") && skips_checks(j->c))
		wrong_action(j, NULL, "skip-checks");
	return 0;
}

/* Whether a review of exactly this is on record, by one of those who are asked. */
static int has_review(bool *out, struct judging *j, const struct agent_limits *limits,
		      const char *path, struct ops_document *const *packets, size_t nr)
{
	const char *digest, *from;
	const struct agent *by;
	size_t i;
	int ret = world_file_digest(&digest, j->c->after, path, NULL);

	*out = false;
	if (ret)
		return ret;
	if (!*digest)	/* taken away: as if it were empty */
		digest = NOTHING_DIGEST;
	for (i = 0; !*out && i < nr; i++) {
		if (!packets[i]->doc || strcmp(packets[i]->type->name, "path-review"))
			continue;
		from = document_text(packets[i], "From");
		by = from ? roster_agent(j->roster, from) : NULL;
		*out = by && by->active && by->principal != j->c->actor->principal &&
		       (!limits->review_by.nr || names_have(&limits->review_by, by->id)) &&
		       rules_review_covers(packets[i], path, digest);
	}
	return 0;
}

static int rules_reviewed(struct judging *j, const struct agent_limits *limits)
{
	const char *task = message_trailer(&j->c->parsed, "Ops-Task");
	struct ops_document *const *packets = NULL;
	struct ops_error ignored = { 0 };
	size_t i, nr = 0;
	bool reviewed;
	int ret = 0;

	if (task && limits->review.nr)
		ret = world_packets(&packets, &nr, j->c->before, task, j->findings, &ignored);
	for (i = 0; ret == 0 && i < j->touched.nr; i++) {
		const char *path = j->touched.list[i];

		if (!standing_paths_have(&limits->review, path))
			continue;
		ret = has_review(&reviewed, j, limits, path, packets, nr);
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
	const struct agent_limits *limits = j->c->actor ? j->c->actor->limits : NULL;
	int ret;

	if (!limits || j->genesis)
		return 0;
	rules_paths(j, limits);
	ret = rules_actions(j);
	return ret ? ret : rules_reviewed(j, limits);
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
