/* SPDX-License-Identifier: MIT */
#ifndef STORE_DISTRUST_H
#define STORE_DISTRUST_H

/*
 * What the configuration of a clone would have git run.
 *
 * The files of the user and of the system are the user's; the file of the repository, that
 * of a work tree and what they include came with the repository, as far as anybody knows.
 * So they choose no program for the git that ops runs, unless the user allows it in a file
 * of theirs:
 *
 *	git config --global --add ops.allowLocal "core.sshCommand /where/it/is"
 *
 * (without a place: in every repository).
 */

#include "store/gitprog.h"

/*
 * Look at all that git would read, `text` being what `git config --list -z --show-scope`
 * printed.  *hooks becomes what core.hooksPath has to be: the user's, "/dev/null", or NULL
 * where the user allowed those of the repository; in the arena.  What git is run for is in
 * `how`.  OPS_EENVIRONMENT: something is not allowed, named with what to do about it;
 * OPS_ENOMEM.
 */
int distrust_check(const char **hooks, struct store *s, struct arena *arena,
		   const char *text, size_t len, const struct gitprog *how,
		   struct ops_error *err);

#endif
