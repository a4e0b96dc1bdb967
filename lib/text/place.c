/* SPDX-License-Identifier: MIT */
/*
 * Counting lines and columns.
 *
 * A text may be one line of a megabyte with a thousand links, or as many lines: neither is
 * counted from its beginning for each.
 */
#include "text/place.h"

#include <stdbool.h>
#include <string.h>

void place_begin(struct place_walk *w, const char *text, size_t at, unsigned line)
{
	memset(w, 0, sizeof(*w));
	w->text = text;
	w->counted = w->line_at = at;
	w->line = line;
}

static bool begins(unsigned char c)
{
	return (c & 0xc0) != 0x80;
}

/* Before what was counted: from there back. */
static void place_back(const struct place_walk *w, size_t at, unsigned *line,
		       unsigned *column)
{
	size_t i;

	for (i = at; i < w->line_at; i++)
		*line -= w->text[i] == '\n';
	for (i = at; i && w->text[i - 1] != '\n'; i--)
		*column += begins((unsigned char)w->text[i - 1]);
}

void place_at(struct place_walk *w, size_t at, unsigned *line, unsigned *column)
{
	while (w->counted < at) {
		const char *lf = memchr(w->text + w->counted, '\n', at - w->counted);

		w->counted = lf ? (size_t)(lf - w->text) + 1 : at;
		if (lf) {
			w->line++;
			w->line_at = w->counted;
		}
	}
	*line = w->line;
	*column = 1;
	if (at < w->line_at) {
		place_back(w, at, line, column);
		return;
	}
	if (!w->column || w->column_at < w->line_at || w->column_at > at) {
		w->column_at = w->line_at;
		w->column = 1;
	}
	for (; w->column_at < at; w->column_at++)
		w->column += begins((unsigned char)w->text[w->column_at]);
	*column = w->column;
}
