/* SPDX-License-Identifier: MIT */
/*
 * Which files of a merge are its own work: those that git could not have joined out of what
 * its sides did.
 *
 * Git joins what two sides changed, follows a file that one side moved while the other one
 * changed it, and moves what one side put into a directory that the other one moved.  Each is
 * told by what the sides did, never by how much two texts resemble each other.
 */
#include <string.h>

#include "util/path.h"
#include "view/audit_sides.h"

struct half {
	struct audit_side side;
	struct snap *snap;
	bool follows;			/* took away what the other one changed */
	struct map *left, *entered;	/* directories that it took files out of, put some in */
	struct map *moved;		/* by their ids, files that the merge has not there */
};

struct pair {
	struct judged *j;
	struct snap *merged;
	struct half halves[2];
};

static int find(bool *out, struct snap_entry *entry, struct snap *snap, const char *path,
		struct ops_error *err)
{
	int ret = snap_find(entry, snap, path, err);

	*out = ret == 0;
	return ret == OPS_ENOTFOUND ? 0 : ret;
}

/* Where a path is, of one half's view. */
struct place {
	bool here, there, merged;
	struct snap_entry mine, theirs, joined;
};

static int place_of(struct place *out, const struct pair *p, const struct half *h,
		    const struct half *other, const char *path, struct ops_error *err)
{
	int ret = find(&out->here, &out->mine, h->snap, path, err);

	if (ret == 0)
		ret = find(&out->there, &out->theirs, other->snap, path, err);
	return ret ? ret : find(&out->merged, &out->joined, p->merged, path, err);
}

/* Put the directory that a file lies in into a map; that of the top is "". */
static int put_directory(struct map *out, struct arena *arena, const char *path)
{
	const char *dir = arena_dup(arena, path, path_directory_len(path));

	return dir ? map_put(out, dir, out) : OPS_ENOMEM;
}

/* What one half did at a path that it changed. */
static int read_change(struct pair *p, struct half *h, const struct half *other, const char *path,
		       struct ops_error *err)
{
	struct place at = { .here = false };
	char hex[OID_HEX + 1];
	int ret = place_of(&at, p, h, other, path, err);

	if (ret)
		return ret;
	if (!at.here && at.there && map_has(other->side.changed, path))
		h->follows = true;
	if (put_directory(at.here ? h->entered : h->left, p->j->arena, path))
		return error_nomem(err);
	oid_hex(hex, &at.mine.oid);
	return at.here && !at.merged && map_put(h->moved, hex, arena_str(p->j->arena, path)) ?
	       error_nomem(err) : 0;
}

static int read_half(struct pair *p, struct half *h, const struct half *other,
		     struct ops_error *err)
{
	size_t i;
	int ret = 0;

	h->left = map_new(p->j->arena);
	h->entered = map_new(p->j->arena);
	h->moved = map_new(p->j->arena);
	if (!h->left || !h->entered || !h->moved)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < map_count(h->side.changed); i++)
		ret = read_change(p, h, other, map_at(h->side.changed, i)->key, err);
	return ret;
}

/* Whether a half took files out of the directory of one path and put some into that of the
 * other, which end alike: that directory, or one that both lie below alike. */
static int is_turned(bool *out, const struct pair *p, const struct half *h, const char *was,
		     const char *path)
{
	size_t a = strlen(was), b = strlen(path), from, to;
	const char *left, *entered;

	while (a && b && was[a - 1] == path[b - 1]) {
		a--;
		b--;
	}
	for (*out = false; was[a] && !*out; a++, b++) {
		if ((a && was[a - 1] != '/') || (b && path[b - 1] != '/'))
			continue;
		from = a ? a - 1 : 0;
		to = b ? b - 1 : 0;
		left = arena_dup(p->j->arena, was, from);
		entered = arena_dup(p->j->arena, path, to);
		if (!left || !entered)
			return OPS_ENOMEM;
		*out = map_has(h->left, left) && map_has(h->entered, entered);
	}
	return 0;
}

/* Whether git may have made this file out of what one half did and the other one. */
static int is_joined(bool *out, const struct pair *p, const struct half *h,
		     const struct half *other, const char *path, struct ops_error *err)
{
	struct place at = { .here = false };
	char hex[OID_HEX + 1];
	const char *was;
	int ret = place_of(&at, p, h, other, path, err);

	*out = false;
	if (ret)
		return ret;
	if (map_has(h->side.changed, path) && map_has(other->side.changed, path))
		*out = true;
	else if (at.here && !at.there && !map_has(other->side.changed, path))
		*out = h->follows;
	if (*out || !at.merged)
		return 0;
	oid_hex(hex, &at.joined.oid);
	was = map_get(other->moved, hex);
	return was && is_turned(out, p, h, was, path) ? error_nomem(err) : 0;
}

static int open_half(struct half *h, struct judged *j, const struct oid *mine,
		     const struct oid *other, struct ops_error *err)
{
	int ret = audit_side_read(&h->side, j, mine, other, err);

	return ret ? ret : snap_of_commit(&h->snap, j->v->repo->store, mine, err);
}

/* Add to `out` the files of `own` that may have been joined of two parents. */
static int add_joined(struct map *out, struct judged *j, struct snap *merged,
		      const struct map *own, const struct oid *one, const struct oid *two,
		      struct ops_error *err)
{
	struct pair p = { .j = j, .merged = merged };
	struct half *a = &p.halves[0], *b = &p.halves[1];
	bool joined = false;
	size_t i;
	int ret = open_half(a, j, one, two, err);

	if (ret == 0)
		ret = open_half(b, j, two, one, err);
	if (ret == 0)
		ret = read_half(&p, a, b, err);
	if (ret == 0)
		ret = read_half(&p, b, a, err);
	for (i = 0; ret == 0 && i < map_count(own); i++) {
		const char *path = map_at(own, i)->key;

		ret = is_joined(&joined, &p, a, b, path, err);
		if (ret == 0 && !joined)
			ret = is_joined(&joined, &p, b, a, path, err);
		if (ret == 0 && joined && map_put(out, path, out))
			ret = error_nomem(err);
	}
	audit_side_release(&a->side);
	audit_side_release(&b->side);
	snap_free(a->snap);
	snap_free(b->snap);
	/* Sides that have nothing in common leave nothing to join. */
	return ret == OPS_ENOTFOUND ? 0 : ret;
}

int audit_added(struct map **out, struct judged *j, const struct commit *c,
		const struct map *own, struct ops_error *err)
{
	struct map *joined = map_new(j->arena);
	struct snap *merged = NULL;
	size_t i, k;
	int ret = joined ? 0 : error_nomem(err);

	if (ret == 0 && map_count(own))
		ret = snap_of_commit(&merged, j->v->repo->store, &c->id, err);
	for (i = 0; ret == 0 && map_count(own) && i < c->parents_nr; i++)
		for (k = i + 1; ret == 0 && k < c->parents_nr; k++)
			ret = add_joined(joined, j, merged, own, &c->parents[i], &c->parents[k],
					 err);
	snap_free(merged);
	return ret ? ret : audit_without(out, j, own, joined, err);
}
