/* SPDX-License-Identifier: MIT */
#ifndef RUN_GITWORK_H
#define RUN_GITWORK_H

/*
 * The work tree that a run works in: its files, and commits, tags and pushes by git
 * itself, so that hooks, signatures and credentials are the user's.
 *
 * Everything is found again: a commit by the trailers that name the run and the step, a
 * tag by what it is at.
 */

#include "run/signal.h"
#include "store/gitprog.h"

#define GITWORK_TIMEOUT_MS 120000

/* Run git as the agent of the step; `result` is initialised. */
int gitwork_run(struct child_result *result, struct op_call *c, const char *in,
		const char *const *args, struct ops_error *err);
/* The same, for its output: a failure is OPS_EREFUSED in git's words. */
int gitwork_ask(const char **out, struct op_call *c, const char *const *args,
		struct ops_error *err);

/* The branch that is checked out; NULL in *out: none.  And HEAD's commit. */
int gitwork_branch(const char **out, struct op_call *c, struct ops_error *err);
int gitwork_head(const char **out, struct op_call *c, struct ops_error *err);

/* The commit that this step of this run made, on the branch that is checked out; NULL:
 * none yet. */
int gitwork_made(const char **out, struct op_call *c, const char *step, struct ops_error *err);

/*
 * Commit these files as they are in the work tree, and nothing else, in the agent's name.
 * `subject` and `body` get trailers that name the run and the step.  *made is 40 digits.
 * Done already: that commit.  OPS_EREFUSED: nothing to commit, or a hook or a rule says no.
 */
int gitwork_commit(const char **made, struct op_call *c, const char *const *files, size_t nr,
		   const char *subject, const char *body, struct ops_error *err);

/* A file of the work tree; *text is in the arena, "" and *there false if there is none.
 * OPS_EREFUSED: it is no regular file, or too large. */
int gitwork_read(const char **text, size_t *len, bool *there, struct op_call *c,
		 const char *path, struct ops_error *err);
/* Put new text in place of `old` (there false: of nothing), all or nothing. */
int gitwork_write(struct op_call *c, const char *path, bool there, const char *old,
		  size_t old_len, const struct buf *text, struct ops_error *err);
/* Whether a file differs from the commit that is checked out, or is not tracked. */
int gitwork_is_changed(bool *out, struct op_call *c, const char *path, struct ops_error *err);

#endif
