/* SPDX-License-Identifier: MIT */
/* Markdown sections: what counts as a heading, what stands under it. */
#include "unit.h"

#include "text/section.h"
#include "util/arena.h"
#include "util/buf.h"

static struct arena *arena;

static void setup(void)
{
	arena = arena_new();
}

static void teardown(void)
{
	arena_free(arena);
}

static const struct sections *parse(const char *text)
{
	const struct sections *s = sections_parse(arena, text, 0, strlen(text), 1);

	ck_assert_ptr_nonnull(s);
	return s;
}

UNIT_TEST(section_headings_are_those_of_atx)
{
	static const struct {
		const char *text, *titles;	/* "level:title" joined by '|' */
	} cases[] = {
		{ "# A\n## B ##\n### C #x\n", "1:A|2:B|3:C #x" },
		{ "#A\n####### A\n", "" }, { "#\n##   \n", "1:|2:" },
		{ "   # A\n    # B\n\t# C\n", "1:A" }, { "A\n===\nB\n---\n", "" },
		{ "# A\r\n## B\r\n", "1:A|2:B" }, { "# A", "1:A" },
		{ "```\n# A\n```\n# B\n", "1:B" }, { "~~~ c\n# A\n```\n# B\n~~~\n# C\n", "1:C" },
		{ "````\n# A\n```\n# B\n`````\n# C\n", "1:C" },
		{ "```\n# A\n``` x\n# B\n", "" }, { "``` a`b\n# A\n", "1:A" },
		{ "``x``\n# A\n", "1:A" }, { "- x\n  ```\n  # A\n  ```\n# B\n", "1:B" },
		{ "1. x\n\n    ```\n    # A\n    ```\n# B\n", "1:B" },
		{ "    ```\n# A\n", "1:A" },
		{ "<!-- # A -->\n# B\n", "1:B" }, { "<!--\n# A\n-->\n# B\n", "1:B" },
		{ "<!-- a\n# A\n", "" }, { "x <!-- y\n# A\n", "1:A" },
		{ "x <!-- y\n# A\n--> z\n# B\n", "1:B" }, { "`<!--`\n# A\n-->\n", "1:A" },
		{ "<!-- a --> <!-- b\n# A\n-->\n# B\n", "1:B" },
		{ "> # A\n- # B\n", "" },
	};
	size_t i, k;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		const struct sections *s = parse(cases[i].text);
		struct buf b = BUF_INIT;

		for (k = 0; k < s->nr; k++)
			buf_printf(&b, "%s%u:%s", k ? "|" : "", s->list[k].level,
				   s->list[k].title);
		ck_assert_msg(!strcmp(b.data, cases[i].titles), "%s: %s",
			      cases[i].text, b.data);
		buf_release(&b);
	}
}

UNIT_TEST(section_ends_with_a_heading_of_its_level)
{
	static const char text[] = "x\n# A\na\n## B\nb\n### C\nc\n## D\nd\n# E\n";
	static const struct {
		const char *title, *text;
		size_t own;
	} cases[] = {
		{ "A", "a\n## B\nb\n### C\nc\n## D\nd", 2 }, { "B", "b\n### C\nc", 2 },
		{ "C", "c", 2 }, { "D", "d", 2 }, { "E", "", 0 },
	};
	const struct sections *s = sections_parse(arena, text, 2, strlen(text), 7);
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		const struct section *one = section_find(s, cases[i].title);
		struct buf b = BUF_INIT;

		section_text(&b, s, one);
		ck_assert_str_eq(b.data, cases[i].text);
		ck_assert_uint_eq(one->own_end - one->start, cases[i].own);
		buf_release(&b);
	}
	ck_assert_uint_eq(s->list[0].line, 7);
	ck_assert_uint_eq(s->list[1].line, 9);
	ck_assert_uint_eq(s->list[0].heading_start, 2);
}

UNIT_TEST(section_find_looks_at_the_words)
{
	const struct sections *s = parse("# **Acceptance Criteria:**\n## 1. Scope\n"
					 "## 1.2 Risks\n## 3 things\n## 2) Plan\n");

	ck_assert_ptr_eq(section_find(s, "acceptance criteria"), &s->list[0]);
	ck_assert_ptr_eq(section_find(s, "Scope"), &s->list[1]);
	ck_assert_ptr_eq(section_find(s, "2. scope:"), &s->list[1]);
	ck_assert_ptr_eq(section_find(s, "Risks"), &s->list[2]);
	ck_assert_ptr_eq(section_find(s, "3 things"), &s->list[3]);
	ck_assert_ptr_null(section_find(s, "things"));
	ck_assert_ptr_eq(section_find(s, "plan"), &s->list[4]);
	ck_assert_ptr_null(section_find(s, "Acceptance"));
}

