/* SPDX-License-Identifier: MIT */
/*
 * ops act: any transition that the type of a document defines, by its name.
 *
 * This is how prompts are approved and how types of the user's own come to life.  No
 * name of a transition is known here; one that the type does not define is refused by
 * the library, which names those it does.
 */

#include "command.h"
#include "request.h"

struct any_options {
	struct act_options act;
	const char *to;
};

static const char *const usage[] = {
	"ops act [-m TEXT] [-f NAME=VALUE]... [-s NAME=TEXT]... ACTION DOC",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "to", "AGENT", offsetof(struct any_options, to),
	  "the agent, for actions that name one" },
	ACT_REASON,
	ACT_FIELD,
	ACT_SECTION,
	ACT_EVIDENCE,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct any_options *o = args->options;
	struct ops_request request = { .action = args->words[0],
				       .target = args->words[1], .to = o->to };
	int ret;

	if ((ret = request_fill(&request, s, &o->act)) < 0)
		return ret;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_act[] = {
	{ "act", "Carry out any transition a document's type defines",
	  NEED_REPO | WRITES, usage, options, sizeof(struct any_options), 2, 2, run },
	{ .name = NULL }
};
