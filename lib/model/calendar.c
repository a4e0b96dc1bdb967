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
#define TICKS_MAX (INT64_C(365250) * DAY_TICKS)

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

	if (!on_week(c, day))
		return false;
	if (!c->off_nr)
		return true;
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
	if (exact >= (double)TICKS_MAX)
		return TICKS_MAX;
	ticks = (int64_t)exact;
	return (double)ticks < exact ? ticks + 1 : ticks;
}

/* How many of seven bits are set. */
static unsigned bits_of(unsigned days)
{
	static const unsigned char nibble[] = { 0, 1, 1, 2, 1, 2, 2, 3, 1, 2, 2, 3, 2, 3, 3, 4 };

	return nibble[days & 15] + nibble[days >> 4 & 7];
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

int64_t calendar_after(const struct calendar *c, int64_t from, int64_t ticks,
		       int64_t *begin)
{
	int64_t day = floor_div(from, DAY_TICKS), used = from - day * DAY_TICKS, weeks;

	while (!calendar_works(c, day) && day < DAY_LAST) {
		day++;
		used = 0;
	}
	if (begin)
		*begin = day * DAY_TICKS + used;
	if (used + ticks <= DAY_TICKS)
		return day * DAY_TICKS + used + ticks;
	ticks -= DAY_TICKS - used;
	for (;;) {
		day++;
		weeks = free_weeks(c, day, 1, ticks);
		day += weeks * 7;
		ticks -= weeks * per_week(c) * DAY_TICKS;
		if (day >= DAY_LAST)
			return DAY_LAST * DAY_TICKS;
		if (!calendar_works(c, day))
			continue;
		if (ticks <= DAY_TICKS)
			return day * DAY_TICKS + ticks;
		ticks -= DAY_TICKS;
	}
}

int64_t calendar_before(const struct calendar *c, int64_t to, int64_t ticks)
{
	/* What ends as a day begins ends on the day before. */
	int64_t day = floor_div(to - 1, DAY_TICKS), left = to - day * DAY_TICKS, weeks;

	while (!calendar_works(c, day) && day > DAY_FIRST) {
		day--;
		left = DAY_TICKS;
	}
	if (ticks <= left)
		return day * DAY_TICKS + left - ticks;
	ticks -= left;
	for (;;) {
		day--;
		weeks = free_weeks(c, day, -1, ticks);
		day -= weeks * 7;
		ticks -= weeks * per_week(c) * DAY_TICKS;
		if (day <= DAY_FIRST)
			return DAY_FIRST * DAY_TICKS;
		if (!calendar_works(c, day))
			continue;
		if (ticks <= DAY_TICKS)
			return (day + 1) * DAY_TICKS - ticks;
		ticks -= DAY_TICKS;
	}
}

/* Working days in [from, to). */
static int64_t count_days(const struct calendar *c, int64_t from, int64_t to)
{
	int64_t weeks = (to - from) / 7, nr = weeks * per_week(c);
	unsigned rest = (unsigned)(to - from - weeks * 7), turn = weekday(from);
	size_t at;

	/* The rest of a week: its days, turned so that `from` is the first. */
	nr += bits_of((c->days >> turn | c->days << (7 - turn)) & ((1u << rest) - 1));
	for (at = next_off(c, from); at < c->off_nr && c->off[at] < to; at++)
		nr -= on_week(c, c->off[at]);
	return nr;
}

int64_t calendar_between(const struct calendar *c, int64_t from, int64_t to)
{
	int64_t a, b, ticks;

	if (to < from)
		return -calendar_between(c, to, from);
	a = floor_div(from, DAY_TICKS);
	b = floor_div(to, DAY_TICKS);
	ticks = count_days(c, a, b) * DAY_TICKS;
	if (calendar_works(c, a))
		ticks -= from - a * DAY_TICKS;
	if (calendar_works(c, b))
		ticks += to - b * DAY_TICKS;
	return ticks;
}

int64_t calendar_last_day(int64_t point)
{
	return floor_div(point - 1, DAY_TICKS);
}
