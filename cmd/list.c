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
	  "of this priority, or of one of several: A,B" },
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
	{ "progress", "DONE %", SPARSE },	/* of those that were broken down */
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

/* What is asked of each document. */
enum { STATUS, PRIORITY, ASSIGNED, DUE, TITLE, NAME, PARTS, FIELDS };
static const char *const fields[FIELDS] = {
	"Status", "Priority", "Assigned-To", "Due", "Title", "Name", "Parts"
};

struct listing {
	struct session *s;
	struct ops_view *view;
	bool paths;		/* are shown */
	size_t nr;
};

/* How far a task is that was broken down, in per cent. */
static int progress(const char **text, struct listing *l, const struct ops_document *doc,
		    struct ops_error *err)
{
	struct ops_progress p;
	int ret = ops_view_progress(&p, l->view, doc, l->s->findings, err);

	if (ret < 0)
		return ret;
	*text = arena_printf(l->s->arena, "%.0f", p.percent);
	return *text ? 0 : error_nomem(err);
}

static int add_row(const struct ops_document *doc, const char *const *values, void *payload,
		   struct ops_error *err)
{
	struct listing *l = payload;
	const char *cells[COLUMNS] = {
		ops_document_id(doc), values[STATUS], values[PRIORITY], values[ASSIGNED],
		values[DUE], values[values[TITLE] ? TITLE : NAME], ops_document_type(doc),
		l->paths ? ops_document_path(doc) : NULL, NULL,
	};
	int ret = 0;

	if (values[PARTS] && !strcmp(ops_document_type(doc), "task"))
		ret = progress(&cells[COLUMNS - 1], l, doc, err);
	l->nr++;
	if (ret == 0)
		out_row(l->s->out, cells);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct list_options *o = args->options;
	bool tasks = !o->filter.type || !strcmp(o->filter.type, "task");
	struct listing l = { s, NULL, s->globals->json || !tasks, 0 };
	int ret;

	if ((ret = ops_view_open(&l.view, s->repo, o->at, &s->err)) < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(l.view));
	out_table(s->out, "documents", tasks ? task_columns : other_columns, COLUMNS);
	ret = ops_view_each(l.view, &o->filter, fields, FIELDS, add_row, &l, s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_leave(s->out);
	out_table_end(s->out);
	if (!l.nr)
		out_say(s->out, "none\n");
	if (ops_findings_refuse(s->findings))
		out_say(s->talk, "ops: the list may not be whole (findings: %zu)\n",
			ops_findings_count(s->findings));
out:
	ops_view_close(l.view);
	return ret;
}

const struct command cmd_list[] = {
	{ "list", "List tasks, or documents of another type", NEED_REPO | PAGED, usage,
	  options, sizeof(struct list_options), 0, 0, run },
	{ .name = NULL }
};
