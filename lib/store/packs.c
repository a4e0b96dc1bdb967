/* SPDX-License-Identifier: MIT */
/*
 * Reading objects out of packs.
 *
 * libgit2 reads each twice when its size has to be known first, takes a lock for every step,
 * and makes its table of codes anew each time; a history that is judged again is little
 * else than reading.  This file knows the one plain form: packs and indices of version 2.
 * Whatever it does not find, or finds wanting, it leaves to libgit2, which then says what is
 * wrong; so it needs no errors of its own.
 *
 * Invariants: nothing in a file is believed, no size before it was held against a bound, no
 * place before it was held against the end; a mapped file is never written.  What is kept of
 * objects that others stand on is bounded, whatever the history. Documents are read ahead by a
 * thread of their own, through the same store: everything here is behind one lock, and objects
 * are counted atomically.
 */
#define ZLIB_CONST

#include "store/packs.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "store/packfile.h"
#include "util/array.h"

#define OBJECT_MAX ((size_t)64 << 20)
#define CHAIN_MAX 4096
#define OFS_DELTA 6
#define REF_DELTA 7
/* zlib's fast way needs so much room beyond what is still to come. */
#define SLACK 264

#define KEPT_NR 1024
#define KEPT_BYTES ((size_t)2 << 20)	/* of each reader, of which an audit has several */
#define KEPT_MAX ((size_t)1 << 20)

struct kept {
	const struct pack *pack;
	size_t at;
	struct packed *object;
};

/* An entry of a pack. */
struct entry {
	size_t at, data, size;		/* size: what comes out of inflating */
	unsigned type;
	size_t base;			/* of a delta */
};

struct packs {
	pthread_mutex_t lock;		/* of all below */
	struct packfiles *files;
	bool borrowed;
	size_t last;			/* the pack that had what was asked for last */
	struct kept kept[KEPT_NR];
	size_t kept_bytes, hand;
	z_stream stream;
	bool streaming;
	unsigned char *delta;
	size_t delta_room;
	struct entry *chain;
	size_t chain_room;
};

void packed_unref(struct packed *o)
{
	if (o && atomic_fetch_sub(&o->refs, 1) == 1)
		free(o);
}

struct packs *packs_open(const char *objects)
{
	struct packs *p = calloc(1, sizeof(*p));

	if (p)
		p->files = calloc(1, sizeof(*p->files));
	if (!p || !p->files) {
		free(p);
		return NULL;
	}
	pthread_mutex_init(&p->lock, NULL);
	packfiles_open(p->files, objects);
	return p;
}

struct packs *packs_twin(const struct packs *p)
{
	struct packs *twin = calloc(1, sizeof(*twin));

	if (twin) {
		pthread_mutex_init(&twin->lock, NULL);
		twin->files = p->files;
		twin->borrowed = true;
	}
	return twin;
}

void packs_free(struct packs *p)
{
	size_t i;

	if (!p)
		return;
	for (i = 0; i < KEPT_NR; i++)
		packed_unref(p->kept[i].object);
	if (!p->borrowed) {
		packfiles_release(p->files);
		free(p->files);
	}
	if (p->streaming)
		inflateEnd(&p->stream);
	pthread_mutex_destroy(&p->lock);
	free(p->delta);
	free(p->chain);
	free(p);
}

size_t packs_count(const struct packs *p)
{
	size_t i, nr = 0;

	for (i = 0; i < p->files->nr; i++)
		nr += p->files->list[i].nr;
	return nr;
}

bool packs_place(size_t *out, const struct packs *p, const struct oid *id)
{
	return packfiles_number(out, p->files, id->id);
}

/* --- what is kept --- */

static struct kept *kept_at(struct packs *p, const struct pack *k, size_t at)
{
	size_t hash = at * 0x9e3779b97f4a7c15u + (size_t)(k - p->files->list);

	return &p->kept[hash >> 32 & (KEPT_NR - 1)];
}

static void forget(struct packs *p, struct kept *kept)
{
	if (!kept->object)
		return;
	p->kept_bytes -= kept->object->len;
	packed_unref(kept->object);
	kept->object = NULL;
}

