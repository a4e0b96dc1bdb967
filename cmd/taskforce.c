/* SPDX-License-Identifier: MIT */
/*
 * ops taskforce: put agents together for tasks, see where these stand as one, end it.
 */

#include "out.h"
#include "report.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct new_options {
	struct act_options act;
	const char *title, *size, *lead, *emergency;
	struct opt_list checkpoints;
};

static const char *const usage_new[] = {
	"ops taskforce new [--title TEXT] [--size N] [--lead AGENT] TASK...",
	"ops taskforce new [--checkpoint TEXT]... [--emergency EMERGENCY] TASK...", NULL
};
static const char *const usage_show[] = { "ops taskforce show TASKFORCE", NULL };
static const char *const usage_list[] = { "ops taskforce list", NULL };
static const char *const usage_end[] = { "ops taskforce end -m REASON TASKFORCE", NULL };

static const struct opt new_options[] = {
	{ OPT_TEXT, 0, "title", "TEXT", offsetof(struct new_options, title),
	  "what it is called" },
	{ OPT_TEXT, 0, "size", "N", offsetof(struct new_options, size),
	  "so many members, if there are as many; 3 if left out" },
	{ OPT_TEXT, 0, "lead", "AGENT", offsetof(struct new_options, lead),
	  "who leads it; chosen if left out" },
	{ OPT_LIST, 0, "checkpoint", "TEXT", offsetof(struct new_options, checkpoints),
	  "when to look at it again (repeatable)" },
	{ OPT_TEXT, 0, "emergency", "EMERGENCY", offsetof(struct new_options, emergency),
	  "the emergency that it is for" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt end_options[] = { ACT_REASON, ACT_DRY_RUN, OPT_TABLE_END };

static const struct out_column columns[] = {
	{ "task", "TASK", SHRINK_LAST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "agent", "AGENT", SHRINK_FIRST },
	{ "progress", "DONE", SHRINK_NEVER },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static int run_new(struct session *s, const struct args *args)
{
	const struct new_options *o = args->options;
	struct ops_setting given[] = {
		{ "Tasks", NULL }, { "Checkpoints", NULL }, { "Title", o->title },
		{ "Size", o->size }, { "Lead", o->lead }, { "Emergency", o->emergency },
	};
	struct ops_setting fields[6];
	struct ops_request request = { .action = "taskforce.new", .fields = fields };
	int ret = opt_join(&given[0].value, s->arena, args->words, args->nr, NULL, &s->err);

	if (ret == 0 && o->checkpoints.nr)
		ret = opt_join(&given[1].value, s->arena, o->checkpoints.values,
			       o->checkpoints.nr, "checkpoint", &s->err);
	if (ret)
		return ret;
	for (size_t i = 0; i < 6; i++)
		if (given[i].value)
			fields[request.fields_nr++] = given[i];
	return request_send(s, &request, 1, o->act.dry_run);
}

static int run_end(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	struct ops_request request = { .action = "disband", .target = args->words[0],
				       .reason = o->reason };

	return request_send(s, &request, 1, o->dry_run);
}

static void show_tasks(struct session *s, const struct ops_taskforce *t)
{
	out_table(s->out, "tasks", columns, COLUMNS);
	for (size_t i = 0; i < t->tasks_nr; i++) {
		const struct ops_force_task *one = &t->tasks[i];
		const char *cells[COLUMNS] = {
			one->id, one->status ? one->status : "not there", one->agent,
			one->progress < 0 ? NULL :
				arena_printf(s->arena, "%d %%", one->progress),
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
}

static void show_one(struct session *s, const struct ops_taskforce *t, bool whole)
{
	out_map(s->out, NULL);
	out_say(s->out, "%s (%s): %s; %zu of %zu tasks ended\n", t->id, t->status, t->title,
		t->ended, t->tasks_nr);
	out_say(s->out, "    lead %s; members %s\n", t->lead, t->members);
	if (t->checkpoints)
		out_say(s->out, "    checkpoints: %s\n", t->checkpoints);
	if (t->emergency)
		out_say(s->out, "    for the emergency %s\n", t->emergency);
	out_string(s->out, "id", t->id);
	out_string(s->out, "title", t->title);
	out_string(s->out, "status", t->status);
	out_string(s->out, "lead", t->lead);
	out_string(s->out, "members", t->members);
	out_string(s->out, "checkpoints", t->checkpoints);
	out_string(s->out, "emergency", t->emergency);
	out_number(s->out, "ended", (double)t->ended);
	if (whole || s->globals->json)
		show_tasks(s, t);
	out_end(s->out);
}

static int look(struct session *s, const char *id)
{
	const struct ops_taskforce *list = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_taskforces(&list, &nr, view, id, s->findings, &s->err);
	if (ret)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	out_list(s->out, "taskforces");
	for (size_t i = 0; i < nr; i++)
		show_one(s, &list[i], id != NULL);
	out_end(s->out);
	if (!nr)
		out_say(s->out, "no task force is active\n");
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

static int run_show(struct session *s, const struct args *args)
{
	return look(s, args->words[0]);
}

static int run_list(struct session *s, const struct args *args)
{
	(void)args;
	return look(s, NULL);
}

const struct command cmd_taskforce[] = {
	{ "taskforce new", "Put agents together for tasks", NEED_REPO | WRITES, usage_new,
	  new_options, sizeof(struct new_options), 1, ANY_WORDS, run_new },
	{ "taskforce show", "Show who is in one, and where its tasks stand",
	  NEED_REPO | PAGED, usage_show, NULL, 0, 1, 1, run_show },
	{ "taskforce list", "Show the task forces that are active", NEED_REPO | PAGED,
	  usage_list, NULL, 0, 0, 0, run_list },
	{ "taskforce end", "End a task force", NEED_REPO | WRITES, usage_end, end_options,
	  sizeof(struct act_options), 1, 1, run_end },
	{ .name = NULL }
};
