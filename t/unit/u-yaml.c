/* SPDX-License-Identifier: MIT */
/* The YAML reader: faults have the right rule and place, nodes exact bytes. */
#include "unit.h"

#include <stdint.h>

#include "text/yaml.h"
#include "util/arena.h"
#include "util/buf.h"

struct parsed {
	struct arena *arena;
	struct ops_findings *findings;
	struct ops_error err;
	struct yaml_node *root;
	int rc;
};

static struct parsed parse_len(const char *text, size_t len, size_t events,
			       size_t depth)
{
	struct yaml_source source = { .path = "x.yaml", .first_line = 1,
				      .events_max = events, .depth_max = depth };
	struct parsed p = { 0 };
	/* No NUL behind it, so that reading past the end is seen. */
	char *exact = malloc(len ? len : 1);

	memcpy(exact, text, len);
	p.arena = arena_new();
	p.findings = ops_findings_new();
	p.rc = yaml_parse(&p.root, p.arena, exact, len, &source, p.findings, &p.err);
	UNIT_NEED((p.rc == OPS_EINVALID) == ops_findings_refuse(p.findings));
	UNIT_NEED((p.rc == 0) == (p.root != NULL));
	free(exact);
	return p;
}

static struct parsed parse(const char *text)
{
	return parse_len(text, strlen(text), 0, 0);
}

static void end(struct parsed *p)
{
	arena_free(p->arena);
	ops_findings_free(p->findings);
}

struct fault_case {
	const char *text;
	unsigned line, column;
	const char *rule, *message, *remedy;	/* parts of; NULL: any */
};

