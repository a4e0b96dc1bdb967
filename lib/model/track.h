/* SPDX-License-Identifier: MIT */
#ifndef MODEL_TRACK_H
#define MODEL_TRACK_H

/*
 * What the archive says of agents: how tasks of a type went that were theirs, and with
 * whom they have worked (catalogue E4, E5).  Only what is recorded counts:
 *
 *   success	Complete, among those that came to an end after they were started
 *   efficiency	working days from Started to Due, over those from Started to Completed,
 *		both counted with their ends and at most 1; the mean over the complete ones
 *   quality	1 / (1 + Rework); the mean over the complete ones
 *   cohesion	the part of a project's team with whom an agent has completed tasks of one
 *		and the same project.  The team: who has a task of the project, or has
 *		completed one, but for the agent.
 */

#include "model/board.h"

struct performance {
	unsigned ended, completed;	/* tasks of that type */
	double part[PARTS];
	double score;
};

struct cohesion {
	unsigned team, known;
	double score;
};

struct track;

/* Read the tasks that ended within the configured time.  Goes into the board's arena. */
int track_read(struct track **out, struct board *b, struct ops_findings *findings,
	       struct ops_error *err);
size_t track_count(const struct track *t);	/* tasks that count */

/* What of the record is about one task: found once, and asked about each agent. */
struct track_about {
	const struct track *track;
	const struct sums *sums;	/* of its type, each worker's; or NULL */
	const struct project *project;	/* or NULL */
};
struct track_about track_about(const struct track *t, const struct task *task);
struct performance track_performance(const struct track_about *a, size_t worker);
struct cohesion track_cohesion(const struct track_about *a, size_t worker);
/* From now on the worker is of the project's team.  0 or OPS_ENOMEM. */
int track_join(struct track *t, const char *project, size_t worker);

#endif
