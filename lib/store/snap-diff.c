/* SPDX-License-Identifier: MIT */
/*
 * What differs between two snapshots.
 *
 * Directories are merged entry by entry in path order; sub-trees with the same
 * id are never opened, and of two of git's trees only the entries between those that
 * are the same at both ends are looked at.  Content without an id (a work tree, an overlay) is
 * hashed to be compared, so a file that was put back as it was is no change.
 */
#include "store/snap-kind.h"
#include "store/tree.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

#define DIFF_FILE_MAX ((size_t)256 << 20)
#define DIFF_DEPTH 64

typedef int diff_each(const char *path, const struct snap_entry *before,
		      const struct snap_entry *after, void *payload,
		      struct ops_error *err);

struct diff {
	struct snap *before, *after;
	diff_each *each;
	void *payload;
	struct buf path;
	unsigned depth;
};

static int hash(struct oid *out, struct snap *snap, const char *path,
		const struct snap_entry *e, struct ops_error *err)
{
	struct blob blob = { 0 };
	git_oid id;
	int rc;

	if (e->has_oid) {
		*out = e->oid;
		return 0;
	}
	if (e->data) {
		rc = git_odb_hash(&id, e->data, e->len, GIT_OBJECT_BLOB);
	} else {
		rc = snap->kind->read(&blob, snap, path, e, DIFF_FILE_MAX, err);
		if (rc < 0)
			return rc;
		rc = git_odb_hash(&id, blob.data, blob.len, GIT_OBJECT_BLOB);
		blob_release(&blob);
	}
	if (rc < 0)
		return repo_fail(err, rc, "cannot hash '%s'", path);
	repo_from_git(out, &id);
	return 0;
}

static bool regular(const struct snap_entry *e)
{
	return e->mode == SNAP_FILE || e->mode == SNAP_EXEC;
}

int snap_same_file(bool *out, const char *path, struct snap *a, const struct snap_entry *one,
		   struct snap *b, const struct snap_entry *two, struct ops_error *err)
{
	struct oid x, y;
	int rc = 0;

	*out = one->mode == two->mode && one->has_oid && two->has_oid &&
	       oid_equal(&one->oid, &two->oid);
	if (*out || one->mode != two->mode || !regular(one))
		return 0;
	rc = hash(&x, a, path, one, err);
	if (rc == 0)
		rc = hash(&y, b, path, two, err);
	*out = rc == 0 && oid_equal(&x, &y);
	return rc;
}

/* Two entries at one path, neither a directory. */
static int compare_files(struct diff *d, const char *path,
			 const struct snap_entry *before,
			 const struct snap_entry *after, struct ops_error *err)
{
	bool same;
	int rc = snap_same_file(&same, path, d->before, before, d->after, after, err);

	if (rc < 0 || same)
		return rc;
	return d->each(path, before, after, d->payload, err);
}

static int diff_directory(struct diff *d, bool in_before, bool in_after,
			  struct ops_error *err);

/* Whether a directory that has no id, the one at d->path, is known to be the tree that the
 * other side has there. */
static bool known_tree(struct diff *d, const struct snap_entry *before,
		       const struct snap_entry *after)
{
	struct snap *other = before->has_oid ? d->after : d->before;
	const struct snap_entry *tree = before->has_oid ? before : after;

	return before->has_oid != after->has_oid && other->kind->is_tree &&
	       other->kind->is_tree(other, d->path.data, &tree->oid);
}

/* Whether the entry at d->path, a directory's with a '/', is in one of them alone and
 * ignored there. */
static bool ignored(struct diff *d, const struct snap_entry *before,
		    const struct snap_entry *after)
{
	return !(before && after) &&
	       snap_ignores(before ? d->before : d->after, d->path.data);
}

/* At most one of the two is NULL, and they are of one class. */
static int diff_entry(struct diff *d, const struct snap_entry *before,
		      const struct snap_entry *after, struct ops_error *err)
{
	const struct snap_entry *either = before ? before : after;
	size_t len = d->path.len;
	int rc = 0;

	if (before && after && before->mode == SNAP_DIR && before->has_oid &&
	    after->has_oid && oid_equal(&before->oid, &after->oid))
		return 0;
	if (len)
		buf_char(&d->path, '/');
	buf_str(&d->path, either->name);
	if (either->mode == SNAP_DIR)
		buf_char(&d->path, '/');
	if (buf_failed(&d->path))
		return error_nomem(err);
	if (ignored(d, before, after))
		goto out;
	if (either->mode == SNAP_DIR)
		d->path.data[--d->path.len] = '\0';
	if (before && after && before->mode == SNAP_DIR && known_tree(d, before, after))
		goto out;
	if (either->mode == SNAP_DIR)
		rc = diff_directory(d, before != NULL, after != NULL, err);
	else if (before && after)
		rc = compare_files(d, d->path.data, before, after, err);
	else
		rc = d->each(d->path.data, before, after, d->payload, err);
out:
	d->path.len = len;
	d->path.data[len] = '\0';
	return rc;
}

