/* SPDX-License-Identifier: MIT */
/*
 * Threads that verify signatures ahead.
 *
 * Invariants, under the lock: `asked` <= `next` <= `asked` + AHEAD; slot i % AHEAD
 * belongs to commit i for each i in [asked, next).  A worker claims a commit by raising
 * `next`, reads it and writes its slot; whoever asks for one that nobody has claimed
 * claims it and verifies it alone.  Must never decide anything: the answer is that of
 * signature_check(), whoever gave it.
 */

#include "store/signers.h"

#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

#include "util/arena.h"
#include "util/thread.h"

#define AHEAD 1024
#define THREADS_MAX 8

struct slot {
	enum { SLOT_EMPTY, SLOT_DONE, SLOT_FAILED } state;
	struct signer signer;
};

struct signers {
	struct store *store;
	const struct verifier *verifier;
	const struct oid *list;
	size_t nr, asked, next;
	pthread_mutex_t lock;
	pthread_cond_t work, answer;
	pthread_t threads[THREADS_MAX];
	unsigned threads_nr;
	bool started, ending;
	struct slot slots[AHEAD];
};

struct signers *signers_new(struct store *s, const struct verifier *v, const struct oid *list,
			    size_t nr)
{
	struct signers *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	p->store = s;
	p->verifier = v;
	p->list = list;
	p->nr = nr;
	if (pthread_mutex_init(&p->lock, NULL) == 0) {
		if (pthread_cond_init(&p->work, NULL) == 0) {
			if (pthread_cond_init(&p->answer, NULL) == 0)
				return p;
			pthread_cond_destroy(&p->work);
		}
		pthread_mutex_destroy(&p->lock);
	}
	free(p);
	return NULL;
}

/* Wait for a commit to verify; false at the end. */
static bool claim(size_t *at, struct signers *p)
{
	bool found;

	pthread_mutex_lock(&p->lock);
	while (!p->ending && (p->next == p->nr || p->next >= p->asked + AHEAD))
		pthread_cond_wait(&p->work, &p->lock);
	found = !p->ending;
	if (found) {
		*at = p->next++;
		p->slots[*at % AHEAD].state = SLOT_EMPTY;
	}
	pthread_mutex_unlock(&p->lock);
	return found;
}

static void *work(void *payload)
{
	struct signers *p = payload;
	struct arena *arena = arena_new();
	struct commit commit;
	struct signer signer = { 0 };
	size_t at;
	int ret;

	while (claim(&at, p)) {
		ret = arena ? commit_read(&commit, p->store, &p->list[at], arena, NULL) :
		      OPS_ENOMEM;
		if (ret == 0)
			signature_check(&signer, p->verifier, &commit);
		pthread_mutex_lock(&p->lock);
		p->slots[at % AHEAD].signer = signer;
		p->slots[at % AHEAD].state = ret ? SLOT_FAILED : SLOT_DONE;
		if (at == p->asked)
			pthread_cond_signal(&p->answer);
		pthread_mutex_unlock(&p->lock);
		if (arena)
			arena_clear(arena);
	}
	arena_free(arena);
	return NULL;
}

static void start(struct signers *p)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);

	p->started = true;
	while (p->threads_nr < THREADS_MAX && (long)p->threads_nr < cores &&
	       thread_begin(&p->threads[p->threads_nr], work, p) == 0)
		p->threads_nr++;
}

void signers_free(struct signers *p)
{
	unsigned i;

	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->ending = true;
	pthread_cond_broadcast(&p->work);
	pthread_mutex_unlock(&p->lock);
	for (i = 0; i < p->threads_nr; i++)
		pthread_join(p->threads[i], NULL);
	pthread_cond_destroy(&p->answer);
	pthread_cond_destroy(&p->work);
	pthread_mutex_destroy(&p->lock);
	free(p);
}

void signers_check(struct signer *out, struct signers *p, const struct verifier *v, size_t at,
		   const struct commit *c)
{
	struct slot *slot = p ? &p->slots[at % AHEAD] : NULL;
	bool claimed, done = false;

	if (p) {
		pthread_mutex_lock(&p->lock);
		p->asked = at;
		claimed = at < p->next;
		if (!claimed)
			p->next = at + 1;
		if (!p->started && c->has_signature)
			start(p);
		/* Not for each commit: waking costs as much as a signature. */
		if (p->next <= at + AHEAD / 2)
			pthread_cond_broadcast(&p->work);
		while (claimed && slot->state == SLOT_EMPTY)
			pthread_cond_wait(&p->answer, &p->lock);
		done = claimed && slot->state == SLOT_DONE;
		if (done)
			*out = slot->signer;
		pthread_mutex_unlock(&p->lock);
	}
	if (!done)
		signature_check(out, v, c);
}
