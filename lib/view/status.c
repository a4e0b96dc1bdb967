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

/* The first so many of a list, or all; and how many there are. */
struct concerns {
	struct ops_concern *list;
	size_t nr, room, all;
};

/* A task that others wait for. */
struct blocker {
	uint32_t task, waiting;
	const char *id;
};

struct report {
	struct outlook o;
	struct ops_status_report *out;
	struct ops_view *view;
	size_t max;			/* of each list; 0: all */
	struct ops_deed *open;
	struct concerns blocked, blockers, stalled, overdue;
	struct blocker *most;		/* the first `max`, or all, that most wait for */
	size_t most_nr, most_room;
	struct ops_findings *findings;
};

static bool is_full(const struct report *r, size_t nr)
{
	return r->max && nr >= r->max;
}

/* One more of a list: *out is what is to be said of it, NULL when it is not among the first. */
static int add_concern(struct ops_concern **out, struct report *r, struct concerns *all,
		       size_t task, struct ops_error *err)
{
	struct arena *arena = r->o.b->arena;
	const struct task *t;
	int ret;

	*out = NULL;
	all->all++;
	if (is_full(r, all->nr))
		return 0;
	ret = board_get(&t, r->o.b, task, err);
	if (ret)
		return ret;
	all->list = arena_room(arena, all->list, all->nr, &all->room, sizeof(*all->list));
	if (!all->list)
		return error_nomem(err);
	*out = &all->list[all->nr++];
	**out = (struct ops_concern){ .task = t->id, .title = t->title, .status = t->status,
				      .agent = t->assigned_to };
	(*out)->what = t->work != WORK_BLOCKED ? "" :
		       t->blocked_reason ? t->blocked_reason : "without a reason";
	return 0;
}

/* Whether it waits for something that will never be complete. */
static bool is_stuck(const struct report *r, size_t task)
{
	const struct board *b = r->o.b;
	size_t i;

	for (i = b->links_first[task]; i < b->links_first[task + 1]; i++)
		if (b->links[i] == LINK_STUCK)
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
	int ret = task_last_sign(&sign, b, task, err);

	*stalled = ret == 0 && (sign == NO_POINT ||
				b->now - sign > b->planning->stalled);
	if (*stalled)
		ret = add_concern(&c, r, &r->stalled, task, err);
	if (ret || !*stalled || !c)
		return ret;
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
	char due[DATE_LEN + 1], end[DATE_LEN + 1];
	struct ops_concern *c;
	int ret = add_concern(&c, r, &r->overdue, task, err);

	if (ret || !c)
		return ret;
	date_format(due, date_from_days(r->o.b->jobs[task].due));
	date_format(end, date_from_days(slot_last_day(&r->o.s.slots[task])));
	c->what = arena_printf(r->o.b->arena, "due %s, can be done by %s", due, end);
	return c->what ? 0 : error_nomem(err);
}

/* What most wait for comes first. */
static int compare_blockers(const void *a, const void *b)
{
	const struct blocker *x = a, *y = b;

	return x->waiting != y->waiting ?
	       (x->waiting < y->waiting) - (x->waiting > y->waiting) : strcmp(x->id, y->id);
}

