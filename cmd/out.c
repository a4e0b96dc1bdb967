/* SPDX-License-Identifier: MIT */
/*
 * The output interface: text that goes out as it comes, JSON that is kept as text until
 * out_write(), or leaves in pieces once it may.
 *
 * Nothing reaches the stream but through emit(); no caller's string gets there but through
 * utf8_display() or as a string of JSON.  The stack says what is open: what ends a container,
 * and whether anything stands in it.
 */

#include "out.h"

#include <stdlib.h>
#include <string.h>

#include "out_private.h"
#include "util/arena.h"
#include "util/json.h"
#include "util/utf8.h"

struct out *out_new(FILE *stream, bool json, bool color, int width)
{
	struct out *o = calloc(1, sizeof(*o));

	if (!o)
		return NULL;
	o->stream = stream;
	o->json = json;
	o->color = color;
	o->width = width > 0 ? (size_t)width : 0;
	o->pretty = o->width != 0;	/* for a reader, not for a program */
	buf_init(&o->line);
	buf_init(&o->text);
	return o;
}

void out_discard(struct out *o)
{
	o->depth = 0;
	buf_clear(&o->text);
}

void out_free(struct out *o)
{
	if (!o)
		return;
	free(o->cells);
	arena_free(o->made);
	buf_release(&o->line);
	buf_release(&o->text);
	free(o);
}

/* Give a buffer to the stream. */
static void emit(struct out *o, struct buf *b)
{
	if (buf_failed(b))
		o->failed = true;
	else if (b->len && fwrite(b->data, 1, b->len, o->stream) != b->len)
		o->lost = true;
	buf_clear(b);
}

void out_emit(struct out *o)
{
	emit(o, &o->line);
}

/* The line of JSON that the next value or end stands on. */
static void start_line(struct out *o, size_t depth)
{
	if (!o->pretty)
		return;
	buf_char(&o->text, '\n');
	while (depth--)
		buf_str(&o->text, "  ");
}

/* All that stands before a value. */
static void place(struct out *o, const char *key)
{
	if (!o->depth) {	/* it is the answer, instead of one that was there */
		buf_clear(&o->text);
		return;
	}
	if (o->stack[o->depth - 1].any)
		buf_char(&o->text, ',');
	o->stack[o->depth - 1].any = true;
	start_line(o, o->depth);
	if (o->stack[o->depth - 1].close == '}') {
		json_write_string(&o->text, key);
		buf_str(&o->text, o->pretty ? ": " : ":");
	}
}

/* What there is to do after a value: what is much leaves, if it may. */
static void placed(struct out *o)
{
	if (buf_failed(&o->text))
		o->failed = true;
	else if (o->leaves && o->text.len >= OUT_PIECE) {
		o->left = true;
		emit(o, &o->text);
	}
}

static void begin(struct out *o, const char *key, char open, char close)
{
	if (!o->json || o->failed)
		return;
	if (o->depth == OUT_DEPTH_MAX) {
		o->failed = true;
		return;
	}
	place(o, key);
	buf_char(&o->text, open);
	o->stack[o->depth].close = close;
	o->stack[o->depth++].any = false;
}

void out_map(struct out *o, const char *key)
{
	begin(o, key, '{', '}');
}

void out_list(struct out *o, const char *key)
{
	begin(o, key, '[', ']');
}

void out_end(struct out *o)
{
	if (!o->json || o->failed || !o->depth)
		return;
	if (o->stack[--o->depth].any)
		start_line(o, o->depth);
	buf_char(&o->text, o->stack[o->depth].close);
	placed(o);
}

/* A string that is safe even after a program has undone JSON's escapes. */
static void add_string(struct out *o, const char *value)
{
	size_t len = strlen(value);

	if (utf8_clean_to(value, len, true) == len) {
		json_write_string(&o->text, value);
		return;
	}
	buf_clear(&o->line);
	while (len) {
		const char *cr = memchr(value, '\r', len);
		size_t part = cr ? (size_t)(cr - value) : len;

		utf8_display(&o->line, value, part, true);
		if (cr) {	/* a document's line ends pass, as they must */
			buf_char(&o->line, '\r');
			part++;
		}
		value += part;
		len -= part;
	}
	o->failed |= buf_failed(&o->line);
	json_write_string(&o->text, o->line.data);
	buf_clear(&o->line);
}

void out_string(struct out *o, const char *key, const char *value)
{
	if (!o->json || o->failed)
		return;
	place(o, key);
	if (value)
		add_string(o, value);
	else
		buf_str(&o->text, "null");
	placed(o);
}

