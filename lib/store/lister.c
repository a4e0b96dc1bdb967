/* SPDX-License-Identifier: MIT */
/*
 * Listing one directory of the disk.
 *
 * What the system says of an entry beside its name is believed where it says that it is a
 * directory or a file: whoever goes there without following it finds out.  Else, and where all
 * is to be known, the entry is looked at, without following it.  What is gone by then is not
 * there.  Nothing else is left out.
 */
#include "store/lister.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"
#include "store/known.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/digest.h"
#include "util/path.h"

bool lister_is_module(int dir, const char *name)
{
	char inner[PATH_PART_MAX + 8];
	size_t len = strlen(name);
	struct stat git;

	if (len > PATH_PART_MAX)
		return false;
	memcpy(inner, name, len);
	memcpy(inner + len, "/.git", 6);
	return fstatat(dir, inner, &git, AT_SYMLINK_NOFOLLOW) == 0;
}

static enum snap_mode mode_at(int dir, const char *name, const struct stat *st)
{
	if (S_ISLNK(st->st_mode))
		return SNAP_LINK;
	if (S_ISREG(st->st_mode))
		return st->st_mode & 0100 ? SNAP_EXEC : SNAP_FILE;
	if (!S_ISDIR(st->st_mode) || strlen(name) > PATH_PART_MAX)
		return SNAP_OTHER;
	return lister_is_module(dir, name) ? SNAP_MODULE : SNAP_DIR;
}

static bool is_file(const struct snap_entry *e)
{
	return e->mode == SNAP_FILE || e->mode == SNAP_EXEC;
}

/* What the index knows of a file, which it has at `place`. */
static void tell_known(struct snap_entry *e, const struct known *known, size_t place,
		       const struct stat *st)
{
	e->mode = known_exec(known, place, st) ? SNAP_EXEC : SNAP_FILE;
	e->has_oid = known_oid(&e->oid, known, place, st);
}

void lister_entry(struct snap_entry *out, const struct known *known, int dir,
		  const char *path, const char *name, const struct stat *st)
{
	size_t near = 0;

	memset(out, 0, sizeof(*out));
	out->name = name;
	out->mode = mode_at(dir, name, st);
	if (known && is_file(out))
		tell_known(out, known, known_place(known, path, &near), st);
}

void lister_see(struct listed *one, const struct known *known, int dir, const struct stat *st)
{
	struct snap_entry *e = &one->entry;

	e->mode = mode_at(dir, e->name, st);
	e->has_oid = false;
	if (known && is_file(e))
		tell_known(e, known, one->place, st);
	one->state = LISTED_ALL;
}

int lister_order(const void *a, const void *b)
{
	const struct snap_entry *x = a, *y = b;

	return snap_compare(x->name, x->mode == SNAP_DIR, y->name,
			    y->mode == SNAP_DIR);
}

const struct listed *lister_find(const struct listed *list, size_t nr, const char *path)
{
	struct snap_entry key = { .name = path_name(path), .mode = SNAP_FILE };
	const struct listed *found = NULL;

	if (nr)
		found = bsearch(&key, list, nr, sizeof(*list), lister_order);
	/* Where the name of a directory comes is another place. */
	key.mode = SNAP_DIR;
	if (!found && nr)
		found = bsearch(&key, list, nr, sizeof(*list), lister_order);
	return found;
}

/* Take down a name that was found, and its kind. */
static int add_name(struct lister *l, const char *name, size_t len, unsigned char kind,
		    struct ops_error *err)
{
	struct listed *one;

	if (l->nr == SNAP_DIR_MAX)
		return error_set(err, OPS_EINVALID,
				 "a directory has more than %d entries",
				 SNAP_DIR_MAX);
	if (array_room(&l->v, l->nr, &l->cap, sizeof(*l->v)) < 0)
		return error_nomem(err);
	one = &l->v[l->nr];
	memset(one, 0, sizeof(*one));
	one->entry.mode = kind == DT_DIR ? SNAP_DIR : kind == DT_REG ? SNAP_FILE : SNAP_OTHER;
	one->state = one->entry.mode == SNAP_OTHER ? LISTED_NAME : LISTED_KIND;
	one->place = KNOWN_NOWHERE;
	one->entry.name = arena_dup(l->arena, name, len);
	if (!one->entry.name)
		return error_nomem(err);
	l->nr++;
	return 0;
}

