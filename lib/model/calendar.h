/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CALENDAR_H
#define MODEL_CALENDAR_H

/*
 * Working time.  A point in time is a number of ticks: days since 1970-01-01, and how
 * much of that day's work is done.  So agents with long and short days can wait for each
 * other.  A day that ends is the same point as the next one that begins; the calendar
 * moves it on when work begins there.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DAY_TICKS INT64_C(86400)
#define NO_POINT INT64_MIN

struct calendar {
	unsigned days;		/* worked; bit 0 is Monday; never 0 */
	double hours;		/* of a day; above 0 */
	const int64_t *off;	/* days without work beside that, in order */
	size_t off_nr;
	int zone;		/* minutes that its clock is ahead of UTC */
};

/* "UTC", "+02:00", "UTC-05:30"; whole minutes, at most 14 hours. */
bool calendar_zone(int *minutes, const char *text);

bool calendar_works(const struct calendar *c, int64_t day);
/* The day it is there, at that second since 1970. */
int64_t calendar_today(const struct calendar *c, int64_t now);
#define CALENDAR_TICKS_MAX (INT64_C(365250) * DAY_TICKS)

/* Ticks of an estimate; what is beyond a thousand years is a thousand years. */
int64_t calendar_ticks(const struct calendar *c, double hours);
/* Where work of so many ticks ends that begins at `from` or as soon as it can.  *begin
 * (may be NULL) is when that is.  Never beyond the year 9999. */
int64_t calendar_after(const struct calendar *c, int64_t from, int64_t ticks,
		       int64_t *begin);
/* Where it must begin to end at `to`, or before if there is no work at `to`. */
int64_t calendar_before(const struct calendar *c, int64_t to, int64_t ticks);
/* Working ticks between two points; negative when they are the other way round. */
int64_t calendar_between(const struct calendar *c, int64_t from, int64_t to);
/* The day on which work that ends at this point ends. */
int64_t calendar_last_day(int64_t point);

#endif
