/* SPDX-License-Identifier: MIT */
/*
 * Two patterns that can match a common path: held against matching every path of a small
 * universe, and each common path that is named against both patterns.
 */
#include "unit.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "util/path.h"

static char example[PATH_MAX_BYTES + 1];

UNIT_TEST(known_pairs)
{
	static const struct {
		const char *a, *b, *path;	/* NULL: apart; "": any */
	} cases[] = {
		{ "a", "a", "a" }, { "a", "b", NULL }, { "src/*.c", "src/main.*", "src/main.c" },
		{ "src/*.c", "src/*.h", NULL }, { "src/", "src/a/b.c", "src/a/b.c" },
		{ "src/", "src", NULL }, { "src/**", "src", "src" },
		{ "**/a", "b/**", "b/a" }, { "**", "x/y/z", "x/y/z" }, { "**", "**", "a" },
		{ "a/**/z", "**/m/**", "a/m/z" }, { "a/*/z", "a/z", NULL },
		{ "a/**/z", "a/z", "a/z" }, { "{a,b}/c", "{b,d}/*", "b/c" },
		{ "{a,b}/c", "{d,e}/*", NULL }, { "*a*", "*b*", "" },
		{ "[a-f]x", "[f-k]?", "fx" }, { "[a-e]x", "[f-k]?", NULL },
		{ "[!a-y]", "[a-z]", "z" }, { "[!a-z]", "[a-z]", NULL },
		{ "[!a-z]", "[!0-9]", "" }, { "\xc3\xa9*", "[\xc3\xa0-\xc3\xaf]?", "\xc3\xa9" "a" },
		{ "?", ".", NULL },		/* no name that a file can have */
		{ ".*", "..?", "" }, { "*", ".", NULL }, { "..?", "?*", "" },
		{ "[.]", "?", NULL }, { "[.a]", "[.b]", NULL }, { "[.a]?", "[.b]x", ".x" },
		{ "a/b/", "a/**/c", "a/b/c" }, { "/a", "a", NULL }, { "[", "[", NULL },
		{ "**/x/", "x", NULL }, { "x/{,y}", "x/z", "x/z" }, { "{,a}", "b", NULL },
		{ "1/2/3/4/5/6/7/8/9/10/11/12/13/14/15/**", "**/a/b", NULL },
		{ "1/2/3/4/5/6/7/8/9/10/11/12/13/14/**", "**/a/b", "" },
	};
	size_t i, turn;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		for (turn = 0; turn < 2; turn++) {
			const char *a = turn ? cases[i].b : cases[i].a;
			const char *b = turn ? cases[i].a : cases[i].b;
			enum path_overlap expected = cases[i].path ? PATHS_OVERLAP : PATHS_APART;

			ck_assert_msg(path_overlap(example, a, b) == expected,
				      "'%s' and '%s': '%s'", a, b, example);
			ck_assert_int_eq(path_overlap(NULL, a, b), expected);
			if (!cases[i].path)
				continue;
			ck_assert_msg(path_match(a, example) && path_match(b, example),
				      "'%s' and '%s': '%s'", a, b, example);
			ck_assert_ptr_null(path_fault(example));
			if (*cases[i].path)
				ck_assert_str_eq(example, cases[i].path);
		}
	}
}

/* Repeatable chance. */
static uint32_t seed = 20260403;

static unsigned chance(unsigned n)
{
	seed = seed * 1664525u + 1013904223u;
	return (seed >> 12) % n;
}

/* All names of up to three letters of these, all paths of two, and of three of the shorter. */
#define PATHS_MAX 4000
static char paths[PATHS_MAX][16];
static size_t paths_nr;

static void add_path(const char *path)
{
	ck_assert(paths_nr < PATHS_MAX);
	if (!path_fault(path))
		snprintf(paths[paths_nr++], sizeof(*paths), "%s", path);
}

static void make_universe(void)
{
	static const char letters[] = "ab.";
	char names[64][4], path[16];
	size_t nr = 0, first, i, j, k;

	for (i = 0; i < 3; i++)
		snprintf(names[nr++], 4, "%c", letters[i]);
	for (i = 0; i < 9; i++)
		snprintf(names[nr++], 4, "%c%c", letters[i / 3], letters[i % 3]);
	first = nr;
	for (i = 0; i < 27; i++)
		snprintf(names[nr++], 4, "%c%c%c", letters[i / 9], letters[i / 3 % 3],
			 letters[i % 3]);
	for (i = 0; i < nr; i++)
		add_path(names[i]);
	for (i = 0; i < nr; i++) {
		for (j = 0; j < nr; j++) {
			snprintf(path, sizeof(path), "%.3s/%.3s", names[i], names[j]);
			add_path(path);
			for (k = 0; k < first && i < first && j < first; k++) {
				snprintf(path, sizeof(path), "%.3s/%.3s/%.3s", names[i], names[j],
					 names[k]);
				add_path(path);
			}
		}
	}
}

/* A pattern of up to two names, each of one or two tokens, so that two of them that have
 * a path in common have a short one. */
