/* SPDX-License-Identifier: MIT */
#ifndef OPS_SIGNAL_H
#define OPS_SIGNAL_H

/*
 * Signals: what a coordinator is told to do, and the run of a pipeline that follows.
 *
 * A run is a document of its own; each of its steps, and what the coordinator tells about
 * it, is a packet about that document.  A run that was cut off goes on where it was: what
 * is on record is not done again, and what a step does to the repository is found there.
 */

#include "ops/change.h"

#ifdef __cplusplus
extern "C" {
#endif

struct ops_signal_options {
	const char *signal;		/* "OPS:COMMIT"; NULL: one of the three ids below */
	const char *context;		/* a JSON object; or NULL */
	size_t context_len;
	const struct ops_setting *items;	/* of the context, over the object; a list has its
					   items on lines, or parted by ", " */
	size_t items_nr;
	const char *task;		/* that it is for; or NULL */
	const char *resume;		/* the id of a run to go on with; or NULL */
	const char *abort;		/* the id of a run to end; or NULL */
	const char *report;		/* the id of a run to report about; or NULL */
	const char *reason;		/* of an abort */
	unsigned flags;			/* enum ops_change_flags */
	/* Called when a step begins or ends, with the words of struct ops_signal_step; may be
	 * NULL. */
	void (*progress)(const char *step, const char *state, void *payload);
	void *payload;
};

struct ops_signal_step {
	const char *name;
	const char *agent;	/* in whose name */
	const char *by;		/* "ops", "agent", "command" or "approval" */
	const char *state;	/* "todo", "done", "failed", "skipped", "waiting" */
	const char *summary;	/* or NULL */
	const char *issues;	/* a list in Markdown: what is not as it should be; or NULL */
	unsigned attempts;
	long seconds;
};

struct ops_signal_result {
	const char *verdict;	/* IGNORED, ROUTED, WAITING, COMPLETE, PARTIAL, FAILED, ESCALATED,
				   ABORTED; PLANNED by a dry run; in a report also RUNNING */
	const char *route;	/* whose it is; or NULL */
	const char *run;	/* id of its document; NULL: nothing is recorded */
	const char *signal, *pipeline, *pattern;
	const char *gate;	/* "PASSED (2/2 = 100%)"; or NULL */
	const char *message;	/* of its result, or the report, Markdown; or NULL */
	const char *next;	/* what is to be done now; or NULL */
	const struct ops_signal_step *steps;
	size_t steps_nr;
};

/*
 * Receive a signal and run its pipeline, go on with a run, end one, or report how it stands.
 * Returns 0 also for a run that failed: see `verdict`.  OPS_EUSAGE: no such signal (small
 * letters are told), or no context at all; OPS_EREFUSED with findings signal.context, or of
 * the judge: nothing was done; OPS_ENOTFOUND: no such run; OPS_EBUSY: somebody else is at it;
 * else as ops_repo_change(): what is done so far is on record.  *out is written on 0 only.
 */
int ops_repo_signal(struct ops_signal_result **out, struct ops_findings *findings,
		    struct ops_repo *repo, const struct ops_signal_options *options,
		    struct ops_error *err);
void ops_signal_free(struct ops_signal_result *result);	/* NULL is fine */

#ifdef __cplusplus
}
#endif
#endif