void out_number(struct out *o, const char *key, double value)
{
	if (!o->json || o->failed)
		return;
	place(o, key);
	json_write_number(&o->text, value);
	placed(o);
}

void out_bool(struct out *o, const char *key, bool value)
{
	if (!o->json || o->failed)
		return;
	place(o, key);
	buf_str(&o->text, value ? "true" : "false");
	placed(o);
}

void out_leave(struct out *o)
{
	o->leaves = true;
}

bool out_left(const struct out *o)
{
	return o->left;
}

void out_flush(struct out *o)
{
	out_emit(o);
	if (fflush(o->stream) != 0)
		o->lost = true;
}

/* As printf() would, which takes longer than all the rest of a line. */
static void add_number(struct buf *line, size_t value)
{
	char digits[3 * sizeof(value)], *at = digits + sizeof(digits);

	do {
		*--at = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	buf_add(line, at, (size_t)(digits + sizeof(digits) - at));
}

/* One conversion at `fmt`, just after its %; returns what follows it. */
static const char *convert(struct buf *line, const char *fmt, va_list *ap)
{
	size_t max = (size_t)-1;
	const char *text;

	if (*fmt == '.')
		for (fmt++, max = 0; *fmt >= '0' && *fmt <= '9'; fmt++)
			max = 10 * max + (size_t)(*fmt - '0');
	if (*fmt == 's') {
		text = va_arg(*ap, const char *);
		if (!text)
			text = "-";
		utf8_display(line, text, strnlen(text, max), false);
	} else if (*fmt == 'd') {
		buf_printf(line, "%d", va_arg(*ap, int));
	} else if (*fmt == 'u') {
		add_number(line, va_arg(*ap, unsigned));
	} else if (*fmt == 'z') {
		fmt++;
		add_number(line, va_arg(*ap, size_t));
	} else {
		buf_char(line, '%');
	}
	return fmt + 1;
}

void out_say(struct out *o, const char *fmt, ...)
{
	va_list ap;

	if (o->json)
		return;
	va_start(ap, fmt);
	while (*fmt) {
		size_t len = strcspn(fmt, "%");

		buf_add(&o->line, fmt, len);
		fmt += len;
		if (*fmt)
			fmt = convert(&o->line, fmt + 1, &ap);
	}
	va_end(ap);
	out_emit(o);
}

void out_style(struct out *o, enum out_style style)
{
	static const char *const codes[] = {
		[STYLE_PLAIN] = "\033[m", [STYLE_BOLD] = "\033[1m",
		[STYLE_DIM] = "\033[2m", [STYLE_RED] = "\033[31m",
		[STYLE_YELLOW] = "\033[33m", [STYLE_GREEN] = "\033[32m"
	};

	if (o->json || !o->color)
		return;
	buf_str(&o->line, codes[style]);
	out_emit(o);
}

void out_block(struct out *o, const char *indent, const char *text, size_t len)
{
	if (o->json)
		return;
	while (len) {
		const char *newline = memchr(text, '\n', len);
		size_t all = newline ? (size_t)(newline - text) + 1 : len;
		size_t line = newline ? all - 1 : all;
		bool crlf = newline && line && text[line - 1] == '\r';

		if (line > crlf)
			buf_str(&o->line, indent);
		/* multiline lets tabs pass; a newline cannot be in here */
		utf8_display(&o->line, text, line - crlf, true);
		buf_str(&o->line, crlf ? "\r\n" : "\n");
		out_emit(o);
		text += all;
		len -= all;
	}
}

void out_buf(struct out *o, const char *key, const struct buf *text)
{
	o->failed |= buf_failed(text);
	if (o->json) {
		if (key)
			out_string(o, key, text->data);
		return;
	}
	buf_add(&o->line, text->data, text->len);
	out_emit(o);
}

void out_plain(struct out *o, const char *text)
{
	for (; !o->json && *text; text++) {
		bool shown = (*text >= ' ' && *text <= '~') || (*text == '\n' && !text[1]);

		if (fputc(shown ? *text : '?', o->stream) == EOF)
			o->lost = true;
	}
}

bool out_failed(const struct out *o)
{
	return o->failed || o->lost;
}

int out_write(struct out *o)
{
	if (o->json && !o->failed && !o->depth && (o->text.len || o->left)) {
		buf_char(&o->text, '\n');
		emit(o, &o->text);
	}
	o->leaves = o->left = false;
	return o->failed ? OPS_ENOMEM : o->lost ? OPS_EIO : 0;
}
