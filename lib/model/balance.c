/* SPDX-License-Identifier: MIT */
/*
 * Rebalancing as a list of moves.
 *
 * Every move takes from one agent and gives to another that stays below what the first
 * had, so the greatest of all utilisations can only fall, and the passes come to an end.
 */

#include "model/balance.h"

#include <stdlib.h>
#include <string.h>

struct balancing {
	struct board *b;
	const struct names *skip;
	struct arena *arena;	/* of what it works with */
	uint32_t *at;		/* who has each task now, or JOB_NOBODY */
	size_t *first, *fill;	/* the tasks of each worker, */
	uint32_t *tasks;	/* as they were when a pass began */
	double over, under;	/* in this pass */
	size_t *light, light_nr;	/* the underloaded of this pass */
	size_t room;		/* for moves */
};

static int64_t exact(double x)
{
	return (int64_t)(x * 1e9 + 0.5);
}

double worker_utilisation(const struct worker *w)
{
	return (double)w->active / (w->limit ? w->limit : 1);
}

static double average(const struct board *b)
{
	double sum = 0;
	size_t i, nr = 0;

	for (i = 0; i < b->workers_nr; i++)
		if (b->workers[i].works) {
			sum += worker_utilisation(&b->workers[i]);
			nr++;
		}
	return nr ? sum / (double)nr : 0;
}

static bool is_over(const struct balancing *s, size_t worker)
{
	const struct worker *w = &s->b->workers[worker];

	return w->works && exact(worker_utilisation(w)) > exact(s->over);
}

static bool is_under(const struct balancing *s, size_t worker)
{
	const struct worker *w = &s->b->workers[worker];

	return w->works && exact(worker_utilisation(w)) < exact(s->under);
}

static bool moves_freely(const struct job *j)
{
	return j->work == WORK_ASSIGNED && j->started == JOB_NO_DAY;
}

/* Whether its date is over: nobody is given it as it stands (task.timeline). */
static bool is_past(const struct board *b, const struct job *j)
{
	return j->due != JOB_NO_DAY && j->due < b->today;
}

/* What is least missed where it is goes first. */
static int compare_tasks(const void *a, const void *b, void *payload)
{
	const struct board *board = payload;
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;
	const struct job *s = &board->jobs[x], *t = &board->jobs[y];

	if (moves_freely(s) != moves_freely(t))
		return moves_freely(s) ? -1 : 1;
	if ((s->flags & JOB_ACCEPTED) != (t->flags & JOB_ACCEPTED))
		return s->flags & JOB_ACCEPTED ? 1 : -1;
	if (s->priority != t->priority)
		return s->priority > t->priority ? -1 : 1;
	if (s->due != t->due)
		return s->due == JOB_NO_DAY || (t->due != JOB_NO_DAY && s->due > t->due) ? -1 :
		       1;
	return (x > y) - (x < y);
}

/* Whether a task stays where it is whatever comes. */
static int is_skipped(bool *out, const struct balancing *s, size_t task)
{
	const char *id = s->skip ? board_id(s->b, task) : NULL;

	*out = id && names_have(s->skip, id);
	return s->skip && !id ? OPS_ENOTFOUND : 0;
}

static int prepare(struct balancing *s)
{
	struct board *b = s->b;
	bool skipped;
	size_t i;

	s->first = arena_array(s->arena, b->workers_nr + 2, sizeof(*s->first));
	s->fill = arena_array(s->arena, b->workers_nr + 2, sizeof(*s->fill));
	s->tasks = arena_array(s->arena, b->tasks_nr + 1, sizeof(*s->tasks));
	s->at = arena_array(s->arena, b->tasks_nr + 1, sizeof(*s->at));
	s->light = arena_array(s->arena, b->workers_nr + 1, sizeof(*s->light));
	if (!s->first || !s->fill || !s->tasks || !s->at || !s->light)
		return OPS_ENOMEM;
	for (i = 0; i < b->tasks_nr; i++) {
		s->at[i] = JOB_NOBODY;
		if (!job_is_held(&b->jobs[i]))
			continue;
		if (is_skipped(&skipped, s, i))
			return OPS_ENOTFOUND;
		if (!skipped)
			s->at[i] = b->jobs[i].agent;
	}
	return 0;
}

