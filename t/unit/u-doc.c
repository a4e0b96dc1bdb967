/* SPDX-License-Identifier: MIT */
/*
 * Documents: what is wrong is refused with its place, and an edit changes the
 * bytes it means and no others.
 */
#include "unit.h"

#include "text/doc.h"
#include "util/arena.h"
#include "util/buf.h"

struct parsed {
	struct arena *arena;
	struct ops_findings *findings;
	struct ops_error err;
	struct doc *doc;
	int rc;
};

static struct parsed parse(const char *text)
{
	struct parsed p = { 0 };

	p.arena = arena_new();
	p.findings = ops_findings_new();
	p.rc = doc_parse(&p.doc, p.arena, "d.md", text, strlen(text), 0, p.findings,
			 &p.err);
	return p;
}

static void end(struct parsed *p)
{
	arena_free(p->arena);
	ops_findings_free(p->findings);
}

UNIT_TEST(doc_parse_finds_header_and_body)
{
	static const struct {
		const char *text, *header, *body;
		unsigned line;
		bool crlf;
	} cases[] = {
		{ "---\na: b\n---\nbody\n", "a: b\n", "body\n", 4, false },
		{ "---\r\na: b\r\n---\r\nbody\r\n", "a: b\r\n", "body\r\n", 4, true },
		{ "---\na: b\n---", "a: b\n", "", 4, false },
		{ "---\n---\n", "", "", 3, false },
		{ "--- \na: b\n---\t\nx", "a: b\n", "x", 4, false },
		{ "---\na: |\n  ---\n---\n---\n", "a: |\n  ---\n", "---\n", 5, false },
	};
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		p = parse(cases[i].text);
		ck_assert_msg(!p.rc, "%s: %s", cases[i].text, p.err.message);
		ck_assert_uint_eq(p.doc->header_len, strlen(cases[i].header));
		ck_assert(!memcmp(p.doc->text + p.doc->header_at, cases[i].header,
				  p.doc->header_len));
		ck_assert_str_eq(p.doc->text + p.doc->body_at, cases[i].body);
		ck_assert_uint_eq(p.doc->body_line, cases[i].line);
		ck_assert_int_eq(p.doc->crlf, cases[i].crlf);
		end(&p);
	}
}

UNIT_TEST(doc_fault_has_its_rule_and_place)
{
	static const struct {
		const char *text, *rule;
		unsigned line, column;
	} cases[] = {
		{ "", "doc.header", 1, 1 }, { "# Title\n", "doc.header", 1, 1 },
		{ "----\na: b\n---\n", "doc.header", 1, 1 },
		{ "---x\na: b\n---\n", "doc.header", 1, 1 },
		{ "\n---\na: b\n---\n", "doc.header", 1, 1 },
		{ "---\na: b\n", "doc.header", 1, 1 }, { "---", "doc.header", 1, 1 },
		{ "---\na: b\n --- \n", "doc.header", 1, 1 },
		{ "---\n- a\n---\n", "doc.header", 2, 1 },
		{ "---\nword\n---\n", "doc.header", 2, 1 },
		{ "---\n{a: b}\n---\n", "doc.header", 2, 1 },
		{ "\xef\xbb\xbf---\na: b\n---\n", "doc.encoding", 1, 1 },
		{ "---\na: b\n---\nx\n\xc3\xa9\x1b\n", "doc.encoding", 5, 2 },
		{ "---\na: b\n---\n\xff", "doc.encoding", 4, 1 },
		{ "---\na: b\n---\na\rb", "doc.encoding", 4, 2 },
		{ "---\nt: a: b\n---\n", "yaml.unquoted-colon", 2, 5 },
		{ "---\na: 1\na: 2\n---\n", "yaml.duplicate-key", 3, 1 },
	};
	const struct ops_finding *f;
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		p = parse(cases[i].text);
		ck_assert_msg(p.rc == OPS_EINVALID, "%s", cases[i].text);
		ck_assert_ptr_null(p.doc);
		f = ops_findings_at(p.findings, 0);
		ck_assert_msg(!strcmp(f->rule, cases[i].rule) &&
			      f->line == cases[i].line &&
			      f->column == cases[i].column, "%s: %u:%u: %s",
			      cases[i].text, f->line, f->column, f->rule);
		ck_assert_str_eq(f->path, "d.md");
		end(&p);
	}
}

