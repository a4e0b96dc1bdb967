/* SPDX-License-Identifier: MIT */
/*
 * The graph of tasks and the calendar, against slow programs that cannot be wrong: every
 * cycle length by trying all ways, every date by going from day to day.
 */
#include "unit.h"

#include "model/schedule.h"
#include "util/arena.h"

static unsigned long seed;

static size_t dice(size_t sides)
{
	seed = seed * 6364136223846793005ul + 1442695040888963407ul;
	return (size_t)(seed >> 33) % sides;
}

/* A board of `nr` tasks without dependencies, in an arena of its own. */
static struct board *make_board(size_t nr)
{
	struct arena *arena = arena_new();
	struct board *b = arena_alloc(arena, sizeof(*b));
	size_t i;

	b->arena = arena;
	b->calendar = (struct calendar){ 0x1f, 8, NULL, 0, 0 };
	b->today = 20468;	/* Thursday, 2026-01-15 */
	b->tasks = arena_array(arena, nr + 1, sizeof(*b->tasks));
	b->tasks_nr = nr;
	for (i = 0; i < nr; i++) {
		b->tasks[i].id = arena_printf(arena, "t%zu", i);
		b->tasks[i].agent = NONE;
		b->tasks[i].due = NO_DAY;
	}
	return b;
}

static void depend(struct board *b, size_t from, size_t to)
{
	struct task *t = &b->tasks[from];
	struct dependency *list = arena_array(b->arena, t->depends_nr + 1, sizeof(*list));

	if (t->depends_nr)
		memcpy(list, t->depends, t->depends_nr * sizeof(*list));
	list[t->depends_nr].name = b->tasks[to].id;
	list[t->depends_nr++].task = to;
	t->depends = list;
}

static int draw(struct graph *g, struct board *b, const bool *done)
{
	return board_make_jobs(b) || graph_make(g, b, done);
}

#define SMALL 9

/* Lengths of the shortest ways with at least one edge; 99: none. */
static void all_ways(unsigned way[SMALL][SMALL], const struct board *b)
{
	size_t i, j, k;

	for (i = 0; i < SMALL; i++)
		for (j = 0; j < SMALL; j++)
			way[i][j] = 99;
	for (i = 0; i < b->tasks_nr; i++)
		for (k = 0; k < b->tasks[i].depends_nr; k++)
			way[i][b->tasks[i].depends[k].task] = 1;
	for (k = 0; k < SMALL; k++)
		for (i = 0; i < SMALL; i++)
			for (j = 0; j < SMALL; j++)
				if (way[i][k] + way[k][j] < way[i][j])
					way[i][j] = way[i][k] + way[k][j];
}

static bool has_edge(const struct board *b, size_t from, size_t to)
{
	size_t k;

	for (k = 0; k < b->tasks[from].depends_nr; k++)
		if (b->tasks[from].depends[k].task == to)
			return true;
	return false;
}

static void check_graph(const struct board *b, const struct graph *g)
{
	unsigned way[SMALL][SMALL];
	bool ordered[SMALL] = { false }, covered[SMALL] = { false };
	size_t i, k, members;

	all_ways(way, b);
	for (i = 0; i < g->order_nr; i++) {
		for (k = 0; k < b->tasks_nr; k++)
			ck_assert(!has_edge(b, g->order[i], k) || ordered[k]);
		ordered[g->order[i]] = true;
	}
	for (i = 0; i < b->tasks_nr; i++) {
		bool stuck = way[i][i] < 99;

		for (k = 0; k < b->tasks_nr; k++)
			stuck |= way[i][k] < 99 && way[k][k] < 99;
		ck_assert(stuck == !ordered[i]);
	}
	for (i = 0; i < g->cycles_nr; i++) {
		const struct cycle *c = &g->cycles[i];
		unsigned least = 99;

		for (k = 0; k < c->nr; k++)
			ck_assert(has_edge(b, c->tasks[k], c->tasks[(k + 1) % c->nr]));
		for (k = members = 0; k < b->tasks_nr; k++)
			if (k == c->tasks[0] || (way[k][c->tasks[0]] < 99 &&
						 way[c->tasks[0]][k] < 99)) {
				members++;
				ck_assert(!covered[k]);
				covered[k] = true;
				least = way[k][k] < least ? way[k][k] : least;
			}
		ck_assert(c->shortest);
		ck_assert_uint_eq(c->members, members);
		ck_assert_uint_eq(c->nr, least);
	}
	for (i = 0; i < b->tasks_nr; i++)
		ck_assert(covered[i] == (way[i][i] < 99));
}

