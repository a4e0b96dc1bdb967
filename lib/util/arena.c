/* SPDX-License-Identifier: MIT */
/*
 * A bump allocator: memory is taken from chunks and given back all at once.
 *
 * Invariants: the newest chunk is the first of the list and the only one that
 * is still filled, except that a request too large for a chunk gets one of its
 * own behind the first.  The handle lies in the first chunk, so a small arena
 * costs a single malloc.  The first chunk is small because most arenas hold
 * one short document, and the second half of that, since many documents need little
 * more than one; later ones double, up to a limit.
 */
#include "util/arena.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define CHUNK_FIRST 4096
#define CHUNK_MAX (256 * 1024)
#define ROOM_AT_FIRST 16	/* of arrays that grow */

struct chunk {
	struct chunk *next;
	size_t used, size;	/* of data */
	max_align_t data[];
};

struct arena {
	struct chunk *chunks;
};

static size_t round_up(size_t size)
{
	size_t unit = _Alignof(max_align_t);

	return (size + unit - 1) / unit * unit;
}

static struct chunk *chunk_new(size_t size)
{
	struct chunk *c = malloc(sizeof(*c) + size);

	if (!c)
		return NULL;
	c->next = NULL;
	c->used = 0;
	c->size = size;
	return c;
}

struct arena *arena_new(void)
{
	struct chunk *c = chunk_new(CHUNK_FIRST - sizeof(struct chunk));
	struct arena *a;

	if (!c)
		return NULL;
	a = (struct arena *)c->data;
	a->chunks = c;
	c->used = round_up(sizeof(*a));
	return a;
}

void arena_free(struct arena *a)
{
	struct chunk *c, *next;

	if (!a)
		return;
	for (c = a->chunks; c; c = next) {
		next = c->next;
		free(c);
	}
}

void arena_clear(struct arena *a)
{
	struct chunk *c, *next, *head = a->chunks, *own = NULL;

	/* The arena itself lies in one of its chunks, which is anywhere in the list. */
	for (c = head->next; c; c = next) {
		next = c->next;
		if ((struct arena *)c->data == a)
			own = c;
		else
			free(c);
	}
	head->next = own;
	head->used = own ? 0 : round_up(sizeof(*a));
	if (own)
		own->next = NULL;
}

/* Make room for `size` bytes; the chunk that has it. */
static struct chunk *arena_grow(struct arena *a, size_t size)
{
	struct chunk *c, *head = a->chunks;
	size_t own = head->size + sizeof(*head);
	size_t want = (struct arena *)head->data == a ? own / 2 : own * 2;

	if (want > CHUNK_MAX)
		want = CHUNK_MAX;
	want -= sizeof(*head);
	if (size > want / 2) {
		c = chunk_new(size);
		if (!c)
			return NULL;
		c->next = head->next;
		head->next = c;
		return c;
	}
	c = chunk_new(want);
	if (!c)
		return NULL;
	c->next = head;
	a->chunks = c;
	return c;
}

/* The same as arena_alloc, for callers that fill all of it. */
static void *arena_take(struct arena *a, size_t size)
{
	struct chunk *c = a->chunks;
	void *p;

	if (size > SIZE_MAX / 2)
		return NULL;
	size = round_up(size ? size : 1);
	if (c->size - c->used < size) {
		c = arena_grow(a, size);
		if (!c)
			return NULL;
	}
	p = (char *)c->data + c->used;
	c->used += size;
	return p;
}

void *arena_alloc(struct arena *a, size_t size)
{
	void *p = arena_take(a, size);

	if (p)
		memset(p, 0, size);
	return p;
}

void *arena_array(struct arena *a, size_t nr, size_t size)
{
	if (size && nr > SIZE_MAX / size)
		return NULL;
	return arena_alloc(a, nr * size);
}

void *arena_space(struct arena *a, size_t nr, size_t size)
{
	if (size && nr > SIZE_MAX / size)
		return NULL;
	return arena_take(a, nr * size);
}

void *arena_room(struct arena *a, void *list, size_t nr, size_t *room, size_t size)
{
	void *more;

	if (nr < *room)
		return list;
	*room = *room ? 2 * *room : ROOM_AT_FIRST;
	more = arena_array(a, *room, size);
	if (more && nr)
		memcpy(more, list, nr * size);
	return more;
}

char *arena_dup(struct arena *a, const void *data, size_t len)
{
	char *p;

	if (len == SIZE_MAX)
		return NULL;
	p = arena_take(a, len + 1);
	if (!p)
		return NULL;
	if (len)
		memcpy(p, data, len);
	p[len] = '\0';
	return p;
}

char *arena_str(struct arena *a, const char *s)
{
	return arena_dup(a, s, strlen(s));
}

char *arena_vprintf(struct arena *a, const char *fmt, va_list ap)
{
	struct chunk *c = a->chunks;
	size_t room = c->size - c->used;
	va_list again;
	char *p;
	int len;

	/* Into what is left of the chunk, where it nearly always has room. */
	va_copy(again, ap);
	p = (char *)c->data + c->used;
	len = vsnprintf(p, room, fmt, ap);
	if (len >= 0 && (size_t)len < room) {
		c->used += round_up((size_t)len + 1);
	} else {
		p = len < 0 ? NULL : arena_take(a, (size_t)len + 1);
		if (p)
			vsnprintf(p, (size_t)len + 1, fmt, again);
	}
	va_end(again);
	return p;
}

char *arena_printf(struct arena *a, const char *fmt, ...)
{
	va_list ap;
	char *p;

	va_start(ap, fmt);
	p = arena_vprintf(a, fmt, ap);
	va_end(ap);
	return p;
}