/* One of its names, unless it is not of the tree. */
static int take_name(struct lister *l, const struct dirent64 *found, struct ops_error *err)
{
	const char *name = found->d_name;

	if (*name == '.' && (!name[1] || !strcmp(name, "..")))
		return 0;
	if (strcmp(name, ".git") != 0)
		return add_name(l, name, strlen(name), found->d_type, err);
	l->module = true;
	return 0;
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
			rc = take_name(l, one, err);
		}
	} while (rc == 0 && nr > 0);
	return rc;
}

const char *lister_below(struct lister *l, size_t i)
{
	path_put(&l->below, l->path, l->v[i].entry.name);
	return buf_failed(&l->below) ? NULL : l->below.data;
}

/* Find out of an entry whether the index has it. */
static int find_place(struct listed *one, struct lister *l, size_t i,
		      const struct known *known, size_t *near, struct ops_error *err)
{
	const char *path = known && one->entry.mode != SNAP_DIR ? lister_below(l, i) : NULL;

	if (path)
		one->place = known_place(known, path, near);
	return buf_failed(&l->below) ? error_nomem(err) : 0;
}

/* Look at an entry; *gone: it is not there any more. */
static int look_at(struct listed *one, bool *gone, struct lister *l, size_t i,
		   const struct known *known, int fd, struct ops_error *err)
{
	struct stat st = { .st_mode = S_IFDIR };
	const char *name = l->whole ? lister_below(l, i) : one->entry.name;

	if (!name)
		return error_nomem(err);
	/* Of a directory there is no more to see than that it is one. */
	*gone = fd < 0 || (one->entry.mode != SNAP_DIR &&
			   fstatat(fd, name, &st, AT_SYMLINK_NOFOLLOW) != 0);
	if (!*gone)
		lister_see(one, known, fd, &st);
	else if (fd >= 0 && errno != ENOENT)
		return error_set(err, OPS_EIO, "cannot look at '%s': %s", name, strerror(errno));
	return 0;
}

/* Whether less is known of an entry than is asked for. */
static bool is_wanted(const struct listed *one, enum lister_look much)
{
	return one->state == LISTED_NAME ||
	       (one->state == LISTED_KIND &&
		(much == LOOK_ALL || (much == LOOK_FILES && one->entry.mode == SNAP_FILE)));
}

/* Look at all of which less is known, in order, as the index has them. */
static int look(struct lister *l, int fd, const struct known *known, enum lister_look much,
		struct ops_error *err)
{
	size_t i, nr = 0, near = 0;
	bool moved = false;
	int rc = 0;

	for (i = 0; rc == 0 && i < l->nr; i++) {
		struct listed one = l->v[i];
		bool directory = one.entry.mode == SNAP_DIR, gone = false;

		if (one.state != LISTED_ALL && one.place == KNOWN_NOWHERE)
			rc = find_place(&one, l, i, known, &near, err);
		if (rc == 0 && is_wanted(&one, much))
			rc = look_at(&one, &gone, l, i, known, fd, err);
		moved |= directory != (one.entry.mode == SNAP_DIR);
		l->moved |= gone;
		if (!gone)
			l->v[nr++] = one;
	}
	l->nr = nr;
	l->moved |= moved;
	/* A directory that was not said to be one, or a module, has another place. */
	if (moved)
		qsort(l->v, l->nr, sizeof(*l->v), lister_order);
	return rc;
}

int lister_read(struct lister *l, int fd, const struct known *known, enum lister_look much,
		struct ops_error *err)
{
	struct stat st;
	int rc;