UNIT_TEST(cycles_and_order_are_those_of_trying_all_ways)
{
	size_t round, i, cyclic = 0;

	seed = 51;
	for (round = 0; round < 20000; round++) {
		struct board *b = make_board(1 + dice(SMALL));
		size_t edges = dice(2 * b->tasks_nr + 1);
		struct graph g;

		for (i = 0; i < edges; i++)
			depend(b, dice(b->tasks_nr), dice(b->tasks_nr));
		ck_assert_int_eq(draw(&g, b, NULL), 0);
		check_graph(b, &g);
		cyclic += g.cycles_nr > 0;
		arena_free(b->arena);
	}
	UNIT_NEED(cyclic > 5000 && cyclic < 19000);
}
END_TEST

UNIT_TEST(a_cycle_of_a_hundred_thousand_is_one_cycle)
{
	struct board *b = make_board(100000);
	struct schedule s;
	struct graph g;
	size_t i;

	for (i = 0; i < b->tasks_nr; i++)
		depend(b, i, (i + 1) % b->tasks_nr);
	ck_assert_int_eq(draw(&g, b, NULL), 0);
	ck_assert_uint_eq(g.cycles_nr, 1);
	ck_assert_uint_eq(g.cycles[0].nr, b->tasks_nr);
	ck_assert_uint_eq(g.order_nr, 0);
	ck_assert_int_eq(schedule_make(&s, &g), 0);
	ck_assert(s.last == NONE);
	/* One more edge, and the shortest is found in it. */
	depend(b, 50000, 49998);
	ck_assert_int_eq(draw(&g, b, NULL), 0);
	ck_assert_uint_eq(g.cycles[0].nr, 3);
	ck_assert_uint_eq(g.cycles[0].members, b->tasks_nr);
	arena_free(b->arena);
}
END_TEST

UNIT_TEST(a_task_taken_as_done_holds_nobody_up)
{
	struct board *b = make_board(3);
	bool done[3] = { false, true, false };
	struct graph g;

	depend(b, 0, 1);
	depend(b, 1, 0);
	depend(b, 2, 1);
	ck_assert_int_eq(draw(&g, b, NULL), 0);
	ck_assert_uint_eq(g.cycles_nr, 1);
	ck_assert(graph_waits(&g, 2));
	ck_assert_int_eq(draw(&g, b, done), 0);
	ck_assert_uint_eq(g.cycles_nr, 0);
	ck_assert_uint_eq(g.order_nr, 3);
	ck_assert(!graph_waits(&g, 2));
	arena_free(b->arena);
}
END_TEST

/* Which of two tasks an agent does first. */
static bool comes_first(const struct board *b, size_t x, size_t y)
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

/* When all it depends on has ended; NO_POINT: not yet known. */
static int64_t free_at(const struct board *b, const struct slot *slots, size_t task)
{
	const struct task *t = &b->tasks[task];
	int64_t at = (t->agent == NONE ? b->today : b->workers[t->agent].today) * DAY_TICKS;
	size_t k;

	for (k = 0; k < t->depends_nr; k++) {
		const struct slot *s = &slots[t->depends[k].task];

		if (!s->known)
			return NO_POINT;
		at = s->end > at ? s->end : at;
	}
	return at;
}

/* The schedule by looking at all tasks again for each that begins: the next is what can begin
 * earliest, and of one agent what comes first of what is free then. */
static void slow_schedule(struct slot *slots, const struct board *b, size_t workers)
{
	int64_t busy[4] = { 0 }, begin, at, best;
	size_t i, k, pick;

	for (;;) {
		pick = NONE;
		best = INT64_MAX;
		for (i = 0; i < b->tasks_nr; i++) {
			const struct task *t = &b->tasks[i];
			bool queues = t->agent != NONE && t->work != WORK_REVIEW;

			at = slots[i].known ? NO_POINT : free_at(b, slots, i);
			if (at == NO_POINT)
				continue;
			begin = queues && busy[t->agent] > at ? busy[t->agent] : at;
			if (begin < best || (begin == best && pick != NONE &&
			     (!queues || (b->tasks[pick].agent == t->agent &&
			      b->tasks[pick].work != WORK_REVIEW && comes_first(b, i, pick))))) {
				best = begin;
				pick = i;
			}
		}
		if (pick == NONE)
			return;
		k = b->tasks[pick].agent;
		slots[pick].known = true;
		slots[pick].begin = slots[pick].end = best;
		if (b->tasks[pick].work == WORK_REVIEW)
			continue;
		slots[pick].end = calendar_after(k == NONE ? &b->calendar :
						 &b->workers[k].calendar, best,
						 calendar_ticks(&b->calendar,
								b->tasks[pick].hours),
						 &slots[pick].begin);
		if (k != NONE && k < workers)
			busy[k] = slots[pick].end;
	}
}