UNIT_TEST(section_checks_know_their_section)
{
	const struct sections *s = parse(
		"- [ ] zero\n# A\n- [x] one  \n  * [X] two\n## B\n1. [ ] three\n"
		"- [y] no\n- [ ]no\n[ ] no\n```\n- [ ] no\n```\n<!-- \n- [ ] no\n-->\n"
		"- [ ]\n");
	static const struct {
		const char *text;
		bool checked;
		unsigned line;
		size_t section;
	} want[] = {
		{ "zero", false, 1, (size_t)-1 }, { "one", true, 3, 0 },
		{ "two", true, 4, 0 }, { "three", false, 6, 1 }, { "", false, 16, 1 },
	};
	size_t i;

	ck_assert_uint_eq(s->checks_nr, UNIT_COUNT(want));
	for (i = 0; i < UNIT_COUNT(want); i++) {
		ck_assert_str_eq(s->checks[i].text, want[i].text);
		ck_assert_int_eq(s->checks[i].checked, want[i].checked);
		ck_assert_uint_eq(s->checks[i].line, want[i].line);
		ck_assert_uint_eq(s->checks[i].section, want[i].section);
		ck_assert(strchr(" xX", s->text[s->checks[i].mark]));
	}
}

UNIT_TEST(section_is_empty_sees_through_templates)
{
	static const struct {
		const char *text;
		bool empty;
	} cases[] = {
		{ "", true }, { "\n \n", true }, { "<!-- say what -->\n", true },
		{ "<!--\nsay\nwhat\n-->\n", true }, { "- \n* \n1.\n", true },
		{ "- [ ] \n", true }, { "TODO\n", true }, { "- TBD\n", true },
		{ "[Describe the task]\n", true }, { "- [ ] [Criterion]\n", true },
		{ "## Sub\n\n## Sub 2\n", true }, { "```\n\n```\n", true },
		{ "- x <!-- y -->\n", false }, { "```\ncode\n```\n", false },
		{ "## Sub\nx\n", false }, { "x", false }, { "[a](b)\n", false },
		{ "TODO: write it\n", false }, { "- <!-- c -->\n", true },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		char text[200];
		const struct sections *s;

		snprintf(text, sizeof(text), "# A\n%s", cases[i].text);
		s = parse(text);
		ck_assert_msg(section_is_empty(s, &s->list[0]) == cases[i].empty,
			      "%s", cases[i].text);
	}
}

UNIT_TEST(section_canonical_ignores_form_only)
{
	static const char *const same[] = {
		"# A\n\nx\n\ny\n- [ ] c\n", "# A\r\nx\r\n\r\ny\r\n- [x] c\r\n\r\n",
		"# A\nx  \n\n\n \ny\t\n- [X] c",
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(same); i++) {
		const struct sections *s = parse(same[i]);
		struct buf b = BUF_INIT;

		section_canonical(&b, s, &s->list[0]);
		ck_assert_str_eq(b.data, "x\n\ny\n- [ ] c\n");
		buf_release(&b);
	}
}

UNIT_TEST(section_canonical_keeps_code_as_it_is)
{
	const struct sections *s = parse("# A\n```\n- [x] c\n```\n  x\n");
	struct buf b = BUF_INIT;

	section_canonical(&b, s, &s->list[0]);
	ck_assert_str_eq(b.data, "```\n- [x] c\n```\n  x\n");
	buf_release(&b);
}

static void check_strings(const char *text, const char *want,
			  int (*get)(const char *const **, size_t *, struct arena *,
				     const struct sections *,
				     const struct section *))
{
	const struct sections *s = parse(text);
	const char *const *list;
	struct buf b = BUF_INIT;
	size_t nr, i;

	ck_assert_int_eq(get(&list, &nr, arena, s, &s->list[0]), 0);
	for (i = 0; i < nr; i++)
		buf_printf(&b, "%s<%s>", i ? " " : "", list[i]);
	ck_assert_msg(!strcmp(b.data, want), "%s: %s", text, b.data);
	buf_release(&b);
}