/* List the tasks of each worker as they are now. */
static void list_tasks(struct balancing *s)
{
	struct board *b = s->b;
	size_t i;

	memset(s->first, 0, (b->workers_nr + 1) * sizeof(*s->first));
	for (i = 0; i < b->tasks_nr; i++)
		if (s->at[i] != JOB_NOBODY)
			s->first[s->at[i] + 1]++;
	for (i = 0; i < b->workers_nr; i++)
		s->first[i + 1] += s->first[i];
	memcpy(s->fill, s->first, (b->workers_nr + 1) * sizeof(*s->fill));
	for (i = 0; i < b->tasks_nr; i++)
		if (s->at[i] != JOB_NOBODY)
			s->tasks[s->fill[s->at[i]]++] = (uint32_t)i;
	for (i = 0; i < b->workers_nr; i++)
		qsort_r(s->tasks + s->first[i], s->first[i + 1] - s->first[i],
			sizeof(*s->tasks), compare_tasks, b);
}

/* A task, until the next is asked for. */
static int get_task(const struct task **out, struct balancing *s, size_t task,
		    struct ops_error *err)
{
	arena_clear(s->b->scratch);
	return board_get(out, s->b, task, s->b->scratch, err);
}

/* Whose a task of an overloaded agent could be; NONE if nobody's. */
static int find_receiver(size_t *out, struct balancing *s, size_t from, size_t task,
			 double *capability, struct ops_error *err)
{
	const struct board *b = s->b;
	const struct task *t;
	size_t i, best = NONE;
	int ret = s->light_nr ? get_task(&t, s, task, err) : 0;

	if (ret)
		return ret;
	for (i = 0; i < s->light_nr; i++) {
		const struct worker *w = &b->workers[s->light[i]];
		double c, than;

		if (!is_under(s, s->light[i]) || choice_why_not(b, w, t) != CAN_TAKE ||
		    exact((double)(w->active + 1) / w->limit) >=
		    exact(worker_utilisation(&b->workers[from])))
			continue;
		c = choice_capability(w, t);
		if (exact(c) <= exact(b->planning->match))
			continue;
		than = best == NONE ? -1 : *capability;
		if (exact(c) > exact(than) ||
		    (exact(c) == exact(than) && worker_utilisation(w) <
		     worker_utilisation(&b->workers[best]))) {
			best = s->light[i];
			*capability = c;
		}
	}
	*out = best;
	return 0;
}

/* The overloaded, the greatest first. */
static int compare_workers(const void *a, const void *b, void *payload)
{
	const struct board *board = payload;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	int64_t p = exact(worker_utilisation(&board->workers[x]));
	int64_t q = exact(worker_utilisation(&board->workers[y]));

	return p != q ? (p < q) - (p > q) : (x > y) - (x < y);
}

static void begin_pass(struct balancing *s, size_t *heavy, size_t *heavy_nr)
{
	struct board *b = s->b;
	double mean = average(b);
	size_t i;

	s->over = b->planning->over * mean;
	s->under = b->planning->under * mean;
	s->light_nr = *heavy_nr = 0;
	list_tasks(s);
	for (i = 0; i < b->workers_nr; i++) {
		if (is_over(s, i))
			heavy[(*heavy_nr)++] = i;
		else if (is_under(s, i))
			s->light[s->light_nr++] = i;
	}
	qsort_r(heavy, *heavy_nr, sizeof(*heavy), compare_workers, b);
}

/* *moved: whether anything was. */
static int pass(bool *moved, struct balancing *s, size_t *heavy, struct ops_error *err)
{
	struct board *b = s->b;
	size_t i, k, to, nr;
	double capability = 0;
	int ret;

	*moved = false;
	begin_pass(s, heavy, &nr);
	for (i = 0; i < nr; i++)
		for (k = s->first[heavy[i]]; k < s->first[heavy[i] + 1]; k++) {
			uint32_t task = s->tasks[k];
			const struct job *j = &b->jobs[task];

			if (!is_over(s, heavy[i]))
				break;
			if (s->at[task] != heavy[i] || !moves_freely(j) || is_past(b, j))
				continue;
			ret = find_receiver(&to, s, heavy[i], task, &capability, err);
			if (ret)
				return ret;
			if (to == NONE)
				continue;
			s->at[task] = (uint32_t)to;
			b->workers[heavy[i]].active--;
			b->workers[to].active++;
			*moved = true;
		}
	return 0;
}