UNIT_TEST(doc_parse_is_bounded)
{
	struct buf b = BUF_INIT;
	struct parsed p;
	size_t i;

	buf_str(&b, "---\n");
	for (i = 0; i <= DOC_HEADER_MAX; i++)
		buf_char(&b, i % 80 ? '#' : '\n');
	buf_str(&b, "\n---\n");
	p = parse(b.data);
	ck_assert_int_eq(p.rc, OPS_EINVALID);
	ck_assert_str_eq(ops_findings_at(p.findings, 0)->rule, "doc.limit");
	end(&p);
	buf_clear(&b);
	buf_str(&b, "---\na: b\n---\n");
	while (b.len < DOC_MAX)
		buf_char(&b, 'x');
	p = parse(b.data);
	ck_assert_int_eq(p.rc, 0);
	end(&p);
	buf_char(&b, 'x');
	p = parse(b.data);
	ck_assert_int_eq(p.rc, OPS_EINVALID);
	end(&p);
	buf_release(&b);
}

UNIT_TEST(doc_text_is_empty_or_absent)
{
	struct parsed p = parse("---\na:\nb: [x]\n---\n");

	ck_assert_str_eq(doc_text(p.doc, "a"), "");
	ck_assert_ptr_null(doc_text(p.doc, "b"));
	ck_assert_ptr_null(doc_text(p.doc, "c"));
	ck_assert_ptr_null(doc_text(p.doc, "A"));
	ck_assert_ptr_nonnull(doc_field(p.doc, "b"));
	end(&p);
}

struct edit_case {
	const char *from;
	struct doc_edit edit;
	const char *to;		/* NULL: refused with `rc` */
	int rc;
};

static void check_edits(const struct edit_case *cases, size_t nr)
{
	struct parsed p;
	size_t i;
	int rc;

	for (i = 0; i < nr; i++) {
		struct buf out = BUF_INIT;
		struct ops_error err = { 0 };

		p = parse(cases[i].from);
		ck_assert_msg(!p.rc, "%s: %s", cases[i].from, p.err.message);
		rc = doc_edit(&out, p.doc, &cases[i].edit, 1, &err);
		ck_assert_msg(rc == cases[i].rc, "%s: %d: %s", cases[i].from, rc,
			      err.message);
		ck_assert_str_eq(out.data, cases[i].to ? cases[i].to : "");
		ck_assert_int_eq(err.status, cases[i].rc);
		end(&p);
		buf_release(&out);
	}
}

#define H(fields) "---\n" fields "---\nB"
#define R(fields) "---\r\n" fields "---\r\nB\r\n"
#define SET(v) { .kind = DOC_SET, .name = "k", .value = v }

