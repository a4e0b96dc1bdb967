/* SPDX-License-Identifier: MIT */
/*
 * The jobs of a board: the numbers of its tasks, close together, and their links.
 *
 * Tasks say more than ordering and scheduling ask for, and a hundred thousand of them do not
 * fit the processor's cache.  Reads only tasks.
 */
#include "model/board_inside.h"

#include "util/arena.h"

static uint32_t link_of(const struct dependency *d)
{
	if (d->task != NONE)
		return (uint32_t)d->task;
	return d->state == DEPENDS_COMPLETE ? LINK_MET : LINK_STUCK;
}

void board_fill_job(struct job *j, const struct task *t)
{
	j->hours = t->hours;
	j->due = t->due == NO_DAY || t->due <= INT32_MIN || t->due > INT32_MAX ?
		 JOB_NO_DAY : (int32_t)t->due;
	j->agent = t->agent == NONE ? JOB_NOBODY : (uint32_t)t->agent;
	j->priority = t->priority < JOB_PRIORITY_MAX ? (uint16_t)t->priority :
		      JOB_PRIORITY_MAX;
	j->work = (uint8_t)t->work;
	j->flags = (uint8_t)(JOB_RECORDED | (t->accepted ? JOB_ACCEPTED : 0) |
			     (t->prompt ? JOB_PROMPT : 0));
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
		board_fill_job(&b->jobs[i], &b->tasks[i]);
		for (k = 0; k < b->tasks[i].depends_nr; k++)
			b->links[links++] = link_of(&b->tasks[i].depends[k]);
		b->links_first[i + 1] = (uint32_t)links;
	}
	return 0;
}