static const struct fault_case faults[] = {
	/* the commonest slip */
	{ "title: Foo: bar\n", 1, 11, "yaml.unquoted-colon",
	  "value of 'title' has an unquoted ':'", "write: title: \"Foo: bar\"" },
	{ "a: b\r\ntitle: x \"y\": z # c\r\n", 2, 13, "yaml.unquoted-colon", "'title'",
	  "write: title: 'x \"y\": z' # c" },
	{ "t: it's: so\n", 1, 8, "yaml.unquoted-colon", "'t'", "\"it's: so\"" },
	{ "\xc3\xa9t\xc3\xa9: \xc3\xa0: b\n", 1, 7, "yaml.unquoted-colon", "'\xc3\xa9t\xc3\xa9'",
	  NULL },
	{ "a:\n  - b: c: d\n", 2, 9, "yaml.unquoted-colon", "'b'", NULL },
	{ "title: Foo:\n", 1, 11, "yaml.unquoted-colon", "'title'", "\"Foo:\"" },
	{ "d: one two\n  three four: five\n", 2, 13, "yaml.unquoted-colon",
	  "goes on over lines", "all its lines" },
	/* characters that cannot begin a value */
	{ "who: @me\n", 1, 6, "yaml.syntax", "'who' cannot start with '@'",
	  "write: who: \"@me\"" },
	{ "who: `me`\n", 1, 6, "yaml.syntax", "cannot start with '`'", NULL },
	{ "n: %5\n", 1, 4, "yaml.syntax", "cannot start with '%'", "\"%5\"" },
	{ "n: **/x\n", 1, 4, "yaml.syntax", "cannot start with '*'", "\"**/x\"" },
	{ "n: > x\n", 1, 4, "yaml.syntax", "cannot start with '>'", NULL },
	{ "n: [@me]\n", 1, 5, "yaml.syntax", "a value cannot start with '@'", NULL },
	{ "n: ]\n", 1, 4, "yaml.syntax", "cannot start with ']'", NULL },
	/* quotes, brackets */
	{ "a: 1\nt: \"abc\nb: c\n", 2, 4, "yaml.syntax", "quote that opens here", NULL },
	{ "t: 'abc\n", 1, 4, "yaml.syntax", "quote that opens here", NULL },
	{ "t: [a, b\nu: c\n", 1, 4, "yaml.syntax", "'[' that opens here", NULL },
	{ "t: {a: b\n", 1, 4, "yaml.syntax", "'{' that opens here", NULL },
	{ "t: \"a\" b\n", 1, 8, "yaml.syntax", "text after the closing '\"'", NULL },
	{ "t: 'a': b\n", 1, 7, "yaml.syntax", "text after the closing '''", NULL },
	{ "t: [a] b\n", 1, 8, "yaml.syntax", "text after the closing ']'", NULL },
	{ "t: [a]: b\n", 1, 7, "yaml.syntax", "text after the closing ']'", NULL },
	{ "t: \"a\\qb\"\n", 1, 6, "yaml.syntax", "unknown escape", NULL },
	/* indentation and missing colons */
	{ "a: b\n   c: d\n", 2, 4, "yaml.syntax", "'c' is indented deeper", NULL },
	{ "a:\n    b: c\n  d: e\n", 3, 3, "yaml.syntax", "bad indentation", NULL },
	{ "  a: b\nc: d\n", 2, 1, "yaml.syntax", "bad indentation", NULL },
	{ "a: b\nno colon here\nc: d\n", 2, 1, "yaml.syntax",
	  "'no colon here' has no ': '", NULL },
	{ "title\na: b\n", 1, 1, "yaml.syntax", "'title' has no ': '", NULL },
	{ "a: b\nc\n", 2, 1, "yaml.syntax", "'c' has no ': '", NULL },
	{ "a: - b\n", 1, 4, "yaml.syntax", "'- ' cannot stand here", NULL },
	/* what the reader refuses by itself */
	{ "a:\n\t- b\n", 2, 1, "yaml.tab", NULL, NULL },
	{ "a:\n  \tb: c\n", 2, 3, "yaml.tab", NULL, NULL },
	{ "a: b\nc: d\na: e\n", 3, 1, "yaml.duplicate-key", "'a'", NULL },
	{ "a: b\n\"\\x61\": c\n", 2, 1, "yaml.duplicate-key", "'a'", NULL },
	{ "x: {a: 1, 'a': 2}\n", 1, 11, "yaml.duplicate-key", NULL, NULL },
	{ "a: &x b\n", 1, 4, "yaml.anchor", "anchors", NULL },
	{ "a: *x\n", 1, 4, "yaml.anchor", "aliases", NULL },
	{ "a: !!str b\n", 1, 4, "yaml.tag", NULL, NULL },
	{ "a: ! b\n", 1, 4, "yaml.tag", NULL, NULL },
	{ "<<: {a: b}\n", 1, 1, "yaml.key", "merge", NULL },
	{ "[a]: b\n", 1, 1, "yaml.key", "a list cannot be a key", NULL },
	{ "? a\n: b\n", 1, 3, "yaml.key", "'a' has no ':'", NULL },
	{ "{a: b, c}\n", 1, 8, "yaml.key", "'c' has no ':'", NULL },
	{ ": b\n", 1, 1, "yaml.key", "empty key", NULL },
	{ "%YAML 1.1\n---\na: b\n", 1, 1, "yaml.documents", "directives", NULL },
	{ "a: b\n---\nc: d\n", 2, 1, "yaml.documents", "second", NULL },
	{ "a: b\n...\n", 2, 1, "yaml.documents", "'...'", NULL },
	{ "\xef\xbb\xbf" "a: b\n", 1, 1, "yaml.encoding", "byte order mark", NULL },
	{ "a: b\nc: \xff\n", 2, 4, "yaml.encoding", "0xFF", NULL },
	{ "a: b\rc: d\n", 1, 5, "yaml.control", "carriage return", NULL },
	{ "a: b\xe2\x80\xa8" "c: d\n", 1, 5, "yaml.control", "U+2028", NULL },
	{ "a: b\xc2\x85" "c: d\n", 1, 5, "yaml.control", "U+0085", NULL },
	{ "a: \xe2\x80\xae" "b\n", 1, 4, "yaml.control", "U+202E", NULL },
	{ "a: \"\\e]0;x\\a\"\n", 1, 4, "yaml.control", "U+001B", NULL },
	{ "a: \"x\\0y\"\n", 1, 4, "yaml.control", "U+0000", NULL },
	{ "a: \"x\\ny\"\n", 1, 4, "yaml.control", "line break", NULL },
	{ "a: \"x\\u202ey\"\n", 1, 4, "yaml.control", "U+202E", NULL },
	{ "a: \xef\xbf\xbe\n", 1, 4, "yaml.control", "U+FFFE", NULL },
	{ "a: [[[[[[[[1]]]]]]]]\n", 1, 11, "yaml.limit", "nesting", NULL },
};

