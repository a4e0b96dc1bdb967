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
	size_t *at;		/* who has each task now */
	size_t *first, *fill, *tasks;	/* of each worker, as they were when a pass began */
	double over, under;	/* in this pass */
	size_t *light, light_nr;	/* the underloaded of this pass */
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

static bool moves_freely(const struct task *t)
{
	return t->work == WORK_ASSIGNED && t->started == NO_DAY;
}

/* Whether its date is over: nobody is given it as it stands (task.timeline). */
static bool is_past(const struct board *b, const struct task *t)
{
	return t->due != NO_DAY && t->due < b->today;
}

/* What is least missed where it is goes first. */
static int compare_tasks(const void *a, const void *b, void *payload)
{
	const struct board *board = payload;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	const struct task *s = &board->tasks[x], *t = &board->tasks[y];

	if (moves_freely(s) != moves_freely(t))
		return moves_freely(s) ? -1 : 1;
	if (s->accepted != t->accepted)
		return s->accepted ? 1 : -1;
	if (s->priority != t->priority)
		return s->priority > t->priority ? -1 : 1;
	if (s->due != t->due)
		return s->due == NO_DAY || (t->due != NO_DAY && s->due > t->due) ? -1 : 1;
	return (x > y) - (x < y);
}

static int prepare(struct balancing *s)
{
	struct board *b = s->b;
	size_t i;

	s->first = arena_array(b->arena, b->workers_nr + 2, sizeof(*s->first));
	s->fill = arena_array(b->arena, b->workers_nr + 2, sizeof(*s->fill));
	s->tasks = arena_array(b->arena, b->tasks_nr + 1, sizeof(*s->tasks));
	s->at = arena_array(b->arena, b->tasks_nr + 1, sizeof(*s->at));
	s->light = arena_array(b->arena, b->workers_nr + 1, sizeof(*s->light));
	if (!s->first || !s->fill || !s->tasks || !s->at || !s->light)
		return OPS_ENOMEM;
	for (i = 0; i < b->tasks_nr; i++)
		s->at[i] = task_is_held(&b->tasks[i]) &&
			   !(s->skip && names_have(s->skip, b->tasks[i].id)) ?
			   b->tasks[i].agent : NONE;
	return 0;
}

/* List the tasks of each worker as they are now. */
static void list_tasks(struct balancing *s)
{
	struct board *b = s->b;
	size_t i;

	memset(s->first, 0, (b->workers_nr + 1) * sizeof(*s->first));
	for (i = 0; i < b->tasks_nr; i++)
		if (s->at[i] != NONE)
			s->first[s->at[i] + 1]++;
	for (i = 0; i < b->workers_nr; i++)
		s->first[i + 1] += s->first[i];
	memcpy(s->fill, s->first, (b->workers_nr + 1) * sizeof(*s->fill));
	for (i = 0; i < b->tasks_nr; i++)
		if (s->at[i] != NONE)
			s->tasks[s->fill[s->at[i]]++] = i;
	for (i = 0; i < b->workers_nr; i++)
		qsort_r(s->tasks + s->first[i], s->first[i + 1] - s->first[i],
			sizeof(*s->tasks), compare_tasks, b);
}

/* Whose a task of an overloaded agent could be; NONE if nobody's. */
static size_t receiver(const struct balancing *s, size_t from, const struct task *t,
		       double *capability)
{
	const struct board *b = s->b;
	size_t i, best = NONE;

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
	return best;
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

/* Whether anything moved. */
static bool pass(struct balancing *s, size_t *heavy)
{
	struct board *b = s->b;
	size_t i, k, to, nr;
	double capability = 0;
	bool moved = false;

	begin_pass(s, heavy, &nr);
	for (i = 0; i < nr; i++)
		for (k = s->first[heavy[i]]; k < s->first[heavy[i] + 1]; k++) {
			const struct task *t = &b->tasks[s->tasks[k]];

			if (!is_over(s, heavy[i]))
				break;
			if (s->at[s->tasks[k]] != heavy[i] || !moves_freely(t) ||
			    is_past(b, t))
				continue;
			to = receiver(s, heavy[i], t, &capability);
			if (to == NONE)
				continue;
			s->at[s->tasks[k]] = to;
			b->workers[heavy[i]].active--;
			b->workers[to].active++;
			moved = true;
		}
	return moved;
}

/* What is started goes by a handoff, which is for its agent to begin: only proposed, as
 * if each proposal were taken up.  Changes the workers' counts by that. */
static void propose(struct balancing *s, struct balance *out, size_t *heavy)
{
	size_t i, k, nr;

	begin_pass(s, heavy, &nr);
	for (i = 0; i < nr; i++)
		for (k = s->first[heavy[i]]; k < s->first[heavy[i] + 1]; k++) {
			const struct task *t = &s->b->tasks[s->tasks[k]];
			struct move m = { s->tasks[k], heavy[i], NONE, 0, true };

			if (!is_over(s, heavy[i]))
				break;
			if (t->work != WORK_STARTED)
				continue;
			m.to = receiver(s, heavy[i], t, &m.capability);
			if (m.to == NONE)
				continue;
			out->moves[out->nr++] = m;
			s->b->workers[m.from].active--;
			s->b->workers[m.to].active++;
		}
}

static int compare_moves(const void *a, const void *b)
{
	const struct move *x = a, *y = b;

	return (x->task > y->task) - (x->task < y->task);
}

int balance_make(struct balance *out, struct board *b, const struct names *skip)
{
	struct balancing s = { 0 };
	struct balance made = { 0 };
	size_t i, *heavy = arena_array(b->arena, b->workers_nr + 1, sizeof(*heavy)), nr;

	s.b = b;
	s.skip = skip;
	made.loads = arena_array(b->arena, b->workers_nr + 1, sizeof(*made.loads));
	made.moves = arena_array(b->arena, b->tasks_nr + 1, sizeof(*made.moves));
	if (!heavy || !made.loads || !made.moves || prepare(&s))
		return OPS_ENOMEM;
	made.before = average(b);
	begin_pass(&s, heavy, &nr);
	for (i = 0; i < b->workers_nr; i++) {
		made.loads[i].before = b->workers[i].active;
		made.loads[i].level = is_over(&s, i) - is_under(&s, i);
	}
	while (pass(&s, heavy))
		;
	for (i = 0; i < b->tasks_nr; i++) {
		const struct task *t = &b->tasks[i];
		struct move m = { i, t->agent, s.at[i], 0, false };

		if (s.at[i] == NONE || s.at[i] == t->agent)
			continue;
		m.capability = choice_capability(&b->workers[m.to], t);
		made.moves[made.nr++] = m;
	}
	for (i = 0; i < b->workers_nr; i++)
		made.loads[i].after = b->workers[i].active;
	made.after = average(b);
	propose(&s, &made, heavy);
	for (i = 0; i < b->workers_nr; i++)
		b->workers[i].active = made.loads[i].after;
	qsort(made.moves, made.nr, sizeof(*made.moves), compare_moves);
	*out = made;
	return 0;
}
