/* SPDX-License-Identifier: MIT */
#ifndef MODEL_GRAPH_H
#define MODEL_GRAPH_H

/*
 * What depends on what among the active tasks (catalogue F1).  An edge leads from a task
 * to one it depends on.  Everything is linear in tasks and edges, but the search for the
 * shortest of several cycles that hang together, which has a bound.
 */

#include "model/board.h"

struct cycle {
	size_t *tasks;		/* each depends on the next, and the last on the first */
	size_t nr;
	size_t members;		/* tasks that hang together in cycles with these */
	bool shortest;		/* of those cycles; false: the search was given up */
};

struct graph {
	const struct board *b;
	const bool *done;	/* tasks taken as complete */
	uint32_t *first, *to;	/* to[first[t] .. first[t + 1]): what t depends on */
	uint32_t *back_first, *back;	/* what depends on t */
	size_t edges;
	struct cycle *cycles;
	size_t cycles_nr;
	uint32_t *order;	/* tasks after all they depend on; without those that are in
				   a cycle or wait for one */
	size_t order_nr;
};

/* `done`: for each task of the board whether it is taken as complete, or NULL.  In the
 * board's arena.  0 or OPS_ENOMEM. */
int graph_make(struct graph *out, const struct board *b, const bool *done);

/* Whether it waits for a task that is not complete, is missing, or was given up. */
bool graph_waits(const struct graph *g, size_t task);

#endif
