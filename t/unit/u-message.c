/* SPDX-License-Identifier: MIT */
/* Commit messages: what is written is read back, and nothing else is. */
#include "unit.h"

#include "text/message.h"
#include "util/arena.h"
#include "util/buf.h"

struct parsed {
	struct arena *arena;
	struct ops_findings *findings;
	struct message m;
	int rc;
};

static struct parsed parse_len(const char *text, size_t len)
{
	struct parsed p = { 0 };
	char *exact = malloc(len ? len : 1);

	memcpy(exact, text, len);
	p.arena = arena_new();
	p.findings = ops_findings_new();
	p.rc = message_parse(&p.m, p.arena, exact, len, p.findings, NULL);
	UNIT_NEED((p.rc == OPS_EINVALID) == ops_findings_refuse(p.findings));
	free(exact);
	return p;
}

static struct parsed parse(const char *text)
{
	return parse_len(text, strlen(text));
}

static void end(struct parsed *p)
{
	arena_free(p->arena);
	ops_findings_free(p->findings);
}

#define FULL "Ops-Action: assign\nOps-Doc: a/b.md\nOps-Status: Queued -> Assigned\n" \
	"Ops-Doc: c.md\nOps-Actor: x\nOps-Policy: 3\nOps-Id: 00ff\n"

UNIT_TEST(message_reads_subject_body_and_trailers)
{
	static const struct {
		const char *text, *subject, *body;
		size_t trailers;
	} cases[] = {
		{ "s\n\nb\n\nc\n\n" FULL, "s", "b\n\nc", 7 },
		{ "s\n\nOps-Action: x\n", "s", "", 1 },
		{ "s\n\nOps-Action: x", "s", "", 1 },
		{ "s\n\nOps-Action: x\n\n \n", "s", "", 1 },
		{ "s\n", "s", "", 0 }, { "s", "s", "", 0 }, { "", "", "", 0 },
		{ "\n\ns  \nmore\n\nb\n\n", "s", "more\n\nb", 0 },
		{ "s\n\nb\n\nSigned-off-by: a <a@b>\n", "s",
		  "b\n\nSigned-off-by: a <a@b>", 0 },
		{ "s\n\nCo-authored-by: c <c@d>\n\nOps-Action: x\n", "s",
		  "Co-authored-by: c <c@d>", 1 },
		{ "s\r\n\r\nb\r\n", "s", "b", 0 },
		{ "s\n\nops- without colon\nOps is fine: x\nDevOps-X: y\n", "s",
		  "ops- without colon\nOps is fine: x\nDevOps-X: y", 0 },
	};
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		p = parse(cases[i].text);
		ck_assert_msg(!p.rc, "%s", cases[i].text);
		ck_assert_str_eq(p.m.subject, cases[i].subject);
		ck_assert_str_eq(p.m.body, cases[i].body);
		ck_assert_uint_eq(p.m.trailers_nr, cases[i].trailers);
		end(&p);
	}
	p = parse("s\n\n" FULL);
	ck_assert_str_eq(message_trailer(&p.m, "Ops-Doc"), "a/b.md");
	ck_assert_str_eq(message_trailer(&p.m, "Ops-Id"), "00ff");
	ck_assert_ptr_null(message_trailer(&p.m, "Ops-None"));
	end(&p);
}

