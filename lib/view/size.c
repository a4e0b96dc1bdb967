/* SPDX-License-Identifier: MIT */
/*
 * How great tasks are, and how far, as plain data of the public interface.
 *
 * Reads only; what the numbers mean is the model's to say.
 */

#include "model/size.h"
#include "ops/plan.h"
#include "view/board.h"

static void fill(struct ops_size *out, const struct board *b, const struct task *t,
		 const struct size *s)
{
	const struct breakdown *k = &b->planning->breakdown;

	out->task = t->id;
	out->title = t->title;
	out->status = t->status;
	out->complexity = s->factor[SIZE_COMPLEXITY];
	out->hours = s->factor[SIZE_HOURS];
	out->dependencies = s->factor[SIZE_DEPENDENCIES];
	out->unknowns = s->factor[SIZE_UNKNOWNS];
	out->of_complexity = k->factor[SIZE_COMPLEXITY];
	out->of_hours = k->factor[SIZE_HOURS];
	out->of_dependencies = k->factor[SIZE_DEPENDENCIES];
	out->of_unknowns = k->factor[SIZE_UNKNOWNS];
	out->reached = s->reached;
	out->at_least = k->at_least;
	out->big = s->big;
}

int ops_view_sizes(const struct ops_size **out, size_t *nr, struct ops_view *view,
		   const char *task, struct ops_findings *findings, struct ops_error *err)
{
	struct ops_size *list;
	struct task *only = NULL;
	struct board *b;
	struct size s;
	size_t i, found = 0;
	int ret = view_board(&b, view, findings, err);

	if (ret == 0 && task)
		ret = view_task(&only, b, view, task, err);
	if (ret)
		return ret;
	list = arena_array(b->arena, b->tasks_nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < b->tasks_nr; i++) {
		const struct task *t = &b->tasks[i];

		if (only ? t != only : t->work == WORK_REVIEW || t->work == WORK_OTHER)
			continue;
		ret = size_of(&s, b, t, findings, err);
		if (ret == 0 && (only || s.big))
			fill(&list[found++], b, t, &s);
	}
	*out = list;
	*nr = found;
	return ret;
}

int ops_view_progress(struct ops_progress *out, struct ops_view *view,
		      const struct ops_document *task, struct ops_findings *findings,
		      struct ops_error *err)
{
	struct ops_document *d;
	struct progress p;
	/* That of a list has its fields only. */
	int ret = world_document(&d, view->world, ops_document_path(task), findings, err);

	if (ret == 0)
		ret = progress_of(&p, view->world, d, findings, err);
	if (ret)
		return ret;
	out->percent = p.percent;
	out->parts = p.parts;
	out->complete = p.complete;
	return 0;
}
