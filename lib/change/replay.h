/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_REPLAY_H
#define CHANGE_REPLAY_H

/* Doing a commit again on top of another one. */

#include "model/repo.h"

enum replay_end {
	REPLAY_MADE,		/* a commit was written; no branch knows it yet */
	REPLAY_EMPTY,		/* all of it is there already */
	REPLAY_CONFLICT,	/* what it was decided on has changed */
	REPLAY_REFUSED,		/* it would not be legal there */
	REPLAY_UNFIT		/* not to be done by us: a link, a submodule, a merge */
};

struct replayed {
	enum replay_end end;
	struct oid commit;		/* REPLAY_MADE */
	const char *path;		/* of a conflict or what is unfit; or NULL */
	const char *why;		/* in a sentence; NULL when made */
	const struct config *config;	/* in force there; of the cache */
	struct ops_findings *findings;	/* the judge's, to be freed; or NULL */
};

/* Strings belong to the arena.  A negative status: it could not be tried. */
int replay(struct replayed *out, struct ops_repo *repo, const struct commit *c,
	   const struct oid *onto, struct arena *arena, struct ops_error *err);

#define REPLAY_SIDES_MAX 16

/* Where a merge says what joining its parents does not make of it (with `documents`, in those and
 * the configuration), as keys of a map in the arena; NULL: it is no merge, or one of more than
 * REPLAY_SIDES_MAX. */
int replay_joins(struct map **odd, struct ops_repo *repo, const struct commit *c, bool documents,
		 struct arena *arena, struct ops_error *err);

#endif
