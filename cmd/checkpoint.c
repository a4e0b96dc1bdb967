/* SPDX-License-Identifier: MIT */
/*
 * ops checkpoint: record the progress of a task.
 *
 * Progress, milestone and words become fields and text of a packet; the task itself
 * does not change.  Values are passed on as they were typed: what is a number and
 * what is too much is said by the type of the packet.
 */

#include "command.h"
#include "request.h"

struct checkpoint_options {
	struct act_options act;
	const char *progress, *milestone;
};

static const char *const usage[] = {
	"ops checkpoint [--progress N] [--milestone TEXT] [-m TEXT] TASK",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 'p', "progress", "N", offsetof(struct checkpoint_options, progress),
	  "how much is done, in per cent" },
	{ OPT_TEXT, 0, "milestone", "TEXT",
	  offsetof(struct checkpoint_options, milestone),
	  "the milestone that was reached" },
	{ OPT_TEXT, 'm', "reason", "TEXT", offsetof(struct act_options, reason),
	  "what there is to say about it" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct checkpoint_options *o = args->options;
	struct ops_setting fields[2];
	struct ops_request request = { .action = "checkpoint",
				       .target = args->words[0] };
	size_t nr = 0;
	int ret;

	if ((ret = request_fill(&request, s, &o->act)) < 0)
		return ret;
	if (o->progress) {
		fields[nr].name = "Progress";
		fields[nr++].value = o->progress;
	}
	if (o->milestone) {
		fields[nr].name = "Milestone";
		fields[nr++].value = o->milestone;
	}
	request.fields = fields;
	request.fields_nr = nr;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_checkpoint[] = {
	{ "checkpoint", "Record the progress of a task", NEED_REPO | WRITES, usage,
	  options, sizeof(struct checkpoint_options), 1, 1, run },
	{ .name = NULL }
};
