/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of git's trees.
 *
 * Directories that were looked at are kept as raw trees (tree.h), so that a second
 * look-up is a binary search; but those of a walk over all are not, of which there may be
 * more than there is memory for.  Blobs are never kept.
 */
#include <stdlib.h>

#include "store/history.h"
#include "store/snap-kind.h"
#include "store/tree.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/path.h"

struct opened {
	struct tree *tree;
	struct opened *next;
};

struct snap_tree {
	struct snap snap;
	struct oid root;
	struct arena *arena;
	struct map *known;	/* directory path -> struct tree */
	struct opened *all;
	int (*hint)(struct snap_entry *out, const char *path, void *payload);
	void *payload;
};

/* Read the tree of the directory at `path`, for the caller to unref. */
static int read_tree(struct tree **out, struct snap_tree *t, const char *path,
		     const struct oid *id, struct ops_error *err)
{
	int rc = tree_load(out, t->snap.store, id, err);

	if (rc < 0)
		error_prefix(err, "directory '%s'", path);
	return rc;
}

/* The same, for the snapshot to keep. */
static int load(struct tree **out, struct snap_tree *t, const char *path,
		const struct oid *id, struct ops_error *err)
{
	struct opened *one = arena_alloc(t->arena, sizeof(*one));
	int rc;

	if (!one)
		return error_nomem(err);
	rc = read_tree(&one->tree, t, path, id, err);
	if (rc < 0)
		return rc;
	one->next = t->all;
	t->all = one;		/* from here on freed with the snapshot */
	if (map_put(t->known, path, one->tree) < 0)
		return error_nomem(err);
	*out = one->tree;
	return 0;
}

static int need_table(struct tree *tree, const char *path, struct ops_error *err)
{
	int rc = tree->at ? 0 : tree_index(tree, err);

	if (rc < 0)
		error_prefix(err, "directory '%s'", path);
	return rc;
}

static int ask_hint(struct snap_entry *out, struct snap_tree *t, const char *path)
{
	return t->hint ? t->hint(out, path, t->payload) : OPS_EINVALID;
}

/* The directory at `path`; OPS_ENOTFOUND without a message. */
static int open_directory(struct tree **out, struct snap_tree *t, const char *path,
			  struct ops_error *err)
{
	char parent[PATH_MAX_BYTES + PATH_PART_MAX + 2];
	struct snap_entry known;
	struct tree *d;
	struct tree_entry e;
	struct oid id;
	size_t len;
	int rc;

	d = map_get(t->known, path);
	if (d) {
		*out = d;
		return 0;
	}
	if (!*path)
		return load(out, t, path, &t->root, err);
	rc = ask_hint(&known, t, path);
	if (rc == 0 && known.mode == SNAP_DIR)
		return load(out, t, path, &known.oid, err);
	if (rc == OPS_ENOTFOUND || rc == 0)
		return OPS_ENOTFOUND;
	len = path_directory_len(path);
	if (len >= sizeof(parent))
		return OPS_ENOTFOUND;
	memcpy(parent, path, len);
	parent[len] = '\0';
	rc = open_directory(&d, t, parent, err);
	if (rc == 0)
		rc = need_table(d, parent, err);
	if (rc < 0)
		return rc;
	if (!tree_search(&e, d, path_name(path), strlen(path_name(path))) ||
	    e.mode != SNAP_DIR)
		return OPS_ENOTFOUND;
	memcpy(id.id, e.id, sizeof(id.id));
	return load(out, t, path, &id, err);
}

/* The entries of a tree, which lies at `dir`. */
static int copy_entries(struct snap_entry **out, size_t *nr, struct tree *d, const char *dir,
			struct arena *arena, struct ops_error *err)
{
	struct snap_entry *entries;
	struct tree_entry e;
	char *names;
	size_t i;
	int rc = need_table(d, dir, err);

	if (rc < 0)
		return rc;
	if (d->nr > SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "directory '%s' has more than %d entries", dir,
				 SNAP_DIR_MAX);
	/* One copy of the whole tree: its names are NUL-terminated in place. */
	entries = arena_array(arena, d->nr ? d->nr : 1, sizeof(*entries));
	names = arena_dup(arena, d->raw, d->len);
	if (!entries || !names)
		return error_nomem(err);
	for (i = 0; i < d->nr; i++) {
		e = tree_at(d, i);
		tree_fill(&entries[i], &e);
		entries[i].name = names + (e.name - d->raw);
	}
	*out = entries;
	*nr = d->nr;
	return 0;
}

static int tree_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		     const char *dir, struct arena *arena, struct ops_error *err)
{
	struct tree *d;
	int rc = open_directory(&d, (struct snap_tree *)snap, dir, err);

	if (rc == OPS_ENOTFOUND) {
		*out = NULL;
		*nr = 0;
		return 0;
	}
	return rc < 0 ? rc : copy_entries(out, nr, d, dir, arena, err);
}

