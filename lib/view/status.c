/* SPDX-License-Identifier: MIT */
/*
 * How everything stands: counts, and what somebody should look at.
 *
 * Reads only.  Health is a count and no opinion: the part of the active tasks that are
 * neither blocked, nor stalled, nor late, nor waiting for what will never come.
 */

#include <stdlib.h>
#include <string.h>

#include "view/agenda.h"

#define WIDE 4096		/* tasks, from which on another layout pays */

struct report {
	struct outlook o;
	struct ops_status_report *out;
	struct ops_view *view;
	struct ops_deed *open;
	struct ops_concern *blocked, *blockers, *stalled, *overdue;
	struct ops_findings *findings;
};

static struct ops_concern *concern(struct report *r, struct ops_concern *list, size_t *nr,
				   size_t task)
{
	const struct task *t = &r->o.b->tasks[task];
	struct ops_concern *c = &list[(*nr)++];

	memset(c, 0, sizeof(*c));
	c->task = t->id;
	c->title = t->title;
	c->status = t->status;
	c->agent = t->assigned_to;
	return c;
}

/* Whether it waits for something that will never be complete. */
static bool is_stuck(const struct report *r, size_t task)
{
	const struct task *t = &r->o.b->tasks[task];
	size_t i;

	for (i = 0; i < t->depends_nr; i++)
		if (t->depends[i].task == NONE && t->depends[i].state != DEPENDS_COMPLETE)
			return true;
	return !r->o.s.slots[task].known;
}

/* Whether a task in progress is stalled; then it is listed. */
static int look_at_progress(bool *stalled, struct report *r, size_t task,
			    struct ops_error *err)
{
	struct board *b = r->o.b;
	struct ops_concern *c;
	char time[DATE_TIME_LEN + 1];
	int64_t sign;
	int ret = task_last_sign(&sign, b, &b->tasks[task], err);

	*stalled = ret == 0 && (sign == NO_POINT ||
				b->now - sign > b->planning->stalled);
	if (!*stalled)
		return ret;
	c = concern(r, r->stalled, &r->out->stalled_nr, task);
	if (sign == NO_POINT)
		c->what = "no sign of life";
	else {
		date_time_format(time, sign);
		c->what = arena_printf(b->arena, "last sign of life %s", time);
	}
	return c->what ? 0 : error_nomem(err);
}

static int look_at_late(struct report *r, size_t task, struct ops_error *err)
{
	const struct task *t = &r->o.b->tasks[task];
	char due[DATE_LEN + 1], end[DATE_LEN + 1];
	struct ops_concern *c = concern(r, r->overdue, &r->out->overdue_nr, task);

	date_format(due, date_from_days(t->due));
	date_format(end, date_from_days(slot_last_day(&r->o.s.slots[task])));
	c->what = arena_printf(r->o.b->arena, "due %s, can be done by %s", due, end);
	return c->what ? 0 : error_nomem(err);
}

static int look_at(struct report *r, size_t task, struct ops_error *err)
{
	struct ops_status_report *out = r->out;
	const struct task *t = &r->o.b->tasks[task];
	size_t *const counts[] = { &out->queued, &out->assigned, &out->in_progress,
				   &out->review, &out->blocked_nr };
	size_t waiting = r->o.g.back_first[task + 1] - r->o.g.back_first[task];
	bool stalled = false, late = slot_is_late(&r->o.s.slots[task], t);
	int ret = 0;

	if (t->work != WORK_OTHER)
		(*counts[t->work])++;
	out->critical += t->priority == 0 && t->priority_name;
	out->cyclic += !r->o.s.slots[task].known;
	out->late += late;
	if (t->work == WORK_BLOCKED)
		concern(r, r->blocked, &out->blocked_count, task)->what =
			t->blocked_reason ? t->blocked_reason : "without a reason";
	if (waiting) {
		struct ops_concern *c = concern(r, r->blockers, &out->blockers_nr, task);

		c->count = waiting;
		c->what = arena_printf(r->o.b->arena, "%zu wait%s for it", waiting,
				       waiting > 1 ? "" : "s");
		if (!c->what)
			return error_nomem(err);
	}
	if (t->work == WORK_STARTED)
		ret = look_at_progress(&stalled, r, task, err);
	if (ret == 0 && late)
		ret = look_at_late(r, task, err);
	out->troubled += t->work == WORK_BLOCKED || stalled || late || is_stuck(r, task);
	return ret;
}

/* What most wait for comes first. */
static int compare_blockers(const void *a, const void *b)
{
	const struct ops_concern *x = a, *y = b;

	return x->count != y->count ? (x->count < y->count) - (x->count > y->count) :
	       strcmp(x->task, y->task);
}