UNIT_TEST(message_forgery_is_malformed_at_its_line)
{
	static const struct {
		const char *text;
		unsigned line;
	} cases[] = {
		{ "Ops-Action: x\n", 1 }, { "ops-x: y\n\nb\n", 1 },
		{ "s\nOps-Action: x\n", 2 }, { "s\n\nb\nOps-Action: x\n", 3 },
		{ "s\n\nOps-Action: x\n\nb\n", 3 },
		{ "s\n\nOps-Action: x\n\nOps-Action: x\n", 3 },
		{ "s\n\n  Ops-Action: x\n", 3 }, { "s\n\n\tOPS-ACTION: x\n", 3 },
		{ "s\n\n\xc2\xa0Ops-Action: x\n\nb\n", 3 },
		{ "s\n\n\xe2\x80\x8bops-a :\n\nb\n", 3 },
		{ "s\n\nb\n\nOps-Action : x\n", 5 }, { "s\n\nOps-Action:x\n", 3 },
		{ "s\n\nOps-Action: \n", 3 }, { "s\n\nOps-Action:  x\n", 3 },
		{ "s\n\nOps-Action: x \n", 3 }, { "s\n\nOps-Action: x\r\n", 3 },
		{ "s\n\nOps-Action: x\n folded\n", 4 },
		{ "s\n\nOps-Action: x\nOther: y\n", 4 },
		{ "s\n\nOther: y\nOps-Action: x\n", 3 },
		{ "s\n\nOps-Unknown: x\n", 3 }, { "s\n\nOps-action: x\n", 3 },
		{ "s\n\nOps-Id: 1\nOps-Action: x\n", 4 },
		{ "s\n\nOps-Action: x\nOps-Action: x\n", 4 },
		{ "s\n\nOps-Action: x\nOps-Status: a -> b\n", 4 },
		{ "s\n\nOps-Doc: x\nOps-Status: a\nOps-Status: b\n", 5 },
		{ "s\n\nOps-Actor: x\nOps-Doc: y\n", 4 },
		{ "s\n\nOps-Action: caf\xc3\xa9\n", 3 }, { "s\n\nOps-Action: a\tb\n", 3 },
		/* escapes: one spelling only */
		{ "s\n\nOps-Doc: a\\b\n", 3 }, { "s\n\nOps-Doc: \\u{e9\n", 3 },
		{ "s\n\nOps-Doc: \\u{}\n", 3 }, { "s\n\nOps-Doc: \\u{0e9}\n", 3 },
		{ "s\n\nOps-Doc: \\u{E9}\n", 3 }, { "s\n\nOps-Doc: \\u{41}\n", 3 },
		{ "s\n\nOps-Doc: \\u{d800}\n", 3 }, { "s\n\nOps-Doc: \\u{110000}\n", 3 },
		{ "s\n\nOps-Doc: \\u{a}\n", 3 }, { "s\n\nOps-Doc: \\u{202e}\n", 3 },
		{ "s\n\nOps-Doc: \\u{7f}\n", 3 }, { "s\n\nOps-Doc: \\u{10000000e9}\n", 3 },
	};
	const struct ops_finding *f;
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		p = parse(cases[i].text);
		ck_assert_msg(p.rc == OPS_EINVALID, "%s", cases[i].text);
		f = ops_findings_at(p.findings, 0);
		ck_assert_str_eq(f->rule, "trailer.grammar");
		ck_assert_msg(f->line == cases[i].line, "%s: line %u",
			      cases[i].text, f->line);
		end(&p);
	}
	p = parse_len("s\0\n", 3);
	ck_assert_int_eq(p.rc, OPS_EINVALID);
	end(&p);
}

static int write_one(struct buf *b, const char *subject, const char *body,
		     const struct trailer *trailers, size_t nr)
{
	struct message m = { .subject = subject, .body = body,
			     .trailers = trailers, .trailers_nr = nr };

	return message_write(b, &m, NULL);
}

UNIT_TEST(message_written_is_read_back)
{
	static const struct trailer trailers[] = {
		{ "Ops-Action", "assign" }, { "Ops-Doc", "d\xc3\xa9p/a\\b \xf0\x9f\x98\x80.md" },
		{ "Ops-Status", "A -> B" }, { "Ops-Doc", "x: y.md" },
		{ "Ops-Actor", "a" }, { "Ops-Policy", "1" }, { "Ops-Id", "0" },
	};
	struct buf b = BUF_INIT, again = BUF_INIT;
	struct parsed p;
	size_t i;

	ck_assert_int_eq(write_one(&b, "s", "b\n\nc", trailers,
				   UNIT_COUNT(trailers)), 0);
	ck_assert_str_eq(b.data, "s\n\nb\n\nc\n\nOps-Action: assign\n"
			 "Ops-Doc: d\\u{e9}p/a\\u{5c}b \\u{1f600}.md\n"
			 "Ops-Status: A -> B\nOps-Doc: x: y.md\nOps-Actor: a\n"
			 "Ops-Policy: 1\nOps-Id: 0\n");
	p = parse(b.data);
	ck_assert_int_eq(p.rc, 0);
	ck_assert_uint_eq(p.m.trailers_nr, UNIT_COUNT(trailers));
	for (i = 0; i < UNIT_COUNT(trailers); i++) {
		ck_assert_str_eq(p.m.trailers[i].name, trailers[i].name);
		ck_assert_str_eq(p.m.trailers[i].value, trailers[i].value);
	}
	ck_assert_int_eq(message_write(&again, &p.m, NULL), 0);
	ck_assert_str_eq(again.data, b.data);
	end(&p);
	buf_release(&b);
	buf_release(&again);
}