UNIT_TEST(doc_set_replaces_the_value_and_nothing_else)
{
	static const struct edit_case cases[] = {
		{ H("k: v\n"), SET("w"), H("k: w\n"), 0 },
		{ H("a: b \nk:   v   # c\nz: y\n"), SET("w x"),
		  H("a: b \nk:   w x   # c\nz: y\n"), 0 },
		{ R("k: v\r\nz: y\r\n"), SET("w"), R("k: w\r\nz: y\r\n"), 0 },
		{ H("k: 'v' # c\n"), SET("it's"), H("k: 'it''s' # c\n"), 0 },
		{ H("k: \"v\"\n"), SET("a\"\\\tb"), H("k: \"a\\\"\\\\\\tb\"\n"), 0 },
		{ H("k: v\n"), SET("a: b"), H("k: \"a: b\"\n"), 0 },
		{ H("k: v\n"), SET("say \"a: b\""), H("k: 'say \"a: b\"'\n"), 0 },
		{ H("k: v\n"), SET("a #b"), H("k: \"a #b\"\n"), 0 },
		{ H("k: v\n"), SET("a#b:c"), H("k: a#b:c\n"), 0 },
		{ H("k: v\n"), SET("@me"), H("k: \"@me\"\n"), 0 },
		{ H("k: v\n"), SET(" x"), H("k: \" x\"\n"), 0 },
		{ H("k: v\n"), SET("x:"), H("k: \"x:\"\n"), 0 },
		{ H("k: v\n"), SET("-x"), H("k: -x\n"), 0 },
		{ H("k: v\n"), SET("- x"), H("k: \"- x\"\n"), 0 },
		{ H("k: v\n"), SET("---"), H("k: \"---\"\n"), 0 },
		{ H("k: v\n"), SET("a, b [c]"), H("k: a, b [c]\n"), 0 },
		/* to nothing, from nothing */
		{ H("k: v # c\n"), SET(""), H("k: # c\n"), 0 },
		{ H("k: v\n"), SET(""), H("k:\n"), 0 },
		{ H("k: 'v'\n"), SET(""), H("k: ''\n"), 0 },
		{ H("k:\n"), SET("v"), H("k: v\n"), 0 },
		{ H("k: \nz: y\n"), SET("v"), H("k: v\nz: y\n"), 0 },
		{ R("k: \r\n"), SET("v"), R("k: v\r\n"), 0 },
		{ H("k: # c\n"), SET("v"), H("k: v # c\n"), 0 },
		{ H("k:\n"), SET(""), H("k:\n"), 0 },
		{ H("k: ''\n"), SET("v"), H("k: 'v'\n"), 0 },
		/* what is there already changes no byte */
		{ H("k: \"v\"\n"), SET("v"), H("k: \"v\"\n"), 0 },
		{ H("k: v\n  w\n"), SET("v w"), H("k: v\n  w\n"), 0 },
		{ H("k: |-\n  v\n"), SET("v"), H("k: |-\n  v\n"), 0 },
		/* other kinds of value */
		{ H("k: |\n  a\n  b\nz: y\n"), SET("v"), H("k: v\nz: y\n"), 0 },
		{ H("k: [a, b] # c\n"), SET("v"), H("k: v # c\n"), 0 },
		{ H("k: {a: b}\n"), SET(""), H("k:\n"), 0 },
		{ H("k: # c\n  # d\n  - a\n  - b\nz: y\n"), SET("v"),
		  H("k: v # c\n  # d\nz: y\n"), 0 },
		{ H("k:\n- a\nz: y\n"), SET(""), H("k:\nz: y\n"), 0 },
		{ R("k:\r\n  a: b\r\nz: y\r\n"), SET("v"), R("k: v\r\nz: y\r\n"), 0 },
		{ H("k:\n  v\nz: y\n"), SET("w"), H("k:\n  w\nz: y\n"), 0 },
		{ H("k: a\n  b # c\nz: y\n"), SET("w"), H("k: w # c\nz: y\n"), 0 },
		/* absent */
		{ H("a: b\n"), SET("v"), H("a: b\nk: v\n"), 0 },
		{ H(""), SET(""), H("k:\n"), 0 },
		{ R("a: b\r\n"), SET("v"), R("a: b\r\nk: v\r\n"), 0 },
		{ H("  a: b\n# c\n"), SET("v"), H("  a: b\n# c\n  k: v\n"), 0 },
		{ "---\n---", SET("v"), "---\nk: v\n---", 0 },
		/* quoted keys */
		{ H("\"k\" : v\n"), SET("w"), H("\"k\" : w\n"), 0 },
		/* refused */
		{ H("k: v\n"), SET("a\nb"), NULL, OPS_EUSAGE },
		{ H("k: v\n"), SET("a\x1b"), NULL, OPS_EUSAGE },
		{ H("k: v\n"), SET("a\xff"), NULL, OPS_EUSAGE },
		{ H("k: v\n"), SET("a\xe2\x80\xae"), NULL, OPS_EUSAGE },
		{ H("k: v\n"), SET("\xef\xbf\xbf"), NULL, OPS_EUSAGE },
		{ H("k: v\n"), { .kind = DOC_SET, .name = "", .value = "x" }, NULL,
		  OPS_EUSAGE },
		{ H("k: v\n"), { .kind = DOC_SET, .name = "a\nb", .value = "x" }, NULL,
		  OPS_EUSAGE },
		{ H("k: v\n"), { .kind = DOC_SET, .name = "a: b", .value = "x" },
		  H("k: v\n\"a: b\": x\n"), 0 },
	};

	check_edits(cases, UNIT_COUNT(cases));
}

static const char *const list[] = { "a", "b: c", "" };
#define LIST(n) { .kind = DOC_SET_LIST, .name = "k", .values = list, .nr = n }

