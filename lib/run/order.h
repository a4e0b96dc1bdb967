/* SPDX-License-Identifier: MIT */
#ifndef RUN_ORDER_H
#define RUN_ORDER_H

/*
 * From the roster to an order: what an agent's entry, the configuration and a task say
 * about one run (catalogue J5, J6).
 *
 *	order_prepare(&order, arena, repo, world, &want, findings, err);
 *	run_agent(&result, &order->run, err);
 *	order_done(order);				... its scratch directory goes ...
 */

#include "model/repo.h"
#include "model/running.h"
#include "run/agent.h"
#include "run/consent.h"

struct run_want {
	const char *agent;		/* id, or Department/id */
	struct ops_document *task;
	const char *kind;		/* NULL: the task's Type, or none */
	const char *context, *input;	/* JSON objects the packet is to have; or NULL */
	unsigned timeout;		/* seconds, when it is to be less; 0 */
	bool worktree;			/* even if the entry does not say so */
	const char *id;			/* of the run; NULL: a new one */
};

/* "run-" and letters and digits: what no other run has.  OPS_EIO: no random numbers. */
int order_id(const char **out, struct arena *arena, struct ops_error *err);

struct order {
	struct run_order run;
	const struct agent *agent;
	const char *kind;		/* "" for none */
	const char *task;		/* id */
	struct program program;
	char consent[CONSENT_LEN + 1];
	const char *words;		/* the command, for people */
	const char *scratch;		/* a directory to remove; or NULL */
	unsigned milestones;		/* that were recorded */
	struct run_tree *tree;		/* its own work tree (run/tree.h); or NULL */
};

/*
 * Fill an order; it and all of it belong to the arena.  Nothing is started and nothing made.
 * OPS_EREFUSED with findings: the agent is unknown, inactive or no program (run.agent), its
 * program is not allowed by the user (run.not-allowed), a gate is missing (run.gate).
 * OPS_ENOMEM, OPS_EIO, OPS_EENVIRONMENT (no work tree to run in), OPS_EUSAGE (context).
 */
int order_prepare(struct order **out, struct arena *arena, struct ops_repo *repo,
		  struct world *w, const struct run_want *want,
		  struct ops_findings *findings, struct ops_error *err);

/* The program of an agent, and its consent, without more. */
int order_program(struct program *program, char consent[CONSENT_LEN + 1],
		  struct arena *arena, struct ops_repo *repo, struct world *w,
		  const struct agent *agent, const char *kind,
		  struct ops_findings *findings, struct ops_error *err);

/* The same of a check that is a command; its name is "<family>:<name>".  `allowed`: by the user; if
 * not, it is not to be run. */
int order_check_program(struct program *program, char consent[CONSENT_LEN + 1],
			const char **name, struct arena *arena, struct ops_repo *repo,
			struct world *w, const struct quality_check *check,
			struct ops_error *err);
int order_check(struct order **out, bool *allowed, struct arena *arena, struct ops_repo *repo,
		struct world *w, const struct quality_check *check, const char *task,
		struct ops_error *err);

/* Make what it runs in: its own work tree or scratch directory, if it has one. */
int order_place(struct order *order, struct arena *arena, struct ops_repo *repo,
		struct ops_error *err);

/* Remove the scratch directory. */
void order_done(struct order *order);

/* The words of a command as a shell would read them, each safe to show. */
const char *order_words(struct arena *arena, const struct names *argv);

#endif
