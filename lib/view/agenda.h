/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AGENDA_H
#define VIEW_AGENDA_H

/*
 * Deeds in words, for the files that show them.
 *
 * An answer is made in two steps, so that it takes no memory for each of its rows: first what
 * is in it and in which order, as numbers of tasks; then, row by row as it is asked for, what
 * it says.  A roll that is found damaged in the first step has the question asked again
 * (view_ask()); in the second the tasks are read again, which have the same numbers.
 */

#include "model/agenda.h"
#include "ops/plan.h"
#include "view/board.h"

#define DAYS_KEPT 1024

/* All that planning knows about the active tasks of a view; of a sketch of them. */
struct outlook {
	struct ops_view *view;
	struct board *b;
	struct graph g;
	struct schedule s;
	struct holders {		/* who holds a list of powers, in words */
		const char *first;
		size_t nr;
		const char *text;
	} holders[16];
	size_t holders_nr;
	struct {			/* days in words, each at its place */
		int64_t day;
		const char *text;
	} days[DAYS_KEPT];
};

int view_outlook(struct outlook *out, struct ops_view *view, bool sketch,
		 struct ops_findings *findings, struct ops_error *err);

/* A task as board_get() gives it, in the board's scratch; for the second step. */
int view_get(const struct task **out, struct outlook *o, size_t at, struct ops_error *err);
/* YYYY-MM-DD, as long as the view is there; NULL when out of memory. */
const char *view_day(struct outlook *o, int64_t day);

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
int view_papers(struct papers *out, struct outlook *o, struct ops_findings *findings,
		struct ops_error *err);

/* Deeds, and after them papers, that are told one by one: what a struct ops_agenda is. */
struct told {
	struct ops_agenda public;	/* first */
	struct outlook *o;
	const struct deed *deeds;
	size_t deeds_nr;
	const struct paper *papers;
};

#endif
