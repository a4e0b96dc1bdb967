/* SPDX-License-Identifier: MIT */
#ifndef STORE_INDEX_H
#define STORE_INDEX_H

/* Changing some entries of the index of this work tree, under git's lock. */

#include <sys/stat.h>

#include "store/journal.h"
#include "util/buf.h"

struct index_edit {
	struct store *store;
	struct held lock;
	char *path, *copy;	/* <git dir>/index, and what will take its place */
	struct buf raw, made;	/* the bytes of both */
	int64_t written;	/* when the old index was, nanoseconds */
};

/* How a changed path looks in the work tree now. */
struct index_file {
	bool fresh;		/* it has the new content: `st` is true */
	struct stat st;
};

/* Whether what the index has at a path, other than the tip, was never staged by anybody: it
 * is what the path was before.  git commit reads the index before it locks it, and puts back
 * what was changed in between. */
struct index_past {
	bool (*was)(const struct journal_path *path, const struct oid *there, void *payload);
	void *payload;
};

/* Whether these paths are in the index as the tip has them; `skip` (one per
 * path, may be NULL) tells which are outside a sparse checkout.  OPS_EREFUSED
 * naming the first that isn't; OPS_EENVIRONMENT: index_scan. */
int index_check(struct store *s, struct journal_path *paths, size_t nr,
		bool *skip, const struct index_past *past, struct ops_error *err);

void index_init(struct index_edit *x, struct store *s);
/* Make the private lock file. */
int index_prepare(struct index_edit *x, struct ops_error *err);
int index_take(struct index_edit *x, unsigned wait_ms, struct ops_error *err);
/* Load the index under the lock, after the same check (nr 0: none); whatever can
 * fail fails here. */
int index_load(struct index_edit *x, struct journal_path *paths, size_t nr,
	       bool *skip, const struct index_past *past, struct ops_error *err);
/* Set entries that are as the tip had them (or already new), write, rename,
 * unlock. */
int index_apply(struct index_edit *x, const struct journal_path *paths, size_t nr,
		const struct index_file *files, struct ops_error *err);
/* Whether a path lies outside a sparse checkout. */
bool index_skips(const struct index_edit *x, const char *path);
/* Unlock without a change. */
int index_drop(struct index_edit *x, struct ops_error *err);
void index_release(struct index_edit *x);

char *index_lock_path(const struct store *s);

#endif
