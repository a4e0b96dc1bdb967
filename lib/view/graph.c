/* SPDX-License-Identifier: MIT */
/*
 * The graph of active tasks as plain data, with what is wrong with it as findings.
 *
 * Reads only.  What a node says is made when it is asked for, as in agenda.c.
 */

#include <string.h>

#include "model/schedule.h"
#include "ops/plan.h"
#include "util/buf.h"
#include "view/agenda.h"

#define SHOWN_MAX 12		/* tasks of a cycle that a message names */

struct drawing {
	struct ops_graph public;	/* first */
	struct outlook o;
	bool *done;			/* what is taken as complete; or NULL */
};

/* "a -> b -> a" */
static void say_names(struct buf *text, const char *const *names, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		if (nr > SHOWN_MAX && i == SHOWN_MAX / 2) {
			buf_printf(text, "… (%zu more) -> ", nr - SHOWN_MAX);
			i = nr - SHOWN_MAX / 2;
		}
		buf_printf(text, "%s -> ", names[i]);
	}
	buf_str(text, names[0]);
}

static int say_cycle(struct ops_findings *findings, struct drawing *d, const struct cycle *c,
		     const char *const *names, struct ops_error *err)
{
	struct board *b = d->o.b;
	struct buf text = BUF_INIT;
	const struct task *first;
	int ret;

	arena_clear(b->scratch);
	ret = board_get(&first, b, c->tasks[0], b->scratch, err);
	if (ret)
		return ret;
	say_names(&text, names, c->nr);
	if (c->nr == 1)
		findings_add(findings, "graph.cycle", OPS_ERROR, first->path,
			     first->depends_line, 1,
			     arena_printf(b->scratch, "ops deps cut %s %s --reason WHY",
					  names[0], names[0]),
			     "'%s' depends on itself", names[0]);
	else
		findings_add(findings, "graph.cycle", OPS_ERROR, first->path,
			     first->depends_line, 1,
			     arena_printf(b->scratch, "cut one edge, as: ops deps cut %s %s "
					  "--reason WHY", names[0], names[1]),
			     "a cycle of %zu: %s%s", c->nr, text.data,
			     c->members > c->nr ? "; more cycles hang together with it" :
			     "");
	ret = buf_failed(&text) ? error_nomem(err) : 0;
	buf_release(&text);
	return ret;
}

/* Count the tasks without an estimate: only of those without hours that has to be looked up. */
static int count_unestimated(struct drawing *d, struct ops_error *err)
{
	struct board *b = d->o.b;
	const struct task *t;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < b->tasks_nr; i++) {
		if (b->jobs[i].hours != 0)
			continue;
		arena_clear(b->scratch);
		ret = board_get(&t, b, i, b->scratch, err);
		if (ret == 0)
			d->public.unestimated += !t->has_hours;
	}
	return ret;
}

static int fill_cycles(struct drawing *d, struct ops_findings *findings, struct ops_error *err)
{
	struct board *b = d->o.b;
	struct ops_cycle *list = arena_array(b->arena, d->o.g.cycles_nr + 1, sizeof(*list));
	size_t i, k;
	int ret = 0;

	if (!list)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < d->o.g.cycles_nr; i++) {
		const struct cycle *c = &d->o.g.cycles[i];
		const char **names = arena_array(b->arena, c->nr + 1, sizeof(*names));

		if (!names)
			return error_nomem(err);
		for (k = 0; k < c->nr; k++) {
			names[k] = board_id(b, c->tasks[k]);
			if (!names[k])
				return OPS_ENOTFOUND;
		}
		list[i] = (struct ops_cycle){ names, c->nr, c->members, c->shortest };
		ret = say_cycle(findings, d, c, names, err);
	}
	d->public.cycles = list;
	d->public.cycles_nr = d->o.g.cycles_nr;
	return ret;
}

