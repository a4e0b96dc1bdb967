/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_RECOVER_H
#define CHANGE_RECOVER_H

/* What the transaction and its recovery share. */

#include "change/txn.h"
#include "store/index.h"
#include "store/journal.h"

/* Add a line to the notes; a full buffer drops it. */
void notes_add(struct txn_result *result, const char *fmt, ...)
	PRINTF_LIKE(2, 3);

/*
 * Bring work tree and index from the old to the new tip, path by path, under
 * the index lock that `x` holds (loaded); unlocks it.  A path the user has
 * changed is left and noted.  `just_moved`: the branch holds this very commit;
 * otherwise paths that a later one changed again are left alone.  A negative
 * status: not all could be done, and doing it again is safe.
 */
int roll_forward(struct txn_result *result, struct store *s, const struct journal *j,
		 bool just_moved, struct index_edit *x, struct ops_error *err);

/* The last act here, if it was done and nothing was left of it. */
struct last_act {
	struct arena *arena;	/* NULL: there is none */
	struct journal journal;
};

/* Settle what dead processes left, under the writers' lock.  *last is to be released in any
 * case. */
int recover(struct last_act *last, struct txn_result *result, struct store *s, unsigned wait_ms,
	    struct ops_error *err);
/* Bring the index along with the last act if a commit of git's, which `tip` has on top of it,
 * put back that of before; under the writers' lock. */
int recover_index(struct txn_result *result, struct store *s, struct last_act *last,
		  const struct oid *tip, unsigned wait_ms, struct ops_error *err);
void last_act_release(struct last_act *last);
/* Remove private files that a dead writer left, also those in nobody's way. */
void recover_sweep(const struct store *s);

#endif