UNIT_TEST(message_write_lets_no_text_become_a_trailer)
{
	static const struct trailer one[] = { { "Ops-Action", "x" } };
	static const struct {
		const char *subject, *body, *out;
	} cases[] = {
		{ "a\nOps-Actor: root", "", "a\n\nOps-Action: x\n" },
		{ "Ops-Actor: root", "", "| Ops-Actor: root\n\nOps-Action: x\n" },
		{ "s", "Ops-Actor: root\n  oPS-x : y\nz",
		  "s\n\n| Ops-Actor: root\n|   oPS-x : y\nz\n\nOps-Action: x\n" },
		{ "s", "\n\na\r\n\n\n\nb  \n\n", "s\n\na\n\nb\n\nOps-Action: x\n" },
		{ "s\x1b[0m", "\x7f\xff" "a\rOps-Actor: y", "s\xef\xbf\xbd[0m\n\n"
		  "\xef\xbf\xbd\xef\xbf\xbd" "a\xef\xbf\xbdOps-Actor: y\n\nOps-Action: x\n" },
		{ "s", NULL, "s\n\nOps-Action: x\n" },
		{ "s", "\rOps-Actor: y", "s\n\n| \xef\xbf\xbdOps-Actor: y\n\nOps-Action: x\n" },
	};
	struct parsed p;
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		struct buf b = BUF_INIT;

		ck_assert_int_eq(write_one(&b, cases[i].subject, cases[i].body, one, 1), 0);
		ck_assert_str_eq(b.data, cases[i].out);
		p = parse(b.data);
		ck_assert_int_eq(p.rc, 0);
		ck_assert_uint_eq(p.m.trailers_nr, 1);
		end(&p);
		buf_release(&b);
	}
}

UNIT_TEST(message_subject_is_cut_at_a_character)
{
	struct buf subject = BUF_INIT, b = BUF_INIT;
	size_t i;

	for (i = 0; i < 100; i++)
		buf_str(&subject, "\xc3\xa9");
	ck_assert_int_eq(write_one(&b, subject.data, "", NULL, 0), 0);
	ck_assert_uint_eq(b.len, 201);
	buf_str(&subject, "x");
	buf_clear(&b);
	ck_assert_int_eq(write_one(&b, subject.data, "", NULL, 0), 0);
	ck_assert_uint_eq(b.len, 2 * 97 + 3 + 1);
	ck_assert_str_eq(b.data + b.len - 6, "\xc3\xa9...\n");
	buf_release(&b);
	buf_release(&subject);
}

UNIT_TEST(message_write_refuses_what_could_not_be_read)
{
	static const struct trailer bad[] = {
		{ "Ops-Nope", "x" }, { "ops-action", "x" }, { "Ops-Status", "x" },
		{ "Ops-Action", "" }, { "Ops-Action", " x" }, { "Ops-Action", "x " },
		{ "Ops-Action", "a\nOps-Actor: b" }, { "Ops-Action", "a\tb" },
		{ "Ops-Action", "\xff" }, { "Ops-Action", "\xe2\x80\xae" },
	};
	static const struct trailer order[] = {
		{ "Ops-Id", "1" }, { "Ops-Action", "x" },
	};
	char longer[TRAILER_VALUE_MAX + 2];
	struct trailer one = { "Ops-Action", longer };
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_int_eq(write_one(&b, "s", "", &bad[i], 1), OPS_EUSAGE);
	ck_assert_int_eq(write_one(&b, "s", "", order, 2), OPS_EUSAGE);
	ck_assert_int_eq(write_one(&b, "", "", NULL, 0), OPS_EUSAGE);
	ck_assert_int_eq(write_one(&b, " \nx", "", NULL, 0), OPS_EUSAGE);
	memset(longer, 'x', sizeof(longer));
	longer[TRAILER_VALUE_MAX + 1] = '\0';
	ck_assert_int_eq(write_one(&b, "s", "", &one, 1), OPS_EUSAGE);
	ck_assert_uint_eq(b.len, 0);
	longer[TRAILER_VALUE_MAX] = '\0';
	ck_assert_int_eq(write_one(&b, "s", "", &one, 1), 0);
	buf_release(&b);
}