/* Back from the end by what kept each from beginning earlier. */
static int fill_path(struct drawing *d, size_t end)
{
	const struct slot *slots = d->o.s.slots;
	struct ops_step *list;
	size_t at, nr = 0;

	for (at = end; at != NONE && slots[at].known; at = slot_driver(&slots[at]))
		nr++;
	list = arena_array(d->o.b->arena, nr + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	d->public.path = list;
	d->public.path_nr = nr;
	for (at = end; nr > 0; at = slot_driver(&slots[at])) {
		list[--nr].node = at;
		if (nr)
			list[nr].because = slots[at].capacity ? "agent" : "depends";
	}
	return 0;
}

static int fill_graph(struct drawing *d, size_t end, struct ops_findings *findings,
		      struct ops_error *err)
{
	int ret;

	d->public.nr = d->o.b->tasks_nr;
	d->public.edges = d->o.g.edges;
	d->public.task = end;
	ret = fill_cycles(d, findings, err);
	if (ret == 0)
		ret = count_unestimated(d, err);
	if (ret == 0 && fill_path(d, end == NONE ? d->o.s.last : end))
		ret = error_nomem(err);
	return ret;
}

static int mark_done(bool **out, struct board *b, struct ops_view *view,
		     const char *const *done, size_t nr, struct ops_error *err)
{
	size_t i, at;
	int ret = 0;

	*out = NULL;
	if (!nr)
		return 0;
	*out = arena_array(b->arena, b->tasks_nr + 1, sizeof(**out));
	if (!*out)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < nr; i++) {
		ret = view_number(&at, b, view, done[i], err);
		if (ret == 0)
			(*out)[at] = true;
	}
	return ret;
}

struct asking {
	const struct ops_graph **out;
	const char *task;
	const char *const *done;
	size_t done_nr;
};

static int ask(struct ops_view *view, void *payload, struct ops_findings *findings,
	       struct ops_error *err)
{
	const struct asking *a = payload;
	struct drawing *d = arena_alloc(view->arena, sizeof(*d));
	size_t end = NONE;
	int ret = d ? view_sketch(&d->o.b, view, findings, err) : error_nomem(err);

	if (ret == 0)
		ret = mark_done(&d->done, d->o.b, view, a->done, a->done_nr, err);
	if (ret == 0 && a->task)
		ret = view_number(&end, d->o.b, view, a->task, err);
	if (ret)
		return ret;
	d->o.view = view;
	ret = graph_make(&d->o.g, d->o.b, d->done) || schedule_make(&d->o.s, &d->o.g) ?
	      error_nomem(err) : fill_graph(d, end, findings, err);
	if (ret == 0)
		*a->out = &d->public;
	return ret;
}

int ops_view_graph(const struct ops_graph **out, struct ops_view *view, const char *task,
		   const char *const *done, size_t done_nr,
		   struct ops_findings *findings, struct ops_error *err)
{
	return view_ask(view, ask, &(struct asking){ out, task, done, done_nr }, findings, err);
}

/* --- telling it --- */

static int fill_edges(struct ops_node *n, const struct drawing *d, const struct task *t)
{
	static const char *const states[] = { "open", "complete", "ended", "unknown" };
	struct ops_edge *list = arena_array(d->o.b->scratch, t->depends_nr + 1, sizeof(*list));
	size_t i;

	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < t->depends_nr; i++) {
		const struct dependency *dep = &t->depends[i];

		list[i].task = dep->name;
		list[i].node = dep->task;
		list[i].state = dep->task != NONE && d->done && d->done[dep->task] ?
				"assumed" : states[dep->state];
	}
	n->depends = list;
	n->depends_nr = t->depends_nr;
	return 0;
}

/* When it can be done; false when out of memory. */
static bool fill_dates(struct ops_node *n, struct drawing *d, const struct task *t, size_t at)
{
	struct outlook *o = &d->o;
	const struct slot *slot = &o->s.slots[at];
	const struct margin *m = &o->s.margins[at];

	n->late = slot_is_late(slot, t->due);
	n->begin = view_day(o, slot->end > slot->begin ? calendar_last_day(slot->begin + 1) :
			       slot_last_day(slot));
	n->end = view_day(o, slot_last_day(slot));
	n->has_slack = m->latest != NO_POINT;
	n->latest = n->has_slack ? view_day(o, calendar_last_day(m->latest)) : NULL;
	n->slack = (double)m->slack / (double)DAY_TICKS;
	return n->begin && n->end && (n->latest || !n->has_slack);
}

