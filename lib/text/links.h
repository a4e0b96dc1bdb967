/* SPDX-License-Identifier: MIT */
#ifndef TEXT_LINKS_H
#define TEXT_LINKS_H

/*
 * The links, anchors and comments of a Markdown text.
 *
 * What stands in code (fenced, indented, or a span) is none of them.  Destinations
 * are given as they stand, backslashes resolved; what they mean is the reader's.
 */

#include <stdbool.h>
#include <stddef.h>

#include "text/place.h"

struct arena;
struct lines;
struct map;

enum link_kind {
	LINK_DESTINATION,	/* [text](this), <a href="this">, <img src="this"> */
	LINK_DEFINITION,	/* [label]: this */
	LINK_REFERENCE,		/* [text][this], [this][] */
	LINK_COMMENT		/* <!-- this --> */
};

struct link {
	enum link_kind kind;
	const char *text;	/* a label in the form in which labels are compared */
	const char *label;	/* of a definition, in the same form; else NULL */
	size_t at;		/* of `text` in the whole, or of the comment */
	size_t end;		/* of a comment: of its "-->" */
	bool alone;		/* a comment that has its lines to itself */
};

struct links {
	struct link *list;
	size_t nr, cap;
	struct place_walk places;	/* for place_at() of any of them */
};

/* Find all in text[at..end), whose first line is `line`; behind it stands more text, or a
 * NUL.  Returns 0 or OPS_ENOMEM. */
int links_scan(struct links *out, struct arena *arena, const char *text, size_t at,
	       size_t end, unsigned line);

/*
 * The same for who walks over the lines anyway: links_begin(), which returns NULL when out
 * of memory, links_line() with each, links_end().
 */
struct links_reader;
struct links_reader *links_begin(struct links *out, struct arena *arena, const char *text,
				 size_t at, size_t end, unsigned line);
void links_line(struct links_reader *reader, const struct lines *line);
int links_end(struct links_reader *reader);

/* Whether the text may hold a link that does not begin with "http:" or "https:", or the
 * word `word` in a comment: found out fast, for texts where links_scan() has nothing to
 * tell. */
bool links_worth(const char *text, size_t at, size_t end, const char *word);

/*
 * Put into `out` the fragments that lead into text[at..end): those of its headings as
 * GitHub makes them, and the ids and names of its tags.  A heading whose underscores
 * may be emphasis has both forms.  Returns 0 or OPS_ENOMEM.
 */
int links_anchors(struct map *out, struct arena *arena, const char *text, size_t at,
		  size_t end);

#endif
