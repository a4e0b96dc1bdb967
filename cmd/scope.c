/* SPDX-License-Identifier: MIT */
/*
 * ops scope: which tasks hold which paths, where two of them meet, and leases of them.
 *
 * The files need not be there: patterns are compared with each other.  What holds is
 * the library's answer; here it becomes a table.
 */

#include "conflict.h"
#include "out.h"
#include "report.h"
#include "util/arena.h"
#include "util/error.h"

static const char *const usage_show[] = { "ops scope show [TASK]", NULL };
static const char *const usage_who[] = { "ops scope who PATH", NULL };
static const char *const usage_lock[] = {
	"ops scope lock [--for TIME] [--path PATTERN]... [--token N] TASK", NULL
};
static const char *const usage_release[] = {
	"ops scope release TASK", "ops scope release --stale", NULL
};

static const char *const usage_freeze[] = {
	"ops scope freeze [--with TASK]... -m REASON TASK", NULL
};

struct freeze_options {
	struct act_options act;
	struct opt_list with;
};

struct lock_options {
	struct act_options act;
	const char *time, *token;
	struct opt_list paths;
};

struct release_options {
	struct act_options act;
	bool stale;
};

static const struct opt lock_options[] = {
	{ OPT_TEXT, 0, "for", "TIME", offsetof(struct lock_options, time),
	  "how long: 30m, 8h, 2d; if left out, as configured" },
	{ OPT_LIST, 0, "path", "PATTERN", offsetof(struct lock_options, paths),
	  "only this pattern of the scope, or this file in it (repeatable)" },
	{ OPT_TEXT, 0, "token", "N", offsetof(struct lock_options, token),
	  "renew the lease of that token" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt release_options[] = {
	{ OPT_FLAG, 0, "stale", NULL, offsetof(struct release_options, stale),
	  "end every lease whose time or whose work is over" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt freeze_options[] = {
	{ OPT_LIST, 0, "with", "TASK", offsetof(struct freeze_options, with),
	  "the task of the other side (repeatable)" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct out_column lease_columns[] = {
	{ "task", "LEASED TO", SHRINK_LAST },
	{ "owner", "OWNER", SHRINK_FIRST },
	{ "token", "TOKEN", SHRINK_NEVER },
	{ "expires", "UNTIL", SHRINK_NEVER },
	{ "state", "STATE", SHRINK_NEVER },
	{ "paths", "PATHS", SHRINK_FIRST },
	{ "id", NULL, SHRINK_NEVER },
	{ "path", NULL, SHRINK_NEVER },
};

#define LEASE_COLUMNS (sizeof(lease_columns) / sizeof(lease_columns[0]))

/* What stands below the tasks; it is known before any of them is shown. */
struct below {
	const struct ops_lease *leases;
	size_t nr;
	struct ops_assurance assurance;
	size_t faults;		/* findings that say that the list may not be whole */
};

static int read_below(struct below *b, struct session *s, struct ops_view *view,
		      const char *path, const char *task)
{
	int ret;

	b->faults = ops_findings_refuse(s->findings) ? ops_findings_count(s->findings) : 0;
	ret = ops_scope_leases(&b->leases, &b->nr, view, path, task, s->findings, &s->err);
	if (ret == 0)
		ret = ops_view_assurance(&b->assurance, view, &s->err);
	if (ret == 0)
		out_leave(s->out);
	return ret;
}

static void show_below(struct session *s, const struct below *b)
{
	if (b->faults)
		out_say(s->talk, "ops: the list may not be whole (findings: %zu)\n", b->faults);
	if (b->nr)
		out_say(s->out, "\n");
	out_table(s->out, "leases", lease_columns, LEASE_COLUMNS);
	for (size_t i = 0; i < b->nr; i++) {
		const struct ops_lease *l = &b->leases[i];
		const char *cells[LEASE_COLUMNS] = {
			l->task, l->owner, l->token, l->expires, l->state, l->paths, l->id,
			l->path,
		};

		out_row(s->out, cells);
	}
	out_table_end(s->out);
	report_assured(s, b->assurance);
}

static int run_lock(struct session *s, const struct args *args)
{
	const struct lock_options *o = args->options;
	struct ops_setting fields[3];
	struct ops_request request = { .action = "scope.lock", .target = args->words[0],
				       .fields = fields };
	const char *text;
	int ret = opt_join(&text, s->arena, o->paths.values, o->paths.nr, "path", &s->err);

	if (ret)
		return ret;
	if (*text)
		fields[request.fields_nr++] = (struct ops_setting){ "Paths", text };
	if (o->time)
		fields[request.fields_nr++] = (struct ops_setting){ "For", o->time };
	if (o->token)
		fields[request.fields_nr++] = (struct ops_setting){ "Token", o->token };
	return request_send(s, &request, 1, o->act.dry_run);
}

static int run_freeze(struct session *s, const struct args *args)
{
	const struct freeze_options *o = args->options;

	return conflict_freeze_task(s, args->words[0], "RESOURCE_CONTENTION", &o->with,
				    &o->act);
}

static int run_release(struct session *s, const struct args *args)
{
	const struct release_options *o = args->options;
	struct ops_request request = { .action = "scope.release" };

	if (o->stale == (args->nr > 0))
		return error_set(&s->err, OPS_EUSAGE, "name a task, or say --stale");
	if (o->stale)
		request.action = "scope.expire";
	else
		request.target = args->words[0];
	return request_send(s, &request, 1, o->act.dry_run);
}

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

static void show_holder(struct session *s, const struct ops_scope_holder *h)
{
	const char *cells[COLUMNS] = {
		h->task, h->owner, h->status, h->patterns,
		h->example && !*h->example ? "(too hard to decide)" : h->example, h->path,
	};

	out_row(s->out, cells);
}

static void show(struct session *s, const struct ops_scope_holder *list, size_t nr,
		 bool meetings)
{
	out_long_table(s->out, "tasks", meetings ? meeting_columns : columns, COLUMNS);
	do {
		for (size_t i = 0; i < nr && !out_failed(s->out); i++)
			show_holder(s, &list[i]);
	} while (out_table_again(s->out));
	out_table_end(s->out);
}

static int run_show(struct session *s, const struct args *args)
{
	const struct ops_scope_holder *list = NULL;
	const struct ops_document *task = NULL;
	const char *patterns = NULL;
	struct ops_view *view = NULL;
	struct below below;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	if (!args->nr) {
		ret = ops_scope_holders(&list, &nr, view, NULL, s->findings, &s->err);
		if (!ret)
			ret = read_below(&below, s, view, NULL, NULL);
		if (!ret) {
			show(s, list, nr, false);
			show_below(s, &below);
		}
		goto out;
	}
	ret = ops_view_find(&task, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = ops_scope_of(&patterns, view, task, &s->err);
	if (!ret)
		ret = ops_scope_meetings(&list, &nr, view, task, s->findings, &s->err);
	if (!ret)
		ret = read_below(&below, s, view, NULL, ops_document_id(task));
	if (ret)
		goto out;
	out_string(s->out, "task", ops_document_id(task));
	out_string(s->out, "patterns", *patterns ? patterns : NULL);
	out_say(s->out, "%s: %s\n", ops_document_id(task),
		*patterns ? patterns : "its section Scope names no paths in `code`");
	show(s, list, nr, true);
	show_below(s, &below);
out:
	ops_view_close(view);
	return ret;
}

static int run_who(struct session *s, const struct args *args)
{
	const struct ops_scope_holder *list = NULL;
	struct ops_view *view = NULL;
	const char *critical;
	struct below below;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_scope_holders(&list, &nr, view, args->words[0], s->findings, &s->err);
	if (!ret)
		ret = read_below(&below, s, view, args->words[0], NULL);
	if (ret)
		goto out;
	critical = ops_scope_critical(view, args->words[0]);
	out_string(s->out, "path", args->words[0]);
	out_string(s->out, "critical", critical);
	if (critical)
		out_say(s->out, "%s is critical (%s)\n", args->words[0], critical);
	show(s, list, nr, false);
	show_below(s, &below);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_scope[] = {
	{ "scope show", "Show which tasks hold which paths, or whose a task would share",
	  NEED_REPO | PAGED, usage_show, NULL, 0, 0, 1, run_show },
	{ "scope who", "Show which tasks hold a path", NEED_REPO | PAGED, usage_who, NULL,
	  0, 1, 1, run_who },
	{ "scope lock", "Take a lease of the scope of a task, or renew it",
	  NEED_REPO | WRITES, usage_lock, lock_options, sizeof(struct lock_options), 1, 1,
	  run_lock },
	{ "scope release", "End the lease of a task, or those that are over",
	  NEED_REPO | WRITES, usage_release, release_options,
	  sizeof(struct release_options), 0, 1, run_release },
	{ "scope freeze", "Freeze the work on a task until a conflict is settled",
	  NEED_REPO | WRITES, usage_freeze, freeze_options, sizeof(struct freeze_options), 1,
	  1, run_freeze },
	{ .name = NULL }
};
