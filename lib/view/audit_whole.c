/* SPDX-License-Identifier: MIT */
/*
 * Judging a history from its beginning: what was judged before need not be judged again,
 * and what is known from elsewhere must hold.
 *
 * What is remembered for the next time is written last, and only what was found good; a
 * history that is not whole is never remembered.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

struct whole {
	struct verifying v;
	const struct oid *tip;
	const char *ref;		/* of the branch; NULL: only a commit was named */
	const struct ops_audit_options *options;
	struct ops_findings *about;	/* the history, and no commit */
	struct oid genesis;
	struct anchor_check anchor;
	struct history new;		/* or all */
};

/* List what is new, or all when what is remembered is of another history; a look does not
 * judge all. */
static int list_new(struct whole *w, struct ops_error *err)
{
	struct store *s = w->v.repo->store;

	/* What is disputed of a key is said at the end, about commits judged long ago. */
	if (w->ref && !w->options->full && !w->v.shallow && !w->v.disputed)
		audit_past_load(&w->v.past, w->v.repo, w->ref);
	if (w->v.past.usable &&
	    history_list(&w->new, s, w->tip, &w->v.past.tip, 0, NULL) == 0 && w->new.descends &&
	    ((!w->new.nr && !w->v.past.flagged_nr) || audit_past_ids(&w->v.past)))
		return 0;
	history_release(&w->new);
	audit_past_release(&w->v.past);
	if (w->v.calls->looks)
		return error_set(err, OPS_EREFUSED, "it was not judged before");
	return history_list(&w->new, s, w->tip, NULL, 0, err);
}

/* Begin with what was judged before, and judge again what had findings then. */
static int judge_past(struct whole *w, struct ops_error *err)
{
	struct audit_past *p = &w->v.past;
	struct ops_audit_result *r = w->v.result;
	unsigned char *line = NULL;
	size_t at = 0;
	int ret = 0;

	if (!p->usable)
		return 0;
	r->commits = p->commits;
	r->known = p->judged;
	r->prehistory = p->prehistory;
	r->judged = p->judged;
	r->verified = p->verified;
	w->genesis = p->genesis;
	/* Where the line leaves what is new; else it is the tip that was judged last. */
	while (at < w->new.nr && !history_in_line(w->new.line, at))
		at++;
	if (w->v.branch && p->flagged_nr)
		ret = audit_line_past(&line, &w->v,
				      at < w->new.nr ? &w->new.list[at] : &p->tip, err);
	if (ret == 0)
		ret = audit_list(&w->v, p->flagged, p->flagged_nr, line, err);
	free(line);
	return ret;
}

static int judge(struct whole *w, struct ops_error *err)
{
	struct ops_audit_result *r = w->v.result;
	int ret = audit_dispute_begin(&w->v, w->tip, err);

	if (ret == 0)
		ret = list_new(w, err);
	audit_line_begin(&w->v, w->ref);
	if (ret == 0)
		ret = judge_past(w, err);
	if (ret == 0)
		ret = audit_history(&w->v, &w->new, true, err);
	if (ret == 0 && oid_is_zero(&w->genesis))
		ret = audit_genesis(&w->genesis, w->v.repo, w->new.list, w->new.nr, err);
	if (ret)
		return ret;
	oid_hex(r->first, w->v.past.usable ? &w->v.past.first : &w->new.list[0]);
	oid_hex(r->last, w->tip);
	if (!oid_is_zero(&w->genesis))
		oid_hex(r->genesis, &w->genesis);
	return 0;
}

/* Hold it against what is known from elsewhere.  Of a shallow clone the beginning that
 * is there is none. */
