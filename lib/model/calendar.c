/* SPDX-License-Identifier: MIT */
/*
 * Working time: adding and taking away work across weekends and days off.
 *
 * Whole weeks are jumped over, so that an estimate of years costs no more than one of
 * days.  Never reads the clock; a span is cut at the ends of the calendar.
 */

#include "model/calendar.h"

#include <string.h>

#define DAY_FIRST INT64_C(-719162)	/* 0001-01-01 */
#define DAY_LAST INT64_C(2932896)	/* 9999-12-31 */

bool calendar_zone(int *minutes, const char *text)
{
	int h, m;

	if (!strncmp(text, "UTC", 3))
		text += 3;
	if (!*text) {
		*minutes = 0;
		return true;
	}
	if ((*text != '+' && *text != '-') || strlen(text) != 6 || text[3] != ':' ||
	    strspn(text + 1, "0123456789") != 2 || strspn(text + 4, "0123456789") != 2)
		return false;
	h = (text[1] - '0') * 10 + text[2] - '0';
	m = (text[4] - '0') * 10 + text[5] - '0';
	if (m > 59 || h * 60 + m > 14 * 60)
		return false;
	*minutes = *text == '-' ? -(h * 60 + m) : h * 60 + m;
	return true;
}

static int64_t floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

#define DAYS_BEFORE (INT64_C(1) << 32)	/* of every point that a calendar meets */

/* The day of a point: floor_div() without a sign. */
static int64_t day_of(int64_t point)
{
	uint64_t since = (uint64_t)point + (uint64_t)(DAYS_BEFORE * DAY_TICKS);

	return (int64_t)(since / DAY_TICKS) - DAYS_BEFORE;
}

/* Of days that a date can have; Monday is 0.  1970-01-01 was a Thursday. */
static unsigned weekday(int64_t day)
{
	return (unsigned)((uint64_t)(day + 3 - 7 * DAY_FIRST) % 7);
}

static bool on_week(const struct calendar *c, int64_t day)
{
	return c->days >> weekday(day) & 1;
}

