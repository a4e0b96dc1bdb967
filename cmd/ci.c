/* SPDX-License-Identifier: MIT */
/*
 * ops ci: what a pull request needs: the documents of its head are checked, each of its
 * commits is judged as by an audit, and there is one exit status, one page and as many
 * reports as are asked for.
 *
 * Only commits are looked at, never the work tree: what the job has changed or built
 * there does not count.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "command.h"
#include "formats.h"
#include "out.h"
#include "report.h"
#include "summary.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

struct ci_options {
	const char *base, *head, *format, *summary;
	struct opt_list reports;
};

static const char *const usage[] = {
	"ops ci [--base REV] [--head REV] [--format FORMAT] [--summary FILE]",
	"       [--report FORMAT=FILE]...",
	NULL
};

static const struct opt options[] = {
	{ OPT_BLANK, 0, "base", "REV", offsetof(struct ci_options, base),
	  "judge the commits that REV has not; empty or only zeros: all of them" },
	{ OPT_BLANK, 0, "head", "REV", offsetof(struct ci_options, head),
	  "what is looked at, instead of HEAD" },
	{ OPT_CHOICE, 0, "format", FORMAT_CHOICES, offsetof(struct ci_options, format),
	  "how findings are written" },
	{ OPT_TEXT, 0, "summary", "FILE", offsetof(struct ci_options, summary),
	  "append a page in Markdown to FILE" },
	{ OPT_LIST, 0, "report", "FORMAT=FILE", offsetof(struct ci_options, reports),
	  "write findings into FILE as well: sarif, junit (repeatable)" },
	OPT_TABLE_END
};

/* What is collected while commits are judged. */
struct collecting {
	struct session *s;
	struct ops_findings *all;	/* of commits and tree, for reports */
	struct buf page;
	size_t shown;
	bool quiet;			/* standard output is a report */
	struct opt_list documents;
};

static int each_commit(const struct ops_audit_commit *c, void *payload)
{
	struct collecting *x = payload;
	const char *prefix;

	if (!x->quiet)
		report_commit(x->s, c);
	summary_commit(&x->page, &x->shown, c);
	/* A place in a commit need not be one of the head. */
	prefix = arena_printf(x->s->arena, "commit %.10s: ", c->commit);
	if (!prefix)
		return OPS_ENOMEM;
	ops_findings_copy(x->all, c->findings, prefix);
	return 0;
}

static int add_document(const char *path, void *payload)
{
	struct collecting *x = payload;
	const char *copy = arena_str(x->s->arena, path);

	return copy && opt_list_add(&x->documents, x->s->arena, copy) ? 0 : OPS_ENOMEM;
}

/* Of a word for so many. */
static const char *ending(size_t nr)
{
	return nr == 1 ? "" : "s";
}

static size_t count(const struct ops_findings *findings, enum ops_severity severity)
{
	size_t nr = 0;

	for (size_t i = 0; i < ops_findings_count(findings); i++)
		nr += ops_findings_at(findings, i)->severity == severity;
	return nr;
}

static int write_file(const char *path, const char *mode, const struct buf *text,
		      struct ops_error *err)
{
	FILE *file = buf_failed(text) ? NULL : fopen(path, mode);
	bool bad;

	if (buf_failed(text))
		return error_nomem(err);
	if (!file)
		return error_set(err, OPS_EENVIRONMENT, "cannot write '%s': %s", path,
				 strerror(errno));
	bad = fwrite(text->data, 1, text->len, file) != text->len;
	bad |= fclose(file) != 0;
	return bad ? error_set(err, OPS_EENVIRONMENT, "cannot write '%s'", path) : 0;
}

/* "sarif=FILE": which, and where. */
static int split_report(enum format *format, const char **path, const char *text,
			struct ops_error *err)
{
	const char *equals = strchr(text, '=');
	char word[8] = "";

	if (equals && (size_t)(equals - text) < sizeof(word))
		memcpy(word, text, (size_t)(equals - text));
	*format = format_of(word);
	if ((*format != FORMAT_SARIF && *format != FORMAT_JUNIT) || !equals[1])
		return error_set(err, OPS_EUSAGE, "--report '%.60s' is not sarif=FILE or "
				 "junit=FILE", text);
	*path = equals + 1;
	return 0;
}

static int write_reports(struct collecting *x, const struct ci_options *o)
{
	struct report report = { .by = "ci", .findings = x->all,
				 .documents = x->documents.values,
				 .documents_nr = x->documents.nr };
	int ret = 0;

	for (size_t i = 0; !ret && i < o->reports.nr; i++) {
		struct buf text = BUF_INIT;
		enum format format;
		const char *path;

		ret = split_report(&format, &path, o->reports.values[i], &x->s->err);
		if (!ret) {
			format_report(&text, format, &report);
			ret = write_file(path, "w", &text, &x->s->err);
		}
		buf_release(&text);
	}
	return ret;
}

static bool is_nothing(const char *rev)
{
	return !rev || !rev[strspn(rev, "0")];
}

