/* SPDX-License-Identifier: MIT */
/*
 * ops breakdown: turn a task into smaller ones, or say which ones should be.
 *
 * Which parts there are, and how great a task has to be, is data of the configuration.
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct breakdown_options {
	struct act_options act;
	bool suggest;
	struct opt_list components;
};

static const char *const usage[] = {
	"ops breakdown [--component NAME]... [-m TEXT] [--dry-run] TASK",
	"ops breakdown --suggest [TASK]",
	NULL
};

static const struct opt options[] = {
	{ OPT_LIST, 'c', "component", "NAME", offsetof(struct breakdown_options, components),
	  "a component; NAME:PATTERN,... gives its scope (repeatable)" },
	{ OPT_FLAG, 0, "suggest", NULL, offsetof(struct breakdown_options, suggest),
	  "only say how great it is, or which tasks are too great" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static void factor(struct session *s, const char *key, double value, double of)
{
	out_say(s->out, "  %s %s of %s%s\n", key, arena_printf(s->arena, "%g", value),
		arena_printf(s->arena, "%g", of), value >= of ? ": great" : "");
	out_map(s->out, key);
	out_number(s->out, "is", value);
	out_number(s->out, "great", of);
	out_end(s->out);
}

static void show_size(struct session *s, const struct ops_size *z)
{
	out_say(s->out, "%s: %u of %u factors are great, %u make it too great%s\n", z->task,
		(unsigned)z->reached, 4u, (unsigned)z->at_least,
		z->big ? ": break it down" : "");
	out_map(s->out, NULL);
	out_string(s->out, "task", z->task);
	out_string(s->out, "title", z->title);
	out_string(s->out, "status", z->status);
	out_bool(s->out, "too_great", z->big);
	out_number(s->out, "reached", (double)z->reached);
	out_number(s->out, "at_least", (double)z->at_least);
	factor(s, "complexity", z->complexity, z->of_complexity);
	factor(s, "hours", z->hours, z->of_hours);
	factor(s, "dependencies", z->dependencies, z->of_dependencies);
	factor(s, "unknowns", z->unknowns, z->of_unknowns);
	out_end(s->out);
}

static int suggest(struct session *s, const char *task)
{
	const struct ops_size *list = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		return ret;
	ret = ops_view_sizes(&list, &nr, view, task, s->findings, &s->err);
	if (ret == 0) {
		out_list(s->out, "sizes");
		for (size_t i = 0; i < nr; i++)
			show_size(s, &list[i]);
		out_end(s->out);
		if (!nr)
			out_say(s->out, "no task is too great\n");
	}
	ops_view_close(view);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct breakdown_options *o = args->options;
	struct ops_request r = { .action = "plan.breakdown", .reason = o->act.reason };
	struct ops_outcome *outcome = NULL;
	struct ops_setting *fields;
	int ret;

	if (o->suggest && (o->components.nr || o->act.dry_run || o->act.reason))
		return error_set(&s->err, OPS_EUSAGE, "--suggest changes nothing");
	if (o->suggest)
		return suggest(s, args->nr ? args->words[0] : NULL);
	if (!args->nr)
		return error_set(&s->err, OPS_EUSAGE, "name the task to break down");
	fields = arena_array(s->arena, o->components.nr + 1, sizeof(*fields));
	if (!fields)
		return error_nomem(&s->err);
	for (size_t i = 0; i < o->components.nr; i++) {
		fields[i].name = "Component";
		fields[i].value = o->components.values[i];
	}
	r.target = args->words[0];
	r.fields = fields;
	r.fields_nr = o->components.nr;
	ret = ops_repo_change(&outcome, s->findings, s->repo, &r, 1,
			      o->act.dry_run ? OPS_DRY_RUN : 0, &s->err);
	if (ret < 0)
		return ret;
	request_show(s, outcome, o->act.dry_run, false);
	ops_outcome_free(outcome);
	return 0;
}

const struct command cmd_breakdown[] = {
	{ "breakdown", "Turn a task into smaller ones", NEED_REPO | WRITES, usage, options,
	  sizeof(struct breakdown_options), 0, 1, run },
	{ .name = NULL }
};
