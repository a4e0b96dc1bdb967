/* SPDX-License-Identifier: MIT */
#ifndef STORE_STATE_H
#define STORE_STATE_H

/* Whether a writer may go on, and where else this clone is checked out. */

#include "store/store.h"

/* Look at HEAD again.  OPS_ECHANGED: another branch was checked out since the
 * store was opened, and that was the branch of state. */
int state_refresh(struct store *s, struct ops_error *err);

/* OPS_EENVIRONMENT when called from a git hook. */
int state_writable(const struct store *s, struct ops_error *err);

/* OPS_EENVIRONMENT with what is in the way: a merge or rebase in progress, no
 * branch, or it is checked out or rebased elsewhere. */
int state_check(struct store *s, struct ops_error *err);

/* Whether work tree and index here follow the branch of state. */
bool state_has_tree(const struct store *s);

/* Whether they follow the branch `ref` now. */
int state_follows(bool *out, struct store *s, const char *ref,
		  struct ops_error *err);

/* Whether `ref` is the branch of state, or would be where it is checked out or being
 * rebased: in this work tree or another one, unless git config names the branch. */
int state_is_branch(bool *out, struct store *s, const char *ref,
		    struct ops_error *err);

/* Call `each` with the git directory of every other work tree. */
int state_others(struct store *s,
		 int (*each)(struct store *s, const char *git_dir, void *payload,
			     struct ops_error *err),
		 void *payload, struct ops_error *err);

#endif
