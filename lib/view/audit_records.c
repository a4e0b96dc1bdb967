/* SPDX-License-Identifier: MIT */
/*
 * Records that one side of a merge made about a document about which the other one made some,
 * too, or which it changed, neither knowing of the other: two handoffs of one task, a handoff
 * of what is submitted.
 *
 * Records are only added, so there is nothing to join, and each was legal where it was made.
 * What one side did there is asked about once more with what the other one did there already,
 * and the other way round.  What is refused both ways could not have been made in a row,
 * whoever was first, and a merge makes it no better; what is legal one way was made that way.
 *
 * Without any record nothing is asked here: what both sides made of a document is
 * audit_brought.c's.
 */
#include "view/audit_records.h"

#include <string.h>

#include "util/path.h"
#include "view/audit_brought.h"
#include "view/audit_laid.h"

/* Asking about what one side did, with what the other one did. */
struct recording {
	struct judged *j;
	const struct config *config;
	struct laying laying;		/* what the other side did before */
	const struct common *asked;	/* what is in question, of this side */
	const struct map *own;		/* of a merge: what it did itself; else NULL */
	bool makes;			/* the commit has made one of them */
	struct ops_findings *found;
};

/* Ids that a side did something about. */
struct about {
	struct map *records, *documents;	/* that it made; that it changed */
};

/* What a side did about what the other one did something about, too. */
struct common {
	struct map *paths;
	struct map *ids;		/* -> a map of the paths about it */
	struct map *joined;		/* of documents that both changed */
	struct map *config;		/* its path, if only this side changed it */
};

/* The id of the document at a path, or of the one that the record there is about; NULL: that
 * is neither. */
static int id_at(const char **out, bool *is_record, struct judged *j,
		 const struct config *config, const char *path, struct ops_error *err)
{
	const struct type *type = config_type_of_path(config, path);

	*out = NULL;
	*is_record = type && type_is(type, "packet");
	return type ? audit_id_at(out, j->arena, type, path, err) : 0;
}

static int read_about(struct about *out, struct judged *j, const struct config *config,
		      const struct map *here, const struct map *there, struct ops_error *err)
{
	struct about a = { map_new(j->arena), map_new(j->arena) };
	const char *id;
	bool is_record;
	size_t i;
	int ret = a.records && a.documents ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < map_count(here); i++) {
		const char *path = map_at(here, i)->key;

		ret = id_at(&id, &is_record, j, config, path, err);
		/* A record that the other side has, too, is nothing new to it. */
		if (ret || !id || (is_record && map_has(there, path)))
			continue;
		if (map_put(is_record ? a.records : a.documents, id, j))
			ret = error_nomem(err);
	}
	*out = a;
	return ret;
}

static int add_common(struct common *c, struct judged *j, const char *id, const char *path,
		      struct ops_error *err)
{
	struct map *paths = map_get(c->ids, id);

	if (!paths) {
		paths = map_new(j->arena);
		if (!paths || map_put(c->ids, id, paths))
			return error_nomem(err);
	}
	return map_put(paths, path, c) || map_put(c->paths, path, c) ? error_nomem(err) : 0;
}

/* What a side did where both did something, and at least one of them a record. */
static int find_common(struct common *out, struct judged *j, const struct config *config,
		       const struct map *here, const struct about *mine,
		       const struct map *there, const struct about *other,
		       struct ops_error *err)
{
	struct common c = { map_new(j->arena), map_new(j->arena), map_new(j->arena),
			    map_new(j->arena) };
	bool is_record;
	const char *id;
	size_t i;
	int ret = c.paths && c.ids && c.joined && c.config ? 0 : error_nomem(err);

	if (ret == 0 && map_has(here, CONFIG_PATH) && !map_has(there, CONFIG_PATH) &&
	    map_put(c.config, CONFIG_PATH, out))
		ret = error_nomem(err);
	for (i = 0; ret == 0 && i < map_count(here); i++) {
		const char *path = map_at(here, i)->key;

		ret = id_at(&id, &is_record, j, config, path, err);
		if (ret || !id || (is_record && map_has(there, path)))
			continue;
		if (!map_has(other->records, id) &&
		    !(map_has(mine->records, id) && map_has(other->documents, id)))
			continue;
		if (!is_record && map_has(other->documents, id) && map_put(c.joined, id, out))
			ret = error_nomem(err);
		if (ret == 0)
			ret = add_common(&c, j, id, path, err);
	}
	*out = c;
	return ret;
}

static bool is_asked(const char *path, void *payload)
{
	const struct recording *r = payload;

	return map_has(r->asked->paths, path) && (!r->own || map_has(r->own, path));
}

static int note_asked(const char *path, const struct snap_entry *before,
		      const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct recording *r = payload;

	(void)before;
	(void)after;
	(void)err;
	r->makes |= is_asked(path, r);
	return 0;
}

/* Whether a finding is about what is in question; a document that both changed may lie elsewhere
 * by what the other side did. */
