/* SPDX-License-Identifier: MIT */
#ifndef CMD_OUT_PRIVATE_H
#define CMD_OUT_PRIVATE_H

/* What out.c and table.c share, and nobody else includes. */

#include "out.h"
#include "util/buf.h"

#define OUT_DEPTH_MAX 16
#define OUT_PIECE 65536		/* bytes that are worth a call */

/* A column that text has. */
struct out_shown {
	size_t column;		/* among all; */
	size_t at;		/* and among those whose cells are kept */
	size_t widest;
	bool any;		/* of its cells is not NULL */
	bool odd;		/* one is not shown as it is, a byte a column */
	const char *cell;	/* the last one, */
	size_t width;		/* and its width if it is shown as it is; else 0 */
};

struct out {
	FILE *stream;
	bool json, color;
	bool failed;		/* an allocation */
	bool lost;		/* a write */
	size_t width;
	bool pretty;		/* JSON in lines */
	bool leaves;		/* JSON may be written before it ends; */
	bool left;		/* some of it was */
	struct buf line;	/* on its way to the stream */
	struct buf text;	/* of JSON */
	struct {
		char close;
		bool any;
	} stack[OUT_DEPTH_MAX];	/* the containers that did not end */
	size_t depth;
	/* the table that is being filled, row after row */
	const struct out_column *columns;
	size_t columns_nr;
	struct out_shown shown[OUT_COLUMNS_MAX];
	size_t shown_nr, kept_nr;
	const char **cells;		/* of the columns that are shown */
	size_t cells_nr, cells_cap;
	struct arena *made;		/* cells made for a row; or NULL */
	enum { TABLE_KEPT, TABLE_MEASURED, TABLE_SHOWN } table;	/* what becomes of rows */
};

void out_emit(struct out *o);

#endif
