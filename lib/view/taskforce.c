/* SPDX-License-Identifier: MIT */
/*
 * Task forces as plain data, with where their tasks stand now.  Reads only.
 */
#include "ops/taskforce.h"

#include <stdlib.h>
#include <string.h>

#include "model/packet.h"
#include "view/view.h"

struct forces {
	struct ops_view *view;
	struct ops_taskforce *list;
	size_t nr, room;
	struct ops_findings *findings;
};

/* The highest progress that a checkpoint of the task says. */
static int progress_of(int *out, struct forces *f, const char *task, struct ops_error *err)
{
	struct packets all;
	const char *text;
	size_t i;
	long n;
	int ret = world_packets(&all.list, &all.nr, f->view->world, task, f->findings,
				   err);

	*out = -1;
	for (i = 0; ret == 0 && i < all.nr; i++) {
		text = strcmp(all.list[i]->type->name, "checkpoint") ? NULL :
		       document_text(all.list[i], "Progress");
		n = text ? strtol(text, NULL, 10) : -1;
		*out = n > *out && n <= 100 ? (int)n : *out;
	}
	return ret;
}

static int fill_task(struct ops_force_task *out, struct forces *f, const char *id,
		     struct ops_error *err)
{
	struct ops_error ignored = { 0 };
	const struct state *state;
	struct ops_document *d;
	int ret = world_find(&d, f->view->world, id, "task", f->findings, &ignored);

	memset(out, 0, sizeof(*out));
	out->id = arena_str(f->view->arena, id);
	out->progress = -1;
	if (!out->id || ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret)
		return ret == OPS_EIO ? error_set(err, ret, "%s", ignored.message) : 0;
	out->status = d->status;
	out->agent = document_text(d, "Assigned-To");
	state = d->status ? type_state(d->type, d->status) : NULL;
	out->ended = state && state->final;
	return progress_of(&out->progress, f, d->id, err);
}

static int fill(struct ops_taskforce *out, struct forces *f, const struct ops_document *d,
		struct ops_error *err)
{
	struct ops_force_task *list;
	const char *const *tasks;
	size_t i, nr;
	int ret = 0;

	memset(out, 0, sizeof(*out));
	out->id = d->id;
	out->title = ops_document_field(d, "Title");
	out->status = d->status;
	out->lead = ops_document_field(d, "Lead");
	out->members = ops_document_field(d, "Members");
	out->checkpoints = ops_document_field(d, "Checkpoints");
	out->emergency = ops_document_field(d, "Emergency");
	if (document_list(&tasks, &nr, d, "Tasks"))
		return error_nomem(err);
	list = arena_array(f->view->arena, nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < nr; i++) {
		ret = fill_task(&list[i], f, tasks[i], err);
		out->ended += ret == 0 && list[i].ended;
	}
	out->tasks = list;
	out->tasks_nr = nr;
	return ret;
}

static int take(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct forces *f = payload;
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;
	struct ops_taskforce *list;

	if (!state || state->final)
		return 0;
	list = arena_room(f->view->arena, f->list, f->nr, &f->room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	f->list = list;
	return fill(&f->list[f->nr++], f, d, err);
}

int ops_view_taskforces(const struct ops_taskforce **out, size_t *nr, struct ops_view *view,
			const char *id, struct ops_findings *findings,
			struct ops_error *err)
{
	struct forces f = { .view = view, .findings = findings };
	const struct type *type = config_type(view->config, "taskforce");
	struct ops_document *d;
	int ret = view_say_broken(view, findings, err);

	if (ret)
		return ret;
	if (id) {
		ret = world_find(&d, view->world, id, "taskforce", findings, err);
		f.list = ret ? NULL : arena_alloc(view->arena, sizeof(*f.list));
		if (ret == 0)
			ret = f.list ? fill(f.list, &f, d, err) : error_nomem(err);
		f.nr = ret == 0;
	} else {
		ret = !type || type->abstract ? 0 :
		      world_each(view->world, type, false, true, take, &f, findings, err);
	}
	*out = f.list;
	*nr = f.nr;
	return ret;
}
