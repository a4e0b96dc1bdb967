/* SPDX-License-Identifier: MIT */
/* Shapes of tokens: what is one, where it begins and ends, and what it costs. */

#include "unit.h"

#include <time.h>

#include "util/arena.h"
#include "util/shape.h"

UNIT_TEST(shapes_are_read_or_refused)
{
	static const struct {
		const char *shape;
		bool ok;
	} cases[] = {
		{ "a", true }, { "AKIA[A-Z]{16}", true }, { "a{2,}b", true },
		{ "a{2,3}", true }, { "\\[a\\{", true }, { "[]a]", false },
		{ "", false }, { "a{0,1}b", false }, { "a{", false }, { "a{}", false },
		{ "a{3,2}", false }, { "a{99999}", false }, { "[a", false },
		{ "a{0}", false },
		{ "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", false },
	};
	struct arena *arena = arena_new();
	const char *fault;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct shape *s = shape_parse(arena, cases[i].shape, &fault);

		ck_assert_msg((s != NULL) == cases[i].ok, "'%s': %s", cases[i].shape,
			      fault ? fault : "taken");
		ck_assert(cases[i].ok == !fault);
	}
	arena_free(arena);
}
END_TEST

UNIT_TEST(a_match_begins_at_a_word_and_takes_what_it_can)
{
	static const struct {
		const char *shape, *text;
		long at, len;
	} cases[] = {
		{ "ab[0-9]{2,4}", "x ab123456", 2, 6 },
		{ "ab[0-9]{2,4}", "xab12", -1, 0 },
		{ "ab[0-9]{2,4}", "_ab12 ab34", 6, 4 },
		{ "ab[0-9]{2,4}", "ab1", -1, 0 },
		{ "-x[a-z]{0,5}y", "a-xabcy", 1, 6 },
		{ "-x[a-z ]{0,20}yes", "-xso yes yes", 0, 12 },
		{ "a{3}", "aa aaaa", 3, 3 },
		{ "e\\.[a-c_-]{2,}", "e.a_-b.", 0, 6 },
	};
	struct arena *arena = arena_new();
	const char *fault;
	size_t i, at, len;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct shape *s = shape_parse(arena, cases[i].shape, &fault);
		bool found;

		ck_assert_msg(s, "%s", cases[i].shape);
		found = shape_find(s, cases[i].text, strlen(cases[i].text), &at, &len);
		ck_assert_msg(found == (cases[i].at >= 0), "%s in '%s'", cases[i].shape,
			      cases[i].text);
		if (found)
			ck_assert_msg((long)at == cases[i].at && (long)len == cases[i].len,
				      "%s in '%s': %zu, %zu", cases[i].shape, cases[i].text,
				      at, len);
	}
	arena_free(arena);
}
END_TEST

/* Without a bound this takes longer than anybody waits. */
UNIT_TEST(a_hostile_shape_costs_no_more_than_its_bound)
{
	struct arena *arena = arena_new();
	const char *fault;
	struct shape *s = shape_parse(arena, "a{1,}a{1,}a{1,}a{1,}a{1,}a{1,}a{1,}a{1,}b",
				      &fault);
	char text[4097];
	clock_t begin = clock();
	size_t at, len;

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = '\0';
	ck_assert(s && !shape_find(s, text, sizeof(text) - 1, &at, &len));
	ck_assert((double)(clock() - begin) / CLOCKS_PER_SEC < 2);
	arena_free(arena);
}
END_TEST

UNIT_TEST(forms_match_whole_texts)
{
	ck_assert(shape_form("Merge *", "Merge branch", 12));
	ck_assert(!shape_form("Merge *", "Merged", 6));
	ck_assert(shape_form("a?c*", "abcd", 3));
	ck_assert(!shape_form("a?", "a", 1));
	ck_assert(shape_form("*", "", 0));
	ck_assert(!shape_form("", "a", 1));
	ck_assert(shape_form("*ab*ab", "abxabab", 7));
}
END_TEST

UNIT_MAIN("shape", shapes_are_read_or_refused,
	  a_match_begins_at_a_word_and_takes_what_it_can,
	  a_hostile_shape_costs_no_more_than_its_bound, forms_match_whole_texts)
