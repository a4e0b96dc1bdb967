/* SPDX-License-Identifier: MIT */
/*
 * Reading ahead: a window of places that another thread fills with documents.
 *
 * The thread reads bytes and parses them and does nothing else: what a document means is
 * found out by who takes it.  Invariants: each item is claimed once, in order, by the thread
 * or by who asks; a place belongs to who claimed its item until it is ready, then to who
 * takes it until ahead_done(); `done` and `claimed` only grow.  Who asks for what the thread
 * is at reads something else meanwhile, so neither sleeps for one document.
 */
#include "model/ahead.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/error.h"

#define WINDOW 64		/* documents in memory at once */
#define WORTH 128		/* fewer are read faster than a thread begins */

struct place {
	struct ahead_doc doc;
	bool ready;
};

struct ahead {
	struct snap *snap;
	size_t max;
	ahead_prepare *prepare;
	pthread_mutex_t lock;
	pthread_cond_t room, answer;
	pthread_t thread;
	bool threaded, tried, ending;
	bool waits;		/* the thread does, for room or for items */
	bool asks;		/* who takes waits for a place to be ready */
	struct ahead_item *items;
	size_t nr, cap;
	size_t claimed, done;	/* so many items */
	struct place places[WINDOW];
};

struct ahead *ahead_new(struct snap *snap, size_t max, ahead_prepare *prepare)
{
	struct ahead *a = calloc(1, sizeof(*a));

	if (!a)
		return NULL;
	a->snap = snap;
	a->max = max;
	a->prepare = prepare;
	if (pthread_mutex_init(&a->lock, NULL) == 0) {
		if (pthread_cond_init(&a->room, NULL) == 0) {
			if (pthread_cond_init(&a->answer, NULL) == 0)
				return a;
			pthread_cond_destroy(&a->room);
		}
		pthread_mutex_destroy(&a->lock);
	}
	free(a);
	return NULL;
}

static void clear(struct ahead_doc *d)
{
	blob_release(&d->blob);
	ops_findings_free(d->findings);
	d->blob = (struct blob){ NULL, 0, NULL };
	d->findings = NULL;
	d->doc = NULL;
	d->ret = 0;
	d->parsed = false;
	d->err = (struct ops_error){ 0 };
}

void ahead_free(struct ahead *a)
{
	size_t i;

	if (!a)
		return;
	if (a->threaded) {
		pthread_mutex_lock(&a->lock);
		a->ending = true;
		pthread_cond_signal(&a->room);
		pthread_mutex_unlock(&a->lock);
		pthread_join(a->thread, NULL);
	}
	for (i = 0; i < WINDOW; i++) {
		clear(&a->places[i].doc);
		arena_free(a->places[i].doc.arena);
	}
	pthread_cond_destroy(&a->answer);
	pthread_cond_destroy(&a->room);
	pthread_mutex_destroy(&a->lock);
	free(a->items);
	free(a);
}

/* Read one into its place, which is whose this is. */
static void read_one(struct ahead *a, const struct ahead_item *item, struct ahead_doc *d)
{
	if (d->arena)
		arena_clear(d->arena);
	else
		d->arena = arena_new();
	d->findings = ops_findings_new();
	if (!d->arena || !d->findings) {
		d->ret = OPS_ENOMEM;
		return;
	}
	d->ret = snap_read_entry(&d->blob, a->snap, item->dir, item->entry, a->max, &d->err);
	if (d->ret)
		return;
	d->parsed = true;
	d->ret = doc_parse(&d->doc, d->arena, item->path, d->blob.data, d->blob.len, 0,
			   d->findings, &d->err);
	if (d->ret == 0 && a->prepare)
		a->prepare(d->doc, item->type);
}

/* Claim the next item that is to be read, with the lock; false: there is none. */
static bool claim(struct ahead *a, struct ahead_item *item, struct place **place)
{
	size_t end = a->nr < a->done + WINDOW ? a->nr : a->done + WINDOW;

	while (a->claimed < end && a->items[a->claimed].skip)
		a->claimed++;
	if (a->claimed >= end)
		return false;
	*item = a->items[a->claimed];
	*place = &a->places[a->claimed++ % WINDOW];
	return true;
}

/* Read what was claimed; with the lock, which is given up meanwhile. */
static void read_claimed(struct ahead *a, const struct ahead_item *item, struct place *place)
{
	pthread_mutex_unlock(&a->lock);
	read_one(a, item, &place->doc);
	pthread_mutex_lock(&a->lock);
	place->ready = true;
}

static void *work(void *ahead)
{
	struct ahead *a = ahead;
	struct ahead_item item;
	struct place *place;

	pthread_mutex_lock(&a->lock);
	while (!a->ending) {
		if (claim(a, &item, &place)) {
			read_claimed(a, &item, place);
			if (a->asks)
				pthread_cond_signal(&a->answer);
			continue;
		}
		a->waits = true;
		pthread_cond_wait(&a->room, &a->lock);
		a->waits = false;
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

/* Begin the thread if it is worth it; without it all goes on. */
static void begin(struct ahead *a)
{
	a->tried = true;
	a->threaded = sysconf(_SC_NPROCESSORS_ONLN) > 1 &&
		      pthread_create(&a->thread, NULL, work, a) == 0;
}

int ahead_add(struct ahead *a, const struct ahead_item *item)
{
	struct ahead_item *more = NULL;
	size_t cap = a->cap ? a->cap * 2 : 64;

	pthread_mutex_lock(&a->lock);
	if (a->nr < a->cap || (more = realloc(a->items, cap * sizeof(*more)))) {
		if (more) {
			a->items = more;
			a->cap = cap;
		}
		a->items[a->nr++] = *item;
		if (a->waits && a->nr % 16 == 0)
			pthread_cond_signal(&a->room);
		more = a->items;
	}
	pthread_mutex_unlock(&a->lock);
	if (!a->tried && a->nr == WORTH)
		begin(a);
	return more ? 0 : OPS_ENOMEM;
}

size_t ahead_count(const struct ahead *a)
{
	return a->nr;
}

/* Nobody adds any more, so the items stay where they are. */
const struct ahead_item *ahead_at(const struct ahead *a, size_t at)
{
	return &a->items[at];
}

struct ahead_doc *ahead_take(struct ahead *a, size_t at)
{
	struct place *p = &a->places[at % WINDOW], *other;
	struct ahead_item item;

	pthread_mutex_lock(&a->lock);
	while (!p->ready) {
		/* The thread may be at it: then there is time for one more. */
		if (claim(a, &item, &other)) {
			read_claimed(a, &item, other);
			continue;
		}
		a->asks = true;
		pthread_cond_wait(&a->answer, &a->lock);
		a->asks = false;
	}
	pthread_mutex_unlock(&a->lock);
	return p->doc.ret == OPS_ENOMEM ? NULL : &p->doc;
}

void ahead_done(struct ahead *a, size_t at)
{
	struct place *p = &a->places[at % WINDOW];

	clear(&p->doc);
	pthread_mutex_lock(&a->lock);
	p->ready = false;
	a->done = at + 1;
	/* Half a window at once: a thread that is woken for each gets nothing done. */
	if (a->waits && a->claimed < a->nr && a->claimed <= a->done + WINDOW / 2)
		pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
}
