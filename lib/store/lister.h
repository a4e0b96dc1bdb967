/* SPDX-License-Identifier: MIT */
#ifndef STORE_LISTER_H
#define STORE_LISTER_H

/* Listing one directory of the disk, for snap-disk.c only. */

#include <stdint.h>
#include <sys/stat.h>

#include "store/snap-kind.h"
#include "util/buf.h"

struct known;

/* What a thread needs for it; its room stays for the next directory. */
struct lister {
	struct lister *next;
	const char *path;		/* of the directory, set by who lists it */
	struct arena *arena;		/* of the names */
	struct snap_entry *v;		/* what there is, in path order */
	size_t nr, cap;
	struct buf below;		/* the path of the entry at hand */
	uint64_t dirents[4096];		/* a piece of it, as the system says it */
};

struct lister *lister_new(void);	/* NULL: out of memory */
void lister_free(struct lister *l);
void lister_clear(struct lister *l);

/* Read the entries of an open directory; `known` may be NULL.  OPS_EINVALID: more than
 * SNAP_DIR_MAX; OPS_EIO. */
int lister_read(struct lister *l, int fd, const struct known *known, struct ops_error *err);

/* Copy what was read into memory of that arena. */
int lister_take(struct snap_entry **out, const struct lister *l, struct arena *arena,
		struct ops_error *err);

/* The entry at `path`, which is `name` in the directory `dir`; *near as known_oid() has it. */
void lister_entry(struct snap_entry *out, const struct known *known, int dir,
		  const char *path, const char *name, const struct stat *st, size_t *near);

/* Compare two entries for qsort() and bsearch(). */
int lister_order(const void *a, const void *b);

#endif
