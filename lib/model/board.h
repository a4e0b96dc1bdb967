/* SPDX-License-Identifier: MIT */
#ifndef MODEL_BOARD_H
#define MODEL_BOARD_H

/*
 * The board: every active task and every agent of one world, as rows of numbers that
 * planning computes with.  Read once, in one walk; nothing of these is lazy.
 *
 *	struct board *b;
 *	board_read(&b, world, now, findings, err);	(an arena of its own)
 *	... b->tasks[i], b->agents[k] ...
 *	board_free(b);
 *
 * A value that its type does not allow (a negative estimate, a date that does not exist)
 * is a finding field.value and counts as absent; a document that cannot be read is a
 * finding and is counted in `unreadable`.
 */

#include "model/calendar.h"
#include "model/roster.h"

#define NONE ((size_t)-1)
#define NO_DAY INT64_MIN

enum work { WORK_QUEUED, WORK_ASSIGNED, WORK_STARTED, WORK_REVIEW, WORK_BLOCKED,
	    WORK_OTHER };

enum dependency_state { DEPENDS_OPEN, DEPENDS_COMPLETE, DEPENDS_ENDED, DEPENDS_UNKNOWN };

struct dependency {
	const char *name;	/* as it stands there */
	size_t task;		/* among the active ones, or NONE */
	enum dependency_state state;
	const char *status;	/* of one that is not active; or NULL */
};

/* A capability that a task asks for with a weight, or an agent has to a degree. */
struct skill {
	size_t name;		/* board->skills */
	double value;
};

struct task {
	const char *id, *path, *title, *status;
	const char *type, *project, *prompt, *assigned_to, *blocked_reason;	/* or NULL */
	struct names meant_for;	/* who it is for: archetypes, roles, agents; none = anybody */
	struct names blocked_by;	/* what it depended on when it was blocked */
	enum work work;
	unsigned priority;	/* 0 is the gravest */
	const char *priority_name;
	double hours, complexity;
	bool has_hours, accepted, raised;
	unsigned rework;
	int64_t due, started, assigned;	/* days since 1970, or NO_DAY */
	unsigned due_line, due_column;
	size_t agent;		/* its assignee, or NONE */
	struct skill *needs;
	size_t needs_nr;
	struct dependency *depends;
	size_t depends_nr;
	unsigned depends_line;
};

/* What ordering and scheduling compute with of a task: numbers, and few, since there may be a
 * hundred thousand.  What it depends on are its links. */
struct job {
	double hours;
	int32_t due, started;	/* days since 1970, or JOB_NO_DAY */
	uint32_t agent;		/* its assignee among the workers, or JOB_NOBODY */
	uint32_t line;		/* of a sketch: where its task is */
	uint32_t project;	/* of a sketch: a word; board_project() says it */
	uint16_t priority;	/* 0 is the gravest */
	uint8_t work;		/* enum work */
	uint8_t flags;
};

#define JOB_NO_DAY INT32_MIN
#define JOB_NOBODY UINT32_MAX
#define JOB_PRIORITY_MAX UINT16_MAX

enum job_flags {
	JOB_ACCEPTED = 1 << 0,
	JOB_PROMPT = 1 << 1,		/* it names one */
	JOB_RECORDED = 1 << 2,		/* there may be packets about it */
	JOB_APART = 1 << 3,		/* `line` is a number of board->apart, and no row */
	JOB_NAMED = 1 << 4,		/* its priority has a name */
	JOB_PART = 1 << 5		/* it is of a type that parts of a task have */
};

/* A link is the number of a job, or one of these. */
#define LINK_MET UINT32_MAX		/* to what is complete */
#define LINK_STUCK (UINT32_MAX - 1)	/* to what is missing, or was given up */
#define JOBS_MAX (UINT32_MAX / 4)

struct worker {
	const struct agent *agent;
	const char *name;		/* Department/id */
	const char *archetype;		/* or NULL */
	bool works;			/* active, and holds the power to */
	bool away;			/* today */
	unsigned limit;			/* tasks at a time */
	unsigned active;		/* tasks it has */
	double hours, complexity;	/* of these, together; see board_weigh() */
	struct skill *skills;		/* in order of their names' numbers */
	size_t skills_nr;
	struct calendar calendar;
	int64_t today;
};

