/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of the work tree, as it is on disk now.
 *
 * Every directory is opened part by part without following links, so that a
 * link planted anywhere in the tree is an entry and never a way out of it.
 * Entries named .git are not part of the tree; a directory that holds one is a
 * repository of its own and shown as a module.
 *
 * A snapshot is read more than once, by the check and by the comparison with the tip.
 * So it keeps what it listed, the directory it read from last, and what the index
 * knows about files that nobody touched.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/file.h"
#include "store/known.h"
#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/path.h"

#define KEPT_MAX 50000		/* entries */

struct listing {
	struct snap_entry *list;
	size_t nr;
	size_t files;		/* below it: so many, or one of ... */
};

enum { FILES_UNCOUNTED = 0, FILES_UNKNOWN = SIZE_MAX };

struct entries {
	struct snap_entry *v;
	size_t nr, cap;
};

struct snap_disk {
	struct snap snap;
	char *root;
	int top;			/* open at `root`; -1: it could not be */
	struct known *known;		/* NULL: not in a work tree */
	struct arena *arena;
	struct map *listings;		/* by directory */
	size_t kept;
	struct entries found;		/* in the directory that is read; its room stays */
	uint64_t dirents[4096];		/* a piece of it, as the system says it */
	pthread_mutex_t lock;		/* of the next two: files may be read by another
					   thread */
	int dir;			/* open at `dir_path`, or -1 */
	char dir_path[PATH_MAX_BYTES + 1];
};

static enum snap_mode mode_at(int dir, const char *name, const struct stat *st)
{
	char inner[PATH_PART_MAX + 8];
	struct stat git;

	if (S_ISLNK(st->st_mode))
		return SNAP_LINK;
	if (S_ISREG(st->st_mode))
		return st->st_mode & 0100 ? SNAP_EXEC : SNAP_FILE;
	if (!S_ISDIR(st->st_mode))
		return SNAP_OTHER;
	if (strlen(name) > PATH_PART_MAX)
		return SNAP_OTHER;
	memcpy(inner, name, strlen(name));
	memcpy(inner + strlen(name), "/.git", 6);
	return fstatat(dir, inner, &git, AT_SYMLINK_NOFOLLOW) == 0 ?
		SNAP_MODULE : SNAP_DIR;
}

/* Open a directory, for the caller to close.  OPS_ENOTFOUND also when a part is a link. */
static int open_directory(int *out, struct snap_disk *d, const char *path,
			  struct ops_error *err)
{
	char inner[PATH_MAX_BYTES + 3];
	size_t len = strlen(path);
	const char *name;
	int rc;

	if (len > PATH_MAX_BYTES)
		return snap_absent(path, err);
	*out = d->top < 0 ? -1 : file_directory_at(d->top, path);
	if (*out >= 0)
		return 0;
	/* The parent of "path/." is the directory itself. */
	memcpy(inner, path, len);
	memcpy(inner + len, len ? "/." : ".", len ? 3 : 2);
	rc = file_parent(out, &name, d->root, inner, false, err);
	return rc == OPS_EINVALID ? snap_absent(path, err) : rc;
}

/* The directory that holds `path`, which stays the snapshot's; with the lock. */
static int open_parent(int *out, const char **name, struct snap *snap, const char *path,
		       struct ops_error *err)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	size_t len = path_directory_len(path);
	int rc;

	if (len > PATH_MAX_BYTES)
		return snap_absent(path, err);
	if (d->dir < 0 || strncmp(d->dir_path, path, len) || d->dir_path[len]) {
		if (d->dir >= 0)
			close(d->dir);
		d->dir = -1;
		memcpy(d->dir_path, path, len);
		d->dir_path[len] = '\0';
		rc = open_directory(&d->dir, d, d->dir_path, err);
		if (rc < 0) {
			d->dir = -1;
			return rc;
		}
	}
	*name = path_name(path);
	*out = d->dir;
	return 0;
}