static int check(struct whole *w, struct ops_error *err)
{
	struct ops_repo *repo = w->v.repo;
	int ret = 0;

	if (!w->v.shallow)
		ret = audit_check_anchor(&w->anchor, w->about, repo, &w->genesis, err);
	if (ret == 0 && w->ref && !w->options->accept_rewrite && !w->v.shallow)
		ret = audit_check_seen(w->about, repo, w->ref, w->tip, err);
	if (ret == 0 && w->ref && !w->v.shallow)
		ret = audit_check_seals(&w->v, w->about, w->tip, w->ref, err);
	memcpy(w->v.result->anchor_digest, w->anchor.own.digest, DIGEST_HEX + 1);
	return ret;
}

static void not_remembered(struct whole *w, const char *what, const struct ops_error *why)
{
	findings_add(w->about, "history.unremembered", OPS_WARNING, NULL, 0, 0, NULL,
		     "%s cannot be remembered: %s", what, why->message);
}

/* Keep for the next time what was found. */
static void remember(struct whole *w, bool good)
{
	struct ops_error why = { 0 };

	if (w->ref && !w->v.result->unjudged && !w->v.disputed &&
	    (!w->v.past.usable || !oid_equal(&w->v.past.tip, w->tip) ||
	     w->v.seals_nr != w->v.past.seals_nr))
		audit_past_store(&w->v, w->ref, w->tip, &w->genesis);
	if (!good)
		return;
	if (w->ref && audit_note_seen(w->v.repo, w->ref, w->tip, &w->v.seal_lines, &why))
		not_remembered(w, "the commit that was verified", &why);
	if (!w->anchor.first_use)
		return;
	w->anchor.known = anchor_write(w->v.repo, &w->anchor.own, &why) == 0;
	w->v.result->first_use = w->anchor.known;
	if (!w->anchor.known)
		not_remembered(w, "the beginning", &why);
}

/* What the answer is worth; "verified" is kept for what was signed. */
static int assure(struct whole *w, bool good, struct ops_error *err)
{
	struct ops_assurance *a = &w->v.result->assurance;

	*a = ops_repo_assurance(w->v.repo);
	/* The beginning is signed by nobody that was there before: its anchor stands for it. */
	if (w->v.result->judged > 1 && w->v.result->verified + 1 >= w->v.result->judged)
		a->identity = "signed";
	a->anchor = !w->anchor.known ? "none" : w->anchor.kept.pinned ? "pinned" : "tofu";
	if (!good || strcmp(a->identity, "signed"))
		return 0;
	a->history = arena_printf(w->v.repo->arena, "verified:%s", w->v.result->last);
	return a->history ? 0 : error_nomem(err);
}

int audit_whole(struct ops_audit_result *result, struct ops_findings *findings,
		struct ops_repo *repo, const struct oid *tip, const char *ref,
		const struct ops_audit_options *options, const struct audit_calls *calls,
		struct ops_error *err)
{
	struct ops_audit_result found = { .commits = 0 };
	struct whole w = { .v = { .repo = repo, .result = &found, .calls = calls,
				  .shallow = store_is_shallow(repo->store) },
			   .tip = tip, .ref = ref, .options = options,
			   .about = ops_findings_new() };
	const struct ops_finding *f;
	bool good;
	size_t i;
	int ret;

	audit_past_init(&w.v.past);
	buf_init(&w.v.seal_lines);
	store_strict(repo->store, options->full);
	w.v.arena = arena_new();
	ret = w.about && w.v.arena ? judge(&w, err) : error_nomem(err);
	if (ret == 0)
		ret = check(&w, err);
	if (ret)
		goto out;
	good = !found.refused && !found.unjudged && !ops_findings_refuse(w.about);
	if (!calls->looks)
		remember(&w, good);
	ret = assure(&w, good, err);
	for (i = 0; i < ops_findings_count(w.about); i++) {
		f = ops_findings_at(w.about, i);
		findings_add(findings, f->rule, f->severity, f->path, f->line, f->column,
			     f->remedy, "%s", f->message);
	}
	if (findings_failed(w.about))
		ret = error_nomem(err);
	if (ret == 0)
		*result = found;
out:
	store_strict(repo->store, false);
	audit_release(&w.v);
	ops_findings_free(w.about);
	history_release(&w.new);
	return ret;
}
