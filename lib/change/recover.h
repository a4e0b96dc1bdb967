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

/* Settle what dead processes left, under the writers' lock. */
int recover(struct txn_result *result, struct store *s, unsigned wait_ms,
	    struct ops_error *err);
/* Remove private files that a dead writer left, also those in nobody's way. */
void recover_sweep(const struct store *s);

#endif