static void keep(struct packs *p, const struct pack *k, size_t at, struct packed *o)
{
	struct kept *kept = kept_at(p, k, at);

	if (o->len > KEPT_MAX)
		return;
	forget(p, kept);
	while (p->kept_bytes + o->len > KEPT_BYTES) {
		forget(p, &p->kept[p->hand]);
		p->hand = (p->hand + 1) % KEPT_NR;
	}
	kept->pack = k;
	kept->at = at;
	kept->object = o;
	o->refs++;
	p->kept_bytes += o->len;
}

static struct packed *known(struct packs *p, const struct pack *k, size_t at)
{
	struct kept *kept = kept_at(p, k, at);

	if (!kept->object || kept->pack != k || kept->at != at)
		return NULL;
	kept->object->refs++;
	return kept->object;
}

/* --- entries --- */

/* The number at *at, seven bits a byte, the lowest first. */
static bool number(size_t *out, const unsigned char *data, size_t *at, size_t end,
		   size_t value, unsigned shift)
{
	unsigned char c;

	do {
		if (*at >= end || shift > 56)
			return false;
		c = data[(*at)++];
		value |= (size_t)(c & 0x7f) << shift;
		shift += 7;
	} while (c & 0x80);
	*out = value;
	return true;
}

static bool base_by_distance(struct entry *e, const struct pack *k, size_t *at, size_t end)
{
	size_t distance = 0;
	unsigned char c;

	do {
		if (*at >= end || distance > k->len)
			return false;
		c = k->data[(*at)++];
		distance = (distance << 7) + (c & 0x7f) + (c & 0x80 ? 1 : 0);
	} while (c & 0x80);
	if (!distance || distance > e->at - PACK_HEAD)
		return false;
	e->base = e->at - distance;
	return true;
}

static bool read_entry(struct entry *e, const struct pack *k, size_t at)
{
	size_t end = k->len - PACK_TRAILER;
	unsigned char c;

	e->at = at;
	c = k->data[at++];
	e->type = c >> 4 & 7;
	e->size = c & 15;
	if (c & 0x80 && !number(&e->size, k->data, &at, end, e->size, 4))
		return false;
	if (e->type == OFS_DELTA && !base_by_distance(e, k, &at, end))
		return false;
	if (e->type == REF_DELTA) {
		if (end - at < PACK_ID)
			return false;
		e->base = pack_find(k, k->data + at);
		at += PACK_ID;
		if (!e->base)
			return false;
	}
	e->data = at;
	return at < end && e->size <= OBJECT_MAX && e->type && e->type != 5;
}

/* Inflate an entry; `out` has SLACK bytes more than its size. */
static bool inflate_entry(void *out, struct packs *p, const struct pack *k,
			  const struct entry *e)
{
	size_t left = k->len - PACK_TRAILER - e->data;
	z_stream *z = &p->stream;

	if (!p->streaming && inflateInit(z) != Z_OK)
		return false;
	if (p->streaming && inflateReset(z) != Z_OK)
		return false;
	p->streaming = true;
	z->next_in = k->data + e->data;
	z->avail_in = left > UINT32_MAX ? UINT32_MAX : (uInt)left;
	z->next_out = out;
	z->avail_out = (uInt)(e->size + SLACK);
	return inflate(z, Z_FINISH) == Z_STREAM_END && z->total_out == e->size;
}

static struct packed *new_packed(git_object_t type, size_t len)
{
	struct packed *o = malloc(sizeof(*o) + len + SLACK);

	if (o) {
		atomic_init(&o->refs, 1);
		o->type = type;
		o->len = len;
	}
	return o;
}

static struct packed *whole(struct packs *p, const struct pack *k, const struct entry *e)
{
	struct packed *o = new_packed((git_object_t)e->type, e->size);

	if (o && !inflate_entry(o->data, p, k, e)) {
		free(o);
		return NULL;
	}
	if (o)
		o->data[o->len] = '\0';
	return o;
}

/* --- deltas --- */

