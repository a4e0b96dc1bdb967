/* SPDX-License-Identifier: MIT */
#ifndef STORE_HOOK_SCRIPTS_H
#define STORE_HOOK_SCRIPTS_H

/* The text of the scripts that call us.  Private to the hooks of lib/store. */

#include <stdbool.h>
#include <stddef.h>

/* What each of our files begins with. */
#define HOOK_MARK "#!/bin/sh\n# A hook of ops; see ops-hooks(1).  Not to be edited:"
#define HOOK_ASIDE ".before-ops"
/* Beside our scripts, in a directory of our own: where the hooks of others are. */
#define HOOK_BEFORE "before-ops"

struct hook_script {
	const char *name;
	bool server;		/* of a bare repository; else of a clone */
	const char *script;
};
extern const struct hook_script hook_scripts[];
extern const size_t hook_scripts_nr;

/* Every hook that git may look for, and whether that it is there changes what git does. */
struct hook_name {
	const char *name;
	bool only_if_there;
};
extern const struct hook_name hook_names[];
extern const size_t hook_names_nr;

/* A script that only calls the hook of that name which git would have called. */
extern const char hook_pass_script[];

#endif