	/* As it was before it is read: what comes meanwhile makes it another. */
	l->dated = much == LOOK_FILES && known && fstat(fd, &st) == 0 &&
		   known_before(known, &st.st_ctim);
	if (l->dated)
		l->was = dirs_see(l->path, &st);
	rc = read_names(l, fd, err);
	if (rc)
		return rc;
	qsort(l->v, l->nr, sizeof(*l->v), lister_order);
	return look(l, fd, known, much, err);
}

static int add_child(const char *name, size_t len, bool directory, size_t at, void *lister)
{
	struct lister *l = lister;
	int rc = add_name(l, name, len, directory ? DT_DIR : DT_REG, NULL);

	if (rc == 0)
		l->v[l->nr - 1].place = at;
	return rc;
}

/* Names that are longer than what is kept of them; a digest has no NUL. */
static void sum_up_names(struct dir_seen *out, const struct listed *list, size_t nr)
{
	struct digest_state state;
	char hex[DIGEST_HEX + 1];
	size_t i;

	digest_init(&state);
	for (i = 0; i < nr; i++)
		if (list[i].entry.mode == SNAP_DIR)
			digest_add(&state, list[i].entry.name, strlen(list[i].entry.name) + 1);
	digest_end(&state, hex);
	memcpy(out->names, hex, sizeof(out->names));
}

/* What a directory holds, as far as it is not looked at again. */
static void sum_up(struct dir_seen *out, const struct listed *list, size_t nr)
{
	size_t i, len, room = sizeof(out->names) - 1;
	char *at = out->names;

	out->files = out->directories = 0;
	memset(out->names, 0, sizeof(out->names));
	for (i = 0; i < nr; i++) {
		if (list[i].entry.mode != SNAP_DIR) {
			out->files++;
			continue;
		}
		out->directories++;
		len = strlen(list[i].entry.name) + 1;
		if (at && len <= room) {
			memcpy(at, list[i].entry.name, len);
			at += len;
			room -= len;
		} else {
			at = NULL;
		}
	}
	if (!at)
		sum_up_names(out, list, nr);
}

static bool holds_same(const struct lister *l, const struct dir_seen *seen)
{
	struct dir_seen now;

	sum_up(&now, l->v, l->nr);
	return now.files == seen->files && now.directories == seen->directories &&
	       !memcmp(now.names, seen->names, sizeof(now.names));
}

/* Whether the directory is there, and as it was; not by way of a link, which leads to
 * another tree, though that be the same directory.  Who goes from one to the next below it asks
 * of each part once. */
static bool is_there(struct lister *l, int top, const struct dir_seen *seen)
{
	size_t len = path_directory_len(l->path);
	struct stat st;
	bool real = !len || (l->real.len >= len && !memcmp(l->real.data, l->path, len) &&
			     (l->real.len == len || l->real.data[len] == '/'));
	int fd;

	if (!real) {
		buf_clear(&l->real);
		buf_add(&l->real, l->path, len);
		fd = buf_failed(&l->real) ? -1 : file_directory_at(top, l->real.data);
		real = fd >= 0;
		if (real)
			close(fd);
	}
	if (!real || fstatat(top, *l->path ? l->path : ".", &st, AT_SYMLINK_NOFOLLOW) ||
	    !dirs_is_same(seen, &st)) {
		buf_clear(&l->real);
		return false;
	}
	buf_clear(&l->real);
	buf_str(&l->real, l->path);
	return true;
}

/* The index may have changed since.  It has the same names when its directories are those that it
 * had, its files as many, and each of these is there and no directory. */
bool lister_recall(struct lister *l, int top, const struct dir_seen *seen,
		   const struct known *known)
{
	if (!seen || !is_there(l, top, seen))
		return false;
	l->whole = true;
	if (known_children(known, l->path, add_child, l) == 0 && holds_same(l, seen) &&
	    look(l, top, known, LOOK_FILES, NULL) == 0 && !l->moved) {
		l->dated = true;
		l->was = *seen;
		return true;
	}
	lister_clear(l);
	return false;
}

