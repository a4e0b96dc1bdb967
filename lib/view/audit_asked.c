/* SPDX-License-Identifier: MIT */
/*
 * Whether what a commit of one side of a merge did about some documents would be legal after
 * what the other side did about them.
 *
 * Nothing is asked that does not concern these documents: neither what else the commit did, nor
 * its message, which speaks of all of it.
 */
#include "view/audit_asked.h"

#include "view/audit_brought.h"

int audit_about(const char **out, bool *is_record, struct judged *j,
		const struct config *config, const char *path, struct ops_error *err)
{
	const struct type *type = config_type_of_path(config, path);

	*out = NULL;
	*is_record = type && type_is(type, "packet");
	return type ? audit_id_at(out, j->arena, type, path, err) : 0;
}

static bool is_asked(const char *path, void *payload)
{
	const struct audit_asking *r = payload;

	return map_has(r->asked->paths, path) && (!r->own || map_has(r->own, path));
}

static int note_asked(const char *path, const struct snap_entry *before,
		      const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct audit_asking *r = payload;

	(void)before;
	(void)after;
	(void)err;
	r->makes |= is_asked(path, r);
	return 0;
}

/* Whether a finding is about what is in question; a document that both changed may lie elsewhere
 * by what the other side did. */
static int is_about(bool *out, struct audit_asking *r, const char *path, struct ops_error *err)
{
	bool is_record;
	const char *id;
	int ret;

	*out = is_asked(path, r);
	if (*out || r->own)
		return 0;
	ret = audit_about(&id, &is_record, r->j, r->config, path, err);
	*out = ret == 0 && id && !is_record && map_has(r->asked->joined, id);
	return ret;
}

/* Tell of the errors among what was found about a commit. */
static int tell_of(struct audit_asking *r, const struct commit *c,
		   const struct ops_findings *found, struct ops_error *err)
{
	bool about;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		if (f->severity != OPS_ERROR || !f->path)
			continue;
		ret = is_about(&about, r, f->path, err);
		if (ret == 0 && about)
			audit_say_joined(r->found, f, &c->id, "what it joins");
	}
	return ret;
}

static int judge_by(struct audit_asking *r, const struct commit *c, const struct oid *parent,
		    struct world *after, struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	struct laid before = { .world = NULL };
	struct signer signer = { 0 };
	struct judge_case k = audit_case(c, &signer, NULL);
	int ret = found ? audit_claim(&k.claimed, c, r->laying.arena, err) : error_nomem(err);

	if (ret == 0)
		ret = audit_laid_open(&before, &r->laying, parent, err);
	if (ret == 0) {
		signature_check(&signer, &r->j->v->repo->verifier, c);
		k.before = before.world;
		k.after = after;
		k.message = NULL;	/* it speaks of all that the commit did */
		k.carried = true;
		/* Of a commit all is asked: what goes with a change is part of it. */
		k.only = r->own ? is_asked : NULL;
		k.payload = r;
		ret = judge_change(&k, found, err);
	}
	if (ret == 0)
		ret = tell_of(r, c, found, err);
	audit_laid_release(&before);
	ops_findings_free(found);
	return ret;
}

/* Of a merge it is also asked what it did itself. */
int audit_ask_whether(struct audit_asking *r, const struct commit *c, struct ops_error *err)
{
	struct snap *before = NULL, *after = NULL;
	struct map *own = NULL;
	int ret = c->parents_nr > 1 ? audit_own(&own, r->j, c, err) : 0;

	r->makes = false;
	r->own = own;
	if (ret == 0)
		ret = c->parents_nr ? snap_of_commit(&before, r->j->v->repo->store,
						     &c->parents[0], err) :
		      snap_of_nothing(&before, err);
	if (ret == 0)
		ret = snap_of_commit(&after, r->j->v->repo->store, &c->id, err);
	if (ret == 0)
		ret = snap_diff(before, after, note_asked, r, err);
	snap_free(before);
	snap_free(after);
	return ret;
}

int audit_ask(const struct oid *id, void *payload, struct ops_error *err)
{
	struct audit_asking *r = payload;
	struct laid after = { .world = NULL };
	struct commit c;
	size_t i;
	int ret;

	arena_clear(r->laying.arena);
	ret = commit_read(&c, r->j->v->repo->store, id, r->laying.arena, err);
	if (ret == 0)
		ret = audit_ask_whether(r, &c, err);
	if (ret || !r->makes)
		return ret;
	ret = audit_laid_new(&after, &r->laying, &c, err);
	for (i = 0; ret == 0 && i < c.parents_nr; i++)
		ret = judge_by(r, &c, &c.parents[i], after.world, err);
	audit_laid_release(&after);
	return ret;
}

int audit_ask_after(struct audit_asking *r, const struct oid *commit,
		    const struct audit_common *laid, struct ops_error *err)
{
	audit_ask_end(r);
	r->laying.side = commit;
	r->laying.bases = NULL;
	r->laying.ids = laid->ids;
	r->laying.joined = laid->joined;
	r->laying.config = laid->config;
	return snap_of_commit(&r->laying.snap, r->j->v->repo->store, commit, err);
}

void audit_ask_end(struct audit_asking *r)
{
	snap_free(r->laying.snap);
	r->laying.snap = NULL;
}
