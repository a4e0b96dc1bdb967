/* SPDX-License-Identifier: MIT */
/*
 * Reading commit messages and their Ops-* trailers.
 *
 * One strict grammar, with no second spelling of anything: what is read here
 * was written by message_write(), byte for byte, or it is malformed.  A line
 * that merely looks like one of ours anywhere else makes the whole message
 * malformed, because other readers of trailers might believe it.
 */
#include "text/message.h"

#include <string.h>

#include "text/message_inside.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/utf8.h"

const char *const message_trailer_names[] = {
	"Ops-Action", "Ops-Doc", "Ops-Status", "Ops-Actor", "Ops-Policy",
	"Ops-Id", "Ops-Task", "Ops-Lease", NULL
};

/* The places of the two names that may repeat, as a pair. */
enum { NAME_DOC = 1, NAME_STATUS = 2 };

const char *message_order_fault(int *last, const char *name, size_t len)
{
	int now;

	for (now = 0; message_trailer_names[now]; now++)
		if (strlen(message_trailer_names[now]) == len &&
		    !memcmp(message_trailer_names[now], name, len))
			break;
	if (!message_trailer_names[now])
		return "is not a trailer of ours";
	if (now == NAME_STATUS && *last != NAME_DOC)
		return "does not follow an Ops-Doc";
	if (now == *last && now != NAME_DOC)
		return "stands twice";
	if (now < *last && !(now == NAME_DOC && *last == NAME_STATUS))
		return "is out of order";
	*last = now;
	return NULL;
}

bool message_looks_like_ours(const char *line, size_t len)
{
	size_t at = 0, step;
	uint32_t c;

	while (at < len) {
		step = utf8_decode(&c, line + at, len - at);
		if (!step || !(c <= ' ' || c == 0xa0 || utf8_refused(c, false)))
			break;
		at += step;
	}
	return len - at > 4 && !strncasecmp(line + at, "ops-", 4) &&
	       memchr(line + at, ':', len - at);
}

/* Decode `\u{hex}`; only the spelling message_write() uses is taken. */
static bool decode_escape(struct buf *b, const char **s, const char *end)
{
	static const char digits[] = "0123456789abcdef";
	const char *p = *s, *digit;
	uint32_t c = 0;
	size_t nr;

	if (end - p < 5 || memcmp(p, "\\u{", 3))
		return false;
	for (p += 3, nr = 0; p < end && *p != '}'; p++, nr++) {
		digit = memchr(digits, *p, 16);
		if (!digit || nr == 6 || (!nr && *p == '0'))
			return false;
		c = c * 16 + (uint32_t)(digit - digits);
	}
	if (p == end || !nr || !message_is_escaped(c) || c > 0x10ffff ||
	    (c >= 0xd800 && c <= 0xdfff) || utf8_refused(c, false))
		return false;
	*s = p + 1;
	message_add_utf8(b, c);
	return true;
}

static const char *decode_value(struct buf *b, const char *s, size_t len)
{
	const char *end = s + len, *plain;

	if (!len || len > TRAILER_VALUE_MAX)
		return "has a value that is empty or too long";
	if (*s == ' ' || end[-1] == ' ')
		return "has a blank at an end of its value";
	while (s < end) {
		for (plain = s; s < end && *s >= ' ' && *s <= '~' && *s != '\\'; s++)
			;
		buf_add(b, plain, (size_t)(s - plain));
		if (s < end && *s != '\\')
			return "has a character that is not printable ASCII";
		if (s < end && !decode_escape(b, &s, end))
			return "has a malformed escape";
	}
	return NULL;
}

/* Reading: where we are, and where faults go. */
struct reader {
	struct arena *arena;
	const char *text;
	size_t len;
	struct ops_findings *findings;
	unsigned line;		/* of the line looked at */
};

struct span {
	size_t start, end;
};

static int refuse(struct reader *r, struct ops_error *err, const struct span *s,
		  const char *what)
{
	size_t nr = s->end - s->start;
	struct buf shown = BUF_INIT;

	utf8_display(&shown, r->text + s->start, nr < 60 ? nr : 60, false);
	findings_add(r->findings, "trailer.grammar", OPS_ERROR, NULL, r->line, 1,
		     "let ops write its trailers; start no other line with 'Ops-'",
		     "'%s' %s", shown.data, what);
	buf_release(&shown);
	if (findings_failed(r->findings))
		return error_nomem(err);
	return error_set(err, OPS_EINVALID, "line %u of the message %s", r->line,
			 what);
}

static struct span line_of(const struct reader *r, size_t at)
{
	const char *lf = memchr(r->text + at, '\n', r->len - at);
	struct span s = { at, lf ? (size_t)(lf - r->text) : r->len };

	return s;
}

static bool is_blank_line(const struct reader *r, const struct span *s)
{
	size_t at = s->start;

	while (at < s->end && strchr(" \t\r", r->text[at]) && r->text[at])
		at++;
	return at == s->end;
}

/* Where the last paragraph begins and on which line; the end of the text
 * without blank lines after it. */
