/* SPDX-License-Identifier: MIT */
/*
 * The schedule: a simulation of everybody at work, event by event, and then the latest
 * ends from the due dates backwards.
 *
 * Events of one moment are taken in the order in which they were found; work is
 * begun only after all that becomes free at that moment is known.  So the same board
 * always gives the same dates.
 */

#include "model/schedule.h"

#include <stdlib.h>
#include <string.h>

#include "util/bitset.h"

enum event_kind { RELEASE, FREE };

struct event {
	int64_t time;
	uint64_t serial;	/* the order in which they were found */
	uint32_t what;		/* a job, or a worker */
	enum event_kind kind;
};

/*
 * Until its work begins, a slot holds what the simulation knows of its job: `begin` is when it
 * is released, `end` what it takes in ticks, `row` where it lies in the row of its worker, or
 * NO_ROW if it takes nobody's time, and `waits` for how many it waits; when it waits no more,
 * what is released next.
 */

/* What can be begun by one worker: those of its row that are in `free`. */
struct ready {
	uint32_t first, end;	/* its jobs in `row`, what it does first first */
	uint32_t last;		/* the job it did before, or NO_DRIVER */
	uint32_t released;	/* the first job that waits for the end of that, or NO_DRIVER */
	bool busy, asked;
};

struct simulation {
	struct arena *arena;	/* of what it works with */
	const struct graph *g;
	const struct board *b;
	struct slot *slots;
	struct event *events;	/* a heap */
	size_t nr, room;
	uint64_t serial;
	uint32_t *asked;	/* workers that are to begin something now, one after another */
	size_t asked_first, asked_nr;
	int64_t now;
	uint32_t *row;		/* jobs of a worker side by side */
	struct bitset free;
	struct ready *ready;	/* of each worker */
	bool failed;
};

static const struct calendar *calendar_of(const struct board *b, uint32_t agent)
{
	return agent == SLOT_NOBODY ? &b->calendar : &b->workers[agent].calendar;
}

static bool takes_time(const struct graph *g, size_t job)
{
	return g->b->jobs[job].work != WORK_REVIEW && !(g->done && g->done[job]);
}

