/* SPDX-License-Identifier: MIT */
#ifndef MODEL_BALANCE_H
#define MODEL_BALANCE_H

/*
 * Moving work from agents that have too much to those that have too little
 * (catalogue E8).
 *
 * An agent's utilisation is its active tasks over how many it takes at a time.  Above
 * `over` times the average it is overloaded, below `under` times underloaded.  A task of
 * an overloaded agent that was assigned and not started goes to the underloaded agent
 * that is most capable of it, if that one can take it, its capability is above `match`,
 * and it would still have less than the other has.  This is repeated until nothing moves,
 * so that doing it twice does nothing the second time.
 */

#include "model/choice.h"

struct move {
	uint32_t task, from, to;	/* of the board */
	double capability;	/* of who is to have it */
	bool started;		/* it moves only by a handoff, and is not moved here */
};

struct load {
	unsigned before, after;	/* active tasks */
	int level;		/* before: 1 over, -1 under, 0 between */
};

struct balance {
	double before, after;	/* average utilisation of those who work */
	struct load *loads;	/* of each worker */
	struct move *moves;	/* in order of the tasks' paths */
	size_t nr;
};

double worker_utilisation(const struct worker *w);

/* `skip`: ids of tasks that stay where they are, or NULL.  The workers' counts in the
 * board become those after it.  In the board's arena.  As board_get(), or OPS_ENOMEM. */
int balance_make(struct balance *out, struct board *b, const struct names *skip,
		 struct ops_error *err);

#endif
