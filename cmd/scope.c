/* SPDX-License-Identifier: MIT */
/*
 * ops scope: which tasks hold which paths, and where two of them meet.
 *
 * The files need not be there: patterns are compared with each other.  What holds is
 * the library's answer; here it becomes a table.
 */

#include "command.h"
#include "out.h"
#include "report.h"
#include "util/error.h"

static const char *const usage_show[] = { "ops scope show [TASK]", NULL };
static const char *const usage_who[] = { "ops scope who PATH", NULL };

static const struct out_column columns[] = {
	{ "task", "TASK", SHRINK_LAST },
	{ "owner", "OWNER", SHRINK_FIRST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "patterns", "HOLDS", SHRINK_FIRST },
	{ "example", NULL, SHRINK_NEVER },
	{ "path", NULL, SHRINK_NEVER },
};

static const struct out_column meeting_columns[] = {
	{ "task", "TASK", SHRINK_LAST },
	{ "owner", "OWNER", SHRINK_FIRST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "patterns", NULL, SHRINK_FIRST },
	{ "example", "SHARES", SHRINK_FIRST },
	{ "path", NULL, SHRINK_NEVER },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

static void show(struct session *s, const struct ops_scope_holder *list, size_t nr,
		 bool meetings)
{
	out_table(s->out, "tasks", meetings ? meeting_columns : columns, COLUMNS);
	for (size_t i = 0; i < nr; i++) {
		const char *example = list[i].example;
		const char *cells[COLUMNS] = {
			list[i].task, list[i].owner, list[i].status, list[i].patterns,
			example && !*example ? "(too hard to decide)" : example,
			list[i].path,
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
	if (ops_findings_refuse(s->findings))
		out_say(s->talk, "ops: the list may not be whole (findings: %zu)\n",
			ops_findings_count(s->findings));
}

static int run_show(struct session *s, const struct args *args)
{
	const struct ops_scope_holder *list = NULL;
	const struct ops_document *task = NULL;
	const char *patterns = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	if (!args->nr) {
		ret = ops_scope_holders(&list, &nr, view, NULL, s->findings, &s->err);
		if (!ret)
			show(s, list, nr, false);
		if (!ret)
			ret = report_assurance(s, view);
		goto out;
	}
	ret = ops_view_find(&task, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = ops_scope_of(&patterns, view, task, &s->err);
	if (!ret)
		ret = ops_scope_meetings(&list, &nr, view, task, s->findings, &s->err);
	if (ret)
		goto out;
	out_string(s->out, "task", ops_document_id(task));
	out_string(s->out, "patterns", *patterns ? patterns : NULL);
	out_say(s->out, "%s: %s\n", ops_document_id(task),
		*patterns ? patterns : "its section Scope names no paths in `code`");
	show(s, list, nr, true);
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

static int run_who(struct session *s, const struct args *args)
{
	const struct ops_scope_holder *list = NULL;
	struct ops_view *view = NULL;
	const char *critical;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_scope_holders(&list, &nr, view, args->words[0], s->findings, &s->err);
	if (ret)
		goto out;
	critical = ops_scope_critical(view, args->words[0]);
	out_string(s->out, "path", args->words[0]);
	out_string(s->out, "critical", critical);
	if (critical)
		out_say(s->out, "%s is critical (%s)\n", args->words[0], critical);
	show(s, list, nr, false);
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_scope[] = {
	{ "scope show", "Show which tasks hold which paths, or whose a task would share",
	  NEED_REPO | PAGED, usage_show, NULL, 0, 0, 1, run_show },
	{ "scope who", "Show which tasks hold a path", NEED_REPO | PAGED, usage_who, NULL,
	  0, 1, 1, run_who },
	{ .name = NULL }
};
