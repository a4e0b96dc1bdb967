/* SPDX-License-Identifier: MIT */
/*
 * Writing commit messages.
 *
 * Nothing a person wrote can become a trailer: the subject is one line, body
 * lines that look like ours are marked with "| ", and the trailers stand in
 * a paragraph of their own at the end.  What is written here is read back by
 * message_parse() as the same trailers.
 */
#include "text/message.h"

#include <string.h>

#include "text/message_inside.h"
#include "util/buf.h"
#include "util/utf8.h"

#define SUBJECT_MAX 100		/* characters */

bool message_is_escaped(uint32_t c)
{
	return c >= 0x7f || c == '\\';
}

void message_add_utf8(struct buf *b, uint32_t c)
{
	if (c < 0x80) {
		buf_char(b, (char)c);
		return;
	}
	if (c < 0x800) {
		buf_char(b, (char)(0xc0 | c >> 6));
	} else {
		if (c < 0x10000) {
			buf_char(b, (char)(0xe0 | c >> 12));
		} else {
			buf_char(b, (char)(0xf0 | c >> 18));
			buf_char(b, (char)(0x80 | (c >> 12 & 0x3f)));
		}
		buf_char(b, (char)(0x80 | (c >> 6 & 0x3f)));
	}
	buf_char(b, (char)(0x80 | (c & 0x3f)));
}

/* Append one line with U+FFFD for what may not pass; at most `max` characters,
 * the last three of which are dots if there were more. */
static void add_line(struct buf *b, const char *s, size_t len, size_t max)
{
	size_t at = 0, nr = 0, step, cut = b->len;
	uint32_t c;

	while (at < len) {
		if (nr == max) {
			b->len = cut;
			buf_str(b, "...");
			return;
		}
		if (nr + 3 == max)
			cut = b->len;
		step = utf8_decode(&c, s + at, len - at);
		if (!step || utf8_refused(c, false))
			c = 0xfffd;
		message_add_utf8(b, c);
		at += step ? step : 1;
		nr++;
	}
}

static size_t trimmed_len(const char *s, size_t len)
{
	while (len && (s[len - 1] == ' ' || s[len - 1] == '\t' ||
		       s[len - 1] == '\r'))
		len--;
	return len;
}

/* Mark a line that could be read as ours. */
static void add_guarded(struct buf *b, const char *s, size_t len, size_t max)
{
	bool guard = message_looks_like_ours(s, len);

	if (guard)
		buf_str(b, "| ");
	add_line(b, s, len, guard && max > 2 ? max - 2 : max);
}

void message_quote(struct buf *out, const char *text, size_t len)
{
	const char *lf;
	size_t line;

	for (; len; text += line, len -= line) {
		lf = memchr(text, '\n', len);
		line = lf ? (size_t)(lf - text) + 1 : len;
		if (message_looks_like_ours(text, line))
			buf_str(out, "| ");
		buf_add(out, text, line);
	}
}

static void add_body(struct buf *b, const char *body)
{
	bool gap = true;	/* a blank line is due, at first behind the subject */
	size_t len, line;

	for (; *body; body += line + (body[line] == '\n')) {
		line = strcspn(body, "\n");
		len = trimmed_len(body, line);
		if (!len) {
			gap = true;
			continue;
		}
		if (gap)
			buf_char(b, '\n');
		gap = false;
		add_guarded(b, body, len, (size_t)-1);
		buf_char(b, '\n');
	}
}

/* Append the encoded value; why it cannot be one, or NULL. */
static const char *add_value(struct buf *b, const char *value)
{
	size_t len = strlen(value), at, step, before = b->len;
	uint32_t c;

	if (!len || value[0] == ' ' || value[len - 1] == ' ')
		return "is empty or has a blank at an end";
	for (at = 0; at < len; at += step) {
		step = utf8_decode(&c, value + at, len - at);
		if (!step)
			return "is not UTF-8";
		if (c == '\t' || utf8_refused(c, false))
			return "holds a control character";
		if (message_is_escaped(c))
			buf_printf(b, "\\u{%x}", (unsigned)c);
		else
			buf_char(b, (char)c);
	}
	return b->len - before > TRAILER_VALUE_MAX ? "is too long" : NULL;
}

static int add_trailers(struct buf *b, const struct message *m,
			struct ops_error *err)
{
	const struct trailer *t;
	const char *fault;
	int last = -1;
	size_t i;

	for (i = 0; i < m->trailers_nr; i++) {
		t = &m->trailers[i];
		fault = message_order_fault(&last, t->name, strlen(t->name));
		if (fault)
			return error_set(err, OPS_EUSAGE, "trailer '%s' %s",
					 t->name, fault);
		buf_printf(b, "%s: ", t->name);
		fault = add_value(b, t->value);
		if (fault)
			return error_set(err, OPS_EUSAGE,
					 "the value of trailer '%s' %s", t->name,
					 fault);
		buf_char(b, '\n');
	}
	return 0;
}

int message_write(struct buf *out, const struct message *m, struct ops_error *err)
{
	size_t len = strcspn(m->subject, "\n");
	size_t max = m->subject_max && m->subject_max < SUBJECT_MAX ? m->subject_max :
		     SUBJECT_MAX;
	struct buf b = BUF_INIT;
	int rc = 0;

	len = trimmed_len(m->subject, len);
	if (!len)
		return error_set(err, OPS_EUSAGE, "the subject is empty");
	add_guarded(&b, m->subject, len, max);
	buf_char(&b, '\n');
	if (m->body)
		add_body(&b, m->body);
	if (m->trailers_nr) {
		buf_char(&b, '\n');
		rc = add_trailers(&b, m, err);
	}
	if (!rc && buf_failed(&b))
		rc = error_nomem(err);
	if (!rc && b.len > MESSAGE_MAX)
		rc = error_set(err, OPS_EUSAGE, "the message is too long");
	if (!rc) {
		buf_add(out, b.data, b.len);
		if (buf_failed(out))
			rc = error_nomem(err);
	}
	buf_release(&b);
	return rc;
}
