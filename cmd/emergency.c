/* SPDX-License-Identifier: MIT */
/*
 * ops emergency: declare one, look at what is declared and what there is to do, end it.
 *
 * Which kinds there are, what they refuse and who may declare them is data; what is
 * refused, the judge refuses.
 */

#include "emergency.h"

#include "out.h"
#include "report.h"
#include "request.h"
#include "util/error.h"

struct declare_options {
	struct act_options act;
	const char *task, *project;
};

static const char *const usage_declare[] = {
	"ops emergency declare [--task TASK] [--project PROJECT] -m REASON KIND", NULL
};
static const char *const usage_status[] = { "ops emergency status", NULL };
static const char *const usage_end[] = { "ops emergency end -m REASON EMERGENCY", NULL };

static const struct opt declare_options[] = {
	{ OPT_TEXT, 0, "task", "TASK", offsetof(struct declare_options, task),
	  "the task it is about: that one may go on" },
	{ OPT_TEXT, 0, "project", "PROJECT", offsetof(struct declare_options, project),
	  "the project it is about" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt end_options[] = { ACT_REASON, ACT_DRY_RUN, OPT_TABLE_END };

static const struct out_column item_columns[] = {
	{ "list", "LIST", SHRINK_NEVER },
	{ "task", "TASK", SHRINK_LAST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "agent", "AGENT", SHRINK_FIRST },
	{ "what", "WHAT", SHRINK_FIRST },
};

#define COLUMNS (sizeof(item_columns) / sizeof(item_columns[0]))

static int run_declare(struct session *s, const struct args *args)
{
	const struct declare_options *o = args->options;
	struct ops_setting fields[2];
	struct ops_request request = { .action = "emergency.declare",
				       .target = args->words[0], .reason = o->act.reason,
				       .fields = fields };

	if (!o->act.reason)
		return error_set(&s->err, OPS_EUSAGE, "say why (-m)");
	if (o->task)
		fields[request.fields_nr++] = (struct ops_setting){ "Task", o->task };
	if (o->project)
		fields[request.fields_nr++] = (struct ops_setting){ "Project", o->project };
	return request_send(s, &request, 1, o->act.dry_run);
}

static int run_end(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	struct ops_request request = { .action = "emergency.end", .target = args->words[0],
				       .reason = o->reason };

	return request_send(s, &request, 1, o->dry_run);
}

static void show_one(struct session *s, const struct ops_emergency *e, bool whole)
{
	out_map(s->out, NULL);
	out_style(s->out, STYLE_RED);
	out_say(s->out, "EMERGENCY %s", e->kind);
	out_style(s->out, STYLE_PLAIN);
	if (e->task || e->project)
		out_say(s->out, " (%s)", e->task ? e->task : e->project);
	out_say(s->out, " since %s, by %s: %s\n", e->since, e->by, e->reason);
	if (*e->refuses)
		out_say(s->out, "    refused until it is ended: %s\n", e->refuses);
	out_string(s->out, "id", e->id);
	out_string(s->out, "path", e->path);
	out_string(s->out, "kind", e->kind);
	out_string(s->out, "title", e->title);
	out_string(s->out, "task", e->task);
	out_string(s->out, "project", e->project);
	out_string(s->out, "since", e->since);
	out_string(s->out, "by", e->by);
	out_string(s->out, "to", e->to);
	out_string(s->out, "reason", e->reason);
	out_string(s->out, "refuses", e->refuses);
	if (whole) {
		out_say(s->out, "    id %s; to %s\n", e->id, e->to);
		out_list(s->out, "steps");
		for (size_t i = 0; i < e->steps_nr; i++) {
			out_say(s->out, "    %zu. %s\n", i + 1, e->steps[i]);
			out_string(s->out, NULL, e->steps[i]);
		}
		out_end(s->out);
		out_table(s->out, "items", item_columns, COLUMNS);
		for (size_t i = 0; i < e->items_nr; i++) {
			const char *cells[COLUMNS] = {
				e->items[i].list, e->items[i].task, e->items[i].status,
				e->items[i].agent, e->items[i].what,
			};

			out_row(s->out, cells);
		}
		out_table_end(s->out);
	}
	out_end(s->out);
}

int emergencies_show(struct session *s, struct ops_view *view, bool whole)
{
	const struct ops_emergency *list = NULL;
	size_t nr = 0;
	int ret = ops_view_emergencies(&list, &nr, view, whole, s->findings, &s->err);

	if (ret < 0)
		return ret;
	out_list(s->out, "emergencies");
	for (size_t i = 0; i < nr; i++)
		show_one(s, &list[i], whole);
	out_end(s->out);
	if (whole && !nr)
		out_say(s->out, "no emergency is declared\n");
	return 0;
}

static int run_status(struct session *s, const struct args *args)
{
	struct ops_view *view = NULL;
	int ret;

	(void)args;
	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	ret = emergencies_show(s, view, true);
	if (!ret)
		ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_emergency[] = {
	{ "emergency declare", "Say that something is wrong, and what has to wait",
	  NEED_REPO | WRITES, usage_declare, declare_options,
	  sizeof(struct declare_options), 1, 1, run_declare },
	{ "emergency status", "Show what is declared, what it refuses, and what to do",
	  NEED_REPO | PAGED, usage_status, NULL, 0, 0, 0, run_status },
	{ "emergency end", "End an emergency: what it refused is possible again",
	  NEED_REPO | WRITES, usage_end, end_options, sizeof(struct act_options), 1, 1,
	  run_end },
	{ .name = NULL }
};