static int is_about(bool *out, const struct recording *r, const char *path, struct ops_error *err)
{
	bool is_record;
	const char *id;
	int ret;

	*out = is_asked(path, (void *)(size_t)r);
	if (*out || r->own)
		return 0;
	ret = id_at(&id, &is_record, r->j, r->config, path, err);
	*out = ret == 0 && id && !is_record && map_has(r->asked->joined, id);
	return ret;
}

/* Tell of the errors among what was found about a commit. */
static int tell_of(const struct recording *r, const struct commit *c,
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

static int judge_by(struct recording *r, const struct commit *c, const struct oid *parent,
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

/* Whether the commit has made one of them; of a merge also what it did itself. */
static int look_at(struct recording *r, const struct commit *c, struct ops_error *err)
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

static int judge_commit(const struct oid *id, void *payload, struct ops_error *err)
{
	struct recording *r = payload;
	struct laid after = { .world = NULL };
	struct commit c;
	size_t i;
	int ret;

	arena_clear(r->laying.arena);
	ret = commit_read(&c, r->j->v->repo->store, id, r->laying.arena, err);
	if (ret == 0)
		ret = look_at(r, &c, err);
	if (ret || !r->makes)
		return ret;
	ret = audit_laid_open(&after, &r->laying, id, err);
	for (i = 0; ret == 0 && i < c.parents_nr; i++)
		ret = judge_by(r, &c, &c.parents[i], after.world, err);
	audit_laid_release(&after);
	return ret;
}

/* What is not legal of what `other` did, where that of `mine` is there before. */
static int one_way(struct ops_findings *found, struct recording *r, const struct common *laid,
		   const struct oid *mine, const struct common *asked, const struct oid *other,
		   struct ops_error *err)
{
	struct store *s = r->j->v->repo->store;
	int ret = snap_of_commit(&r->laying.snap, s, mine, err);

	r->laying.side = mine;
	r->laying.ids = laid->ids;
	r->laying.joined = laid->joined;
	r->laying.config = laid->config;
	r->asked = asked;
	r->found = found;
	if (ret == 0)
		ret = history_walk(s, other, mine, false, judge_commit, r, err);
	snap_free(r->laying.snap);
	r->laying.snap = NULL;
	return ret;
}

/* The ids of what is refused. */
static int read_refused(struct map **out, struct judged *j, const struct config *config,
			const struct ops_findings *found, struct ops_error *err)
{
	struct map *ids = map_new(j->arena);
	bool is_record;
	const char *id;
	size_t i;
	int ret = ids ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		ret = id_at(&id, &is_record, j, config, ops_findings_at(found, i)->path, err);
		if (ret == 0 && id && map_put(ids, id, ids))
			ret = error_nomem(err);
	}
	*out = ids;
	return ret;
}

/* Tell of what is refused both ways of one document. */
static int tell(struct judged *j, const struct config *config, const struct ops_findings *one,
		const struct ops_findings *two, struct ops_error *err)
{
	struct map *ids;
	bool is_record;
	const char *id;
	size_t i;
	int ret = read_refused(&ids, j, config, two, err);

	for (i = 0; ret == 0 && i < ops_findings_count(one); i++) {
		const struct ops_finding *f = ops_findings_at(one, i);

		ret = id_at(&id, &is_record, j, config, f->path, err);
		if (ret == 0 && id && map_has(ids, id))
			findings_add(j->findings, f->rule, f->severity, f->path, f->line,
				     f->column, f->remedy, "%s", f->message);
	}
	return ret;
}

int audit_records(struct judged *j, const struct audit_side *here, const struct oid *mine,
		  const struct audit_side *there, const struct oid *other,
		  struct ops_error *err)
{
	struct recording r = { .j = j, .laying = { .j = j, .arena = arena_new() } };
	struct ops_findings *one = ops_findings_new(), *two = ops_findings_new();
	struct about a, b;
	struct common ours, theirs;
	int ret = r.laying.arena && one && two ? world_config(&r.config, j->world, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = read_about(&a, j, r.config, here->changed, there->changed, err);
	if (ret == 0)
		ret = read_about(&b, j, r.config, there->changed, here->changed, err);
	if (ret == 0)
		ret = find_common(&ours, j, r.config, here->changed, &a, there->changed, &b, err);
	if (ret == 0 && map_count(ours.paths))
		ret = find_common(&theirs, j, r.config, there->changed, &b, here->changed, &a,
				  err);
	if (ret == 0 && map_count(ours.paths))
		ret = one_way(one, &r, &ours, mine, &theirs, other, err);
	if (ret == 0 && ops_findings_count(one))
		ret = one_way(two, &r, &theirs, other, &ours, mine, err);
	if (ret == 0 && (findings_failed(one) || findings_failed(two)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = tell(j, r.config, one, two, err);
	if (ret == 0)
		ret = tell(j, r.config, two, one, err);
	ops_findings_free(one);
	ops_findings_free(two);
	arena_free(r.laying.arena);
	return ret;
}
