/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AGENDA_H
#define VIEW_AGENDA_H

/* Deeds in words, for the files that show them. */

#include "model/agenda.h"
#include "ops/plan.h"
#include "view/board.h"

/* All that planning knows about the active tasks of a view; of a sketch of them. */
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

int view_outlook(struct outlook *out, struct ops_view *view, bool sketch,
		 struct ops_findings *findings, struct ops_error *err);

/* In the board's arena.  As board_get(), or OPS_ENOMEM. */
int view_deed(struct ops_deed *out, struct outlook *o, const struct deed *d,
	      struct ops_error *err);

/* Documents that wait for a review: those that none has brought into force, and those whose
 * Next-Review is past. */
struct paper {
	const char *path, *id, *title, *status, *type, *next_review;
	const struct transition *transition;	/* that is waited for */
	const char *owner;
	bool due;				/* it is in force, and its review is past */
};
struct papers {
	struct paper *list;
	size_t nr, room;
	size_t unreadable;
};
int view_papers(struct papers *out, struct outlook *o, struct ops_view *view,
		struct ops_findings *findings, struct ops_error *err);
/* As a deed.  0 or OPS_ENOMEM. */
int view_paper(struct ops_deed *out, struct outlook *o, const struct paper *p);

#endif
