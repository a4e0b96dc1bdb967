/* SPDX-License-Identifier: MIT */
#ifndef STORE_INDEX_SCAN_H
#define STORE_INDEX_SCAN_H

/* Looking through the bytes of git's index without loading it. */

#include "store/store.h"

struct arena;
struct buf;
struct map;

struct index_item {
	const char *path;	/* valid during the call, or at stat + fixed: as long as
				   the bytes of the index are */
	unsigned mode, stage;
	bool intent_to_add, skip_worktree;
	const unsigned char *id;
	/* The entry begins here with 40 bytes: ctime, mtime, dev, ino, mode, uid, gid, size, as
	 * the format has them, and then the id. */
	const unsigned char *stat;
	size_t fixed, size;	/* bytes of the entry before its path, and all of them */
};

/*
 * Call `each` for every entry, in order of paths and stages.  Returns 0 with the number of
 * entries, and in *rest the offset of what is behind them; what `each` returned when negative;
 * OPS_EENVIRONMENT: a split or sparse index, one without checksum, an unknown version or
 * mandatory extension (each by name); OPS_EIO: malformed, or not in order.  Empty bytes are an
 * empty index.
 */
int index_scan(size_t *nr, size_t *rest, const struct buf *raw,
	       int (*each)(const struct index_item *item, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_error *err);

/* The tree that the entries below a directory make, so many of them. */
struct index_tree {
	size_t nr;
	struct oid oid;
};

/*
 * Put every directory ("" is the top) of which the index remembers the tree into the map, its
 * struct index_tree into the arena.  `rest` is from index_scan().  Returns 0; OPS_EIO:
 * malformed; OPS_ENOMEM.
 */
int index_trees(struct map *out, struct arena *arena, const struct buf *raw, size_t rest,
		struct ops_error *err);

/*
 * Call `each` for every extension behind the entries, with all of its bytes: name, length,
 * content.  Returns as index_trees().
 */
int index_extensions(const struct buf *raw, size_t rest,
		     int (*each)(const char *bytes, size_t len, void *payload,
				 struct ops_error *err),
		     void *payload, struct ops_error *err);

#endif