static bool has(const char *text, const char *part)
{
	return !part || (text && strstr(text, part));
}

UNIT_TEST(yaml_fault_has_its_rule_place_and_words)
{
	const struct ops_finding *f;
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(faults); i++) {
		p = parse(faults[i].text);
		ck_assert_msg(p.rc == OPS_EINVALID, "%s: not refused",
			      faults[i].text);
		f = ops_findings_at(p.findings, 0);
		ck_assert_msg(f->line == faults[i].line &&
			      f->column == faults[i].column &&
			      !strcmp(f->rule, faults[i].rule) &&
			      has(f->message, faults[i].message) &&
			      has(f->remedy, faults[i].remedy),
			      "%s%u:%u: %s: %s (%s)", faults[i].text, f->line,
			      f->column, f->rule, f->message,
			      f->remedy ? f->remedy : "no remedy");
		end(&p);
	}
}

/* Cut every case short at every byte: never a crash, never without place. */
UNIT_TEST(yaml_fault_cut_anywhere_is_still_answered)
{
	struct parsed p;
	size_t i, len, k;

	for (i = 0; i < UNIT_COUNT(faults); i++) {
		for (len = 0; len < strlen(faults[i].text); len++) {
			p = parse_len(faults[i].text, len, 0, 0);
			UNIT_NEED(p.rc == 0 || p.rc == OPS_EINVALID);
			for (k = 0; k < ops_findings_count(p.findings); k++)
				UNIT_NEED(ops_findings_at(p.findings, k)->line &&
					  ops_findings_at(p.findings, k)->column);
			end(&p);
		}
	}
}

UNIT_TEST(yaml_findings_are_complete)
{
	struct parsed p = parse("a: &x 1\na: *x\nb: !t c\n");

	ck_assert_uint_eq(ops_findings_count(p.findings), 4);
	end(&p);
}

UNIT_TEST(yaml_node_holds_exactly_its_bytes)
{
	static const struct {
		const char *text, *value, *bytes;	/* of key "k" */
		enum yaml_style style;
	} cases[] = {
		{ "k: v\n", "v", "v", YAML_PLAIN },
		{ "k: v", "v", "v", YAML_PLAIN },
		{ "k:   v w   # c\n", "v w", "v w", YAML_PLAIN },
		{ "k:\n", "", "", YAML_PLAIN }, { "k:", "", "", YAML_PLAIN },
		{ "k:   # c\nz: y\n", "", "", YAML_PLAIN },
		{ "k: ''\n", "", "''", YAML_SINGLE },
		{ "k: 'it''s'  # c\n", "it's", "'it''s'", YAML_SINGLE },
		{ "k: \"a\\tb\" \n", "a\tb", "\"a\\tb\"", YAML_DOUBLE },
		{ "k: a\n   b\nz: y\n", "a b", "a\n   b", YAML_PLAIN },
		{ "\xc3\xa9: \xc3\xa9\nk: \xe6\xbc\xa2 \xc3\xa9 # c\n", "\xe6\xbc\xa2 \xc3\xa9",
		  "\xe6\xbc\xa2 \xc3\xa9", YAML_PLAIN },
		{ "\xc3\xa9: {\xc3\xa9: \xc3\xa9}\r\nk: 'x' # \xc3\xa9\r\n", "x", "'x'",
		  YAML_SINGLE },
		{ "k: |\n  a\n  b\n", "a\nb\n", "|\n  a\n  b", YAML_LITERAL },
		{ "k: |-\r\n  a\r\n  b\r\nz: y\r\n", "a\nb", "|-\r\n  a\r\n  b",
		  YAML_LITERAL },
		{ "k: >\n  a\n  b\n\n\nz: y\n", "a b\n", ">\n  a\n  b", YAML_FOLDED },
		{ "k: |+\n  a  \n\n", "a  \n\n", "|+\n  a  ", YAML_LITERAL },
		{ "k: |\nz: y\n", "", "|", YAML_LITERAL },
		{ "k: |\n  a\n# c\nz: y\n", "a\n", "|\n  a", YAML_LITERAL },
		{ "k: [a, b] # c\n", NULL, "[a, b]", YAML_FLOW },
		{ "k: [a,\n    b\n  ]\n", NULL, "[a,\n    b\n  ]", YAML_FLOW },
		{ "k: {a: b}  \n", NULL, "{a: b}", YAML_FLOW },
		{ "k: []\n", NULL, "[]", YAML_FLOW },
		{ "k:\n  - a\n  - b # c\n\n# d\nz: y\n", NULL, "- a\n  - b # c",
		  YAML_BLOCK },
		{ "k:\n- a\n- b\nz: y\n", NULL, "- a\n- b", YAML_BLOCK },
		{ "k:\n  -\nz: y\n", NULL, "-", YAML_BLOCK },
		{ "k:\r\n  a: b\r\n  c:\r\n    - d\r\nz: y\r\n", NULL,
		  "a: b\r\n  c:\r\n    - d", YAML_BLOCK },
		{ "k:\n  a: |\n    t\n\nz: y\n", NULL, "a: |\n    t", YAML_BLOCK },
	};
	const struct yaml_node *n;
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		p = parse(cases[i].text);
		ck_assert_msg(p.rc == 0, "%s: %s", cases[i].text, p.err.message);
		n = yaml_get(p.root, "k");
		ck_assert_ptr_nonnull(n);
		ck_assert_int_eq(n->style, cases[i].style);
		if (cases[i].value)
			ck_assert_str_eq(n->value, cases[i].value);
		ck_assert_msg(n->end.offset - n->start.offset ==
				      strlen(cases[i].bytes) &&
			      !memcmp(cases[i].text + n->start.offset,
				      cases[i].bytes, strlen(cases[i].bytes)),
			      "%s: [%u, %u)", cases[i].text, n->start.offset,
			      n->end.offset);
		end(&p);
	}
}

