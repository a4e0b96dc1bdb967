/* SPDX-License-Identifier: MIT */
/*
 * The named checks of transitions: what data cannot say.  Each is listed in
 * the table at the end; a configuration may ask for them in any transition.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/dispatch.h"
#include "model/scope.h"
#include "util/buf.h"

/* What brings a prompt into force from where it is; from nowhere, another prompt. */
static const char *approve_with(struct judging *j, const struct ops_document *prompt,
				const struct ops_document *task)
{
	const struct type *t = prompt->type;
	size_t i;

	for (i = 0; prompt->status && i < t->transitions_nr; i++)
		if (names_have(&t->transitions[i].from, prompt->status) &&
		    !strcmp(t->transitions[i].to, "Approved"))
			return transition_command(j->arena, &t->transitions[i], prompt->id);
	return arena_printf(j->arena, "ops edit %s --field Prompt=…", task->id);
}

/* Whether the authority knows another version of a document than what lay there before. */
static int is_newer(bool *out, struct judging *j, const char *path)
{
	struct snap *known = world_snap(j->c->authority), *was = world_snap(j->c->before);
	struct snap_entry a, b;
	bool same = true;
	int ret = snap_find(&a, known, path, NULL);

	*out = false;
	if (ret == 0)
		ret = snap_find(&b, was, path, NULL);
	if (ret == 0)
		ret = snap_same_file(&same, path, known, &a, was, &b, NULL);
	*out = ret == 0 && !same;
	return ret == OPS_ENOTFOUND ? 0 : ret;
}

/* What a merge brings is asked about the prompt as it is where it comes to: nobody begins work
 * under one that was withdrawn.  When that was reviewed is no question of then. */
static int check_prompt_there(struct judging *j, struct change *change,
			      const struct ops_document *prompt)
{
	struct ops_error found = { 0 };
	struct ops_document *there;
	bool newer;
	int ret = j->c->authority ? is_newer(&newer, j, prompt->path) : 0;

	if (ret || !j->c->authority || !newer)
		return ret;
	ret = world_document(&there, j->c->authority, prompt->path, j->findings, &found);
	if (ret == 0 && (!there->status || strcmp(there->status, "Approved")))
		rule_error(j, "prompt.unapproved", change->after, "Prompt",
			   approve_with(j, there, change->after),
			   "prompt '%s' is not approved any more (status %s)", there->id,
			   there->status ? there->status : "none");
	return ret == OPS_ENOMEM || ret == OPS_EIO ? ret : 0;
}

/* The prompt a task is executed from: approved, and inside its review period. */
static int check_prompt(struct judging *j, struct change *change)
{
	const char *name = document_text(change->after, "Prompt");
	struct ops_error found = { 0 };
	struct ops_document *prompt;
	const char *from, *to;
	struct date date;
	int ret;

	if (!name) {
		rule_error(j, "prompt.missing", change->after, NULL,
			   arena_printf(j->arena, "ops edit %s --field Prompt=…",
					change->after->id),
			   "the task names no prompt to execute");
		return 0;
	}
	ret = world_find(&prompt, j->c->after, name, "prompt", j->findings, &found);
	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return ret;
	if (ret) {
		rule_error(j, "prompt.missing", change->after, "Prompt", NULL, "%s",
			   found.message);
		return 0;
	}
	if (!prompt->status || strcmp(prompt->status, "Approved"))
		rule_error(j, "prompt.unapproved", change->after, "Prompt",
			   approve_with(j, prompt, change->after),
			   "prompt '%s' is not approved (status %s)", prompt->id,
			   prompt->status ? prompt->status : "none");
	from = document_text(prompt, "Last-Reviewed");
	to = document_text(prompt, "Next-Review");
	if (!from || !date_parse(&date, from) || date_compare(date, j->today) > 0)
		rule_error(j, "prompt.expired", change->after, "Prompt",
			   arena_printf(j->arena, "ops review %s", prompt->id),
			   "prompt '%s' has not been reviewed yet (Last-Reviewed %s)",
			   prompt->id, from ? from : "missing");
	if (!to || !date_parse(&date, to) ||
	    date_compare(date, date_from_epoch(rules_no_earlier(j))) < 0)
		rule_error(j, "prompt.expired", change->after, "Prompt",
			   arena_printf(j->arena, "ops review %s", prompt->id),
			   "prompt '%s' is past its review (Next-Review %s)",
			   prompt->id, to ? to : "missing");
	return check_prompt_there(j, change, prompt);
}

static int check_assignee(struct judging *j, struct change *change)
{
	const char *name = document_text(change->after, "Assigned-To");
	const struct agent *a = name ? roster_agent_named(j->roster, name) : NULL;
	const char *why = NULL;

	if (!name)
		return 0;	/* field.missing says so */
	if (!a)
		why = "is not in the roster";
	else if (!a->active)
		why = "is not active";
	else if (!agent_holds(a, "work"))
		why = "does not hold the power 'work'";
	if (why)
		rule_error(j, "task.assignee", change->after, "Assigned-To",
			   "ops list --type agent", "'%s' %s", name, why);
	return 0;
}