UNIT_TEST(doc_set_list_keeps_the_style)
{
	static const struct edit_case cases[] = {
		{ H("k: [x] # c\n"), LIST(3), H("k: [a, \"b: c\", \"\"] # c\n"), 0 },
		{ H("k: [x]\n"), LIST(0), H("k: []\n"), 0 },
		{ H("k:\n    - x\nz: y\n"), LIST(2),
		  H("k:\n    - a\n    - \"b: c\"\nz: y\n"), 0 },
		{ H("k:\n- x\n- y\n"), LIST(1), H("k:\n- a\n"), 0 },
		{ R("k:\r\n- x\r\n"), LIST(2), R("k:\r\n- a\r\n- \"b: c\"\r\n"), 0 },
		{ H("k:\n  - x\n"), LIST(0), H("k: []\n"), 0 },
		{ H("k:\n"), LIST(0), H("k: []\n"), 0 },
		{ H("k: # c\nz: y\n"), LIST(1), H("k: # c\n  - a\nz: y\n"), 0 },
		{ H("k: v # c\nz: y\n"), LIST(1), H("k: # c\n  - a\nz: y\n"), 0 },
		{ H("k:\n  a: b\nz: y\n"), LIST(1), H("k:\n  - a\nz: y\n"), 0 },
		{ H("z: y\n"), LIST(1), H("z: y\nk:\n  - a\n"), 0 },
		{ H("z: y\n"), LIST(0), H("z: y\nk: []\n"), 0 },
		{ H("k: [ a ,\"b: c\" ]\n"), LIST(2), H("k: [ a ,\"b: c\" ]\n"), 0 },
	};

	check_edits(cases, UNIT_COUNT(cases));
}

#define APPEND(v) { .kind = DOC_APPEND, .name = "k", .value = v }

UNIT_TEST(doc_append_adds_once)
{
	static const struct edit_case cases[] = {
		{ H("k: [a, b] # c\n"), APPEND("c, d"), H("k: [a, b, \"c, d\"] # c\n"), 0 },
		{ H("k: []\n"), APPEND("a"), H("k: [a]\n"), 0 },
		{ H("k: [a,\n    b,\n  ]\n"), APPEND("c"), H("k: [a,\n    b, c,\n  ]\n"), 0 },
		{ H("k: [a, b]\n"), APPEND("b"), H("k: [a, b]\n"), 0 },
		{ H("k:\n  - a # c\nz: y\n"), APPEND("b"),
		  H("k:\n  - a # c\n  - b\nz: y\n"), 0 },
		{ R("k:\r\n- a\r\n"), APPEND("b"), R("k:\r\n- a\r\n- b\r\n"), 0 },
		{ H("k:\n  - a\n  - |\n    t\n\nz: y\n"), APPEND("b"),
		  H("k:\n  - a\n  - |\n    t\n  - b\n\nz: y\n"), 0 },
		{ H("k:\n"), APPEND("a"), H("k:\n  - a\n"), 0 },
		{ H("k: ''\n"), APPEND("a"), H("k:\n  - a\n"), 0 },
		{ H("z: y\n"), APPEND("a"), H("z: y\nk:\n  - a\n"), 0 },
		{ H("k: v\n"), APPEND("a"), NULL, OPS_EUSAGE },
		{ H("k: {a: b}\n"), APPEND("a"), NULL, OPS_EUSAGE },
	};

	check_edits(cases, UNIT_COUNT(cases));
}

#define REMOVE { .kind = DOC_REMOVE, .name = "k" }

UNIT_TEST(doc_remove_takes_whole_lines)
{
	static const struct edit_case cases[] = {
		{ H("a: b\nk: v # c\nz: y\n"), REMOVE, H("a: b\nz: y\n"), 0 },
		{ H("k:\n  - a\n  - b\nz: y\n"), REMOVE, H("z: y\n"), 0 },
		{ R("k: |\r\n  a\r\n\r\nz: y\r\n"), REMOVE, R("\r\nz: y\r\n"), 0 },
		{ H("k:\n"), REMOVE, H(""), 0 },
		{ H("k: [a,\n    b]\nz: y\n"), REMOVE, H("z: y\n"), 0 },
		{ H("a: b\n"), REMOVE, H("a: b\n"), 0 },
	};

	check_edits(cases, UNIT_COUNT(cases));
}

#define D(body) "---\na: b\n---\n" body
#define SECTION(n, v) { .kind = DOC_SECTION, .name = n, .value = v }

