/* SPDX-License-Identifier: MIT */
/*
 * The plan: choices for all that is queued.
 *
 * It says what should be done and does nothing.  Whether a task can be assigned at all is
 * the judge's to say; here only what everybody can see beforehand is looked at, so that a
 * plan is not full of what would be refused.
 */

#include "model/plan.h"

#include <stdlib.h>
#include <string.h>

#include "model/emergency.h"
#include "model/gate.h"

const char *const verdict_names[] = { "assign", "escalate", "queue", "wait" };

static int compare_tasks(const void *a, const void *b)
{
	const struct plan_row *x = a, *y = b;
	const struct task *s = x->task, *t = y->task;

	if (s->priority != t->priority)
		return s->priority < t->priority ? -1 : 1;
	if (s->due != t->due && (s->due == NO_DAY || t->due == NO_DAY))
		return s->due == NO_DAY ? 1 : -1;
	if (s->due != t->due)
		return s->due < t->due ? -1 : 1;
	return strcmp(s->id, t->id);
}

/* What an emergency refuses is not tried. */
static int is_paused(const char **why, struct board *b, const struct task *t,
		     const struct emergencies *all, struct ops_findings *findings,
		     struct ops_error *err)
{
	const struct emergency *e;
	struct ops_document *d;
	int ret = all->nr ? world_document(&d, b->world, t->path, findings, err) : 0;

	e = ret || !all->nr ? NULL : emergency_refusing(all, "assign", d);
	if (!e)
		return ret;
	*why = arena_printf(b->arena, "emergency '%s' is declared", e->document->id);
	return *why ? 0 : error_nomem(err);
}

/* The gate that an assignment still waits for; NULL: none.  `once` is for what is read here. */
static int waits_at(const char **why, struct board *b, const struct task *t,
		    const struct transition *assign, struct world *once,
		    struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *d;
	struct gate_status s;
	size_t i;
	int ret = world_document(&d, once, t->path, findings, err);

	for (i = 0; ret == 0 && !*why && i < b->config->gates_nr; i++) {
		const struct gate *g = &b->config->gates[i];
		bool needed = names_have(&assign->gates, g->name);

		if (!needed && !assign->unblocked)
			continue;
		ret = gate_evaluate(&s, g, d, once, b->world, findings, err);
		if (ret || s.state == GATE_APPROVED || (!needed && s.state != GATE_BLOCKED))
			continue;
		*why = s.state == GATE_NONE ?
		       arena_printf(b->arena, "gate '%s' has not been asked", g->name) :
		       arena_printf(b->arena, "gate '%s' is %s", g->name,
				    gate_state_name(s.state));
		if (!*why)
			ret = error_nomem(err);
	}
	return ret;
}

/* Why it cannot be assigned yet; NULL when nothing is known against it. */
static int waits_for(const char **why, struct board *b, const struct task *t,
		     const struct transition *assign, const struct emergencies *all,
		     struct ops_findings *findings, struct ops_error *err)
{
	struct world *once = NULL;
	int ret;

	*why = !t->prompt ? "it names no prompt" :
	       t->due == NO_DAY ? "it has no due date" :
	       t->due < b->today ? "its due date is past" : NULL;
	if (*why || !assign)
		return 0;
	ret = is_paused(why, b, t, all, findings, err);
	if (ret || *why)
		return ret;
	ret = world_open_aside(&once, b->world, err);
	if (ret == 0)
		ret = waits_at(why, b, t, assign, once, findings, err);
	world_close(once);
	return ret;
}

const char *plan_sum(struct arena *arena, const struct board *b, const struct score *s)
{
	const double *w = b->planning->weight, *f = s->factor;

	return arena_printf(arena, "%.3f = %g x %.3f capability + %g x %.3f workload + "
			    "%g x %.3f performance + %g x %.3f cohesion", s->total, w[0],
			    f[0], w[1], f[1], w[2], f[2], w[3], f[3]);
}

