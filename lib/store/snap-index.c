/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of the index: what git would commit.
 *
 * The bytes are read as they are (index-scan.h), which takes a third of the time that libgit2
 * needs for a large one; what that does not understand, or finds wanting, is left to libgit2,
 * which reads it or says what is wrong.
 *
 * Intent-to-add entries and conflicting stages are not part of it: neither is content that
 * could be committed.
 */
#include <stdlib.h>

#include "store/file.h"
#include "store/index-scan.h"
#include "store/sha1.h"
#include "store/snap-kind.h"
#include "store/tree.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/path.h"

#define INDEX_MAX ((size_t)1 << 30)

struct snap_index {
	struct snap snap;
	struct flat flat;		/* its paths are in the arena, or in the bytes */
	struct buf raw;
	struct arena *arena;
	struct map *trees;		/* of the index: directory -> struct index_tree */
	bool left_out;			/* only what is not in the work tree on purpose */
};

static int index_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		      const char *dir, struct arena *arena, struct ops_error *err)
{
	const struct flat *f = &((struct snap_index *)snap)->flat;
	size_t i = flat_begin(f, dir), end = flat_end(f, i, dir), count = 0;
	size_t skip = *dir ? strlen(dir) + 1 : 0, len;
	struct snap_entry *entries, *e;
	const char *name;
	char *child;

	entries = arena_array(arena, end - i ? end - i : 1, sizeof(*entries));
	if (!entries)
		return error_nomem(err);
	while (i < end) {
		name = f->files[i].path + skip;
		len = strcspn(name, "/");
		e = &entries[count++];
		if (!name[len])
			*e = flat_entry(&f->files[i]);
		e->name = arena_dup(arena, name, len);
		if (!e->name)
			return error_nomem(err);
		if (!name[len]) {
			i++;
			continue;
		}
		e->mode = SNAP_DIR;
		child = arena_dup(arena, f->files[i].path, skip + len);
		if (!child)
			return error_nomem(err);
		i = flat_end(f, i, child);
		if (count > SNAP_DIR_MAX)
			break;
	}
	if (count > SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "directory '%s' has more than %d entries", dir,
				 SNAP_DIR_MAX);
	*out = entries;
	*nr = count;
	return 0;
}

static int index_find(struct snap_entry *out, struct snap *snap, const char *path,
		      struct ops_error *err)
{
	const struct flat *f = &((struct snap_index *)snap)->flat;
	bool found;
	size_t at = flat_place(f, path, &found);

	memset(out, 0, sizeof(*out));
	if (found)
		*out = flat_entry(&f->files[at]);
	out->name = path_name(path);
	if (found)
		return 0;
	at = flat_begin(f, path);
	if (flat_end(f, at, path) == at)
		return snap_absent(path, err);
	out->mode = SNAP_DIR;
	return 0;
}

static int index_read(struct blob *out, struct snap *snap, const char *path,
		      const struct snap_entry *entry, size_t max,
		      struct ops_error *err)
{
	return snap_read_blob(out, snap->store, &entry->oid, path, max, err);
}

static void index_release(struct snap *snap)
{
	struct snap_index *x = (struct snap_index *)snap;

	free(x->flat.files);
	buf_release(&x->raw);
	arena_free(x->arena);
}

/* As git believes it when it writes a tree: as long as it has as many entries. */
static bool index_is_tree(struct snap *snap, const char *dir, const struct oid *oid)
{
	const struct snap_index *x = (const struct snap_index *)snap;
	const struct index_tree *t = map_get(x->trees, dir);
	size_t from;

	if (!t || !oid_equal(&t->oid, oid))
		return false;
	from = flat_begin(&x->flat, dir);
	return flat_end(&x->flat, from, dir) - from == t->nr;
}

static const struct snap_kind index_kind = {
	.list = index_list,
	.find = index_find,
	.read = index_read,
	.release = index_release,
	.is_tree = index_is_tree,
};

/* The path stays as long as the snapshot does; NULL: there was no room for it. */
static int add(struct snap_index *x, const char *path, uint32_t mode,
	       const unsigned char id[20], struct ops_error *err)
{
	struct flat *f = &x->flat;
	struct flat_file *file;
	enum snap_mode kind;
	size_t at = f->nr;
	bool found;

	if (!path)
		return error_nomem(err);
	/* Sorted already, unless core.ignorecase says otherwise. */
	if (at > 0 && strcmp(f->files[at - 1].path, path) >= 0)
		at = flat_place(f, path, &found);
	file = flat_insert(f, at);
	if (!file)
		return error_nomem(err);
	file->path = path;
	/* An index has no directories: what says so is something else. */
	kind = tree_mode(mode);
	file->mode = kind == SNAP_DIR ? SNAP_OTHER : kind;
	file->named = true;
	memcpy(file->oid.id, id, sizeof(file->oid.id));
	return 0;
}

