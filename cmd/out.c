/* SPDX-License-Identifier: MIT */
/*
 * The output interface: text that goes out as it comes, JSON that is kept as a
 * tree until out_write().
 *
 * Nothing reaches the stream but through emit() or the one fwrite of
 * out_write(); no caller's string reaches emit() but through utf8_display().  A
 * container is attached to its parent when it ends, so whatever is on the stack
 * belongs to the stack.
 */

#include "out.h"

#include <stdlib.h>
#include <string.h>

#include "out_private.h"
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
	buf_init(&o->line);
	return o;
}

void out_discard(struct out *o)
{
	while (o->depth)
		json_free(o->stack[--o->depth].value);
	json_free(o->root);
	o->root = NULL;
}

void out_free(struct out *o)
{
	if (!o)
		return;
	out_discard(o);
	free(o->cells);
	buf_release(&o->line);
	free(o);
}

/* Give a finished value to the container on top of the stack. */
static void attach(struct out *o, const char *key, struct json *value)
{
	struct json *top;

	if (!o->depth) {
		json_free(o->root);
		o->root = value;
		o->failed |= !value;
		return;
	}
	top = o->stack[o->depth - 1].value;
	if (json_kind(top) == JSON_OBJECT)
		o->failed |= !json_put(top, key, value);
	else
		o->failed |= !json_append(top, value);
}

static void begin(struct out *o, const char *key, struct json *value)
{
	if (!value || o->depth == OUT_DEPTH_MAX) {
		json_free(value);
		o->failed = true;
		return;
	}
	o->stack[o->depth].key = key;
	o->stack[o->depth++].value = value;
}

void out_map(struct out *o, const char *key)
{
	if (o->json && !o->failed)
		begin(o, key, json_new_object());
}

void out_list(struct out *o, const char *key)
{
	if (o->json && !o->failed)
		begin(o, key, json_new_array());
}

void out_end(struct out *o)
{
	struct json *value;
	const char *key;

	if (!o->json || o->failed || !o->depth)
		return;
	value = o->stack[--o->depth].value;
	key = o->stack[o->depth].key;
	attach(o, key, value);
}

/* A string that is safe even after a program has undone JSON's escapes. */
static struct json *safe_string(struct out *o, const char *value)
{
	size_t len = strlen(value);
	struct json *string = NULL;

	if (utf8_clean_to(value, len, true) == len)
		return json_new_string(value);
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
	if (!buf_failed(&o->line))
		string = json_new_string(o->line.data);
	buf_clear(&o->line);
	return string;
}

void out_string(struct out *o, const char *key, const char *value)
{
	if (o->json && !o->failed)
		attach(o, key, value ? safe_string(o, value) : json_new_null());
}

void out_number(struct out *o, const char *key, double value)
{
	if (o->json && !o->failed)
		attach(o, key, json_new_number(value));
}

void out_bool(struct out *o, const char *key, bool value)
{
	if (o->json && !o->failed)
		attach(o, key, json_new_bool(value));
}

void out_emit(struct out *o)
{
	if (buf_failed(&o->line))
		o->failed = true;
	else if (o->line.len &&
		 fwrite(o->line.data, 1, o->line.len, o->stream) != o->line.len)
		o->lost = true;
	buf_clear(&o->line);
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
	if (!o->json && fputs(text, o->stream) < 0)
		o->lost = true;
}

bool out_failed(const struct out *o)
{
	return o->failed || o->lost;
}

int out_write(struct out *o)
{
	bool pretty = o->width != 0;	/* for a reader, not for a program */

	if (o->json && !o->failed && o->root) {
		buf_clear(&o->line);
		if (!json_write(&o->line, o->root, pretty))
			o->failed = true;
		buf_char(&o->line, '\n');
		if (!o->failed)
			out_emit(o);
	}
	return o->failed ? OPS_ENOMEM : o->lost ? OPS_EIO : 0;
}
