/* SPDX-License-Identifier: MIT */
/*
 * The page of a job, in Markdown.
 *
 * Whatever stands in messages, paths and subjects stays text there: it is shown as code,
 * in which nothing is a link, a name that is called, or HTML.
 */

#include "summary.h"

#include <string.h>

#include "util/buf.h"
#include "util/utf8.h"

#define SHOWN_MAX 100		/* commits, and findings of the tree */

/* As code, on one line. */
static void add_code(struct buf *out, const char *text, size_t max)
{
	struct buf plain = BUF_INIT;
	size_t i;

	utf8_display(&plain, text, strnlen(text, max), false);
	buf_char(out, '`');
	for (i = 0; i < plain.len; i++)
		buf_char(out, plain.data[i] == '`' ? '\'' :
			 plain.data[i] == '\n' ? ' ' : plain.data[i]);
	if (!plain.len)
		buf_char(out, ' ');
	buf_char(out, '`');
	buf_release(&plain);
}

static void add_finding(struct buf *out, const char *indent, const struct ops_finding *f)
{
	struct buf place = BUF_INIT;

	buf_printf(out, "%s- %s **%s**", indent, ops_severity_name(f->severity), f->rule);
	if (f->path) {
		buf_str(&place, f->path);
		if (f->line)
			buf_printf(&place, ":%u:%u", f->line, f->column);
		buf_str(out, " at ");
		add_code(out, buf_failed(&place) ? f->path : place.data, 500);
	}
	buf_str(out, ": ");
	add_code(out, f->message, 1000);
	if (f->remedy) {
		buf_str(out, ", to mend it: ");
		add_code(out, f->remedy, 500);
	}
	buf_char(out, '\n');
	buf_release(&place);
}

static void add_findings(struct buf *out, const char *indent,
			 const struct ops_findings *findings)
{
	size_t i, nr = ops_findings_count(findings);

	for (i = 0; i < nr && i < SHOWN_MAX; i++)
		add_finding(out, indent, ops_findings_at(findings, i));
	if (nr > SHOWN_MAX)
		buf_printf(out, "%s- and %zu more\n", indent, nr - SHOWN_MAX);
}

void summary_commit(struct buf *out, size_t *shown, const struct ops_audit_commit *c)
{
	if ((*shown)++ >= SHOWN_MAX)
		return;
	buf_printf(out, "- %s ", ops_findings_refuse(c->findings) ? "refused" : "noted");
	add_code(out, c->commit, 12);
	buf_char(out, ' ');
	add_code(out, c->subject, 200);
	buf_str(out, " by ");
	add_code(out, c->actor ? c->actor : c->author, 100);
	buf_char(out, '\n');
	add_findings(out, "  ", c->findings);
}

void summary_write(struct buf *out, const struct summary *s)
{
	buf_printf(out, "## ops: %s\n\n", s->passed ? "passed" : "refused");
	buf_str(out, "| looked at | |\n|---|---|\n| commits | ");
	if (s->base) {
		add_code(out, s->base, 100);
		buf_str(out, " to ");
	}
	add_code(out, s->head, 100);
	buf_printf(out, ": %zu, of them %zu judged, %zu refused |\n", s->range->commits,
		   s->range->judged, s->range->refused);
	buf_printf(out, "| documents | %zu, of them %zu unreadable |\n", s->tree->documents,
		   s->tree->unreadable);
	buf_printf(out, "| findings in them | %zu errors, %zu warnings |\n\n", s->errors,
		   s->warnings);
	if (s->commits->len) {
		buf_str(out, "### Commits\n\n");
		buf_add(out, s->commits->data, s->commits->len);
		buf_char(out, '\n');
	}
	if (ops_findings_count(s->findings)) {
		buf_str(out, "### Documents\n\n");
		add_findings(out, "", s->findings);
		buf_char(out, '\n');
	}
	buf_printf(out, "assurance: identity=%s history=%s enforcement=%s anchor=%s\n",
		   s->assurance->identity, s->assurance->history,
		   s->assurance->enforcement, s->assurance->anchor);
}
