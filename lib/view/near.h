/* SPDX-License-Identifier: MIT */
#ifndef VIEW_NEAR_H
#define VIEW_NEAR_H

/* What somebody may have meant by a name that is not there. */

#include "store/snap.h"
#include "util/map.h"
#include "util/near.h"

/* The nearest key, or NULL. */
const char *near_name(const struct map *names, const char *wanted);

/* The files of a snapshot, which must live as long.  Belongs to the arena.  near_new();
 * near_want() for each path that near_path() will be asked about; near_look(). */
struct near;
int near_new(struct near **out, struct snap *snap, struct arena *arena, struct ops_error *err);
int near_want(struct near *near, const char *path);	/* 0 or OPS_ENOMEM */
int near_look(struct near *near, struct ops_error *err);

/* The path that the document at `from` likely meant: one that differs little, or the
 * only one of that name elsewhere; NULL.  Returns 0 or OPS_ENOMEM. */
int near_path(const char **out, const struct near *near, const char *path,
	      const char *from);

#endif
