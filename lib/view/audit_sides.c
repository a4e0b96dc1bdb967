/* SPDX-License-Identifier: MIT */
/*
 * Which files the commits of a merge and its sides changed.
 *
 * What a side did is what it differs in from where both began.  Sides that were merged into
 * each other before began at several commits at once: a file may be there as one of these has
 * it because nobody touched it, or because it was put back since; so only what a commit
 * of this side did itself, which the other side has not, counts then.
 */
#include "view/audit_sides.h"

#include <stdlib.h>
#include <string.h>

#include "util/path.h"

#define MERGE_FILES_MAX 1000000	/* on one side; nine objects can make 10^9 */
#define MERGE_BASES_MAX 64

static int note_path(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload,
		     struct ops_error *err)
{
	(void)before;
	(void)after;
	if (map_count(payload) == MERGE_FILES_MAX)
		return error_set(err, OPS_EREFUSED, "a merge of more than %d files is not "
				 "judged", MERGE_FILES_MAX);
	return map_put(payload, path, payload) ? error_nomem(err) : 0;
}

/* Add to a map the files in which two commits differ; `a` may be NULL, for nothing. */
static int add_differing(struct map *out, struct judged *j, const struct oid *a,
			 const struct oid *b, struct ops_error *err)
{
	struct snap *x = NULL, *y = NULL;
	int ret = a ? snap_of_commit(&x, j->v->repo->store, a, err) :
		  snap_of_nothing(&x, err);

	if (ret == 0)
		ret = snap_of_commit(&y, j->v->repo->store, b, err);
	if (ret == 0)
		ret = snap_diff(x, y, note_path, out, err);
	snap_free(x);
	snap_free(y);
	return ret;
}

int audit_differing(struct map **out, struct judged *j, const struct oid *a,
		    const struct oid *b, struct ops_error *err)
{
	struct map *map = map_new(j->arena);
	int ret = map ? add_differing(map, j, a, b, err) : error_nomem(err);

	if (ret == 0)
		*out = map;
	return ret;
}

/* Those that are in both. */
static int meet(struct map **out, struct judged *j, const struct map *a, const struct map *b,
		struct ops_error *err)
{
	struct map *both = map_new(j->arena);
	size_t i;

	for (i = 0; both && i < map_count(a); i++)
		if (map_has(b, map_at(a, i)->key) && map_put(both, map_at(a, i)->key, both))
			both = NULL;
	if (!both)
		return error_nomem(err);
	*out = both;
	return 0;
}

int audit_unrelated(bool *out, struct judged *j, const struct commit *c, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct oid base;
	size_t i;
	int ret = 0;

	*out = false;
	for (i = 1; ret == 0 && !*out && i < c->parents_nr; i++) {
		ret = history_merge_base(&base, j->v->repo->store, &c->parents[0], &c->parents[i],
					 &found);
		*out = ret == OPS_ENOTFOUND;
	}
	return ret && !*out ? error_set(err, ret, "%s", found.message) : 0;
}

int audit_own(struct map **out, struct judged *j, const struct commit *c,
	      struct ops_error *err)
{
	struct map *own, *differs;
	bool unrelated;
	size_t i;
	int ret = audit_unrelated(&unrelated, j, c, err);

	if (ret == 0)
		ret = audit_differing(&own, j, c->parents_nr ? &c->parents[0] : NULL, &c->id, err);
	for (i = 1; ret == 0 && i < c->parents_nr && (unrelated || map_count(own)); i++) {
		if (unrelated) {
			ret = add_differing(own, j, &c->parents[i], &c->id, err);
			continue;
		}
		ret = audit_differing(&differs, j, &c->parents[i], &c->id, err);
		if (ret == 0)
			ret = meet(&own, j, own, differs, err);
	}
	if (ret == 0)
		*out = own;
	return ret;
}

int audit_without(struct map **out, struct judged *j, const struct map *all,
		  const struct map *less, struct ops_error *err)
{
	struct map *rest = map_new(j->arena);
	size_t i;

	for (i = 0; rest && i < map_count(all); i++)
		if (!map_has(less, map_at(all, i)->key) &&
		    map_put(rest, map_at(all, i)->key, rest))
			rest = NULL;
	if (!rest)
		return error_nomem(err);
	*out = rest;
	return 0;
}

int audit_id_at(const char **out, struct arena *arena, const struct type *type,
		const char *path, struct ops_error *err)
{
	const char *stem = path, *dir;
	size_t len;

	if (type_is(type, "packet")) {
		dir = arena_dup(arena, path, path_directory_len(path));
		if (!dir)
			return error_nomem(err);
		stem = path_name(dir);
		len = strlen(stem);
	} else {
		len = path_stem(path, &stem);
	}
	*out = arena_dup(arena, stem, len);
	return *out ? 0 : error_nomem(err);
}