static int judge(struct collecting *x, struct ops_check_result *tree,
		 struct ops_audit_result *range, const char *base, const char *head)
{
	struct session *s = x->s;
	const struct ops_check_options asked = {
		.what = OPS_CHECK_REVISION, .revision = head, .each = add_document,
		.payload = x
	};
	struct ops_audit_options judged = {
		.range = base ? arena_printf(s->arena, "%s..%s", base, head) : head,
		.each = each_commit, .payload = x
	};
	int ret;

	if (!judged.range)
		return error_nomem(&s->err);
	out_list(s->out, "found");
	ret = ops_audit_verify(range, s->findings, s->repo, &judged, &s->err);
	out_end(s->out);
	if (!ret && range->unjudged)
		ret = error_set(&s->err, OPS_EENVIRONMENT, "this clone is shallow, and %zu "
				"commit%s cannot be judged without what was before; "
				"git fetch --unshallow brings it", range->unjudged,
				range->unjudged == 1 ? "" : "s");
	if (!ret)
		ret = ops_repo_check_with(tree, s->findings, s->repo, &asked, &s->err);
	if (!ret) {
		ops_findings_copy(x->all, s->findings, NULL);
		ops_findings_sort(x->all);
	}
	return ret;
}

static void show(struct collecting *x, const struct summary *sum, enum format format)
{
	struct session *s = x->s;
	struct report report = { .by = "ci", .findings = x->all,
				 .documents = x->documents.values,
				 .documents_nr = x->documents.nr };
	struct buf text = BUF_INIT;

	if (x->quiet) {
		format_report(&text, format, &report);
		out_buf(s->out, NULL, &text);
		buf_release(&text);
		return;
	}
	out_bool(s->out, "passed", sum->passed);
	out_number(s->out, "commits", (double)sum->range->commits);
	out_number(s->out, "judged", (double)sum->range->judged);
	out_number(s->out, "refused", (double)sum->range->refused);
	out_number(s->out, "documents", (double)sum->tree->documents);
	out_number(s->out, "unreadable", (double)sum->tree->unreadable);
	out_number(s->out, "errors", (double)sum->errors);
	out_number(s->out, "warnings", (double)sum->warnings);
	report_findings(s->out, "", s->findings);
	out_say(s->out, "%s: %zu commit%s, %zu refused; %zu document%s, %zu error%s, "
		"%zu warning%s\n", sum->passed ? "passed" : "refused", sum->range->commits,
		ending(sum->range->commits), sum->range->refused, sum->tree->documents,
		ending(sum->tree->documents), sum->errors, ending(sum->errors),
		sum->warnings, ending(sum->warnings));
	waivers_show(s);
	report_assured(s, *sum->assurance);
}

static int answer(struct collecting *x, const struct ci_options *o, struct summary *sum)
{
	struct session *s = x->s;
	struct ops_assurance assurance = ops_repo_assurance(s->repo);
	struct buf page = BUF_INIT;
	int ret = 0;

	sum->findings = s->findings;
	sum->errors = count(s->findings, OPS_ERROR);
	sum->warnings = count(s->findings, OPS_WARNING);
	sum->passed = !sum->errors && !sum->range->refused;
	sum->commits = &x->page;
	sum->assurance = &assurance;
	show(x, sum, format_of(o->format));
	summary_write(&page, sum);
	if (o->summary)
		ret = write_file(o->summary, "a", &page, &s->err);
	buf_release(&page);
	if (!ret)
		ret = write_reports(x, o);
	s->found = !sum->passed;
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct ci_options *o = args->options;
	enum format format = format_of(o->format), which;
	struct ops_check_result tree = { .documents = 0 };
	struct ops_audit_result range = { .commits = 0 };
	struct collecting x = { .s = s, .page = BUF_INIT };
	struct summary sum = { .base = is_nothing(o->base) ? NULL : o->base,
			       .head = o->head && *o->head ? o->head : "HEAD",
			       .tree = &tree, .range = &range };
	const char *path;
	int ret = 0;

	if (s->globals->json && o->format && format != FORMAT_JSON)
		return error_set(&s->err, OPS_EUSAGE,
				 "--json and --format %s cannot go together", o->format);
	if (strstr(sum.head, "..") || (sum.base && strstr(sum.base, "..")))
		return error_set(&s->err, OPS_EUSAGE, "--base and --head each name one "
				 "revision");
	for (size_t i = 0; !ret && i < o->reports.nr; i++)
		ret = split_report(&which, &path, o->reports.values[i], &s->err);
	x.quiet = format != FORMAT_TEXT && format != FORMAT_JSON;
	x.all = ops_findings_new();
	if (!ret && !x.all)
		ret = error_nomem(&s->err);
	if (!ret)
		ret = judge(&x, &tree, &range, sum.base, sum.head);
	if (!ret)
		ret = answer(&x, o, &sum);
	ops_findings_free(x.all);
	buf_release(&x.page);
	return ret;
}

const struct command cmd_ci[] = {
	{ "ci", "Check and judge what a pull request brings", NEED_REPO | ANSWERS_FINDINGS,
	  usage, options, sizeof(struct ci_options), 0, 0, run },
	{ .name = NULL }
};
