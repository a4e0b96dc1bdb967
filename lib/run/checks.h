/* SPDX-License-Identifier: MIT */
#ifndef RUN_CHECKS_H
#define RUN_CHECKS_H

/*
 * The checks of an agent's work, counted into its result (catalogue D3-D5): those of its
 * entry, or of the set that has its name.
 */

#include "model/repo.h"

struct ops_findings;

struct run_checks {
	size_t passed, of;		/* of 0: it has none */
	bool pass;			/* the gate: the ratio, and all that are mandatory */
	const char *gate;		/* "PASSED (2/2 = 100%)" */
	const char *issues;		/* a list of those that failed; or NULL */
	const char *mandatory;		/* those of them that have to pass, with commas; or NULL */
};

/* Do them, for a task or a run of a pipeline; `range` as of ops_repo_quality(). */
int checks_do(struct run_checks *out, struct arena *arena, struct ops_repo *repo,
	      const char *document, const char *set, const char *range,
	      struct ops_findings *findings, struct ops_error *err);

#endif
