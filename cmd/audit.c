/* SPDX-License-Identifier: MIT */
/*
 * ops audit verify: judge a history again, commit by commit.
 *
 * The commits with findings are the answer, so they go to standard output as they are
 * found; progress goes to a terminal.  The judge is that of the writing commands and
 * the hooks; nothing is decided here, and the last line says what the answer is worth.
 */

#include "command.h"
#include "out.h"
#include "report.h"
#include "term.h"

static const char *const usage[] = {
	"ops audit verify [RANGE]",
	NULL
};

static int each(const struct ops_audit_commit *c, void *payload)
{
	struct session *s = payload;

	term_progress(s->term, NULL, 0, 0);	/* its line makes room */
	report_commit(s, c);
	return 0;
}

static void progress(size_t done, size_t known, void *payload)
{
	struct session *s = payload;

	term_progress(s->term, "judging", done, known);
}

static int run(struct session *s, const struct args *args)
{
	struct ops_audit_result result = { .commits = 0 };
	int ret;

	out_list(s->out, "found");
	ret = ops_audit_verify(&result, s->repo, args->nr ? args->words[0] : NULL, each,
			       progress, s, &s->err);
	term_progress(s->term, NULL, 0, 0);
	if (ret < 0)
		return ret;
	out_end(s->out);
	out_string(s->out, "first", result.first);
	out_string(s->out, "last", result.last);
	out_number(s->out, "commits", (double)result.commits);
	out_number(s->out, "before_ops", (double)result.prehistory);
	out_number(s->out, "judged", (double)result.judged);
	out_number(s->out, "verified", (double)result.verified);
	out_number(s->out, "refused", (double)result.refused);
	out_say(s->out, "%zu commit%s: %zu before ops, %zu judged", result.commits,
		result.commits == 1 ? "" : "s", result.prehistory, result.judged);
	if (result.verified)
		out_say(s->out, ", %zu of them signed", result.verified);
	out_say(s->out, ", %zu refused\n", result.refused);
	waivers_show(s);
	report_assurance(s);
	s->found = result.refused != 0;
	return 0;
}

const struct command cmd_audit[] = {
	{ "audit verify", "Judge every commit of a history again",
	  NEED_REPO | ANSWERS_FINDINGS, usage, NULL, 0, 0, 1, run },
	{ .name = NULL }
};
