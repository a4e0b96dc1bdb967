/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_PASS_H
#define CHANGE_PASS_H

/*
 * One step of a pass while it is taken.  pass.c has the table of steps: a step has acts
 * that it carries out, and a look at the board from which it only reports.
 */

#include "change/planning.h"
#include "model/graph.h"
#include "ops/pass.h"

struct pass_step {
	struct ops_pass_step *public;
	struct arena *arena;		/* of the pass */
	struct ops_repo *repo;
	struct planning_base *base;	/* of the pass */
	struct board *board;		/* of the tip; only for a look */
	char *commit;			/* of the pass: the last one made */
	size_t notes_room, acts_room, commits_room;	/* of the lists of `public` */
};

/* Note something: strings are copied. */
int pass_note(struct pass_step *s, const char *kind, const char *about, const char *text,
	      double value, struct ops_error *err);

typedef int pass_look_fn(struct pass_step *s, struct ops_error *err);

/* pass_looks.c */
pass_look_fn pass_paused, pass_progress, pass_bottlenecks, pass_conflicts;

#endif
