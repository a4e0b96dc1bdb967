/* SPDX-License-Identifier: MIT */
#ifndef MODEL_PLANNING_H
#define MODEL_PLANNING_H

/*
 * What the configuration says about planning: how agents are chosen and work is
 * rebalanced (catalogue E1-E8), which days are worked, and when work is stalled.
 */

#include <stdint.h>

#include "model/conf.h"
#include "util/date.h"

enum factor { FACTOR_CAPABILITY, FACTOR_WORKLOAD, FACTOR_PERFORMANCE, FACTOR_COHESION,
	      FACTORS };

/* Parts of the performance of an agent. */
enum part { PART_SUCCESS, PART_EFFICIENCY, PART_QUALITY, PARTS };

/* Only these departments take tasks of that type. */
struct expertise {
	const char *type;
	struct names departments;
};

/* When a task is better broken down, and one kind of what it becomes. */
enum size_factor { SIZE_COMPLEXITY, SIZE_HOURS, SIZE_DEPENDENCIES, SIZE_UNKNOWNS,
		   SIZE_FACTORS };
enum part_kind { PART_PLANNING, PART_IMPLEMENTATION, PART_INTEGRATION, PART_TESTING,
		 PART_KINDS };
struct part_plan {
	const char *type, *title, *work;
	const char *meant_for;		/* NULL: anybody */
	double share;			/* of the estimate; the sum of all is 1 */
};

struct breakdown {
	double factor[SIZE_FACTORS];	/* reached at this number */
	unsigned at_least;		/* of these */
	const char *components;		/* the section that lists them */
	struct names unknowns;		/* sections whose items are unknown things */
	struct part_plan part[PART_KINDS];
};

struct planning {
	double weight[FACTORS];		/* sum: 1 */
	double part[PARTS];		/* sum: 1 */
	double threshold;		/* a score above it is good enough */
	double no_history, no_project;	/* performance and cohesion when nothing is known */
	struct period history;		/* how far back tasks count */
	unsigned max_concurrent;	/* of an agent that says nothing */
	struct expertise *expertise;
	size_t expertise_nr;
	double over, under, match;	/* rebalancing */
	unsigned working_days;		/* bit 0 is Monday */
	double hours_per_day;
	int64_t *holidays;		/* days since 1970-01-01, in order, each once */
	size_t holidays_nr;
	int64_t stalled;		/* seconds without a sign of life */
	unsigned raise;			/* grades of priority, at least */
	struct breakdown breakdown;
	/* From where on something is a bottleneck: what is lacking of a capability, how
	   much of a department is taken, how many messages a task has. */
	double gap, tight, messages;
};

extern const char *const size_factor_names[SIZE_FACTORS];
extern const char *const part_kind_names[PART_KINDS];

extern const char *const factor_names[FACTORS];
extern const char *const part_names[PARTS];

/* Read all of it from the merged configuration; planning_read_parts() is its second half. */
int planning_read(struct planning *out, struct conf_reader *r, const struct conf *root);
void planning_read_parts(struct planning *out, struct conf_reader *r,
			 const struct conf *root);
/* A number of that range, which must be there; weights of these names, which sum to 1. */
void planning_number(struct conf_reader *r, const struct conf *map, const char *key,
		     double min, double max, double *out);

/* The days of "Mon, Tue": a set of bits, 0 when a word is no day or there is none. */
unsigned planning_days(const struct names *names);
/* The days since 1970-01-01 of dates and ranges "2026-02-01..2026-02-14", in order, each
 * once.  NULL in *fault, or the item that is none (then nothing is written).
 * Returns 0 or OPS_ENOMEM. */
int planning_dates(int64_t **out, size_t *nr, const char **fault, struct arena *arena,
		   const struct names *names);

#endif
