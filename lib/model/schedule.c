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

#include "util/bitset.h"

enum event_kind { RELEASE, FREE, BEGIN };

struct event {
	int64_t time;
	uint64_t serial;	/* the order in which they were found */
	uint32_t what;		/* a job, or a worker */
	enum event_kind kind;
};

/* What can be begun by one worker: those of its row that are in `free`. */
struct ready {
	uint32_t first, end;	/* its jobs in `row`, what it does first first */
	uint32_t last;		/* the job it did before, or NO_DRIVER */
	bool busy;
	int64_t asked;		/* when it is to begin something; NO_POINT */
};

struct simulation {
	struct arena *arena;	/* of what it works with */
	const struct graph *g;
	const struct board *b;
	struct slot *slots;
	struct event *events;	/* a heap */
	size_t nr, room;
	uint64_t serial;
	uint32_t *waits;
	int64_t *release, *ticks;
	uint32_t *row, *at;	/* jobs of a worker side by side, and where each is */
	struct bitset free;
	struct ready *ready;	/* of each worker */
	bool failed;
};

static const struct calendar *calendar_of(const struct board *b, size_t job)
{
	uint32_t agent = b->jobs[job].agent;

	return agent == JOB_NOBODY ? &b->calendar : &b->workers[agent].calendar;
}