/* Place and length of what a delta copies. */
static bool copied(size_t *from, size_t *len, unsigned char op, const unsigned char *delta,
		   size_t *at, size_t end)
{
	unsigned i;

	*from = *len = 0;
	for (i = 0; i < 7; i++) {
		if (!(op & 1u << i))
			continue;
		if (*at >= end)
			return false;
		if (i < 4)
			*from |= (size_t)delta[(*at)++] << 8 * i;
		else
			*len |= (size_t)delta[(*at)++] << 8 * (i - 4);
	}
	if (!*len)
		*len = 0x10000;
	return true;
}

static bool apply(char *out, size_t len, const struct packed *base,
		  const unsigned char *delta, size_t at, size_t end)
{
	size_t done = 0, from, nr;
	const void *source;
	unsigned char op;

	while (at < end) {
		op = delta[at++];
		if (op & 0x80) {
			if (!copied(&from, &nr, op, delta, &at, end) || from > base->len ||
			    nr > base->len - from)
				return false;
			source = base->data + from;
		} else {
			nr = op;
			if (!nr || nr > end - at)
				return false;
			source = delta + at;
			at += nr;
		}
		if (nr > len - done)
			return false;
		memcpy(out + done, source, nr);
		done += nr;
	}
	return done == len;
}

/* The object that a delta makes of its base. */
static struct packed *change(struct packs *p, const struct pack *k, const struct entry *e,
			     const struct packed *base, size_t max)
{
	size_t at = 0, from, len;
	struct packed *o;
	void *more;

	if (p->delta_room < e->size + SLACK) {
		more = realloc(p->delta, e->size + SLACK);
		if (!more)
			return NULL;
		p->delta = more;
		p->delta_room = e->size + SLACK;
	}
	if (!inflate_entry(p->delta, p, k, e) ||
	    !number(&from, p->delta, &at, e->size, 0, 0) ||
	    !number(&len, p->delta, &at, e->size, 0, 0) || from != base->len || len > max)
		return NULL;
	o = new_packed(base->type, len);
	if (o && !apply(o->data, len, base, p->delta, at, e->size)) {
		free(o);
		return NULL;
	}
	if (o)
		o->data[len] = '\0';
	return o;
}

static bool chain_add(struct packs *p, size_t nr, const struct entry *e)
{
	if (nr >= CHAIN_MAX || array_room(&p->chain, nr, &p->chain_room, sizeof(*e)) < 0)
		return false;
	p->chain[nr] = *e;
	return true;
}

/* The object at a place: down to one that is whole, and up again. */
static struct packed *unpack(struct packs *p, const struct pack *k, size_t at, size_t max)
{
	struct packed *o = NULL, *next;
	struct entry e;
	size_t nr = 0;

	while (!(o = known(p, k, at))) {
		if (!read_entry(&e, k, at))
			return NULL;
		if (e.type < OFS_DELTA) {
			o = e.size > (nr ? OBJECT_MAX : max) ? NULL : whole(p, k, &e);
			if (!o)
				return NULL;
			keep(p, k, at, o);
			break;
		}
		if (!chain_add(p, nr++, &e))
			return NULL;
		at = e.base;
	}
	while (o && nr) {
		const struct entry *one = &p->chain[--nr];

		next = change(p, k, one, o, nr || max > OBJECT_MAX ? OBJECT_MAX : max);
		packed_unref(o);
		o = next;
		if (o)
			keep(p, k, one->at, o);
	}
	return o;
}

static struct packed *read_one(struct packs *p, const struct oid *id, git_object_t type,
			       size_t max)
{
	const struct pack *k = NULL;
	struct packed *o;
	size_t i, at = 0, nr = p->files->nr;

	for (i = 0; i < nr && !at; i++) {
		k = &p->files->list[(p->last + i) % nr];
		at = pack_find(k, id->id);
	}
	if (!at)
		return NULL;
	p->last = (size_t)(k - p->files->list);
	o = unpack(p, k, at, max);
	if (o && (o->type != type || o->len > max)) {
		packed_unref(o);
		return NULL;
	}
	return o;
}

struct packed *packs_read(struct packs *p, const struct oid *id, git_object_t type,
			  size_t max)
{
	struct packed *o;

	pthread_mutex_lock(&p->lock);
	o = read_one(p, id, type, max);
	pthread_mutex_unlock(&p->lock);
	return o;
}