/* Of equals the first stays before. */
static int look_at_blocker(struct report *r, size_t task, size_t waiting, struct ops_error *err)
{
	struct blocker one = { (uint32_t)task, (uint32_t)waiting, NULL }, *list;
	size_t at;

	r->blockers.all++;
	if (is_full(r, r->most_nr) && r->most[r->most_nr - 1].waiting > waiting)
		return 0;
	one.id = board_id(r->o.b, task);
	if (!one.id)
		return OPS_ENOTFOUND;
	if (is_full(r, r->most_nr) && compare_blockers(&one, &r->most[r->most_nr - 1]) >= 0)
		return 0;
	list = arena_room(r->o.b->arena, r->most, r->most_nr, &r->most_room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	r->most = list;
	r->most_nr += !is_full(r, r->most_nr);
	at = r->most_nr - 1;
	for (; r->max && at > 0 && compare_blockers(&one, &list[at - 1]) < 0; at--)
		list[at] = list[at - 1];
	list[at] = one;
	return 0;
}

static int say_blockers(struct report *r, struct ops_error *err)
{
	const char *what = NULL;
	struct ops_concern *c;
	size_t i, all = r->blockers.all;
	int ret = 0;

	if (r->most_nr)
		qsort(r->most, r->most_nr, sizeof(*r->most), compare_blockers);
	for (i = 0; ret == 0 && i < r->most_nr; i++) {
		size_t waiting = r->most[i].waiting;

		if (!i || waiting != r->most[i - 1].waiting)
			what = arena_printf(r->o.b->arena, "%zu wait%s for it", waiting,
					    waiting > 1 ? "" : "s");
		ret = what ? add_concern(&c, r, &r->blockers, r->most[i].task, err) :
		      error_nomem(err);
		if (ret == 0) {
			c->count = waiting;
			c->what = what;
		}
	}
	r->blockers.all = all;
	return ret;
}

static int look_at(struct report *r, size_t task, struct ops_error *err)
{
	struct ops_status_report *out = r->out;
	const struct job *j = &r->o.b->jobs[task];
	const struct slot *slot = &r->o.s.slots[task];
	size_t *const counts[] = { &out->queued, &out->assigned, &out->in_progress,
				   &out->review, &out->blocked_nr };
	size_t waiting = r->o.g.back_first[task + 1] - r->o.g.back_first[task];
	bool stalled = false;
	bool late = slot_is_late(slot, j->due == JOB_NO_DAY ? NO_DAY : j->due);
	struct ops_concern *c;
	int ret = 0;

	if (j->work != WORK_OTHER)
		(*counts[j->work])++;
	out->critical += j->priority == 0 && j->flags & JOB_NAMED;
	out->cyclic += !slot->known;
	out->late += late;
	if (j->work == WORK_BLOCKED)
		ret = add_concern(&c, r, &r->blocked, task, err);
	if (ret == 0 && waiting)
		ret = look_at_blocker(r, task, waiting, err);
	if (ret == 0 && j->work == WORK_STARTED)
		ret = look_at_progress(&stalled, r, task, err);
	if (ret == 0 && late)
		ret = look_at_late(r, task, err);
	out->troubled += j->work == WORK_BLOCKED || stalled || late || is_stuck(r, task);
	return ret;
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
	const struct agenda_wish waiting = { NULL, 0, true };
	struct agenda agenda;
	size_t i;
	int ret = agenda_make(&agenda, r->o.b, &r->o.g, &r->o.s, &waiting, r->findings, err);

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

	out->active = b->tasks_nr;
	out->unreadable = b->unreadable;
	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		ret = look_at(r, i, err);
	if (ret == 0)
		ret = say_blockers(r, err);
	if (ret == 0)
		ret = look_at_deeds(r, err);
	if (ret == 0)
		ret = look_at_papers(r, err);
	if (ret == 0)
		ret = view_wholes(&out->wholes, &out->wholes_nr, b, r->findings, err);
	if (ret)
		return ret;
	out->blocked = r->blocked.list;
	out->blocked_count = r->blocked.all;
	out->blockers = r->blockers.list;
	out->blockers_nr = r->blockers.all;
	out->stalled = r->stalled.list;
	out->stalled_nr = r->stalled.all;
	out->overdue = r->overdue.list;
	out->overdue_nr = r->overdue.all;
	/* A commit writes the whole list of a directory that it changes. */
	if (type && type->place && out->active > WIDE && !type_is_sharded(type, type->place))
		out->advice = "so many active tasks in one directory make every commit slow: "
			      "see ops-relocate(1)";
	out->health = out->active ? 1 - (double)out->troubled / (double)out->active : 1;
	return 0;
}

struct asking {
	const struct ops_status_report **out;
	size_t max;
};

static int ask(struct ops_view *view, void *payload, struct ops_findings *findings,
	       struct ops_error *err)
{
	const struct asking *a = payload;
	struct report r = { .view = view, .max = a->max, .findings = findings };
	int ret = view_outlook(&r.o, view, true, findings, err);

	if (ret)
		return ret;
	r.out = arena_alloc(r.o.b->arena, sizeof(*r.out));
	ret = r.out ? fill(&r, err) : error_nomem(err);
	if (ret == 0)
		*a->out = r.out;
	return ret;
}

int ops_view_status(const struct ops_status_report **out, struct ops_view *view, size_t max,
		    struct ops_findings *findings, struct ops_error *err)
{
	return view_ask(view, ask, &(struct asking){ out, max }, findings, err);
}
