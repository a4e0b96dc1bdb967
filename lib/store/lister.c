/* SPDX-License-Identifier: MIT */
/*
 * Listing one directory of the disk.
 *
 * What the system says of an entry beside its name is believed where it is said at once
 * that it is a directory; else, and where it says nothing, the entry is looked at, without
 * following it.  What is gone by then is not there.  Nothing else is left out.
 */
#include "store/lister.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/known.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/path.h"

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

void lister_entry(struct snap_entry *out, const struct known *known, int dir,
		  const char *path, const char *name, const struct stat *st, size_t *near)
{
	memset(out, 0, sizeof(*out));
	out->name = name;
	out->mode = mode_at(dir, name, st);
	if (known && (out->mode == SNAP_FILE || out->mode == SNAP_EXEC))
		out->has_oid = known_oid(&out->oid, known, path, st, near);
}

int lister_order(const void *a, const void *b)
{
	const struct snap_entry *x = a, *y = b;

	return snap_compare(x->name, x->mode == SNAP_DIR, y->name,
			    y->mode == SNAP_DIR);
}

/* Take down a name that was found, for look_at() to say more about it. */
static int add_name(struct lister *l, const struct dirent64 *found, struct ops_error *err)
{
	struct snap_entry *e;

	if (l->nr == SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "a directory has more than %d entries",
				 SNAP_DIR_MAX);
	if (array_room(&l->v, l->nr, &l->cap, sizeof(*l->v)) < 0)
		return error_nomem(err);
	e = &l->v[l->nr];
	memset(e, 0, sizeof(*e));
	e->mode = found->d_type == DT_DIR ? SNAP_DIR : SNAP_OTHER;
	e->name = arena_str(l->arena, found->d_name);
	if (!e->name)
		return error_nomem(err);
	l->nr++;
	return 0;
}

static bool is_own(const char *name)
{
	return !strcmp(name, ".") || !strcmp(name, "..") || !strcmp(name, ".git");
}

/* The names in an open directory.  Not by readdir(), which takes memory and asks the
 * system twice before it begins: most directories are small. */
static int read_names(struct lister *l, int fd, struct ops_error *err)
{
	const struct dirent64 *one;
	ssize_t nr, at;
	int rc = 0;

	do {
		nr = getdents64(fd, l->dirents, sizeof(l->dirents));
		if (nr < 0)
			rc = error_set(err, OPS_EIO, "cannot read directory '%s': %s", l->path,
				       strerror(errno));
		for (at = 0; rc == 0 && at < nr; at += one->d_reclen) {
			one = (const void *)((const char *)l->dirents + at);
			if (!is_own(one->d_name))
				rc = add_name(l, one, err);
		}
	} while (rc == 0 && nr > 0);
	return rc;
}

/* Look at an entry; *gone: it is not there any more. */
static int look_at(struct snap_entry *e, bool *gone, struct lister *l,
		   const struct known *known, int fd, size_t *near, struct ops_error *err)
{
	struct stat st = { .st_mode = S_IFDIR };
	size_t len = l->below.len;

	/* Of a directory there is no more to see than that it is one. */
	*gone = e->mode != SNAP_DIR && fstatat(fd, e->name, &st, AT_SYMLINK_NOFOLLOW) != 0;
	if (*gone)
		return errno == ENOENT ? 0 :
		       error_set(err, OPS_EIO, "cannot look at '%s': %s", e->name,
				 strerror(errno));
	buf_str(&l->below, e->name);
	if (buf_failed(&l->below))
		return error_nomem(err);
	lister_entry(e, known, fd, l->below.data, e->name, &st, near);
	l->below.len = len;
	return 0;
}

/* Look at all of them in order, as the index has them. */
static int look_at_all(struct lister *l, const struct known *known, int fd,
		       struct ops_error *err)
{
	bool gone, moved = false;
	size_t i, nr = 0, near = 0;
	int rc = 0;

	buf_clear(&l->below);
	if (*l->path) {
		buf_str(&l->below, l->path);
		buf_char(&l->below, '/');
	}
	qsort(l->v, l->nr, sizeof(*l->v), lister_order);
	for (i = 0; rc == 0 && i < l->nr; i++) {
		struct snap_entry one = l->v[i];
		bool directory = one.mode == SNAP_DIR;

		rc = look_at(&one, &gone, l, known, fd, &near, err);
		if (rc || gone)
			continue;
		moved |= directory != (one.mode == SNAP_DIR);
		l->v[nr++] = one;
	}
	l->nr = nr;
	/* A directory that was not said to be one, or a module, has another place. */
	if (moved)
		qsort(l->v, l->nr, sizeof(*l->v), lister_order);
	return rc;
}

int lister_read(struct lister *l, int fd, const struct known *known, struct ops_error *err)
{
	int rc = read_names(l, fd, err);

	return rc ? rc : look_at_all(l, known, fd, err);
}

int lister_take(struct snap_entry **out, const struct lister *l, struct arena *arena,
		struct ops_error *err)
{
	struct snap_entry *list = (void *)arena_dup(arena, l->v, l->nr * sizeof(*list));
	size_t i;

	for (i = 0; list && i < l->nr; i++)
		if (!(list[i].name = arena_str(arena, l->v[i].name)))
			list = NULL;
	if (!list)
		return error_nomem(err);
	*out = list;
	return 0;
}

void lister_free(struct lister *l)
{
	if (!l)
		return;
	free(l->v);
	arena_free(l->arena);
	buf_release(&l->below);
	free(l);
}

struct lister *lister_new(void)
{
	struct lister *l = calloc(1, sizeof(*l));

	if (l) {
		buf_init(&l->below);
		l->arena = arena_new();
	}
	if (!l || l->arena)
		return l;
	lister_free(l);
	return NULL;
}

void lister_clear(struct lister *l)
{
	l->nr = 0;
	arena_clear(l->arena);
}
