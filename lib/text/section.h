/* SPDX-License-Identifier: MIT */
#ifndef TEXT_SECTION_H
#define TEXT_SECTION_H

/*
 * Markdown as far as rules need it: headings (ATX, not in fenced code or HTML
 * comments), the text under each up to the next heading of the same or a
 * higher level, checklist items, list items and code spans.
 */

#include <stdbool.h>
#include <stddef.h>

struct arena;
struct buf;
struct lines;

/* [start, end) are offsets into the whole text given to sections_parse. */
struct section {
	unsigned level;		/* 1..6 */
	unsigned line;		/* of the heading, from 1 in the file */
	const char *title;	/* trimmed, closing #s removed */
	const char *bare;	/* in the title: what it is found by */
	size_t bare_len;
	size_t heading_start;	/* the heading's line */
	size_t start, end;	/* its text, sub-sections included */
	size_t own_end;		/* its text without sub-sections */
};

struct check_item {
	bool checked;
	const char *text;
	unsigned line;
	size_t mark;		/* offset of the character in [ ] */
	size_t section;		/* index of the innermost section, or (size_t)-1 */
};

struct sections {
	const char *text;
	struct section *list;
	size_t nr;
	struct check_item *checks;
	size_t checks_nr;
	size_t room, checks_room;	/* of the lists, for who fills them */
};

/* Parse text[at..len), whose first line is `line`.  NULL when out of memory. */
struct sections *sections_parse(struct arena *arena, const char *text, size_t at,
				size_t len, unsigned line);

/* The same for who walks over the lines anyway, with a struct that is zero: each line with
 * its number (false when out of memory), then the end. */
bool sections_line(struct sections *s, struct arena *arena, const struct lines *walk,
		   unsigned line);
void sections_end(struct sections *s, const char *text, size_t len);

/* The first section of that title (case and surrounding "*", ":" and numbering
 * like "1. " ignored), or NULL. */
const struct section *section_find(const struct sections *s, const char *title);

/* Whether a section has nothing but blanks, comments, empty list markers and
 * placeholders ("TODO", "TBD", "[Describe ...]"). */
bool section_is_empty(const struct sections *s, const struct section *one);

/* Append the section's text, outer blank lines trimmed. */
void section_text(struct buf *out, const struct sections *s,
		  const struct section *one);

/* The same in canonical form for digests: CRLF as LF, trailing blanks cut,
 * runs of blank lines as one, every checklist mark as "[ ]". */
void section_canonical(struct buf *out, const struct sections *s,
		       const struct section *one);

/* Top-level list items of a section as text (marker and check mark removed,
 * continuation lines joined by a blank); a section without a list gives its
 * paragraphs.  Strings belong to the arena.  Returns 0 or OPS_ENOMEM. */
int section_items(const char *const **out, size_t *nr, struct arena *arena,
		  const struct sections *s, const struct section *one);

/* A piece of code in a line. */
struct code_span {
	const char *text;
	size_t at;		/* offset of its first tick */
	size_t ticks;		/* so many before it */
	bool open;		/* nothing ends it on its line: no span, and this is the rest */
};

/* Those of a section, fenced code excluded.  0 or OPS_ENOMEM. */
int section_spans(const struct code_span **out, size_t *nr, struct arena *arena,
		  const struct sections *s, const struct section *one);

/* The text of all that end. */
int section_code_spans(const char *const **out, size_t *nr, struct arena *arena,
		       const struct sections *s, const struct section *one);

#endif