static size_t last_paragraph(const struct reader *r, unsigned *line,
			     size_t *text_end)
{
	size_t at, start = 0;
	unsigned now = 1;
	bool gap = true;
	struct span s;

	*line = 1;
	*text_end = 0;
	for (at = 0; at < r->len; at = s.end + 1, now++) {
		s = line_of(r, at);
		if (is_blank_line(r, &s)) {
			gap = true;
			continue;
		}
		if (gap) {
			start = at;
			*line = now;
		}
		gap = false;
		*text_end = s.end;
	}
	return start;
}

static int parse_trailer(struct reader *r, struct trailer *out, int *last,
			 const struct span *s, struct ops_error *err)
{
	const char *line = r->text + s->start, *colon, *fault;
	size_t len = s->end - s->start;
	struct buf value = BUF_INIT;
	int rc = 0;

	colon = memchr(line, ':', len);
	if (!colon || s->end - s->start - (size_t)(colon - line) < 2 ||
	    colon[1] != ' ')
		return refuse(r, err, s, "is not a trailer");
	fault = message_order_fault(last, line, (size_t)(colon - line));
	if (!fault)
		fault = decode_value(&value, colon + 2,
				     len - (size_t)(colon - line) - 2);
	if (fault) {
		rc = refuse(r, err, s, fault);
	} else {
		out->name = message_trailer_names[*last];
		out->value = buf_failed(&value) ? NULL :
			     arena_dup(r->arena, value.data, value.len);
		if (!out->value)
			rc = error_nomem(err);
	}
	buf_release(&value);
	return rc;
}

/* The trailers from `start` to `end`, one on each line. */
static int parse_trailers(struct message *m, struct reader *r, size_t start,
			  size_t end, struct ops_error *err)
{
	struct trailer *list;
	size_t at, nr = 1;
	struct span s;
	int last = -1, rc;

	for (at = start; at < end; at++)
		nr += r->text[at] == '\n';
	list = arena_array(r->arena, nr, sizeof(*list));
	if (!list)
		return error_nomem(err);
	nr = 0;
	for (at = start; at < end; at = s.end + 1, r->line++) {
		s = line_of(r, at);
		rc = parse_trailer(r, &list[nr], &last, &s, err);
		if (rc)
			return rc;
		nr++;
	}
	m->trailers = list;
	m->trailers_nr = nr;
	return 0;
}

/* Look for lines like ours from `from` to `to`: the first of them, if any. */
static bool find_ours(struct reader *r, size_t from, size_t to, unsigned line,
		      struct span *found)
{
	size_t at;

	for (at = from; at < to; at = found->end + 1, line++) {
		*found = line_of(r, at);
		if (message_looks_like_ours(r->text + found->start,
					    found->end - found->start)) {
			r->line = line;
			return true;
		}
	}
	return false;
}

/* Subject: the first line that is not blank.  Body: what is between. */
static int set_texts(struct message *m, struct reader *r, size_t end,
		     struct ops_error *err)
{
	size_t at = 0;
	struct span s = { 0, 0 };

	for (; at < end; at = s.end + 1) {
		s = line_of(r, at);
		if (!is_blank_line(r, &s))
			break;
	}
	if (at >= end)
		s.start = s.end = end;
	at = s.end;
	while (at > s.start && strchr(" \t\r", r->text[at - 1]))
		at--;
	m->subject = arena_dup(r->arena, r->text + s.start, at - s.start);
	for (at = s.end; at < end; at = s.end + 1) {
		s = line_of(r, at);
		if (!is_blank_line(r, &s))
			break;
	}
	while (end > at && strchr(" \t\r\n", r->text[end - 1]))
		end--;
	m->body = arena_dup(r->arena, r->text + at, end > at ? end - at : 0);
	return m->subject && m->body ? 0 : error_nomem(err);
}

int message_parse(struct message *out, struct arena *arena, const char *text,
		  size_t len, struct ops_findings *findings,
		  struct ops_error *err)
{
	struct reader r = { .arena = arena, .text = text, .len = len,
			    .findings = findings, .line = 1 };
	struct message m = { 0 };
	struct span found = { 0, 0 };
	size_t start, end;
	unsigned line;
	int rc = 0;

	if (len > MESSAGE_MAX || memchr(text, '\0', len))
		return refuse(&r, err, &found, len > MESSAGE_MAX ?
			      "begins a message that is too long" :
			      "begins a message with a NUL byte");
	start = last_paragraph(&r, &line, &end);
	if (find_ours(&r, 0, start, 1, &found))
		return refuse(&r, err, &found,
			      "looks like a trailer of ops and is none");
	if (find_ours(&r, start, end, line, &found)) {
		if (!start)
			return refuse(&r, err, &found,
				      "looks like a trailer of ops and is none");
		r.line = line;
		rc = parse_trailers(&m, &r, start, end, err);
		end = start;
	}
	if (!rc)
		rc = set_texts(&m, &r, end, err);
	if (!rc)
		*out = m;
	return rc;
}

const char *message_trailer(const struct message *m, const char *name)
{
	size_t i;

	for (i = 0; i < m->trailers_nr; i++)
		if (!strcmp(m->trailers[i].name, name))
			return m->trailers[i].value;
	return NULL;
}
