/* SPDX-License-Identifier: MIT */
/*
 * Waivers: a rule that does not hold for a while, somewhere, for a reason.
 *
 * A waiver is a document that was there before the change; so no commit excuses itself.
 * What it covers is still found and still said, as a warning that names it.  Nothing is
 * ever left out, and rules that hold the rest together have no waivers at all.
 */

#include <string.h>

#include "judge/rules.h"
#include "util/path.h"

/* Whether a pattern names some place: its first part is a name. */
static bool is_bounded(const char *pattern)
{
	size_t first = strcspn(pattern, "/");

	return strcspn(pattern, "*?[{") >= first;
}

static int rules_reach(struct judging *j, struct ops_document *d, const char *rule)
{
	const char *const *paths;
	const char *fault = NULL;
	size_t i, nr;

	if (document_list(&paths, &nr, d, "Paths"))
		return OPS_ENOMEM;
	for (i = 0; !fault && i < nr; i++) {
		fault = path_pattern_fault(paths[i]);
		if (!fault && !is_bounded(paths[i]) &&
		    !waiver_allows_everywhere(&j->config->waivers, rule))
			fault = "is everywhere";
	}
	if (fault)
		rule_error(j, "waiver.broad", d, "Paths", "name a file, or a directory and "
			   "what is below it", "'%s' %s", paths[i - 1], fault);
	if (!nr && !document_text(d, "Task") &&
	    !waiver_allows_everywhere(&j->config->waivers, rule))
		rule_error(j, "waiver.broad", d, NULL, "name paths, a task, or both",
			   "'%s' cannot be waived everywhere", rule);
	return 0;
}

int rules_waiver(struct judging *j, struct ops_document *d)
{
	const char *rule = document_text(d, "Rule"), *expires = document_text(d, "Expires");
	const struct waiver_limits *limits = &j->config->waivers;
	struct date end;

	if (!rule || !expires || !date_parse(&end, expires))
		return 0;	/* field.missing and field.value say so */
	if (!waiver_allows(limits, rule))
		rule_error(j, "waiver.never", d, "Rule", "ops config waivers says which can",
			   "there is no waiver of '%s'", rule);
	if (date_compare(end, j->today) < 0)
		rule_error(j, "waiver.expired", d, "Expires", NULL,
			   "it is over before it begins");
	if (date_compare(end, period_add(j->today, limits->longest)) > 0)
		rule_error(j, "waiver.broad", d, "Expires", "choose an earlier day, and look "
			   "again then", "it holds for longer than a waiver may");
	findings_add(j->findings, rule, OPS_NOTE, d->path, 0, 0, NULL,
		     "from here it is waived until %s by '%s'", expires, d->id);
	return rules_reach(j, d, rule);
}

/* --- applying them --- */

/* Whether it is over by now, or was when another commit was made since it was written. */
static int is_over(bool *out, struct judging *j, const struct ops_document *d,
		   struct date end)
{
	int64_t late;
	int ret = 0;

	*out = date_compare(end, j->today) < 0;
	if (!*out)
		ret = rules_late(&late, j, d->path);
	if (!*out && ret == 0)
		*out = date_compare(end, date_from_epoch(late)) < 0;
	return ret;
}

struct waiving {
	struct judging *j;
	const struct ops_finding *f;
	const struct ops_document *found, *expired;
};

/* Whether a finding is about a task, its records, or a commit that names it. */
static bool concerns(const struct judging *j, const struct ops_finding *f, const char *task)
{
	const char *named = message_trailer(&j->c->parsed, "Ops-Task");
	size_t i;

	if (named && reference_same(named, task))
		return true;
	for (i = 0; f->path && i < j->changes_nr; i++) {
		const struct change *c = &j->changes[i];
		const struct ops_document *d = c->after ? c->after : c->before;
		const char *about = d ? document_text(d, "About") : NULL;

		if (d && !strcmp(c->path, f->path) &&
		    (reference_same(d->id, task) || (about && reference_same(about, task))))
			return true;
	}
	return false;
}

static bool reaches(const struct judging *j, const struct ops_document *d,
		    const struct ops_finding *f)
{
	const char *const *paths;
	const char *task = document_text(d, "Task");
	size_t i, nr;

	if (document_list(&paths, &nr, d, "Paths") || (task && !concerns(j, f, task)))
		return false;
	for (i = 0; f->path && i < nr; i++)
		if (path_match(paths[i], f->path))
			return true;
	return !nr;
}

static int consider(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct waiving *w = payload;
	const char *rule = d->doc ? document_text(d, "Rule") : NULL;
	const char *expires = d->doc ? document_text(d, "Expires") : NULL;
	struct date end;
	bool over;
	int ret;

	(void)err;
	if (!rule || !expires || strcmp(rule, w->f->rule) || !d->status ||
	    strcmp(d->status, "Active") || !date_parse(&end, expires) ||
	    !reaches(w->j, d, w->f))
		return 0;
	ret = is_over(&over, w->j, d, end);
	if (ret == 0 && over)
		w->expired = w->expired ? w->expired : d;
	else if (ret == 0)
		w->found = w->found ? w->found : d;
	return ret;
}

static int waive_one(struct judging *j, size_t at, const struct type *type)
{
	struct world *w = j->c->authority ? j->c->authority : j->c->before;
	struct ops_findings *ignored = ops_findings_new();
	struct waiving waiving = { .j = j, .f = ops_findings_at(j->findings, at) };
	int ret = ignored ? world_each(w, type, false, true, consider, &waiving, ignored,
				       NULL) : OPS_ENOMEM;

	if (ret == 0 && waiving.found)
		findings_demote(j->findings, at, OPS_WARNING, "waived until %s by '%s'",
				document_text(waiving.found, "Expires"), waiving.found->id);
	else if (ret == 0 && waiving.expired)
		findings_add(j->findings, waiving.f->rule, OPS_NOTE, waiving.expired->path, 0,
			     0, "ops waive", "the waiver '%s' of it ended on %s",
			     waiving.expired->id,
			     document_text(waiving.expired, "Expires"));
	ops_findings_free(ignored);
	return ret;
}

int rules_waive(struct judging *j, size_t from)
{
	const struct type *type = config_type(j->config, "waiver");
	size_t i, nr = ops_findings_count(j->findings);
	int ret = 0;

	if (j->genesis || !type || type->abstract)
		return 0;
	for (i = from; ret == 0 && i < nr; i++) {
		const struct ops_finding *f = ops_findings_at(j->findings, i);

		if (f->severity == OPS_ERROR && waiver_allows(&j->config->waivers, f->rule))
			ret = waive_one(j, i, type);
	}
	return ret;
}
