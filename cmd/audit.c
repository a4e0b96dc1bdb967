/* SPDX-License-Identifier: MIT */
/*
 * ops audit verify: judge a history again, commit by commit; ops audit seal: tag it.
 *
 * The commits with findings are the answer, so they go to standard output as they are
 * found, or all together in a form for other programs; progress goes to a terminal.  The
 * judge is that of the writing commands and the hooks; nothing is decided here, and the
 * last line says what the answer is worth.
 */

#include "command.h"
#include "formats.h"
#include "out.h"
#include "report.h"
#include "term.h"
#include "util/buf.h"
#include "util/error.h"

struct audit_options {
	bool since_policy, full, accept_rewrite;
	const char *format;
};

static const char *const usage[] = {
	"ops audit verify [--full] [--since-policy] [--accept-rewrite]",
	"                 [--format FORMAT] [RANGE]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "full", NULL, offsetof(struct audit_options, full),
	  "judge all again, whatever was judged before" },
	{ OPT_FLAG, 0, "accept-rewrite", NULL,
	  offsetof(struct audit_options, accept_rewrite),
	  "the branch need not hold the commit it was verified at" },
	{ OPT_FLAG, 0, "since-policy", NULL, offsetof(struct audit_options, since_policy),
	  "begin where the present configuration came into force" },
	{ OPT_CHOICE, 0, "format", FORMAT_CHOICES, offsetof(struct audit_options, format),
	  "how findings are written" },
	OPT_TABLE_END
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

static void show(struct session *s, const struct ops_audit_result *result)
{
	size_t plain = result->commits - result->prehistory - result->judged - result->unjudged;

	out_end(s->out);
	report_findings(s->out, "", s->findings);
	out_string(s->out, "first", result->first);
	out_string(s->out, "last", result->last);
	out_number(s->out, "commits", (double)result->commits);
	out_number(s->out, "before_ops", (double)result->prehistory);
	out_number(s->out, "judged", (double)result->judged);
	out_number(s->out, "without_documents", (double)plain);
	out_number(s->out, "verified", (double)result->verified);
	out_number(s->out, "refused", (double)result->refused);
	out_number(s->out, "unjudged", (double)result->unjudged);
	out_number(s->out, "known", (double)result->known);
	out_number(s->out, "seals", (double)result->seals);
	out_number(s->out, "seals_signed", (double)result->seals_signed);
	out_string(s->out, "genesis", *result->genesis ? result->genesis : NULL);
	out_string(s->out, "digest", *result->anchor_digest ? result->anchor_digest : NULL);
	out_say(s->out, "%zu commit%s: %zu before ops", result->commits,
		result->commits == 1 ? "" : "s", result->prehistory);
	if (plain)
		out_say(s->out, ", %zu without documents", plain);
	out_say(s->out, ", %zu judged", result->judged);
	if (result->verified)
		out_say(s->out, ", %zu of them signed", result->verified);
	out_say(s->out, ", %zu refused", result->refused);
	if (result->unjudged)
		out_say(s->out, ", %zu not to be judged here", result->unjudged);
	out_say(s->out, "\n");
	if (result->known)
		out_say(s->out, "%zu %s judged before by the same rules; --full judges "
			"%s again\n", result->known, result->known == 1 ? "was" : "were",
			result->known == 1 ? "it" : "them");
	if (result->seals)
		out_say(s->out, "%zu seal%s looked at, %zu of them signed\n", result->seals,
			result->seals == 1 ? "" : "s", result->seals_signed);
	waivers_show(s);
	report_assured(s, result->assurance);
}

static int verify(struct session *s, const struct args *args)
{
	const struct audit_options *o = args->options;
	enum format format = format_of(o->format);
	bool whole = format != FORMAT_TEXT && format != FORMAT_JSON;
	struct ops_audit_options what = {
		.range = args->nr ? args->words[0] : NULL, .since_policy = o->since_policy,
		.full = o->full, .accept_rewrite = o->accept_rewrite, .gather = whole,
		.each = whole ? NULL : each, .progress = progress, .payload = s
	};
	struct ops_audit_result result = { .commits = 0 };
	struct buf text = BUF_INIT;
	int ret;

	if (s->globals->json && o->format && format != FORMAT_JSON)
		return error_set(&s->err, OPS_EUSAGE,
				 "--json and --format %s cannot go together", o->format);
	if (!whole)
		out_list(s->out, "found");
	ret = ops_audit_verify(&result, s->findings, s->repo, &what, &s->err);
	term_progress(s->term, NULL, 0, 0);
	if (ret < 0)
		return ret;
	if (whole) {
		struct report report = { .by = s->command->name, .findings = s->findings };

		ops_findings_sort(s->findings);
		format_report(&text, format, &report);
		out_buf(s->out, NULL, &text);
		buf_release(&text);
	} else {
		show(s, &result);
	}
	if (result.first_use)
		out_say(s->talk, "ops: %.10s is taken for the beginning of this history from now "
			"on; compare its digest with somebody who knows it, and pin it:\n"
			"  ops trust sha256:%s\n", result.genesis, result.anchor_digest);
	if (result.unjudged)
		out_say(s->talk, "ops: this clone is shallow: %zu commit%s cannot be judged "
			"without what was before; git fetch --unshallow brings it\n",
			result.unjudged, result.unjudged == 1 ? "" : "s");
	s->found = result.refused != 0;
	s->incomplete = result.unjudged != 0;
	return 0;
}

struct seal_options {
	bool dry_run;
};

static const char *const seal_usage[] = {
	"ops audit seal [--dry-run] [NAME]",
	NULL
};

static const struct opt seal_options[] = {
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct seal_options, dry_run),
	  "judge and measure, and make no tag" },
	OPT_TABLE_END
};

static int seal(struct session *s, const struct args *args)
{
	const struct seal_options *o = args->options;
	struct ops_seal made;
	int ret = ops_audit_seal(&made, s->findings, s->repo, args->nr ? args->words[0] : NULL,
				 o->dry_run, &s->err);

	if (ret < 0)
		return ret;
	if (*made.tag)
		out_say(s->out, "sealed: %s\n", made.name);
	else
		out_say(s->out, "not sealed: %s\n", o->dry_run ? "a dry run" :
			"the history has findings");
	out_say(s->out, "tip: %s\ncommits: %zu\ndigest: sha256:%s\n", made.tip, made.commits,
		made.digest);
	out_say(s->out, "signed: %s\n", *made.signer ? made.signer : "no");
	if (made.note)
		out_say(s->talk, "ops: %s\n", made.note);
	out_string(s->out, "name", made.name);
	out_string(s->out, "tag", *made.tag ? made.tag : NULL);
	out_string(s->out, "tip", made.tip);
	out_number(s->out, "commits", (double)made.commits);
	out_string(s->out, "digest", made.digest);
	out_string(s->out, "signer", *made.signer ? made.signer : NULL);
	return 0;
}

const struct command cmd_audit[] = {
	{ "audit verify", "Judge every commit of a history again",
	  NEED_REPO | ANSWERS_FINDINGS, usage, options, sizeof(struct audit_options), 0, 1,
	  verify },
	{ "audit seal", "Tag a history with its count and digest",
	  NEED_REPO, seal_usage, seal_options, sizeof(struct seal_options), 0, 1, seal },
	{ .name = NULL }
};
