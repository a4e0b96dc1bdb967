/* SPDX-License-Identifier: MIT */
#ifndef MODEL_GATE_H
#define MODEL_GATE_H

/*
 * The state of a gate, computed from the packets about a task.
 *
 * No order among packets is needed: a decision names by id the request or the
 * block it answers, and by digest what it was about.  So two clones that decide
 * at once never conflict, and no date can change what a decision means.
 *   blocked    a Block that no Lift answers
 *   approved   an Approve of the subject as it is now, all its evidence unchanged; where
 *              the gate asks for several, by so many persons, in answer to one request
 *   requested  a request about the subject as it is now that nothing answers, or not
 *              enough of them
 *   rejected   a Reject of the subject as it is now
 *   stale      decisions or requests there were, about another subject or with
 *              evidence that changed or is gone
 *   none       nothing
 * in this order of precedence.
 */

#include "model/roster.h"
#include "util/digest.h"

enum gate_state { GATE_NONE, GATE_REQUESTED, GATE_APPROVED, GATE_BLOCKED,
		  GATE_REJECTED, GATE_STALE };

struct gate_status {
	const struct gate *gate;
	enum gate_state state;
	const struct ops_document *packet;	/* that made it so; NULL for none */
	const char *reason;			/* for blocked, rejected, stale, and of
						   several approvals how many; or NULL */
	size_t approvals;			/* by so many persons so far */
};

const char *gate_state_name(enum gate_state state);

/* "sha256:<hex>" of what the gate decides about in this version of the task. */
#define SUBJECT_LEN (7 + DIGEST_HEX)
int gate_subject(char out[SUBJECT_LEN + 1], const struct gate *gate,
		 struct ops_document *task);

/*
 * Evaluate one gate: the packets of `recorded` (usually the world before an
 * act), the subject of `task`, the evidence files of `files`.
 */
int gate_evaluate(struct gate_status *out, const struct gate *gate,
		  struct ops_document *task, struct world *recorded,
		  struct world *files, struct ops_findings *findings,
		  struct ops_error *err);

/* How a task gets what a gate decides about approved (again) when its status is `status`:
 * it is asked for, where that may be done still.  NULL: out of memory. */
const char *gate_remedy(struct arena *arena, const struct gate *gate,
			const struct ops_document *task, const char *status);

/* Whether an agent's person approved in answer to the request of that id already. */
int gate_has_approved(bool *out, const struct gate *gate, const char *request,
		      const struct ops_document *task, struct world *recorded,
		      const struct roster *roster, const struct agent *agent,
		      struct ops_findings *findings, struct ops_error *err);

/* Whether an agent's person contributed to a task: created it, was ever assigned
 * to it, recorded progress, or made the request `request` (NULL: any). *how is then a phrase. */
int gate_contributor(const char **how, struct ops_document *task,
		     struct world *recorded, const struct roster *roster,
		     const struct agent *agent, struct ops_findings *findings,
		     struct ops_error *err);

#endif
