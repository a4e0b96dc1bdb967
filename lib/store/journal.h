/* SPDX-License-Identifier: MIT */
#ifndef STORE_JOURNAL_H
#define STORE_JOURNAL_H

/*
 * The journal: what an act is about to do, durable before any lock of git
 * exists, in <git dir>/ops/journal.
 *
 * One record, written whole under another name and renamed:
 *
 *	ops-journal 1
 *	boot <boot id>
 *	self <inode> <born>
 *	ref <full name>
 *	old <id>			zeros: the branch was unborn
 *	new <id>
 *	tree yes|no			whether a work tree takes part
 *	ref-lock <device> <inode> <born>
 *	index-lock <device> <inode> <born>
 *	path <old id> <new id> <mode> <path>	zeros: not there
 *	end <sha256 of all bytes before this line>
 *
 * and, when the work tree and index follow the branch again, "done\n".
 */

#include "store/lock.h"
#include "store/snap.h"

struct arena;

struct journal_path {
	const char *path;
	bool had, has;		/* in the tip before, after */
	bool exec;
	bool was_exec;		/* before; not written down */
	bool stale;		/* the index has an older version, which nobody staged; nor this */
	struct oid old, new;
};

struct journal {
	char boot[64];
	struct file_id self, ref_lock, index_lock;
	const char *ref;
	bool unborn, tree, done;
	struct oid old, new;
	struct journal_path *paths;	/* in path order */
	size_t paths_nr;
	/* Set by journal_read: */
	bool other_boot;	/* the machine was started again since */
	bool copied;		/* this is a copy of the repository it speaks of */
};

/* Make sure that its directory is there. */
int journal_open(const char *git_dir, struct ops_error *err);
/* Write it and pass the barrier; self is filled in, boot if it is empty.
 * OPS_EIO: it may be there or not, and no lock may be made. */
int journal_write(struct journal *j, const char *git_dir, struct ops_error *err);
/* Say that everything was done; a failure only costs a look later. */
int journal_done(const char *git_dir, struct ops_error *err);
/* OPS_ENOTFOUND: none, or none that was ever in effect. */
int journal_read(struct journal *out, const char *git_dir, struct arena *arena,
		 struct ops_error *err);
/* Forget an act that was not published. */
int journal_remove(const char *git_dir, struct ops_error *err);
/* Forget one that was finished, after what finished it. */
int journal_retire(const char *git_dir, struct ops_error *err);

#endif