static int fill_node(struct ops_node *n, struct drawing *d, size_t at, const struct task *t)
{
	const struct graph *g = &d->o.g;

	n->id = t->id;
	n->title = t->title;
	n->status = t->status;
	n->priority = t->priority_name;
	n->agent = t->assigned_to;
	n->due = t->due == NO_DAY ? NULL : view_day(&d->o, t->due);
	n->hours = t->has_hours ? t->hours : -1;
	n->assumed = d->done && d->done[at];
	n->waits = !n->assumed && graph_waits(g, at);
	n->cyclic = !d->o.s.slots[at].known;
	n->dependents = g->back + g->back_first[at];
	n->dependents_nr = g->back_first[at + 1] - g->back_first[at];
	if ((t->due != NO_DAY && !n->due) || fill_edges(n, d, t))
		return OPS_ENOMEM;
	return n->cyclic || n->assumed || fill_dates(n, d, t, at) ? 0 : OPS_ENOMEM;
}

int ops_graph_node(struct ops_node *out, const struct ops_graph *graph, size_t at,
		   struct ops_error *err)
{
	struct drawing *d = (struct drawing *)(size_t)graph;
	const struct task *t;
	int ret;

	arena_clear(d->o.b->scratch);
	ret = view_get(&t, &d->o, at, err);
	if (ret == 0)
		ret = board_look_at(t, d->o.b, err);
	if (ret)
		return ret;
	memset(out, 0, sizeof(*out));
	return fill_node(out, d, at, t) ? error_nomem(err) : 0;
}

/* --- what is wrong with it --- */

static void say_depends(struct ops_findings *findings, const struct task *t)
{
	size_t i;

	for (i = 0; i < t->depends_nr; i++) {
		const struct dependency *dep = &t->depends[i];

		if (dep->state == DEPENDS_UNKNOWN)
			findings_add(findings, "graph.unknown", OPS_ERROR, t->path,
				     t->depends_line, 1, "name a task, or cut it with "
				     "ops deps cut", "'%s' depends on '%s', which is not "
				     "there", t->id, dep->name);
		else if (dep->state == DEPENDS_ENDED)
			findings_add(findings, "graph.ended", OPS_WARNING, t->path,
				     t->depends_line, 1, "see whether it is still needed, "
				     "or cut it with ops deps cut", "'%s' depends on '%s', "
				     "which is %s and will not be complete", t->id,
				     dep->name, dep->status ? dep->status :
				     "without a status");
	}
}

static void say_late(struct ops_findings *findings, const struct task *t,
		     const struct slot *slot)
{
	char due[DATE_LEN + 1], end[DATE_LEN + 1];

	date_format(due, date_from_days(t->due));
	date_format(end, date_from_days(slot_last_day(slot)));
	findings_add(findings, "graph.late", OPS_WARNING, t->path, t->due_line,
		     t->due_column, "move the date, the work, or what it waits for",
		     "'%s' is due on %s and can be done by %s at the earliest", t->id, due,
		     end);
}

/* Whether it depends on what is missing, or was given up. */
static bool is_stuck(const struct board *b, size_t at)
{
	size_t i;

	for (i = b->links_first[at]; i < b->links_first[at + 1]; i++)
		if (b->links[i] == LINK_STUCK)
			return true;
	return false;
}

int ops_graph_findings(struct ops_findings *out, const struct ops_graph *graph, size_t at,
		       struct ops_error *err)
{
	struct drawing *d = (struct drawing *)(size_t)graph;
	const struct board *b = d->o.b;
	const struct job *j = &b->jobs[at];
	const struct slot *slot = &d->o.s.slots[at];
	bool late = !(d->done && d->done[at]) &&
		    slot_is_late(slot, j->due == JOB_NO_DAY ? NO_DAY : j->due);
	bool stuck = is_stuck(b, at);
	const struct task *t;
	int ret;

	if (!late && !stuck)
		return 0;
	arena_clear(b->scratch);
	ret = view_get(&t, &d->o, at, err);
	if (ret == 0 && stuck)
		ret = board_look_at(t, d->o.b, err);
	if (ret)
		return ret;
	if (stuck)
		say_depends(out, t);
	if (late)
		say_late(out, t, slot);
	return findings_failed(out) ? error_nomem(err) : 0;
}
