/* SPDX-License-Identifier: MIT */
/*
 * The schedule: a simulation of everybody at work, event by event, and then the latest
 * ends from the due dates backwards.
 *
 * Events of one moment are taken in the order in which they were found, but that work is
 * begun only after all that becomes free at that moment is known.  So the same board
 * always gives the same dates.
 */

#include "model/schedule.h"

#include <stdlib.h>
#include <string.h>

enum event_kind { RELEASE, FREE, BEGIN };

struct event {
	int64_t time;
	enum event_kind kind;
	size_t serial;		/* the order in which they were found */
	size_t what;		/* a task, or a worker */
};

/* What can be begun by one worker, best first: a heap of tasks. */
struct ready {
	size_t *tasks;
	size_t nr, room;
	bool busy;
	size_t last;		/* the task it did before */
};

struct simulation {
	const struct graph *g;
	const struct board *b;
	struct slot *slots;
	struct event *events;	/* a heap */
	size_t nr, room, serial;
	size_t *waits;
	int64_t *release;
	struct ready *ready;	/* of each worker */
	bool failed;
};

const struct calendar *task_calendar(const struct board *b, const struct task *t)
{
	return t->agent == NONE ? &b->calendar : &b->workers[t->agent].calendar;
}

static bool takes_time(const struct graph *g, size_t task)
{
	return g->b->tasks[task].work != WORK_REVIEW && !(g->done && g->done[task]);
}

static int64_t ticks_of(const struct graph *g, size_t task)
{
	const struct task *t = &g->b->tasks[task];

	return takes_time(g, task) ? calendar_ticks(task_calendar(g->b, t), t->hours) : 0;
}

static bool event_before(const struct event *a, const struct event *b)
{
	if (a->time != b->time)
		return a->time < b->time;
	if ((a->kind == BEGIN) != (b->kind == BEGIN))
		return a->kind != BEGIN;
	return a->serial < b->serial;
}

static void push_event(struct simulation *s, int64_t time, enum event_kind kind,
		       size_t what)
{
	struct event e = { time, kind, s->serial++, what }, *list;
	size_t at, up;

	if (s->nr == s->room) {
		s->room = s->room ? 2 * s->room : 256;
		list = arena_array(s->b->arena, s->room, sizeof(*list));
		if (!list) {
			s->failed = true;
			return;
		}
		if (s->nr)
			memcpy(list, s->events, s->nr * sizeof(*list));
		s->events = list;
	}
	for (at = s->nr++; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!event_before(&e, &s->events[up]))
			break;
		s->events[at] = s->events[up];
	}
	s->events[at] = e;
}

static struct event pop_event(struct simulation *s)
{
	struct event top = s->events[0], e = s->events[--s->nr];
	size_t at = 0, down;

	while ((down = 2 * at + 1) < s->nr) {
		if (down + 1 < s->nr && event_before(&s->events[down + 1], &s->events[down]))
			down++;
		if (!event_before(&s->events[down], &e))
			break;
		s->events[at] = s->events[down];
		at = down;
	}
	s->events[at] = e;
	return top;
}

/* Which of two tasks an agent does first. */
static bool task_before(const struct board *b, size_t x, size_t y)
{
	const struct task *s = &b->tasks[x], *t = &b->tasks[y];

	if ((s->work == WORK_STARTED) != (t->work == WORK_STARTED))
		return s->work == WORK_STARTED;
	if (s->priority != t->priority)
		return s->priority < t->priority;
	if (s->due != t->due)
		return t->due == NO_DAY || (s->due != NO_DAY && s->due < t->due);
	return x < y;
}

static void push_task(struct simulation *s, struct ready *r, size_t task)
{
	size_t at, up, *list;

	if (r->nr == r->room) {
		r->room = r->room ? 2 * r->room : 8;
		list = arena_array(s->b->arena, r->room, sizeof(*list));
		if (!list) {
			s->failed = true;
			return;
		}
		if (r->nr)
			memcpy(list, r->tasks, r->nr * sizeof(*list));
		r->tasks = list;
	}
	for (at = r->nr++; at > 0; at = up) {
		up = (at - 1) / 2;
		if (!task_before(s->b, task, r->tasks[up]))
			break;
		r->tasks[at] = r->tasks[up];
	}
	r->tasks[at] = task;
}

static size_t pop_task(struct simulation *s, struct ready *r)
{
	size_t top = r->tasks[0], last = r->tasks[--r->nr], at = 0, down;

	while ((down = 2 * at + 1) < r->nr) {
		if (down + 1 < r->nr && task_before(s->b, r->tasks[down + 1],
						    r->tasks[down]))
			down++;
		if (!task_before(s->b, r->tasks[down], last))
			break;
		r->tasks[at] = r->tasks[down];
		at = down;
	}
	r->tasks[at] = last;
	return top;
}

