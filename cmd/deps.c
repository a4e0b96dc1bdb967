/* SPDX-License-Identifier: MIT */
/*
 * ops deps: what depends on what, in the form that is asked for, and the cutting of a
 * dependency.  JSON always has everything; the forms are ways of writing it down.
 */

#include <string.h>

#include "command.h"
#include "graphs.h"
#include "out.h"
#include "report.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct deps_options {
	const char *format;
	struct opt_list assume;
};

static const char *const usage[] = {
	"ops deps [--format FORM] [--assume done:TASK]... [TASK]",
	NULL
};

static const char *const usage_cut[] = {
	"ops deps cut --reason TEXT [--dry-run] TASK DEPENDENCY",
	NULL
};

static const struct opt options[] = {
	{ OPT_CHOICE, 0, "format", "list|tree|dot|mermaid|json",
	  offsetof(struct deps_options, format), "how to write it; list if not given" },
	{ OPT_LIST, 0, "assume", "done:TASK", offsetof(struct deps_options, assume),
	  "as if TASK were complete (repeatable)" },
	OPT_TABLE_END
};

static const struct opt cut_options[] = {
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int read_assumed(const char ***out, struct session *s, const struct opt_list *list)
{
	*out = arena_array(s->arena, list->nr + 1, sizeof(**out));
	if (!*out)
		return error_nomem(&s->err);
	for (size_t i = 0; i < list->nr; i++) {
		if (strncmp(list->values[i], "done:", 5) || !list->values[i][5])
			return error_set(&s->err, OPS_EUSAGE, "'%.60s' is not of the form"
					 " done:TASK", list->values[i]);
		(*out)[i] = list->values[i] + 5;
	}
	return 0;
}

static int find(struct ops_findings *out, const void *payload, size_t at,
		struct ops_error *err)
{
	return ops_graph_findings(out, payload, at, err);
}

static int run(struct session *s, const struct args *args)
{
	const struct deps_options *o = args->options;
	const char *task = args->nr ? args->words[0] : NULL;
	const struct ops_graph *g = NULL;
	struct ops_view *view = NULL;
	const char **done;
	int ret;

	if ((ret = read_assumed(&done, s, &o->assume)) < 0)
		return ret;
	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_graph(&g, view, task, done, o->assume.nr, s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_leave(s->out);
	out_string(s->out, "commit", ops_view_commit(view));
	ret = graphs_show(s, g, g->task, o->format ? o->format : "list");
	if (ret == 0)
		ret = report_each(s, g->nr, find, g);
out:
	ops_view_close(view);
	return ret;
}

static int run_cut(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	struct ops_request request = { .action = "plan.cut", .target = args->words[0],
				       .to = args->words[1], .reason = o->reason };

	return request_send(s, &request, 1, o->dry_run);
}

const struct command cmd_deps[] = {
	{ "deps cut", "Take a dependency out of a task", NEED_REPO | WRITES, usage_cut,
	  cut_options, sizeof(struct act_options), 2, 2, run_cut },
	{ "deps", "Show what depends on what, with dates and cycles", NEED_REPO | PAGED,
	  usage, options, sizeof(struct deps_options), 0, 1, run },
	{ .name = NULL }
};
