/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ELSEWHERE_H
#define MODEL_ELSEWHERE_H

/* The state of a repository may be on another branch than the one that is looked at. */

#include "store/store.h"

struct arena;

/* Whether a commit holds a state: an ops.yaml.  One that cannot be read holds none. */
bool elsewhere_holds(struct store *s, const struct oid *commit);

/*
 * A branch, of this clone or as it was fetched from a remote, that holds a state and is not the
 * branch of state: *ref in full, of the arena; NULL: there is none.  Of several, one whose name
 * makes it likely.
 */
int elsewhere_find(const char **ref, struct store *s, struct arena *arena,
		   struct ops_error *err);

/* What to type so that the state of `ref` is found by every command: words in the arena. */
const char *elsewhere_advice(struct store *s, const char *ref, struct arena *arena);

/*
 * Say that there is no state where it was looked for, where there is one, and what to do.
 * `revision`: what was looked at by name; NULL: the branch of state.  Returns
 * OPS_EENVIRONMENT; OPS_ENOMEM; OPS_EIO.
 */
int elsewhere_error(struct store *s, const char *revision, struct ops_error *err);

#endif
