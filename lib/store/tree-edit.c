/* SPDX-License-Identifier: MIT */
/*
 * Changing paths of a tree.
 *
 * A directory of ten thousand documents has a tree of 400 KB.  Nothing is
 * parsed into objects: its bytes are copied in long runs, with the changed
 * entries put in where they belong, and only directories on the way to a
 * changed path are touched at all.
 *
 * Invariants: children are in git's order (a directory sorts as "name/"), each
 * name once per class; a name never stands for a file and a directory at once;
 * an empty directory has no entry, an empty root is the empty tree.
 */
#include "store/tree-edit.h"

#include <stdlib.h>

#include "store/repo.h"
#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

#define DEPTH_MAX 32

struct edit {
	struct snap *base;
	int (*write)(struct oid *out, void *payload, const void *data, size_t len,
		     struct ops_error *err);
	void *payload;
	unsigned depth;
};

/* What becomes of one entry of a directory. */
struct child {
	const char *name;
	bool dir, removed, exec;
	struct oid id;
	/* For directories: the paths below. */
	const struct journal_path *paths;
	size_t nr;
};

struct entry {
	const char *start, *name, *end;
	bool dir;
};

/* The entry at `p`; false when malformed. */
static bool read_entry(struct entry *e, const char *p, const char *end)
{
	const char *nul = memchr(p, '\0', (size_t)(end - p));
	const char *space = memchr(p, ' ', (size_t)(end - p));

	if (!nul || !space || space > nul || nul == space + 1 || end - nul < 21)
		return false;
	e->start = p;
	e->name = space + 1;
	e->end = nul + 21;
	e->dir = strncmp(p, "40000 ", 6) == 0;
	return true;
}

/* Group the paths below a directory by their next part. */
static int group(struct child **out, size_t *out_nr,
		 const struct journal_path *paths, size_t nr, size_t skip,
		 struct arena *arena, struct ops_error *err)
{
	struct child *children = arena_array(arena, nr, sizeof(*children)), *c;
	size_t i, count = 0, len;
	const char *name;

	if (!children)
		return error_nomem(err);
	for (i = 0; i < nr; i++) {
		name = paths[i].path + skip;
		len = strcspn(name, "/");
		c = count ? &children[count - 1] : NULL;
		if (c && c->dir && name[len] && strncmp(c->name, name, len) == 0 &&
		    c->name[len] == '\0') {
			c->nr++;
			continue;
		}
		c = &children[count++];
		c->name = arena_dup(arena, name, len);
		if (!c->name)
			return error_nomem(err);
		c->dir = name[len] == '/';
		c->removed = !paths[i].has;
		c->exec = paths[i].exec;
		c->id = paths[i].new;
		c->paths = &paths[i];
		c->nr = 1;
	}
	*out = children;
	*out_nr = count;
	return 0;
}

static int by_name(const void *a, const void *b)
{
	return strcmp((*(struct child *const *)a)->name,
		      (*(struct child *const *)b)->name);
}

/* No child may be of another class than the entry of its name. */
static int check_classes(struct child **named, size_t nr, const char *raw, size_t len,
			 const char *where, struct ops_error *err)
{
	const char *p = raw, *end = raw + len;
	struct child probe = { 0 }, *key = &probe, **hit;
	struct entry e;

	while (p < end) {
		if (!read_entry(&e, p, end))
			return error_set(err, OPS_EIO, "the tree of '%s' is "
					 "malformed", where);
		p = e.end;
		probe.name = e.name;
		hit = bsearch(&key, named, nr, sizeof(*named), by_name);
		if (!hit)
			continue;
		/* Of two with one name, a file that goes and a directory that
		 * comes, either may have been found. */
		if (hit > named && strcmp(hit[-1]->name, e.name) == 0 &&
		    hit[0]->dir != e.dir)
			hit--;
		else if (hit + 1 < named + nr && strcmp(hit[1]->name, e.name) == 0 &&
			 hit[0]->dir != e.dir)
			hit++;
		if ((*hit)->dir != e.dir)
			return error_set(err, OPS_EEXISTS, e.dir ?
					 "'%s' in '%s' is a directory" :
					 "'%s' in '%s' is not a directory",
					 e.name, where);
	}
	return 0;
}