/* Work on a task begins; those that wait for it are released when it ends. */
static void begin(struct simulation *s, size_t task, int64_t time)
{
	const struct task *t = &s->b->tasks[task];
	struct slot *slot = &s->slots[task];
	size_t i, other;

	slot->known = true;
	slot->begin = slot->end = time;
	if (ticks_of(s->g, task))
		slot->end = calendar_after(task_calendar(s->b, t), time,
					   ticks_of(s->g, task), &slot->begin);
	for (i = s->g->back_first[task]; i < s->g->back_first[task + 1]; i++) {
		other = s->g->back[i];
		/* The last to end is what kept it; of equals the first. */
		if (s->slots[other].driver == NONE || slot->end > s->release[other])
			s->slots[other].driver = task;
		if (slot->end > s->release[other])
			s->release[other] = slot->end;
		if (!--s->waits[other])
			push_event(s, s->release[other], RELEASE, other);
	}
}

static void handle(struct simulation *s, const struct event *e)
{
	const struct task *t;
	struct ready *r;
	size_t task;

	if (e->kind == RELEASE) {
		t = &s->b->tasks[e->what];
		if (t->agent == NONE || !takes_time(s->g, e->what)) {
			begin(s, e->what, e->time);
			return;
		}
		push_task(s, &s->ready[t->agent], e->what);
		if (!s->ready[t->agent].busy)
			push_event(s, e->time, BEGIN, t->agent);
		return;
	}
	r = &s->ready[e->what];
	if (e->kind == FREE) {
		r->busy = false;
		if (r->nr)
			push_event(s, e->time, BEGIN, e->what);
		return;
	}
	if (r->busy || !r->nr || s->failed)
		return;
	task = pop_task(s, r);
	if (e->time > s->release[task]) {
		s->slots[task].driver = r->last;
		s->slots[task].capacity = true;
	}
	begin(s, task, e->time);
	r->busy = true;
	r->last = task;
	push_event(s, s->slots[task].end, FREE, e->what);
}

static int64_t first_day(const struct board *b, const struct task *t)
{
	return (t->agent == NONE ? b->today : b->workers[t->agent].today) * DAY_TICKS;
}

/* From the due dates backwards, against the order. */
static void find_latest(struct schedule *s, const struct graph *g)
{
	const struct board *b = g->b;
	size_t at, i;

	for (at = g->order_nr; at > 0; at--) {
		size_t task = g->order[at - 1];
		const struct task *t = &b->tasks[task];
		struct slot *slot = &s->slots[task];

		slot->latest = t->due == NO_DAY ? NO_POINT : (t->due + 1) * DAY_TICKS;
		for (i = g->back_first[task]; i < g->back_first[task + 1]; i++) {
			size_t other = g->back[i];
			int64_t by = s->slots[other].latest;

			if (by == NO_POINT || !s->slots[other].known)
				continue;
			by = calendar_before(task_calendar(b, &b->tasks[other]), by,
					     ticks_of(g, other));
			if (slot->latest == NO_POINT || by < slot->latest)
				slot->latest = by;
		}
		if (slot->latest != NO_POINT)
			slot->slack = calendar_between(task_calendar(b, t), slot->end,
						       slot->latest);
		if (g->done && g->done[task])
			continue;
		if (s->last == NONE || slot->end > s->slots[s->last].end ||
		    (slot->end == s->slots[s->last].end && task < s->last))
			s->last = task;
	}
}

int schedule_make(struct schedule *out, const struct graph *g)
{
	const struct board *b = g->b;
	struct schedule made = { NULL, NONE };
	struct simulation s = { 0 };
	struct event e;
	size_t i;

	s.g = g;
	s.b = b;
	s.slots = made.slots = arena_array(b->arena, b->tasks_nr + 1, sizeof(*s.slots));
	s.waits = arena_array(b->arena, b->tasks_nr + 1, sizeof(*s.waits));
	s.release = arena_array(b->arena, b->tasks_nr + 1, sizeof(*s.release));
	s.ready = arena_array(b->arena, b->workers_nr + 1, sizeof(*s.ready));
	if (!s.slots || !s.waits || !s.release || !s.ready)
		return OPS_ENOMEM;
	for (i = 0; i < b->tasks_nr; i++) {
		s.slots[i].driver = NONE;
		s.slots[i].latest = NO_POINT;
		s.waits[i] = g->first[i + 1] - g->first[i];
		s.release[i] = first_day(b, &b->tasks[i]);
		if (!s.waits[i])
			push_event(&s, s.release[i], RELEASE, i);
	}
	while (s.nr && !s.failed) {
		e = pop_event(&s);
		handle(&s, &e);
	}
	if (s.failed)
		return OPS_ENOMEM;
	find_latest(&made, g);
	*out = made;
	return 0;
}

int64_t slot_last_day(const struct slot *s)
{
	/* What takes no time is done with what came before it. */
	return s->end > s->begin || s->driver != NONE ? calendar_last_day(s->end) :
	       calendar_last_day(s->end + 1);
}

bool slot_is_late(const struct slot *s, const struct task *t)
{
	return s->known && t->due != NO_DAY && slot_last_day(s) > t->due;
}