int audit_lay(struct snap *over, struct snap *from, const struct map *paths,
	      struct ops_error *err)
{
	struct snap_entry e;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < map_count(paths); i++) {
		const char *path = map_at(paths, i)->key;

		ret = snap_find(&e, from, path, err);
		if (ret == 0 && (e.mode == SNAP_FILE || e.mode == SNAP_EXEC)) {
			ret = snap_put_named(over, path, from, &e, err);
		} else if (ret == 0 || ret == OPS_ENOTFOUND) {
			ret = snap_remove(over, path, err);
			/* Neither was it there. */
			ret = ret == OPS_ENOTFOUND ? 0 : ret;
		}
	}
	return ret;
}

struct moving {
	struct judged *j;
	struct snap *snap;		/* of the merge */
	const struct config *config;
	struct map *own, *moved;
	size_t nr;			/* of its own, without what was added */
};

/* Where a parent has the document at that path of the merge, if elsewhere and the merge has
 * nothing there; NULL. */
static int find_moved(const char **out, struct moving *m, struct world *parent, const char *path,
		      const struct type *type, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct snap_entry entry;
	const char *stem, *was = NULL;
	size_t len = path_stem(path, &stem);
	const char *id = arena_dup(m->j->arena, stem, len);
	int ret = id ? world_exact_path(&was, parent, id, type->name, &found) : OPS_ENOMEM;

	*out = ret == 0 && strcmp(was, path) &&
	       snap_find(&entry, m->snap, was, NULL) == OPS_ENOTFOUND ?
	       arena_str(m->j->arena, was) : NULL;
	return ret == OPS_ENOMEM || ret == OPS_EIO ? error_set(err, ret, "%s", found.message) : 0;
}

static int add_moved(struct moving *m, struct world *parent, struct ops_error *err)
{
	const struct type *type;
	struct snap_entry entry;
	const char *path, *was;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < m->nr; i++) {
		path = map_at(m->own, i)->key;
		type = config_type_of_path(m->config, path);
		if (!type || type_is(type, "packet") || snap_find(&entry, m->snap, path, NULL))
			continue;
		ret = find_moved(&was, m, parent, path, type, err);
		if (ret == 0 && was &&
		    (map_put(m->moved, was, m->moved) || map_put(m->own, was, m->own)))
			ret = error_nomem(err);
	}
	return ret;
}

int audit_moved(struct map **out, struct judged *j, const struct commit *c, struct map *own,
		struct ops_error *err)
{
	struct moving m = { .j = j, .own = own, .moved = map_new(j->arena),
			    .nr = map_count(own) };
	struct world *merged = NULL, *parent;
	struct snap *snap;
	size_t i;
	int ret = m.moved ? 0 : error_nomem(err);

	if (ret == 0 && m.nr)
		ret = audit_world(&merged, &m.snap, j->v->repo, &c->id, err);
	if (ret == 0 && m.nr)
		ret = world_config(&m.config, merged, err);
	for (i = 0; ret == 0 && m.nr && i < c->parents_nr; i++) {
		ret = audit_world(&parent, &snap, j->v->repo, &c->parents[i], err);
		if (ret)
			break;
		ret = add_moved(&m, parent, err);
		world_close(parent);
		snap_free(snap);
	}
	world_close(merged);
	snap_free(m.snap);
	if (ret == 0)
		*out = m.moved;
	return ret;
}

struct doing {
	struct judged *j;
	struct map *done;
};

static int note_own(const struct oid *id, void *payload, struct ops_error *err)
{
	struct doing *d = payload;
	struct commit commit;
	struct map *own;
	size_t i;
	int ret = commit_read(&commit, d->j->v->repo->store, id, d->j->arena, err);

	if (ret == 0)
		ret = audit_own(&own, d->j, &commit, err);
	for (i = 0; ret == 0 && i < map_count(own); i++)
		ret = note_path(map_at(own, i)->key, NULL, NULL, d->done, err);
	return ret;
}

int audit_side_read(struct audit_side *out, struct judged *j, const struct oid *mine,
		    const struct oid *other, struct ops_error *err)
{
	struct store *s = j->v->repo->store;
	struct doing doing = { j, map_new(j->arena) };
	struct audit_side side = { NULL, 0, map_new(j->arena) };
	size_t i;
	int ret = doing.done && side.changed ? 0 : error_nomem(err);

	if (ret == 0)
		ret = history_merge_bases(&side.bases, &side.bases_nr, s, mine, other, err);
	if (ret == 0 && side.bases_nr > MERGE_BASES_MAX)
		ret = error_set(err, OPS_EREFUSED, "a merge of sides that began at more than %d "
				"commits is not judged", MERGE_BASES_MAX);
	for (i = 0; ret == 0 && i < side.bases_nr; i++)
		ret = add_differing(side.changed, j, &side.bases[i], mine, err);
	if (ret == 0 && side.bases_nr > 1) {
		ret = history_walk(s, mine, other, false, note_own, &doing, err);
		if (ret == 0)
			ret = meet(&side.changed, j, side.changed, doing.done, err);
	}
	if (ret)
		audit_side_release(&side);
	else
		*out = side;
	return ret;
}

void audit_side_release(struct audit_side *side)
{
	free(side->bases);
	side->bases = NULL;
	side->bases_nr = 0;
}