static bool event_before(const struct event *a, const struct event *b)
{
	return a->time != b->time ? a->time < b->time : a->serial < b->serial;
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
#define NO_ROW UINT32_MAX
#define FETCH_MAX 4

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
		s->ready[i].last = s->ready[i].released = NO_DRIVER;
		start += number;
	}
	for (i = 0; i < nr; i++) {
		struct ready *r = &s->ready[b->jobs[sorted[i]].agent];

		s->slots[sorted[i]].row = r->end;
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
		if (b->jobs[i].agent == JOB_NOBODY || !takes_time(s->g, i))
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

/* Work on a job begins; those that wait for it are released when it ends: by an event each, or,
 * if `worker` ends something then, one after another by the event that says so. */
static void begin(struct simulation *s, uint32_t job, int64_t time, struct ready *worker)
{
	const struct graph *g = s->g;
	struct slot *slot = &s->slots[job];
	uint32_t *last = worker ? &worker->released : NULL;
	size_t i;

	slot->known = true;
	slot->begin = time;
	slot->end = !slot->end ? time : calendar_after(calendar_of(s->b, slot->agent), time,
						       slot->end, &slot->begin);
	for (i = g->back_first[job]; i < g->back_first[job + 1]; i++) {
		struct slot *other = &s->slots[g->back[i]];

		/* The last to end is what kept it; of equals the first. */
		if (other->driver == NO_DRIVER || slot->end > other->begin)
			other->driver = job;
		if (slot->end > other->begin)
			other->begin = slot->end;
		if (--other->waits)
			continue;
		__builtin_prefetch(&g->back_first[g->back[i]]);
		if (other->row != NO_ROW)
			__builtin_prefetch(&s->row[other->row]);
		if (last && other->begin == slot->end) {
			*last = g->back[i];
			last = &other->waits;
		} else {
			push_event(s, other->begin, RELEASE, g->back[i]);
		}
	}
	if (last)
		*last = NO_DRIVER;
}

/* Its worker looks for work once all that becomes free at this moment is known. */
static void ask(struct simulation *s, uint32_t worker)
{
	struct ready *r = &s->ready[worker];
	size_t last = s->asked_first + s->asked_nr;

	if (r->busy || r->asked)
		return;
	r->asked = true;
	s->asked[last < s->b->workers_nr ? last : last - s->b->workers_nr] = worker;
	s->asked_nr++;
}

/* Slots lie in the order of their tasks and are visited in that of the work, which is another:
 * what waits for a job that is soon to begin is fetched meanwhile. */
static void fetch_waiting(const struct simulation *s, uint32_t job)
{
	uint32_t first = s->g->back_first[job], end = s->g->back_first[job + 1], i;

	for (i = first; i < end && i - first < FETCH_MAX; i++)
		__builtin_prefetch(&s->slots[s->g->back[i]], 1);
}

static void release(struct simulation *s, uint32_t job)
{
	const struct slot *slot = &s->slots[job];

	if (slot->row == NO_ROW) {
		begin(s, job, s->now, NULL);
		return;
	}
	fetch_waiting(s, job);
	bitset_add(&s->free, slot->row);
	ask(s, slot->agent);
}

/* What the worker does after this, unless better work becomes free. */
static void fetch_next(const struct simulation *s, const struct ready *r, size_t at)
{
	size_t next = bitset_next(&s->free, at + 1);

	if (next < r->end) {
		__builtin_prefetch(&s->slots[s->row[next]], 1);
		fetch_waiting(s, s->row[next]);
	}
}

static void begin_first(struct simulation *s)
{
	uint32_t worker = s->asked[s->asked_first++], job;
	struct ready *r = &s->ready[worker];
	struct slot *slot;
	size_t at = bitset_next(&s->free, r->first);

	s->asked_first = s->asked_first < s->b->workers_nr ? s->asked_first : 0;
	s->asked_nr--;
	r->asked = false;
	if (r->busy || at >= r->end)
		return;
	bitset_remove(&s->free, at);
	job = s->row[at];
	slot = &s->slots[job];
	fetch_next(s, r, at);
	if (s->now > slot->begin) {
		slot->driver = r->last;
		slot->capacity = true;
	}
	begin(s, job, s->now, r);
	r->busy = true;
	r->last = job;
	push_event(s, slot->end, FREE, worker);
}

/* A worker has done its job: what waited for that comes first. */
static void end(struct simulation *s, uint32_t worker)
{
	struct ready *r = &s->ready[worker];
	uint32_t job, next;

	for (job = r->released; job != NO_DRIVER; job = next) {
		next = s->slots[job].waits;
		release(s, job);
	}
	r->released = NO_DRIVER;
	r->busy = false;
	ask(s, worker);
}

/* Everything of one moment, and only then what begins at it. */
static void run(struct simulation *s)
{
	struct event e;

	while ((s->nr || s->asked_nr) && !s->failed) {
		if (s->asked_nr && (!s->nr || s->events[0].time > s->now)) {
			begin_first(s);
			continue;
		}
		e = pop_event(s);
		s->now = e.time;
		if (e.kind == RELEASE)
			release(s, e.what);
		else
			end(s, e.what);
	}
}

static int64_t first_day(const struct board *b, uint32_t agent)
{
	return (agent == JOB_NOBODY ? b->today : b->workers[agent].today) * DAY_TICKS;
}

/* Everything is free on the first of all days that waits for nothing; that of others is an
 * event. */
static void start(struct simulation *s)
{
	size_t n = s->b->tasks_nr, i;
	int64_t first = INT64_MAX;

	for (i = 0; i < n; i++)
		if (!s->slots[i].waits && s->slots[i].begin < first)
			first = s->slots[i].begin;
	for (i = 0; i < n; i++)
		if (!s->slots[i].waits && s->slots[i].begin > first)
			push_event(s, s->slots[i].begin, RELEASE, (uint32_t)i);
	s->now = first;
	for (i = 0; i < n; i++)
		if (s->g->first[i + 1] == s->g->first[i] && s->slots[i].begin == first)
			release(s, (uint32_t)i);
}

/* --- the way back --- */

/* Until it is gone, `slack` holds what a job takes, and whose it is, so that nothing else need be
 * looked at. */
#define TICKS_BITS 35

_Static_assert(CALENDAR_TICKS_MAX < INT64_C(1) << TICKS_BITS && SLOT_NOBODY < INT64_C(1)
	       << (63 - TICKS_BITS), "an estimate and an agent fit into one number");

static inline int64_t pack_work(int64_t ticks, uint32_t agent)
{
	return (int64_t)agent << TICKS_BITS | ticks;
}

#define AHEAD 8

/* The latest ends, from the due dates backwards against the order. */
static void find_latest(struct margin *margins, const struct graph *g)
{
	const struct margin *one;
	struct margin *other;
	int64_t ticks, by;
	size_t at, i, job;

	for (at = g->order_nr; at > 0; at--) {
		one = &margins[job = g->order[at - 1]];
		if (at > AHEAD) {
			__builtin_prefetch(&margins[g->order[at - 1 - AHEAD]], 1);
			__builtin_prefetch(&g->first[g->order[at - 1 - AHEAD]]);
		}
		if (one->latest == NO_POINT || g->first[job] == g->first[job + 1])
			continue;
		ticks = one->slack & ((INT64_C(1) << TICKS_BITS) - 1);
		by = calendar_before(calendar_of(g->b, (uint32_t)(one->slack >> TICKS_BITS)),
				     one->latest, ticks);
		for (i = g->first[job]; i < g->first[job + 1]; i++) {
			other = &margins[g->to[i]];
			if (other->latest == NO_POINT || by < other->latest)
				other->latest = by;
		}
	}
}

/* How much time is left to each job, and which ends last. */
static void find_slack(struct schedule *s, const struct graph *g)
{
	int64_t last = INT64_MIN;
	size_t i;

	for (i = 0; i < g->b->tasks_nr; i++) {
		const struct slot *slot = &s->slots[i];
		struct margin *m = &s->margins[i];

		if (!slot->known)
			m->latest = NO_POINT;
		m->slack = m->latest == NO_POINT ? 0 :
			   calendar_between(calendar_of(g->b, slot->agent), slot->end,
					    m->latest);
		if (!slot->known || slot->end <= last || (g->done && g->done[i]))
			continue;
		s->last = i;
		last = slot->end;
	}
}

/* What is known before the work: all but its place in the row of its worker. */
static void begin_with(struct slot *slot, struct margin *margin, const struct graph *g, size_t job)
{
	const struct job *j = &g->b->jobs[job];

	*slot = (struct slot){
		.begin = first_day(g->b, j->agent),
		.driver = NO_DRIVER,
		.waits = g->first[job + 1] - g->first[job],
		.row = NO_ROW,
		.agent = j->agent & SLOT_NOBODY
	};
	if (takes_time(g, job))
		slot->end = calendar_ticks(calendar_of(g->b, slot->agent), j->hours);
	margin->latest = j->due == JOB_NO_DAY ? NO_POINT : ((int64_t)j->due + 1) * DAY_TICKS;
	margin->slack = pack_work(slot->end, slot->agent);
}

/* Everybody at work, from today on. */
static int simulate(struct simulation *s, struct margin *margins)
{
	const struct board *b = s->b;
	size_t n = b->tasks_nr, i;

	s->row = arena_space(s->arena, n + 1, sizeof(*s->row));
	s->ready = arena_array(s->arena, b->workers_nr + 1, sizeof(*s->ready));
	s->asked = arena_array(s->arena, b->workers_nr + 1, sizeof(*s->asked));
	if (!s->row || !s->ready || !s->asked)
		return OPS_ENOMEM;
	for (i = 0; i < n; i++)
		begin_with(&s->slots[i], &margins[i], s->g, i);
	if (make_rows(s))
		return OPS_ENOMEM;
	start(s);
	run(s);
	/* What never began is kept by what did. */
	for (i = 0; s->g->order_nr < n && i < n; i++)
		if (!s->slots[i].known)
			s->slots[i] = (struct slot){ .driver = s->slots[i].driver };
	return s->failed ? OPS_ENOMEM : 0;
}

int schedule_make(struct schedule *out, const struct graph *g)
{
	size_t n = g->b->tasks_nr;
	struct schedule made = {
		arena_space(g->b->arena, n + 1, sizeof(*made.slots)),
		arena_space(g->b->arena, n + 1, sizeof(*made.margins)), NONE
	};
	struct simulation s = { .g = g, .b = g->b, .slots = made.slots, .arena = arena_new() };
	int ret = made.slots && made.margins && s.arena ? simulate(&s, made.margins) : OPS_ENOMEM;

	if (ret == 0) {
		find_latest(made.margins, g);
		find_slack(&made, g);
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
