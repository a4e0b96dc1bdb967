/* SPDX-License-Identifier: MIT */
/*
 * ops assign: give a task to an agent, who is named or chosen.
 *
 * The order that is recorded with it comes back from the library and is printed after
 * the act; with --dry-run it is printed alone, which is how an order is read before it is
 * given.  Whether it may be given is the judge's business, and who is chosen the library's.
 */

#include "choices.h"
#include "command.h"
#include "out.h"
#include "request.h"
#include "util/error.h"

struct assign_options {
	struct act_options act;
	bool automatic, explain;
};

static const char *const usage[] = {
	"ops assign [--dry-run] TASK AGENT",
	"ops assign [--dry-run] TASK DEPARTMENT/AGENT",
	"ops assign --auto [--explain] [--dry-run] TASK",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "auto", NULL, offsetof(struct assign_options, automatic),
	  "choose the agent: see ops-plan(1)" },
	{ OPT_FLAG, 0, "explain", NULL, offsetof(struct assign_options, explain),
	  "with --auto: print every candidate with its numbers" },
	ACT_FIELD,
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

/* Nothing is done: say so as an outcome is said. */
static void show_nothing(struct session *s, bool dry_run)
{
	out_bool(s->out, "committed", false);
	out_bool(s->out, "dry_run", dry_run);
	out_string(s->out, "commit", NULL);
	out_string(s->out, "subject", NULL);
	out_string(s->out, "actor", NULL);
	out_list(s->out, "acts");
	out_end(s->out);
	request_notes(s, s->talk, "");
}

/* The choice is shown as it was seen; the library chooses again when it has the lock. */
static int choose(struct session *s, const struct assign_options *o, const char *task)
{
	struct ops_outcome *outcome = NULL;
	const struct ops_plan *plan = NULL;
	struct ops_findings *aside = ops_findings_new();
	struct ops_view *view = NULL;
	int ret = aside ? ops_view_open(&view, s->repo, NULL, &s->err) :
		  error_nomem(&s->err);

	if (!ret)
		ret = ops_view_plan(&plan, view, task, o->explain, aside, &s->err);
	if (ret < 0)
		goto out;
	choices_one(s, "choice", &plan->choices[0]);
	ret = ops_repo_assign(&outcome, s->findings, s->repo, plan->choices[0].task,
			      o->act.dry_run ? OPS_DRY_RUN : 0, &s->err);
	if (ret < 0)
		goto out;
	if (outcome->acts_nr)
		request_show(s, outcome, o->act.dry_run, true);
	else
		show_nothing(s, o->act.dry_run);
	s->found = !outcome->acts_nr || plan->choices[0].reason;
out:
	ops_outcome_free(outcome);
	ops_findings_free(aside);
	ops_view_close(view);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct assign_options *o = args->options;
	struct ops_request request = { .action = "assign", .target = args->words[0] };
	int ret;

	if (o->automatic && args->nr > 1)
		return error_set(&s->err, OPS_EUSAGE, "--auto chooses the agent: name none");
	if (o->automatic && (o->act.fields.nr || o->act.reason))
		return error_set(&s->err, OPS_EUSAGE, "--auto takes no --field or --reason");
	if (o->automatic)
		return choose(s, o, args->words[0]);
	if (o->explain || args->nr < 2)
		return error_set(&s->err, OPS_EUSAGE, "%s", o->explain ?
				 "--explain is for --auto" :
				 "name the agent, or use --auto");
	request.to = args->words[1];
	if ((ret = request_fill(&request, s, &o->act)) < 0)
		return ret;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_assign[] = {
	{ "assign", "Assign a task to an agent", NEED_REPO | WRITES, usage, options,
	  sizeof(struct assign_options), 1, 2, run },
	{ .name = NULL }
};
