/* SPDX-License-Identifier: MIT */
#ifndef OPS_PLAN_H
#define OPS_PLAN_H

/*
 * Planning: who should do what, computed from one state of a repository.
 *
 *	ops_view_open(&view, repo, NULL, &err);
 *	ops_view_plan(&plan, view, NULL, false, findings, &err);
 *	for (i = 0; i < plan->nr; i++)
 *		... plan->choices[i].task, .verdict, .agent ...
 *
 * Nothing here writes.  ops_repo_assign() decides the same again inside its transaction
 * and records it.  The formulas are in ops-plan(1).  Since 0.1.
 */

#include "ops/change.h"
#include "ops/view.h"

#ifdef __cplusplus
extern "C" {
#endif

/* One agent as somebody for a task.  Factors and their parts are from 0 to 1. */
struct ops_candidate {
	const char *agent;		/* Department/id */
	const char *excluded;		/* why it cannot take it; NULL when it can */
	double score;			/* the weighted sum */
	double capability, workload, performance, cohesion;
	unsigned active, limit;		/* its tasks, and how many it takes at a time */
	unsigned similar, completed;	/* tasks of that type that ended, and well */
	double success, efficiency, quality;
	unsigned team, known;		/* others in the project, and those it worked with */
};

/* What should become of one task. */
struct ops_choice {
	const char *task, *title, *priority, *type;	/* id; the others may be NULL */
	const char *verdict;		/* assign, escalate, queue, wait */
	const char *agent;		/* the best: Department/id; NULL: nobody can */
	double score;			/* its score */
	const char *sum;		/* how the score came about; NULL without an agent */
	const char *reason;		/* why it is not assigned; NULL for assign */
	const struct ops_candidate *candidates;	/* the best first; NULL unless asked for */
	size_t candidates_nr;
};

struct ops_plan {
	double capability, workload, performance, cohesion;	/* the weights */
	double threshold;		/* a score must be above it */
	size_t history;			/* tasks of the archive that count */
	const struct ops_choice *choices;	/* in the order of deciding */
	size_t nr;
};

/*
 * Choose for task `task` (an id, a unique prefix, or a path), or for all that are queued
 * when it is NULL, each by the work that those before it make.  `tables`: with every
 * candidate.  Belongs to the view.  OPS_ENOTFOUND, OPS_EAMBIGUOUS; OPS_EUSAGE: the task is
 * not queued.  What could not be read is among the findings.
 */
int ops_view_plan(const struct ops_plan **out, struct ops_view *view, const char *task,
		  bool tables, struct ops_findings *findings, struct ops_error *err);

/*
 * Assign as ops_view_plan() says, decided inside the transaction, as one commit: one
 * task, or all that are queued (`task` NULL).  With all, what the judge refuses is left
 * out, and its findings become warnings; where one message cannot name all, there are
 * several commits, of which the outcome has the last (a dry run shows the first).  Statuses
 * as ops_repo_change().
 */
int ops_repo_assign(struct ops_outcome **out, struct ops_findings *findings,
		    struct ops_repo *repo, const char *task, unsigned flags,
		    struct ops_error *err);

/* What a task depends on. */
struct ops_edge {
	const char *task;	/* as it stands there */
	const char *state;	/* open, complete, ended (given up), unknown, assumed */
	size_t node;		/* among the nodes of the graph, or OPS_NO_NODE */
};

#define OPS_NO_NODE ((size_t)-1)

/* An active task.  Days are YYYY-MM-DD, or NULL. */
struct ops_node {
	const char *id, *title, *status, *priority, *agent, *due;
	double hours;			/* its estimate; negative: it has none */
	const struct ops_edge *depends;
	size_t depends_nr;
	const uint32_t *dependents;	/* nodes that depend on it */
	size_t dependents_nr;
	bool waits;			/* for something that is not complete */
	bool cyclic;			/* in a cycle, or waits for one: it has no dates */
	bool assumed;			/* taken as complete */
	bool late;			/* cannot end by its due date */
	const char *begin, *end;	/* the earliest */
	const char *latest;		/* the latest end by which no due date is missed */
	bool has_slack;
	double slack;			/* working days from end to latest */
};

/* Tasks each of which depends on the next, and the last on the first. */
struct ops_cycle {
	const char *const *tasks;
	size_t nr;
	size_t members;			/* tasks in cycles that hang together with this one */
	bool shortest;			/* of these; false: it is only a short one */
};

/* A step of the critical path, from its end. */
struct ops_step {
	size_t node;
	const char *because;		/* of the one before it: "depends", "agent"; NULL */
};

struct ops_graph {
	size_t nr;			/* of nodes, which are in order of path */
	size_t edges;			/* between active tasks */
	const struct ops_cycle *cycles;
	size_t cycles_nr;
	const struct ops_step *path;	/* the critical one, from its beginning */
	size_t path_nr;
	size_t unestimated;		/* tasks without an estimate: they count with none */
	size_t task;			/* the node that was asked about; OPS_NO_NODE: none was */
};

/* Tell the node at `at`, less than graph->nr.  What it says belongs to the view; only the list
 * of what it depends on goes when the next is told.  OPS_ENOMEM, OPS_EIO. */
int ops_graph_node(struct ops_node *out, const struct ops_graph *graph, size_t at,
		   struct ops_error *err);

/* Add what is wrong with that node: graph.unknown (errors), graph.ended and graph.late
 * (warnings).  Every node may have some, so they are found when they are asked for.  As
 * ops_graph_node(). */
int ops_graph_findings(struct ops_findings *out, const struct ops_graph *graph, size_t at,
		       struct ops_error *err);

/*
 * The dependencies of all active tasks, with dates from estimates, calendars and what
 * the assignees can do.  Tasks `done` (ids, prefixes, paths) are taken as complete.  The
 * critical path ends at `task` if it is not NULL, else at the task that ends last; one that
 * waits for itself has none.  Cycles are among the findings (graph.cycle, errors); what is
 * wrong with one node ops_graph_findings() finds.  Belongs to the view.
 * OPS_ENOTFOUND, OPS_EAMBIGUOUS, OPS_EUSAGE: a task is not there, or not active.
 */
int ops_view_graph(const struct ops_graph **out, struct ops_view *view, const char *task,
		   const char *const *done, size_t done_nr,
		   struct ops_findings *findings, struct ops_error *err);

/* How great a task is, and how far one is that was broken down. */
struct ops_size {
	const char *task, *title, *status;
	double complexity, hours, dependencies, unknowns;
	double of_complexity, of_hours, of_dependencies, of_unknowns;	/* great from here on */
	size_t reached, at_least;	/* how many are, and how many make it too great */
	bool big;
};

/* The size of one active task, or of all that are too great (`task` NULL).  Belongs to
 * the view.  OPS_ENOTFOUND, OPS_EAMBIGUOUS, OPS_EUSAGE: it is not active. */
int ops_view_sizes(const struct ops_size **out, size_t *nr, struct ops_view *view,
		   const char *task, struct ops_findings *findings, struct ops_error *err);

struct ops_progress {
	double percent;			/* done */
	size_t parts, complete;		/* of one that was broken down; else 0 */
};

/* How far a task is: by its last checkpoint, or by the parts it was broken down into,
 * each as its estimate weighs if all have one. */
int ops_view_progress(struct ops_progress *out, struct ops_view *view,
		      const struct ops_document *task, struct ops_findings *findings,
		      struct ops_error *err);

/* What an agent has to do. */
struct ops_load {
	const char *agent;		/* Department/id */
	unsigned tasks, limit;		/* active ones, and at a time */
	double hours, complexity;	/* of these together */
	double utilisation;		/* tasks / limit */
	const char *level;		/* over, under, even */
	unsigned after;			/* tasks after rebalancing */
};

/* A task that should change hands. */
struct ops_move {
	const char *task, *title;
	const char *from, *to;		/* Department/id */
	double capability;		/* of who is to have it */
	bool handoff;			/* it is started, and goes only by a handoff */
};

struct ops_balance {
	double before, after;		/* average utilisation of those who work */
	double over, under, match;	/* the thresholds */
	const struct ops_load *loads;	/* of those who work, in order of path */
	size_t loads_nr;
	const struct ops_move *moves;	/* in order of path */
	size_t moves_nr;
};

/* Who has too much, and what should go to whom.  Belongs to the view. */
int ops_view_balance(const struct ops_balance **out, struct ops_view *view,
		     struct ops_findings *findings, struct ops_error *err);

/*
 * Move what ops_view_balance() says and is not started, decided inside the transaction,
 * in as many commits as ops_repo_assign().  What the judge refuses stays where it is, and
 * its findings become warnings.  Statuses as ops_repo_change().
 */
int ops_repo_rebalance(struct ops_outcome **out, struct ops_findings *findings,
		       struct ops_repo *repo, unsigned flags, struct ops_error *err);

/* What can be done next with a task. */
struct ops_deed {
	const char *task, *title, *status, *priority, *due;
	const char *agent;		/* its assignee, or NULL */
	const char *action;		/* request, decide, lift, edit, assign, accept, start,
					   continue, complete, unblock; "handoff package", "handoff
					   accept", "handoff mediate"; the kind of packet that is
					   waited for, as answer; or what brings a document under
					   review into force, as approve or review */
	const char *type;		/* of the document: task, prompt */
	const char *packet;		/* id of what is open and waits; or NULL */
	const char *gate;		/* of the first three; else NULL */
	const char *who;		/* who can do it, in words */
	const char *reason;		/* why it stands where it does */
	bool waits;			/* for other work first */
};

/* Deeds in their order, of which each is told when it is asked for. */
struct ops_agenda {
	size_t nr;			/* that can be asked for, */
	size_t all;			/* and that there are */
};

/* Tell the deed at `at`, less than agenda->nr.  What it says belongs to the view, but its
 * reason is there until the next is told.  OPS_ENOMEM, OPS_EIO. */
int ops_agenda_deed(struct ops_deed *out, const struct ops_agenda *agenda, size_t at,
		    struct ops_error *err);

/*
 * What `agent` (an id or Department/id; NULL: anybody) can do now, what comes first
 * first, with tasks, then with documents that are to be approved or reviewed; only the first
 * `max` of them (0: all).  Belongs to the view.  OPS_ENOTFOUND: no such agent.
 */
int ops_view_next(const struct ops_agenda **out, struct ops_view *view, const char *agent,
		  size_t max, struct ops_findings *findings, struct ops_error *err);

/* A task that something is the matter with. */
struct ops_concern {
	const char *task, *title, *status, *agent;	/* agent may be NULL */
	const char *what;		/* in words */
	size_t count;			/* of tasks that wait for it; of one broken down, of parts
					   that are not complete; 0 elsewhere */
};

/* The lists of them: what is blocked, what others wait for (most of them first), of what there
 * was no sign of life for too long, what cannot end by its due date, and what was broken down
 * and has parts that are active. */
enum ops_concerns { OPS_CONCERN_BLOCKED, OPS_CONCERN_WAITED_FOR, OPS_CONCERN_STALLED,
		    OPS_CONCERN_LATE, OPS_CONCERN_BROKEN_DOWN, OPS_CONCERN_LISTS };

/* A prompt or policy past its review. */
struct ops_expired {
	const char *path, *next_review;
};

struct ops_status_report {
	const char *advice;		/* what would make it faster; or NULL */
	double health;			/* 1 - troubled / active; 1 without tasks */
	size_t active, queued, assigned, in_progress, review, blocked;
	size_t critical;		/* of the gravest priority */
	size_t late, cyclic, unreadable;
	size_t troubled;		/* blocked, stalled, late, or never free to end */
	const struct ops_agenda *gates;	/* that wait for a decision */
	const struct ops_agenda *open;	/* questions, incidents, handoffs about active tasks, and
					   documents that nobody approved yet */
	size_t concerns[OPS_CONCERN_LISTS];	/* how many there are */
	const struct ops_expired *expired;
	size_t expired_nr;
};

/* Tell the concern at `at` of a list.  What it says belongs to the view, but `what` is there
 * until the next is told.  OPS_ENOMEM, OPS_EIO. */
int ops_status_concern(struct ops_concern *out, const struct ops_status_report *report,
		       enum ops_concerns list, size_t at, struct ops_error *err);

/* How everything stands.  Of what others wait for the first `max` can be asked for, or with 0
 * all.  Belongs to the view. */
int ops_view_status(const struct ops_status_report **out, struct ops_view *view, size_t max,
		    struct ops_findings *findings, struct ops_error *err);

/* How many commits this clone has that its upstream had not when it was last seen; not
 * *known without an upstream, or when nothing was ever seen of it. */
int ops_view_unpublished(size_t *nr, bool *known, struct ops_view *view,
			 struct ops_error *err);

#ifdef __cplusplus
}
#endif
#endif
