/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_TXN_INSIDE_H
#define CHANGE_TXN_INSIDE_H

/* What the files of the transaction share: its state, and the steps that lead on.  Each
 * returns as txn_run(). */

#include "change/recover.h"
#include "change/txn.h"
#include "store/index.h"
#include "store/journal.h"
#include "store/lock.h"
#include "store/objects.h"
#include "util/buf.h"

struct act {
	struct store *store;
	const struct txn_options *options;
	struct txn_result *result;
	struct txn_plan plan;
	struct journal journal;
	const struct snap_entry **after;	/* one per path of the journal */
	bool *skip;
	size_t cap;
	struct objects objects;
	struct buf signature;	/* of the commit to be; empty for none */
	struct held ref;
	struct index_edit index;
	bool moved;		/* lost a race: begin again */
	const struct txn_move *move;	/* not to a commit of ours; or NULL */
	struct last_act *last;	/* what was done here before */
};

/* The paths that differ, and what they become. */
int txn_collect(struct act *a, struct ops_error *err);
/* Whether the branch is still at the tip that was judged. */
int txn_check_tip(struct act *a, struct ops_error *err);
/* Whether index and work tree have our paths as the tip has them. */
int txn_check_user(struct act *a, struct ops_error *err);
/* Have the commit to be signed, if it is to be: nothing is written by this. */
int txn_ask_signature(struct act *a, void *payload, struct ops_error *err);
/* Blobs, trees, the commit, wherever objects go now. */
int txn_write_objects(struct act *a, struct ops_error *err);
/* From PLANNED to WRITTEN. */
int txn_write(struct act *a, struct ops_error *err);
/* From PLANNED on; the caller holds the lock. */
int txn_write_all(struct act *a, struct ops_error *err);
/* Forget what was piled up and not published, unless it is not known whether it was. */
void txn_end_pile(struct txn_result *result, struct store *s, int outcome);
void txn_release(struct act *a);

#endif
