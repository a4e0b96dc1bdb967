/* SPDX-License-Identifier: MIT */
/*
 * Putting right what is certainly a slip.
 *
 * A header is mended line by line: where the reader complains about a line that has one
 * plain value, the value is quoted, and the reader is asked again.  Whether that was
 * right is seen by reading: the line reads as one value, byte for byte what stood there.
 */
#include "text/mend.h"

#include <stdio.h>
#include <string.h>

#include "text/doc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/utf8.h"

#define MENDS_MAX 64
#define BOM "\xef\xbb\xbf"

/* The value of a line of a header: `[- ]key: value` or `- value`. */
struct value {
	size_t at, end;		/* in the text */
	size_t indent;		/* of the line */
	const char *key;	/* in the arena; NULL: an item of a list */
};

static size_t line_start(const char *text, unsigned line)
{
	size_t at = 0;

	for (; line > 1 && text[at]; line--)
		at += strcspn(text + at, "\n") + (strchr(text + at, '\n') != NULL);
	return at;
}

static size_t blanks(const char *text, size_t at)
{
	return strspn(text + at, " ");
}

/* The plain value in a line, or false when there is no such thing. */
static bool find_value(struct value *v, struct arena *arena, const char *text, size_t start)
{
	size_t end = start + strcspn(text + start, "\n"), at, key;

	if (end > start && text[end - 1] == '\r')
		end--;
	v->indent = blanks(text, start);
	at = start + v->indent;
	v->key = NULL;
	if (text[at] == '-' && text[at + 1] == ' ')
		at += 1 + blanks(text, at + 1);
	for (key = at; ascii_letter(text[key]); key++)
		;
	while (key > at && key < end && (strchr("-_0123456789", text[key]) ||
					 ascii_letter(text[key])))
		key++;
	if (key > at && text[key] == ':' && text[key + 1] == ' ') {
		v->key = arena_dup(arena, text + at, key - at);
		at = key + 1 + blanks(text, key + 1);
	} else if (at == start + v->indent) {
		return false;
	}
	while (end > at && (text[end - 1] == ' ' || text[end - 1] == '\t'))
		end--;
	v->at = at;
	v->end = end;
	return end > at;
}

/* Whether quotes around a value can only mean the value itself. */
static bool may_quote(const struct value *v, const char *text)
{
	size_t next = v->end + strcspn(text + v->end, "\n"), i;

	/* What begins otherwise is no plain value: it may mean something. */
	if (strchr("\"'[]{}>|&*!%#,?", text[v->at]))
		return false;
	for (i = v->at; i < v->end; i++)
		if (text[i] == '\t' || text[i] == '\\' || (unsigned char)text[i] < ' ' ||
		    (text[i] == '#' && text[i - 1] == ' '))
			return false;
	/* A value that goes on in the next line is not only what stands here. */
	while (text[next] == '\n') {
		size_t indent = blanks(text, next + 1);
		char first = text[next + 1 + indent];

		if (first && first != '\n' && first != '\r')
			return indent <= v->indent;
		next += 1 + indent + (first == '\r');
	}
	return true;
}

/* The text with the value in quotes, in the arena. */
static char *quoted(struct arena *arena, const struct value *v, const char *text, size_t len)
{
	struct buf b = BUF_INIT;
	char *copy;
	size_t i;

	buf_add(&b, text, v->at);
	buf_char(&b, '"');
	for (i = v->at; i < v->end; i++) {
		if (text[i] == '"')
			buf_char(&b, '\\');
		buf_char(&b, text[i]);
	}
	buf_char(&b, '"');
	buf_add(&b, text + v->end, len - v->end);
	copy = buf_failed(&b) ? NULL : arena_dup(arena, b.data, b.len);
	buf_release(&b);
	return copy;
}

