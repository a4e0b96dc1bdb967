/* SPDX-License-Identifier: MIT */
#ifndef OPS_QUALITY_H
#define OPS_QUALITY_H

/*
 * The quality of work on a task, by checks: those that ops does itself, and commands the
 * repository names, which run like agents and need the user's consent.
 */

#include <stdbool.h>
#include <stddef.h>

#include "ops/repo.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ops_quality_request {
	const char *task;	/* or the run of a pipeline, whose commits name it by step */
	const char *set;	/* of checks: its name, or an agent; NULL: "default" */
	const char *range;	/* "A..B": those commits; NULL: all of the branch of state that
				   name the task */
};

struct ops_quality_check {
	const char *name;
	bool passed, mandatory;
	const char *why;	/* it failed: the reason, with what is missing; else "" */
	const char *next;	/* the next action; "" */
	unsigned ms;		/* of a command; 0 */
};

struct ops_quality {
	const char *task, *set;
	const struct ops_quality_check *checks;
	size_t checks_nr, passed_nr;
	bool passed;		/* at least the ratio of the configuration, all that are mandatory,
				   and something (catalogue D4) */
	const char *gate;	/* "PASSED (2/2 = 100%)" */
	size_t commits;		/* that were looked at */
	const char *text;	/* all of it, as a section of a packet */
};

/* Do the checks.  OPS_ENOTFOUND: no such task, set or revision; OPS_EUSAGE; OPS_EIO; OPS_ENOMEM.
 * Free it with ops_quality_free(). */
int ops_repo_quality(struct ops_quality **out, struct ops_findings *findings,
		     struct ops_repo *repo, const struct ops_quality_request *request,
		     struct ops_error *err);
void ops_quality_free(struct ops_quality *quality);	/* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
