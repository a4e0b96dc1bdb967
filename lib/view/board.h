/* SPDX-License-Identifier: MIT */
#ifndef VIEW_BOARD_H
#define VIEW_BOARD_H

/* Boards of a view, for the files that plan. */

#include "model/board.h"
#include "view/view.h"

struct view_board {
	struct board *board;
	struct view_board *next;
};

/* Read a board of the view's state; it belongs to the view. */
int view_board(struct board **out, struct ops_view *view, struct ops_findings *findings,
	       struct ops_error *err);
/* The same as a sketch, if it can be one (model/board.h). */
int view_sketch(struct board **out, struct ops_view *view, struct ops_findings *findings,
		struct ops_error *err);
/* Ask something of a sketch.  `ask` is called again when the roll was found damaged on the way;
 * what it found by that is forgotten. */
int view_ask(struct ops_view *view,
	     int (*ask)(struct ops_view *view, void *payload, struct ops_findings *findings,
			struct ops_error *err),
	     void *payload, struct ops_findings *findings, struct ops_error *err);
void view_boards_free(struct view_board *boards);

/* whole.c: the tasks that were broken down and of whose parts some are active. */
struct ops_concern;
int view_wholes(const struct ops_concern **out, size_t *nr, struct board *b,
		struct ops_findings *findings, struct ops_error *err);

/* The active task of an id, a unique prefix, or a path.  OPS_EUSAGE: it is not active. */
int view_number(size_t *out, struct board *b, struct ops_view *view, const char *name,
		struct ops_error *err);
int view_task(struct task **out, struct board *b, struct ops_view *view,
	      const char *name, struct ops_error *err);

#endif
