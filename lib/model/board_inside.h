/* SPDX-License-Identifier: MIT */
#ifndef MODEL_BOARD_INSIDE_H
#define MODEL_BOARD_INSIDE_H

/* Reading tasks into a board, for the files that do. */

#include "model/board.h"
#include "model/roll.h"
#include "util/map.h"

struct reading {
	struct board *b;
	const struct type *type;
	struct ops_findings *findings;
	struct map *words;	/* strings that come again and again, once each */
	size_t room;
};

/* The job of a task; its line is the caller's. */
void board_fill_job(struct job *j, const struct task *t, const struct planning *p);
/* Whether tasks of a type (or NULL) may be parts of one that was broken down. */
bool job_may_be_part(const struct planning *p, const char *type);
/* Count the work of each worker, out of the jobs. */
void board_count_work(struct board *b);
/* What a name that is no active task means. */
int board_look_up(struct dependency *dep, struct board *b, struct map *known,
		  struct ops_findings *findings, struct ops_error *err);
/* All of a board but its tasks; with what comes after them is read. */
int board_begin(struct board **out, struct world *w, int64_t now, struct reading *r,
		struct ops_findings *findings, struct ops_error *err);
/* One line of the roll into the tasks of the board that is read, if it is an active task. */
int board_add_line(const struct roll_line *line, bool plain, void *payload,
		   struct ops_error *err);

/* The files of the packets about the task of an id, in the board's scratch. */
int board_list_recorded(struct snap_entry **list, size_t *nr, struct board *b,
			const char *id, struct ops_error *err);

/* Read a task that is not final.  Without a roster in the board it has no agent.  0 or
 * OPS_ENOMEM. */
int board_read_task(struct task *t, struct reading *r, const struct ops_document *d);
/* The one copy of a word; NULL stays NULL.  False when out of memory. */
bool board_keep(const char **out, struct reading *r, const char *text);
int board_read_workers(struct reading *r, struct ops_error *err);
/* The value of a field, if its type allows it; else a finding, and NULL. */
const struct yaml_node *board_value_of(struct reading *r, const struct ops_document *d,
				       const char *name);
/* The same of a scalar; as a number, 0 when absent. */
const char *board_text_of(struct reading *r, const struct ops_document *d, const char *name);
double board_number_of(struct reading *r, const struct ops_document *d, const char *name,
		       bool *has);
/* "c: 0.9, sql: 1".  A number that is none, or below 0, or beyond `max`, is a finding. */
int board_read_skills(struct skill **out, size_t *nr, struct reading *r,
		      const struct ops_document *d, double max);
/* The number of a skill.  0 or OPS_ENOMEM. */
int board_skill(size_t *out, struct board *b, const char *name);
/* Put skills in order of their numbers. */
void board_sort_skills(struct skill *list, size_t nr);

#endif
