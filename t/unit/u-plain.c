/* SPDX-License-Identifier: MIT */
/*
 * The short way of reading plain headers makes the tree that the parser makes:
 * on headers of every shape, and on a hundred thousand made of pieces that YAML
 * gives a meaning to.
 */
#include "unit.h"

#include "same-yaml.h"

static int compare(const char *text, size_t len)
{
	struct yaml_source source = { "x.md", 2, 0, 0 };

	return compare_yaml(text, len, &source);
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
		"Title:\n", "Title:", "A:\nB: 1\n", "A: 'it''s'\nB: \"a \\\"b\\\\ c\"\n",
		"A: ''\nB: \"\"\n", "A: []\nB: {}\nC: [\"a, b\",'c',d]\n",
		"A: {a: 'x: y', b: 2}\n", "A:\n- x\n- \"y\"\nB: 1\n", "A:\n  - x y\n  - z",
		"A:\n  - a: 1\n    b: 2\n  - [c, d]\n  - {e: f}\nB:\n",
		"A:\n  b:\n    c: d\n  e:\n  - f\ng: h\n", "A:\n    b: c\n",
		"Title: \xc3\xa9t\xc3\xa9 \xe2\x80\x93 x\nB: \xc3\xa9\nC: \"\xc3\xa9\"\n",
		"L: [\xc3\xa9, b]\nA:\n - \xc3\xa9\n", "Title: -a\n", "A: (x) \\ y\n",
		"A: -1\nB: ./x\nC: ~\nD: <a>\nE: $x\nF: a::b\nG: a:[\nH: a:#\n",
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(texts); i++)
		ck_assert_msg(compare(texts[i], strlen(texts[i])) == 1, "%s", texts[i]);
}
END_TEST

UNIT_TEST(plain_leaves_what_may_mean_more)
{
	static const char *const texts[] = {
		"", "Title: a: b\n", "Title: a # b\n", "Title: \"a\n", "Title: \"a\" \n",
		"A: 1\nA: 2\n", "Title:  two blanks\n", "Title: a \n", "A:\nA:\n",
		"Title: a\n  more\n", "Title: a\r\n", "Title: --a\n", "- a\n", "a\n",
		"Title: a\n\nB: c\n", "? a: b\n", "A: b:\n", "Title: \"a\\n\"\n",
		"A: [a, ]\n", "A: [a: b]\n", "A: {a}\n", "A: {a: 1}x\n", "A: [,]\n",
		"A: {a: 1, a: 2}\n", "A: [a] b\n", "A: [a\n", "A: [a, [b]]\n", "A: [ a]\n",
		"A: {a: }\n", "A: [a #b]\n", "A: [a ]\n", "A: 'a'b\n", "A: \"a\": b\n",
		"Title: a #b\n", "A:\n  - b\n c: d\n", "A: b\n  - c\n",
		"A:\n  b: 1\n   c: 2\n", "A:\n  b: 1\n c: 2\n", "A:\n  - - b\n", "A:\n  -\n",
		"A:\n  - b\n  c: d\n", "A:\n  - a: 1\n    a: 2\n", "A: |\n  x\n", "A: &a b\n",
		"A: \xc2\x85\n", "A: \xe2\x80\xa8\n", "A: \"\xef\xbb\xbf\"\n", "A: \xc3\n",
		"A: \"\t\"\n", "A: ? b\n", "A: :b\n", "A:\n- b\n - c\n", "A:\n  \n", "\"A\": b\n",
		"A: b\n...\n", "A: %b\n", "A:b\n", "A: @b\n", "A:\n  b\n",
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
		"K:\n", "  - ", "\n- ", "\n  ", "\n    ", "'a'", "\"b\"", "''", "\\", "\\\"",
		"\\n", "[]", "{}", "\xe2\x80\x93", "\xe2\x80\xa8", "\xef\xbb\xbf", "a: b",
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

static const char *pick(const char *const *list, size_t nr, unsigned long *seed)
{
	*seed = *seed * 6364136223846793005ul + 1442695040888963407ul;
	return list[(*seed >> 33) % nr];
}

#define PICK(list) pick(list, UNIT_COUNT(list), &seed)

/* Lines as people write them, indented this way and that. */
UNIT_TEST(plain_agrees_with_the_parser_on_lines)
{
	static const char *const indents[] = { "", "  ", "  ", "    ", " " };
	static const char *const starts[] = {
		"A:", "B:", "Key:", "d-e:", "F_1:", "-", "-", "- A:", "- b:", "- - c:", "\"q\":",
		"x", "G:", "H:", "I:", "J:", "K:", "L:", "M:", "N:",
	};
	static const char *const values[] = {
		"", "", "", " a", " a b", " 'a'", " 'it''s: #'", " \"b\"", " \"\\\"\\\\\"", " ''",
		" [a, b]", " [\"a\",'b',c-d]", " {a: 1, b: \"c\"}", " []", " {}", " \xc3\xa9 x",
		" \"\xe2\x80\x93\"", " 12:00", " a: b", " #c", " -1", " - a", " [a", " |", " >-",
		" &x y", " \"a\\n\"", " a ", "  a", " ~", " a:b", " [\xc3\xa9, x]",
		" {a: \xc3\xa9}",
	};
	unsigned long seed = 20260116;
	size_t i, n, taken = 0;
	char text[512];

	for (i = 0; i < 100000; i++) {
		size_t lines = 1 + (seed >> 40) % 7;

		const char *indent = "", *value;

		*text = '\0';
		for (n = 0; n < lines; n++) {
			value = PICK(values);
			strcat(text, indent);
			strcat(text, PICK(starts));
			strcat(text, value);
			/* Below a key without a value more is likely. */
			indent = *value ? seed >> 62 ? indent : "" : PICK(indents);
			strcat(text, n + 1 < lines || seed >> 63 ? "\n" : "");
		}
		switch (compare(text, strlen(text))) {
		case 1:
			taken++;
			break;
		case -1:
			ck_abort_msg("differs for <%s>", text);
		}
	}
	UNIT_NEED(taken > 10000);
}
END_TEST

/* What the parser refuses for its size is left to it. */
UNIT_TEST(plain_keeps_the_limits)
{
	struct yaml_source source = { "x.md", 2, 12, 2 };
	char text[YAML_SCALAR_MAX + 16] = "A: '";

	memset(text + 4, 'x', YAML_SCALAR_MAX + 1);
	ck_assert_int_eq(compare(text, YAML_SCALAR_MAX + 5), 0);
	text[YAML_SCALAR_MAX + 4] = '\'';
	ck_assert_int_eq(compare(text, YAML_SCALAR_MAX + 5), 1);
	ck_assert_int_eq(compare_yaml("A:\n  b: [c]\n", 12, &source), 0);
	ck_assert_int_eq(compare_yaml("A:\n  b: c\n", 10, &source), 1);
	ck_assert_int_eq(compare_yaml("A: b\nC: d\nE: f\nG: h\nI: j\n", 25, &source), 0);
}
END_TEST

UNIT_MAIN("plain", plain_takes_what_is_plain, plain_leaves_what_may_mean_more,
	  plain_agrees_with_the_parser_on_anything, plain_agrees_with_the_parser_on_lines,
	  plain_keeps_the_limits)