static void set_entry(struct snap_entry *out, const struct snap_disk *d, int dir,
		      const char *path, const char *name, const struct stat *st)
{
	memset(out, 0, sizeof(*out));
	out->name = name;
	out->mode = mode_at(dir, name, st);
	if (d->known && (out->mode == SNAP_FILE || out->mode == SNAP_EXEC))
		out->has_oid = known_oid(&out->oid, d->known, path, st);
}

static int disk_read(struct blob *out, struct snap *snap, const char *path,
		     const struct snap_entry *entry, size_t max,
		     struct ops_error *err)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	const char *name;
	int dir, rc;

	(void)entry;
	/* Nearly always: without the lock, so that threads read side by side. */
	if (d->top < 0 || !file_take_below(&rc, &out->owner, &out->len, d->top, path, max, err)) {
		pthread_mutex_lock(&d->lock);
		rc = open_parent(&dir, &name, snap, path, err);
		if (rc < 0) {
			pthread_mutex_unlock(&d->lock);
			return rc;
		}
		rc = file_take_at(&out->owner, &out->len, dir, name, max, err);
		pthread_mutex_unlock(&d->lock);
	}
	if (rc < 0)
		error_prefix(err, "'%s'", path);
	else
		out->data = out->owner;
	return rc;
}

static int path_order(const void *a, const void *b)
{
	const struct snap_entry *x = a, *y = b;

	return snap_compare(x->name, x->mode == SNAP_DIR, y->name,
			    y->mode == SNAP_DIR);
}

/* Look at an entry: false when it is gone. */
static bool look_at(struct stat *st, int *rc, int fd, const char *name, struct ops_error *err)
{
	if (fstatat(fd, name, st, AT_SYMLINK_NOFOLLOW) == 0)
		return true;
	if (errno != ENOENT)
		*rc = error_set(err, OPS_EIO, "cannot look at '%s': %s", name,
				strerror(errno));
	return false;
}

static int add_entry(struct snap_disk *d, int fd, struct buf *path,
		     const struct dirent64 *found, struct ops_error *err)
{
	struct entries *list = &d->found;
	size_t len = path->len;
	struct stat st = { .st_mode = S_IFDIR };
	const char *name;
	int rc = 0;

	/* Of a directory there is no more to see than that it is one. */
	if (found->d_type != DT_DIR && !look_at(&st, &rc, fd, found->d_name, err))
		return rc;
	if (list->nr == SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "a directory has more than %d entries",
				 SNAP_DIR_MAX);
	if (array_room(&list->v, list->nr, &list->cap, sizeof(*list->v)) < 0)
		return error_nomem(err);
	name = arena_str(d->arena, found->d_name);
	buf_str(path, found->d_name);
	if (!name || buf_failed(path))
		return error_nomem(err);
	set_entry(&list->v[list->nr++], d, fd, path->data, name, &st);
	path->len = len;
	return 0;
}

static bool is_own(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, ".git");
}

/* Read the entries of an open directory into d->found.  Not by readdir(), which takes
 * memory and asks the system twice before it begins: most directories are small. */
static int read_directory(struct snap_disk *d, int fd, const char *path,
			  struct ops_error *err)
{
	struct buf below = BUF_INIT;
	const struct dirent64 *one;
	ssize_t nr, at;
	int rc = 0;

	d->found.nr = 0;
	buf_printf(&below, "%s%s", path, *path ? "/" : "");
	do {
		nr = getdents64(fd, d->dirents, sizeof(d->dirents));
		if (nr < 0)
			rc = error_set(err, OPS_EIO, "cannot read directory '%s': %s", path,
				       strerror(errno));
		for (at = 0; rc == 0 && at < nr; at += one->d_reclen) {
			one = (const void *)((const char *)d->dirents + at);
			if (!is_own(one->d_name))
				rc = add_entry(d, fd, &below, one, err);
		}
	} while (rc == 0 && nr > 0);
	buf_release(&below);
	return rc;
}

/* List a directory.  One that is not there has no entries. */
static int list_directory(struct listing *out, struct snap_disk *d, const char *path,
			  struct ops_error *err)
{
	const struct entries *found = &d->found;
	int fd, rc;