static int tree_list_once(struct snap_entry **out, size_t *nr, struct snap *snap,
			  const char *dir, const struct snap_entry *entry,
			  struct arena *arena, struct ops_error *err)
{
	struct tree *d;
	int rc = read_tree(&d, (struct snap_tree *)snap, dir, &entry->oid, err);

	if (rc < 0)
		return rc;
	rc = copy_entries(out, nr, d, dir, arena, err);
	tree_unref(d);
	return rc;
}

static int tree_find(struct snap_entry *out, struct snap *snap, const char *path,
		     struct ops_error *err)
{
	struct snap_tree *t = (struct snap_tree *)snap;
	char parent[PATH_MAX_BYTES + PATH_PART_MAX + 2];
	size_t len = path_directory_len(path);
	const char *name = path_name(path);
	struct tree_entry e;
	struct tree *d;
	int rc;

	if (len >= sizeof(parent))
		return snap_absent(path, err);
	rc = ask_hint(out, t, path);
	if (rc == 0 || rc == OPS_ENOTFOUND)
		return rc ? snap_absent(path, err) : 0;
	memcpy(parent, path, len);
	parent[len] = '\0';
	rc = open_directory(&d, t, parent, err);
	if (rc == 0)
		rc = need_table(d, parent, err);
	if (rc == OPS_ENOTFOUND || (rc == 0 && !tree_search(&e, d, name, strlen(name))))
		return snap_absent(path, err);
	if (rc < 0)
		return rc;
	tree_fill(out, &e);
	out->name = name;
	return 0;
}

static int tree_read(struct blob *out, struct snap *snap, const char *path,
		     const struct snap_entry *entry, size_t max,
		     struct ops_error *err)
{
	return snap_read_blob(out, snap->store, &entry->oid, path, max, err);
}

static void tree_release(struct snap *snap)
{
	struct snap_tree *t = (struct snap_tree *)snap;
	struct opened *one;

	for (one = t->all; one; one = one->next)
		tree_unref(one->tree);
	arena_free(t->arena);
}

static const struct snap_kind tree_kind = {
	.list = tree_list,
	.find = tree_find,
	.read = tree_read,
	.release = tree_release,
	.list_once = tree_list_once,
};

int snap_of_tree(struct snap **out, struct store *s, const struct oid *tree,
		 struct ops_error *err)
{
	struct snap_tree *t = calloc(1, sizeof(*t));
	struct tree *root;
	int rc;

	if (!t)
		return error_nomem(err);
	t->snap.kind = &tree_kind;
	t->snap.store = s;
	t->root = *tree;
	t->arena = arena_new();
	t->known = t->arena ? map_new(t->arena) : NULL;
	rc = t->known ? open_directory(&root, t, "", err) : error_nomem(err);
	if (rc < 0) {
		snap_free(&t->snap);
		return rc;
	}
	*out = &t->snap;
	return 0;
}

int snap_of_commit(struct snap **out, struct store *s, const struct oid *commit,
		   struct ops_error *err)
{
	struct object object = { 0 };
	char hex[OID_HEX + 1] = "";
	struct past past;
	struct oid tree;
	int64_t date;
	int rc;

	rc = repo_object(&object, s, commit, GIT_OBJECT_COMMIT, 64u << 20, err);
	if (rc < 0)
		return rc;
	if (object.len > 5 + OID_HEX && memcmp(object.data, "tree ", 5) == 0)
		memcpy(hex, object.data + 5, OID_HEX);
	date = commit_date(object.data, object.len);
	object_release(&object);
	if (strlen(hex) != OID_HEX || !oid_parse(&tree, hex))
		return error_set(err, OPS_EIO, "a commit without a tree");
	rc = snap_of_tree(out, s, &tree, err);
	if (rc == 0) {
		past_of_commit(&past, s, commit, date);
		snap_set_past(*out, &past);
	}
	return rc;
}

void snap_tree_hint(struct snap *snap,
		    int (*hint)(struct snap_entry *out, const char *path, void *payload),
		    void *payload)
{
	struct snap_tree *t = (struct snap_tree *)snap;

	if (snap->kind != &tree_kind)
		return;
	t->hint = hint;
	t->payload = payload;
}

bool snap_tree_oid(struct oid *out, const struct snap *snap)
{
	if (snap->kind != &tree_kind)
		return false;
	*out = ((const struct snap_tree *)snap)->root;
	return true;
}

int snap_tree_open(struct tree **out, struct snap *snap, const char *dir,
		   struct ops_error *err)
{
	return snap->kind == &tree_kind ?
	       open_directory(out, (struct snap_tree *)snap, dir, err) : OPS_ENOTFOUND;
}

int snap_tree_raw(const char **raw, size_t *len, struct snap *snap, const char *dir,
		  struct ops_error *err)
{
	struct tree *d;
	int rc = snap_tree_open(&d, snap, dir, err);

	if (rc == 0)
		rc = need_table(d, dir, err);
	if (rc < 0)
		return rc;
	*raw = d->raw;
	*len = d->len;
	return 0;
}
