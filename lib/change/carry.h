/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_CARRY_H
#define CHANGE_CARRY_H

/*
 * What a commit did, done again on another snapshot.
 *
 *	struct carrying c = { .arena = arena, .base = before it, .theirs = it, .ours = there,
 *			      .after = an overlay over ours, .world = of ours,
 *			      .config = in force there, .out = &out };
 *	ret = carry_over(&c, err);	now `after` has it, if ret is 0
 */

#include "change/replay.h"
#include "store/snap.h"
#include "util/map.h"

struct carrying {
	struct arena *arena;
	struct snap *base, *theirs;	/* before and after it, where it was made */
	struct snap *ours, *after;	/* before and after it, there */
	struct world *world;		/* of ours */
	const struct config *config;
	bool documents;			/* nothing but documents and the configuration */
	const struct map *only;		/* nothing but what it did at these paths; NULL: all */
	bool later;			/* `ours` came after it, and has the last word */
	/* What a new packet says of the commit it was recorded on, it says of the one it is
	 * recorded on there; NULL: it stays as it is. */
	const struct oid *parent, *onto;
	struct replayed *out;		/* end, path and why are set, if it does not fit */
/* Out: */
	struct carried *items;
	size_t nr, room;
	struct map *elsewhere;		/* path -> where that document lies there; or NULL */
};

/* Positive: it ended as *out says. */
int carry_over(struct carrying *c, struct ops_error *err);

#endif