	rc = open_directory(&fd, d, path, err);
	if (rc < 0)
		return rc == OPS_ENOTFOUND ? 0 : rc;
	rc = read_directory(d, fd, path, err);
	close(fd);
	if (rc == 0 && found->nr > 0) {
		qsort(found->v, found->nr, sizeof(*found->v), path_order);
		out->list = (void *)arena_dup(d->arena, found->v,
					      found->nr * sizeof(*found->v));
		out->nr = found->nr;
		if (!out->list)
			rc = error_nomem(err);
	}
	return rc;
}

/* List it for good, if there is room. */
static int keep_listing(struct snap_disk *d, const char *path, struct ops_error *err)
{
	struct listing fresh = { .list = NULL }, *l;
	int rc = list_directory(&fresh, d, path, err);

	if (rc)
		return rc;
	l = (void *)arena_dup(d->arena, &fresh, sizeof(fresh));
	if (!l || map_put(d->listings, path, l))
		return error_nomem(err);
	d->kept += fresh.nr + 1;
	return 0;
}

static int disk_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		     const char *path, struct arena *arena, struct ops_error *err)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	struct listing fresh = { .list = NULL };
	const struct listing *l = map_get(d->listings, path);
	int rc = 0;

	*out = NULL;
	*nr = 0;
	if (!l && d->kept < KEPT_MAX) {
		rc = keep_listing(d, path, err);
		l = rc ? NULL : map_get(d->listings, path);
	} else if (!l) {
		rc = list_directory(&fresh, d, path, err);
		l = &fresh;
	}
	if (rc || !l || !l->nr)
		return rc;
	/* Whoever lists may sort. */
	*out = (void *)arena_dup(arena, l->list, l->nr * sizeof(*l->list));
	*nr = l->nr;
	return *out ? 0 : error_nomem(err);
}

/* The kept listing of the directory of `path`; NULL when it is not kept. */
static int listing_of(const struct listing **out, struct snap_disk *d, const char *path,
		      struct ops_error *err)
{
	char dir[PATH_MAX_BYTES + 1];
	size_t len = path_directory_len(path);
	int rc = 0;

	*out = NULL;
	if (len > PATH_MAX_BYTES)
		return 0;
	memcpy(dir, path, len);
	dir[len] = '\0';
	*out = map_get(d->listings, dir);
	if (!*out && d->kept < KEPT_MAX) {
		rc = keep_listing(d, dir, err);
		*out = rc ? NULL : map_get(d->listings, dir);
	}
	return rc;
}

static int find_listed(struct snap_entry *out, const struct listing *l, const char *path,
		       struct ops_error *err)
{
	struct snap_entry key = { .name = path_name(path), .mode = SNAP_FILE };
	const struct snap_entry *found = NULL;

	if (l->nr)
		found = bsearch(&key, l->list, l->nr, sizeof(key), path_order);
	/* Where the name of a directory comes is another place. */
	key.mode = SNAP_DIR;
	if (!found && l->nr)
		found = bsearch(&key, l->list, l->nr, sizeof(key), path_order);
	if (!found)
		return snap_absent(path, err);
	*out = *found;
	out->name = key.name;
	return 0;
}

static int disk_find(struct snap_entry *out, struct snap *snap, const char *path,
		     struct ops_error *err)
{
	const struct listing *l;
	const char *name;
	struct stat st;
	struct snap_disk *d = (struct snap_disk *)snap;
	int dir, rc = listing_of(&l, d, path, err);

