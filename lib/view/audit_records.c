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
 * A document that both sides changed stays as each had it: that is audit_brought.c's.
 */
#include "view/audit_records.h"

#include <string.h>

#include "util/path.h"
#include "view/audit_brought.h"

/* Asking about what one side did, with what the other one did. */
struct recording {
	struct judged *j;
	struct snap *mine;		/* the other side, of which these are laid under: */
	const struct map *laid;
	const struct map *asked;	/* files in question, of this side */
	const struct map *own;		/* of a merge: what it did itself; else NULL */
	bool makes;			/* the commit has made one of them */
	struct arena *arena;		/* of one commit */
	struct ops_findings *found;
};

/* Ids that a side did something about. */
struct about {
	struct map *records, *documents;	/* that it made; that it changed */
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

/* What a side did where both did something, and at least one of them a record. */
static int find_common(struct map **out, struct judged *j, const struct config *config,
		       const struct map *here, const struct about *mine,
		       const struct map *there, const struct about *other,
		       struct ops_error *err)
{
	struct map *found = map_new(j->arena);
	bool is_record, both;
	const char *id;
	size_t i;
	int ret = found ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < map_count(here); i++) {
		const char *path = map_at(here, i)->key;

		ret = id_at(&id, &is_record, j, config, path, err);
		if (ret || !id || map_has(there, path))
			continue;
		both = map_has(other->records, id) ||
		       (map_has(mine->records, id) && map_has(other->documents, id));
		if (!is_record && map_has(other->documents, id))
			both = false;
		if (both && map_put(found, path, found))
			ret = error_nomem(err);
	}
	*out = found;
	return ret;
}

static bool is_asked(const char *path, void *payload)
{
	const struct recording *r = payload;

	return map_has(r->asked, path) && (!r->own || map_has(r->own, path));
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

/* The world of a commit, with the records of the other side. */
static int open_laid(struct world **world, struct snap **snap, struct snap **over,
		     const struct recording *r, const struct oid *id, struct ops_error *err)
{
	int ret = snap_of_commit(snap, r->j->v->repo->store, id, err);

	if (ret == 0)
		ret = snap_overlay(over, *snap, err);
	if (ret == 0)
		ret = audit_lay(*over, r->mine, r->laid, err);
	return ret ? ret : world_open(world, *over, r->j->v->repo->cache, err);
}

static int judge_by(struct recording *r, const struct commit *c, const struct oid *parent,
		    struct world *after, struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	struct snap *snap = NULL, *over = NULL;
	struct world *before = NULL;
	struct signer signer = { 0 };
	struct judge_case k = audit_case(c, &signer, NULL);
	size_t i;
	int ret = found ? audit_claim(&k.claimed, c, r->arena, err) : error_nomem(err);

	if (ret == 0)
		ret = open_laid(&before, &snap, &over, r, parent, err);
	if (ret == 0) {
		signature_check(&signer, &r->j->v->repo->verifier, c);
		k.before = before;
		k.after = after;
		k.message = NULL;	/* it speaks of all that the commit did */
		k.carried = true;
		/* Of a commit all is asked: what goes with a change is part of it. */
		k.only = r->own ? is_asked : NULL;
		k.payload = r;
		ret = judge_change(&k, found, err);
	}
	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		if (f->severity == OPS_ERROR && f->path && is_asked(f->path, r))
			audit_say_joined(r->found, f, &c->id, "what it joins");
	}
	world_close(before);
	snap_free(over);
	snap_free(snap);
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
	struct snap *snap = NULL, *over = NULL;
	struct world *after = NULL;
	struct commit c;
	size_t i;
	int ret;

	arena_clear(r->arena);
	ret = commit_read(&c, r->j->v->repo->store, id, r->arena, err);
	if (ret == 0)
		ret = look_at(r, &c, err);
	if (ret || !r->makes)
		return ret;
	ret = open_laid(&after, &snap, &over, r, id, err);
	for (i = 0; ret == 0 && i < c.parents_nr; i++)
		ret = judge_by(r, &c, &c.parents[i], after, err);
	world_close(after);
	snap_free(over);
	snap_free(snap);
	return ret;
}

/* What is not legal of what `other` did, where that of `mine` is there before. */
static int one_way(struct ops_findings *found, struct recording *r, const struct map *laid,
		   const struct oid *mine, const struct map *asked, const struct oid *other,
		   struct ops_error *err)
{
	struct store *s = r->j->v->repo->store;
	int ret = snap_of_commit(&r->mine, s, mine, err);

	r->laid = laid;
	r->asked = asked;
	r->found = found;
	if (ret == 0)
		ret = history_walk(s, other, mine, false, judge_commit, r, err);
	snap_free(r->mine);
	r->mine = NULL;
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
	struct recording r = { .j = j, .arena = arena_new() };
	struct ops_findings *one = ops_findings_new(), *two = ops_findings_new();
	struct about a, b;
	struct map *ours, *theirs;
	const struct config *config;
	int ret = r.arena && one && two ? world_config(&config, j->world, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = read_about(&a, j, config, here->changed, there->changed, err);
	if (ret == 0)
		ret = read_about(&b, j, config, there->changed, here->changed, err);
	if (ret == 0)
		ret = find_common(&ours, j, config, here->changed, &a, there->changed, &b, err);
	if (ret == 0 && map_count(ours))
		ret = find_common(&theirs, j, config, there->changed, &b, here->changed, &a,
				  err);
	if (ret == 0 && map_count(ours))
		ret = one_way(one, &r, ours, mine, theirs, other, err);
	if (ret == 0 && ops_findings_count(one))
		ret = one_way(two, &r, theirs, other, ours, mine, err);
	if (ret == 0 && (findings_failed(one) || findings_failed(two)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = tell(j, config, one, two, err);
	if (ret == 0)
		ret = tell(j, config, two, one, err);
	ops_findings_free(one);
	ops_findings_free(two);
	arena_free(r.arena);
	return ret;
}
