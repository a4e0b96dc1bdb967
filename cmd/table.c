/* SPDX-License-Identifier: MIT */
/*
 * Tables: rows that are objects in JSON and aligned columns in text.
 *
 * All rows are kept until the table ends: in text because the widest cell of a column
 * decides, in JSON because cells are less than what is made of them, which may then leave at
 * once.  Those of a long table come again in text, and are not kept.  On a terminal the
 * columns that may shrink give up what does not fit, the widest first; elsewhere nothing is
 * ever cut, so that a script sees whole values.  Columns are two blanks apart and lines have
 * no trailing blanks.
 */

#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "out_private.h"
#include "util/arena.h"
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
	o->cells_nr = o->shown_nr = 0;
	for (size_t c = 0; c < nr; c++) {
		if (!columns[c].title)
			continue;
		o->shown[o->shown_nr] = (struct out_shown){
			.column = c, .at = o->shown_nr, .widest = strlen(columns[c].title)
		};
		o->shown_nr++;
	}
	o->kept_nr = o->json ? nr : o->shown_nr;
	o->table = TABLE_KEPT;
	out_list(o, key);
}

void out_long_table(struct out *o, const char *key, const struct out_column *columns,
		    size_t nr)
{
	out_table(o, key, columns, nr);
	o->table = TABLE_MEASURED;
}

/* The length of what is shown as it is, a byte a column, as nearly every cell; else 0.
 * Eight bytes at a time: each of them from ' ' to '~'. */
static size_t plain_length(const char *cell)
{
	const uint64_t ones = UINT64_C(0x0101010101010101), high = ones << 7;
	size_t len = strlen(cell), at = 0;
	uint64_t word, bad = 0;

	for (; at + 8 <= len; at += 8) {
		memcpy(&word, cell + at, 8);
		bad |= word | (word - ones * ' ') | (word + ones);
	}
	for (; at < len; at++)
		if (cell[at] < ' ' || cell[at] > '~')
			return 0;
	return bad & high ? 0 : len;
}

/* The width of a cell that is shown as it is; else 0.  A cell that is the one above it, as
 * words that documents share are, is as wide as that. */
static size_t plain_width(struct out_shown *s, const char *cell)
{
	if (s->cell != cell) {
		s->cell = cell;
		s->width = plain_length(cell);
	}
	return s->width;
}

/* The same of a cell that was looked at before: without one that is not so in its column, each
 * is as wide as it is long. */
static size_t known_width(struct out_shown *s, const char *cell)
{
	if (s->cell != cell && !s->odd) {
		s->cell = cell;
		s->width = strlen(cell);
	}
	return plain_width(s, cell);
}

/* A cell as it will be seen, in o->line from its end on; its columns. */
static size_t show(struct out *o, struct out_shown *s, const char *cell)
{
	size_t start = o->line.len, plain = plain_width(s, cell);

	if (plain) {
		buf_add(&o->line, cell, plain);
		return plain;
	}
	utf8_display(&o->line, cell, strlen(cell), false);
	return utf8_width(o->line.data + start, o->line.len - start);
}

const char *out_cell(struct out *o, const char *fmt, ...)
{
	const char *cell = NULL;
	va_list ap;

	if (!o->made)
		o->made = arena_new();
	va_start(ap, fmt);
	if (o->made)
		cell = arena_vprintf(o->made, fmt, ap);
	va_end(ap);
	o->failed |= !cell;
	return cell;
}

/* Nobody looks at the cells of a row any more, and what comes next may lie where they did. */
static void forget_cells(struct out *o)
{
	if (o->made)
		arena_clear(o->made);
	for (size_t i = 0; i < o->shown_nr; i++)
		o->shown[i].cell = NULL;
}

static const char *cell_of(const char *cell)
{
	return cell && *cell ? cell : "-";
}

static void row_json(struct out *o, const char *const *cells)
{
	out_map(o, NULL);
	for (size_t i = 0; i < o->columns_nr; i++)
		if (o->columns[i].shrink == NUMBER && cells[i])
			out_number(o, o->columns[i].key, strtod(cells[i], NULL));
		else
			out_string(o, o->columns[i].key, cells[i]);
	out_end(o);
}

static bool room_for_row(struct out *o)
{
	size_t cap = 2 * (o->cells_cap + 32 * o->kept_nr);
	const char **grown;

	if (o->cells_nr + o->kept_nr <= o->cells_cap)
		return true;
	grown = realloc(o->cells, cap * sizeof(*grown));
	if (!grown) {
		o->failed = true;
		return false;
	}
	o->cells = grown;
	o->cells_cap = cap;
	return true;
}

