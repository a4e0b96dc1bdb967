/* SPDX-License-Identifier: MIT */
/*
 * What planning does about blocked tasks (catalogue F2): "plan.unblock" those whose
 * blockers are complete, "plan.raise" the priority of blockers that nobody has begun,
 * "plan.investigate" blockers that are stalled.
 *
 * Each is done by the act that a person would use and judged as that, and each does
 * nothing the second time.
 */

#include <string.h>

#include "change/planning.h"
#include "model/depend.h"

static bool has(const char *const *list, size_t nr, const char *name)
{
	size_t i;

	for (i = 0; i < nr && strcmp(list[i], name); i++)
		;
	return i < nr;
}

/* Whether what it waited for when it was blocked is done, or no longer asked for.  Who
 * was blocked for something else is for somebody to unblock. */
static int is_released(bool *out, struct planning_act *a, const struct task *t,
		       struct ops_error *err)
{
	struct ops_document *doc;
	const char *const *list;
	const char *part, *status;
	size_t i, nr;
	bool done;
	int ret = world_document(&doc, a->d->now, t->path, a->d->findings, err);

	*out = t->blocked_by.nr > 0;
	if (ret == 0 && document_list(&list, &nr, doc, "Depends-On"))
		ret = error_nomem(err);
	for (i = 0; ret == 0 && *out && i < t->blocked_by.nr; i++) {
		if (!has(list, nr, t->blocked_by.list[i]))
			continue;
		ret = depend_done(&done, &part, &status, a->d->now, t->blocked_by.list[i],
				  a->d->findings, err);
		*out = ret == 0 && done;
	}
	return ret;
}

int planning_unblock(struct planning_act *a, struct ops_error *err)
{
	struct board *b = a->board;
	bool released;
	int ret = 0;

	for (; ret == 0 && planning_goes_on(a, b->tasks_nr); a->run->at++) {
		const struct task *t = &b->tasks[a->run->at];
		struct ops_request q = { .action = "unblock", .target = t->path };

		if (t->work != WORK_BLOCKED || !t->blocked_by.nr || planning_skips(a, t))
			continue;
		ret = is_released(&released, a, t, err);
		if (ret || !released)
			continue;
		buf_printf(&a->d->body, "- %s is unblocked: what it waited for is complete\n",
			   t->id);
		ret = act_transition(a->d, &q, err);
	}
	return ret;
}

static int waiting(struct planning_act *a, struct ops_error *err)
{
	struct graph g;

	if (a->run->decided)
		return 0;
	return graph_make(&g, a->board, NULL) || waited_make(&a->run->waited, &g) ?
	       error_nomem(err) : 0;
}

static int raise(struct planning_act *a, const struct task *t, const struct task *by,
		 unsigned to, struct ops_error *err)
{
	const struct type *type = config_type(a->d->config, "task");
	const struct field *f = type ? type_field(type, "Priority") : NULL;
	struct ops_setting field = { "Priority", NULL };
	struct ops_request q = { .target = t->path, .fields = &field, .fields_nr = 1 };

	if (!f || to >= f->values.nr)
		return 0;
	field.value = f->values.list[to];
	buf_printf(&a->d->body, "- %s goes from %s to %s: %s is blocked by it, and is %s\n",
		   t->id, t->priority_name ? t->priority_name : "none", field.value, by->id,
		   by->priority_name ? by->priority_name : "without one");
	/* On one day the field Raised says nothing new, and it is an edit. */
	q.action = t->raised ? "edit" : "raise";
	return t->raised ? act_edit(a->d, &q, err) : act_transition(a->d, &q, err);
}

int planning_raise(struct planning_act *a, struct ops_error *err)
{
	struct board *b = a->board;
	int ret = waiting(a, err);

	for (; ret == 0 && planning_goes_on(a, b->tasks_nr); a->run->at++) {
		const struct task *t = &b->tasks[a->run->at];
		size_t by = a->run->waited.by[a->run->at];
		unsigned to;

		if (by == NONE || planning_skips(a, t) ||
		    (t->work != WORK_QUEUED && t->work != WORK_ASSIGNED))
			continue;
		to = waited_priority(b, t, &b->tasks[by]);
		if (to < t->priority)
			ret = raise(a, t, &b->tasks[by], to, err);
	}
	return ret;
}

/* Whether this stall, which is known by the last sign of life, is looked into. */
static int is_known(bool *out, struct planning_act *a, const struct task *t,
		    const char *since, struct ops_error *err)
{
	struct ops_document *const *list;
	const char *text;
	size_t i, nr;
	int ret = world_packets(&list, &nr, a->d->now, t->id, a->d->findings, err);

	*out = false;
	for (i = 0; ret == 0 && i < nr && !*out; i++) {
		if (strcmp(list[i]->type->name, "investigation"))
			continue;
		text = document_text(list[i], "Since");
		*out = since ? text && !strcmp(text, since) : !text;
	}
	return ret;
}

static int investigate(struct planning_act *a, const struct task *t, const struct task *by,
		       int64_t sign, struct ops_error *err)
{
	struct arena *arena = a->d->arena;
	char since[DATE_TIME_LEN + 1] = "";
	struct ops_setting fields[2] = { { "To", t->assigned_to }, { "Since", since } };
	struct ops_setting sections[2] = { { "Stall", NULL }, { "Waiting", NULL } };
	struct ops_request q = { .action = "investigation", .target = t->path,
				 .fields = fields, .sections = sections, .sections_nr = 2 };
	bool known;
	int ret;

	if (sign != NO_POINT)
		date_time_format(since, sign);
	q.fields_nr = *since ? 2 : 1;
	ret = is_known(&known, a, t, *since ? since : NULL, err);
	if (ret || known || !t->assigned_to)
		return ret;
	sections[0].value = arena_printf(arena, "'%s' is in progress with %s, and %s%s.",
					 t->id, t->assigned_to, *since ?
					 "gave its last sign of life at " :
					 "has given no sign of life", since);
	sections[1].value = arena_printf(arena, "'%s' (%s) is blocked by it.", by->id,
					 by->title);
	if (!sections[0].value || !sections[1].value)
		return error_nomem(err);
	buf_printf(&a->d->body, "- %s is stalled%s%s, and %s is blocked by it\n", t->id,
		   *since ? " since " : "", since, by->id);
	return act_record(a->d, &q, err);
}

int planning_investigate(struct planning_act *a, struct ops_error *err)
{
	struct board *b = a->board;
	int64_t sign;
	bool stalled;
	int ret = waiting(a, err);

	if (ret == 0 && !config_type(a->d->config, "investigation"))
		return 0;
	for (; ret == 0 && planning_goes_on(a, b->tasks_nr); a->run->at++) {
		const struct task *t = &b->tasks[a->run->at];
		size_t by = a->run->waited.by[a->run->at];

		if (by == NONE || t->work != WORK_STARTED || planning_skips(a, t))
			continue;
		ret = task_stalled(&stalled, &sign, b, t, err);
		if (ret == 0 && stalled)
			ret = investigate(a, t, &b->tasks[by], sign, err);
	}
	return ret;
}