static void make_pattern(char *out)
{
	static const char *const tokens[] = {
		"a", "b", ".", "*", "?", "[ab]", "[!a]", "[.b]", "[!.]", "{a,b}", "{a,*}",
	};
	unsigned parts = 1 + chance(2), part, token;
	size_t len = 0;

	for (part = 0; part < parts; part++) {
		if (part)
			out[len++] = '/';
		if (chance(4) == 0) {
			len += (size_t)sprintf(out + len, "**");
			continue;
		}
		token = 1 + chance(2);
		while (token-- > 0)
			len += (size_t)sprintf(out + len, "%s",
					       tokens[chance(UNIT_COUNT(tokens))]);
	}
	if (parts == 1 && chance(6) == 0)
		out[len++] = '/';
	out[len] = '\0';
}

#define PATTERNS 500

UNIT_TEST(pairs_by_chance_agree_with_every_path)
{
	static char patterns[PATTERNS][64];
	static uint64_t matched[PATTERNS][PATHS_MAX / 64 + 1];
	size_t i, j, k, pairs = 0, overlaps = 0;

	make_universe();
	for (i = 0; i < PATTERNS; i++) {
		do {
			make_pattern(patterns[i]);
		} while (path_pattern_fault(patterns[i]));
		for (k = 0; k < paths_nr; k++)
			if (path_match(patterns[i], paths[k]))
				matched[i][k / 64] |= (uint64_t)1 << k % 64;
	}
	for (i = 0; i < PATTERNS; i++) {
		for (j = i; j < PATTERNS; j++) {
			enum path_overlap is = path_overlap(example, patterns[i], patterns[j]);
			bool common = false;

			for (k = 0; k < paths_nr / 64 + 1 && !common; k++)
				common = (matched[i][k] & matched[j][k]) != 0;
			pairs++;
			overlaps += is == PATHS_OVERLAP;
			if ((is == PATHS_OVERLAP) != common)
				ck_abort_msg("'%s' and '%s': %d, '%s'", patterns[i], patterns[j],
					     (int)is, example);
			if (common && (!path_match(patterns[i], example) ||
				       !path_match(patterns[j], example)))
				ck_abort_msg("'%s' and '%s': not '%s'", patterns[i], patterns[j],
					     example);
		}
	}
	ck_assert_uint_ge(pairs, 100000);
	/* both answers were tried in earnest */
	ck_assert_uint_ge(overlaps, pairs / 10);
	ck_assert_uint_ge(pairs - overlaps, pairs / 10);
}

/* Any two of these may meet, and the third still be missed. */
UNIT_TEST(three_at_once)
{
	ck_assert_int_eq(path_overlap_of(example, "src/**", "src/ui/**", "src/auth/**"),
			 PATHS_APART);
	ck_assert_int_eq(path_overlap_of(example, "{a,b}", "{b,c}", "{a,c}"), PATHS_APART);
	ck_assert_int_eq(path_overlap_of(example, "[ab]", "[bc]", "[ac]"), PATHS_APART);
	ck_assert_int_eq(path_overlap_of(example, "a?", "?b", "[!a]*"), PATHS_APART);
	ck_assert_int_eq(path_overlap_of(example, "a*", "*b*", "*c"), PATHS_OVERLAP);
	ck_assert_str_eq(example, "abc");
	ck_assert_int_eq(path_overlap_of(example, "**/x", "a/**", "*/b/*"), PATHS_OVERLAP);
	ck_assert_str_eq(example, "a/b/x");
	ck_assert_int_eq(path_overlap_of(example, "a", "a", "["), PATHS_APART);
}

UNIT_TEST(what_is_made_to_be_hard_ends)
{
	char a[PATH_MAX_BYTES + 1], b[PATH_MAX_BYTES + 1];
	enum path_overlap is;
	size_t i;

	for (i = 0; i < 250; i++)
		memcpy(a + 2 * i, "*a", 2);
	for (i = 0; i < 250; i++)
		memcpy(b + 2 * i, "b*", 2);
	strcpy(a + 500, "{a,b,c,d}{a,b,c,d}{a,b,c,d}{a,b,c,d}");
	strcpy(b + 500, "{a,b,c,d}{a,b,c,d}{a,b,c,d}{e,f,g,h}");
	is = path_overlap(example, a, b);
	ck_assert(is == PATHS_UNDECIDED);
	for (i = 0; i < 15; i++) {
		memcpy(a + 5 * i, "**/*/", 5);
		memcpy(b + 5 * i, "**/?/", 5);
	}
	strcpy(a + 75, "x");
	strcpy(b + 75, "y");
	ck_assert_int_eq(path_overlap(example, a, b), PATHS_APART);
	strcpy(b + 75, "?");
	ck_assert_int_eq(path_overlap(example, a, b), PATHS_OVERLAP);
	ck_assert(path_match(a, example) && path_match(b, example));
}

UNIT_MAIN("overlap", known_pairs, pairs_by_chance_agree_with_every_path,
	  three_at_once, what_is_made_to_be_hard_ends)
