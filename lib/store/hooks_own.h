/* SPDX-License-Identifier: MIT */
#ifndef STORE_HOOKS_OWN_H
#define STORE_HOOKS_OWN_H

/* A directory of hooks of our own, before one of others.  Private to the hooks of
 * lib/store. */

#include "store/store.h"

/* "<common directory>/ops/hooks", to be freed; NULL when out of memory. */
char *hooks_own_directory(const struct store *s);

/* Write all scripts there, and show it to git.  `value` is what core.hooksPath said and
 * `directory` where that is; NULL: it was ours already. */
int hooks_install_own(struct store *s, const char *value, const char *directory,
		      struct ops_error *err);
/* Show git what it saw before, and remove the scripts. */
int hooks_uninstall_own(struct store *s, struct ops_error *err);

/* The directory of the others' hooks, to be freed; NULL: none is noted. */
int hook_before(char **out, const struct store *s, const char *own,
		struct ops_error *err);
/* Whether git would run a hook of that name there. */
bool hook_is_in(const char *directory, const char *name);

/* hooks.c: whether we wrote that file.  Write one script, keeping one of others; and put that
 * back. */
bool hook_is_ours(const char *path);
int hook_write(const char *directory, const char *name, const char *script,
	       struct ops_error *err);
int hook_remove(const char *directory, const char *name, struct ops_error *err);

#endif
