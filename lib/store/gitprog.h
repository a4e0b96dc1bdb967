/* SPDX-License-Identifier: MIT */
#ifndef STORE_GITPROG_H
#define STORE_GITPROG_H

/* Running git itself, for what it does best: transport, credentials, its own index. */

#include "store/child.h"
#include "store/store.h"

struct gitprog {
	const char *const *env;	/* of the user, "NAME=value", ends with NULL; may be NULL */
	const void *in;
	size_t in_len;
	unsigned timeout_ms;	/* 0: none */
	bool leaves;		/* it may leave something running */
	bool asks;		/* it may ask the user on the terminal */
	const char *git_dir, *work_dir;	/* of a linked work tree; NULL: the repository's own.
					   No hook is run then, the user's neither */
	bool works;		/* it adds, commits, tags or merges: filters, drivers, signing */
	const char *remote;	/* the only one that it talks to; or NULL */
	bool plain;		/* it reaches nobody and reads no file: only hooks might run */
};

/*
 * Run `git ARGS` in this repository, whatever GIT_* variables say where it is.  Unless it
 * `asks`, git and ssh are told that nobody would answer.  The repository's own configuration
 * and hooks run nothing (store/distrust.h).  Returns 0 however it ended; OPS_EENVIRONMENT:
 * that configuration would; OPS_ENOTFOUND: there is no git; as child_run().
 */
int gitprog_run(struct child_result *result, struct store *s, const struct gitprog *how,
		const char *const *args, struct ops_error *err);

/* What it complained about, as one line for a message; never NULL. */
const char *gitprog_words(struct arena *arena, const struct child_result *result);

#endif