UNIT_TEST(yaml_node_in_flow_pair_ends_with_its_value)
{
	struct parsed p = parse("k: [\xc3\xa9: b , c]\n");
	const struct yaml_node *n = yaml_get(p.root, "k")->items[0];

	ck_assert_int_eq(n->kind, YAML_MAP);
	ck_assert_uint_eq(n->start.offset, 4);
	ck_assert_uint_eq(n->end.offset, 9);
	ck_assert_uint_eq(n->end.column, 9);
	end(&p);
}

UNIT_TEST(yaml_marks_count_lines_and_characters)
{
	struct yaml_source source = { .path = NULL, .first_line = 10 };
	struct ops_findings *f = ops_findings_new();
	struct arena *a = arena_new();
	const char *text = "a: b\n\xc3\xa9\xc3\xa9: x\n";
	const struct yaml_pair *pair;
	struct yaml_node *root;

	ck_assert_int_eq(yaml_parse(&root, a, text, strlen(text), &source, f, NULL), 0);
	pair = yaml_pair(root, "\xc3\xa9\xc3\xa9");
	ck_assert_uint_eq(pair->key->start.line, 11);
	ck_assert_uint_eq(pair->value->start.column, 5);
	ck_assert_uint_eq(pair->value->start.offset, 11);
	ck_assert_uint_eq(pair->value->end.column, 6);
	ck_assert_ptr_null(yaml_get(NULL, "a"));
	ck_assert_ptr_null(yaml_get(pair->value, "a"));
	ck_assert_ptr_null(yaml_text(root, "none"));
	arena_free(a);
	ops_findings_free(f);
}

UNIT_TEST(yaml_values_are_text)
{
	struct parsed p = parse("---\na: yes\nb: ~\nc: 1e3\nd: 2026-01-01\n");

	ck_assert_int_eq(p.rc, 0);
	ck_assert_str_eq(yaml_text(p.root, "a"), "yes");
	ck_assert_str_eq(yaml_text(p.root, "b"), "~");
	ck_assert_str_eq(yaml_text(p.root, "c"), "1e3");
	ck_assert_str_eq(yaml_text(p.root, "d"), "2026-01-01");
	end(&p);
	p = parse("");
	ck_assert(p.rc == 0 && p.root->kind == YAML_MAP && !p.root->nr);
	end(&p);
	p = parse("# only this\n");
	ck_assert(p.rc == 0 && p.root->kind == YAML_MAP && !p.root->nr);
	end(&p);
}

