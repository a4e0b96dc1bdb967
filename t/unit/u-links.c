/* SPDX-License-Identifier: MIT */
/* Links and anchors of Markdown: what is one, where it stands, what it is called. */
#include "unit.h"

#include "text/links.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/map.h"

/* The links of a text: a letter for the kind, line, column and text of each. */
static void links_are(const char *text, const char *expected)
{
	static const char kinds[] = "><=!";
	struct arena *arena = arena_new();
	struct links links = { .list = NULL };
	struct buf b = BUF_INIT;
	unsigned line, column;
	size_t i;

	ck_assert_int_eq(links_scan(&links, arena, text, 0, strlen(text), 1), 0);
	for (i = 0; i < links.nr; i++) {
		place_at(&links.places, links.list[i].at, &line, &column);
		buf_printf(&b, "%s%c%u:%u %s", i ? "|" : "", kinds[links.list[i].kind],
			   line, column, links.list[i].text);
	}
	ck_assert_msg(!strcmp(b.data, expected), "'%s': '%s' is not '%s'", text, b.data,
		      expected);
	buf_release(&b);
	arena_free(arena);
}

UNIT_TEST(links_are_found_with_their_places)
{
	links_are("[a](b)", ">1:5 b");
	links_are("x\n\n  ä [a](b \"t\") ![c](<d e>)", ">3:9 b|>3:22 d e");
	links_are("[![i](p)](q)", ">1:7 p|>1:11 q");
	links_are("[a\nb](c\n\"t\")", ">2:4 c");
	links_are("[a](b(c)d) [e](f\\)g)", ">1:5 b(c)d|>1:16 f)g");
	links_are("- [a](b)\n  c [d](e)\n> [f](g)", ">1:7 b|>2:9 e|>3:7 g");
	links_are("# [a](b)\n[c](d)", ">1:7 b|>2:5 d");
	links_are("|[a](b)|[c](d)|", ">1:6 b|>1:13 d");
	links_are("<a href=\"b\"><img alt='' src='c d'></a>", ">1:10 b|>1:30 c d");
	links_are("[a](b", "");
	links_are("[a](b c)", "");
	links_are("[a] (b)", "");
	links_are("a](b)", "");
	links_are("\\[a](b)", "");
	links_are("[a](<b\nc>)", "");
	links_are("<a b", "");
}

/* Text is read by blocks: wherever a sign stands in one, and whatever stands beside it. */
UNIT_TEST(links_are_found_behind_any_number_of_bytes)
{
	static const char *const fills[] = { "x", "Z", "^", "_", "ä", "\xf0\x9f\x99\x82" };
	char text[512], expected[64];
	size_t nr, i, k, len;

	for (i = 0; i < UNIT_COUNT(fills); i++)
		for (nr = 0; nr < 70; nr++) {
			for (len = 0, k = 0; k < nr; k++)
				len += (size_t)sprintf(text + len, "%s", fills[i]);
			strcpy(text + len, "[a](b)");
			snprintf(expected, sizeof(expected), ">1:%zu b", nr + 5);
			links_are(text, expected);
			strcpy(text + len, "`[a](b)` [c](d)");
			snprintf(expected, sizeof(expected), ">1:%zu d", nr + 14);
			links_are(text, expected);
			strcpy(text + len, "\\[a](b) <a href='c'>");
			snprintf(expected, sizeof(expected), ">1:%zu c", nr + 18);
			links_are(text, expected);
		}
}
END_TEST

UNIT_TEST(links_references_and_definitions)
{
	links_are("[a][B  c] [d][]", "=1:5 b c|=1:12 d");
	links_are("[a]: b 'c'\n[d]:\n  e", "<1:6 b|<3:3 e");
	links_are("[a]: b c", "");
	links_are("x [a]: b", "");
	links_are("[^a]: b [^c][d]", "");
	links_are("x[1][2] ](a) [", "");
}

