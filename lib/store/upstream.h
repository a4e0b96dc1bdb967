/* SPDX-License-Identifier: MIT */
#ifndef STORE_UPSTREAM_H
#define STORE_UPSTREAM_H

/*
 * The branch of state somewhere else: which it is, what it holds, sending to it.
 *
 * git itself is the transport, so every kind of URL and credential works that works with
 * git.  What comes in lies below refs/ops and moves nothing of the user's.
 */

#include "store/gitprog.h"

struct arena;

struct upstream {
	const char *remote;	/* its name */
	const char *ref;	/* there: "refs/heads/main" */
	const char *fetched;	/* here: what was fetched last, "refs/ops/fetched/origin/main" */
	const char *seen;	/* here: what it was when we agreed last,
				   "refs/ops/seen/origin/main" */
};

/*
 * The upstream of the branch of state: `remote`, else git's branch.<name>.remote, else
 * "origin".  Strings belong to the arena.  OPS_EENVIRONMENT: there is none, or no branch;
 * OPS_EUSAGE: no remote of that name.  Nobody is asked over the network.
 */
int upstream_find(struct upstream *out, struct store *s, struct arena *arena,
		  const char *remote, struct ops_error *err);

/* Whether git, fetching or pushing for us, leaves the branch of state and refs/ops alone:
 * OPS_EENVIRONMENT when the remote is set up to write over them, as that of a mirror is. */
int upstream_apart(struct store *s, const struct upstream *u, struct arena *arena,
		   struct ops_error *err);

/* Ask what it holds now; zero: there is no such branch.  OPS_ETIMEOUT; OPS_EENVIRONMENT: it
 * cannot be reached, in the words of git. */
int upstream_fetch(struct oid *tip, struct store *s, const struct upstream *u,
		   const struct gitprog *how, struct ops_error *err);

enum push_end {
	PUSH_DONE,
	PUSH_MOVED,	/* it holds something else meanwhile */
	PUSH_REFUSED,	/* it said no, or could not */
	PUSH_UNKNOWN	/* there was no answer: it may have taken it */
};

/* Have it hold `what`, if that goes forward.  *words: why not, in the arena; lines. */
int upstream_push(enum push_end *end, const char **words, struct store *s,
		  const struct upstream *u, const struct oid *what,
		  const struct gitprog *how, struct arena *arena, struct ops_error *err);

/* Make or move a ref of ours, below refs/ops. */
int upstream_note(struct store *s, const char *ref, const struct oid *what,
		  const struct gitprog *how, struct ops_error *err);

#endif
