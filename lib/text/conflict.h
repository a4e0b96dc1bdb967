/* SPDX-License-Identifier: MIT */
#ifndef TEXT_CONFLICT_H
#define TEXT_CONFLICT_H

/* The marks that a merge leaves where people have to decide. */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;

/* Offsets; each version is whole lines. */
struct hunk {
	size_t start, end;		/* with the marks */
	size_t ours, ours_end;
	size_t theirs, theirs_end;
	unsigned line;			/* of the first mark, from 1 */
};

/* All of a text, also in code.  Marks that are not complete are none.  OPS_ENOMEM. */
int hunks_find(struct hunk **out, size_t *nr, struct arena *arena, const char *text,
	       size_t len);

/* The line of the first one in text[at..len) that is not in code, where `line` is that
 * of text[at]; 0: there is none. */
unsigned hunk_line(const char *text, size_t at, size_t len, unsigned line);

/* Append the text with each hunk as `choices` says, one letter for each in their order:
 * 'o' ours, 't' theirs, anything else leaves it; those without a letter stay, too. */
void hunks_apply(struct buf *out, const char *text, size_t len, const struct hunk *hunks,
		 size_t nr, const char *choices);

#endif