/* Room for so many more that are open. */
static int more_open(struct report *r, size_t nr, struct ops_error *err)
{
	struct ops_deed *list = arena_array(r->o.b->arena, r->out->open_nr + nr + 1,
					    sizeof(*list));

	if (!list)
		return error_nomem(err);
	if (r->out->open_nr)
		memcpy(list, r->open, r->out->open_nr * sizeof(*list));
	r->open = list;
	return 0;
}

static int look_at_deeds(struct report *r, struct ops_error *err)
{
	struct ops_deed *gates;
	const struct agenda_wish everything = { NULL, 0 };
	struct agenda agenda;
	size_t i;
	int ret = agenda_make(&agenda, r->o.b, &r->o.g, &r->o.s, &everything, r->findings, err);

	if (ret == 0)
		ret = more_open(r, agenda.nr, err);
	if (ret)
		return ret;
	gates = arena_array(r->o.b->arena, agenda.nr + 1, sizeof(*gates));
	for (i = 0; gates && i < agenda.nr; i++) {
		const struct deed *d = &agenda.deeds[i];
		struct ops_deed *to = d->kind == DEED_DECIDE || d->kind == DEED_LIFT ?
				      &gates[r->out->gates_nr++] : d->packet ?
				      &r->open[r->out->open_nr++] : NULL;

		ret = to ? view_deed(to, &r->o, d, err) : 0;
		if (ret)
			return ret;
	}
	r->out->gates = gates;
	return gates ? 0 : error_nomem(err);
}

/* What is past its review, and with what is open the documents that nobody approved. */
static int look_at_papers(struct report *r, struct ops_error *err)
{
	struct arena *arena = r->o.b->arena;
	struct ops_expired *expired;
	struct papers papers;
	size_t i;
	int ret = view_papers(&papers, &r->o, r->view, r->findings, err);

	if (ret)
		return ret;
	r->out->unreadable += papers.unreadable;
	expired = arena_array(arena, papers.nr + 1, sizeof(*expired));
	ret = expired ? more_open(r, papers.nr, err) : error_nomem(err);
	for (i = 0; ret == 0 && i < papers.nr; i++) {
		const struct paper *p = &papers.list[i];

		if (p->due)
			expired[r->out->expired_nr++] = (struct ops_expired){ p->path,
									      p->next_review };
		else if (view_paper(&r->open[r->out->open_nr++], &r->o, p))
			ret = error_nomem(err);
	}
	r->out->expired = expired;
	r->out->open = r->open;
	return ret;
}

static int fill(struct report *r, struct ops_error *err)
{
	struct board *b = r->o.b;
	const struct type *type = config_type(b->config, "task");
	struct ops_status_report *out = r->out;
	size_t i;
	int ret = 0;

	r->blocked = arena_array(b->arena, b->tasks_nr + 1, sizeof(*r->blocked));
	r->blockers = arena_array(b->arena, b->tasks_nr + 1, sizeof(*r->blockers));
	r->stalled = arena_array(b->arena, b->tasks_nr + 1, sizeof(*r->stalled));
	r->overdue = arena_array(b->arena, b->tasks_nr + 1, sizeof(*r->overdue));
	if (!r->blocked || !r->blockers || !r->stalled || !r->overdue)
		return error_nomem(err);
	out->active = b->tasks_nr;
	out->unreadable = b->unreadable;
	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		ret = look_at(r, i, err);
	if (ret == 0)
		ret = look_at_deeds(r, err);
	if (ret == 0)
		ret = look_at_papers(r, err);
	if (ret == 0)
		ret = view_wholes(&out->wholes, &out->wholes_nr, b, r->findings, err);
	if (ret)
		return ret;
	qsort(r->blockers, out->blockers_nr, sizeof(*r->blockers), compare_blockers);
	out->blocked = r->blocked;
	out->blockers = r->blockers;
	out->stalled = r->stalled;
	out->overdue = r->overdue;
	/* A commit writes the whole list of a directory that it changes. */
	if (type && type->place && out->active > WIDE && !type_is_sharded(type, type->place))
		out->advice = "so many active tasks in one directory make every commit slow: "
			      "see ops-relocate(1)";
	out->health = out->active ? 1 - (double)out->troubled / (double)out->active : 1;
	return 0;
}

int ops_view_status(const struct ops_status_report **out, struct ops_view *view,
		    struct ops_findings *findings, struct ops_error *err)
{
	struct report r = { 0 };
	int ret = view_outlook(&r.o, view, false, findings, err);

	if (ret)
		return ret;
	r.view = view;
	r.findings = findings;
	r.out = arena_alloc(r.o.b->arena, sizeof(*r.out));
	ret = r.out ? fill(&r, err) : error_nomem(err);
	if (ret == 0)
		*out = r.out;
	return ret;
}