/*
 * A board may be a sketch: of the active tasks it has the jobs and links only, and `tasks` is
 * NULL.  board_get() then takes a task out of the roll when it is asked for.
 */
struct board {
	struct arena *arena;
	struct arena *scratch;		/* for the moment: who uses it clears it first */
	struct world *world;
	const struct config *config;
	const struct planning *planning;
	const struct roster *roster;
	int64_t now;
	int64_t today;			/* by UTC */
	struct calendar calendar;	/* of work that is nobody's */
	struct task *tasks;		/* in order of path; on the heap */
	size_t tasks_nr;
	struct roll *roll;		/* of a sketch; else NULL */
	struct task *apart;		/* of a sketch: those that its roll has no job of */
	struct job *jobs;		/* of the tasks */
	uint32_t *links_first, *links;	/* links[links_first[t] .. links_first[t + 1]) */
	struct worker *workers;		/* in the roster's order, which is that of paths */
	size_t workers_nr;
	const char **skills;		/* their names, by number */
	size_t skills_nr, skills_room;
	size_t unreadable;
	struct map *by_id;		/* of tasks, to struct task * */
	struct map *skill_map;		/* to index + 1 */
	struct map *recorded;		/* ids that have packets; NULL until that is asked */
	struct map *known;		/* of a sketch: names that were looked up */
};

/* `now` in seconds since 1970.  The world must outlive the board. */
int board_read(struct board **out, struct world *w, int64_t now,
	       struct ops_findings *findings, struct ops_error *err);
void board_free(struct board *b);	/* NULL is fine */

/* The same as a sketch, if the roll has one, with the same findings; else the whole board. */
int board_sketch(struct board **out, struct world *w, int64_t now,
		 struct ops_findings *findings, struct ops_error *err);

/* A task by its number.  Of a sketch it is made anew each time, in `arena` (its id, title and
 * other words stay when that goes), what it depends on has no status, and OPS_ENOTFOUND says
 * that the roll was found damaged: begin again. */
int board_get(const struct task **out, struct board *b, size_t at, struct arena *arena,
	      struct ops_error *err);
/* Say of what keeps a task all that a whole board does: of a sketch it is looked up. */
int board_look_at(const struct task *t, struct board *b, struct ops_error *err);
/* Of a sketch: count the complexity of what each worker has.  As board_get(). */
int board_weigh(struct board *b, struct ops_error *err);
/* Its id, and its project or NULL; an id that is NULL: likewise damaged. */
const char *board_id(struct board *b, size_t at);
const char *board_project(struct board *b, size_t at);
/* The number of an id among the tasks, of several the last; NONE. */
size_t board_number(struct board *b, const char *id);
/* Whether its task counts for its assignee's limit, as task_is_held(). */
bool job_is_held(const struct job *j);
/* The last sign of life of a task in progress: when its assignee last recorded something
 * or began, in seconds since 1970.  NO_POINT: there is none. */
int task_last_sign(int64_t *out, struct board *b, size_t task, struct ops_error *err);
/* The name of that status; NULL for WORK_OTHER. */
const char *work_name(enum work work);

/* Make the jobs and links out of the tasks; who makes or changes tasks calls it.  In the
 * board's arena.  0 or OPS_ENOMEM. */
int board_make_jobs(struct board *b);

/* The task of an id, or NULL. */
struct task *board_task(const struct board *b, const char *id);
/* The worker of "Department/agent" or an id, or NONE. */
size_t board_worker(const struct board *b, const char *name);
/* To what degree a worker has a skill; 0 when it has it not. */
double worker_skill(const struct worker *w, size_t skill);
/* Whether its task counts for its assignee's limit. */
bool task_is_held(const struct task *t);
/* Nothing it depends on is missing or unfinished. */
bool task_is_free(const struct task *t);

#endif