struct comparing {
	const struct listed *list;
	size_t nr, at;
};

static int compare_child(const char *name, size_t len, bool directory, size_t at, void *comparing)
{
	struct comparing *c = comparing;
	const struct snap_entry *e = c->at < c->nr ? &c->list[c->at++].entry : NULL;

	(void)at;
	if (!e || strncmp(e->name, name, len) || e->name[len] ||
	    (e->mode == SNAP_DIR) != directory || e->mode == SNAP_MODULE)
		return 1;
	return 0;
}

bool lister_is_index(struct dir_seen *out, const struct listed *list, size_t nr,
		     const char *path, const struct known *known)
{
	struct comparing c = { list, nr, 0 };

	if (known_children(known, path, compare_child, &c) || c.at != nr)
		return false;
	sum_up(out, list, nr);
	return true;
}

int lister_resume(struct lister *l, const struct listed *list, size_t nr,
		  struct ops_error *err)
{
	lister_clear(l);
	for (; l->nr < nr; l->nr++) {
		if (array_room(&l->v, l->nr, &l->cap, sizeof(*l->v)) < 0)
			return error_nomem(err);
		l->v[l->nr] = list[l->nr];
	}
	return 0;
}

void lister_tell(struct lister *l, size_t i, bool module)
{
	l->v[i].state = LISTED_ALL;
	if (module) {
		l->v[i].entry.mode = SNAP_MODULE;
		l->moved = true;
	}
}

bool lister_is_done(const struct lister *l)
{
	size_t i = 0;

	while (i < l->nr && l->v[i].state == LISTED_ALL)
		i++;
	return i == l->nr;
}

int lister_look(struct lister *l, int fd, const struct known *known, struct ops_error *err)
{
	return look(l, fd, known, LOOK_ALL, err);
}

int lister_take(struct listed **out, const struct lister *l, bool names, struct arena *arena,
		struct ops_error *err)
{
	struct listed *list = (void *)arena_dup(arena, l->v, l->nr * sizeof(*list));
	size_t i;

	for (i = 0; names && list && i < l->nr; i++)
		if (!(list[i].entry.name = arena_str(arena, l->v[i].entry.name)))
			list = NULL;
	if (!list)
		return error_nomem(err);
	*out = list;
	return 0;
}

static void lister_free(struct lister *l)
{
	if (!l)
		return;
	free(l->v);
	arena_free(l->arena);
	arena_free(l->kept);
	buf_release(&l->below);
	buf_release(&l->real);
	free(l);
}

static struct lister *lister_new(void)
{
	struct lister *l = calloc(1, sizeof(*l));

	if (l) {
		buf_init(&l->below);
		buf_init(&l->real);
		l->arena = arena_new();
		l->kept = arena_new();
	}
	if (!l || (l->arena && l->kept))
		return l;
	lister_free(l);
	return NULL;
}

void lister_clear(struct lister *l)
{
	l->nr = 0;
	l->module = l->moved = l->whole = l->dated = false;
	arena_clear(l->arena);
}

struct lister *listers_begin(struct listers *all, const char *path)
{
	struct lister *l = all->idle;

	if (l)
		all->idle = l->next;
	else
		l = lister_new();
	if (l) {
		lister_clear(l);
		l->path = path;
		l->next = all->busy;
		all->busy = l;
	}
	return l;
}

void listers_end(struct listers *all, struct lister *l)
{
	struct lister **at = &all->busy;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	l->next = all->idle;
	all->idle = l;
}

bool listers_busy(const struct listers *all, const char *path)
{
	const struct lister *l = all->busy;

	while (l && strcmp(l->path, path))
		l = l->next;
	return l != NULL;
}

void listers_release(struct listers *all)
{
	struct lister *l;

	while ((l = all->idle)) {
		all->idle = l->next;
		lister_free(l);
	}
}
