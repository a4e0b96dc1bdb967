/* SPDX-License-Identifier: MIT */
#ifndef STORE_DRIVER_H
#define STORE_DRIVER_H

/* Having git merge documents by `ops merge-driver`. */

#include "store/store.h"

/* Other: merge.ops.driver is somebody else's.  Old: the paths are not those any more. */
enum driver_state { DRIVER_MISSING, DRIVER_INSTALLED, DRIVER_OLD, DRIVER_OTHER };

/* `patterns` are those of util/path.h, for the files it is for. */
int driver_look(enum driver_state *out, struct store *s, const char *const *patterns,
		size_t nr, struct ops_error *err);

/*
 * Name the driver in the repository's own configuration, the files in info/attributes
 * of the clone, and turn merge.directoryRenames off unless somebody has set it.
 * OPS_EEXISTS: there is another driver of that name; OPS_EIO.
 */
int driver_install(struct store *s, const char *const *patterns, size_t nr,
		   struct ops_error *err);

/* Whether a value of merge.*.driver is the one that driver_install() writes. */
bool driver_is_ours(const char *value);

/* Whether the info/attributes of the clone says nothing but which driver merges. */
bool driver_alone(struct store *s);

/* Take that away again; what others wrote stays. */
int driver_uninstall(struct store *s, struct ops_error *err);

#endif