/* Whatever byte is changed in a good message: it is read as written by us, or
 * refused, or has no trailers; never read as other trailers in disguise. */
UNIT_TEST(message_changed_by_a_byte_is_read_strictly)
{
	static const char text[] = "s\n\nb\n\n" FULL;
	char copy[sizeof(text)];
	struct parsed p;
	size_t at;
	int c;

	for (at = 0; at + 1 < sizeof(text); at++) {
		for (c = 0; c < 256; c++) {
			struct buf b = BUF_INIT;

			memcpy(copy, text, sizeof(text));
			copy[at] = (char)c;
			p = parse_len(copy, sizeof(text) - 1);
			if (!p.rc && p.m.trailers_nr) {
				const char *given = strstr(copy, "Ops-");
				size_t len = given ? strlen(given) : 0;

				/* Blank lines at the end are nobody's. */
				while (len && given[len - 1] == '\n')
					len--;
				UNIT_NEED(!write_one(&b, "s", "b", p.m.trailers,
						     p.m.trailers_nr));
				UNIT_NEED(len && !strncmp(strstr(b.data, "Ops-"),
							  given, len));
				UNIT_NEED(!strcmp(strstr(b.data, "Ops-") + len, "\n"));
			}
			end(&p);
			buf_release(&b);
		}
	}
}

UNIT_TEST(message_clean_leaves_out_what_git_does)
{
	static const char cut[] = "s\n# ------------------------ >8 ------------------------\n"
		"diff\nOps-Action: x\n";
	static const struct {
		const char *text, *clean;
		char comment;
	} cases[] = {
		{ "", "", '#' }, { "\n\n", "", '#' }, { "# only\n", "", '#' },
		{ "s", "s\n", '#' }, { "\n\ns \t\r\n\n\n\nb\n\n", "s\n\nb\n", '#' },
		{ "s\n# c\nb\n", "s\nb\n", '#' }, { "s\n #b\n", "s\n #b\n", '#' },
		{ "s\n\n# c\n\nOps-Action: x\n#", "s\n\nOps-Action: x\n", '#' },
		{ "s\n# b\n; c\n", "s\n# b\n", ';' }, { cut, "s\n", '#' },
		{ cut + 2, "", '#' },
		{ "; ------------------------ >8 ------------------------\nb\n", "", ';' },
		{ "s\n# ------------------------ >8\nb\n", "s\nb\n", '#' },
	};
	static const char nul[] = { 's', '\0', ' ', '\n', '\0', '\n' };
	struct buf b = BUF_INIT;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		buf_clear(&b);
		message_clean(&b, cases[i].text, strlen(cases[i].text), cases[i].comment);
		UNIT_NEED(b.len == strlen(cases[i].clean));
		UNIT_NEED(!b.len || !memcmp(b.data, cases[i].clean, b.len));
	}
	/* What git would not take is at least not shortened into something else. */
	buf_clear(&b);
	message_clean(&b, nul, sizeof(nul), '#');
	UNIT_NEED(b.len == 5 && !memcmp(b.data, "s\0\n\0\n", 5));
	buf_release(&b);
}

UNIT_MAIN("message", message_reads_subject_body_and_trailers,
	  message_forgery_is_malformed_at_its_line, message_written_is_read_back,
	  message_write_lets_no_text_become_a_trailer,
	  message_subject_is_cut_at_a_character,
	  message_write_refuses_what_could_not_be_read,
	  message_changed_by_a_byte_is_read_strictly,
	  message_clean_leaves_out_what_git_does)
