/* SPDX-License-Identifier: MIT */
/*
 * ops list: the documents of one state, filtered, as a table.
 *
 * A document that cannot be read is never left out in silence: it is a finding, and the
 * exit status says that the list is not whole.  Filtering is the library's; values are
 * shown as they stand in the documents.
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "util/arena.h"
#include "util/error.h"

struct list_options {
	struct ops_filter filter;
	const char *at;
};

#define FILTER(member) (offsetof(struct list_options, filter) + \
			offsetof(struct ops_filter, member))

static const char *const usage[] = {
	"ops list [OPTIONS]",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 't', "type", "TYPE", FILTER(type),
	  "documents of TYPE instead of tasks" },
	{ OPT_TEXT, 's', "status", "STATUS", FILTER(status),
	  "of this status, or of one of several: A,B" },
	{ OPT_TEXT, 'A', "assignee", "AGENT", FILTER(assignee),
	  "assigned to AGENT or Department/AGENT" },
	{ OPT_TEXT, 'D', "department", "NAME", FILTER(department),
	  "assigned to agents of the department" },
	{ OPT_TEXT, 'p', "priority", "PRIORITY", FILTER(priority),
	  "of this priority" },
	{ OPT_DATE, 0, "due-before", "DATE", FILTER(due_before),
	  "due on DATE or before" },
	{ OPT_DATE, 0, "due-after", "DATE", FILTER(due_after),
	  "due on DATE or after" },
	{ OPT_FLAG, 'a', "all", NULL, FILTER(archived),
	  "the archived ones too" },
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct list_options, at),
	  "documents of revision REV" },
	OPT_TABLE_END
};

/* The same members in JSON; in text, what says something about the type. */
static const struct out_column task_columns[] = {
	{ "id", "ID", SHRINK_LAST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "priority", "PRIORITY", SHRINK_NEVER },
	{ "assigned_to", "ASSIGNED", SHRINK_FIRST },
	{ "due", "DUE", SHRINK_NEVER },
	{ "title", "TITLE", SHRINK_FIRST },
	{ "type", NULL, SHRINK_NEVER },
	{ "path", NULL, SHRINK_NEVER },
	{ "progress", NULL, SHRINK_NEVER },
};

static const struct out_column other_columns[] = {
	{ "id", "ID", SHRINK_LAST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "priority", NULL, SHRINK_NEVER },
	{ "assigned_to", NULL, SHRINK_NEVER },
	{ "due", NULL, SHRINK_NEVER },
	{ "title", "TITLE", SHRINK_FIRST },
	{ "type", NULL, SHRINK_NEVER },
	{ "path", "PATH", SHRINK_FIRST },
	{ "progress", NULL, SHRINK_NEVER },
};

#define COLUMNS (sizeof(task_columns) / sizeof(task_columns[0]))

/* How far a task is that was broken down; NULL for others. */
static int progress(const char **text, struct session *s, struct ops_view *view,
		    const struct ops_document *doc)
{
	struct ops_progress p;
	int ret;

	*text = NULL;
	if (strcmp(ops_document_type(doc), "task") || !ops_document_field(doc, "Parts"))
		return 0;
	ret = ops_view_progress(&p, view, doc, s->findings, &s->err);
	if (ret < 0)
		return ret;
	*text = arena_printf(s->arena, "%.0f", p.percent);
	return *text ? 0 : error_nomem(&s->err);
}

static int add_row(struct session *s, struct ops_view *view, const struct ops_document *doc)
{
	const char *title = ops_document_field(doc, "Title");
	const char *cells[COLUMNS] = {
		ops_document_id(doc),
		ops_document_field(doc, "Status"),
		ops_document_field(doc, "Priority"),
		ops_document_field(doc, "Assigned-To"),
		ops_document_field(doc, "Due"),
		title ? title : ops_document_field(doc, "Name"),
		ops_document_type(doc),
		ops_document_path(doc),
		NULL,
	};
	int ret = progress(&cells[COLUMNS - 1], s, view, doc);

	if (ret == 0)
		out_row(s->out, cells);
	return ret;
}

/* The columns of this list: how far tasks are, in per cent, where some were broken down. */
static void choose_columns(struct out_column columns[COLUMNS], bool tasks,
			   const struct ops_document *const *docs, size_t nr)
{
	size_t i;

	memcpy(columns, tasks ? task_columns : other_columns, sizeof(task_columns));
	for (i = 0; tasks && i < nr; i++)
		if (ops_document_field(docs[i], "Parts"))
			columns[COLUMNS - 1].title = "DONE %";
}

static int run(struct session *s, const struct args *args)
{
	const struct list_options *o = args->options;
	const struct ops_document *const *docs = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0;
	struct out_column columns[COLUMNS];
	int ret;

	if ((ret = ops_view_open(&view, s->repo, o->at, &s->err)) < 0)
		goto out;
	ret = ops_view_list(&docs, &nr, view, &o->filter, s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	choose_columns(columns, !o->filter.type || !strcmp(o->filter.type, "task"), docs, nr);
	out_table(s->out, "documents", columns, COLUMNS);
	for (size_t i = 0; ret == 0 && i < nr; i++)
		ret = add_row(s, view, docs[i]);
	out_table_end(s->out);
	if (!nr)
		out_say(s->out, "none\n");
	if (ops_findings_refuse(s->findings))
		out_say(s->talk, "ops: the list may not be whole (findings: %zu)\n",
			ops_findings_count(s->findings));
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_list[] = {
	{ "list", "List tasks, or documents of another type", NEED_REPO | PAGED, usage,
	  options, sizeof(struct list_options), 0, 0, run },
	{ .name = NULL }
};
