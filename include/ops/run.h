/* SPDX-License-Identifier: MIT */
#ifndef OPS_RUN_H
#define OPS_RUN_H

/*
 * Agents that are programs: running them for a task, and which may run at all.
 *
 *	ops_repo_run(&report, findings, repo, &request, 1, 0, NULL, NULL, &err);
 *	... report->runs[0].status ...
 *	ops_run_report_free(report);
 *
 * Nothing runs that the user did not allow before (ops_repo_program_allow()): what a
 * repository names is somebody else's.
 */

#include <stddef.h>
#include <stdint.h>

#include "ops/change.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ops_run_request {
	const char *agent;	/* id, or Department/id */
	const char *task;	/* as struct ops_request names a target */
	const char *kind;	/* of the task, for its time limit; NULL: its Type */
	const char *context;	/* a JSON object the packet is to hold; or NULL */
	const char *input;	/* likewise: what another agent gave as output; or NULL */
	unsigned timeout;	/* seconds, where the rules would allow more; 0 */
	bool worktree;		/* in a linked work tree of its own */
	const char *id;		/* of the run: "run-" and 12 letters and digits that no other
				   has; NULL: a new one */
};

/* What came of one; texts belong to the report. */
struct ops_run {
	const char *agent, *task, *kind, *id;
	const char *program;	/* its words, safe to show */
	const char *status;	/* COMPLETE, PARTIAL, FAILED, ESCALATED */
	const char *ended;	/* "answered", "timed out", … */
	const char *why;	/* in words; "" for a plain success */
	const char *summary;	/* of its answer; NULL: there is none */
	const char *answer;	/* JSON; NULL */
	const char *digest;	/* sha256 of what it printed */
	const char *size_class;	/* fast, medium, slow */
	const char *quality;	/* "PASSED (1/1 = 100%)" */
	int exit, signal;
	unsigned ms, cpu_ms;
	uint64_t memory;
	unsigned stragglers;	/* processes it left behind, which were killed */
	unsigned left;		/* and those that could not be */
	unsigned heartbeats;
	int progress;		/* per cent; -1: not told */
	const char *log;	/* path of the file that keeps what it printed; NULL: withheld */
	const char *packet;	/* id of the result that records it; NULL in a dry run */
	const char *commit;	/* of the record; NULL in a dry run */
	const char *changes;	/* commit of what it changed in its work tree; or NULL */
	const char *ref;	/* that holds it */
	bool refused;		/* the changes were: findings say why */
};

struct ops_run_report {
	const struct ops_run *runs;	/* in the order of the requests */
	size_t runs_nr;
};

/*
 * Run agents, side by side, and record each as a result packet when it ends.  With
 * OPS_DRY_RUN nothing is started: runs[] says what would be.  Returns 0 when all that were
 * started are recorded, whatever they came to; OPS_EREFUSED with findings: nothing was
 * started; OPS_ENOTFOUND, OPS_EAMBIGUOUS, OPS_EUSAGE, OPS_EENVIRONMENT; as ops_repo_change()
 * when a record could not be written.  *out is written on 0 only.
 * `watch` (or NULL) is called for each sign of life of an agent: per cent, -1 if not told, and
 * a printable note.
 */
int ops_repo_run(struct ops_run_report **out, struct ops_findings *findings,
		 struct ops_repo *repo, const struct ops_run_request *requests, size_t nr,
		 unsigned flags,
		 void (*watch)(const char *agent, int progress, const char *note,
			       void *payload),
		 void *payload, struct ops_error *err);
void ops_run_report_free(struct ops_run_report *report);	/* NULL is fine */

/* A program that the repository names. */
struct ops_program {
	const char *name;	/* of the agent, or check:NAME */
	const char *words;	/* the command, safe to show */
	const char *directory;	/* repository, worktree, scratch */
	const char *environment;	/* variables it sees beside the usual; "" */
	const char *digest;	/* "sha256:…" that a consent is to */
	bool allowed;
};

struct ops_programs {
	const struct ops_program *list;
	size_t nr;
};

/* All of them, or the one of that name.  OPS_ENOTFOUND. */
int ops_repo_programs(struct ops_programs **out, struct ops_findings *findings,
		      struct ops_repo *repo, const char *name, struct ops_error *err);
void ops_programs_free(struct ops_programs *programs);	/* NULL is fine */

/* Let a program run, or no more.  `digest` NULL: as it is now; otherwise only if it still
 * is that (OPS_ECHANGED).  OPS_EENVIRONMENT: there is no place for it. */
int ops_repo_program_allow(struct ops_repo *repo, const char *name, const char *digest,
			   bool allow, struct ops_findings *findings, struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
