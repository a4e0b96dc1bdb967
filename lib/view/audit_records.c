/* SPDX-License-Identifier: MIT */
/*
 * Records that two sides of a merge made about one document, neither of which knew of the
 * other's: two handoffs of one task, two answers where there is one.
 *
 * Records are only added, so there is nothing to join, and each was legal where it was made.
 * Those of one side are asked about once more with those of the other one there already, and
 * the other way round.  What one rule refuses both ways could not have been made in a row,
 * whoever was first, and a merge makes it no better; what is legal one way was made that way.
 *
 * The document itself stays as the side had it: one that both changed is audit_brought.c's.
 */
#include "view/audit_records.h"

#include <string.h>

#include "util/path.h"
#include "view/audit_brought.h"

/* Asking about the records of one side, with those of the other. */
struct recording {
	struct judged *j;
	struct snap *mine;		/* the other side, of which these are laid under: */
	const struct map *laid;
	const struct map *asked;	/* records in question, of this side */
	const struct map *own;		/* of a merge: what it did itself; else NULL */
	bool makes;			/* the commit has made one of them */
	struct arena *arena;		/* of one commit */
	struct ops_findings *found;
};

/* Whether a side has a record there that the other one has not. */
static bool is_record(const struct config *config, const char *path, const struct map *there)
{
	const struct type *type = map_has(there, path) ? NULL : config_type_of_path(config, path);

	return type && type_is(type, "packet");
}

static int note_directories(struct map **out, struct judged *j, const struct config *config,
			    const struct map *here, const struct map *there,
			    struct ops_error *err)
{
	struct map *found = map_new(j->arena);
	size_t i;

	for (i = 0; found && i < map_count(here); i++) {
		const char *path = map_at(here, i)->key, *dir;

		if (!is_record(config, path, there))
			continue;
		dir = arena_dup(j->arena, path, path_directory_len(path));
		if (!dir || map_put(found, dir, found))
			found = NULL;
	}
	*out = found;
	return found ? 0 : error_nomem(err);
}

/* The records of one side that lie where the other one has made some, too. */
static int find_records(struct map **out, struct judged *j, const struct config *config,
			const struct map *here, const struct map *there,
			struct ops_error *err)
{
	struct map *found = map_new(j->arena), *directories;
	size_t i;
	int ret = found ? note_directories(&directories, j, config, there, here, err) :
		  error_nomem(err);

	for (i = 0; ret == 0 && map_count(directories) && i < map_count(here); i++) {
		const char *path = map_at(here, i)->key, *dir;

		if (!is_record(config, path, there))
			continue;
		dir = arena_dup(j->arena, path, path_directory_len(path));
		if (!dir || (map_has(directories, dir) && map_put(found, path, found)))
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
		k.only = is_asked;
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

/* What is not legal of the records of `other`, where those of `mine` are there before. */
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

static bool is_beside(const char *a, const char *b)
{
	size_t len = path_directory_len(a);

	return len == path_directory_len(b) && !memcmp(a, b, len);
}

/* Tell of what one rule says both ways of one document. */
static void tell(struct judged *j, const struct ops_findings *one,
		 const struct ops_findings *two)
{
	size_t i, k;

	for (i = 0; i < ops_findings_count(one); i++) {
		const struct ops_finding *f = ops_findings_at(one, i), *g;

		for (k = 0; k < ops_findings_count(two); k++) {
			g = ops_findings_at(two, k);
			if (!strcmp(f->rule, g->rule) && is_beside(f->path, g->path))
				break;
		}
		if (k < ops_findings_count(two))
			findings_add(j->findings, f->rule, f->severity, f->path, f->line,
				     f->column, f->remedy, "%s", f->message);
	}
}

int audit_records(struct judged *j, const struct audit_side *here, const struct oid *mine,
		  const struct audit_side *there, const struct oid *other,
		  struct ops_error *err)
{
	struct recording r = { .j = j, .arena = arena_new() };
	struct ops_findings *one = ops_findings_new(), *two = ops_findings_new();
	struct map *ours, *theirs;
	const struct config *config;
	int ret = r.arena && one && two ? world_config(&config, j->world, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = find_records(&ours, j, config, here->changed, there->changed, err);
	if (ret == 0 && map_count(ours))
		ret = find_records(&theirs, j, config, there->changed, here->changed, err);
	if (ret == 0 && map_count(ours))
		ret = one_way(one, &r, ours, mine, theirs, other, err);
	if (ret == 0 && ops_findings_count(one))
		ret = one_way(two, &r, theirs, other, ours, mine, err);
	if (ret == 0 && (findings_failed(one) || findings_failed(two)))
		ret = error_nomem(err);
	if (ret == 0)
		tell(j, one, two);
	ops_findings_free(one);
	ops_findings_free(two);
	arena_free(r.arena);
	return ret;
}
