/* SPDX-License-Identifier: MIT */
/*
 * The short way of reading plain headers makes the tree that the parser makes:
 * on headers of every shape, and on a hundred thousand made of pieces that YAML
 * gives a meaning to.
 */
#include "unit.h"

#include "text/yaml_inside.h"
#include "util/arena.h"

static int same(const struct yaml_node *a, const struct yaml_node *b)
{
	size_t i;

	if (a->kind != b->kind || a->style != b->style || a->nr != b->nr ||
	    memcmp(&a->start, &b->start, sizeof(a->start)) ||
	    memcmp(&a->end, &b->end, sizeof(a->end)))
		return 0;
	if (a->kind == YAML_SCALAR)
		return a->len == b->len && !memcmp(a->value, b->value, a->len + 1);
	for (i = 0; a->kind == YAML_LIST && i < a->nr; i++)
		if (!same(a->items[i], b->items[i]))
			return 0;
	for (i = 0; a->kind == YAML_MAP && i < a->nr; i++)
		if (!same(a->pairs[i].key, b->pairs[i].key) ||
		    !same(a->pairs[i].value, b->pairs[i].value))
			return 0;
	return 1;
}

/* 1 read and equal, 0 left to the parser, -1 read and wrong. */
static int compare(const char *text, size_t len)
{
	struct yaml_source source = { "x.md", 2, 0, 0 };
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct yaml_node *plain = NULL, *parsed = NULL;
	struct ops_error err = { 0 };
	int taken = yaml_plain(&plain, arena, text, len, 2), ret = taken;

	if (taken == 1 && (yaml_parse_events(&parsed, arena, text, len, &source,
					     findings, &err) || !same(plain, parsed)))
		ret = -1;
	arena_free(arena);
	ops_findings_free(findings);
	return ret;
}

UNIT_TEST(plain_takes_what_is_plain)
{
	static const char *const texts[] = {
		"Title: Retry\n", "Title: Retry", "A: 1\nB: 2 3\nC-d_e: x/y.z\n",
		"Date: 2026-01-15T12:00:00Z\n", "Mail: a@b.example\nX: c;d+e = (a, b)\n",
		"Words: two  blanks inside\n", "List: [a]\n", "List: [a, b c, d-1.2/x_y]\nB: c",
		"Map: {a: 1, b-c: 0.5}\nList: [1]\n", "M: {a: b c, A: d}",
		"Url: https://example.org/a?b=c#d\n",
		"Who: Ada <a@b.c>, (@ada)\nWhat: it's \"C#\" & {x} [y] | 100% `z` ~!*$^\n",
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(texts); i++)
		ck_assert_msg(compare(texts[i], strlen(texts[i])) == 1, "%s", texts[i]);
}
END_TEST

UNIT_TEST(plain_leaves_what_may_mean_more)
{
	static const char *const texts[] = {
		"", "Title:\n", "Title: a: b\n", "Title: a # b\n", "Title: \"a\"\n",
		"A: 1\nA: 2\n", "Title:  two blanks\n", "Title: a \n",
		"Title: a\n  more\n", "Title: a\r\n", "Title: -a\n", "- a\n", "a\n",
		"Title: a\n\nB: c\n", "Title: \xc3\xa9\n", "? a: b\n", "A: b:\n",
		"A: []\n", "A: [a,b]\n", "A: [a, ]\n", "A: [a: b]\n", "A: {a}\n",
		"A: {a: 1, a: 2}\n", "A: [a] b\n", "A: [a\n", "A: [a, [b]]\n", "A: [ a]\n",
		"A: {a: }\n", "A: {a: 1}x\n", "A: [a #b]\n", "A: [a ]\n", "A: [-1]\n",
		"Title: a #b\n", "Title: a:#\n", "Title: 'a'\n",
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(texts); i++)
		ck_assert_msg(compare(texts[i], strlen(texts[i])) == 0, "%s", texts[i]);
}
END_TEST

UNIT_TEST(plain_agrees_with_the_parser_on_anything)
{
	static const char *const pieces[] = {
		"Title", "A", "B-c", ": ", ":", "\n", "\n", "\n", " ", "  ", "x", "word", "1",
		"12:00", "#", " #", "-", "- ", "\"", "'", "[", "]", "{", "}", ",", "&a", "*a",
		"!t", "|", ">", "%", "@", "`", "?", "? ", "~", "\t", "\r\n", "---", "...", "=",
		"(", ")", ".", "/", "_", ";", "+", "<<", "\xc3\xa9", "Key: value\n",
		"Z: 2\n", "Q: w x\n", "R: 12:00 x\n", "S-t: a/b\n",
		"://", "#x", "<y>", "it's", "\"q\"", "$", "^",
		"L: [a, b]\n", "M: {a: 1}\n", "[a", ", b", "]\n", "{a: ", "}\n",
		"U: w,x\n", "V: (1)\n", "W_x: y-\n", "Key: a", "Z: b ",
	};
	unsigned long seed = 20260115;
	size_t i, n, taken = 0;
	char text[256];

	for (i = 0; i < 100000; i++) {
		size_t count, len = 0;

		seed = seed * 6364136223846793005ul + 1442695040888963407ul;
		count = 1 + (seed >> 33) % 12;
		for (n = 0; n < count; n++) {
			const char *piece;

			seed = seed * 6364136223846793005ul + 1442695040888963407ul;
			piece = pieces[(seed >> 33) % UNIT_COUNT(pieces)];
			memcpy(text + len, piece, strlen(piece));
			len += strlen(piece);
		}
		text[len] = '\0';
		switch (compare(text, len)) {
		case 1:
			taken++;
			break;
		case -1:
			ck_abort_msg("differs for <%s>", text);
		}
	}
	UNIT_NEED(taken > 500);
}
END_TEST

UNIT_MAIN("plain", plain_takes_what_is_plain, plain_leaves_what_may_mean_more,
	  plain_agrees_with_the_parser_on_anything)
