/* SPDX-License-Identifier: MIT */
#ifndef CMD_WORDS_H
#define CMD_WORDS_H

/* Taking a line apart into words, with quotes as a shell has them. */

#include "opt.h"

struct arena;

/*
 * Append the words of line[0..len) to `out`; they belong to the arena.  Blanks and
 * tabs separate; '...' keeps everything; "..." and bare words know \ before any
 * character; # at the start of a word begins a comment.  Nothing is expanded.
 * OPS_EINVALID: a quote without its end, a \ at the end; OPS_ENOMEM.
 */
int words_split(struct opt_list *out, struct arena *arena, const char *line, size_t len,
		struct ops_error *err);

#endif
