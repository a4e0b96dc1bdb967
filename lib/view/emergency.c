/* SPDX-License-Identifier: MIT */
/*
 * Emergencies as plain data: what is declared, what it refuses, and the lists that its
 * kind asks for, computed from the active tasks.
 *
 * Reads only, and decides nothing: who is shown as the best is what selection says.
 */

#include "ops/emergency.h"

#include <string.h>

#include "model/choice.h"
#include "model/emergency.h"
#include "model/packet.h"
#include "view/agenda.h"

#define BEST_SHOWN 5

struct telling {
	struct ops_view *view;
	struct ops_findings *findings;
	struct outlook o;
	struct track *track;
	const struct emergency *of;
	const char *project;
	struct ops_emergency_item *items;
	size_t nr, room;
};

static int add(struct telling *t, const char *list, const char *task, const char *status,
	       const char *agent, const char *what, struct ops_error *err)
{
	struct ops_emergency_item *items = arena_room(t->view->arena, t->items, t->nr, &t->room,
						      sizeof(*items));

	if (!items)
		return error_nomem(err);
	t->items = items;
	t->items[t->nr++] = (struct ops_emergency_item){ list, task, status, agent, what };
	return what ? 0 : error_nomem(err);
}

static int add_task(struct telling *t, const char *list, const struct task *task,
		    const char *what, struct ops_error *err)
{
	return add(t, list, task->id, task->status, task->assigned_to, what, err);
}

/* Whether a task is of the project that it is about, if it is about one. */
static bool is_ours(const struct telling *t, const struct task *task)
{
	return !t->project || (task->project && !strcmp(task->project, t->project));
}

static bool is_orphaned(const struct telling *t, const struct task *task)
{
	return task_is_held(task) && (task->agent == NONE ||
				      !t->o.b->workers[task->agent].works);
}

static int show_running(struct telling *t, const struct task *task, const char *list,
			struct ops_error *err)
{
	bool orphaned = is_orphaned(t, task);

	if (task->work != WORK_STARTED)
		return 0;
	return add_task(t, list, task, orphaned ? "its agent is gone" :
			slot_is_late(&t->o.s.slots[task - t->o.b->tasks], task->due) ?
			"late" : "goes on", err);
}

static int show_orphaned(struct telling *t, const struct task *task, const char *list,
			 struct ops_error *err)
{
	return is_orphaned(t, task) ? add_task(t, list, task, "nobody works on it", err) : 0;
}

/* Who selection would choose in the place of an agent that is gone. */
static int show_backups(struct telling *t, const struct task *task, const char *list,
			struct ops_error *err)
{
	struct score best;

	if (!is_orphaned(t, task))
		return 0;
	if (!choice_best(&best, t->o.b, t->track, task))
		return add_task(t, list, task, "nobody can take it", err);
	return add(t, list, task->id, task->status, t->o.b->workers[best.worker].name,
		   arena_printf(t->view->arena, "score %.3f", best.total), err);
}

static int show_best(struct telling *t, const struct task *task, const char *list,
		     struct ops_error *err)
{
	const char *about = document_text(t->of->document, "Task");
	struct score *table;
	size_t i;
	int ret = 0;

	if (!about || !reference_same(about, task->id))
		return 0;
	table = arena_array(t->view->arena, t->o.b->workers_nr + 1, sizeof(*table));
	if (!table)
		return error_nomem(err);
	choice_table(table, t->o.b, t->track, task);
	for (i = 0; ret == 0 && i < t->o.b->workers_nr && i < BEST_SHOWN &&
	     table[i].why == CAN_TAKE; i++)
		ret = add(t, list, task->id, task->status,
			  t->o.b->workers[table[i].worker].name,
			  arena_printf(t->view->arena, "score %.3f", table[i].total), err);
	return ret;
}

static int show_parallel(struct telling *t, const struct task *task, const char *list,
			 struct ops_error *err)
{
	if ((task->work != WORK_QUEUED && task->work != WORK_ASSIGNED) ||
	    !task_is_free(task))
		return 0;
	return add_task(t, list, task, "waits for nothing else", err);
}

/* The tasks that decide when the last one of the project, or of all, ends. */
static int show_critical(struct telling *t, const char *list, struct ops_error *err)
{
	const struct board *b = t->o.b;
	const struct slot *slots = t->o.s.slots;
	const char *about = document_text(t->of->document, "Task");
	size_t at = NONE, i, nr, *path;
	int ret = 0;

	for (i = 0; i < b->tasks_nr; i++)
		if (slots[i].known && (about ? reference_same(b->tasks[i].id, about) :
		    is_ours(t, &b->tasks[i])) && (at == NONE || slots[i].end > slots[at].end))
			at = i;
	path = arena_array(b->arena, b->tasks_nr + 1, sizeof(*path));
	if (!path)
		return error_nomem(err);
	for (nr = 0; at != NONE && nr < b->tasks_nr && slots[at].known;
	     at = slot_driver(&slots[at]))
		path[nr++] = at;
	while (ret == 0 && nr--) {
		const struct task *task = &b->tasks[path[nr]];

		ret = add_task(t, list, task, slot_is_late(&slots[path[nr]], task->due) ? "late" :
			       task->work == WORK_STARTED ? "goes on" : "waits", err);
	}
	return ret;
}

