/* SPDX-License-Identifier: MIT */
#ifndef STORE_TREE_EDIT_H
#define STORE_TREE_EDIT_H

/* A git tree with some paths changed, by splicing its bytes. */

#include "store/journal.h"

/*
 * The id of the tree that `base` shows (nothing: empty) with `paths` (in path order, the
 * new blobs exist) put or removed.  `write` is called for each new tree,
 * deepest first.  OPS_EEXISTS: a file stands where a directory is needed, or
 * the reverse.
 */
int tree_edit(struct oid *out, struct snap *base,
	      const struct journal_path *paths, size_t nr,
	      int (*write)(struct oid *out, void *payload, const void *data,
			   size_t len, struct ops_error *err),
	      void *payload, struct ops_error *err);

#endif