static void add_entry(struct buf *b, const struct child *c)
{
	buf_str(b, c->dir ? "40000 " : c->exec ? "100755 " : "100644 ");
	buf_add(b, c->name, strlen(c->name) + 1);
	buf_add(b, c->id.id, sizeof(c->id.id));
}

/* Copy the old entries in runs, with the children where they belong. */
static void splice(struct buf *b, const char *raw, size_t len,
		   const struct child *children, size_t nr)
{
	const char *p = raw, *end = raw + len, *run = raw;
	size_t i = 0;
	struct entry e;
	int order;

	while (p < end && i < nr && read_entry(&e, p, end)) {
		order = snap_compare(children[i].name, children[i].dir, e.name,
				     e.dir);
		if (order > 0) {
			p = e.end;
			continue;
		}
		buf_add(b, run, (size_t)(p - run));
		run = p;
		if (!children[i].removed)
			add_entry(b, &children[i]);
		if (order == 0)
			run = p = e.end;
		i++;
	}
	buf_add(b, run, (size_t)(end - run));
	for (; i < nr; i++)
		if (!children[i].removed)
			add_entry(b, &children[i]);
}

static int edit_directory(struct oid *out, bool *empty, struct edit *w,
			  const struct journal_path *paths, size_t nr,
			  size_t skip, struct ops_error *err);

static int edit_children(struct edit *w, struct child *children, size_t nr,
			 size_t skip, struct ops_error *err)
{
	bool empty;
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < nr; i++) {
		if (!children[i].dir)
			continue;
		rc = edit_directory(&children[i].id, &empty, w,
				    children[i].paths, children[i].nr,
				    skip + strlen(children[i].name) + 1, err);
		if (rc == 0)
			children[i].removed = empty;
	}
	return rc;
}

static int edit_raw(struct oid *out, bool *empty, struct edit *w, const char *raw,
		    size_t len, const struct journal_path *paths, size_t nr,
		    size_t skip, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct buf b = BUF_INIT;
	struct child *children = NULL, **named;
	size_t count = 0, i;
	int rc;

	if (!arena)
		return error_nomem(err);
	rc = group(&children, &count, paths, nr, skip, arena, err);
	if (rc < 0)
		goto out;
	named = arena_array(arena, count, sizeof(struct child *));
	if (!named) {
		rc = error_nomem(err);
		goto out;
	}
	for (i = 0; i < count; i++)
		named[i] = &children[i];
	qsort(named, count, sizeof(struct child *), by_name);
	rc = check_classes(named, count, raw, len, paths->path, err);
	if (rc == 0)
		rc = edit_children(w, children, count, skip, err);
	if (rc < 0)
		goto out;
	splice(&b, raw, len, children, count);
	*empty = b.len == 0;
	if (buf_failed(&b))
		rc = error_nomem(err);
	else if (b.len > 0 || skip == 0)
		rc = w->write(out, w->payload, b.data, b.len, err);
out:
	buf_release(&b);
	arena_free(arena);
	return rc;
}

static int edit_directory(struct oid *out, bool *empty, struct edit *w,
			  const struct journal_path *paths, size_t nr,
			  size_t skip, struct ops_error *err)
{
	char dir[PATH_MAX_BYTES + 1];
	const char *raw = "";
	size_t len = 0;
	int rc;

	if (++w->depth > DEPTH_MAX || skip > PATH_MAX_BYTES)
		return error_set(err, OPS_EINVALID, "'%s' is nested too deeply",
				 paths->path);
	/* Of "a/b/c" with 4 bytes skipped this is "a/b". */
	memcpy(dir, paths->path, skip);
	dir[skip ? skip - 1 : 0] = '\0';
	rc = snap_tree_raw(&raw, &len, w->base, dir, err);
	if (rc == 0 || rc == OPS_ENOTFOUND)
		rc = edit_raw(out, empty, w, raw, len, paths, nr, skip, err);
	w->depth--;
	return rc;
}

int tree_edit(struct oid *out, struct snap *base,
	      const struct journal_path *paths, size_t nr,
	      int (*write)(struct oid *out, void *payload, const void *data,
			   size_t len, struct ops_error *err),
	      void *payload, struct ops_error *err)
{
	struct edit w = { base, write, payload, 0 };
	bool empty;

	return edit_directory(out, &empty, &w, paths, nr, 0, err);
}