UNIT_TEST(doc_section_keeps_its_surroundings)
{
	static const struct edit_case cases[] = {
		{ D("# T\n\n## S\n\nold\n\n## N\n"), SECTION("S", "new\n\nx\n"),
		  D("# T\n\n## S\n\nnew\n\nx\n\n## N\n"), 0 },
		{ D("## S\nold"), SECTION("s", "new"), D("## S\nnew"), 0 },
		{ D("## S\n## N\n"), SECTION("S", "new"), D("## S\n\nnew\n\n## N\n"), 0 },
		{ D("## S\n\n\n## N\n"), SECTION("S", "new"), D("## S\n\nnew\n\n## N\n"), 0 },
		{ D("## S"), SECTION("S", "new"), D("## S\n\nnew\n"), 0 },
		{ D("## S\n\nold\n"), SECTION("S", ""), D("## S\n\n\n"), 0 },
		{ D("## S\n\nold  \n"), SECTION("S", "\nold\n"), D("## S\n\nold  \n"), 0 },
		{ D("text"), SECTION("S", "new"), D("text\n\n## S\n\nnew\n"), 0 },
		{ D("text\n\n"), SECTION("S", ""), D("text\n\n## S\n"), 0 },
		{ "---\r\na: b\r\n---\r\n## S\r\n\r\nold\r\n", SECTION("S", "x\ny"),
		  "---\r\na: b\r\n---\r\n## S\r\n\r\nx\r\ny\r\n", 0 },
		{ D("## S\n\n### Sub\n\nold\n"), SECTION("S", "new"), D("## S\n\nnew\n"), 0 },
		/* texts that would not stay where they are put */
		{ D("## S\n\nold\n\n## N\n"), SECTION("S", "x\n\n## Forged\n"), NULL,
		  OPS_EUSAGE },
		{ D("## S\n\nold\n\n## N\n"), SECTION("S", "```\nopen"), NULL, OPS_EUSAGE },
		{ D("## S\n\nold\n\n## N\n"), SECTION("S", "<!-- open"), NULL, OPS_EUSAGE },
		{ D("```\nopen\n"), SECTION("S", "new"), NULL, OPS_EUSAGE },
		{ D("## S\n"), SECTION("S", "a\x1b"), NULL, OPS_EUSAGE },
		{ D("## S\n"), SECTION("a\nb", "x"), NULL, OPS_EUSAGE },
		{ D("## S\n"), SECTION("S", "### Sub\n\nx"), D("## S\n\n### Sub\n\nx\n"), 0 },
	};

	check_edits(cases, UNIT_COUNT(cases));
}

#define CHECK(n, v) { .kind = DOC_CHECK, .name = n, .value = v }
#define UNCHECK(n, v) { .kind = DOC_UNCHECK, .name = n, .value = v }

UNIT_TEST(doc_check_changes_one_byte)
{
	static const struct edit_case cases[] = {
		{ D("## S\n- [ ] a\n- [ ] b\n"), CHECK("S", "b"),
		  D("## S\n- [ ] a\n- [x] b\n"), 0 },
		{ D("- [x] a\n"), UNCHECK(NULL, "a"), D("- [ ] a\n"), 0 },
		{ D("- [X] a\n"), CHECK(NULL, "a"), D("- [X] a\n"), 0 },
		{ D("- [ ] a\n- [ ] a\n"), CHECK(NULL, "a"), D("- [x] a\n- [ ] a\n"), 0 },
		{ D("- [x] a\n- [ ] a\n"), CHECK(NULL, "a"), D("- [x] a\n- [x] a\n"), 0 },
		{ D("- [ ] a\n"), CHECK(NULL, "b"), NULL, OPS_ENOTFOUND },
		{ D("- [ ] a\n## S\n"), CHECK("S", "a"), NULL, OPS_ENOTFOUND },
		{ D("- [ ] a\n"), CHECK("S", "a"), NULL, OPS_ENOTFOUND },
		{ D("```\n- [ ] a\n```\n"), CHECK(NULL, "a"), NULL, OPS_ENOTFOUND },
	};

	check_edits(cases, UNIT_COUNT(cases));
}

