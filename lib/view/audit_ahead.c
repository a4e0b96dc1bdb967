/* SPDX-License-Identifier: MIT */
/*
 * Judging a history in runs of commits, by several threads.
 *
 * What a commit does is judged by itself: a thread needs the trees of it and of its parent,
 * and has its own store, cache and kept world.  What is told is told by who asks, in order:
 * counts, Ops-Ids, what is disputed, findings; so the answer is the same as without threads.
 * Commits with a signature (for which there are other threads) and merges are left to who
 * asks; when a whole run is, the rest of the history is likely so too, and nothing more is
 * judged ahead.
 *
 * Invariants: a run is claimed once, in order; it belongs to its thread until it is ready,
 * and then to who asks.
 */

#include "view/audit_inside.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "util/thread.h"

#define RUN_MIN 16		/* commits */
#define RUN_MAX 64		/* the first of a run finds no world of its parent */
#define WORTH (3 * RUN_MIN)	/* fewer are judged faster alone */
#define THREADS_MAX 4
#define RUNS (2 * THREADS_MAX)	/* in memory at once, at most */

struct one {
	struct judged judged;
	struct ops_error err;
	int ret;
	bool left;
};

struct run {
	struct one list[RUN_MAX];
	bool ready;
};

struct audit_thread {
	struct audit_ahead *ahead;
	pthread_t thread;
	struct ops_repo repo;
	struct ops_audit_result unused;
	struct verifying v;
};

struct audit_ahead {
	struct verifying *v;
	const struct oid *list;
	size_t nr;
	size_t run;			/* commits of one */
	size_t runs_nr;			/* in memory at once */
	pthread_mutex_t lock;
	pthread_cond_t room, answer;
	size_t claimed, told;		/* runs */
	bool ending, useless;
	struct audit_thread workers[THREADS_MAX];
	size_t workers_nr;
	struct run runs[RUNS];
};

/* The commits of a run. */
static size_t run_nr(const struct audit_ahead *a, size_t run)
{
	return a->nr - run * a->run < a->run ? a->nr - run * a->run : a->run;
}

static void judge_run(struct audit_thread *w, size_t nr)
{
	struct audit_ahead *a = w->ahead;
	struct run *run = &a->runs[nr % a->runs_nr];
	size_t i, count = run_nr(a, nr), left = 0;

	for (i = 0; i < count; i++) {
		struct one *one = &run->list[i];

		memset(&one->err, 0, sizeof(one->err));
		one->left = false;
		one->ret = audit_judged_init(&one->judged, &w->v, &one->err);
		one->judged.at = nr * a->run + i;
		if (one->ret == 0)
			one->ret = audit_judge_alone(&one->judged, &a->list[nr * a->run + i],
						     true, &one->left, &one->err);
		left += one->left;
	}
	pthread_mutex_lock(&a->lock);
	run->ready = true;
	a->useless = a->useless || left == a->run;
	pthread_cond_signal(&a->answer);
	pthread_mutex_unlock(&a->lock);
}

static void *work(void *worker)
{
	struct audit_thread *w = worker;
	struct audit_ahead *a = w->ahead;
	size_t nr, runs = (a->nr + a->run - 1) / a->run;

	for (;;) {
		pthread_mutex_lock(&a->lock);
		while (!a->ending && !a->useless && a->claimed < runs &&
		       a->claimed >= a->told + a->runs_nr)
			pthread_cond_wait(&a->room, &a->lock);
		if (a->ending || a->useless || a->claimed == runs)
			break;
		nr = a->claimed++;
		pthread_mutex_unlock(&a->lock);
		judge_run(w, nr);
	}
	pthread_mutex_unlock(&a->lock);
	return NULL;
}

static void worker_end(struct audit_thread *w)
{
	audit_keep(&w->v, NULL);
	world_cache_free(w->repo.cache);
	store_twin_free(w->repo.store);
}