/* See how wide columns have to be for a row; `to`: its cells that are shown. */
static void measure(struct out *o, const char **to, const char *const *cells)
{
	for (size_t i = 0; i < o->shown_nr; i++) {
		struct out_shown *s = &o->shown[i];
		const char *cell = cell_of(cells[s->column]);
		size_t width = plain_width(s, cell);

		s->any |= cells[s->column] != NULL;
		s->odd |= !width;
		to[i] = cell;
		if (!width) {
			width = show(o, s, cell);
			buf_clear(&o->line);
		}
		if (width > s->widest)
			s->widest = width;
	}
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

/* The widest column of that kind that is wider than `min`; NULL if none. */
static struct out_shown *widest_of(struct out *o, int kind, size_t min)
{
	struct out_shown *widest = NULL, *s;

	for (s = o->shown; s < o->shown + o->shown_nr; s++)
		if ((int)o->columns[s->column].shrink == kind && s->widest > min &&
		    (!widest || s->widest > widest->widest))
			widest = s;
	return widest;
}

/* Take columns from the widest that may shrink until the table fits. */
static void fit(struct out *o)
{
	struct out_shown *widest;
	size_t total = 0;

	for (size_t i = 0; i < o->shown_nr; i++)
		total += o->shown[i].widest + (i ? GAP : 0);
	while (o->width && total > o->width) {
		widest = widest_of(o, SHRINK_FIRST, FIRST_MIN);
		if (!widest)
			widest = widest_of(o, SHRINK_LAST, LAST_MIN);
		if (!widest)
			break;
		widest->widest--;
		total--;
	}
}

/* Forget the columns of which there is nothing. */
static void drop_empty(struct out *o)
{
	size_t nr = 0;

	for (size_t i = 0; i < o->shown_nr; i++)
		if (o->shown[i].any || o->columns[o->shown[i].column].shrink != SPARSE)
			o->shown[nr++] = o->shown[i];
	o->shown_nr = nr;
}

/* Put a row of cells that are shown as they are and fit at the end of o->line: false when one
 * is not so, or there is no memory.  Nearly every row is. */
static bool print_plain(struct out *o, const char *const *cells)
{
	size_t width[OUT_COLUMNS_MAX], len = 0, pad = 0;
	char *to;

	for (size_t i = 0; i < o->shown_nr; i++) {
		width[i] = known_width(&o->shown[i], cells[o->shown[i].at]);
		if (!width[i] || width[i] > o->shown[i].widest)
			return false;
		len += pad + width[i];
		pad = o->shown[i].widest - width[i] + GAP;
	}
	to = buf_space(&o->line, len + 1);
	if (!to)
		return false;
	memset(to, ' ', len);
	to[len] = '\n';
	for (size_t i = 0; i < o->shown_nr; i++) {
		memcpy(to, cells[o->shown[i].at], width[i]);
		to += o->shown[i].widest + GAP;
	}
	return true;
}

/* The same of any cells. */
static void print_cells(struct out *o, const char *const *cells)
{
	size_t pad = 0, start, width;

	for (size_t i = 0; i < o->shown_nr; i++) {
		struct out_shown *s = &o->shown[i];

		for (; pad; pad -= pad < BLANKS ? pad : BLANKS)
			buf_add(&o->line, blanks, pad < BLANKS ? pad : BLANKS);
		start = o->line.len;
		width = show(o, s, cells[s->at]);
		if (width > s->widest)
			width = cut(o, start, s->widest);
		pad = s->widest - width + GAP;
	}
	buf_char(&o->line, '\n');
}

/* Put a row into o->line, which leaves when there is much of it. */
static void print_row(struct out *o, const char *const *cells)
{
	if (!print_plain(o, cells))
		print_cells(o, cells);
	if (o->line.len >= OUT_PIECE)
		out_emit(o);
}

/* Keep the cells of a row until the table ends: all of them, or those that are shown. */
static void keep_row(struct out *o, const char *const *cells)
{
	if (!room_for_row(o))
		return;
	if (o->json)
		memcpy(o->cells + o->cells_nr, cells, o->kept_nr * sizeof(*cells));
	else
		measure(o, o->cells + o->cells_nr, cells);
	o->cells_nr += o->kept_nr;
}

void out_row(struct out *o, const char *const *cells)
{
	const char *shown[OUT_COLUMNS_MAX];

	if (o->table == TABLE_KEPT) {
		keep_row(o, cells);
		return;
	}
	if (o->json) {
		row_json(o, cells);
	} else if (o->table == TABLE_MEASURED) {
		measure(o, shown, cells);
		o->cells_nr++;
	} else {
		for (size_t i = 0; i < o->shown_nr; i++)
			shown[o->shown[i].at] = cell_of(cells[o->shown[i].column]);
		print_row(o, shown);
	}
	forget_cells(o);
}

/* Every row was measured: the columns are as wide as they will be. */
static void begin_rows(struct out *o)
{
	const char *titles[OUT_COLUMNS_MAX];

	for (size_t i = 0; i < o->shown_nr; i++)
		titles[i] = o->columns[o->shown[i].column].title;
	drop_empty(o);
	fit(o);
	out_style(o, STYLE_BOLD);
	print_cells(o, titles);
	out_style(o, STYLE_PLAIN);
}

bool out_table_again(struct out *o)
{
	bool again = !o->json && o->table == TABLE_MEASURED && o->cells_nr;

	if (again) {
		o->table = TABLE_SHOWN;
		begin_rows(o);
	}
	return again;
}

void out_table_end(struct out *o)
{
	bool kept = o->table == TABLE_KEPT;

	if (kept && o->cells_nr && !o->json)
		begin_rows(o);
	for (size_t at = 0; kept && at < o->cells_nr; at += o->kept_nr)
		if (o->json)
			row_json(o, o->cells + at);
		else
			print_row(o, o->cells + at);
	if (!o->json && o->cells_nr)
		out_emit(o);
	out_end(o);
	o->cells_nr = 0;
}
