/* SPDX-License-Identifier: MIT */
#ifndef RUN_RECORD_H
#define RUN_RECORD_H

/* The result of a run on record: a packet of kind result, and the file of what was printed. */

#include "ops/change.h"
#include "run/checks.h"
#include "run/order.h"
#include "run/tree.h"

struct record {
	const struct order *order;
	const struct run_result *result;
	const struct tree_outcome *changes;
	struct run_checks checks;
	enum run_status status;		/* from here on filled in: what is recorded */
	const char *quality;		/* "PASSED (1/1 = 100%)" */
	bool log;			/* what it printed is kept */
	const char *packet;		/* its id */
	char commit[41];
};

/* "PASSED (2/3 = 66%)": at least `ratio` per cent, and something, and nothing of what is
 * mandatory has failed (catalogue D4). */
const char *record_ratio(struct arena *arena, unsigned ratio, size_t passed, size_t of,
			 bool failed);

/*
 * Record them, as who runs ops: as one commit if nothing is in its way, else each by itself.
 * What the judge does not let stand (a secret that was printed, text that is no text) is left
 * out and said to be: the record itself is always made.  Returns as ops_repo_change(); those
 * that were recorded have a packet, whatever is returned.
 */
int record_write(struct record *list, size_t nr, struct arena *arena, struct ops_repo *repo,
		 unsigned ratio, struct ops_error *err);

/* A milestone the agent told: a checkpoint, as that agent.  Whether it was recorded. */
bool record_milestone(struct ops_repo *repo, const struct order *order,
		      const struct run_progress *progress);

#endif
