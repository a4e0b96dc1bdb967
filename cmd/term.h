/* SPDX-License-Identifier: MIT */
#ifndef CMD_TERM_H
#define CMD_TERM_H

/* The terminal: is there one, how wide, colour or not, the pager, progress. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ops/error.h"

struct environment;

struct term {
	bool input, output, errors;	/* is it a terminal? */
	bool color_output, color_errors;
	int width;			/* of standard output; 0 if it is none */
	pid_t pager;			/* 0 = none runs */
	long long shown;		/* when progress was last shown, ms */
	bool progress;			/* a line of it stands there */
};

/* Repair closed standard streams: what is opened later must never become one of
 * them, or a message would be written into a file of the repository. */
void term_guard(void);

/* Returns 0, or OPS_EUSAGE for a `color` that is none of always, never, auto. */
int term_init(struct term *term, const struct environment *env, const char *color,
	      struct ops_error *err);

/* Send standard output through the pager, if it is a terminal and one is wanted. */
void term_page(struct term *term, const struct environment *env);

/* After standard output was closed: wait for the pager to end. */
void term_wait(struct term *term);

/* Show "<what> done/known" on standard error, at most ten times a second and
 * only on a terminal; `done` == `known` wipes the line. */
void term_progress(struct term *term, const char *what, size_t done, size_t known);

#endif
