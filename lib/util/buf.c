/* SPDX-License-Identifier: MIT */
/*
 * A growing byte buffer.
 *
 * An empty buffer shares one static NUL byte, so that `data` can be read
 * without asking; that byte is never written.  After an allocation failed the
 * buffer stays failed until buf_release(): what follows would be text with a
 * hole in it.  Data added must not lie in the buffer itself.
 */
#include "util/buf.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_FIRST 64

char buf_empty[1];

void buf_init(struct buf *b)
{
	b->data = buf_empty;
	b->len = 0;
	b->cap = 0;
	b->failed = false;
}

void buf_release(struct buf *b)
{
	if (b->cap)
		free(b->data);
	buf_init(b);
}

void buf_clear(struct buf *b)
{
	b->len = 0;
	if (b->cap)
		b->data[0] = '\0';
}

/* Room for `more` bytes and the NUL. */
static bool buf_room(struct buf *b, size_t more)
{
	size_t need, cap;
	char *data;

	if (b->failed)
		return false;
	if (more > SIZE_MAX / 4 - b->len) {
		b->failed = true;
		return false;
	}
	need = b->len + more + 1;
	if (need <= b->cap)
		return true;
	cap = b->cap ? b->cap : BUF_FIRST;
	while (cap < need)
		cap *= 2;
	data = realloc(b->cap ? b->data : NULL, cap);
	if (!data) {
		b->failed = true;
		return false;
	}
	b->data = data;
	b->cap = cap;
	return true;
}

void buf_add(struct buf *b, const void *data, size_t len)
{
	if (!len || !buf_room(b, len))
		return;
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
}

char *buf_space(struct buf *b, size_t len)
{
	char *space;

	if (!buf_room(b, len))
		return NULL;
	space = b->data + b->len;
	b->len += len;
	b->data[b->len] = '\0';
	return space;
}

void buf_str(struct buf *b, const char *s)
{
	buf_add(b, s, strlen(s));
}

void buf_char(struct buf *b, char c)
{
	buf_add(b, &c, 1);
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(b, fmt, ap);
	va_end(ap);
}

void buf_vprintf(struct buf *b, const char *fmt, va_list ap)
{
	size_t room = b->cap - b->len;
	va_list again;
	int len;

	if (b->failed)
		return;
	/* Into the room there is, which is mostly enough. */
	va_copy(again, ap);
	len = vsnprintf(b->cap ? b->data + b->len : NULL, b->cap ? room : 0, fmt, again);
	va_end(again);
	if (len < 0) {
		b->failed = true;
	} else if (len && (!b->cap || (size_t)len >= room)) {
		if (b->cap)
			b->data[b->len] = '\0';
		if (!buf_room(b, (size_t)len))
			return;
		vsnprintf(b->data + b->len, (size_t)len + 1, fmt, ap);
	}
	if (len > 0)
		b->len += (size_t)len;
}

bool buf_failed(const struct buf *b)
{
	return b->failed;
}

char *buf_detach(struct buf *b)
{
	char *data;

	if (!buf_room(b, 0)) {
		buf_release(b);
		return NULL;
	}
	data = b->data;
	data[b->len] = '\0';
	buf_init(b);
	return data;
}