static int merge(struct diff *d, const struct snap_entry *a, size_t a_nr,
		 const struct snap_entry *b, size_t b_nr, struct ops_error *err)
{
	size_t i = 0, j = 0;
	int order, rc = 0;

	while (rc >= 0 && (i < a_nr || j < b_nr)) {
		if (i == a_nr)
			order = 1;
		else if (j == b_nr)
			order = -1;
		else
			order = snap_compare(a[i].name, a[i].mode == SNAP_DIR,
					     b[j].name, b[j].mode == SNAP_DIR);
		rc = diff_entry(d, order <= 0 ? &a[i] : NULL,
				order >= 0 ? &b[j] : NULL, err);
		if (order <= 0)
			i++;
		if (order >= 0)
			j++;
	}
	return rc < 0 ? rc : 0;
}

/* Entries of a tree, whose names stay its own. */
static struct snap_entry *some_entries(struct arena *arena, const struct tree *t,
				       size_t from, size_t to)
{
	struct snap_entry *list = arena_array(arena, to - from + 1, sizeof(*list));
	struct tree_entry e;
	size_t i;

	for (i = from; list && i < to; i++) {
		e = tree_at(t, i);
		tree_fill(&list[i - from], &e);
		list[i - from].name = e.name;
	}
	return list;
}

/* A directory that is in both, as trees of git; OPS_ENOTFOUND: it is not so. */
static int diff_trees(struct diff *d, struct ops_error *err)
{
	struct arena *arena;
	struct tree_middle m;
	struct tree *before, *after;
	struct snap_entry *a, *b;
	int rc = snap_tree_open(&before, d->before, d->path.data, err);

	if (rc == 0)
		rc = snap_tree_open(&after, d->after, d->path.data, err);
	if (rc == 0) {
		rc = tree_compare(&m, before, after, err);
		if (rc < 0 && rc != OPS_ENOMEM)
			error_prefix(err, "directory '%s'", d->path.data);
	}
	if (rc < 0)
		return rc;
	if (m.a_to - m.a_from > SNAP_DIR_MAX || m.b_to - m.b_from > SNAP_DIR_MAX)
		return OPS_ENOTFOUND;	/* the usual way says so */
	arena = arena_new();
	if (!arena)
		return error_nomem(err);
	a = some_entries(arena, before, m.a_from, m.a_to);
	b = some_entries(arena, after, m.b_from, m.b_to);
	rc = a && b ? merge(d, a, m.a_to - m.a_from, b, m.b_to - m.b_from, err) :
	     error_nomem(err);
	arena_free(arena);
	return rc;
}

static int diff_lists(struct diff *d, bool in_before, bool in_after,
		      struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct snap_entry *a = NULL, *b = NULL;
	size_t a_nr = 0, b_nr = 0;
	int rc = 0;

	if (!arena)
		return error_nomem(err);
	if (in_before)
		rc = d->before->kind->list(&a, &a_nr, d->before, d->path.data,
					   arena, err);
	if (rc == 0 && in_after)
		rc = d->after->kind->list(&b, &b_nr, d->after, d->path.data,
					  arena, err);
	if (rc == 0)
		rc = merge(d, a, a_nr, b, b_nr, err);
	arena_free(arena);
	return rc;
}

static int diff_directory(struct diff *d, bool in_before, bool in_after,
			  struct ops_error *err)
{
	int rc = OPS_ENOTFOUND;

	if (++d->depth > DIFF_DEPTH)
		rc = error_set(err, OPS_EINVALID, "'%s' is nested too deeply",
			       d->path.data);
	else if (in_before && in_after)
		rc = diff_trees(d, err);
	if (rc == OPS_ENOTFOUND)
		rc = diff_lists(d, in_before, in_after, err);
	d->depth--;
	return rc;
}

/* An overlay over `before`: only its own files can differ. */
static int diff_overlay(struct diff *d, const struct flat *f, struct ops_error *err)
{
	struct snap_entry old, new;
	bool was, is;
	size_t i;
	int rc = 0;

	for (i = 0; rc >= 0 && i < f->nr; i++) {
		rc = d->before->kind->find(&old, d->before, f->files[i].path, NULL);
		if (rc < 0 && rc != OPS_ENOTFOUND)
			return error_set(err, rc, "cannot look at '%s'",
					 f->files[i].path);
		was = rc == 0 && old.mode != SNAP_DIR;
		is = !f->files[i].removed;
		new = flat_entry(&f->files[i]);
		rc = 0;
		if (was && is)
			rc = compare_files(d, f->files[i].path, &old, &new, err);
		else if (was || is)
			rc = d->each(f->files[i].path, was ? &old : NULL,
				     is ? &new : NULL, d->payload, err);
	}
	return rc < 0 ? rc : 0;
}

int snap_diff(struct snap *before, struct snap *after,
	      int (*each)(const char *path, const struct snap_entry *before,
			  const struct snap_entry *after, void *payload,
			  struct ops_error *err),
	      void *payload, struct ops_error *err)
{
	struct diff d = { before, after, each, payload, BUF_INIT, 0 };
	struct oid one, two;
	int rc;

	if (snap_tree_oid(&one, before) &&
	    (snap_tree_oid(&two, after) ? oid_equal(&one, &two) :
	     after->kind->is_tree && after->kind->is_tree(after, "", &one)))
		return 0;
	if (after->base == before && snap_overlay_files(after))
		return diff_overlay(&d, snap_overlay_files(after), err);
	rc = diff_directory(&d, true, true, err);
	buf_release(&d.path);
	return rc;
}
