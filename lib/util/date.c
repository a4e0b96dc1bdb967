/* SPDX-License-Identifier: MIT */
/*
 * Calendar dates, UTC timestamps and periods, in the proleptic Gregorian
 * calendar.  Never reads the clock and knows no time zone but UTC.
 *
 * Parsing accepts exactly one spelling.  Arithmetic stays within the years
 * 1 to 9999: a result outside is the nearest day inside, so that every date
 * can be written in ten characters.
 */
#include "util/date.h"

#include <stdio.h>
#include <string.h>

#define DAY_SECONDS INT64_C(86400)
#define DAYS_MIN INT64_C(-719162)	/* 0001-01-01 */
#define DAYS_MAX INT64_C(2932896)	/* 9999-12-31 */

static bool is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

static int month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30,
				    31, 31, 30, 31, 30, 31 };

	return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

bool date_valid(struct date date)
{
	return date.year >= 1 && date.year <= 9999 && date.month >= 1 &&
	       date.month <= 12 && date.day >= 1 &&
	       date.day <= month_days(date.year, date.month);
}

/* Exactly `nr` digits at s; -1 if they are not there. */
static int digits(const char *s, size_t nr)
{
	int value = 0;

	for (; nr; nr--, s++) {
		if (*s < '0' || *s > '9')
			return -1;
		value = value * 10 + (*s - '0');
	}
	return value;
}

/* The date at the start of text, whatever follows it. */
static bool date_scan(struct date *out, const char *text)
{
	struct date d;

	if (strnlen(text, DATE_LEN) < DATE_LEN)
		return false;
	d.year = digits(text, 4);
	d.month = digits(text + 5, 2);
	d.day = digits(text + 8, 2);
	if (text[4] != '-' || text[7] != '-' || !date_valid(d))
		return false;
	*out = d;
	return true;
}

bool date_parse(struct date *out, const char *text)
{
	return strnlen(text, DATE_LEN + 1) == DATE_LEN && date_scan(out, text);
}

/* Lists hold tens of thousands of dates: printf would take most of their time. */
static void two_digits(char *out, unsigned value)
{
	out[0] = (char)('0' + value / 10 % 10);
	out[1] = (char)('0' + value % 10);
}

void date_format(char out[DATE_LEN + 1], struct date date)
{
	two_digits(out, (unsigned)date.year / 100);
	two_digits(out + 2, (unsigned)date.year % 100);
	out[4] = out[7] = '-';
	two_digits(out + 5, (unsigned)date.month);
	two_digits(out + 8, (unsigned)date.day);
	out[DATE_LEN] = '\0';
}

int date_compare(struct date a, struct date b)
{
	if (a.year != b.year)
		return a.year < b.year ? -1 : 1;
	if (a.month != b.month)
		return a.month < b.month ? -1 : 1;
	return (a.day > b.day) - (a.day < b.day);
}

/* Years are counted from March, so that the leap day is the last of a year
 * and the days before a month follow one formula. */
int64_t date_to_days(struct date date)
{
	int64_t year = date.month > 2 ? date.year : date.year - 1;
	int64_t month = date.month > 2 ? date.month - 3 : date.month + 9;

	return 365 * year + year / 4 - year / 100 + year / 400 +
	       (153 * month + 2) / 5 + date.day - 1 - 719468;
}

struct date date_from_days(int64_t days)
{
	struct date d;
	int64_t left;

	if (days < DAYS_MIN)
		days = DAYS_MIN;
	if (days > DAYS_MAX)
		days = DAYS_MAX;
	/* A guess that is never too late, then forward: at most twice. */
	d.year = (int)((days - DAYS_MIN) * 400 / 146097) + 1;
	d.month = 1;
	d.day = 1;
	while (d.year > 1 && date_to_days(d) > days)
		d.year--;
	left = days - date_to_days(d);
	while (left >= 365 + is_leap(d.year)) {
		left -= 365 + is_leap(d.year);
		d.year++;
	}
	while (left >= month_days(d.year, d.month)) {
		left -= month_days(d.year, d.month);
		d.month++;
	}
	d.day = (int)left + 1;
	return d;
}

struct date date_add_days(struct date date, int64_t days)
{
	int64_t span = DAYS_MAX - DAYS_MIN;

	if (days > span)
		days = span;
	if (days < -span)
		days = -span;
	return date_from_days(date_to_days(date) + days);
}

struct date date_add_months(struct date date, int months)
{
	int64_t all = (int64_t)date.year * 12 + date.month - 1 + months;

