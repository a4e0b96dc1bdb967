/* SPDX-License-Identifier: MIT */
/*
 * ops assign: give a task to an agent.
 *
 * The order that is recorded with it comes back from the library and is printed after
 * the act; with --dry-run it is printed alone, which is how an order is read before it is
 * given.  Whether it may be given is the judge's business.
 */

#include "command.h"
#include "request.h"

static const char *const usage[] = {
	"ops assign [--dry-run] TASK AGENT",
	"ops assign [--dry-run] TASK DEPARTMENT/AGENT",
	NULL
};

static const struct opt options[] = {
	ACT_FIELD,
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	struct ops_request request = { .action = "assign", .target = args->words[0],
				       .to = args->words[1] };
	int ret;

	if ((ret = request_fill(&request, s, o)) < 0)
		return ret;
	return request_send(s, &request, 1, o->dry_run);
}

const struct command cmd_assign[] = {
	{ "assign", "Assign a task to an agent", NEED_REPO | WRITES, usage, options,
	  sizeof(struct act_options), 2, 2, run },
	{ .name = NULL }
};
