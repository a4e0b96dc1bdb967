/* SPDX-License-Identifier: MIT */
#ifndef OPS_HOOKS_H
#define OPS_HOOKS_H

/*
 * The hooks of git that ask `ops` before git commits, moves a branch, or takes a push.
 * What they ask is ops_repo_check_commit() and ops_audit_update() of audit.h.
 */

#include "ops/repo.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One hook. */
struct ops_hook {
	const char *name;	/* "pre-commit" */
	const char *state;	/* "installed"; "chained": calls the one that was there
				   first; "foreign": not ours; "missing" */
};

/* The hooks of a repository: in a bare one those of a server. */
struct ops_hooks {
	char directory[4096];	/* where git looks for them */
	char branch[256];	/* whose commits are judged, in full; "" = not known */
	bool server;
	struct ops_hook hooks[8];
	size_t nr;
	/* How git merges documents: "installed" (by `ops merge-driver`), "missing", "old" (for
	 * places that the configuration does not name any more), "other"; NULL on a server. */
	const char *merge;
	/* The directory is the one of ops of where the clone was before it was moved, or of the
	 * clone that it is a copy of: install again. */
	bool moved;
};

/*
 * What is there.  Returns 0; OPS_EENVIRONMENT: git's configuration names no directory;
 * OPS_EIO; OPS_ENOMEM.
 */
int ops_hooks_status(struct ops_hooks *out, struct ops_repo *repo, struct ops_error *err);

/*
 * Put them there, and tell what is there then.  A hook that was there is kept as
 * "<name>.before-ops" and called first.  Where core.hooksPath is set, nothing below it
 * is touched: core.hooksPath is set to a directory in git's, whose hooks call those.
 * Also OPS_EEXISTS: there are two already.
 */
int ops_hooks_install(struct ops_hooks *out, struct ops_repo *repo, struct ops_error *err);

/* Take them away again and put back what was there. */
int ops_hooks_uninstall(struct ops_hooks *out, struct ops_repo *repo,
			struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
