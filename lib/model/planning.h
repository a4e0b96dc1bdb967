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
};

extern const char *const factor_names[FACTORS];
extern const char *const part_names[PARTS];

/* Read "selection", "rebalance", "calendar" and "progress" of the merged configuration. */
int planning_read(struct planning *out, struct conf_reader *r, const struct conf *root);

/* The days of "Mon, Tue": a set of bits, 0 when a word is no day or there is none. */
unsigned planning_days(const struct names *names);
/* The days since 1970-01-01 of dates and ranges "2026-02-01..2026-02-14", in order, each
 * once.  NULL in *fault, or the item that is none (then nothing is written).
 * Returns 0 or OPS_ENOMEM. */
int planning_dates(int64_t **out, size_t *nr, const char **fault, struct arena *arena,
		   const struct names *names);

#endif