	if (all < 12)
		return date_from_days(DAYS_MIN);
	if (all >= INT64_C(10000) * 12)
		return date_from_days(DAYS_MAX);
	date.year = (int)(all / 12);
	date.month = (int)(all % 12) + 1;
	if (date.day > month_days(date.year, date.month))
		date.day = month_days(date.year, date.month);
	return date;
}

/* Days and the seconds within the day, also before 1970. */
static int64_t split_seconds(int64_t seconds, int *of_day)
{
	int64_t days = seconds / DAY_SECONDS, rest = seconds % DAY_SECONDS;

	if (rest < 0) {
		rest += DAY_SECONDS;
		days--;
	}
	if (days < DAYS_MIN || days > DAYS_MAX)
		rest = days < DAYS_MIN ? 0 : DAY_SECONDS - 1;
	*of_day = (int)rest;
	return days;
}

struct date date_from_epoch(int64_t seconds)
{
	int of_day;

	return date_from_days(split_seconds(seconds, &of_day));
}

bool date_time_parse(int64_t *out, const char *text)
{
	int hour, minute, second;
	struct date d;

	if (strnlen(text, DATE_TIME_LEN + 1) != DATE_TIME_LEN ||
	    !date_scan(&d, text) || text[10] != 'T' || text[13] != ':' ||
	    text[16] != ':' || text[19] != 'Z')
		return false;
	hour = digits(text + 11, 2);
	minute = digits(text + 14, 2);
	second = digits(text + 17, 2);
	if (hour < 0 || hour > 23 || minute < 0 || minute > 59 || second < 0 ||
	    second > 59)
		return false;
	*out = date_to_days(d) * DAY_SECONDS + hour * 3600 + minute * 60 + second;
	return true;
}

void date_time_format(char out[DATE_TIME_LEN + 1], int64_t seconds)
{
	int of_day;
	struct date d = date_from_days(split_seconds(seconds, &of_day));

	date_format(out, d);
	out[DATE_LEN] = 'T';
	two_digits(out + 11, (unsigned)of_day / 3600 % 24);
	out[13] = out[16] = ':';
	two_digits(out + 14, (unsigned)of_day / 60 % 60);
	two_digits(out + 17, (unsigned)of_day % 60);
	out[19] = 'Z';
	out[DATE_TIME_LEN] = '\0';
}

/* The same without its punctuation. */
void date_time_compact(char out[17], int64_t seconds)
{
	char full[DATE_TIME_LEN + 1];
	const char *p;

	date_time_format(full, seconds);
	for (p = full; *p; p++)
		if (*p != '-' && *p != ':')
			*out++ = *p;
	*out = '\0';
}

/* Up to `max` digits at the start of text, no sign, no needless zero. */
static size_t scan_number(int64_t *out, const char *text, size_t max)
{
	size_t nr = strspn(text, "0123456789"), i;
	int64_t value = 0;

	if (!nr || nr > max || (nr > 1 && text[0] == '0'))
		return 0;
	for (i = 0; i < nr; i++)
		value = value * 10 + (text[i] - '0');
	*out = value;
	return nr;
}

bool period_parse(struct period *out, const char *text)
{
	static const struct {
		const char *unit;
		int months, days;
	} units[] = {
		{ "day", 0, 1 }, { "week", 0, 7 },
		{ "month", 1, 0 }, { "year", 12, 0 },
	};
	int64_t count;
	size_t nr = scan_number(&count, text, 4), i, len;

	if (!nr || text[nr] != ' ' || count < 1 || count > 1000)
		return false;
	text += nr + 1;
	for (i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		len = strlen(units[i].unit);
		if (strncmp(text, units[i].unit, len) ||
		    (strcmp(text + len, "") && strcmp(text + len, "s")))
			continue;
		out->months = (int)count * units[i].months;
		out->days = (int)count * units[i].days;
		return true;
	}
	return false;
}

struct date period_add(struct date date, struct period period)
{
	return date_add_days(date_add_months(date, period.months), period.days);
}

bool duration_parse(int64_t *seconds, const char *text)
{
	static const char units[] = "smhd";
	static const int64_t sizes[] = { 1, 60, 3600, 86400 };
	int64_t count;
	size_t nr = scan_number(&count, text, 10);
	const char *unit;

	if (!nr)
		return false;
	if (!text[nr]) {
		*seconds = count;
		return true;
	}
	unit = strchr(units, text[nr]);
	if (!unit || text[nr + 1])
		return false;
	*seconds = count * sizes[unit - units];
	return true;
}
