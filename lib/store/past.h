/* SPDX-License-Identifier: MIT */
#ifndef STORE_PAST_H
#define STORE_PAST_H

/*
 * What came before a snapshot: the commit it is of, and those that one was made on.
 * A snapshot of a commit has it, and so has an overlay over one; the others have none.
 */

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

struct snap;

struct past {
	/* Whether a commit is among them.  OPS_ENOTFOUND: it may be, where this clone was
	 * cut off; OPS_EIO. */
	int (*has)(bool *out, const struct past *past, const struct oid *commit,
		   struct ops_error *err);
	/* The latest date of those that have a file as it is now, from the last to its first
	 * parent and so on while it is so, of PAST_LOOK_MAX at most.  OPS_ENOTFOUND: the last
	 * has none. */
	int (*latest)(int64_t *out, const struct past *past, const char *path,
		      struct ops_error *err);
	/* Whether one of them that has the file `since`, as have all on the way to it, has
	 * `path` otherwise than the last one; true as well when they are more than
	 * PAST_LOOK_MAX. */
	int (*changed)(bool *out, const struct past *past, const char *path,
		       const char *since, struct ops_error *err);
	struct store *store;
	struct oid tip;
	int64_t date;		/* of the last one, in seconds; 0: it says none */
};

#define PAST_LOOK_MAX 10000

/* That of a commit of that date, in the store. */
void past_of_commit(struct past *out, struct store *s, const struct oid *commit, int64_t date);

/* That of a snapshot; NULL: it has none.  Belongs to the snapshot. */
const struct past *snap_past(const struct snap *snap);
/* Give it one, for who knows what a snapshot of a tree is of. */
void snap_set_past(struct snap *snap, const struct past *past);

#endif
