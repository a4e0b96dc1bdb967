/* SPDX-License-Identifier: MIT */
#ifndef MODEL_WAITED_H
#define MODEL_WAITED_H

/*
 * What blocked tasks wait for: everything they depend on that is not complete, and what
 * that depends on, and so on (catalogue F2).
 */

#include "model/graph.h"

struct waited {
	size_t *by;		/* of each task of the board: the gravest of the blocked that wait
				   for it, of these the first by path; NONE */
};

/* In the board's arena.  0 or OPS_ENOMEM.  Linear in tasks and edges. */
int waited_make(struct waited *out, const struct graph *g);

/* The grade of priority that a task which is not started should have, by its own, by
 * that of who waits for it, and by how many grades it goes up at least. */
unsigned waited_priority(const struct board *b, const struct task *t,
			 const struct task *by);

/* Whether a task in progress has given no sign of life for too long.  *sign: the last
 * one, or NO_POINT. */
int task_stalled(bool *out, int64_t *sign, struct board *b, const struct task *t,
		 struct ops_error *err);

#endif
