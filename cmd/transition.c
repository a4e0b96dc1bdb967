/* SPDX-License-Identifier: MIT */
/*
 * The commands that are one transition of a task each.  They differ in their
 * names and in which options make sense; the action is the name of the command.
 * What a transition needs and does is data of the task type, not code here.
 */

#include "command.h"
#include "request.h"

#define USAGE(name, text) \
	static const char *const usage_##name[] = { text, NULL }

USAGE(accept, "ops accept [--dry-run] TASK");
USAGE(start, "ops start [--dry-run] TASK");
USAGE(block, "ops block --reason TEXT [--dry-run] TASK");
USAGE(unblock, "ops unblock [--reason TEXT] [--dry-run] TASK");
USAGE(submit, "ops submit [-s NAME=TEXT]... [-e PATH]... [--dry-run] TASK");
USAGE(rework, "ops rework --reason TEXT [-s NAME=TEXT]... [-e PATH]... [--dry-run] TASK");
USAGE(complete, "ops complete [-s NAME=TEXT]... [-e PATH]... [--dry-run] TASK");
USAGE(cancel, "ops cancel --reason TEXT [--dry-run] TASK");

static const struct opt plain[] = {
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt reasoned[] = {
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static const struct opt recorded[] = {
	ACT_REASON,
	ACT_SECTION,
	ACT_EVIDENCE,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	struct ops_request request = { .action = s->command->name,
				       .target = args->words[0] };
	int ret;

	if ((ret = request_fill(&request, s, o)) < 0)
		return ret;
	return request_send(s, &request, 1, o->dry_run);
}

#define TRANSITION(name, summary, table) \
	{ #name, summary, NEED_REPO | WRITES, usage_##name, table, \
	  sizeof(struct act_options), 1, 1, run }

const struct command cmd_transition[] = {
	TRANSITION(accept, "Accept a task that is assigned to you", plain),
	TRANSITION(start, "Start work on a task", plain),
	TRANSITION(block, "Mark a task as blocked, and say by what", reasoned),
	TRANSITION(unblock, "Return a blocked task to where it was", reasoned),
	TRANSITION(submit, "Submit the work on a task to the quality gate", recorded),
	TRANSITION(rework, "Send a task back to its agent", recorded),
	TRANSITION(complete, "Complete a task and archive it", recorded),
	TRANSITION(cancel, "Cancel a task", reasoned),
	{ .name = NULL }
};
