/* SPDX-License-Identifier: MIT */
#ifndef TEXT_LINES_H
#define TEXT_LINES_H

/* Markdown line by line, for section.c and its neighbours only. */

#include <stdbool.h>
#include <stddef.h>

enum line_kind {
	LINE_BLANK,
	LINE_TEXT,
	LINE_HEADING,	/* ATX */
	LINE_ITEM,	/* the first line of a list item */
	LINE_FENCE,	/* opens or closes a code block */
	LINE_CODE,	/* within a fenced code block */
	LINE_COMMENT	/* HTML comment and nothing else */
};

/*
 * A walk over text[at..end).  Fill text, at, end; zero the rest; then
 * lines_next() until it says false.
 */
struct lines {
	const char *text;
	size_t at, end;

	enum line_kind kind;
	unsigned level;		/* of a heading */
	size_t line_start, line_end;	/* the line, without LF or CRLF */
	size_t text_start, text_end;	/* without indentation, marker, trailing
					   blanks; of headings the title */
	size_t indent;		/* columns before the line's text or marker; a tab goes to the
				   next multiple of four */
	size_t mark;		/* of "- [ ]": the character within; else 0 */

	/* what the walk remembers */
	char fence;		/* '`' or '~' within a fenced code block */
	size_t fence_len;
	bool comment;		/* within an HTML comment */
	size_t list_indent;	/* where the text of the open list item begins */
	size_t last_close;	/* of the last "-->" in the text; 0: not looked yet */
	size_t next_open;	/* behind the first byte of the next "<!--", or of the
				   end; 0: not looked yet */
};

bool lines_next(struct lines *l);

#endif
