/* SPDX-License-Identifier: MIT */
#ifndef CMD_OUT_H
#define CMD_OUT_H

/*
 * Where a command's answer goes.  Commands describe the answer; whether it
 * becomes text or JSON is no business of theirs.  There are three kinds of calls:
 *
 *	out_map … out_bool	the structure: becomes JSON, is nothing in text
 *	out_say, out_block	words for people: become text, are nothing in JSON
 *	out_table, out_row	rows: a list of objects, or columns fitted to the terminal
 *
 * JSON is written by out_write(), so an error never leaves half a document; only a command
 * whose answer is long says when nothing but its showing is left to do (out_leave()).  Every
 * string that is passed to any of these calls may be hostile: it goes through utf8_display(),
 * and in JSON the result is escaped to ASCII.  A failed allocation sticks and is reported by
 * out_write().
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

#include "util/error.h"

struct buf;
struct out;

enum out_style { STYLE_PLAIN, STYLE_BOLD, STYLE_DIM, STYLE_RED, STYLE_YELLOW,
		 STYLE_GREEN };

/* `width` 0 = columns are not fitted.  NULL when out of memory. */
struct out *out_new(FILE *stream, bool json, bool color, int width);
void out_free(struct out *o);		/* NULL is fine; closes nothing */

/* Structure.  `key` names the value in a map and is NULL in a list. */
void out_map(struct out *o, const char *key);
void out_list(struct out *o, const char *key);
void out_end(struct out *o);
void out_string(struct out *o, const char *key, const char *value);	/* NULL = null */
void out_number(struct out *o, const char *key, double value);
void out_bool(struct out *o, const char *key, bool value);

/*
 * Words.  `fmt` is printed as it is and may hold newlines; it knows %s (safe, on
 * one line; NULL is "-"), %.7s and the like, %d, %u, %zu and %%, nothing else.
 */
void out_say(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);
/* Words without any memory, for when there is none: what is not plain is "?", and so is the
 * end of a line but the last. */
void out_plain(struct out *o, const char *text);
void out_style(struct out *o, enum out_style style);
/* Many lines, each after `indent`; ends in a newline unless it is empty. */
void out_block(struct out *o, const char *indent, const char *text, size_t len);
/* Text of our own making: as it is in text, a string in JSON if there is a key.
 * That the buffer failed is taken over. */
void out_buf(struct out *o, const char *key, const struct buf *text);

/* On a terminal columns are cut to fit: those of SHRINK_FIRST down to ten columns,
 * then, if that does not do, those of SHRINK_LAST. */
struct out_column {
	const char *key;	/* of the JSON member */
	const char *title;	/* of the column; NULL: in JSON only */
	/* The cells of a NUMBER are that in JSON, and are never cut.  A SPARSE column is
	 * never cut either, and not there in text when all of its cells are NULL. */
	enum { SHRINK_NEVER, SHRINK_FIRST, SHRINK_LAST, NUMBER, SPARSE } shrink;
};

#define OUT_COLUMNS_MAX 16

/* Rows between out_table() and out_table_end(), with nothing else between them; cells must
 * live until then, in JSON too, and may be NULL.  An empty table prints no titles. */
void out_table(struct out *o, const char *key, const struct out_column *columns,
	       size_t nr);
void out_row(struct out *o, const char *const *cells);
void out_table_end(struct out *o);
/*
 * The same of a table that may be long, which takes no memory for its rows: in text these come
 * twice, to be measured and to be shown.  Cells must live until their row was given.
 *
 *	out_long_table(o, key, columns, nr);
 *	do
 *		for (...)
 *			out_row(o, cells);
 *	while (out_table_again(o));
 *	out_table_end(o);
 */
void out_long_table(struct out *o, const char *key, const struct out_column *columns,
		    size_t nr);
bool out_table_again(struct out *o);
/* A cell that is made for its row: text that is there until the row was given.  NULL, which is
 * reported like a failed allocation, when out of memory.  In long tables only. */
const char *out_cell(struct out *o, const char *fmt, ...) PRINTF_LIKE(2, 3);

/* What was said so far leaves the program now: it is done, whatever comes. */
void out_flush(struct out *o);

/* Whether writing has failed, so that a long walk may end early. */
bool out_failed(const struct out *o);

/*
 * The answer is known, and only to be shown: no refusal and no error can come any more, but for
 * want of memory or because nobody reads.  From here to out_write() JSON leaves as it grows, so
 * that a long answer takes no memory.
 */
void out_leave(struct out *o);
/* Whether some of it has: what goes wrong now can only be said beside it. */
bool out_left(const struct out *o);

/* Forget the structure that was built, as far as it has not left. */
void out_discard(struct out *o);

/* Write the JSON, if that is what this is.  Returns 0, OPS_ENOMEM or OPS_EIO. */
int out_write(struct out *o);

#endif