/* The latest ends, from those that nothing waits for: a task depends on earlier ones only. */
static void slow_margins(struct margin *margins, const struct slot *slots, const struct board *b)
{
	const struct calendar *c;
	size_t i, k;

	for (i = 0; i < b->tasks_nr; i++)
		margins[i].latest = b->tasks[i].due == NO_DAY ? INT64_MAX :
				    (b->tasks[i].due + 1) * DAY_TICKS;
	for (i = b->tasks_nr; i-- > 0;) {
		const struct task *t = &b->tasks[i];
		int64_t *latest = &margins[i].latest, by, ticks;

		if (*latest == INT64_MAX) {
			margins[i] = (struct margin){ NO_POINT, 0 };
			continue;
		}
		c = t->agent == NONE ? &b->calendar : &b->workers[t->agent].calendar;
		ticks = t->work == WORK_REVIEW ? 0 : calendar_ticks(c, t->hours);
		by = calendar_before(c, *latest, ticks);
		for (k = 0; k < t->depends_nr; k++)
			if (margins[t->depends[k].task].latest > by)
				margins[t->depends[k].task].latest = by;
		margins[i].slack = calendar_between(c, slots[i].end, *latest);
	}
}

static size_t slow_last(const struct slot *slots, size_t nr)
{
	size_t last = 0, i;

	for (i = 1; i < nr; i++)
		if (slots[i].end > slots[last].end)
			last = i;
	return last;
}

UNIT_TEST(a_schedule_is_that_of_looking_at_all_tasks_again)
{
	static const int64_t off[] = { 20469, 20473, 20474 };
	size_t round, i, k, busy = 0, late = 0;

	seed = 53;
	for (round = 0; round < 5000; round++) {
		struct board *b = make_board(1 + dice(14));
		struct slot slow[14] = { { 0 } };
		struct margin margins[14] = { { 0 } };
		struct worker workers[3];
		struct schedule s;
		struct graph g;

		memset(workers, 0, sizeof(workers));
		b->workers = workers;
		b->workers_nr = 3;
		for (k = 0; k < 3; k++) {
			workers[k].calendar = (struct calendar){ 0x1f >> (k == 1), 8, off,
								 k == 2 ? 3 : 0, 0 };
			workers[k].today = b->today + (k == 0);
		}
		for (i = 0; i < b->tasks_nr; i++) {
			struct task *t = &b->tasks[i];

			t->agent = dice(4) ? dice(3) : NONE;
			t->work = (enum work)dice(WORK_OTHER);
			t->priority = (unsigned)dice(3);
			t->due = dice(3) ? b->today + (int64_t)dice(9) - 4 : NO_DAY;
			t->hours = (double)(1 + dice(30));
		}
		for (i = dice(b->tasks_nr + 3); i > 0; i--) {
			size_t from = dice(b->tasks_nr), to = dice(b->tasks_nr);

			if (from != to)
				depend(b, from > to ? from : to, from > to ? to : from);
		}
		ck_assert_int_eq(draw(&g, b, NULL), 0);
		ck_assert_int_eq(schedule_make(&s, &g), 0);
		slow_schedule(slow, b, 3);
		slow_margins(margins, slow, b);
		UNIT_NEED(s.last == slow_last(slow, b->tasks_nr));
		for (i = 0; i < b->tasks_nr; i++) {
			UNIT_NEED(s.slots[i].known && slow[i].known);
			UNIT_NEED(s.slots[i].begin == slow[i].begin);
			UNIT_NEED(s.slots[i].end == slow[i].end);
			UNIT_NEED(s.margins[i].latest == margins[i].latest);
			UNIT_NEED(s.margins[i].slack == margins[i].slack);
			busy += s.slots[i].capacity;
			late += margins[i].slack < 0;
		}
		arena_free(b->arena);
	}
	UNIT_NEED(busy > 5000 && late > 5000);
}
END_TEST

/* The end of work, an hour after the other. */
static int64_t slow_after(const struct calendar *c, int64_t from, int64_t ticks,
			  int64_t step)
{
	while (ticks > 0) {
		int64_t day = from / DAY_TICKS;

		if (calendar_works(c, day))
			ticks -= step;
		from += step;
	}
	return from;
}