/* The first finding about a text; NULL: it can be read. */
static int first_fault(const struct ops_finding **out, struct ops_findings *findings,
		       struct arena *arena, const char *text, size_t len)
{
	struct doc *doc;
	struct ops_error err = { 0 };
	int ret = doc_parse(&doc, arena, NULL, text, len, 0, findings, &err);

	ops_findings_sort(findings);
	*out = ret == OPS_EINVALID && ops_findings_count(findings) ?
	       ops_findings_at(findings, 0) : NULL;
	return ret == OPS_EINVALID ? 0 : ret;
}

/* Mend the one fault; NULL in *text when that is not certain. */
static int mend_one(const char **text, size_t *len, struct arena *arena,
		    const struct ops_finding *f)
{
	size_t start = line_start(*text, f->line);
	struct value v;
	char *copy;

	if (!strcmp(f->rule, "doc.encoding") && !strncmp(*text, BOM, strlen(BOM))) {
		*text += strlen(BOM);
		*len -= strlen(BOM);
		return 0;
	}
	if (f->line < 2 || !find_value(&v, arena, *text, start) || !may_quote(&v, *text) ||
	    !(!strcmp(f->rule, "yaml.unquoted-colon") ||
	      (!strcmp(f->rule, "yaml.syntax") && strchr("@`", (*text)[v.at])))) {
		*text = NULL;
		return 0;
	}
	copy = quoted(arena, &v, *text, *len);
	if (!copy)
		return OPS_ENOMEM;
	*len = strlen(copy);
	*text = copy;
	return 0;
}

int mend_header(struct buf *out, struct buf *rules, struct arena *arena,
		const char *text, size_t len)
{
	unsigned last = 0, nr = 0;
	int ret = 0;

	if (memchr(text, '\0', len))
		return OPS_EINVALID;
	for (; ret == 0; nr++) {
		struct ops_findings *findings = ops_findings_new();
		const struct ops_finding *f = NULL;

		ret = findings ? first_fault(&f, findings, arena, text, len) : OPS_ENOMEM;
		/* Each line once, from above: else quoting was no help. */
		if (ret == 0 && f && (nr == MENDS_MAX || f->line < last ||
				      (f->line == last && nr)))
			ret = OPS_EINVALID;
		if (ret == 0 && f) {
			buf_printf(rules, "%u %s\n", f->line, f->rule);
			last = f->line;
			ret = mend_one(&text, &len, arena, f);
		}
		if (ret == 0 && !text)
			ret = OPS_EINVALID;
		ops_findings_free(findings);
		if (ret == 0 && !f)
			break;
	}
	if (ret == 0 && !nr)
		ret = OPS_EINVALID;
	if (ret == 0)
		buf_add(out, text, len);
	return ret == 0 && (buf_failed(out) || buf_failed(rules)) ? OPS_ENOMEM : ret;
}

/* A number of at most two digits. */
static const char *small_number(int *out, const char *at)
{
	const char *start = at;

	for (*out = 0; *at >= '0' && *at <= '9' && at - start < 2; at++)
		*out = *out * 10 + (*at - '0');
	return at > start ? at : NULL;
}

bool mend_date(char out[DATE_LEN + 1], const char *text)
{
	struct date d = { 0, 0, 0 };
	const char *at = text;
	char part;

	for (; *at >= '0' && *at <= '9' && at - text < 4; at++)
		d.year = d.year * 10 + (*at - '0');
	part = *at;
	if (at - text != 4 || !part || !strchr("-/.", part))
		return false;
	at = small_number(&d.month, at + 1);
	at = at && *at == part ? small_number(&d.day, at + 1) : NULL;
	if (!at || *at || !date_valid(d))
		return false;
	date_format(out, d);
	return true;
}

size_t mend_trailing(const char *text)
{
	size_t len = strlen(text), at;

	for (at = len; at; at--)
		if ((text[at] == '[' || text[at] == '<') && text[at - 1] == ' ' &&
		    doc_text_is_placeholder(text + at))
			break;
	while (at && text[at - 1] == ' ')
		at--;
	return at;
}
