/* SPDX-License-Identifier: MIT */
#ifndef RUN_TREE_H
#define RUN_TREE_H

/*
 * A work tree of its own for one run, and what becomes of the changes made there.
 *
 * The changes are one commit of the agent on top of what it was given, judged like any other;
 * legal, it is a branch "agents/<agent>/<run>", refused, a ref that no fetch takes along,
 * "refs/ops/refused/<run>", to be looked at.  Nothing of it reaches the branch of
 * state or the user's own files.
 */

#include <sys/types.h>

#include "model/repo.h"
#include "store/lock.h"

struct run_tree {
	const char *path, *git_dir;
	struct oid base;
	dev_t device;
	ino_t inode;		/* of the directory that was made */
	struct lock lock;	/* says that somebody uses it */
};

struct tree_outcome {
	bool changed, refused;
	char commit[OID_HEX + 1];
	const char *ref;	/* full name of what holds it */
	size_t files;		/* that differ */
	const char *lost;	/* why what it changed could not be taken in; or NULL */
};

/* Check out the tip in a new linked work tree, and clear away those of the dead.  Returns 0;
 * OPS_EIO, OPS_EENVIRONMENT, OPS_ENOTFOUND (no git), OPS_ENOMEM. */
int tree_make(struct run_tree *tree, struct arena *arena, struct ops_repo *repo,
	      const char *run, struct ops_error *err);

/* Commit what changed as `agent`, for the task; findings are those of the judge.  An agent
 * can put its work tree into any state: OPS_EIO and others say that it cannot be read. */
int tree_commit(struct tree_outcome *out, struct run_tree *tree, struct arena *arena,
		struct ops_repo *repo, const struct agent *agent, const char *task,
		const char *run, const char *gist, struct ops_findings *findings,
		struct ops_error *err);

/* Remove it; what cannot be removed is left to the next one. */
void tree_drop(struct run_tree *tree, struct ops_repo *repo);

/* Remove a directory with all that is in it, as far as it lets us; links are not followed. */
void tree_remove_all(const char *path);

#endif
