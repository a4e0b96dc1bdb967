/* SPDX-License-Identifier: MIT */
/*
 * Dates, timestamps, periods and durations: exact forms only, months clamp to
 * their last day, days survive there and back.
 */
#include "unit.h"

#include "util/date.h"

static struct date date_of(const char *text)
{
	struct date d = { 0, 0, 0 };

	ck_assert_msg(date_parse(&d, text), "'%s' is a date", text);
	return d;
}

static const char *text_of(struct date date)
{
	static char text[DATE_LEN + 1];

	date_format(text, date);
	return text;
}

UNIT_TEST(date_parse_accepts_days_that_exist_only)
{
	static const char *const bad[] = {
		"", "2026", "2026-1-1", "2026-13-01", "2026-00-01", "2026-02-29",
		"2026-04-31", "0000-01-01", "2026-01-01 ", " 2026-01-01",
		"2026/01/01", "2026-01-1x", "1900-02-29", "20260101", "-026-01-01",
	};
	struct date d;
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_msg(!date_parse(&d, bad[i]), "'%s' is no date", bad[i]);
	ck_assert_str_eq(text_of(date_of("2024-02-29")), "2024-02-29");
	ck_assert_str_eq(text_of(date_of("2000-02-29")), "2000-02-29");
	ck_assert_str_eq(text_of(date_of("0001-01-01")), "0001-01-01");
	ck_assert_str_eq(text_of(date_of("9999-12-31")), "9999-12-31");
}

UNIT_TEST(date_days_count_every_day_once)
{
	struct date d, before = date_of("0001-01-01");
	int64_t days, last = date_to_days(date_of("9999-12-31"));

	ck_assert_int_eq(date_to_days(date_of("1970-01-01")), 0);
	ck_assert_int_eq(date_to_days(date_of("2000-03-01")), 11017);
	for (days = date_to_days(before) + 1; days <= last; days++) {
		d = date_from_days(days);
		UNIT_NEED(date_valid(d));
		UNIT_NEED(date_compare(before, d) < 0);
		UNIT_NEED(date_to_days(d) == days);
		before = d;
	}
}

