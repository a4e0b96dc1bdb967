/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONFLICT_H
#define MODEL_CONFLICT_H

/*
 * Conflicts of active tasks: those that can be seen in one world, and those that are
 * being settled on record.
 *
 *	RESOURCE_CONTENTION	two tasks of different owners hold scopes that meet, neither
 *				waits for the other, and no lease keeps them apart
 *	TASK_DISPUTE		a task has two leases, or two open handoffs: two clones gave
 *				it away, and git merged them
 *	DECISION_CONFLICT	one packet has two answers that say different things
 *	PRIORITY_CONFLICT	two tasks of one owner or one project, and the one of the
 *				greater Business-Impact has the lesser priority
 *
 * One is settled by packets about the task that is frozen: freeze, arbitration, resume
 * (lib/model/builtin.yaml).  Order and dates mean nothing.
 */

#include "model/packet.h"

#define FREEZE "freeze"
#define ARBITRATION "arbitration"
#define RESUME "resume"

enum conflict_state { CONFLICT_SEEN, CONFLICT_FROZEN, CONFLICT_DECIDED };

struct collision {
	const char *kind;
	enum conflict_state state;
	const char *task, *owner;	/* the one side: the frozen one; owner may be NULL */
	const char *with, *with_owner;	/* the other; NULL: none, or it is not known */
	const char *what;		/* in words */
	const struct ops_document *freeze;	/* NULL: only seen */
	const struct ops_document *arbitration;	/* that answers it; or NULL */
};

struct collisions {
	struct collision *list;
	size_t nr;
	bool more;		/* there are more than CONFLICTS_MAX */
};

#define CONFLICTS_MAX 10000

const char *conflict_state_name(enum conflict_state state);

/* All of them, in order: by task, then as they stand above.  They belong to the world.
 * Statuses as world_each(). */
int conflicts_find(struct collisions *out, struct world *w, struct ops_findings *findings,
		   struct ops_error *err);

/* The open freeze of a task; NULL: it is not frozen.  `all`: the packets about it. */
const struct ops_document *conflict_freeze(const struct packets *all);

#endif