/* Begin one more thread. */
static bool begin(struct audit_ahead *a)
{
	struct audit_thread *w = &a->workers[a->workers_nr];

	w->ahead = a;
	w->repo = *a->v->repo;
	w->repo.store = store_twin(a->v->repo->store);
	w->repo.cache = world_cache_new();
	w->v.repo = &w->repo;
	w->v.result = &w->unused;
	w->v.shallow = a->v->shallow;
	w->v.branch = a->v->branch;
	w->v.line = a->v->line;
	if (w->repo.store && w->repo.cache &&
	    thread_begin(&w->thread, work, w) == 0) {
		a->workers_nr++;
		return true;
	}
	worker_end(w);
	return false;
}

struct audit_ahead *audit_ahead_new(struct verifying *v, const struct oid *list, size_t nr)
{
	long cores = sysconf(_SC_NPROCESSORS_ONLN);
	struct audit_ahead *a = nr < WORTH || cores < 2 ? NULL : calloc(1, sizeof(*a));

	if (!a || pthread_mutex_init(&a->lock, NULL)) {
		free(a);
		return NULL;
	}
	a->v = v;
	a->list = list;
	a->nr = nr;
	if (cores > THREADS_MAX)
		cores = THREADS_MAX;
	a->runs_nr = 2 * (size_t)cores;
	/* Of a short list everybody gets a part. */
	a->run = nr / (4 * (size_t)cores);
	a->run = a->run < RUN_MIN ? RUN_MIN : a->run > RUN_MAX ? RUN_MAX : a->run;
	if (pthread_cond_init(&a->room, NULL)) {
		pthread_mutex_destroy(&a->lock);
		free(a);
		return NULL;
	}
	if (pthread_cond_init(&a->answer, NULL)) {
		pthread_cond_destroy(&a->room);
		pthread_mutex_destroy(&a->lock);
		free(a);
		return NULL;
	}
	while ((long)a->workers_nr < cores && begin(a))
		;
	if (a->workers_nr)
		return a;
	audit_ahead_free(a);
	return NULL;
}

void audit_ahead_free(struct audit_ahead *a)
{
	size_t i, k;

	if (!a)
		return;
	pthread_mutex_lock(&a->lock);
	a->ending = true;
	pthread_cond_broadcast(&a->room);
	pthread_mutex_unlock(&a->lock);
	for (i = 0; i < a->workers_nr; i++)
		pthread_join(a->workers[i].thread, NULL);
	for (i = 0; i < RUNS; i++)
		for (k = 0; k < RUN_MAX; k++)
			audit_judged_release(&a->runs[i].list[k].judged);
	for (i = 0; i < a->workers_nr; i++)
		worker_end(&a->workers[i]);
	pthread_cond_destroy(&a->answer);
	pthread_cond_destroy(&a->room);
	pthread_mutex_destroy(&a->lock);
	free(a);
}

/* Wait until a run is judged; false: it never will be. */
static bool wait_for(struct audit_ahead *a, size_t nr)
{
	struct run *run = &a->runs[nr % a->runs_nr];
	bool claimed;

	pthread_mutex_lock(&a->lock);
	while (!(claimed = nr < a->claimed) && !a->useless)
		pthread_cond_wait(&a->answer, &a->lock);
	while (claimed && !run->ready)
		pthread_cond_wait(&a->answer, &a->lock);
	pthread_mutex_unlock(&a->lock);
	return claimed;
}

int audit_ahead_tell(struct audit_ahead *a, size_t at, bool *left, struct ops_error *err)
{
	size_t nr = at / a->run;
	struct run *run = &a->runs[nr % a->runs_nr];
	struct one *one = &run->list[at % a->run];
	int ret;

	if (at % a->run == 0 || !run->ready)
		*left = !wait_for(a, nr);
	else
		*left = false;
	if (*left)
		return 0;
	*left = one->left;
	ret = one->ret;
	if (ret && err)
		*err = one->err;
	if (ret == 0 && !*left) {
		one->judged.v = a->v;
		ret = audit_tell(&one->judged, err);
	}
	audit_judged_clear(&one->judged);
	if (at % a->run + 1 < run_nr(a, nr))
		return ret;
	pthread_mutex_lock(&a->lock);
	run->ready = false;
	a->told = nr + 1;
	pthread_cond_signal(&a->room);
	pthread_mutex_unlock(&a->lock);
	return ret;
}
