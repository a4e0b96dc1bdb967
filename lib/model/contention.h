/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONTENTION_H
#define MODEL_CONTENTION_H

/*
 * Tasks of different agents that hold the same files (catalogue I1, I3): every pair of
 * active tasks whose scopes have a path in common.
 */

#include "model/scope.h"

struct contention {
	const char *a, *b;		/* ids; `a` is the first by path */
	const char *owner_a, *owner_b;	/* Department/agent */
	const char *example;		/* a path of both; "" when it could not be decided */
};

struct contentions {
	struct contention *list;
	size_t nr;
	bool more;			/* the list is as long as it gets */
};

/* Strings belong to the arena.  OPS_ENOMEM, OPS_EIO. */
int contention_find(struct contentions *out, struct world *w, struct arena *arena,
		    struct ops_findings *findings, struct ops_error *err);

#endif
