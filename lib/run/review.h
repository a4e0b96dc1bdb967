/* SPDX-License-Identifier: MIT */
#ifndef RUN_REVIEW_H
#define RUN_REVIEW_H

/*
 * Commands of the configuration about a review: the one that opens it, the one that looks at
 * it (`pull-request.open`, `pull-request.status`).
 *
 *	words.title = "feat: add swaps";
 *	review_command(&said, c, &c->run->config->signals.review_open, &words, text, err);
 *
 * What goes into its words comes from the context and from git, never from a guess: a hole
 * that nothing is known for is a refusal.  No shell is asked.
 */

#include "run/signal.h"

struct review_words {
	const char *title, *file, *branch, *base, *number;	/* NULL: not known */
};

/* Run it with `in` on its standard input; *said is what it printed, in the call's arena.
 * OPS_EREFUSED: not allowed by the user, a hole that stays open; or it failed, then the step is
 * worth another attempt (c->retry). */
int review_command(const char **said, struct op_call *c, const struct quality_check *command,
		   const struct review_words *words, const char *in, struct ops_error *err);

/* Add a finding if the step would run such a command that the user did not allow. */
int review_check_allowed(struct signal_run *run, const struct run_step *at,
			 struct ops_error *err);

/* The address in the last line that is one, "https://…"; NULL: there is none. */
const char *review_address(struct arena *arena, const char *said);

#endif
