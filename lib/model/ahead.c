/* SPDX-License-Identifier: MIT */
/*
 * Reading ahead: a window of places that another thread fills with documents.
 *
 * The thread reads bytes and parses them and does nothing else: what a document means is
 * found out by who takes it.  Invariants: each item is claimed once, in order, by the thread
 * or by who asks; a place belongs to who claimed its item until it is ready, then to who
 * takes it until ahead_done(); `done` and `claimed` only grow.  Who asks for what the thread
 * is at reads something else meanwhile, so neither sleeps for one document.
 *
 * Where there is nothing to read it lists directories, from the last one that will be looked at
 * back: who walks over them lists from the first one on, neither waits for the other, and in the
 * middle they have done all.
 *
 * Of the items only those of the window are kept, each where one before it was: `first` and
 * those after it are there.
 *
 * The thread claims some at once and says of each without the lock that it is ready: a
 * document takes less time than two threads that want one lock.
 */
#include "model/ahead.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/error.h"
#include "util/path.h"
#include "util/thread.h"

#define WINDOW 128		/* documents in memory at once */
#define WORTH 128		/* fewer are read faster than a thread begins */
#define BLOCK 8			/* claimed at once by the thread */

struct place {
	struct buf path;	/* of its item */
	struct ahead_doc doc;
	atomic_bool ready;
};

