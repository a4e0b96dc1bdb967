/* SPDX-License-Identifier: MIT */
/*
 * The graph of active tasks as plain data, with what is wrong with it as findings.
 *
 * Reads only.
 */

#include <string.h>

#include "model/schedule.h"
#include "ops/plan.h"
#include "util/buf.h"
#include "view/board.h"

#define SHOWN_MAX 12		/* tasks of a cycle that a message names */

struct drawing {
	struct board *b;
	struct graph g;
	struct schedule s;
	struct ops_findings *findings;
	struct ops_graph *out;
};

static const char *day_text(struct arena *arena, int64_t day)
{
	char text[DATE_LEN + 1];

	date_format(text, date_from_days(day));
	return arena_str(arena, text);
}

/* "a -> b -> a" */
static void say_cycle(struct drawing *d, const struct cycle *c)
{
	const struct task *first = &d->b->tasks[c->tasks[0]];
	const struct task *second = &d->b->tasks[c->tasks[c->nr > 1]];
	struct buf text = BUF_INIT;
	size_t i;

	for (i = 0; i < c->nr; i++) {
		if (c->nr > SHOWN_MAX && i == SHOWN_MAX / 2) {
			buf_printf(&text, "… (%zu more) -> ", c->nr - SHOWN_MAX);
			i = c->nr - SHOWN_MAX / 2;
		}
		buf_printf(&text, "%s -> ", d->b->tasks[c->tasks[i]].id);
	}
	if (c->nr == 1)
		findings_add(d->findings, "graph.cycle", OPS_ERROR, first->path,
			     first->depends_line, 1,
			     arena_printf(d->b->arena, "ops deps cut %s %s --reason WHY",
					  first->id, first->id),
			     "'%s' depends on itself", first->id);
	else
		findings_add(d->findings, "graph.cycle", OPS_ERROR, first->path,
			     first->depends_line, 1,
			     arena_printf(d->b->arena, "cut one edge, as: ops deps cut %s %s "
					  "--reason WHY", first->id, second->id),
			     "a cycle of %zu: %s%s%s", c->nr, text.data, first->id,
			     c->members > c->nr ? "; more cycles hang together with it" :
			     "");
	buf_release(&text);
}

static void say_task(struct drawing *d, size_t at)
{
	const struct task *t = &d->b->tasks[at];
	const struct slot *slot = &d->s.slots[at];
	char due[DATE_LEN + 1], end[DATE_LEN + 1];
	size_t i;

	for (i = 0; i < t->depends_nr; i++) {
		const struct dependency *dep = &t->depends[i];

		if (dep->state == DEPENDS_UNKNOWN)
			findings_add(d->findings, "graph.unknown", OPS_ERROR, t->path,
				     t->depends_line, 1, "name a task, or cut it with "
				     "ops deps cut", "'%s' depends on '%s', which is not "
				     "there", t->id, dep->name);
		else if (dep->state == DEPENDS_ENDED)
			findings_add(d->findings, "graph.ended", OPS_WARNING, t->path,
				     t->depends_line, 1, "see whether it is still needed, "
				     "or cut it with ops deps cut", "'%s' depends on '%s', "
				     "which is %s and will not be complete", t->id,
				     dep->name, dep->status ? dep->status :
				     "without a status");
	}
	if ((d->g.done && d->g.done[at]) || !slot_is_late(slot, t->due))
		return;
	date_format(due, date_from_days(t->due));
	date_format(end, date_from_days(slot_last_day(slot)));
	findings_add(d->findings, "graph.late", OPS_WARNING, t->path, t->due_line,
		     t->due_column, "move the date, the work, or what it waits for",
		     "'%s' is due on %s and can be done by %s at the earliest", t->id, due,
		     end);
}

static int fill_edges(struct ops_node *n, const struct drawing *d, const struct task *t)
{
	static const char *const states[] = { "open", "complete", "ended", "unknown" };
	struct ops_edge *list = arena_array(d->b->arena, t->depends_nr + 1, sizeof(*list));
	size_t i;

	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < t->depends_nr; i++) {
		const struct dependency *dep = &t->depends[i];

		list[i].task = dep->name;
		list[i].node = dep->task;
		list[i].state = dep->task != NONE && d->g.done && d->g.done[dep->task] ?
				"assumed" : states[dep->state];
	}
	n->depends = list;
	n->depends_nr = t->depends_nr;
	return 0;
}

/* What waits for it, as the public interface counts. */
static int fill_dependents(struct ops_node *n, const struct drawing *d, size_t at)
{
	size_t first = d->g.back_first[at], nr = d->g.back_first[at + 1] - first, i;
	size_t *list = arena_array(d->b->arena, nr + 1, sizeof(*list));

	for (i = 0; list && i < nr; i++)
		list[i] = d->g.back[first + i];
	n->dependents = list;
	n->dependents_nr = nr;
	return list ? 0 : OPS_ENOMEM;
}

