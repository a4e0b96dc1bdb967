/* SPDX-License-Identifier: MIT */
#ifndef MODEL_LEASE_H
#define MODEL_LEASE_H

/*
 * Leases: a task has paths of its scope for itself, until a time, by a number.
 *
 * A lease is a document of type `lease`.  The number, its token, is one more than that of
 * any lease of the task before; a commit that changes what is leased carries the task and
 * the token (trailers Ops-Task and Ops-Lease).  Order comes from the history alone: a
 * lease keeps others out from the commit that made it to the commit that ends it, and
 * what its holder makes after that is refused by its token, whatever the clocks say.
 * The time only decides when somebody else may end it.
 */

#include "model/scope.h"

struct lease {
	struct ops_document *document;
	const char *task, *owner;	/* id of the task; Department/agent */
	struct scope paths;
	unsigned long token;		/* 0: none that can be read */
	int64_t expires;		/* seconds since 1970 */
	bool lives;			/* its task is worked on, by the same owner, as far as
					   it can be read */
};

struct leases {
	struct lease *list;
	size_t nr;
	struct names unreadable;	/* paths of those of which nobody knows what they are */
	struct map *tokens;		/* of each task that had one there: the highest, which is
					   an unsigned long; or NULL */
};

/* Those that are held, in order of path; they belong to the world.  Statuses as
 * world_each(). */
int leases_held(struct leases *out, struct world *w, struct ops_findings *findings,
		struct ops_error *err);

/* The one of a task that lives; NULL when there is none, or more than one. */
const struct lease *leases_of(const struct leases *all, const char *task);

/* Whether it may be ended by others: its time is over, or nobody works on its task. */
bool lease_is_stale(const struct lease *l, int64_t now);

/* The highest token of any lease of a task, held or ended; 0: it had none.  `held`: what
 * leases_held() found in that world. */
int lease_last_token(unsigned long *out, struct world *w, const struct leases *held,
		     const char *task, struct ops_findings *findings, struct ops_error *err);

/* A lease as its document says, its task by id; `lives` is not set.  0 or OPS_ENOMEM. */
int lease_read(struct lease *out, struct arena *arena, struct ops_document *d);

/* A token as it is written: digits, the first no 0, at most 9; 0 for anything else. */
unsigned long lease_token(const char *text);

#endif
