/* SPDX-License-Identifier: MIT */
/*
 * Acts that planning decides: "plan.assign" of one task or of all that are queued,
 * "plan.rebalance" of what is not started, and "plan.cut" of a dependency.
 *
 * The choice is made here, inside the transaction and from the tip, so that two who plan
 * at once never give one agent more than it can take.  What is done is done by the act
 * that a person would use, and judged as that.
 */

#include <string.h>

#include "change/change.h"
#include "model/balance.h"
#include "model/plan.h"
#include "util/path.h"

/* One message names what one commit does, and has a bound: see MESSAGE_MAX. */
#define NAMED_MAX 50000u
#define ACTS_MANY 50	/* fewer do not reach it */

struct planning_act {
	struct draft *d;
	struct board *board;
	struct track *track;
	struct names skip;
	size_t counted;		/* acts that were there before */
};

/* The ids that a request asks to leave out: fields called Skip. */
static int read_skip(struct names *out, struct draft *d, const struct ops_request *r,
		     struct ops_error *err)
{
	size_t i;

	for (i = 0; i < r->fields_nr; i++) {
		if (strcmp(r->fields[i].name, "Skip"))
			return error_set(err, OPS_EUSAGE, "'%s' has no use for the field '%s'",
					 r->action, r->fields[i].name);
		if (names_add(out, d->arena, r->fields[i].value))
			return error_nomem(err);
	}
	return 0;
}

