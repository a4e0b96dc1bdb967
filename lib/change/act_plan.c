/* SPDX-License-Identifier: MIT */
/*
 * Acts that planning decides: "plan.assign" of one task or of all that are queued,
 * "plan.rebalance" of what is not started, and "plan.cut" of a dependency.  The others
 * are in files of their own, and in the table below.
 *
 * The choice is made here, inside the transaction and from the tip, so that two who plan
 * at once never give one agent more than it can take.  What is done is done by the act
 * that a person would use, and judged as that.
 */

#include <string.h>

#include "change/planning.h"

/* One message names what one commit does, and has a bound: see MESSAGE_MAX. */
#define NAMED_MAX 50000u

/* The ids that a request asks to leave out: fields called Skip.  `field`: another that
 * the act has a use for; or NULL. */
static int read_skip(struct names *out, struct draft *d, const struct ops_request *r,
		     const char *field, struct ops_error *err)
{
	size_t i;

	for (i = 0; i < r->fields_nr; i++) {
		if (field && !strcmp(r->fields[i].name, field))
			continue;
		if (strcmp(r->fields[i].name, "Skip"))
			return error_set(err, OPS_EUSAGE, "'%s' has no use for the field '%s'",
					 r->action, r->fields[i].name);
		if (names_add(out, d->arena, r->fields[i].value))
			return error_nomem(err);
	}
	return 0;
}

bool planning_goes_on(struct planning_act *a, size_t nr)
{
	for (; a->counted < a->d->acts_nr; a->counted++)
		a->named += strlen(a->d->acts[a->counted].path) + 64;
	a->run->full = a->run->at < nr && a->d->body.len + a->named > NAMED_MAX;
	return a->run->at < nr && !a->run->full;
}

bool planning_skips(const struct planning_act *a, const struct task *t)
{
	return names_have(&a->skip, t->id) || (a->only && strcmp(a->only, t->id));
}

static int assign(struct planning_act *a, const struct plan_row *row,
		  struct ops_error *err)
{
	const char *sum = plan_sum(a->board->arena, a->board, &row->best);
	const struct worker *w = &a->board->workers[row->best.worker];
	struct ops_request q = { .action = "assign", .target = row->task->path,
				 .to = w->agent->id };

	if (!sum)
		return error_nomem(err);
	buf_printf(&a->d->body, "- %s to %s: %s\n", row->task->id, w->name, sum);
	return act_transition(a->d, &q, err);
}

/* Work that is not started changes hands as planned; the rest is for a handoff. */
static int rebalance(struct planning_act *a, struct ops_error *err)
{
	struct draft *d = a->d;
	struct planning_run *run = a->run;
	int ret = 0;

	if (!run->decided)
		ret = balance_make(&run->balance, a->board, &a->skip, err);
	for (; ret == 0 && planning_goes_on(a, run->balance.nr); run->at++) {
		const struct move *m = &run->balance.moves[run->at];
		const struct task *t = &a->board->tasks[m->task];
		const struct worker *w = &a->board->workers[m->to];
		struct ops_request q = { .action = "reassign", .target = t->path,
					 .to = w->agent->id };

		if (m->started)
			continue;
		buf_printf(&d->body, "- %s from %s to %s: capability %.3f\n", t->id,
			   a->board->workers[m->from].name, w->name, m->capability);
		ret = act_transition(d, &q, err);
	}
	return ret;
}

/* Whether a task was escalated already, by the names of its packets. */
static int is_escalated(bool *out, struct planning_act *a, const struct task *t,
			struct ops_error *err)
{
	struct ops_document *const *list;
	size_t i, nr;
	int ret = world_packets(&list, &nr, a->d->now, t->id, a->d->findings, err);

	*out = false;
	for (i = 0; ret == 0 && i < nr; i++)
		*out |= !strcmp(list[i]->type->name, "escalation");
	return ret;
}

/* A grave task that nobody is good enough for goes up, once. */
static int escalate(struct planning_act *a, const struct plan_row *row,
		    struct ops_error *err)
{
	struct draft *d = a->d;
	const struct ops_setting sections[] = {
		{ "Context", arena_printf(d->arena, "Task '%s' (%s) is queued.",
					  row->task->id, row->task->title) },
		{ "Issue", row->reason },
		{ "Attempts", arena_printf(d->arena, "- Chose among the %zu agents of the "
					   "roster: %s.", a->board->workers_nr,
					   row->reason) },
		{ "Partial Results", "None." },
		{ "Recommended Action", "Find or free an agent with what it asks for." },
		{ "Options", "- retry: when an agent is free\n- abort: cancel the task\n"
			     "- delegate: assign it by hand" },
	};
	const struct ops_setting fields[] = { { "Type", "Resource" },
					      { "Cause", "Resources" } };
	struct ops_request q = { .action = "escalation", .target = row->task->path,
				 .fields = fields, .fields_nr = 2, .sections = sections,
				 .sections_nr = sizeof(sections) / sizeof(*sections) };
	bool done;
	int ret;