static int add_item(const struct index_item *item, void *payload, struct ops_error *err)
{
	const char *there = (const char *)item->stat + item->fixed;
	struct snap_index *x = payload;

	if (item->stage || item->intent_to_add || (x->left_out && !item->skip_worktree))
		return 0;
	return add(x, item->path == there ? there : arena_str(x->arena, item->path), item->mode,
		   item->id, err);
}

/* What ends an index; git itself looks at it only when it is told to. */
static bool is_whole(const struct buf *raw)
{
	unsigned char sum[SHA1_LEN];

	if (raw->len < sizeof(sum))
		return false;
	sha1_of(raw->data, raw->len - sizeof(sum), sum);
	return !memcmp(raw->data + raw->len - sizeof(sum), sum, sizeof(sum));
}

/* The file, or nothing when it is not there; false: libgit2 has to be asked.  One that git names
 * to its hook is what git writes a tree out of, whatever it ends with. */
static bool read_file(struct buf *raw, const struct store *s)
{
	/* Which one a hook is about, only git says. */
	char *own = s->index_file || s->inside_hook ? NULL : file_join(s->git_dir, "index");
	const char *path = s->index_file ? s->index_file : own;
	int rc = path ? file_read(raw, path, INDEX_MAX, NULL) : OPS_EINVALID;

	free(own);
	if (rc == OPS_ENOTFOUND)
		buf_clear(raw);
	return rc == OPS_ENOTFOUND || (rc == 0 && (s->index_file || is_whole(raw)));
}

/* Take it in by its bytes; false: that cannot be done, and *why says so if it is because of
 * what the index is. */
static bool scan(struct snap_index *x, struct ops_error *why)
{
	size_t nr, rest;

	return read_file(&x->raw, x->snap.store) &&
	       index_scan(&nr, &rest, &x->raw, add_item, x, why) == 0 &&
	       index_trees(x->trees, x->arena, &x->raw, rest, NULL) == 0;
}

static int fill(struct snap_index *x, git_index *index, struct ops_error *err)
{
	size_t i, nr = git_index_entrycount(index);
	const git_index_entry *e;
	int rc = 0;

	for (i = 0; rc == 0 && i < nr; i++) {
		e = git_index_get_byindex(index, i);
		if (git_index_entry_stage(e) == 0 &&
		    !(e->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD) &&
		    (!x->left_out || e->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE))
			rc = add(x, arena_str(x->arena, e->path), e->mode, e->id.id, err);
	}
	return rc;
}

static int ask_libgit2(struct snap_index *x, struct ops_error *err)
{
	const struct store *s = x->snap.store;
	git_index *index = NULL;
	int rc = s->index_file ? git_index_open(&index, s->index_file) :
		 git_repository_index(&index, s->repo);

	if (rc == 0)
		rc = git_index_read(index, 0);
	if (rc < 0)
		rc = repo_fail(err, rc, "cannot read the index");
	else
		rc = fill(x, index, err);
	git_index_free(index);
	return rc;
}

/* As it is before anything was read. */
static int begin(struct snap_index *x, struct ops_error *err)
{
	free(x->flat.files);
	memset(&x->flat, 0, sizeof(x->flat));
	buf_clear(&x->raw);
	arena_free(x->arena);
	x->arena = arena_new();
	x->trees = x->arena ? map_new(x->arena) : NULL;
	return x->trees ? 0 : error_nomem(err);
}

static int open_index(struct snap **out, struct store *s, bool left_out, struct ops_error *err)
{
	struct snap_index *x = calloc(1, sizeof(*x));
	struct ops_error why = { 0 };
	int rc;

	if (!x)
		return error_nomem(err);
	x->snap.kind = &index_kind;
	x->snap.store = s;
	x->left_out = left_out;
	rc = begin(x, err);
	if (rc == 0 && !scan(x, &why)) {
		rc = begin(x, err);
		if (rc == 0)
			rc = ask_libgit2(x, err);
		/* It does not understand it either, and cannot say what to do. */
		if (rc < 0 && why.status == OPS_EENVIRONMENT)
			rc = error_set(err, why.status, "%s", why.message);
	}
	if (rc < 0) {
		snap_free(&x->snap);
		return rc;
	}
	*out = &x->snap;
	return 0;
}

int snap_of_index(struct snap **out, struct store *s, struct ops_error *err)
{
	if (s->bare)
		return error_set(err, OPS_EENVIRONMENT,
				 "a bare repository has no index: name a revision (--at)");
	return open_index(out, s, false, err);
}

int snap_of_left_out(struct snap **out, struct store *s, struct ops_error *err)
{
	return open_index(out, s, true, err);
}
