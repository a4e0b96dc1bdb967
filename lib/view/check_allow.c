/* SPDX-License-Identifier: MIT */
/*
 * What documents excuse, and whether they are still true.
 *
 * An excuse is for a rule about the form of a document, the same that may be given
 * another severity; who may do what, and what cannot be read, is never excused.  Nor is
 * a change: acts, hooks and audits do not come here.
 */

#include <string.h>

#include "text/allow.h"
#include "util/date.h"
#include "view/check_inside.h"

/* Whether the excuse is for this finding. */
static bool excuses(const struct allow *a, const struct ops_finding *f, const char *path)
{
	return *a->reason && !strcmp(a->rule, f->rule) && f->path && !strcmp(f->path, path) &&
	       (!a->first || (f->line >= a->first && f->line <= a->last));
}

static void fault(struct checking *c, const char *path, const struct allow *a)
{
	if (!config_may_choose(a->rule))
		findings_add(c->findings, "allow.rule", OPS_ERROR, path, a->line, a->column,
			     "mend the document, or name the rule as the finding does",
			     "'%s' is no rule that a document may be excused from", a->rule);
	else if (!*a->reason)
		findings_add(c->findings, "allow.reason", OPS_ERROR, path, a->line, a->column,
			     "write 'ops-allow RULE: why it is right here'",
			     "'%s' is excused without a reason", a->rule);
	else if (!a->used)
		findings_add(c->findings, "allow.unused", OPS_WARNING, path, a->line,
			     a->column, "remove the comment",
			     "there is no finding of '%s' to excuse here", a->rule);
}

int check_allows(struct checking *c, const char *path, const struct doc *doc,
		 const struct links *links, const char *text, size_t len,
		 struct arena *arena, struct ops_error *err)
{
	struct allows allows = { NULL, 0 };
	size_t i, k, nr = ops_findings_count(c->findings);

	if (allows_find(&allows, arena, doc, links, text, len))
		return error_nomem(err);
	for (i = c->judged; allows.nr && i < nr; i++) {
		const struct ops_finding *f = ops_findings_at(c->findings, i);

		for (k = 0; k < allows.nr && config_may_choose(f->rule); k++)
			if (excuses(&allows.list[k], f, path)) {
				allows.list[k].used = true;
				findings_suppress(c->findings, i, allows.list[k].reason);
				break;
			}
	}
	for (k = 0; k < allows.nr; k++)
		fault(c, path, &allows.list[k]);
	return 0;
}

void check_fresh(struct checking *c, const struct ops_document *d)
{
	const struct freshness *fresh = &d->type->fresh;
	const char *field = fresh->until ? fresh->until : fresh->since;
	const char *text = field ? document_text(d, field) : NULL;
	struct date date, today = date_from_epoch(c->repo->now);
	unsigned line, column;

	/* One that is no date was found by its field. */
	if (!text || !date_parse(&date, text))
		return;
	if (fresh->since)
		date = period_add(date, fresh->within);
	if (date_compare(today, date) <= 0)
		return;
	document_place(d, field, &line, &column);
	findings_add(c->findings, "doc.overdue", OPS_WARNING, d->path, line, column,
		     "look it through, and have the date set anew",
		     fresh->until ? "'%s' is past: it was to be reviewed by %s" :
		     "'%s' is %s, which is too long ago", field, text);
}
