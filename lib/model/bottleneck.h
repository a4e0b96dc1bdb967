/* SPDX-License-Identifier: MIT */
#ifndef MODEL_BOTTLENECK_H
#define MODEL_BOTTLENECK_H

/*
 * Where work gets stuck for want of something (catalogue F7, L3).  Thresholds are
 * `bottlenecks` of the configuration; reached is enough.
 *
 *	CAPABILITY_GAP		of a capability that a queued task asks for:
 *				1 - the highest degree to which somebody who works has it
 *	RESOURCE_CONSTRAINT	of a department, while something is queued: the active tasks
 *				over what it takes at a time, of those who work and are there
 *	COMMUNICATION_OVERHEAD	of an agent: packets that ask or answer about its active
 *				tasks, over these tasks
 */

#include "model/board.h"

enum bottleneck_kind { CAPABILITY_GAP, RESOURCE_CONSTRAINT, COMMUNICATION_OVERHEAD };
extern const char *const bottleneck_names[];

struct bottleneck {
	enum bottleneck_kind kind;
	const char *about;	/* the capability, the department, Department/agent */
	double value;
	const char *text;	/* the numbers, in words */
};

struct bottlenecks {
	struct bottleneck *list;	/* by kind, then by name */
	size_t nr;
};

/* In the board's arena. */
int bottleneck_find(struct bottlenecks *out, struct board *b,
		    struct ops_findings *findings, struct ops_error *err);

#endif