	if (!config_type(d->config, "escalation"))
		return 0;
	if (!sections[0].value || !sections[2].value)
		return error_nomem(err);
	ret = is_escalated(&done, a, row->task, err);
	if (ret || done)
		return ret;
	buf_printf(&d->body, "- %s is escalated: %s\n", row->task->id, row->reason);
	return act_record(d, &q, err);
}

static int distribute(struct planning_act *a, struct ops_error *err)
{
	struct plan_wish wish = { a->only, false, &a->skip };
	struct planning_run *run = a->run;
	int ret = 0;

	if (!run->decided)
		ret = plan_make(&run->plan, a->board, run->track, &wish, a->d->findings, err);
	for (; ret == 0 && planning_goes_on(a, run->plan.nr); run->at++) {
		const struct plan_row *row = &run->plan.rows[run->at];

		/* Who asks for one by its name is told by the judge why it has to wait. */
		if (row->verdict == PLAN_ASSIGN ||
		    (a->only && row->verdict == PLAN_WAIT && row->has_best))
			ret = assign(a, row, err);
		else if (row->verdict == PLAN_ESCALATE)
			ret = escalate(a, row, err);
	}
	return ret;
}

/* The items of Depends-On without those that mean `cut`, as ops edit takes them. */
static int without(const char **out, bool *found, struct draft *d,
		   const struct ops_document *doc, const char *cut, struct ops_error *err)
{
	const char *const *list;
	const char *rest = "", *path = NULL, *other;
	size_t i, nr;

	*found = false;
	if (world_find_path(&path, d->now, cut, "task", NULL))
		path = NULL;	/* it may be one that is not there */
	if (document_list(&list, &nr, doc, "Depends-On"))
		return error_nomem(err);
	for (i = 0; i < nr; i++) {
		if (!strcmp(list[i], cut) ||
		    (path && world_exact_path(&other, d->now, list[i], "task", NULL) == 0 &&
		     !strcmp(other, path))) {
			*found = true;
			continue;
		}
		rest = arena_printf(d->arena, "%s%s%s", rest, *rest ? ", " : "", list[i]);
		if (!rest)
			return error_nomem(err);
	}
	*out = rest;
	return 0;
}

/* A chosen edge is cut by an act with a reason, and by nothing else (catalogue F1). */
static int cut(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct ops_setting field = { "Depends-On", NULL };
	struct ops_request q = { .action = "edit", .fields = &field, .fields_nr = 1 };
	struct ops_document *doc;
	bool found;
	int ret;

	if (!r->to)
		return error_set(err, OPS_EUSAGE, "name the dependency to cut");
	if (!draft_says(r->reason))
		return error_set(err, OPS_EUSAGE, "cutting a dependency needs a reason "
				 "(--reason)");
	ret = draft_find(&doc, d, r->target, "task", err);
	if (ret == 0)
		ret = without(&field.value, &found, d, doc, r->to, err);
	if (ret)
		return ret;
	if (!found)
		return error_set(err, OPS_ENOTFOUND, "'%s' does not depend on '%s'", doc->id,
				 r->to);
	q.target = doc->path;
	buf_printf(&d->body, "No longer depends on %s.\n", r->to);
	draft_say_why(d, r);
	return act_edit(d, &q, err);
}

static const struct verb {
	const char *name;
	planning_fn *act;
	bool tracked;		/* it needs to know how tasks went */
	const char *field;	/* that it has a use for; or NULL */
} verbs[] = {
	{ "plan.assign", distribute, true, NULL },
	{ "plan.rebalance", rebalance, false, NULL },
	{ "plan.unblock", planning_unblock, false, NULL },
	{ "plan.raise", planning_raise, false, NULL },
	{ "plan.investigate", planning_investigate, false, NULL },
	{ "plan.reclaim", planning_reclaim, false, NULL },
	{ "plan.breakdown", planning_breakdown, true, "Component" },
};

static const struct verb *verb_named(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return &verbs[i];
	return NULL;
}

int act_plan(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct planning_run alone = { .board = NULL };
	struct planning_run *run = d->run ? d->run : &alone;
	struct planning_act a = { .d = d, .request = r, .run = run, .counted = d->acts_nr };
	const struct verb *p = verb_named(r->action);
	struct ops_findings *aside;
	struct ops_document *doc;
	int ret;

	if (!strcmp(r->action, "plan.cut"))
		return cut(d, r, err);
	if (!p)
		return error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
	ret = read_skip(&a.skip, d, r, p->field, err);
	if (ret == 0 && r->target)
		ret = draft_find(&doc, d, r->target, "task", err);
	if (ret)
		return ret;
	a.only = r->target ? doc->id : NULL;
	/* Old mistakes elsewhere are no reason to refuse: ops plan and check show them. */
	aside = ops_findings_new();
	ret = aside ? 0 : error_nomem(err);
	if (ret == 0 && !run->board)
		ret = board_read(&alone.board, d->now, d->repo->now, aside, err);
	if (ret == 0 && p->tracked && !run->track)
		ret = track_read(&run->track, run->board, aside, err);
	a.board = run->board;
	if (ret == 0)
		ret = p->act(&a, err);
	run->decided = true;
	board_free(alone.board);
	ops_findings_free(aside);
	return ret;
}
