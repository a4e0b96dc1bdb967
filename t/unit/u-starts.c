/* SPDX-License-Identifier: MIT */
/*
 * Patterns by their beginnings: each question is answered as by looking at all of them.
 */
#include "unit.h"

#include "util/arena.h"
#include "util/path.h"
#include "util/path_starts.h"

#define PATTERNS 300

static unsigned long seed = 1;

static unsigned long random_to(unsigned long end)
{
	seed = seed * 6364136223846793005UL + 1442695040888963407UL;
	return (seed >> 33) % end;
}

/* A pattern of few letters, so that many begin alike. */
static const char *a_pattern(struct arena *arena)
{
	static const char letters[] = "aab/*?[{";
	char text[9];
	size_t i, len = random_to(sizeof(text));

	for (i = 0; i < len; i++)
		text[i] = letters[random_to(sizeof(letters) - 1)];
	text[i] = '\0';
	return arena_str(arena, text);
}

static bool begins(const char *text, size_t text_len, const char *with, size_t len)
{
	return len <= text_len && !memcmp(text, with, len);
}

UNIT_TEST(path_starts_answer_as_a_look_at_all_does)
{
	struct arena *arena = arena_new();
	struct path_starts s = { NULL, 0, 0 };
	size_t i, k, from, end, up, len, above, nr;
	const char *text;

	for (i = 0; i < PATTERNS; i++)
		ck_assert(path_starts_add(&s, arena, a_pattern(arena), i) == 0);
	path_starts_sort(&s);
	ck_assert_uint_eq(s.nr, PATTERNS);
	for (i = 0; i < 1000; i++) {
		text = a_pattern(arena);
		len = random_to(2) ? strlen(text) : path_start_len(text);
		for (above = nr = k = 0; k < s.nr; k++) {
			above += begins(text, len, s.list[k].pattern, s.list[k].len);
			nr += begins(s.list[k].pattern, s.list[k].len, text, len);
		}
		for (up = path_starts_above(&s, text, len); up; up = s.list[up - 1].up) {
			ck_assert(begins(text, len, s.list[up - 1].pattern,
					 s.list[up - 1].len));
			ck_assert(above-- > 0);
		}
		ck_assert_uint_eq(above, 0);
		path_starts_below(&from, &end, &s, text, len);
		ck_assert_uint_eq(end - from, nr);
		for (; from < end; from++)
			ck_assert(begins(s.list[from].pattern, s.list[from].len, text, len));
	}
	arena_free(arena);
}

UNIT_TEST(path_starts_of_nothing_answer_nothing)
{
	struct path_starts s = { NULL, 0, 0 };
	size_t from, end;

	path_starts_sort(&s);
	ck_assert_uint_eq(path_starts_above(&s, "a", 1), 0);
	path_starts_below(&from, &end, &s, "", 0);
	ck_assert_uint_eq(from, end);
}

/* No more steps than are given; and what they do not suffice for is not called apart. */
UNIT_TEST(path_overlap_within_stops)
{
	static const char hard[] = "*a*a*a*a*b/**/*a*a*a*c*/*a*a*a*c*/*a*a*a*c*/**/*0";
	static const char other[] = "*a*a*a*a*b/**/*a*a*a*d*/*a*a*a*d*/*a*a*a*d*/**/*1";
	char example[PATH_MAX_BYTES + 1];
	size_t steps = 20000, all = 1000000000;

	ck_assert_int_eq(path_overlap_within(NULL, hard, other, &all), PATHS_APART);
	ck_assert_uint_lt(all, 1000000000 - 20000);
	ck_assert_int_eq(path_overlap_within(example, hard, other, &steps), PATHS_UNDECIDED);
	ck_assert_uint_eq(steps, 0);
	ck_assert_str_eq(example, "");
	ck_assert_int_eq(path_overlap_within(NULL, "a", "b", &steps), PATHS_UNDECIDED);
	steps = 100000;
	ck_assert_int_eq(path_overlap_within(example, "lib/*.c", "lib/m*", &steps),
			 PATHS_OVERLAP);
	ck_assert_str_eq(example, "lib/m.c");
	ck_assert(steps > 0 && steps < 100000);
	ck_assert_int_eq(path_overlap_within(NULL, "lib/a.c", "lib/b.c", &steps), PATHS_APART);
}

UNIT_MAIN("starts", path_starts_answer_as_a_look_at_all_does,
	  path_starts_of_nothing_answer_nothing, path_overlap_within_stops)
