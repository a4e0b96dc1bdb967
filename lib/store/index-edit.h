/* SPDX-License-Identifier: MIT */
#ifndef STORE_INDEX_EDIT_H
#define STORE_INDEX_EDIT_H

/* The bytes of an index with some entries changed, by splicing. */

#include "store/index-scan.h"
#include "store/journal.h"

struct index_file;

/*
 * Set these entries (paths in order; `files` says how each looks now) where the index has them as
 * the tip had them, or has them as new; what somebody staged stays.  `marked` tells of every
 * other file whether it is to be compared by its content from now on.  What the index remembers
 * of trees is kept where nothing changed.  OPS_EIO: malformed; OPS_EINVALID: paths not in order.
 */
int index_compose(struct buf *out, const struct buf *raw, const struct journal_path *paths,
		  const struct index_file *files, size_t nr,
		  bool (*marked)(const struct index_item *item, void *payload), void *payload,
		  struct ops_error *err);

/* The first of the paths, from `at` on or the one before it, that cannot stand beside an entry
 * of this name, since one of the two would be a directory of the other; `nr` when none is.
 * `at` is the first path that is not before the name. */
size_t index_collides(const struct journal_path *paths, size_t nr, size_t at, const char *name);

#endif