static int fill_node(struct ops_node *n, const struct drawing *d, size_t at)
{
	struct arena *arena = d->b->arena;
	const struct task *t = &d->b->tasks[at];
	const struct slot *slot = &d->s.slots[at];

	n->id = t->id;
	n->title = t->title;
	n->status = t->status;
	n->priority = t->priority_name;
	n->agent = t->assigned_to;
	n->due = t->due == NO_DAY ? NULL : day_text(arena, t->due);
	n->hours = t->has_hours ? t->hours : -1;
	n->assumed = d->g.done && d->g.done[at];
	n->waits = !n->assumed && graph_waits(&d->g, at);
	n->cyclic = !slot->known;
	if ((t->due != NO_DAY && !n->due) || fill_edges(n, d, t) || fill_dependents(n, d, at))
		return OPS_ENOMEM;
	if (!slot->known || n->assumed)
		return 0;
	n->late = slot_is_late(slot, t->due);
	n->begin = day_text(arena, slot->end > slot->begin ?
			    calendar_last_day(slot->begin + 1) : slot_last_day(slot));
	n->end = day_text(arena, slot_last_day(slot));
	n->has_slack = slot->latest != NO_POINT;
	n->latest = n->has_slack ? day_text(arena, calendar_last_day(slot->latest)) : NULL;
	n->slack = (double)slot->slack / (double)DAY_TICKS;
	return n->begin && n->end && (n->latest || !n->has_slack) ? 0 : OPS_ENOMEM;
}

static int fill_cycles(struct drawing *d)
{
	struct ops_cycle *list = arena_array(d->b->arena, d->g.cycles_nr + 1,
					     sizeof(*list));
	size_t i, k;

	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < d->g.cycles_nr; i++) {
		const struct cycle *c = &d->g.cycles[i];
		const char **names = arena_array(d->b->arena, c->nr + 1, sizeof(*names));

		if (!names)
			return OPS_ENOMEM;
		for (k = 0; k < c->nr; k++)
			names[k] = d->b->tasks[c->tasks[k]].id;
		list[i].tasks = names;
		list[i].nr = c->nr;
		list[i].members = c->members;
		list[i].shortest = c->shortest;
		say_cycle(d, c);
	}
	d->out->cycles = list;
	d->out->cycles_nr = d->g.cycles_nr;
	return 0;
}

/* Back from the end by what kept each from beginning earlier. */
static int fill_path(struct drawing *d, size_t end)
{
	struct ops_step *list;
	size_t at, nr = 0;

	for (at = end; at != NONE && d->s.slots[at].known; at = d->s.slots[at].driver)
		nr++;
	list = arena_array(d->b->arena, nr + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	d->out->path = list;
	d->out->path_nr = nr;
	for (at = end; nr > 0; at = d->s.slots[at].driver) {
		list[--nr].node = at;
		if (nr)
			list[nr].because = d->s.slots[at].capacity ? "agent" : "depends";
	}
	return 0;
}

static int fill_graph(struct drawing *d, size_t end)
{
	struct ops_graph *out = d->out;
	struct ops_node *nodes = arena_array(d->b->arena, d->b->tasks_nr + 1,
					     sizeof(*nodes));
	size_t i;

	if (!nodes)
		return OPS_ENOMEM;
	out->nodes = nodes;
	out->nr = d->b->tasks_nr;
	out->edges = d->g.edges;
	if (fill_cycles(d))
		return OPS_ENOMEM;
	for (i = 0; i < d->b->tasks_nr; i++) {
		if (fill_node(&nodes[i], d, i))
			return OPS_ENOMEM;
		out->unestimated += !d->b->tasks[i].has_hours;
		say_task(d, i);
	}
	return fill_path(d, end);
}

static int mark_done(bool **out, struct board *b, struct ops_view *view,
		     const char *const *done, size_t nr, struct ops_error *err)
{
	struct task *t;
	size_t i;
	int ret = 0;

	*out = NULL;
	if (!nr)
		return 0;
	*out = arena_array(b->arena, b->tasks_nr + 1, sizeof(**out));
	if (!*out)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < nr; i++) {
		ret = view_task(&t, b, view, done[i], err);
		if (ret == 0)
			(*out)[t - b->tasks] = true;
	}
	return ret;
}

int ops_view_graph(const struct ops_graph **out, struct ops_view *view, const char *task,
		   const char *const *done, size_t done_nr,
		   struct ops_findings *findings, struct ops_error *err)
{
	struct drawing d = { 0 };
	struct task *end = NULL;
	bool *mark = NULL;
	int ret = view_board(&d.b, view, findings, err);

	if (ret == 0)
		ret = mark_done(&mark, d.b, view, done, done_nr, err);
	if (ret == 0 && task)
		ret = view_task(&end, d.b, view, task, err);
	if (ret)
		return ret;
	d.findings = findings;
	d.out = arena_alloc(d.b->arena, sizeof(*d.out));
	if (!d.out || graph_make(&d.g, d.b, mark) || schedule_make(&d.s, &d.g) ||
	    fill_graph(&d, end ? (size_t)(end - d.b->tasks) : d.s.last))
		return error_nomem(err);
	d.out->task = end ? (size_t)(end - d.b->tasks) : NONE;
	*out = d.out;
	return 0;
}
