/* SPDX-License-Identifier: MIT */
#ifndef STORE_UNMERGED_H
#define STORE_UNMERGED_H

/* What a merge of git left to people. */

#include "store/store.h"

/* The paths that the index has in more than one version, in order; in the arena. */
int unmerged_paths(const char *const **out, size_t *nr, struct store *s,
		   struct arena *arena, struct ops_error *err);

/* Whether a text is one side's version of an unmerged path, which both changed: 'o' ours, 't'
 * theirs, else 0. */
int unmerged_side(char *out, struct store *s, const char *path, const void *data, size_t len,
		  struct ops_error *err);

/* Replace a file of the work tree at once, by one of the same mode.  OPS_ENOTFOUND,
 * OPS_EINVALID (not a regular file, or a link on the way); OPS_EIO. */
int unmerged_write(struct store *s, const char *path, const void *data, size_t len,
		   struct ops_error *err);

#endif
