/* SPDX-License-Identifier: MIT */
/*
 * ops plan: who should be given what is queued.
 *
 * Without --apply it only shows.  With it the library decides again, from the state it
 * finds under its lock, and what it did is shown; the plan before it may be another.
 */

#include <string.h>

#include "choices.h"
#include "command.h"
#include "out.h"
#include "request.h"
#include "util/error.h"

struct plan_options {
	bool explain, apply, dry_run;
};

static const char *const usage[] = {
	"ops plan [--explain] [TASK]",
	"ops plan --apply [--dry-run]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "explain", NULL, offsetof(struct plan_options, explain),
	  "every candidate with its numbers, and why some are none" },
	{ OPT_FLAG, 0, "apply", NULL, offsetof(struct plan_options, apply),
	  "assign as planned" },
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct plan_options, dry_run),
	  "with --apply: decide and judge, but change nothing" },
	OPT_TABLE_END
};

static int apply(struct session *s, bool dry_run)
{
	struct ops_outcome *outcome = NULL;
	int ret = ops_repo_assign(&outcome, s->findings, s->repo, NULL,
				  dry_run ? OPS_DRY_RUN : 0, &s->err);

	if (ret < 0)
		return ret;
	request_show(s, outcome, dry_run, false);
	ops_outcome_free(outcome);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct plan_options *o = args->options;
	const char *task = args->nr ? args->words[0] : NULL;
	const struct ops_plan *plan = NULL;
	struct ops_view *view = NULL;
	bool explain = o->explain || task;
	int ret;

	if (o->apply && (task || o->explain))
		return error_set(&s->err, OPS_EUSAGE, "--apply assigns all that is queued;"
				 " for one task, use ops assign --auto");
	if (o->dry_run && !o->apply)
		return error_set(&s->err, OPS_EUSAGE, "--dry-run is for --apply");
	if (o->apply)
		return apply(s, o->dry_run);
	if ((ret = ops_view_open(&view, s->repo, NULL, &s->err)) < 0)
		goto out;
	ret = ops_view_plan(&plan, view, task, explain, s->findings, &s->err);
	if (ret < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	choices_weights(s, plan);
	choices_show(s, plan, explain);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_plan[] = {
	{ "plan", "Choose agents for what is queued, and say why", NEED_REPO |
	  WRITES | READS_ANEW, usage, options, sizeof(struct plan_options), 0, 1, run },
	{ .name = NULL }
};
