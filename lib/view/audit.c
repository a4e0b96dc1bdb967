/* SPDX-License-Identifier: MIT */
/*
 * Judging a history: every commit is a change from its parent's world to its
 * own, and the same judge decides about it, whoever made it and with what.
 *
 * This file says which commits; how one is judged is audit_judge.c's.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

#include "util/pages.h"

#define PROGRESS_EACH 64
/* Where a page that is touched again costs 30 us, to give memory back for each 512 commits took
 * two fifths of the time of an audit. */
#define TRIM_EACH 4096

/* What a range names. */
struct range {
	struct oid tip, hide;
	bool hides;
};

/* "A..B", "B", or NULL. */
static int resolve_range(struct range *r, struct ops_repo *repo, const char *text,
			 struct ops_error *err)
{
	const char *dots = text ? strstr(text, "..") : NULL;
	char *from;
	int ret;

	r->hides = false;
	if (!text)
		return view_tip(&r->tip, repo, err);
	if (!dots)
		return store_resolve(&r->tip, repo->store, text, err);
	if (dots[2] == '.')
		return error_set(err, OPS_EUSAGE, "'%s' is no range: write A..B", text);
	ret = dots[2] ? store_resolve(&r->tip, repo->store, dots + 2, err) :
	      view_tip(&r->tip, repo, err);
	if (ret || dots == text)
		return ret;
	from = strndup(text, (size_t)(dots - text));
	if (!from)
		return error_nomem(err);
	ret = store_resolve(&r->hide, repo->store, from, err);
	r->hides = ret == 0;
	free(from);
	return ret;
}

/* The blob of the configuration in a commit; zero: none. */
static int config_of(struct oid *out, struct ops_repo *repo, const struct oid *tree,
		     struct ops_error *err)
{
	struct snap_entry entry;
	struct snap *snap;
	int ret = snap_of_tree(&snap, repo->store, tree, err);

	if (ret)
		return ret;
	memset(out, 0, sizeof(*out));
	ret = snap_find(&entry, snap, CONFIG_PATH, err);
	if (ret == 0)
		*out = entry.oid;
	snap_free(snap);
	return ret == OPS_ENOTFOUND ? 0 : ret;
}

/*
 * Begin with the commit that brought the configuration of the tip into force, which is
 * still judged by the one before it.
 */
static int begin_with_policy(struct range *r, struct ops_repo *repo, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct oid at = r->tip, now, was;
	struct commit c;
	int ret = arena ? commit_read(&c, repo->store, &at, arena, err) : error_nomem(err);

	if (ret == 0)
		ret = config_of(&now, repo, &c.tree, err);
	while (ret == 0 && c.parents_nr && !store_is_cut(repo->store, &at)) {
		at = c.parents[0];
		arena_clear(arena);
		ret = commit_read(&c, repo->store, &at, arena, err);
		if (ret == 0)
			ret = config_of(&was, repo, &c.tree, err);
		if (ret == 0 && !oid_equal(&was, &now)) {
			r->hide = at;
			r->hides = true;
			break;
		}
	}
	arena_free(arena);
	return ret;
}

/* Give back what was freed: directories of all sizes leave holes that none of the next fits.
 * And what lies in files need not be near for its having been looked at. */
static void trim(struct verifying *v)
{
	if (v->history)
		history_rest(v->history, v->at);
	audit_ids_rest(&v->ids);
	audit_past_rest(&v->past);
	pages_give_back();
}

int audit_list(struct verifying *v, const struct oid *list, size_t nr,
	       const unsigned char *line, struct ops_error *err)
{
	struct audit_ahead *ahead;
	size_t i;
	int ret = 0;

	v->line = line;
	ahead = audit_ahead_new(v, list, nr);
	v->signers = signers_new(v->repo->store, &v->repo->verifier, list, nr);
	for (i = 0; ret == 0 && i < nr; i++) {
		bool left = true;

		v->at = i;
		if (ahead)
			ret = audit_ahead_tell(ahead, i, &left, err);
		if (ret == 0 && left)
			ret = audit_commit(v, &list[i], err);
		if (v->calls->progress && (i + 1) % PROGRESS_EACH == 0)
			v->calls->progress(i + 1, nr, v->calls->payload);
		if ((i + 1) % TRIM_EACH == 0)
			trim(v);
	}
	audit_ahead_free(ahead);
	if (nr >= TRIM_EACH)
		trim(v);
	signers_free(v->signers);
	v->signers = NULL;
	return ret;
}

int audit_history(struct verifying *v, struct history *h, bool line, struct ops_error *err)
{
	int ret;

	v->history = h;
	ret = audit_list(v, h->list, h->nr, line ? h->line : NULL, err);
	v->history = NULL;
	return ret;
}

void audit_release(struct verifying *v)
{
	audit_keep(v, NULL);
	audit_ids_release(&v->ids);
	arena_free(v->arena);
	audit_past_release(&v->past);
	buf_release(&v->seal_lines);
	free(v->flagged);
	free(v->seals);
}

int audit_range(struct ops_audit_result *result, struct ops_repo *repo,
		const struct oid *tip, const struct oid *hide, size_t max,
		const struct audit_calls *calls, struct ops_error *err)
{
	struct ops_audit_result found = { .assurance = ops_repo_assurance(repo) };
	struct verifying v = { .repo = repo, .result = &found, .calls = calls,
			       .shallow = store_is_shallow(repo->store) };
	struct history h = { .nr = 0 };
	int ret = history_list(&h, repo->store, tip, hide, max, err);

	audit_past_init(&v.past);
	buf_init(&v.seal_lines);
	v.arena = arena_new();
	if (ret == 0)
		ret = v.arena ? audit_dispute_begin(&v, tip, err) : error_nomem(err);
	if (ret == 0 && hide && calls->earlier)
		ret = audit_ids_before(&v, h.list, h.nr, err);
	if (ret == 0)
		ret = audit_history(&v, &h, false, err);
	if (ret == 0 && h.nr) {
		oid_hex(found.first, &h.list[0]);
		oid_hex(found.last, &h.list[h.nr - 1]);
	}
	audit_release(&v);
	history_release(&h);
	if (ret == 0)
		*result = found;
	return ret;
}

int ops_audit_verify(struct ops_audit_result *result, struct ops_findings *findings,
		     struct ops_repo *repo, const struct ops_audit_options *options,
		     struct ops_error *err)
{
	struct audit_calls calls = { .gather = options->gather ? findings : NULL,
				     .each = options->each, .progress = options->progress,
				     .payload = options->payload };
	const char *ref = store_branch(repo->store);
	struct range r;
	int ret = resolve_range(&r, repo, options->range, err);

	if (ret == 0 && options->range && !r.hides)
		ret = store_branch_named(&ref, repo->store, repo->arena, options->range, err);
	if (ret == 0 && options->since_policy)
		ret = r.hides ? error_set(err, OPS_EUSAGE, "where the policy came into force "
			"is looked for: name only the end of the range") :
		      begin_with_policy(&r, repo, err);
	if (ret == 0)
		ret = r.hides ? audit_range(result, repo, &r.tip, &r.hide, 0, &calls, err) :
		      audit_whole(result, findings, repo, &r.tip, ref, options, &calls, err);
	return ret == 0 && findings_failed(findings) ? error_nomem(err) : ret;
}
