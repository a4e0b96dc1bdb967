/* SPDX-License-Identifier: MIT */
#ifndef MODEL_AGENDA_H
#define MODEL_AGENDA_H

/*
 * What can be done next with each active task, by whom, and what comes first.
 *
 * The next deed of a task follows from its status, and from the gates of that status in
 * their order: the first that is not approved is asked for, decided or lifted; a queued task
 * that lacks what its assignment needs is edited before that, since what a gate decided about
 * must not change after it.  Beside that stand what is open about it, a question, an incident,
 * a handoff, and what that keeps it from is no deed.  Deeds are in the order: what can go on
 * before what waits for other work or for the end of an emergency; the gravest priority of the
 * task and of all that wait for it; the least slack; the most tasks that wait for it at once;
 * path.
 */

#include "model/emergency.h"
#include "model/gate.h"
#include "model/packet.h"
#include "model/schedule.h"

enum deed_kind { DEED_REQUEST, DEED_DECIDE, DEED_LIFT, DEED_ASSIGN, DEED_ACCEPT,
		 DEED_START, DEED_CONTINUE, DEED_COMPLETE, DEED_UNBLOCK, DEED_EDIT,
		 DEED_RECORD };

/* What is open about a task, and waits for somebody. */
struct deed_record {
	const struct ops_document *packet;
	const char *action;		/* in a word or two */
	const char *until;		/* by when it is due; or NULL */
	const char *by;			/* the one agent who can; or NULL: `powers` say */
	bool blocks;			/* it keeps the task from something */
};

/* Small, since there may be one for each of a hundred thousand tasks. */
struct deed {
	uint64_t rank;			/* what comes first has less; of equals see agenda.c */
	uint32_t task;
	uint32_t because;		/* the task whose priority it has */
	uint8_t kind;			/* enum deed_kind */
	uint8_t state;			/* enum gate_state of its gate */
	bool waits;
	bool no_due, no_prompt;		/* DEED_EDIT: what is missing */
	const struct gate *gate;	/* of the first three; else NULL */
	const struct names *powers;	/* any of which suffices, also "assignee" */
	const struct emergency *paused;	/* what refuses it until it has ended; or NULL */
	const struct deed_record *record;	/* DEED_RECORD; else NULL */
};

/* What is done, in a word or two. */
const char *deed_action(const struct deed *d);

struct agenda {
	struct deed *deeds;
	size_t nr;		/* of these */
	size_t all;		/* that there are */
};

/* What of it is wanted. */
struct agenda_wish {
	const struct agent *agent;	/* only what that one can do; NULL: what anybody can */
	size_t max;			/* the first so many; 0: all */
	bool waiting;			/* only gates that are asked or blocked, and what is open */
};

/* In the board's arena. */
int agenda_make(struct agenda *out, struct board *b, const struct graph *g,
		const struct schedule *s, const struct agenda_wish *wish,
		struct ops_findings *findings, struct ops_error *err);

#endif
