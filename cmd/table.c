/* SPDX-License-Identifier: MIT */
/*
 * Tables: rows that are objects in JSON and aligned columns in text.
 *
 * In text all rows are kept until the table ends, because the widest cell of a
 * column decides.  On a terminal the columns that may shrink give up what does not fit,
 * the widest first; elsewhere nothing is ever cut, so that a script sees whole
 * values.  Columns are two blanks apart and lines have no trailing blanks.
 */

#include <stdlib.h>
#include <string.h>

#include "out_private.h"
#include "util/utf8.h"

#define GAP 2
#define FIRST_MIN 10		/* columns a cell keeps however narrow the terminal */
#define LAST_MIN 24
#define CUT "..."

static const char blanks[] = "                                ";
#define BLANKS (sizeof(blanks) - 1)

void out_table(struct out *o, const char *key, const struct out_column *columns,
	       size_t nr)
{
	o->columns = columns;
	o->columns_nr = nr;
	o->cells_nr = 0;
	out_list(o, key);
}

void out_row(struct out *o, const char *const *cells)
{
	if (o->json) {
		out_map(o, NULL);
		for (size_t i = 0; i < o->columns_nr; i++)
			if (o->columns[i].shrink == NUMBER && cells[i])
				out_number(o, o->columns[i].key, strtod(cells[i], NULL));
			else
				out_string(o, o->columns[i].key, cells[i]);
		out_end(o);
		return;
	}
	if (o->cells_nr + o->columns_nr > o->cells_cap) {
		size_t cap = 2 * (o->cells_cap + 32 * o->columns_nr);
		const char **grown = realloc(o->cells, cap * sizeof(*grown));

		if (!grown) {
			o->failed = true;
			return;
		}
		o->cells = grown;
		o->cells_cap = cap;
	}
	memcpy(o->cells + o->cells_nr, cells, o->columns_nr * sizeof(*cells));
	o->cells_nr += o->columns_nr;
}

/* The length of what is shown as it is, a byte a column, as nearly every cell; else 0. */
static size_t plain_length(const char *cell)
{
	size_t n = 0;

	while (cell[n] >= ' ' && cell[n] <= '~')
		n++;
	return cell[n] ? 0 : n;
}

/* A cell as it will be seen, in o->line from `start` on; its columns. */
static size_t show(struct out *o, size_t start, const char *cell)
{
	size_t plain;

	if (!cell || !*cell)
		cell = "-";
	plain = plain_length(cell);
	if (plain) {
		buf_add(&o->line, cell, plain);
		return plain;
	}
	utf8_display(&o->line, cell, strlen(cell), false);
	return utf8_width(o->line.data + start, o->line.len - start);
}

/* Cut what stands in o->line from `start` on to at most `width` columns. */
static size_t cut(struct out *o, size_t start, size_t width)
{
	size_t at = start, taken = 0, room = width - strlen(CUT);

	while (at < o->line.len) {
		uint32_t c;
		size_t len = utf8_decode(&c, o->line.data + at, o->line.len - at);
		size_t columns;

		if (!len)
			break;
		columns = utf8_width(o->line.data + at, len);
		if (taken + columns > room)
			break;
		taken += columns;
		at += len;
	}
	o->line.len = at;
	o->line.data[at] = '\0';
	buf_str(&o->line, CUT);
	return taken + strlen(CUT);
}

/* The widest column of that kind that is wider than `min`; columns_nr if none. */
static size_t widest_of(const struct out *o, const size_t *widths, int kind, size_t min)
{
	size_t widest = o->columns_nr;

	for (size_t c = 0; c < o->columns_nr; c++)
		if (o->columns[c].title && (int)o->columns[c].shrink == kind &&
		    widths[c] > min &&
		    (widest == o->columns_nr || widths[c] > widths[widest]))
			widest = c;
	return widest;
}

/* Take columns from the widest that may shrink until the table fits. */
static void fit(const struct out *o, size_t *widths)
{
	size_t total = 0;

	for (size_t c = 0; c < o->columns_nr; c++)
		total += o->columns[c].title ? widths[c] + (total ? GAP : 0) : 0;
	while (o->width && total > o->width) {
		size_t widest = widest_of(o, widths, SHRINK_FIRST, FIRST_MIN);

		if (widest == o->columns_nr)
			widest = widest_of(o, widths, SHRINK_LAST, LAST_MIN);
		if (widest == o->columns_nr)
			break;
		widths[widest]--;
		total--;
	}
}

static void print_row(struct out *o, const char *const *cells, const size_t *widths)
{
	size_t pad = 0;

	for (size_t c = 0; c < o->columns_nr; c++) {
		size_t start, width;

		if (!o->columns[c].title)
			continue;
		for (; pad; pad -= pad < BLANKS ? pad : BLANKS)
			buf_add(&o->line, blanks, pad < BLANKS ? pad : BLANKS);
		start = o->line.len;
		width = show(o, start, cells[c]);
		if (width > widths[c])
			width = cut(o, start, widths[c]);
		pad = widths[c] - width + GAP;
	}
	buf_char(&o->line, '\n');
	out_emit(o);
}

void out_table_end(struct out *o)
{
	size_t widths[OUT_COLUMNS_MAX] = { 0 };
	const char *titles[OUT_COLUMNS_MAX] = { NULL };
	size_t nr = o->columns_nr;

	out_end(o);
	if (o->json || !o->cells_nr)
		return;
	for (size_t c = 0; c < nr; c++) {
		titles[c] = o->columns[c].title;
		widths[c] = titles[c] ? strlen(titles[c]) : 0;
	}
	for (size_t at = 0; at < o->cells_nr; at++) {
		size_t width = titles[at % nr] && o->cells[at] ? plain_length(o->cells[at]) : 1;

		if (!width && *o->cells[at])
			width = show(o, 0, o->cells[at]);
		buf_clear(&o->line);
		if (width > widths[at % nr])
			widths[at % nr] = width;
	}
	fit(o, widths);
	out_style(o, STYLE_BOLD);
	print_row(o, titles, widths);
	out_style(o, STYLE_PLAIN);
	for (size_t at = 0; at < o->cells_nr; at += nr)
		print_row(o, o->cells + at, widths);
	o->cells_nr = 0;
}
