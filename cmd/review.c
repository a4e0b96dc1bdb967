/* SPDX-License-Identifier: MIT */
/*
 * ops review: record that a document was reviewed, or flag those past their date.
 *
 * The two are different acts: a review needs the power to review and names its document;
 * flagging says only what the calendar says, and without a document it looks at all.
 * Dates and periods are the library's.
 */

#include "command.h"
#include "request.h"
#include "util/error.h"

struct review_options {
	struct act_options act;
	bool flag;
};

static const char *const usage[] = {
	"ops review [--reason TEXT] [--dry-run] DOC",
	"ops review --flag [--dry-run] [DOC]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "flag", NULL, offsetof(struct review_options, flag),
	  "record what is past its review date for governance, once each" },
	ACT_REASON,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct review_options *o = args->options;
	struct ops_request request = { .action = o->flag ? "flag" : "review" };
	int ret;

	if (args->nr)
		request.target = args->words[0];
	else if (!o->flag)
		return error_set(&s->err, OPS_EUSAGE, "a review needs a document");
	if ((ret = request_fill(&request, s, &o->act)) < 0)
		return ret;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_review[] = {
	{ "review", "Record the review of a prompt or policy; flag expired ones",
	  NEED_REPO | WRITES, usage, options, sizeof(struct review_options), 0, 1, run },
	{ .name = NULL }
};
