/* SPDX-License-Identifier: MIT */
/*
 * ops relocate: move documents to where their types' places are now.
 *
 * For a change of layout: the configuration says where, and this carries it out.  Of very many
 * documents one commit moves a part, and each is judged; between them both places are known.
 */

#include "command.h"
#include "ops/change.h"
#include "request.h"
#include "util/error.h"

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

/* Say what the commit before did, of which text has a line and JSON only the last. */
static void leave(struct session *s, struct ops_outcome *outcome)
{
	if (outcome && !s->globals->json)
		request_show(s, outcome, false, true);
	ops_outcome_free(outcome);
}

static int run(struct session *s, const struct args *args)
{
	const struct relocate_options *o = args->options;
	struct ops_request request = { .action = "relocate" };
	struct ops_outcome *last = NULL, *next = NULL;
	struct ops_findings *found = NULL;
	int ret = request_fill(&request, s, &o->act);

	while (ret >= 0) {
		ops_findings_free(found);
		found = ops_findings_new();
		ret = !found ? error_nomem(&s->err) :
		      ops_repo_change(&next, found, s->repo, &request, 1,
				      o->act.dry_run ? OPS_DRY_RUN : 0, &s->err);
		if (ret < 0 || (last && !next->committed))
			break;
		leave(s, last);
		last = next;
		next = NULL;
		if (!last->committed)
			break;
	}
	/* What is wrong with a document is found with every part, and said once. */
	if (found)
		ops_findings_copy(s->findings, found, NULL);
	ops_findings_free(found);
	if (last)
		request_show(s, last, o->act.dry_run, true);
	ops_outcome_free(last);
	ops_outcome_free(next);
	return ret < 0 ? ret : 0;
}

const struct command cmd_relocate[] = {
	{ "relocate", "Move documents to where their types lie now",
	  NEED_REPO | WRITES, usage, options, sizeof(struct relocate_options), 0, 0, run },
	{ .name = NULL }
};