/* Decide about one task that could be assigned. */
static int decide(struct plan_row *row, struct board *b, struct track *track,
		  struct ops_error *err)
{
	const struct task *t = row->task;

	row->has_best = choice_best(&row->best, b, track, t);
	if (row->has_best && choice_is_good(b, &row->best)) {
		row->verdict = PLAN_ASSIGN;
		b->workers[row->best.worker].active++;
		b->workers[row->best.worker].hours += t->hours;
		b->workers[row->best.worker].complexity += t->complexity;
		if (t->project && track_join(track, t->project, row->best.worker))
			return error_nomem(err);
		return 0;
	}
	row->verdict = t->priority == 0 && t->priority_name ? PLAN_ESCALATE : PLAN_QUEUE;
	row->reason = row->has_best ?
		arena_printf(b->arena, "no suitable agent%s: the best, %s, has %.3f, and it "
			     "must be above %g", row->verdict == PLAN_ESCALATE ?
			     " for critical task" : "", b->workers[row->best.worker].name,
			     row->best.total, b->planning->threshold) :
		arena_printf(b->arena, "no suitable agent%s: nobody can take it",
			     row->verdict == PLAN_ESCALATE ? " for critical task" : "");
	return row->reason ? 0 : error_nomem(err);
}

static const struct transition *assignment(const struct config *c)
{
	const struct type *t = config_type(c, "task");
	size_t i;

	for (i = 0; t && i < t->transitions_nr; i++)
		if (!strcmp(t->transitions[i].action, "assign"))
			return &t->transitions[i];
	return NULL;
}

/* The tasks that it is about. */
static int find_rows(struct plan *plan, struct board *b, const struct plan_wish *wish,
		     struct ops_error *err)
{
	const struct task *t;
	size_t i, room = 0;
	int ret = 0;

	for (i = 0; !wish->only && i < b->tasks_nr; i++)
		room += b->jobs[i].work == WORK_QUEUED;
	plan->rows = arena_array(b->arena, room + 2, sizeof(*plan->rows));
	if (!plan->rows)
		return error_nomem(err);
	i = wish->only ? board_number(b, wish->only) : 0;
	for (; ret == 0 && i < b->tasks_nr; i++) {
		if (!wish->only && b->jobs[i].work != WORK_QUEUED)
			continue;
		ret = board_get(&t, b, i, b->arena, err);
		if (ret == 0 && !(!wish->only && wish->skip && names_have(wish->skip, t->id)))
			plan->rows[plan->nr++].task = t;
		if (wish->only)
			break;
	}
	return ret;
}

int plan_make(struct plan *out, struct board *b, struct track *track,
	      const struct plan_wish *wish, struct ops_findings *findings,
	      struct ops_error *err)
{
	const struct transition *assign = assignment(b->config);
	struct plan plan = { NULL, 0 };
	struct emergencies emergencies = { .nr = 0 };
	size_t i;
	int ret = emergencies_find(&emergencies, b->world, findings, err);

	if (ret == 0)
		ret = find_rows(&plan, b, wish, err);
	if (ret)
		return ret;
	qsort(plan.rows, plan.nr, sizeof(*plan.rows), compare_tasks);
	for (i = 0; ret == 0 && i < plan.nr; i++) {
		struct plan_row *row = &plan.rows[i];

		if (wish->tables) {
			row->table = arena_array(b->arena, b->workers_nr + 1,
						 sizeof(*row->table));
			if (!row->table)
				return error_nomem(err);
			choice_table(row->table, b, track, row->task);
		}
		ret = waits_for(&row->reason, b, row->task, assign, &emergencies, findings, err);
		if (ret == 0 && row->reason)
			row->verdict = PLAN_WAIT;
		else if (ret == 0)
			ret = decide(row, b, track, err);
		if (ret == 0 && wish->only && row->reason)
			row->has_best = choice_best(&row->best, b, track, row->task);
	}
	if (ret == 0)
		*out = plan;
	return ret;
}
