/* SPDX-License-Identifier: MIT */
#ifndef UTIL_DATE_H
#define UTIL_DATE_H

/* Calendar dates, UTC timestamps, and periods.  Never reads the clock. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct date {
	int year, month, day;	/* 1..9999, 1..12, 1..31 */
};

#define DATE_LEN 10		/* YYYY-MM-DD */
#define DATE_TIME_LEN 20	/* YYYY-MM-DDTHH:MM:SSZ */

/* Exactly YYYY-MM-DD and a day that exists. */
bool date_parse(struct date *out, const char *text);
void date_format(char out[DATE_LEN + 1], struct date date);
int date_compare(struct date a, struct date b);
bool date_valid(struct date date);
struct date date_from_epoch(int64_t seconds);	/* UTC day */
int64_t date_to_days(struct date date);		/* days since 1970-01-01 */
struct date date_from_days(int64_t days);
struct date date_add_days(struct date date, int64_t days);
/* The same day `months` later, clamped to the month's end: 01-31 + 1 is
 * 02-28 or 02-29. */
struct date date_add_months(struct date date, int months);

bool date_time_parse(int64_t *out, const char *text);	/* YYYY-MM-DDTHH:MM:SSZ */
void date_time_format(char out[DATE_TIME_LEN + 1], int64_t seconds);
void date_time_compact(char out[17], int64_t seconds);	/* YYYYMMDDTHHMMSSZ */

/* A review period: "<n> days|weeks|months|years" (singular too), n 1..1000. */
struct period {
	int months;
	int days;
};
bool period_parse(struct period *out, const char *text);
struct date period_add(struct date date, struct period period);

/* "90s", "15m", "2h", "3d", or plain seconds. */
bool duration_parse(int64_t *seconds, const char *text);

#endif