UNIT_TEST(doc_edits_follow_one_another)
{
	static const struct doc_edit edits[] = {
		{ .kind = DOC_SET, .name = "Status", .value = "Done" },
		{ .kind = DOC_SET, .name = "New", .value = "x" },
		{ .kind = DOC_REMOVE, .name = "Old" },
		{ .kind = DOC_APPEND, .name = "Tags", .value = "b" },
		{ .kind = DOC_SECTION, .name = "Log", .value = "- [ ] step" },
		{ .kind = DOC_CHECK, .name = "Log", .value = "step" },
		{ .kind = DOC_SET, .name = "New", .value = "y" },
	};
	struct parsed p = parse("---\nStatus: Open\nOld: 1\nTags: [a]\n---\n# T\n");
	struct buf out = BUF_INIT;

	ck_assert_int_eq(doc_edit(&out, p.doc, edits, UNIT_COUNT(edits), NULL), 0);
	ck_assert_str_eq(out.data, "---\nStatus: Done\nTags: [a, b]\nNew: y\n---\n"
			 "# T\n\n## Log\n\n- [x] step\n");
	ck_assert_ptr_null(p.doc->sections);
	buf_clear(&out);
	ck_assert_int_eq(doc_edit(&out, p.doc, NULL, 0, NULL), 0);
	ck_assert_str_eq(out.data, p.doc->text);
	buf_release(&out);
	end(&p);
}

UNIT_TEST(doc_write_scalar_quotes_only_if_it_has_to)
{
	static const struct {
		const char *value, *text;
	} cases[] = {
		{ "a", "a" }, { "2026-01-01", "2026-01-01" }, { "yes", "yes" },
		{ "", "\"\"" }, { "a: b", "\"a: b\"" }, { "a:b", "a:b" },
		{ "#x", "\"#x\"" }, { "x #y", "\"x #y\"" }, { "'", "\"'\"" },
		{ "\"", "'\"'" }, { "\"it's\" #1", "'\"it''s\" #1'" },
		{ "[a]", "\"[a]\"" }, { "{a}", "\"{a}\"" }, { "*", "\"*\"" },
		{ "a ", "\"a \"" }, { "?", "\"?\"" }, { "?a", "?a" }, { ":a", ":a" },
		{ "a\tb", "\"a\\tb\"" }, { "C:\\x", "C:\\x" }, { "%a", "\"%a\"" },
	};
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		struct buf b = BUF_INIT, d = BUF_INIT;
		struct parsed p;

		doc_write_scalar(&b, cases[i].value);
		ck_assert_str_eq(b.data, cases[i].text);
		buf_printf(&d, "---\nk: %s\n---\n", b.data);
		p = parse(d.data);
		ck_assert_int_eq(p.rc, 0);
		ck_assert_str_eq(doc_text(p.doc, "k"), cases[i].value);
		end(&p);
		buf_release(&b);
		buf_release(&d);
	}
}

UNIT_TEST(doc_placeholder_is_a_template_not_a_value)
{
	static const char *const yes[] = {
		"[Task name]", "[A|B|C]", "[YYYY-MM-DD]", "<name>", "<task id>",
		"YYYY-MM-DD", "TODO", "TBD", " TBD ",
	};
	static const char *const no[] = {
		"", "x", "[x]", "[ ]", "[a](b)", "[a] [b]", "todo", "TODO: x",
		"<https://x.org>", "<a@b.org>", "2026-01-01", "<>", "[]", "a <b>",
	};
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(yes); i++)
		ck_assert_msg(doc_text_is_placeholder(yes[i]), "%s", yes[i]);
	for (i = 0; i < UNIT_COUNT(no); i++)
		ck_assert_msg(!doc_text_is_placeholder(no[i]), "%s", no[i]);
	p = parse("---\na: [Task name]\nb: [x, 'y']\nc: []\nd:\n  - x\ne: TBD\n---\n");
	ck_assert(doc_is_placeholder(doc_field(p.doc, "a")));
	ck_assert(!doc_is_placeholder(doc_field(p.doc, "b")));
	ck_assert(!doc_is_placeholder(doc_field(p.doc, "c")));
	ck_assert(!doc_is_placeholder(doc_field(p.doc, "d")));
	ck_assert(doc_is_placeholder(doc_field(p.doc, "e")));
	end(&p);
}

UNIT_MAIN("doc", doc_parse_finds_header_and_body, doc_fault_has_its_rule_and_place,
	  doc_parse_is_bounded, doc_text_is_empty_or_absent,
	  doc_set_replaces_the_value_and_nothing_else, doc_set_list_keeps_the_style,
	  doc_append_adds_once, doc_remove_takes_whole_lines,
	  doc_section_keeps_its_surroundings, doc_check_changes_one_byte,
	  doc_edits_follow_one_another, doc_write_scalar_quotes_only_if_it_has_to,
	  doc_placeholder_is_a_template_not_a_value)
