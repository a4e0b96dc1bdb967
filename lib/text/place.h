/* SPDX-License-Identifier: MIT */
#ifndef TEXT_PLACE_H
#define TEXT_PLACE_H

/* The line and the column of an offset, for who asks about few of many: counted when it is
 * asked for, and fast when the offsets mostly grow. */

#include <stddef.h>

struct place_walk {
	const char *text;
	size_t counted;		/* up to here lines were counted ... */
	size_t line_at;		/* ... the last of which begins here ... */
	unsigned line;		/* ... and has this number */
	size_t column_at;	/* up to here columns were counted ... */
	unsigned column;	/* ... and this is that one's; 0: none was yet */
};

/* Begin at text[at..), whose first line is `line`. */
void place_begin(struct place_walk *w, const char *text, size_t at, unsigned line);

/* The line of the offset `at`, and its column in characters, both from 1. */
void place_at(struct place_walk *w, size_t at, unsigned *line, unsigned *column);

#endif