/* The first day off at `day` or later: an index into c->off. */
static size_t next_off(const struct calendar *c, int64_t day)
{
	size_t low = 0, high = c->off_nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (c->off[middle] < day)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool calendar_works(const struct calendar *c, int64_t day)
{
	size_t at;

	if (!on_week(c, day) || !c->off_nr)
		return on_week(c, day);
	at = next_off(c, day);
	return at == c->off_nr || c->off[at] != day;
}

int64_t calendar_today(const struct calendar *c, int64_t now)
{
	return floor_div(now + (int64_t)c->zone * 60, DAY_TICKS);
}

int64_t calendar_ticks(const struct calendar *c, double hours)
{
	double exact = hours / c->hours * (double)DAY_TICKS - 1e-6;
	int64_t ticks;

	if (!(exact > 0))
		return 0;
	if (exact >= (double)CALENDAR_TICKS_MAX)
		return CALENDAR_TICKS_MAX;
	ticks = (int64_t)exact;
	return (double)ticks < exact ? ticks + 1 : ticks;
}

/* How many of seven bits are set. */
static unsigned bits_of(unsigned days)
{
#define FOUR(n) n, n + 1, n + 1, n + 2
#define SIXTEEN(n) FOUR(n), FOUR(n + 1), FOUR(n + 1), FOUR(n + 2)
	static const unsigned char nr[128] = {
		SIXTEEN(0), SIXTEEN(1), SIXTEEN(1), SIXTEEN(2),
		SIXTEEN(1), SIXTEEN(2), SIXTEEN(2), SIXTEEN(3)
	};

	return nr[days & 127];
}

static int64_t per_week(const struct calendar *c)
{
	return bits_of(c->days);
}

/* Whole weeks from `day` on (or back, with step -1) without a day off that fewer ticks than
 * these need. */
static int64_t free_weeks(const struct calendar *c, int64_t day, int step, int64_t ticks)
{
	int64_t week = per_week(c) * DAY_TICKS, max, room;
	size_t at;

	if (ticks <= week)
		return 0;
	room = max = (ticks - 1) / week;
	at = next_off(c, step > 0 ? day : day + 1);

	if (step > 0 && at < c->off_nr)
		room = (c->off[at] - day) / 7;
	else if (step < 0 && at > 0)
		room = (day - c->off[at - 1]) / 7;
	return room < max ? room : max;
}

/* A day, where it is in its week, and the first day off then or later. */
struct place {
	int64_t day;
	unsigned weekday;
	size_t off;
};

static inline struct place place_of(const struct calendar *c, int64_t day)
{
	return (struct place){ day, weekday(day), c->off_nr ? next_off(c, day) : 0 };
}

static inline void go_on(struct place *p, const struct calendar *c)
{
	p->day++;
	p->weekday = p->weekday < 6 ? p->weekday + 1 : 0;
	while (p->off < c->off_nr && c->off[p->off] < p->day)
		p->off++;
}

static inline void go_back(struct place *p, const struct calendar *c)
{
	p->day--;
	p->weekday = p->weekday ? p->weekday - 1 : 6;
	while (p->off > 0 && c->off[p->off - 1] >= p->day)
		p->off--;
}

static inline bool is_worked(const struct place *p, const struct calendar *c)
{
	return c->days >> p->weekday & 1 &&
	       (p->off == c->off_nr || c->off[p->off] != p->day);
}

/* Jump over weeks, which is worth it from some on. */
static void jump(struct place *p, const struct calendar *c, int step, int64_t *ticks)
{
	int64_t weeks = *ticks > 7 * DAY_TICKS ? free_weeks(c, p->day, step, *ticks) : 0;

	if (!weeks)
		return;
	p->day += step * weeks * 7;
	p->off = next_off(c, p->day);
	*ticks -= weeks * per_week(c) * DAY_TICKS;
}

/* Two weeks of days from `day` on, which is the first bit. */
static inline unsigned weeks_from(const struct calendar *c, int64_t day)
{
	unsigned turn = weekday(day), week = (c->days >> turn | c->days << (7 - turn)) & 127;

	return week | week << 7;
}

/* Two weeks up to `day`, which is the last bit of fourteen. */
static inline unsigned weeks_to(const struct calendar *c, int64_t day)
{
	unsigned turn = weekday(day) + 1, week = (c->days >> turn | c->days << (7 - turn)) & 127;

	return week | week << 7;
}

static inline unsigned lowest(unsigned bits)
{
	return (unsigned)__builtin_ctz(bits);
}

static inline unsigned highest(unsigned bits)
{
	return 31 - (unsigned)__builtin_clz(bits);
}

/* Of so many days of work whole weeks, as days; and what is left of them, which is less than a
 * week's. */
static inline int64_t whole_weeks(const struct calendar *c, int64_t *days)
{
	int64_t week = per_week(c), weeks = *days < week ? 0 : *days / week;

	*days -= weeks * week;
	return weeks * 7;
}

/* calendar_after() where one week is like the other: no day is looked at. */
static int64_t plain_after(const struct calendar *c, int64_t from, int64_t ticks,
			   int64_t *begin)
{
	int64_t day = day_of(from), used = from - day * DAY_TICKS, days, end;
	unsigned bits = weeks_from(c, day), idle = lowest(bits);

	if (idle && day < DAY_LAST) {
		day = day + idle < DAY_LAST ? day + idle : DAY_LAST;
		bits >>= idle;
		used = 0;
	}
	if (begin)
		*begin = day * DAY_TICKS + used;
	ticks += used;
	if (ticks <= DAY_TICKS)
		return day * DAY_TICKS + ticks;
	/* Days of work after this one, of which the last is begun. */
	days = (int64_t)((uint64_t)(ticks - 1) / DAY_TICKS);
	ticks -= days * DAY_TICKS;
	end = day + whole_weeks(c, &days);
	while (days--)
		bits &= bits - 1;
	end += lowest(bits);
	return end < DAY_LAST ? end * DAY_TICKS + ticks : DAY_LAST * DAY_TICKS;
}

/* The same of calendar_before(). */
static int64_t plain_before(const struct calendar *c, int64_t to, int64_t ticks)
{
	int64_t day = day_of(to - 1), left = to - day * DAY_TICKS, days, begin;
	unsigned bits = weeks_to(c, day), idle = 13 - highest(bits);

	if (idle && day > DAY_FIRST) {
		day = day - idle > DAY_FIRST ? day - idle : DAY_FIRST;
		bits = bits << idle & 0x3fff;
		left = DAY_TICKS;
	}
	if (ticks <= left)
		return day * DAY_TICKS + left - ticks;
	ticks -= left;
	days = (int64_t)((uint64_t)(ticks - 1) / DAY_TICKS) + 1;
	ticks -= (days - 1) * DAY_TICKS;
	begin = day - whole_weeks(c, &days);
	while (days--)
		bits &= ~(1u << highest(bits));
	begin -= 13 - highest(bits);
	return begin > DAY_FIRST ? (begin + 1) * DAY_TICKS - ticks : DAY_FIRST * DAY_TICKS;
}

static int64_t walk_after(const struct calendar *c, int64_t from, int64_t ticks,
			  int64_t *begin)
{
	struct place p = place_of(c, day_of(from));
	int64_t used = from - p.day * DAY_TICKS;

	while (!is_worked(&p, c) && p.day < DAY_LAST) {
		go_on(&p, c);
		used = 0;
	}
	if (begin)
		*begin = p.day * DAY_TICKS + used;
	if (used + ticks <= DAY_TICKS)
		return p.day * DAY_TICKS + used + ticks;
	ticks -= DAY_TICKS - used;
	for (;;) {
		go_on(&p, c);
		jump(&p, c, 1, &ticks);
		if (p.day >= DAY_LAST)
			return DAY_LAST * DAY_TICKS;
		if (!is_worked(&p, c))
			continue;
		if (ticks <= DAY_TICKS)
			return p.day * DAY_TICKS + ticks;
		ticks -= DAY_TICKS;
	}
}

static int64_t walk_before(const struct calendar *c, int64_t to, int64_t ticks)
{
	/* What ends as a day begins ends on the day before. */
	struct place p = place_of(c, day_of(to - 1));
	int64_t left = to - p.day * DAY_TICKS;

	while (!is_worked(&p, c) && p.day > DAY_FIRST) {
		go_back(&p, c);
		left = DAY_TICKS;
	}
	if (ticks <= left)
		return p.day * DAY_TICKS + left - ticks;
	ticks -= left;
	for (;;) {
		go_back(&p, c);
		jump(&p, c, -1, &ticks);
		if (p.day <= DAY_FIRST)
			return DAY_FIRST * DAY_TICKS;
		if (!is_worked(&p, c))
			continue;
		if (ticks <= DAY_TICKS)
			return (p.day + 1) * DAY_TICKS - ticks;
		ticks -= DAY_TICKS;
	}
}

int64_t calendar_after(const struct calendar *c, int64_t from, int64_t ticks,
		       int64_t *begin)
{
	return c->off_nr ? walk_after(c, from, ticks, begin) :
	       plain_after(c, from, ticks, begin);
}

int64_t calendar_before(const struct calendar *c, int64_t to, int64_t ticks)
{
	return c->off_nr ? walk_before(c, to, ticks) : plain_before(c, to, ticks);
}

/* Days off in [from, to) that would be worked else. */
static int64_t days_off(const struct calendar *c, int64_t from, int64_t to)
{
	int64_t nr = 0;
	size_t at;

	for (at = next_off(c, from); at < c->off_nr && c->off[at] < to; at++)
		nr += on_week(c, c->off[at]);
	return nr;
}

int64_t calendar_between(const struct calendar *c, int64_t from, int64_t to)
{
	int64_t a, b, ticks;
	unsigned turn, week, rest;
	uint64_t weeks;

	if (to < from)
		return -calendar_between(c, to, from);
	a = day_of(from);
	b = day_of(to);
	weeks = (uint64_t)(b - a) / 7;
	rest = (unsigned)((uint64_t)(b - a) - 7 * weeks);
	/* A week turned so that `a` is its first day: what is no whole one is its beginning. */
	turn = weekday(a);
	week = c->days >> turn | c->days << (7 - turn);
	ticks = ((int64_t)weeks * per_week(c) + bits_of(week & ((1u << rest) - 1))) * DAY_TICKS;
	if (c->off_nr)
		ticks -= days_off(c, a, b) * DAY_TICKS;
	if (week & 1 && (!c->off_nr || calendar_works(c, a)))
		ticks -= from - a * DAY_TICKS;
	if (week >> rest & 1 && (!c->off_nr || calendar_works(c, b)))
		ticks += to - b * DAY_TICKS;
	return ticks;
}

int64_t calendar_last_day(int64_t point)
{
	return day_of(point - 1);
}
