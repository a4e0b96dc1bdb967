/* SPDX-License-Identifier: MIT */
#ifndef MODEL_DEPEND_H
#define MODEL_DEPEND_H

/*
 * When what a task depends on is done: a task is when it is Complete, and one that was
 * broken down when all its parts are.  A part that was cancelled never is: the
 * dependency has to be cut.
 */

#include "model/board.h"

/*
 * Whether the task of a name is done.  *part (arena of the world) is what it waits for:
 * the name itself, or the first part that is not done; *status is that one's, NULL when
 * there is no such task.  A finding only for what cannot be read.
 */
int depend_done(bool *done, const char **part, const char **status, struct world *w,
		const char *name, struct ops_findings *findings, struct ops_error *err);

/* The items of Depends-On that are not done, as they stand there. */
int depend_open(struct names *out, struct arena *arena, struct world *w,
		const struct ops_document *task, struct ops_findings *findings,
		struct ops_error *err);

/* Put the parts of what was broken down in place of it, in all dependencies of a board. */
int depend_expand(struct board *b, struct ops_findings *findings, struct ops_error *err);

#endif
