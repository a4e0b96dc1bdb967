/* SPDX-License-Identifier: MIT */
#ifndef CMD_NAMES_H
#define CMD_NAMES_H

/* Which command is meant. */

#include <stddef.h>

#include "ops/error.h"

struct command;

struct names {
	const struct command *command;	/* or NULL: */
	const char *group;		/* help about a whole group is wanted */
};

/*
 * The command argv begins with; *taken is the number of words of its name.
 * OPS_EUSAGE: a group without one of its commands; OPS_ENOTFOUND: no command of
 * ours.
 */
int names_find(struct names *out, size_t *taken, int argc, char **argv,
	       struct ops_error *err);

/* Become "ops-<argv[0]>" of PATH, with OPS_ACTOR set to `actor` unless NULL.
 * Returns only if that fails: OPS_EUSAGE, with the nearest name of ours. */
int names_exec(char **argv, const char *actor, struct ops_error *err);

#endif
