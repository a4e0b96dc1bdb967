/* SPDX-License-Identifier: MIT */
#ifndef MODEL_HANDOFF_H
#define MODEL_HANDOFF_H

/*
 * Where the handoff of a task stands, computed from its packets.
 *
 *	requested   the owner is asked for a package, until the deadline
 *	late        it did not come in time: somebody mediates
 *	packaged    the receiver may accept it: only that moves the task
 *	rejected    the receiver refused: somebody mediates
 *	accepted    the task is the receiver's
 *	cancelled   it stays with its owner
 *
 * Order and dates of packets mean nothing: a rejection names the package it is about, an
 * extension the rejection it settles, and the deadline is the latest that was given.
 */

#include "model/packet.h"

#define HANDOFF "handoff"
#define HANDOFF_PACKAGE "handoff-package"
#define HANDOFF_REJECTION "handoff-rejection"
#define HANDOFF_EXTENSION "handoff-extension"
#define HANDOFF_CANCELLATION "handoff-cancellation"
#define HANDOFF_ACCEPTANCE "handoff-acceptance"

enum handoff_state { HANDOFF_NONE, HANDOFF_REQUESTED, HANDOFF_LATE, HANDOFF_PACKAGED,
		     HANDOFF_REJECTED, HANDOFF_ACCEPTED, HANDOFF_CANCELLED };

struct handoff {
	enum handoff_state state;
	const struct ops_document *start;	/* NULL: none */
	const struct ops_document *package;	/* that nobody rejected; or NULL */
	const struct ops_document *rejection;	/* that nothing settled; or NULL */
	const char *owner, *to;			/* Department/agent; agent's id */
	const char *deadline;			/* the latest; NULL: none that can be read */
	int64_t until;
};

const char *handoff_state_name(enum handoff_state state);

/* That of `start` at a time. */
void handoff_read(struct handoff *out, const struct packets *all,
		  const struct ops_document *start, int64_t now);
/* The one that is open, else HANDOFF_NONE. */
void handoff_open(struct handoff *out, const struct packets *all, int64_t now);

/* What a package has to name, as the items of its lists: the packets that are open about
 * the task, but for handoffs; the paths it holds, but for patterns with a comma, which
 * parts items; and "<gate>: <state>" of each gate. */
int handoff_open_packets(struct names *out, struct arena *arena,
			 const struct packets *all);
int handoff_locks(struct names *out, struct arena *arena, const struct config *config,
		  struct ops_document *task);
int handoff_gates(struct names *out, struct arena *arena, const struct config *config,
		  struct ops_document *task, struct world *recorded, struct world *files,
		  struct ops_findings *findings, struct ops_error *err);

#endif
