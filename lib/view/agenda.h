/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AGENDA_H
#define VIEW_AGENDA_H

/* Deeds in words, for the files that show them. */

#include "model/agenda.h"
#include "ops/plan.h"
#include "view/board.h"

/* All that planning knows about the active tasks of a view. */
struct outlook {
	struct board *b;
	struct graph g;
	struct schedule s;
	struct holders {		/* who holds a list of powers, in words */
		const char *first;
		size_t nr;
		const char *text;
	} holders[16];
	size_t holders_nr;
};

int view_outlook(struct outlook *out, struct ops_view *view,
		 struct ops_findings *findings, struct ops_error *err);

/* In the board's arena.  0 or OPS_ENOMEM. */
int view_deed(struct ops_deed *out, struct outlook *o, const struct deed *d);

#endif
