/* SPDX-License-Identifier: MIT */
/*
 * What a view may be believed to be worth: whether all it shows was done by who signed it.
 *
 * That is for an audit to say.  What one said of this branch is remembered, and only what
 * came since is judged here, up to a bound; nothing is remembered by a look.  Must never
 * say more than `ops audit verify` would, and says "unverified" whenever it cannot tell.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

/* So many commits are judged for the sake of one line. */
#define NEW_MAX 200

struct weighing {
	struct ops_view *view;
	const char *ref;
	struct oid tip;			/* of the branch */
	struct audit_past past;
};

/* Whether it may be known cheaply: all was signed, and little is new. */
static bool is_known(struct weighing *w)
{
	struct store *s = w->view->repo->store;
	const struct audit_past *p = &w->past;
	struct history new = { .nr = 0 };
	bool descends;

	if (!p->usable || store_is_shallow(s))
		return false;
	/* Those with findings are not counted; the audit counts them. */
	if (p->verified + p->flagged_nr + 1 < p->judged)
		return false;
	descends = history_list(&new, s, &w->tip, &p->tip, NEW_MAX, NULL) == 0 && new.descends;
	history_release(&new);
	return descends;
}

/* The beginning needs no judging. */
static int find_anchor(struct ops_assurance *out, struct weighing *w, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct anchor_check anchor;
	int ret;

	if (!ignored)
		return error_nomem(err);
	ret = audit_check_anchor(&anchor, ignored, w->view->repo, &w->past.genesis, err);
	if (ret == 0 && anchor.known)
		out->anchor = anchor.kept.pinned ? "pinned" : "tofu";
	ops_findings_free(ignored);
	return ret;
}

static int ask_audit(struct ops_assurance *out, struct weighing *w, struct ops_error *err)
{
	static const struct ops_audit_options options = { .range = NULL };
	const struct audit_calls calls = { .looks = true };
	struct ops_repo *repo = w->view->repo;
	struct ops_findings *ignored = ops_findings_new();
	struct ops_audit_result result;
	bool has = false;
	int ret = ignored ? 0 : error_nomem(err);

	if (ret == 0)
		ret = audit_whole(&result, ignored, repo, &w->tip, w->ref, &options, &calls,
				  err);
	if (ret == 0)
		ret = audit_descends(&has, repo, &w->tip, &w->view->commit, err);
	ops_findings_free(ignored);
	if (ret)
		return ret;
	out->anchor = result.assurance.anchor;
	if (!has || strncmp(result.assurance.history, "verified:", 9))
		return 0;
	out->identity = result.assurance.identity;
	out->history = arena_printf(w->view->arena, "verified:%s", w->view->hex);
	return out->history ? 0 : error_nomem(err);
}

int ops_view_assurance(struct ops_assurance *out, struct ops_view *view,
		       struct ops_error *err)
{
	struct weighing w = { .view = view };
	struct ops_assurance found = ops_repo_assurance(view->repo);
	struct ops_error why = { 0 };
	int ret = 0;

	audit_past_init(&w.past);
	w.ref = store_branch(view->repo->store);
	if (w.ref && store_tip(&w.tip, view->repo->store, NULL) == 0)
		audit_past_load(&w.past, view->repo, w.ref);
	if (w.past.usable)
		ret = find_anchor(&found, &w, &why);
	if (ret == 0 && is_known(&w))
		ret = ask_audit(&found, &w, &why);
	audit_past_release(&w.past);
	/* What is remembered and damaged is for the audit to say. */
	if (ret && ret != OPS_EENVIRONMENT && ret != OPS_EREFUSED)
		return error_set(err, ret, "%s", why.message);
	*out = found;
	return 0;
}