static bool takes_time(const struct graph *g, size_t job)
{
	return g->b->jobs[job].work != WORK_REVIEW && !(g->done && g->done[job]);
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
		       uint32_t what)
{
	struct event e = { time, s->serial++, what, kind }, *list;
	size_t at, up;

	list = arena_room(s->arena, s->events, s->nr, &s->room, sizeof(*list));
	if (!list) {
		s->failed = true;
		return;
	}
	s->events = list;
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

/* --- what an agent does first --- */

#define KEY_BYTES 7

/* What is in progress, then the gravest, then what is due first; of equals the first. */
static uint64_t key_of(const struct job *j)
{
	uint64_t due = j->due == JOB_NO_DAY ? UINT32_MAX :
		       (uint32_t)j->due ^ UINT32_C(0x80000000);

	return (j->work == WORK_STARTED ? 0 : UINT64_C(1) << 48) |
	       (uint64_t)j->priority << 32 | due;
}

/* Put numbers in order of a byte of their keys; those with the same stay as they are. */
static void sort_by_byte(uint32_t *to, const uint32_t *from, size_t nr, const uint64_t *keys,
			 unsigned shift)
{
	size_t first[257] = { 0 }, i;

	for (i = 0; i < nr; i++)
		first[(keys[from[i]] >> shift & 0xff) + 1]++;
	for (i = 0; i < 256; i++)
		first[i + 1] += first[i];
	for (i = 0; i < nr; i++)
		to[first[keys[from[i]] >> shift & 0xff]++] = from[i];
}

/* The jobs of each worker side by side, in the order in which it would do them. */
static void put_in_rows(struct simulation *s, const uint32_t *sorted, size_t nr)
{
	const struct board *b = s->b;
	uint32_t start = 0, number;
	size_t i;

	for (i = 0; i < nr; i++)
		s->ready[b->jobs[sorted[i]].agent].end++;
	for (i = 0; i < b->workers_nr; i++) {
		number = s->ready[i].end;
		s->ready[i].first = s->ready[i].end = start;
		s->ready[i].last = NO_DRIVER;
		s->ready[i].asked = NO_POINT;
		start += number;
	}
	for (i = 0; i < nr; i++) {
		struct ready *r = &s->ready[b->jobs[sorted[i]].agent];

		s->at[sorted[i]] = r->end;
		s->row[r->end++] = sorted[i];
	}
}

static int make_rows(struct simulation *s)
{
	const struct board *b = s->b;
	uint64_t *keys = malloc((b->tasks_nr + 1) * sizeof(*keys)), differ = 0;
	uint32_t *from = malloc((b->tasks_nr + 1) * sizeof(*from));
	uint32_t *to = malloc((b->tasks_nr + 1) * sizeof(*to)), *swap;
	size_t i, nr = 0;
	unsigned byte;

	for (i = 0; keys && from && to && i < b->tasks_nr; i++) {
		if (b->jobs[i].agent == JOB_NOBODY)
			continue;
		keys[i] = key_of(&b->jobs[i]);
		from[nr++] = (uint32_t)i;
		differ |= keys[i] ^ keys[from[0]];
	}
	for (byte = 0; keys && from && to && byte < KEY_BYTES; byte++) {
		if (!(differ >> 8 * byte & 0xff))
			continue;
		sort_by_byte(to, from, nr, keys, 8 * byte);
		swap = from;
		from = to;
		to = swap;
	}
	if (keys && from && to)
		put_in_rows(s, from, nr);
	else
		s->failed = true;
	free(keys);
	free(from);
	free(to);
	return s->failed ? OPS_ENOMEM : bitset_init(&s->free, s->arena, nr);
}

/* --- the simulation --- */

/* Work on a job begins; those that wait for it are released when it ends. */
static void begin(struct simulation *s, uint32_t job, int64_t time)
{
	const struct graph *g = s->g;
	struct slot *slot = &s->slots[job];
	size_t i;

	slot->known = true;
	slot->begin = slot->end = time;
	if (s->ticks[job])
		slot->end = calendar_after(calendar_of(s->b, job), time, s->ticks[job],
					   &slot->begin);
	for (i = g->back_first[job]; i < g->back_first[job + 1]; i++) {
		uint32_t other = g->back[i];

		/* The last to end is what kept it; of equals the first. */
		if (s->slots[other].driver == NO_DRIVER || slot->end > s->release[other])
			s->slots[other].driver = job;
		if (slot->end > s->release[other])
			s->release[other] = slot->end;
		if (!--s->waits[other])
			push_event(s, s->release[other], RELEASE, other);
	}
}

/* Its worker looks for work once all that becomes free at this moment is known. */
static void ask(struct simulation *s, uint32_t worker, int64_t time)
{
	struct ready *r = &s->ready[worker];

	if (r->busy || r->asked == time)
		return;
	r->asked = time;
	push_event(s, time, BEGIN, worker);
}

static void release(struct simulation *s, uint32_t job, int64_t time)
{
	uint32_t agent = s->b->jobs[job].agent;

	if (agent == JOB_NOBODY || !takes_time(s->g, job)) {
		begin(s, job, time);
		return;
	}
	bitset_add(&s->free, s->at[job]);
	ask(s, agent, time);
}

static void begin_first(struct simulation *s, uint32_t worker, int64_t time)
{
	struct ready *r = &s->ready[worker];
	size_t at = bitset_next(&s->free, r->first);
	uint32_t job;

	r->asked = NO_POINT;
	if (r->busy || at >= r->end)
		return;
	bitset_remove(&s->free, at);
	job = s->row[at];
	if (time > s->release[job]) {
		s->slots[job].driver = r->last;
		s->slots[job].capacity = true;
	}
	begin(s, job, time);
	r->busy = true;
	r->last = job;
	push_event(s, s->slots[job].end, FREE, worker);
}

static void handle(struct simulation *s, const struct event *e)
{
	switch (e->kind) {
	case RELEASE:
		release(s, e->what, e->time);
		break;
	case FREE:
		s->ready[e->what].busy = false;
		ask(s, e->what, e->time);
		break;
	case BEGIN:
		begin_first(s, e->what, e->time);
		break;
	}
}

static int64_t first_day(const struct board *b, size_t job)
{
	uint32_t agent = b->jobs[job].agent;

	return (agent == JOB_NOBODY ? b->today : b->workers[agent].today) * DAY_TICKS;
}

/* Everything is free on the first of all days that waits for nothing; that of others is an
 * event. */
static void start(struct simulation *s)
{
	size_t n = s->b->tasks_nr, i;
	int64_t first = INT64_MAX;

	for (i = 0; i < n; i++)
		if (!s->waits[i] && s->release[i] < first)
			first = s->release[i];
	for (i = 0; i < n; i++)
		if (!s->waits[i] && s->release[i] > first)
			push_event(s, s->release[i], RELEASE, (uint32_t)i);
	for (i = 0; i < n; i++)
		if (s->g->first[i + 1] == s->g->first[i] && s->release[i] == first)
			release(s, (uint32_t)i, first);
}

/* From the due dates backwards, against the order. */
static void find_latest(struct schedule *s, const struct graph *g, const int64_t *ticks)
{
	const struct board *b = g->b;
	size_t at, i;

	for (at = g->order_nr; at > 0; at--) {
		size_t job = g->order[at - 1];
		const struct job *j = &b->jobs[job];
		struct slot *slot = &s->slots[job];

		slot->latest = j->due == JOB_NO_DAY ? NO_POINT :
			       ((int64_t)j->due + 1) * DAY_TICKS;
		for (i = g->back_first[job]; i < g->back_first[job + 1]; i++) {
			size_t other = g->back[i];
			int64_t by = s->slots[other].latest;

			if (by == NO_POINT || !s->slots[other].known)
				continue;
			by = calendar_before(calendar_of(b, other), by, ticks[other]);
			if (slot->latest == NO_POINT || by < slot->latest)
				slot->latest = by;
		}
		if (slot->latest != NO_POINT)
			slot->slack = calendar_between(calendar_of(b, job), slot->end,
						       slot->latest);
		if (g->done && g->done[job])
			continue;
		if (s->last == NONE || slot->end > s->slots[s->last].end ||
		    (slot->end == s->slots[s->last].end && job < s->last))
			s->last = job;
	}
}

/* Everybody at work, from today on. */
static int simulate(struct simulation *s)
{
	const struct board *b = s->b;
	size_t n = b->tasks_nr, i;
	struct event e;

	s->waits = arena_array(s->arena, n + 1, sizeof(*s->waits));
	s->release = arena_array(s->arena, n + 1, sizeof(*s->release));
	s->ticks = arena_array(s->arena, n + 1, sizeof(*s->ticks));
	s->row = arena_array(s->arena, n + 1, sizeof(*s->row));
	s->at = arena_array(s->arena, n + 1, sizeof(*s->at));
	s->ready = arena_array(s->arena, b->workers_nr + 1, sizeof(*s->ready));
	if (!s->waits || !s->release || !s->ticks || !s->row || !s->at || !s->ready ||
	    make_rows(s))
		return OPS_ENOMEM;
	for (i = 0; i < n; i++) {
		s->slots[i].driver = NO_DRIVER;
		s->slots[i].latest = NO_POINT;
		s->waits[i] = s->g->first[i + 1] - s->g->first[i];
		s->release[i] = first_day(b, i);
		if (takes_time(s->g, i))
			s->ticks[i] = calendar_ticks(calendar_of(b, i), b->jobs[i].hours);
	}
	start(s);
	while (s->nr && !s->failed) {
		e = pop_event(s);
		handle(s, &e);
	}
	return s->failed ? OPS_ENOMEM : 0;
}

int schedule_make(struct schedule *out, const struct graph *g)
{
	struct schedule made = { NULL, NONE };
	struct simulation s = { .g = g, .b = g->b, .arena = arena_new() };
	int ret = OPS_ENOMEM;

	made.slots = arena_array(g->b->arena, g->b->tasks_nr + 1, sizeof(*made.slots));
	if (made.slots && s.arena) {
		s.slots = made.slots;
		ret = simulate(&s);
	}
	if (ret == 0) {
		find_latest(&made, g, s.ticks);
		*out = made;
	}
	arena_free(s.arena);
	return ret;
}

size_t slot_driver(const struct slot *s)
{
	return s->driver == NO_DRIVER ? NONE : s->driver;
}

int64_t slot_last_day(const struct slot *s)
{
	/* What takes no time is done with what came before it. */
	return s->end > s->begin || s->driver != NO_DRIVER ? calendar_last_day(s->end) :
	       calendar_last_day(s->end + 1);
}

bool slot_is_late(const struct slot *s, int64_t due)
{
	return s->known && due != NO_DAY && slot_last_day(s) > due;
}