UNIT_TEST(work_goes_across_weekends_and_days_off)
{
	size_t round, i;

	seed = 52;
	for (round = 0; round < 20000; round++) {
		int64_t off[6], step = DAY_TICKS / 8, from, ticks, end, begin;
		struct calendar c = { 1 + (unsigned)dice(127), 8, off, dice(6), 0 };

		off[0] = 20468 + (int64_t)dice(9);
		for (i = 1; i < 6; i++)
			off[i] = off[i - 1] + 1 + (int64_t)dice(9);
		from = 20460 * DAY_TICKS + (int64_t)dice(8 * 20) * step;
		ticks = (int64_t)(1 + dice(8 * 40)) * step;
		end = calendar_after(&c, from, ticks, &begin);
		ck_assert_int_eq(end, slow_after(&c, from, ticks, step));
		ck_assert(calendar_works(&c, begin / DAY_TICKS));
		ck_assert_int_eq(calendar_between(&c, from, end), ticks);
		ck_assert_int_eq(calendar_between(&c, end, from), -ticks);
		/* Back from there is where it begins, or the end of the day before it. */
		ck_assert_int_eq(calendar_after(&c, calendar_before(&c, end, ticks), ticks,
						&from), end);
	}
}
END_TEST

UNIT_TEST(time_zones_are_offsets)
{
	static const struct {
		const char *text;
		int minutes;
	} good[] = { { "UTC", 0 }, { "", 0 }, { "+02:00", 120 }, { "UTC-05:30", -330 },
		     { "+14:00", 840 } };
	static const char *const bad[] = { "Mars", "+2", "+02", "02:00", "+02:60", "+15:00",
					   "+14:01", "UTC+2", "+0200 ", "Europe/Zurich" };
	struct calendar c = { 0x1f, 8, NULL, 0, 0 };
	int minutes;
	size_t i;

	for (i = 0; i < UNIT_COUNT(good); i++) {
		ck_assert(calendar_zone(&minutes, good[i].text));
		ck_assert_int_eq(minutes, good[i].minutes);
	}
	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_msg(!calendar_zone(&minutes, bad[i]), "%s", bad[i]);
	ck_assert_int_eq(calendar_today(&c, 0), 0);
	ck_assert_int_eq(calendar_today(&c, -1), -1);
	c.zone = -60;
	ck_assert_int_eq(calendar_today(&c, 0), -1);
}
END_TEST

/* A day off before all others makes it go day by day. */
UNIT_TEST(weeks_that_are_alike_are_counted_as_days_are)
{
	static const int64_t never[] = { -719163 };
	static const int64_t around[] = { -719162, 0, 20468, 2932896 };
	int64_t begin, other, from, ticks;
	unsigned i;

	for (i = 0; i < 40000; i++) {
		struct calendar c = { 1 + (unsigned)dice(127), 8, NULL, 0, 0 }, slow = c;

		slow.off = never;
		slow.off_nr = 1;
		from = (around[dice(4)] + (int64_t)dice(40) - 20) * DAY_TICKS +
		       (dice(2) ? (int64_t)dice(DAY_TICKS) : 0);
		if (from < -719162 * DAY_TICKS)
			from = -719162 * DAY_TICKS;
		ticks = (int64_t)dice(30) * DAY_TICKS + (dice(2) ? (int64_t)dice(DAY_TICKS) : 0);
		ck_assert_int_eq(calendar_after(&c, from, ticks, &begin),
				 calendar_after(&slow, from, ticks, &other));
		ck_assert_int_eq(begin, other);
		ck_assert_int_eq(calendar_before(&c, from + 1, ticks),
				 calendar_before(&slow, from + 1, ticks));
	}
}
END_TEST

UNIT_TEST(an_estimate_of_ages_ends_with_the_calendar)
{
	struct calendar c = { 0x1f, 8, NULL, 0, 0 };
	int64_t end = calendar_after(&c, 20468 * DAY_TICKS, calendar_ticks(&c, 1e12), NULL);

	ck_assert_int_eq(calendar_ticks(&c, -1), 0);
	ck_assert_int_eq(calendar_ticks(&c, 8), DAY_TICKS);
	ck_assert(end <= INT64_C(2932896) * DAY_TICKS);
	ck_assert(calendar_before(&c, 20468 * DAY_TICKS, calendar_ticks(&c, 1e12)) <
		  20468 * DAY_TICKS);
}
END_TEST

UNIT_MAIN("graph", cycles_and_order_are_those_of_trying_all_ways,
	  a_cycle_of_a_hundred_thousand_is_one_cycle,
	  a_schedule_is_that_of_looking_at_all_tasks_again, a_task_taken_as_done_holds_nobody_up,
	  work_goes_across_weekends_and_days_off, time_zones_are_offsets,
	  weeks_that_are_alike_are_counted_as_days_are,
	  an_estimate_of_ages_ends_with_the_calendar)