UNIT_TEST(links_are_not_in_code)
{
	links_are("`[a](b)` ``[c](d`)`` [e](f)", ">1:26 f");
	links_are("`a [b](c)", ">1:8 c");
	links_are("`a\n[b](c)`", "");
	links_are("```\n[a](b)\n```\n[c](d)", ">4:5 d");
	links_are("a\n\n    [b](c)\n\n    [d](e)\n\n[f](g)", ">7:5 g");
	links_are("a\n    [b](c)", ">2:9 c");
	links_are("- a\n\n    [b](c)", ">3:9 c");
}

UNIT_TEST(links_comments)
{
	links_are("a <!-- b --> [c](d)", "!1:3  b |>1:18 d");
	links_are("<!--\n[a](b)\n\nx\n-->\n[c](d)", "!1:1 \n[a](b)\n\nx\n|>6:5 d");
	links_are("<!-- a\n\n[b](c)", ">3:5 c");
	links_are("<!-- <!-- [b](c)", ">1:15 c");
}

UNIT_TEST(links_worth_knows_what_stays_here)
{
	static const char *const yes[] = {
		"[a](b)", "[a]( <b>)", "[a][b]", "[a]: b", "x <!-- ops-allow y", "<a href='b'>",
		"<img alt=\"\" src=\"b\">", "[a](https://x) [b](c)", "[a](http", "[a](httpx)",
	};
	static const char *const no[] = {
		"", "a", "[a]", "[a](https://b)", "[a]( <http://b>)", "[a]: https://b",
		"<!-- x -->", "x ops-allow y", "<a href=\"https://b\">", "a < b > c",
		"<a href='b'", "x]",
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(yes); i++)
		ck_assert_msg(links_worth(yes[i], 0, strlen(yes[i]), "ops-allow"), "%s", yes[i]);
	for (i = 0; i < UNIT_COUNT(no); i++)
		ck_assert_msg(!links_worth(no[i], 0, strlen(no[i]), "ops-allow"), "%s", no[i]);
}

/* Whether the text has all of these fragments (parted by blanks), and so many. */
static void anchors_are(const char *text, const char *expected, size_t nr)
{
	struct arena *arena = arena_new();
	struct map *map = map_new(arena);
	const char *at = expected;

	ck_assert_int_eq(links_anchors(map, arena, text, 0, strlen(text)), 0);
	while (*at) {
		size_t len = strcspn(at, " ");
		char *one = arena_dup(arena, at, len);

		ck_assert_msg(map_has(map, one), "'%s' has no '%s' but '%s'", text, one,
			      map_count(map) ? map_at(map, 0)->key : "");
		at += len + (at[len] == ' ');
	}
	ck_assert_uint_eq(map_count(map), nr);
	arena_free(arena);
}

UNIT_TEST(anchors_are_called_as_github_calls_them)
{
	anchors_are("# Hello, World!", "hello-world", 1);
	anchors_are("## A & B -- c", "a--b----c", 1);
	anchors_are("# `code_x()` and *b*", "code_x-and-b", 1);
	anchors_are("# See [this](that.md) ![i](p.png)", "see-this-", 1);
	anchors_are("# _Em_ snake_case __init__", "em-snake_case-init", 2);
	anchors_are("# 1.2.3 (2026-01-02)", "123-2026-01-02", 1);
	anchors_are("# Äpfel Ώ Ж 日本語 🎉", "äpfel-ώ-ж-日本語-", 1);
	anchors_are("# a’s “b” – c…", "as-b--c", 1);
	anchors_are("# A\n# A\n# A", "a a-1 a-2", 3);
	anchors_are("# A\n# A-1\n# A", "a a-1 a-2", 3);
	anchors_are("A b\n===\n\nC\n---\n\n---\nd", "a-b c", 2);
	anchors_are("```\n# no\n```\n    # no\n<!--\n# no\n-->", "", 0);
	anchors_are("<a name=\"X\"></a><b id='z'>", "X z", 2);
	anchors_are("# x &amp; y <b>z</b> #", "x--y-z", 1);
}

UNIT_MAIN("links", links_are_found_with_their_places,
	  links_are_found_behind_any_number_of_bytes, links_references_and_definitions,
	  links_are_not_in_code, links_comments,
	  links_worth_knows_what_stays_here, anchors_are_called_as_github_calls_them)
