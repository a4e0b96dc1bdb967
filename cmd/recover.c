/* SPDX-License-Identifier: MIT */
/*
 * ops recover: settle what a killed process left behind, and take back the tasks of who
 * is gone.
 *
 * The first any writing command does by itself; it finishes or undoes an act of somebody
 * else and makes none, so that this is no WRITES command.  The second are acts like any
 * other, and are only made when they are asked for.
 */

#include "command.h"
#include "out.h"
#include "request.h"
#include "sync.h"
#include "util/error.h"

struct recover_options {
	struct act_options act;
	bool tasks;
};

static const char *const usage[] = {
	"ops recover",
	"ops recover --tasks [--dry-run]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "tasks", NULL, offsetof(struct recover_options, tasks),
	  "queue the tasks again whose assignee is gone or inactive" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int reclaim(struct session *s, bool dry_run)
{
	struct ops_outcome *outcome = NULL;
	int ret = sync_before(s);

	if (ret == 0)
		ret = ops_repo_reclaim(&outcome, s->findings, s->repo,
				       dry_run ? OPS_DRY_RUN : 0, &s->err);
	if (ret < 0)
		return ret;
	request_show(s, outcome, dry_run, false);
	ops_outcome_free(outcome);
	sync_after(s);
	return 0;
}

static int run(struct session *s, const struct args *args)
{
	const struct recover_options *o = args->options;
	char notes[1024] = "";
	int ret;

	if (o->act.dry_run && !o->tasks)
		return error_set(&s->err, OPS_EUSAGE, "--dry-run goes with --tasks");
	if (o->tasks)
		return reclaim(s, o->act.dry_run);
	if ((ret = ops_repo_recover(notes, s->repo, &s->err)) < 0)
		return ret;
	if (!notes[0])
		out_say(s->out, "nothing to recover\n");
	request_notes(s, s->out, notes);
	return 0;
}

const struct command cmd_recover[] = {
	{ "recover", "Settle what a killed process left, and whose tasks are nobody's",
	  NEED_REPO, usage, options, sizeof(struct recover_options), 0, 0, run },
	{ .name = NULL }
};