UNIT_TEST(section_items_are_top_level_with_their_lines)
{
	static const char *const cases[][2] = {
		{ "# A\n- a\n- b\n", "<a> <b>" }, { "# A\n1. a\n2) b\n", "<a> <b>" },
		{ "# A\n- [x] a\n  goes on\n- b\n", "<a goes on> <b>" },
		{ "# A\n- a\n  - deep\n- b\n", "<a - deep> <b>" },
		{ "# A\nintro\n\n- a\n\noutro\n", "<a>" },
		{ "# A\n- a\n\n  more\n- b\n", "<a more> <b>" },
		{ "# A\n- a\n## B\nx\n- b\n", "<a> <b>" },
		{ "# A\none\ntwo\n\nthree\n", "<one two> <three>" },
		{ "# A\n<!-- - x -->\n```\n- y\n```\n- z\n", "<z>" }, { "# A\n\n", "" },
		{ "# A\n- a\n\t- deep\n\t*\n- b\n", "<a - deep *> <b>" },
		{ "# A\n- \n- a\n", "<a>" }, { "# A\r\n- a\r\n- b\r\n", "<a> <b>" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		check_strings(cases[i][0], cases[i][1], section_items);
}

UNIT_TEST(section_code_spans_leave_fences_out)
{
	static const char *const cases[][2] = {
		{ "# A\n`a` and ``b`c`` `` ` ``\n", "<a> <b`c> <`>" },
		{ "# A\n- `a/b.c`\n```\n`no`\n```\n", "<a/b.c>" },
		{ "# A\n`open\n`b`\n", "<b>" }, { "# A\n<!-- `no` -->\n", "" },
		{ "# A\n``a` `b`\n", "< >" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++)
		check_strings(cases[i][0], cases[i][1], section_code_spans);
}

/* Each as <text@offset>, and what nothing ends with a '!'. */
UNIT_TEST(section_spans_say_where_they_begin)
{
	static const char *const cases[][2] = {
		{ "# A\n- `a`, `` b``\n", "<a@6/1> < b@11/2>" },
		{ "# A\n`` and `a\n", "< and `a@4/2!> <a@11/1!>" },
		{ "# A\n```\n`no`\n```\n", "" },
	};
	size_t i, k, nr;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		struct sections *s = sections_parse(arena, cases[i][0], 0,
						    strlen(cases[i][0]), 1);
		const struct code_span *list;
		struct buf b = BUF_INIT;

		ck_assert_int_eq(section_spans(&list, &nr, arena, s, &s->list[0]), 0);
		for (k = 0; k < nr; k++)
			buf_printf(&b, "%s<%s@%zu/%zu%s>", k ? " " : "", list[k].text,
				   list[k].at, list[k].ticks, list[k].open ? "!" : "");
		ck_assert_str_eq(b.data ? b.data : "", cases[i][1]);
		buf_release(&b);
	}
}

/* An accidental square of the length would take minutes here. */
UNIT_TEST(section_hostile_texts_take_no_time)
{
	static const char *const parts[] = {
		"x <!-- y\n", "`", "` `` ", "# a\n", "- [ ] a\n", "<!--", "```\n", "# ",
	};
	size_t i, n;

	for (i = 0; i < UNIT_COUNT(parts); i++) {
		struct buf b = BUF_INIT;
		const struct sections *s;

		for (n = 0; n < 1024 * 1024; n += strlen(parts[i]))
			buf_str(&b, parts[i]);
		s = sections_parse(arena, b.data, 0, b.len, 1);
		ck_assert_ptr_nonnull(s);
		ck_assert_ptr_null(section_find(s, "none"));
		buf_release(&b);
	}
}

int main(void)
{
	const TTest *const tests[] = {
		section_headings_are_those_of_atx,
		section_ends_with_a_heading_of_its_level,
		section_find_looks_at_the_words, section_checks_know_their_section,
		section_is_empty_sees_through_templates,
		section_canonical_ignores_form_only,
		section_canonical_keeps_code_as_it_is,
		section_items_are_top_level_with_their_lines,
		section_code_spans_leave_fences_out,
		section_spans_say_where_they_begin,
		section_hostile_texts_take_no_time,
	};
	int status;

	setup();
	status = unit_run("section", tests, UNIT_COUNT(tests));
	teardown();
	return status;
}
