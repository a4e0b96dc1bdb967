/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of the work tree, as it is on disk now.
 *
 * Every directory is opened part by part without following links, so that a
 * link planted anywhere in the tree is an entry and never a way out of it.
 * Entries named .git are not part of the tree; a directory that holds one is a
 * repository of its own and shown as a module.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/file.h"
#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

struct snap_disk {
	struct snap snap;
	char *root;
};

static const char *root_of(const struct snap *snap)
{
	return ((const struct snap_disk *)snap)->root;
}

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

/* OPS_ENOTFOUND and OPS_EINVALID (a part is a link) both mean: not there. */
static int open_parent(int *out, const char **name, const char *root,
		       const char *path, struct ops_error *err)
{
	int rc = file_parent(out, name, root, path, false, err);

	return rc == OPS_EINVALID ? snap_absent(path, err) : rc;
}

static int disk_find(struct snap_entry *out, struct snap *snap, const char *path,
		     struct ops_error *err)
{
	const char *name;
	struct stat st;
	int dir, rc;

	rc = open_parent(&dir, &name, root_of(snap), path, err);
	if (rc < 0)
		return rc;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		rc = errno == ENOENT || errno == ENAMETOOLONG ?
			snap_absent(path, err) :
			error_set(err, OPS_EIO, "cannot look at '%s': %s", path,
				  strerror(errno));
	} else {
		memset(out, 0, sizeof(*out));
		out->name = path_name(path);
		out->mode = mode_at(dir, name, &st);
	}
	close(dir);
	return rc;
}

static int disk_read(struct blob *out, struct snap *snap, const char *path,
		     const struct snap_entry *entry, size_t max,
		     struct ops_error *err)
{
	struct buf text = BUF_INIT;
	const char *name;
	int dir, rc;

	(void)entry;
	rc = open_parent(&dir, &name, root_of(snap), path, err);
	if (rc < 0)
		return rc;
	rc = file_read_at(&text, dir, name, max, err);
	if (rc < 0)
		error_prefix(err, "'%s'", path);
	close(dir);
	if (rc == 0)
		rc = snap_copy_blob(out, text.data, text.len, err);
	buf_release(&text);
	return rc;
}

static int path_order(const void *a, const void *b)
{
	const struct snap_entry *x = a, *y = b;

	return snap_compare(x->name, x->mode == SNAP_DIR, y->name,
			    y->mode == SNAP_DIR);
}

struct entries {
	struct snap_entry *v;
	size_t nr, cap;
};

static int add_entry(struct entries *list, int fd, const char *name,
		     struct arena *arena, struct ops_error *err)
{
	struct snap_entry *more;
	struct stat st;
	size_t cap;

	/* Gone between readdir and here: then it isn't an entry. */
	if (fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return errno == ENOENT ? 0 :
			error_set(err, OPS_EIO, "cannot look at '%s': %s", name,
				  strerror(errno));
	if (list->nr == SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "a directory has more than %d entries",
				 SNAP_DIR_MAX);
	if (list->nr == list->cap) {
		cap = list->cap ? list->cap * 2 : 64;
		more = realloc(list->v, cap * sizeof(*more));
		if (!more)
			return error_nomem(err);
		list->v = more;
		list->cap = cap;
	}
	memset(&list->v[list->nr], 0, sizeof(*list->v));
	list->v[list->nr].name = arena_str(arena, name);
	list->v[list->nr].mode = mode_at(fd, name, &st);
	return list->v[list->nr++].name ? 0 : error_nomem(err);
}

static int read_directory(struct entries *list, int fd, const char *path,
			  struct arena *arena, struct ops_error *err)
{
	struct dirent *d;
	DIR *stream;
	int rc = 0;

	stream = fdopendir(fd);
	if (!stream) {
		close(fd);
		return error_set(err, OPS_EIO, "cannot read directory '%s': %s",
				 path, strerror(errno));
	}
	while (rc == 0) {
		errno = 0;
		d = readdir(stream);
		if (!d && errno)
			rc = error_set(err, OPS_EIO,
				       "cannot read directory '%s': %s", path,
				       strerror(errno));
		if (!d)
			break;
		if (strcmp(d->d_name, ".") && strcmp(d->d_name, "..") &&
		    strcmp(d->d_name, ".git"))
			rc = add_entry(list, fd, d->d_name, arena, err);
	}
	closedir(stream);
	return rc;
}

static int disk_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		     const char *path, struct arena *arena, struct ops_error *err)
{
	struct entries list = { NULL, 0, 0 };
	struct buf inner = BUF_INIT;
	void *copy;
	const char *name;
	int fd, rc;

	*out = NULL;
	*nr = 0;
	buf_printf(&inner, "%s%s.", path, *path ? "/" : "");
	if (buf_failed(&inner))
		return error_nomem(err);
	/* The parent of "path/." is the directory itself. */
	rc = open_parent(&fd, &name, root_of(snap), inner.data, err);
	buf_release(&inner);
	if (rc < 0)
		return rc == OPS_ENOTFOUND ? 0 : rc;
	rc = read_directory(&list, fd, path, arena, err);
	if (rc == 0 && list.nr > 0) {
		qsort(list.v, list.nr, sizeof(*list.v), path_order);
		copy = arena_dup(arena, list.v, list.nr * sizeof(*list.v));
		if (copy) {
			*out = copy;
			*nr = list.nr;
		} else {
			rc = error_nomem(err);
		}
	}
	free(list.v);
	return rc;
}

static void disk_release(struct snap *snap)
{
	free(((struct snap_disk *)snap)->root);
}

static const struct snap_kind disk_kind = {
	disk_list, disk_find, disk_read, disk_release
};

static int open_disk(struct snap **out, struct store *s, const char *root,
		     struct ops_error *err)
{
	struct snap_disk *d = calloc(1, sizeof(*d));

	if (!d)
		return error_nomem(err);
	d->snap.kind = &disk_kind;
	d->snap.store = s;
	d->root = strdup(root);
	if (!d->root) {
		free(d);
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