UNIT_TEST(date_add_months_clamps_day)
{
	static const struct {
		const char *from;
		int months;
		const char *to;
	} cases[] = {
		{ "2026-01-31", 1, "2026-02-28" }, { "2024-01-31", 1, "2024-02-29" },
		{ "2026-01-31", 3, "2026-04-30" }, { "2026-01-15", 12, "2027-01-15" },
		{ "2024-02-29", 12, "2025-02-28" }, { "2026-11-30", 3, "2027-02-28" },
		{ "2026-03-31", -1, "2026-02-28" }, { "2026-01-01", -1, "2025-12-01" },
		{ "2026-05-05", 0, "2026-05-05" }, { "9999-01-31", 24, "9999-12-31" },
		{ "0001-01-31", -1, "0001-01-01" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		ck_assert_str_eq(text_of(date_add_months(date_of(cases[i].from),
							 cases[i].months)),
				 cases[i].to);
}

UNIT_TEST(date_add_days_crosses_months_and_stays_in_range)
{
	ck_assert_str_eq(text_of(date_add_days(date_of("2026-12-31"), 1)), "2027-01-01");
	ck_assert_str_eq(text_of(date_add_days(date_of("2024-03-01"), -1)), "2024-02-29");
	ck_assert_str_eq(text_of(date_add_days(date_of("2026-01-01"), INT64_MAX)),
			 "9999-12-31");
	ck_assert_str_eq(text_of(date_add_days(date_of("2026-01-01"), INT64_MIN)),
			 "0001-01-01");
}

UNIT_TEST(date_time_round_trips)
{
	static const struct {
		int64_t seconds;
		const char *text, *compact;
	} cases[] = {
		{ 0, "1970-01-01T00:00:00Z", "19700101T000000Z" },
		{ -1, "1969-12-31T23:59:59Z", "19691231T235959Z" },
		{ 951782400, "2000-02-29T00:00:00Z", "20000229T000000Z" },
		{ 1700000000, "2023-11-14T22:13:20Z", "20231114T221320Z" },
	};
	char text[DATE_TIME_LEN + 1], compact[17];
	int64_t seconds;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		date_time_format(text, cases[i].seconds);
		ck_assert_str_eq(text, cases[i].text);
		date_time_compact(compact, cases[i].seconds);
		ck_assert_str_eq(compact, cases[i].compact);
		ck_assert(date_time_parse(&seconds, text));
		ck_assert_int_eq(seconds, cases[i].seconds);
	}
	date_time_format(text, INT64_MAX);
	ck_assert_str_eq(text, "9999-12-31T23:59:59Z");
	date_time_format(text, INT64_MIN);
	ck_assert_str_eq(text, "0001-01-01T00:00:00Z");
}

UNIT_TEST(date_time_parse_refuses_other_spellings)
{
	static const char *const bad[] = {
		"", "2026-01-01", "2026-01-01T00:00:00", "2026-01-01 00:00:00Z",
		"2026-01-01T24:00:00Z", "2026-01-01T00:60:00Z",
		"2026-01-01T00:00:60Z", "2026-02-30T00:00:00Z",
		"2026-01-01T00:00:00ZZ", "2026-01-01T00:00:00+00:00",
		"2026-01-01T0x:00:00Z",
	};
	int64_t seconds;
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_msg(!date_time_parse(&seconds, bad[i]), "%s", bad[i]);
}

UNIT_TEST(period_parse_takes_one_spelling)
{
	static const char *const bad[] = {
		"", "3", "months", "0 days", "1001 days", "3  months", "3months",
		"3 month s", "-1 days", "03 days", "3 fortnights", "3 months ",
		"99999 days",
	};
	struct period p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_msg(!period_parse(&p, bad[i]), "'%s'", bad[i]);
	ck_assert(period_parse(&p, "3 months"));
	ck_assert(p.months == 3 && p.days == 0);
	ck_assert(period_parse(&p, "1 year"));
	ck_assert(p.months == 12 && p.days == 0);
	ck_assert(period_parse(&p, "2 weeks"));
	ck_assert(p.months == 0 && p.days == 14);
	ck_assert(period_parse(&p, "1000 days"));
	ck_assert_str_eq(text_of(period_add(date_of("2026-01-01"), p)), "2028-09-27");
	ck_assert(period_parse(&p, "1 month"));
	ck_assert_str_eq(text_of(period_add(date_of("2026-01-31"), p)), "2026-02-28");
}

UNIT_TEST(duration_parse_knows_its_units)
{
	static const struct {
		const char *text;
		int64_t seconds;	/* -1: refused */
	} cases[] = {
		{ "0", 0 }, { "90s", 90 }, { "15m", 900 }, { "2h", 7200 },
		{ "3d", 259200 }, { "42", 42 }, { "", -1 }, { "s", -1 },
		{ "1w", -1 }, { "1 h", -1 }, { "1hh", -1 }, { "-1s", -1 },
		{ "99999999999", -1 }, { "1.5h", -1 },
	};
	int64_t seconds;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		seconds = -1;
		ck_assert_msg(duration_parse(&seconds, cases[i].text) ==
				      (cases[i].seconds >= 0), "%s", cases[i].text);
		ck_assert_int_eq(seconds, cases[i].seconds);
	}
}

UNIT_MAIN("date", date_parse_accepts_days_that_exist_only,
	  date_days_count_every_day_once, date_add_months_clamps_day,
	  date_add_days_crosses_months_and_stays_in_range, date_time_round_trips,
	  date_time_parse_refuses_other_spellings, period_parse_takes_one_spelling,
	  duration_parse_knows_its_units)
