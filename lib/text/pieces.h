/* SPDX-License-Identifier: MIT */
#ifndef TEXT_PIECES_H
#define TEXT_PIECES_H

/*
 * A document cut into named pieces: its header into fields, its body into sections;
 * and three versions of such pieces put together again in one order.
 */

#include "text/doc.h"

struct arena;
struct buf;
struct map;

struct piece {
	const char *name;	/* a field's; a section's titles from the top, by '\n' */
	const char *text;
	size_t len;		/* without the blank lines at its end */
	size_t whole;		/* with them */
};

struct pieces {
	struct piece *list;
	size_t nr;
	struct map *by_name;
	bool unique;		/* no name stands twice, and there are not too many */
};

/* Comments belong to the field that follows; those after the last to a piece named "". */
int pieces_of_header(struct pieces *out, struct arena *arena, const struct doc *doc);
/* Sub-sections are pieces of their own; what stands before the first is named "". */
int pieces_of_body(struct pieces *out, struct arena *arena, struct doc *doc);
/* The same of a text without a header; it needs to outlive them. */
int pieces_of_text(struct pieces *out, struct arena *arena, const char *text, size_t len);
/* None at all: of a document that is not there. */
int pieces_of_nothing(struct pieces *out, struct arena *arena);

const struct piece *pieces_get(const struct pieces *p, const char *name);

/* One name of up to three versions; appends what becomes of it, which may be nothing. */
typedef int piece_merge_fn(struct buf *out, const struct piece *base,
			   const struct piece *ours, const struct piece *theirs,
			   void *payload, struct ops_error *err);

/*
 * Call `one` for every name and append what it made, in the order of ours, or of theirs
 * if only that one was rearranged.  What only one side has comes after what it follows
 * there.  `gap`: where pieces meet that did not, a blank line is put.
 */
int pieces_merge(struct buf *out, struct arena *arena, const struct pieces *base,
		 const struct pieces *ours, const struct pieces *theirs, bool gap,
		 piece_merge_fn *one, void *payload, struct ops_error *err);

#endif
