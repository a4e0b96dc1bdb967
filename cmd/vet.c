/* SPDX-License-Identifier: MIT */
/*
 * ops vet: record that files which security rests on were reviewed.
 *
 * The record names each file by its digest as it is in the revision that was looked at,
 * so it holds for exactly that; whether it opens anything is for the judge to say, when
 * the commit comes that changes them.
 */

#include "command.h"
#include "request.h"

struct vet_options {
	struct act_options act;
	const char *at;
};

static const char *const usage[] = {
	"ops vet [--at REV] -m REASON TASK PATH...",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct vet_options, at),
	  "the revision whose files were looked at, instead of the tip" },
	{ OPT_TEXT, 'm', "reason", "TEXT", offsetof(struct act_options, reason),
	  "what was looked at, and what was found" },
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct vet_options *o = args->options;
	struct ops_request request = { .action = "path-review",
				       .target = args->words[0] };
	int ret = request_fill(&request, s, &o->act);

	if (ret < 0)
		return ret;
	request.at = o->at;
	request.evidence = args->words + 1;
	request.evidence_nr = args->nr - 1;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_vet[] = {
	{ "vet", "Record a review of files that security rests on", NEED_REPO | WRITES, usage,
	  options, sizeof(struct vet_options), 2, ANY_WORDS, run },
	{ .name = NULL }
};
