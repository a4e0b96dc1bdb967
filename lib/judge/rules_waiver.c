/* SPDX-License-Identifier: MIT */
/*
 * Waivers: a rule that does not hold for a while, somewhere, for a reason.
 *
 * A waiver is a document that was there before the change; so no commit excuses itself.
 * What it covers is still found and still said, as a warning that names it.  Nothing is
 * ever left out, and rules that hold the rest together have no waivers at all.
 */

#include <stdlib.h>
#include <string.h>

#include "judge/rules.h"
#include "util/array.h"
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
	char last[DATE_LEN + 1];
	struct date end;

	if (!rule || !expires || !date_parse(&end, expires))
		return 0;	/* field.missing and field.value say so */
	if (!waiver_allows(limits, rule))
		rule_error(j, "waiver.never", d, "Rule", "ops config waivers says which can",
			   "there is no waiver of '%s'", rule);
	if (date_compare(end, j->today) < 0)
		rule_error(j, "waiver.expired", d, "Expires", "choose a later day",
			   "it is over before it begins");
	date_format(last, period_add(j->today, limits->longest));
	if (date_compare(end, period_add(j->today, limits->longest)) > 0)
		rule_error(j, "waiver.broad", d, "Expires", "choose an earlier day, and look "
			   "again then", "it holds for longer than a waiver may, which is "
			   "until %s", last);
	findings_add(j->findings, rule, OPS_NOTE, d->path, 0, 0, NULL,
		     "with this it is waived until %s, by '%s'", expires, d->id);
	return rules_reach(j, d, rule);
}

/* --- applying them --- */

/* One that is in force, or was; whether it is over is asked of the history once, and only
 * for those that a finding comes under. */
struct held {
	const struct ops_document *d;
	const char *rule, *expires;
	struct date end;
	bool asked, over;
};

struct waivers {
	struct judging *j;
	struct held *list;
	size_t nr, cap;
};

/* Whether it is over by now, or was when another commit was made since it was written. */
static int is_over(struct judging *j, struct held *h)
{
	int64_t late;
	int ret = 0;

	if (h->asked)
		return 0;
	h->over = date_compare(h->end, j->today) < 0;
	if (!h->over)
		ret = rules_late(&late, j, h->d->path);
	if (!h->over && ret == 0)
		h->over = date_compare(h->end, date_from_epoch(late)) < 0;
	h->asked = ret == 0;
	return ret;
}

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

static int keep(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct waivers *w = payload;
	struct held h = { .d = d };

	if (!d->doc || !d->status || strcmp(d->status, "Active"))
		return 0;
	h.rule = document_text(d, "Rule");
	h.expires = document_text(d, "Expires");
	if (!h.rule || !h.expires || !date_parse(&h.end, h.expires))
		return 0;
	if (array_room(&w->list, w->nr, &w->cap, sizeof(*w->list)) < 0)
		return error_nomem(err);
	w->list[w->nr++] = h;
	return 0;
}

static int waive_one(struct waivers *w, size_t at)
{
	struct ops_findings *findings = w->j->findings;
	const struct ops_finding *f = ops_findings_at(findings, at);
	const struct held *expired = NULL;
	size_t i;

	for (i = 0; i < w->nr; i++) {
		struct held *h = &w->list[i];
		int ret;

		if (strcmp(h->rule, f->rule) || !reaches(w->j, h->d, f))
			continue;
		ret = is_over(w->j, h);
		if (ret)
			return ret;
		if (!h->over) {
			findings_demote(findings, at, OPS_WARNING, "waived until %s by '%s'",
					h->expires, h->d->id);
			return 0;
		}
		if (!expired)
			expired = h;
	}
	if (expired)
		findings_add(findings, f->rule, OPS_NOTE, expired->d->path, 0, 0, "ops waive",
			     "the waiver '%s' of it ended on %s", expired->d->id,
			     expired->expires);
	return 0;
}

int rules_waive(struct judging *j, size_t from)
{
	const struct type *type = config_type(j->config, "waiver");
	struct world *world = j->c->authority ? j->c->authority : j->c->before;
	struct waivers w = { .j = j };
	struct ops_findings *ignored = NULL;
	size_t i, nr = ops_findings_count(j->findings);
	int ret = 0;

	if (j->genesis || !type || type->abstract)
		return 0;
	for (i = from; ret == 0 && i < nr; i++) {
		const struct ops_finding *f = ops_findings_at(j->findings, i);

		if (f->severity != OPS_ERROR || !waiver_allows(&j->config->waivers, f->rule))
			continue;
		if (!ignored) {
			ignored = ops_findings_new();
			ret = ignored ? world_each(world, type, false, true, keep, &w, ignored,
						   NULL) : OPS_ENOMEM;
		}
		if (ret == 0)
			ret = waive_one(&w, i);
	}
	ops_findings_free(ignored);
	free(w.list);
	return ret;
}
