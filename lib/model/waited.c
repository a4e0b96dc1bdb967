/* SPDX-License-Identifier: MIT */
/*
 * What blocked tasks wait for.
 *
 * The gravest blocked tasks go first and every task is entered once, so that it belongs
 * to the gravest that waits for it.
 */

#include "model/waited.h"

#include <stdlib.h>

#include "model/agenda.h"

static int compare_roots(const void *a, const void *b, void *payload)
{
	const struct board *board = payload;
	size_t x = *(const size_t *)a, y = *(const size_t *)b;
	unsigned p = board->tasks[x].priority, q = board->tasks[y].priority;

	return p != q ? (p > q) - (p < q) : (x > y) - (x < y);
}

int waited_make(struct waited *out, const struct graph *g)
{
	const struct board *b = g->b;
	size_t *roots = arena_array(b->arena, b->tasks_nr + 1, sizeof(*roots));
	size_t *stack = arena_array(b->arena, b->tasks_nr + g->edges + 1, sizeof(*stack));
	size_t i, k, nr = 0, at;

	out->by = arena_array(b->arena, b->tasks_nr + 1, sizeof(*out->by));
	if (!roots || !stack || !out->by)
		return OPS_ENOMEM;
	for (i = 0; i < b->tasks_nr; i++) {
		out->by[i] = NONE;
		if (b->tasks[i].work == WORK_BLOCKED)
			roots[nr++] = i;
	}
	qsort_r(roots, nr, sizeof(*roots), compare_roots, (void *)(size_t)b);
	for (i = 0; i < nr; i++) {
		for (at = 0, stack[at++] = roots[i]; at;) {
			size_t task = stack[--at];

			for (k = g->first[task]; k < g->first[task + 1]; k++)
				if (out->by[g->to[k]] == NONE) {
					out->by[g->to[k]] = roots[i];
					stack[at++] = g->to[k];
				}
		}
	}
	return 0;
}

unsigned waited_priority(const struct board *b, const struct task *t,
			 const struct task *by)
{
	unsigned to = by->priority < t->priority ? by->priority : t->priority;
	unsigned raise = b->planning->raise;

	if (!t->raised && raise && t->priority > 1) {
		unsigned step = t->priority > raise + 1 ? t->priority - raise : 1;

		to = step < to ? step : to;
	}
	return to;
}

int task_stalled(bool *out, int64_t *sign, struct board *b, const struct task *t,
		 struct ops_error *err)
{
	int ret = task_last_sign(sign, b, (size_t)(t - b->tasks), err);

	if (ret == 0)
		*out = *sign == NO_POINT || b->now - *sign > b->planning->stalled;
	return ret;
}
