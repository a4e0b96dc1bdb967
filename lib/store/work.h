/* SPDX-License-Identifier: MIT */
#ifndef STORE_WORK_H
#define STORE_WORK_H

/* Files of the work tree that follow the branch. */

#include <sys/stat.h>

#include "store/journal.h"
#include "store/snap.h"

struct buf;

enum work_state {
	WORK_OLD,	/* as the old tip has it (also: rightly absent) */
	WORK_NEW,	/* as the new tip has it (also: rightly absent) */
	WORK_GONE,	/* absent although both or one would have it */
	WORK_EDITED	/* the user's */
};

/* What stands at a path.  `torn`: a beginning of the new content, followed by
 * nothing but zeros, counts as old: a power cut left it. */
int work_look(enum work_state *out, struct store *s, const struct journal_path *p,
	      bool torn, struct ops_error *err);

/* Learn by which settings git converts files, once before the first of the calls below: what
 * is asked for after a commit point should not fail for want of memory. */
void work_prepare(struct store *s);

/* Whether anything in these bytes of a file could be stored otherwise. */
bool work_may_be_converted(const void *data, size_t len);
/* What git would store of a file with these bytes, if that is something else; else *out is
 * left as it is. */
int work_as_stored(struct blob *out, struct store *s, const char *path, const void *data,
		   size_t len, struct ops_error *err);
/* All bytes of a file; as file_read_at(). */
int work_read(struct buf *out, struct store *s, const char *path, size_t max,
	      struct ops_error *err);

/* OPS_EREFUSED, naming the path, unless it is as the old tip has it. */
int work_check(struct store *s, const struct journal_path *p, bool skip,
	       struct ops_error *err);

/* Write what a path will hold beside it, and begin to bring that to the disk: of many
 * files all are under way before one is waited for. */
int work_stage(struct store *s, const struct journal *j, const struct journal_path *p,
	       struct ops_error *err);
/* Remove what was staged; nothing needs to be there. */
void work_unstage(struct store *s, const struct journal *j, const struct journal_path *p);

/* Bring the path from old to new; if it is to hold something, that was staged.
 * OPS_EREFUSED when it is no longer old. */
int work_apply(struct store *s, const struct journal *j,
	       const struct journal_path *p, struct ops_error *err);

/* Replace a file by these bytes, all or nothing, if it still holds `old`.  OPS_ECHANGED:
 * it does not; OPS_ENOTFOUND, OPS_EINVALID, OPS_EIO. */
int work_replace(struct store *s, const char *path, const void *old, size_t old_len,
		 const void *data, size_t len, struct ops_error *err);

/* The file's data for the index; false when it isn't there. */
bool work_stat(struct stat *out, struct store *s, const char *path);

#endif