struct asides {
	struct telling *t;
	const char *list;
};

static int show_aside(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct asides *a = payload;
	struct arena *arena = a->t->view->arena;
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;
	const char *agent;

	if (!state || state->final || !emergency_sets_aside(a->t->of, d))
		return 0;
	agent = document_text(d, "Assigned-To");
	return add(a->t, a->list, arena_str(arena, d->id), arena_str(arena, d->status),
		   agent ? arena_str(arena, agent) : NULL, "set aside", err);
}

static int show_set_aside(struct telling *t, const char *list, struct ops_error *err)
{
	struct asides a = { t, list };
	const struct type *type = config_type(t->view->config, "task");

	return !type || !t->of->kind->when_nr ? 0 :
	       world_each(t->view->world, type, false, false, show_aside, &a, t->findings,
			  err);
}

static int show_list(struct telling *t, const char *list, struct ops_error *err)
{
	static const struct {
		const char *name;
		int (*show)(struct telling *t, const struct task *task, const char *list,
			    struct ops_error *err);
	} lists[] = {
		{ "running", show_running }, { "orphaned", show_orphaned },
		{ "backups", show_backups }, { "best", show_best },
		{ "parallel", show_parallel },
	};
	size_t i, k;
	int ret = 0;

	if (!strcmp(list, "critical-path"))
		return show_critical(t, list, err);
	if (!strcmp(list, "set-aside"))
		return show_set_aside(t, list, err);
	for (i = 0; i < sizeof(lists) / sizeof(*lists); i++)
		for (k = 0; ret == 0 && !strcmp(lists[i].name, list) &&
		     k < t->o.b->tasks_nr; k++)
			if (is_ours(t, &t->o.b->tasks[k]))
				ret = lists[i].show(t, &t->o.b->tasks[k], list, err);
	return ret;
}

static int show_lists(struct ops_emergency *out, struct telling *t, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	if (!t->o.b) {
		ret = view_outlook(&t->o, t->view, false, t->findings, err);
		if (ret == 0)
			ret = track_read(&t->track, t->o.b, t->findings, err);
	}
	t->items = NULL;
	t->nr = t->room = 0;
	for (i = 0; ret == 0 && i < t->of->kind->shows.nr; i++)
		ret = show_list(t, t->of->kind->shows.list[i], err);
	out->items = t->items;
	out->items_nr = t->nr;
	return ret;
}

/* "assign, accept of tasks with Priority MEDIUM or LOW" */
static const char *refusal(struct arena *arena, const struct emergency_kind *kind)
{
	const char *text = kind->actions.nr ? names_text(&kind->actions, arena, ", ") : "";
	size_t i;

	for (i = 0; text && *text && i < kind->when_nr; i++)
		text = arena_printf(arena, "%s%s %s %s", text, i ? " and" : " of tasks with",
				    kind->when[i].field,
				    names_text(&kind->when[i].values, arena, " or "));
	return text;
}

static const char *copy(struct arena *arena, const struct ops_document *d,
			const char *field, const char *instead)
{
	const char *text = document_text(d, field);

	return text ? arena_str(arena, text) : instead;
}

static int fill(struct ops_emergency *out, struct telling *t, bool lists,
		struct ops_error *err)
{
	const struct ops_document *d = t->of->document;
	const struct emergency_kind *kind = t->of->kind;
	struct arena *arena = t->view->arena;

	memset(out, 0, sizeof(*out));
	out->id = d->id;
	out->path = d->path;
	out->kind = copy(arena, d, "Emergency", "");
	out->title = kind ? kind->title : out->kind;
	out->task = copy(arena, d, "Task", NULL);
	out->project = t->project = copy(arena, d, "Project", NULL);
	out->since = copy(arena, d, "Since", "");
	out->by = copy(arena, d, "Created-By", "");
	out->to = ops_document_field(d, "To");
	if (!out->to)
		out->to = "";
	out->reason = packet_gist(arena, d, 200);
	out->refuses = kind ? refusal(arena, kind) : "";
	if (!out->kind || !out->since || !out->by || !out->reason || !out->refuses)
		return error_nomem(err);
	if (kind) {
		out->steps = (const char *const *)kind->steps.list;
		out->steps_nr = kind->steps.nr;
	}
	return kind && lists ? show_lists(out, t, err) : 0;
}

int ops_view_emergencies(const struct ops_emergency **out, size_t *nr,
			 struct ops_view *view, bool lists,
			 struct ops_findings *findings, struct ops_error *err)
{
	struct telling t = { .view = view, .findings = findings };
	struct ops_emergency *list;
	struct emergencies all;
	size_t i;
	int ret = view_say_broken(view, findings, err);

	if (ret == 0)
		ret = emergencies_find(&all, view->world, findings, err);
	if (ret)
		return ret;
	list = arena_array(view->arena, all.nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < all.nr; i++) {
		t.of = &all.list[i];
		ret = fill(&list[i], &t, lists, err);
	}
	*out = list;
	*nr = ret ? 0 : all.nr;
	return ret;
}
