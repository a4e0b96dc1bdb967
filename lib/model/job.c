/* SPDX-License-Identifier: MIT */
/*
 * The jobs of a board: the numbers of its tasks, close together, and their links.
 *
 * Tasks say more than ordering and scheduling ask for, and a hundred thousand of them do not
 * fit the processor's cache.  Reads only tasks.
 */
#include "model/board_inside.h"

#include <string.h>

#include "model/roll_inside.h"
#include "util/arena.h"
#include "util/map.h"

static uint32_t link_of(const struct dependency *d)
{
	if (d->task != NONE)
		return (uint32_t)d->task;
	return d->state == DEPENDS_COMPLETE ? LINK_MET : LINK_STUCK;
}

static int32_t short_day(int64_t day)
{
	return day == NO_DAY || day <= INT32_MIN || day > INT32_MAX ? JOB_NO_DAY :
	       (int32_t)day;
}

bool job_may_be_part(const struct planning *p, const char *type)
{
	size_t i;

	for (i = 0; i < PART_KINDS && type; i++)
		if (!strcmp(p->breakdown.part[i].type, type))
			return true;
	return false;
}

void board_fill_job(struct job *j, const struct task *t, const struct planning *p)
{
	j->hours = t->hours;
	j->due = short_day(t->due);
	j->started = short_day(t->started);
	j->agent = t->agent == NONE ? JOB_NOBODY : (uint32_t)t->agent;
	j->priority = t->priority < JOB_PRIORITY_MAX ? (uint16_t)t->priority :
		      JOB_PRIORITY_MAX;
	j->work = (uint8_t)t->work;
	j->flags = (uint8_t)(JOB_RECORDED | (t->accepted ? JOB_ACCEPTED : 0) |
			     (t->prompt ? JOB_PROMPT : 0) |
			     (t->priority_name ? JOB_NAMED : 0) |
			     (job_may_be_part(p, t->type) ? JOB_PART : 0));
}

int board_make_jobs(struct board *b)
{
	size_t i, k, links = 0;

	for (i = 0; i < b->tasks_nr; i++)
		links += b->tasks[i].depends_nr;
	if (b->tasks_nr > JOBS_MAX || links > JOBS_MAX)
		return OPS_ENOMEM;
	b->jobs = arena_array(b->arena, b->tasks_nr + 1, sizeof(*b->jobs));
	b->links_first = arena_array(b->arena, b->tasks_nr + 1, sizeof(*b->links_first));
	b->links = arena_array(b->arena, links + 1, sizeof(*b->links));
	if (!b->jobs || !b->links_first || !b->links)
		return OPS_ENOMEM;
	for (i = links = 0; i < b->tasks_nr; i++) {
		board_fill_job(&b->jobs[i], &b->tasks[i], b->planning);
		for (k = 0; k < b->tasks[i].depends_nr; k++)
			b->links[links++] = link_of(&b->tasks[i].depends[k]);
		b->links_first[i + 1] = (uint32_t)links;
	}
	return 0;
}

/* The task of a number, if it is not to be taken out of the roll. */
static const struct task *read_task(const struct board *b, size_t at)
{
	return !b->roll ? &b->tasks[at] : b->jobs[at].flags & JOB_APART ?
	       &b->apart[b->jobs[at].line] : NULL;
}

const char *board_id(struct board *b, size_t at)
{
	const struct task *t = read_task(b, at);
	struct roll_line line = { b->roll, 0, NULL };

	if (t)
		return t->id;
	line.row = roll_row(b->roll, 0, b->jobs[at].line);
	return line.row ? roll_id(&line) : NULL;
}

const char *board_project(struct board *b, size_t at)
{
	const struct task *t = read_task(b, at);
	struct roll_line line = { b->roll, 0, NULL };

	return t ? t->project : roll_word(&line, b->jobs[at].project);
}

size_t board_number(struct board *b, const char *id)
{
	const struct task *t = b->roll ? NULL : board_task(b, id);
	const char *own;
	size_t at;

	for (at = b->roll ? b->tasks_nr : 0; at > 0; at--) {
		own = board_id(b, at - 1);
		if (own && !strcmp(own, id))
			return at - 1;
	}
	return t ? (size_t)(t - b->tasks) : NONE;
}

bool job_is_held(const struct job *j)
{
	return j->agent != JOB_NOBODY && j->work != WORK_QUEUED;
}

void board_count_work(struct board *b)
{
	size_t i;

	for (i = 0; i < b->tasks_nr; i++) {
		struct worker *w;

		if (!job_is_held(&b->jobs[i]))
			continue;
		w = &b->workers[b->jobs[i].agent];
		w->active++;
		w->hours += b->jobs[i].hours;
		if (!b->roll)
			w->complexity += b->tasks[i].complexity;
	}
}