/* Whether a section of a packet says exactly this. */
static bool section_says(struct ops_document *d, const char *name, const char *text)
{
	const struct sections *sections = doc_sections(d->doc);
	const struct section *one = sections ? section_find(sections, name) : NULL;
	struct buf b = BUF_INIT;
	bool says;

	if (one)
		section_text(&b, sections, one);
	says = one && !buf_failed(&b) && !strcmp(b.data, text);
	buf_release(&b);
	return says;
}

/* The order is a good one, and what is recorded as sent is what the task says. */
static int check_dispatch(struct judging *j, struct change *change)
{
	struct dispatch order;
	size_t i, k;

	if (dispatch_render(&order, j->config, change->after))
		return OPS_ENOMEM;
	for (i = 0; i < j->changes_nr; i++) {
		struct ops_document *d = j->changes[i].after;
		const char *about = d ? document_text(d, "About") : NULL;

		if (!d || strcmp(d->type->name, "dispatch") || !about ||
		    strcmp(about, change->after->id) || j->c->carried)
			continue;
		for (k = 0; k < DISPATCH_PARTS; k++)
			if (!section_says(d, order.part[k].name, order.part[k].text))
				rule_error(j, "packet.differs", d, NULL,
					   "let ops assign write it",
					   "%s of the dispatch is not what the task says",
					   order.part[k].name);
	}
	return dispatch_check(j->config, change->after, j->findings, NULL);
}

static int check_timeline(struct judging *j, struct change *change)
{
	const char *due = document_text(change->after, "Due");
	struct date date;

	if (due && date_parse(&date, due) && date_compare(date, j->today) < 0)
		rule_error(j, "task.timeline", change->after, "Due",
			   arena_printf(j->arena, "ops edit %s --field Due=…",
					change->after->id),
			   "it is due on %s, which is past", due);
	return 0;
}

/* A critical path that a task of somebody else holds is not given away twice. */
struct critical_case {
	struct judging *j;
	const struct ops_document *d;
	const char *pattern;
	bool (*counts)(const struct ops_document *other, void *payload);
	void *payload;
};

static int say_held(const struct scope_meeting *meeting, void *payload)
{
	struct critical_case *x = payload;
	const char *remedy;

	if (x->counts && !x->counts(meeting->task, x->payload))
		return 0;
	remedy = arena_printf(x->j->arena, "wait for %s, or take the path out of one of the "
			      "two: ops scope show %s", meeting->task->id, x->d->id);
	if (*meeting->example)
		rule_error(x->j, "scope.critical", x->d, NULL, remedy,
			   "'%s' is critical (%s), and '%s' of %s holds it", meeting->example,
			   x->pattern, meeting->task->id, meeting->owner);
	else
		rule_error(x->j, "scope.critical", x->d, NULL, remedy,
			   "the patterns are too hard to keep apart, so '%s' of %s counts as "
			   "holding what is critical (%s)", meeting->task->id, meeting->owner,
			   x->pattern);
	return 0;
}

int rules_critical(struct judging *j, struct ops_document *task,
		   bool (*counts)(const struct ops_document *other, void *payload), void *payload)
{
	const char *owner = document_text(task, "Assigned-To");
	struct critical_case x = { j, task, NULL, counts, payload };
	struct scope scope;
	size_t i;
	int ret = 0;

	if (!j->config->critical.nr)
		return 0;
	if (scope_read(&scope, j->arena, j->config, task))
		return OPS_ENOMEM;
	for (i = 0; ret == 0 && i < j->config->critical.nr; i++) {
		x.pattern = j->config->critical.list[i];
		ret = scope_meetings(j->c->after, &scope, x.pattern, task->id, owner, say_held,
				     &x, j->findings, NULL);
	}
	return ret;
}

static int check_scope(struct judging *j, struct change *change)
{
	return rules_critical(j, change->after, NULL, NULL);
}

static int check_handoff(struct judging *j, struct change *change)
{
	return rules_handed_over(j, change);
}

static int check_emergency(struct judging *j, struct change *change)
{
	rules_emergency_ends(j, change);
	return 0;
}

static int check_lease(struct judging *j, struct change *change)
{
	return rules_lease_ends(j, change);
}

int rules_check(struct judging *j, struct change *change, const char *check)
{
	static const struct {
		const char *name;
		int (*check)(struct judging *j, struct change *change);
	} checks[] = {
		{ "prompt", check_prompt },
		{ "assignee", check_assignee },
		{ "dispatch", check_dispatch },
		{ "timeline", check_timeline },
		{ "dependencies", rules_dependencies },
		{ "scope", check_scope },
		{ "handoff", check_handoff },
		{ "emergency", check_emergency },
		{ "orphaned", rules_orphaned },
		{ "parts", rules_parts },
		{ "lease", check_lease },
		{ "arbitration", rules_prioritised },
	};
	size_t i;

	for (i = 0; i < sizeof(checks) / sizeof(*checks); i++)
		if (!strcmp(checks[i].name, check))
			return checks[i].check(j, change);
	return 0;	/* config.invalid refused the name */
}
