/* SPDX-License-Identifier: MIT */
/*
 * ops relocate: move documents to where their types' places are now.
 *
 * For a change of layout: the configuration says where, and this carries it out as one
 * judged commit, or not at all.
 */

#include "command.h"
#include "request.h"

struct relocate_options {
	struct act_options act;
};

static const char *const usage[] = {
	"ops relocate [--dry-run]",
	NULL
};

static const struct opt options[] = {
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct relocate_options *o = args->options;
	struct ops_request request = { .action = "relocate" };
	int ret = request_fill(&request, s, &o->act);

	return ret < 0 ? ret : request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_relocate[] = {
	{ "relocate", "Move documents to where their types lie now",
	  NEED_REPO | WRITES, usage, options, sizeof(struct relocate_options), 0, 0, run },
	{ .name = NULL }
};