/* One more. */
static int add_move(struct balance *out, struct balancing *s, const struct move *m)
{
	struct move *list = arena_room(s->b->arena, out->moves, out->nr, &s->room, sizeof(*list));

	if (!list)
		return OPS_ENOMEM;
	out->moves = list;
	out->moves[out->nr++] = *m;
	return 0;
}

/* What is started goes by a handoff, which is for its agent to begin: only proposed, as
 * if each proposal were taken up.  Changes the workers' counts by that. */
static int propose(struct balancing *s, struct balance *out, size_t *heavy,
		   struct ops_error *err)
{
	size_t i, k, nr, to;
	int ret;

	begin_pass(s, heavy, &nr);
	for (i = 0; i < nr; i++)
		for (k = s->first[heavy[i]]; k < s->first[heavy[i] + 1]; k++) {
			struct move m = { s->tasks[k], (uint32_t)heavy[i], 0, 0, true };

			if (!is_over(s, heavy[i]))
				break;
			if (s->b->jobs[m.task].work != WORK_STARTED)
				continue;
			ret = find_receiver(&to, s, heavy[i], m.task, &m.capability, err);
			if (ret)
				return ret;
			if (to == NONE)
				continue;
			m.to = (uint32_t)to;
			if (add_move(out, s, &m))
				return error_nomem(err);
			s->b->workers[m.from].active--;
			s->b->workers[m.to].active++;
		}
	return 0;
}

/* Who has another task than before. */
static int list_moves(struct balance *out, struct balancing *s, struct ops_error *err)
{
	struct board *b = s->b;
	const struct task *t;
	size_t i;
	int ret;

	for (i = 0; i < b->tasks_nr; i++) {
		struct move m = { (uint32_t)i, b->jobs[i].agent, s->at[i], 0, false };

		if (m.to == JOB_NOBODY || m.to == m.from)
			continue;
		ret = get_task(&t, s, i, err);
		if (ret)
			return ret;
		m.capability = choice_capability(&b->workers[m.to], t);
		if (add_move(out, s, &m))
			return error_nomem(err);
	}
	return 0;
}

static int compare_moves(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	return (x->task > y->task) - (x->task < y->task);
}

static int balance(struct balance *out, struct balancing *s, struct ops_error *err)
{
	struct board *b = s->b;
	size_t *heavy = arena_array(s->arena, b->workers_nr + 1, sizeof(*heavy)), i, nr;
	bool moved = true;
	int ret = heavy ? prepare(s) : OPS_ENOMEM;

	if (ret)
		return ret == OPS_ENOMEM ? error_nomem(err) : ret;
	out->before = average(b);
	begin_pass(s, heavy, &nr);
	for (i = 0; i < b->workers_nr; i++) {
		out->loads[i].before = b->workers[i].active;
		out->loads[i].level = is_over(s, i) - is_under(s, i);
	}
	while (ret == 0 && moved)
		ret = pass(&moved, s, heavy, err);
	if (ret == 0)
		ret = list_moves(out, s, err);
	for (i = 0; i < b->workers_nr; i++)
		out->loads[i].after = b->workers[i].active;
	out->after = average(b);
	if (ret == 0)
		ret = propose(s, out, heavy, err);
	for (i = 0; i < b->workers_nr; i++)
		b->workers[i].active = out->loads[i].after;
	if (out->nr)
		qsort(out->moves, out->nr, sizeof(*out->moves), compare_moves);
	return ret;
}

int balance_make(struct balance *out, struct board *b, const struct names *skip,
		 struct ops_error *err)
{
	struct balancing s = { .b = b, .skip = skip, .arena = arena_new() };
	struct balance made = { 0 };
	int ret;

	made.loads = arena_array(b->arena, b->workers_nr + 1, sizeof(*made.loads));
	ret = made.loads && s.arena ? balance(&made, &s, err) : error_nomem(err);
	if (ret == 0)
		*out = made;
	arena_free(s.arena);
	return ret;
}