	if (rc < 0)
		return rc;
	if (l)
		return find_listed(out, l, path, err);
	pthread_mutex_lock(&d->lock);
	rc = open_parent(&dir, &name, snap, path, err);
	if (rc == 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		set_entry(out, d, dir, path, name, &st);
	else if (rc == 0)
		rc = errno == ENOENT || errno == ENAMETOOLONG ?
			snap_absent(path, err) :
			error_set(err, OPS_EIO, "cannot look at '%s': %s", path,
				  strerror(errno));
	pthread_mutex_unlock(&d->lock);
	return rc;
}

static size_t known_files(struct snap_disk *d, const char *dir);

/* The files below an entry of that directory, or FILES_UNKNOWN. */
static size_t known_below(struct snap_disk *d, const char *dir, const struct snap_entry *e)
{
	char path[PATH_MAX_BYTES + PATH_PART_MAX + 2];
	int len;

	if (e->mode != SNAP_DIR)
		return e->has_oid ? 1 : FILES_UNKNOWN;
	len = snprintf(path, sizeof(path), "%s%s%s", dir, *dir ? "/" : "", e->name);
	return len > PATH_MAX_BYTES ? FILES_UNKNOWN : known_files(d, path);
}

/* How many files lie below a directory, if each is as the index knows it and there is
 * nothing else; else FILES_UNKNOWN. */
static size_t known_files(struct snap_disk *d, const char *dir)
{
	struct listing *l = map_get(d->listings, dir);
	size_t i, sum = 0, below;

	if (!l && d->kept < KEPT_MAX && keep_listing(d, dir, NULL) == 0)
		l = map_get(d->listings, dir);
	if (!l || l->files)
		return l ? l->files : FILES_UNKNOWN;
	l->files = FILES_UNKNOWN;
	for (i = 0; i < l->nr; i++) {
		below = known_below(d, dir, &l->list[i]);
		if (below == FILES_UNKNOWN)
			return FILES_UNKNOWN;
		sum += below;
	}
	l->files = sum;
	return sum;
}

static bool disk_is_tree(struct snap *snap, const char *dir, const struct oid *oid)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	struct oid known;
	size_t nr;

	return d->known && known_tree_oid(&known, &nr, d->known, dir) &&
	       oid_equal(&known, oid) && known_files(d, dir) == nr;
}

static bool disk_ignores(struct snap *snap, const char *path)
{
	struct snap_disk *d = (struct snap_disk *)snap;

	return d->known && !known_names(d->known, path) && store_ignores(snap->store, path);
}

static void disk_release(struct snap *snap)
{
	struct snap_disk *d = (struct snap_disk *)snap;

	if (d->dir >= 0)
		close(d->dir);
	if (d->top >= 0)
		close(d->top);
	free(d->found.v);
	known_free(d->known);
	arena_free(d->arena);
	free(d->root);
	pthread_mutex_destroy(&d->lock);
}

static const struct snap_kind disk_kind = {
	disk_list, disk_find, disk_read, disk_release, disk_is_tree, disk_ignores
};

static int open_disk(struct snap **out, struct store *s, const char *root,
		     struct ops_error *err)
{
	struct snap_disk *d = calloc(1, sizeof(*d));

	if (!d || pthread_mutex_init(&d->lock, NULL)) {
		free(d);
		return error_nomem(err);
	}
	d->snap.kind = &disk_kind;
	d->snap.store = s;
	d->dir = d->top = -1;
	d->root = strdup(root);
	if (d->root)
		d->top = open(root, O_PATH | O_DIRECTORY | O_CLOEXEC);
	d->arena = arena_new();
	d->listings = d->arena ? map_new(d->arena) : NULL;
	d->known = s ? known_open(s) : NULL;
	if (!d->root || !d->listings || (s && !d->known)) {
		snap_free(&d->snap);
		return error_nomem(err);
	}
	*out = &d->snap;
	return 0;
}

int snap_of_work_tree(struct snap **out, struct store *s, struct ops_error *err)
{
	if (!s->work_dir)
		return error_set(err, OPS_EENVIRONMENT,
				 "a bare repository has no work tree");
	return open_disk(out, s, s->work_dir, err);
}

int snap_of_directory(struct snap **out, const char *path, struct ops_error *err)
{
	struct stat st;

	if (stat(path, &st) != 0 || !S_ISDIR(st.st_mode))
		return error_set(err, OPS_ENOTFOUND, "there is no directory '%s'", path);
	return open_disk(out, NULL, path, err);
}
