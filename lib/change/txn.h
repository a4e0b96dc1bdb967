/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_TXN_H
#define CHANGE_TXN_H

/*
 * A transaction turns a decision into one commit on the branch of state, or
 * into nothing.  It is the only writer of the program.
 *
 *	txn_run(&result, store, &options, decide, judge, payload, &err)
 *
 * takes the lock, finishes or undoes what a dead predecessor left, reads the
 * tip, calls `decide` with a snapshot of it, which fills the plan; builds the
 * world after; calls `judge` about the two; and only when that returned 0
 * writes: objects, journal, one barrier of durability, index.lock, branch (the
 * commit point), work tree and index.  When another program moved the branch
 * meanwhile it begins again, at most TXN_TRIES times, so `decide` may be
 * called more than once and must start from its snapshot each time.
 */

#include <stdbool.h>
#include <stddef.h>

#include "store/history.h"
#include "store/snap.h"

#define TXN_TRIES 50

struct buf;

/* What decide makes.  Paths are checked again (path_fault) before use. */
struct txn_plan {
	struct arena *arena;	/* lives until txn_run returns */
	struct snap *before;	/* the tip; an empty snapshot when unborn */
	struct snap *after;	/* an overlay: decide puts and removes files here */
	bool unborn;
	struct oid tip;		/* zero when unborn */
	/* to be set by decide: */
	const char *message;	/* the whole commit message */
	struct signature author, committer;
	bool is_signed;		/* sign() of the options is asked */
	bool nothing;		/* decide found nothing to do: end with 0, no commit */
};

typedef int txn_decide(struct txn_plan *plan, void *payload,
		       struct ops_error *err);
/* Returns 0, or OPS_EREFUSED (or any other status) to end with nothing written. */
typedef int txn_judge(const struct txn_plan *plan, void *payload,
		      struct ops_error *err);

/* Append a signature over these bytes of a commit to be.  Called before anything
 * is written; not 0 ends with nothing written. */
typedef int txn_sign(struct buf *out, const struct buf *commit, void *payload,
		     struct ops_error *err);

struct txn_options {
	unsigned wait_ms;	/* for the lock, and for git's own; 0 = do not wait */
	bool dry_run;		/* decide and judge, write nothing */
	bool create_branch;	/* the branch of state may be unborn */
	txn_sign *sign;		/* NULL: no plan is signed */
};

struct txn_result {
	bool committed;
	struct oid commit;
	/* One line each, for the user: what could not be refreshed, what was recovered
	 * from a predecessor; "" when there is nothing to say. */
	char notes[1024];
};

/*
 * Returns 0; what decide or judge returned; OPS_EBUSY (who holds which lock is
 * in err; nothing was changed); OPS_ECHANGED (lost TXN_TRIES races);
 * OPS_EENVIRONMENT (detached HEAD, merge or rebase in progress, branch unborn or
 * checked out for a rebase elsewhere, called from a git hook, shallow is fine);
 * OPS_EREFUSED with err naming the file when a path it would write was edited
 * or staged by the user; OPS_EIO (nothing was changed); OPS_EUNKNOWN (the
 * journal stays; running any writing command settles it).
 */
int txn_run(struct txn_result *result, struct store *s,
	    const struct txn_options *options, txn_decide *decide, txn_judge *judge,
	    void *payload, struct ops_error *err);

/*
 * Write the commit of a plan (its arena is not used) on top of its tip; no branch knows it
 * and nothing is judged.  `sign` is asked if it is to be signed.  It is durable once a
 * txn_move() to it is done.
 */
int txn_build(struct oid *out, struct store *s, const struct txn_plan *plan,
	      txn_sign *sign, void *payload, struct ops_error *err);

/* The branch of state, with work tree and index, from one commit to another one that
 * is there already. */
struct txn_move {
	struct oid from, to;	/* from: zero when unborn */
	const char *why;	/* for the reflog */
};

/* Returns as txn_run(), OPS_ECHANGED at once when the branch is not at `from`;
 * OPS_EENVIRONMENT also for what cannot be brought into the work tree by us: a link, a
 * submodule, a path that path_fault() names. */
int txn_move(struct txn_result *result, struct store *s, const struct txn_options *options,
	     const struct txn_move *move, struct ops_error *err);

/*
 * A group: many commits, the branch moved once.  Takes the lock, recovers, and calls `make`
 * with from and to at the tip; it makes commits with txn_build(), each on the one before, and
 * sets `to` to the last.  Their objects are kept in memory (pile.h), written as one pack after
 * all that can refuse was asked, and durable by the same barrier as the journal.  Called again
 * when another program moved the branch meanwhile.  Statuses as txn_move(), and what `make`
 * returned; nothing of a group that failed is published.
 */
typedef int txn_make(struct txn_move *m, void *payload, struct ops_error *err);
int txn_group(struct txn_result *result, struct store *s, const struct txn_options *options,
	      const char *why, txn_make *make, void *payload, struct ops_error *err);

/* Only steps lock and recover: settle what a dead process left.  *notes as in
 * txn_result; a negative status as in txn_run. */
int txn_recover(struct txn_result *result, struct store *s, unsigned wait_ms,
		struct ops_error *err);

#endif