/* Whether a message that names one act more might be too long. */
static bool is_full(const struct planning_act *a)
{
	size_t i, named = a->d->body.len;

	for (i = a->counted; i < a->d->acts_nr; i++)
		named += strlen(a->d->acts[i].path) + 64;
	return named > NAMED_MAX;
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
	struct balance balance;
	size_t i;
	int ret = balance_make(&balance, a->board, &a->skip) ? error_nomem(err) : 0;

	for (i = 0; ret == 0 && i < balance.nr && !is_full(a); i++) {
		const struct move *m = &balance.moves[i];
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

static int carry_out(struct planning_act *a, const struct ops_request *r,
		     struct ops_error *err)
{
	struct plan_wish wish = { NULL, false, &a->skip };
	struct ops_document *doc;
	struct plan plan;
	size_t i;
	int ret = 0;

	if (r->target) {
		ret = draft_find(&doc, a->d, r->target, "task", err);
		if (ret)
			return ret;
		wish.only = doc->id;
	}
	ret = plan_make(&plan, a->board, a->track, &wish, a->d->findings, err);
	for (i = 0; ret == 0 && i < plan.nr && !is_full(a); i++) {
		if (plan.rows[i].verdict == PLAN_ASSIGN)
			ret = assign(a, &plan.rows[i], err);
		else if (plan.rows[i].verdict == PLAN_ESCALATE)
			ret = escalate(a, &plan.rows[i], err);
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
	if (!r->reason || !*r->reason)
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
	buf_printf(&d->body, "No longer depends on %s.\nReason: %s\n", r->to, r->reason);
	return act_edit(d, &q, err);
}

int act_plan(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct planning_act a = { d, NULL, NULL, { NULL, 0 }, d->acts_nr };
	struct ops_findings *aside = NULL;
	int ret;

	if (!strcmp(r->action, "plan.cut"))
		return cut(d, r, err);
	if (strcmp(r->action, "plan.assign") && strcmp(r->action, "plan.rebalance"))
		return error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
	ret = read_skip(&a.skip, d, r, err);
	if (ret)
		return ret;
	/* Old mistakes elsewhere are no reason to refuse: ops plan and check show them. */
	aside = ops_findings_new();
	if (!aside)
		return error_nomem(err);
	ret = board_read(&a.board, d->now, d->repo->now, aside, err);
	if (ret == 0 && !strcmp(r->action, "plan.rebalance")) {
		ret = rebalance(&a, err);
	} else if (ret == 0) {
		ret = track_read(&a.track, a.board, aside, err);
		if (ret == 0)
			ret = carry_out(&a, r, err);
	}
	board_free(a.board);
	ops_findings_free(aside);
	return ret;
}

#define SKIP_MAX 20000
#define ROUNDS_MAX 8

/* What is left out of the next attempt. */
struct left_out {
	struct arena *arena;
	struct ops_setting *list;
	size_t nr;
};

static int leave_out(struct left_out *l, const char *name, size_t len,
		     struct ops_error *err)
{
	char *id = arena_dup(l->arena, name, len);
	size_t k;

	if (!id)
		return error_nomem(err);
	for (k = 0; k < l->nr && strcmp(l->list[k].value, id); k++)
		;
	if (k == l->nr && l->nr < SKIP_MAX) {
		l->list[l->nr].name = "Skip";
		l->list[l->nr++].value = id;
	}
	return 0;
}

/* Leave out the tasks that errors are about: a finding names the file of the task, or a
 * packet in the directory of its name. */
static int learn(struct left_out *l, const struct ops_findings *found,
		 struct ops_findings *findings, struct ops_error *err)
{
	const char *stem, *dir;
	size_t i, len;
	int ret = 0;

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		findings_add(findings, f->rule, f->severity == OPS_ERROR ? OPS_WARNING :
			     f->severity, f->path, f->line, f->column, f->remedy,
			     f->severity == OPS_ERROR ? "left out: %s" : "%s",
			     f->message);
		if (f->severity != OPS_ERROR || !f->path)
			continue;
		len = path_stem(f->path, &stem);
		ret = leave_out(l, stem, len, err);
		len = path_directory_len(f->path);
		for (dir = f->path + len; dir > f->path && dir[-1] != '/'; dir--)
			;
		if (ret == 0)
			ret = leave_out(l, dir, (size_t)(f->path + len - dir), err);
	}
	return ret;
}

/* Try, leave out what is refused, and try again. */
static int try_all(struct ops_outcome **out, struct left_out *l, const char *action,
		   struct ops_findings *findings, struct ops_repo *repo,
		   unsigned flags, struct ops_error *err)
{
	struct ops_request r = { .action = action };
	struct ops_findings *found;
	size_t round, before;
	int ret = OPS_EREFUSED, lost;

	for (round = 0; ret == OPS_EREFUSED && round < ROUNDS_MAX; round++) {
		found = ops_findings_new();
		if (!found)
			return error_nomem(err);
		r.fields = l->list;
		r.fields_nr = before = l->nr;
		ret = ops_repo_change(out, found, repo, &r, 1, flags, err);
		lost = learn(l, found, findings, err);
		ops_findings_free(found);
		if (lost && ret == 0)
			ops_outcome_free(*out);
		if (lost || (ret == OPS_EREFUSED && l->nr == before))
			return lost ? lost : ret;
	}
	if (ret == 0 && l->nr && !(*out)->acts_nr) {
		ops_outcome_free(*out);
		ret = error_set(err, OPS_EREFUSED, "all that could be done is refused");
	}
	return ret;
}

/* Put the acts of `before` in front of those of `o`. */
static int join(struct ops_outcome *o, const struct ops_outcome *before,
		struct ops_error *err)
{
	struct arena *arena = ((struct outcome *)o)->arena;
	struct ops_act *list = arena_array(arena, o->acts_nr + before->acts_nr + 1,
					   sizeof(*list));
	size_t i;

	if (!list)
		return error_nomem(err);
	for (i = 0; i < before->acts_nr; i++) {
		const struct ops_act *a = &before->acts[i];

		list[i].action = arena_str(arena, a->action);
		list[i].type = arena_str(arena, a->type);
		list[i].id = arena_str(arena, a->id);
		list[i].path = arena_str(arena, a->path);
		list[i].from = a->from ? arena_str(arena, a->from) : NULL;
		list[i].to = a->to ? arena_str(arena, a->to) : NULL;
		list[i].message = a->message ? arena_str(arena, a->message) : NULL;
		if (!list[i].action || !list[i].type || !list[i].id || !list[i].path)
			return error_nomem(err);
	}
	if (o->acts_nr)
		memcpy(list + i, o->acts, o->acts_nr * sizeof(*list));
	if (!o->committed) {
		o->committed = before->committed;
		memcpy(o->commit, before->commit, sizeof(o->commit));
		o->subject = arena_str(arena, before->subject);
	}
	o->acts = list;
	o->acts_nr += before->acts_nr;
	return o->subject ? 0 : error_nomem(err);
}

/* All of it, in as many commits as messages need.  What was committed stays so when a
 * later one fails. */
static int change_on(struct ops_outcome **out, struct left_out *l, const char *action,
		     struct ops_findings *findings, struct ops_repo *repo,
		     unsigned flags, struct ops_error *err)
{
	struct ops_outcome *next;
	size_t nr = ACTS_MANY;
	int ret = try_all(out, l, action, findings, repo, flags, err);

	while (ret == 0 && (*out)->committed && nr >= ACTS_MANY &&
	       (*out)->acts_nr >= ACTS_MANY) {
		if (try_all(&next, l, action, findings, repo, flags, NULL))
			break;	/* the next run says why */
		nr = next->acts_nr;
		ret = join(next, *out, err);
		ops_outcome_free(*out);
		*out = next;
	}
	if (ret == OPS_ENOMEM && *out) {
		ops_outcome_free(*out);
		*out = NULL;
	}
	return ret;
}

static int change_all(struct ops_outcome **out, const char *action,
		      struct ops_findings *findings, struct ops_repo *repo,
		      unsigned flags, struct ops_error *err)
{
	struct left_out l = { arena_new(), NULL, 0 };
	int ret;

	l.list = l.arena ? arena_array(l.arena, SKIP_MAX, sizeof(*l.list)) : NULL;
	ret = l.list ? change_on(out, &l, action, findings, repo, flags, err) :
	      error_nomem(err);
	arena_free(l.arena);
	return ret;
}

int ops_repo_rebalance(struct ops_outcome **out, struct ops_findings *findings,
		       struct ops_repo *repo, unsigned flags, struct ops_error *err)
{
	return change_all(out, "plan.rebalance", findings, repo, flags, err);
}

int ops_repo_assign(struct ops_outcome **out, struct ops_findings *findings,
		    struct ops_repo *repo, const char *task, unsigned flags,
		    struct ops_error *err)
{
	struct ops_request r = { .action = "plan.assign", .target = task };

	if (task)
		return ops_repo_change(out, findings, repo, &r, 1, flags, err);
	return change_all(out, "plan.assign", findings, repo, flags, err);
}