struct ahead {
	struct snap *snap;
	size_t max;
	ahead_prepare *prepare;
	pthread_mutex_t lock;	/* of what the thread looks at: items, claimed, done */
	pthread_cond_t room, answer;
	pthread_t thread;
	bool threaded, tried, ending;
	bool waits;		/* the thread does, for room or for items */
	atomic_bool asks;	/* who takes waits for a place to be ready */
	char **dirs;		/* to be listed, the next one last */
	size_t dirs_nr, dirs_cap;
	size_t roots;		/* so many of them, the first ones, are where the walk begins */
	struct arena *listed;	/* the entries of one, for the thread alone */
	struct ahead_item items[WINDOW];
	size_t nr;
	size_t first;		/* those before it were done, and may be overwritten */
	size_t claimed, done;	/* so many items */
	size_t unclaimed;	/* so many of them are to be read, and nobody does */
	size_t given;		/* `done`, as only who takes knows it yet */
	struct place *places[WINDOW];	/* made when the first document comes there */
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

/* Make room in a place for another document; its arena and its list stay. */
static void clear(struct ahead_doc *d)
{
	blob_release(&d->blob);
	if (d->findings && (ops_findings_count(d->findings) || findings_failed(d->findings))) {
		ops_findings_free(d->findings);
		d->findings = NULL;
	}
	if (d->arena)
		arena_clear(d->arena);
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
	for (i = 0; i < WINDOW && a->places[i]; i++) {
		blob_release(&a->places[i]->doc.blob);
		ops_findings_free(a->places[i]->doc.findings);
		arena_free(a->places[i]->doc.arena);
		buf_release(&a->places[i]->path);
		free(a->places[i]);
	}
	while (a->dirs_nr)
		free(a->dirs[--a->dirs_nr]);
	free(a->dirs);
	arena_free(a->listed);
	pthread_cond_destroy(&a->answer);
	pthread_cond_destroy(&a->room);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* Read one into its place, which is whose this is. */
static void read_one(struct ahead *a, const struct ahead_item *item, struct ahead_doc *d)
{
	clear(d);
	if (!d->arena)
		d->arena = arena_new();
	if (!d->findings)
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

struct claim {
	struct ahead_item item;
	struct place *place;
};

/* Claim the next items that are to be read, with the lock; how many. */
static size_t claim(struct ahead *a, struct claim *out, size_t max)
{
	size_t end = a->nr < a->done + WINDOW ? a->nr : a->done + WINDOW, nr = 0;

	if (a->claimed < a->first)	/* nobody was to read the others */
		a->claimed = a->first;
	for (; nr < max && a->claimed < end; a->claimed++) {
		if (a->items[a->claimed % WINDOW].skip)
			continue;
		a->unclaimed--;
		out[nr].item = a->items[a->claimed % WINDOW];
		out[nr++].place = a->places[a->claimed % WINDOW];
	}
	return nr;
}

static void read_claimed(struct ahead *a, const struct claim *c)
{
	read_one(a, &c->item, &c->place->doc);
	atomic_store(&c->place->ready, true);
}

/* Read some, without the lock, and tell who waits for one of them. */
static void read_block(struct ahead *a, const struct claim *block, size_t nr)
{
	size_t i;

	for (i = 0; i < nr; i++) {
		read_claimed(a, &block[i]);
		if (!atomic_load(&a->asks))
			continue;
		pthread_mutex_lock(&a->lock);
		pthread_cond_signal(&a->answer);
		pthread_mutex_unlock(&a->lock);
	}
}

/* Put a directory where it is the next to be listed; it is the ahead's from here on. */
static bool push(struct ahead *a, char *dir)
{
	if (!dir || array_room(&a->dirs, a->dirs_nr, &a->dirs_cap, sizeof(*a->dirs))) {
		free(dir);
		return false;
	}
	a->dirs[a->dirs_nr++] = dir;
	return true;
}

static char *below(const char *dir, const char *name)
{
	char path[PATH_MAX_BYTES + 1];

	return path_join(path, dir, name) ? strdup(path) : NULL;
}

/* List a directory, without the lock; below one that somebody else has listed nothing is left to
 * do, unless it is where the walk begins.  What goes wrong is said when somebody asks for it. */
static void list_next(struct ahead *a)
{
	char *dir = a->dirs[--a->dirs_nr];
	struct snap_entry *list = NULL;
	bool module, root = a->dirs_nr < a->roots;
	size_t i, nr = 0;

	if (root)
		a->roots = a->dirs_nr;
	pthread_mutex_unlock(&a->lock);
	arena_clear(a->listed);
	if ((!root && snap_is_listed(a->snap, dir)) ||
	    snap_names(&list, &nr, &module, a->snap, dir, NULL, a->listed, NULL) || module)
		nr = 0;
	pthread_mutex_lock(&a->lock);
	for (i = 0; i < nr; i++)
		if (list[i].mode == SNAP_DIR && !push(a, below(dir, list[i].name)))
			break;
	free(dir);
}

static void *work(void *ahead)
{
	struct ahead *a = ahead;
	struct claim block[BLOCK];
	size_t nr;

	pthread_mutex_lock(&a->lock);
	while (!a->ending) {
		nr = claim(a, block, BLOCK);
		if (nr) {
			pthread_mutex_unlock(&a->lock);
			read_block(a, block, nr);
			pthread_mutex_lock(&a->lock);
			continue;
		}
		if (a->dirs_nr) {
			list_next(a);
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
		      thread_begin(&a->thread, work, a) == 0;
}

int ahead_add(struct ahead *a, const struct ahead_item *item)
{
	struct place **p = &a->places[a->nr % WINDOW];

	assert(!ahead_full(a));
	if (!*p && !(*p = calloc(1, sizeof(struct place))))
		return OPS_ENOMEM;
	buf_clear(&(*p)->path);
	buf_str(&(*p)->path, item->path);
	if (buf_failed(&(*p)->path))
		return OPS_ENOMEM;
	pthread_mutex_lock(&a->lock);
	a->first = a->given;
	a->items[a->nr % WINDOW] = *item;
	a->items[a->nr++ % WINDOW].path = (*p)->path.data;
	a->unclaimed += !item->skip;
	/* Not for each, and never for nothing. */
	if (a->waits && a->unclaimed && a->unclaimed % 16 == 0)
		pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
	if (!a->tried && a->nr == WORTH)
		begin(a);
	return 0;
}

void ahead_list(struct ahead *a, const char *const *dirs, size_t nr)
{
	bool all = nr && (a->listed = arena_new());
	size_t i;

	for (i = 0; all && i < nr; i++)
		all = push(a, strdup(dirs[i]));
	a->roots = a->dirs_nr;
	if (a->dirs_nr)
		begin(a);
}

size_t ahead_count(const struct ahead *a)
{
	return a->nr;
}

const struct ahead_item *ahead_at(const struct ahead *a, size_t at)
{
	return &a->items[at % WINDOW];
}

bool ahead_full(const struct ahead *a)
{
	return a->nr - a->given >= WINDOW;
}

struct ahead_doc *ahead_take(struct ahead *a, size_t at)
{
	struct place *p = a->places[at % WINDOW];
	struct claim other;

	if (!atomic_load(&p->ready)) {
		pthread_mutex_lock(&a->lock);
		a->done = a->given;
		while (!atomic_load(&p->ready)) {
			/* The thread may be at it: then there is time for one more. */
			if (claim(a, &other, 1)) {
				pthread_mutex_unlock(&a->lock);
				read_claimed(a, &other);
				pthread_mutex_lock(&a->lock);
				continue;
			}
			/* What becomes ready from here on is told with the lock. */
			atomic_store(&a->asks, true);
			if (!atomic_load(&p->ready))
				pthread_cond_wait(&a->answer, &a->lock);
			atomic_store(&a->asks, false);
		}
		pthread_mutex_unlock(&a->lock);
	}
	return p->doc.ret == OPS_ENOMEM ? NULL : &p->doc;
}

void ahead_done(struct ahead *a, size_t at)
{
	atomic_store(&a->places[at % WINDOW]->ready, false);
	a->given = at + 1;
	if (a->given % BLOCK)
		return;
	pthread_mutex_lock(&a->lock);
	a->done = a->given;
	/* Half a window at once: a thread that is woken for each gets nothing done. */
	if (a->waits && a->unclaimed && a->claimed <= a->done + WINDOW / 2)
		pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
}
