/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SIZE_H
#define MODEL_SIZE_H

/*
 * Whether a task is better broken down, and how far one is that was (catalogue F3).
 */

#include "model/board.h"

/*
 *	complexity, hours	its fields Complexity and Estimated-Hours
 *	dependencies		the items of Depends-On
 *	unknowns		the items of its sections of unknown things, and the questions
 *				about it that are open
 */
struct size {
	double factor[SIZE_FACTORS];
	unsigned reached;	/* how many are as great as the configuration says */
	bool big;		/* enough of them */
};

int size_of(struct size *out, const struct board *b, const struct task *t,
	    struct ops_findings *findings, struct ops_error *err);

/*
 * How much of a task is done, in per cent: all of one that is complete, else what its last
 * checkpoint says.  Of one that was broken down the mean of its parts, by their estimates
 * if all have one; `parts` and `complete` count those that it came to.
 */
struct progress {
	double percent;
	size_t parts, complete;
};

int progress_of(struct progress *out, struct world *w, struct ops_document *task,
		struct ops_findings *findings, struct ops_error *err);

#endif
