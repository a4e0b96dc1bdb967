/* SPDX-License-Identifier: MIT */
#ifndef STORE_HOOKS_H
#define STORE_HOOKS_H

/* The scripts in git's hooks directory that call us. */

#include "store/store.h"

#define HOOKS_MAX 8

/* Missing: there is none.  Foreign: only somebody else's.  Chained: ours, which calls
 * the one that was there before it. */
enum hook_state { HOOK_MISSING, HOOK_FOREIGN, HOOK_INSTALLED, HOOK_CHAINED };

struct hook {
	const char *name;
	enum hook_state state;
};

/* Where git looks for hooks (core.hooksPath, else the directory of all work trees), to
 * be freed.  OPS_EENVIRONMENT: core.hooksPath is empty. */
int hooks_directory(char **out, struct store *s, struct ops_error *err);

/* Whether that is a directory of ours, of where the clone was before it was moved, or of the
 * clone that it is a copy of: then git has to be shown ours anew. */
bool hooks_moved(const struct store *s, const char *directory);

/* The hooks that belong into this repository, and what is there. */
int hooks_look(struct hook out[HOOKS_MAX], size_t *nr, const struct store *s,
	       const char *directory, struct ops_error *err);

/* Whether all of them are there and ours; what cannot be read is not. */
bool hooks_complete(struct store *s);

/*
 * Put all in their place, each at once; one that was there is kept as
 * "<name>.before-ops".  Where core.hooksPath names a directory of others, nothing in it
 * is touched: git is shown a directory of ours, which calls what is there.
 * OPS_EEXISTS: such a file is there already, and another hook too; OPS_EENVIRONMENT: a
 * directory is in the way, git's own is a link, or core.hooksPath is none; OPS_EIO.
 */
int hooks_install(struct store *s, struct ops_error *err);

/* Take ours away and put back what was there.  Foreign ones stay. */
int hooks_uninstall(struct store *s, struct ops_error *err);

#endif