static void check_limit(const struct buf *b, int rc, size_t events, size_t depth)
{
	struct parsed p = parse_len(b->data, b->len, events, depth);

	ck_assert_int_eq(p.rc, rc);
	if (rc)
		ck_assert_str_eq(ops_findings_at(p.findings, 0)->rule, "yaml.limit");
	end(&p);
}

UNIT_TEST(yaml_limits_hold_at_their_number)
{
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < YAML_KEYS_MAX; i++)
		buf_printf(&b, "k%zu: v\n", i);
	check_limit(&b, 0, 0, 0);
	buf_str(&b, "more: v\n");
	check_limit(&b, OPS_EINVALID, 0, 0);
	buf_clear(&b);
	buf_str(&b, "k: ");
	for (i = 0; i < YAML_SCALAR_MAX; i++)
		buf_char(&b, 'x');
	check_limit(&b, 0, 0, 0);
	buf_char(&b, 'x');
	check_limit(&b, OPS_EINVALID, 0, 0);
	buf_clear(&b);
	/* Stream, document, mapping and key take 4 events, the list 1, ends 4. */
	buf_str(&b, "k: [");
	for (i = 0; i < YAML_EVENTS_MAX - 9; i++)
		buf_str(&b, "x,");
	buf_str(&b, "]");
	check_limit(&b, 0, 0, 0);
	b.data[b.len - 1] = 'x';
	buf_str(&b, "]");
	check_limit(&b, OPS_EINVALID, 0, 0);
	check_limit(&b, 0, 10000, 0);
	buf_clear(&b);
	buf_str(&b, "a: [[[[[[[1]]]]]]]");
	check_limit(&b, 0, 0, 0);
	check_limit(&b, OPS_EINVALID, 0, 7);
	buf_release(&b);
}

/* Sizes at which an accidental square of the length would take minutes. */
UNIT_TEST(yaml_hostile_texts_take_no_time)
{
	static const char *const parts[] = {
		"[", "{", "- ", "? ", "\xc3\xa9: [\xc3\xa9, ", "a: &b *b ", "\t\n", "\xff", "a:\n ",
		"\"", "'", "|\n", "[\xc3\xa9,",
	};
	size_t i, n;

	for (i = 0; i < UNIT_COUNT(parts); i++) {
		struct buf b = BUF_INIT;
		struct parsed p;

		for (n = 0; n < 64 * 1024; n += strlen(parts[i]))
			buf_str(&b, parts[i]);
		p = parse_len(b.data, b.len, 0, 0);
		ck_assert_int_eq(p.rc, OPS_EINVALID);
		end(&p);
		buf_release(&b);
	}
}

/* It is not looked at. */
UNIT_TEST(yaml_text_whose_places_are_no_numbers)
{
	struct yaml_source source = { .path = "x.yaml", .first_line = 7 };
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct yaml_node *root = NULL;
	struct ops_error err = { 0 };

	ck_assert_int_eq(yaml_parse(&root, arena, "a: 1\n", (size_t)UINT32_MAX + 1, &source,
				    findings, &err), OPS_EINVALID);
	ck_assert_ptr_null(root);
	ck_assert_int_eq(ops_findings_count(findings), 1);
	ck_assert_str_eq(ops_findings_at(findings, 0)->rule, "yaml.limit");
	ck_assert_int_eq(ops_findings_at(findings, 0)->line, 7);
	ops_findings_free(findings);
	arena_free(arena);
}

UNIT_MAIN("yaml", yaml_fault_has_its_rule_place_and_words,
	  yaml_fault_cut_anywhere_is_still_answered, yaml_findings_are_complete,
	  yaml_node_holds_exactly_its_bytes,
	  yaml_node_in_flow_pair_ends_with_its_value,
	  yaml_marks_count_lines_and_characters, yaml_values_are_text,
	  yaml_limits_hold_at_their_number, yaml_hostile_texts_take_no_time,
	  yaml_text_whose_places_are_no_numbers)
