/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CHOICE_H
#define MODEL_CHOICE_H

/*
 * Who is to do a task: four factors from 0 to 1 for every agent, their weighted sum, and
 * the best of those who can take it (catalogue E1-E7).
 *
 *   capability	sum of (degree of the agent x weight of the task) over what the task asks
 *		for, divided by how many it asks for; 1 when it asks for nothing
 *   workload	1 - active tasks / most at a time; never below 0
 *   performance, cohesion	see track.h
 *
 * Equal sums go to the greater capability, then to the smaller workload, then to the
 * first by path.  Numbers are compared as multiples of 10^-9.
 */

#include "model/track.h"

enum why_not { CAN_TAKE, NOT_ACTIVE, NOT_WORKER, NOT_EXPERT, NOT_MEANT, AT_LIMIT,
	       IS_AWAY };

struct score {
	size_t worker;
	enum why_not why;
	unsigned active;		/* tasks it had when this was computed */
	double factor[FACTORS];
	double total;
	struct performance performance;
	struct cohesion cohesion;
};

/* Why an agent cannot take a task, with the work it has now. */
enum why_not choice_why_not(const struct board *b, const struct worker *w,
			    const struct task *t);

/* Whether a word of a task's field For means an agent: its archetype, role, name or id;
 * letter case, '-', '_' and blanks are the same. */
bool choice_means(const struct worker *w, const char *word);

double choice_capability(const struct worker *w, const struct task *t);

/* The best of those who can; false when nobody can. */
bool choice_best(struct score *out, const struct board *b, const struct track *track,
		 const struct task *t);

/* Whether a sum is above the threshold. */
bool choice_is_good(const struct board *b, const struct score *s);

/* A row for every agent, the best first, those who cannot last, in `list[0..workers)`. */
void choice_table(struct score *list, const struct board *b, const struct track *track,
		  const struct task *t);

/* Negative when `a` is to be preferred. */
int choice_compare(const struct score *a, const struct score *b);

/* Why an agent cannot take it, as a phrase; NULL when it can, or out of memory. */
const char *choice_why(struct arena *arena, const struct board *b, const struct task *t,
		       const struct score *s);

#endif
