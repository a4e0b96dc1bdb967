/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of the work tree, as it is on disk now, to the byte.
 *
 * Every directory is opened part by part without following links, so that a
 * link planted anywhere in the tree is an entry and never a way out of it.
 * Entries named .git are not part of the tree; a directory that holds one is a
 * repository of its own and shown as a module.
 *
 * A snapshot is read more than once, by the check and by the comparison with the tip. So it keeps
 * what it listed, the directory it read from last, and what the index knows of untouched files.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/file.h"
#include "store/known.h"
#include "store/lister.h"
#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/path.h"

#define KEPT_MAX 50000		/* entries */
#define MANY 512		/* files: then a thread that lists ahead is worth it */

struct listing {
	struct listed *list;
	size_t nr;
	bool all;		/* is known of each of them */
	bool completing;	/* somebody finds out the rest */
	bool module;		/* it is a repository of its own */
	size_t files;		/* below it: so many, or one of ... */
	bool dated;		/* how it was is known: */
	struct dir_seen was;
};

enum { FILES_UNCOUNTED = 0, FILES_UNKNOWN = SIZE_MAX };

struct snap_disk {
	struct snap snap;
	char *root;
	int top;			/* open at `root`; -1: it could not be */
	struct known *known;		/* NULL: not in a work tree */
	enum lister_look names;		/* of what is listed by name, so much */
	const struct dir_seen *seen;	/* those, when they are as they were */
	size_t seen_nr;
	bool noted;			/* it is noted when they change */
	dev_t device;
	pthread_mutex_t lists;		/* of the next six: another thread may list too */
	pthread_cond_t listed;		/* one of those that were busy */
	struct arena *arena;
	struct map *listings;		/* by directory; what is kept stays where it is */
	size_t kept;
	struct listers listers;
	pthread_mutex_t lock;		/* of the next two: files may be read by another
					   thread */
	int dir;			/* open at `dir_path`, or -1 */
	char dir_path[PATH_MAX_BYTES + 1];
};

/* Open a directory, for the caller to close.  OPS_ENOTFOUND also when a part is a link. */
static int open_directory(int *out, struct snap_disk *d, const char *path, struct ops_error *err)
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
	if (d->top >= 0 && errno == ENOENT)
		return snap_absent(path, err);
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

/* A file of which only the kind was known was opened; or one that was known was read, and may
 * not be so any more. */
static void note_seen(struct snap_disk *d, struct listed *one, const struct stat *st)
{
	pthread_mutex_lock(&d->lists);
	if (one->state != LISTED_ALL || d->names == LOOK_FILES)
		lister_see(one, d->known, -1, st);
	pthread_mutex_unlock(&d->lists);
}

static int disk_read(struct blob *out, struct snap *snap, const char *path,
		     const struct snap_entry *entry, size_t max, struct ops_error *err)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	struct stat st = { .st_mode = 0 };
	const char *name;
	int dir, rc;

	/* Nearly always: without the lock, so that threads read side by side. */
	if (d->top < 0 ||
	    !file_take_below(&rc, &out->owner, &out->len, &st, d->names == LOOK_FILES, d->top,
			     path, max, err)) {
		pthread_mutex_lock(&d->lock);
		rc = open_parent(&dir, &name, snap, path, err);
		if (rc < 0) {
			pthread_mutex_unlock(&d->lock);
			return rc;
		}
		rc = file_take_at(&out->owner, &out->len, &st, d->names == LOOK_FILES, dir, name,
				  max, err);
		pthread_mutex_unlock(&d->lock);
	}
	if (rc == OPS_EINVALID && !S_ISREG(st.st_mode)) {
		rc = OPS_ENOTFOUND;	/* it is too large only if it is a file */
		if (err)
			err->status = rc;
	}
	if (rc < 0) {
		error_prefix(err, "'%s'", path);
		return rc;
	}
	out->data = out->owner;
	if (entry->unseen)
		note_seen(d, entry->unseen, &st);
	return 0;
}

/* List a directory, or look `again` at what it had.  One that is not there has no entries, and
 * those of one that is gone by now are gone, too. */
static int look_into(struct lister *l, struct snap_disk *d, bool again, bool all,
		     struct ops_error *err)
{
	int fd, rc;

	if (!again && d->seen_nr &&
	    lister_recall(l, d->top, dirs_find(d->seen, d->seen_nr, l->path), d->known))
		return 0;
	rc = open_directory(&fd, d, l->path, err);
	if (rc < 0 && rc != OPS_ENOTFOUND)
		return rc;
	if (rc < 0)
		return again ? lister_look(l, -1, d->known, err) : 0;
	rc = again ? lister_look(l, fd, d->known, err) :
	     lister_read(l, fd, d->known, all ? LOOK_ALL : d->names, err);
	close(fd);
	return rc;
}

/* A listing to be kept, of what was listed. */
static int make_listing(struct listing **out, struct lister *l, bool all, struct ops_error *err)
{
	struct listing *made = arena_alloc(l->kept, sizeof(*made));

	if (!made)
		return error_nomem(err);
	made->nr = l->nr;
	made->all = all;
	made->module = l->module;
	made->dated = l->dated;
	made->was = l->was;
	*out = made;
	return l->nr ? lister_take(&made->list, l, true, l->kept, err) : 0;
}

/* What is known without looking: the directories that were listed. */
static int tell_modules(struct lister *l, struct snap_disk *d, struct ops_error *err)
{
	const struct listing *below;
	const char *path;
	size_t i;

	for (i = 0; i < l->nr; i++) {
		if (l->v[i].state == LISTED_ALL || l->v[i].entry.mode != SNAP_DIR)
			continue;
		if (!(path = lister_below(l, i)))
			return error_nomem(err);
		below = map_get(d->listings, path);
		if (below)
			lister_tell(l, i, below->module);
	}
	return 0;
}

/* Make a kept listing one of which all is known, as listing_of() does. */
static int complete(struct listing *kept, struct snap_disk *d, struct lister *l,
		    struct ops_error *err)
{
	int rc = lister_resume(l, kept->list, kept->nr, err);

	if (rc == 0)
		rc = tell_modules(l, d, err);
	if (rc == 0 && !lister_is_done(l)) {
		pthread_mutex_unlock(&d->lists);
		rc = look_into(l, d, true, true, err);
		pthread_mutex_lock(&d->lists);
	}
	/* Who reads a file of the list keeps a place of it, so they stay where they are. */
	if (rc == 0 && l->moved) {
		qsort(l->v, l->nr, sizeof(*l->v), lister_order);
		rc = lister_take(&kept->list, l, false, d->arena, err);
	} else if (rc == 0 && l->nr) {
		memcpy(kept->list, l->v, l->nr * sizeof(*l->v));
	}
	if (rc == 0) {
		kept->nr = l->nr;
		kept->all = true;
	}
	return rc;
}

/* The kept listing of a directory, made if there is room for it; of its entries all is known,
 * if that is asked for.  Without room: NULL, or the entries in *other, of `arena` unless that
 * is NULL, and all of them.  With the lock `lists`, which is left while the disk is looked
 * at. */
static int listing_of(struct listing **out, struct listing *other, struct snap_disk *d,
		      const char *path, bool all, struct arena *arena, struct ops_error *err)
{
	struct listing *made = NULL;
	struct lister *l;
	bool keeps;
	int rc;

	while ((*out = map_get(d->listings, path)) && (*out)->completing)
		pthread_cond_wait(&d->listed, &d->lists);
	if (*out ? (*out)->all || !all : d->kept >= KEPT_MAX && !arena)
		return 0;
	l = listers_begin(&d->listers, path);
	if (!l)
		return error_nomem(err);
	if (*out) {
		(*out)->completing = true;
		rc = complete(*out, d, l, err);
		(*out)->completing = false;
		listers_end(&d->listers, l);
		pthread_cond_broadcast(&d->listed);
		return rc;
	}
	keeps = d->kept < KEPT_MAX;
	all |= !keeps;
	pthread_mutex_unlock(&d->lists);
	rc = look_into(l, d, false, all, err);
	if (rc == 0 && keeps)
		rc = make_listing(&made, l, all, err);
	pthread_mutex_lock(&d->lists);
	/* Two may be at it: that is sooner done than one has waited for the other. */
	if (rc == 0 && map_has(d->listings, path)) {
		listers_end(&d->listers, l);
		return listing_of(out, other, d, path, all, arena, err);
	}
	if (rc == 0 && made) {
		rc = map_put(d->listings, path, made) ? error_nomem(err) : 0;
		*out = rc ? NULL : made;
		d->kept += l->nr + 1;
	} else if (rc == 0 && arena) {
		other->nr = l->nr;
		other->module = l->module;
		rc = l->nr ? lister_take(&other->list, l, true, arena, err) : 0;
	}
	listers_end(&d->listers, l);
	pthread_cond_broadcast(&d->listed);
	return rc;
}

/* Copy entries: whoever lists may sort.  `again`: who reads one tells more, of all of them. */
static int give_entries(struct snap_entry **out, size_t *nr, const struct listing *l, bool again,
			struct arena *arena, struct ops_error *err)
{
	struct snap_entry *list;
	size_t i;

	if (!l->nr)
		return 0;
	list = arena_array(arena, l->nr, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; i < l->nr; i++) {
		list[i] = l->list[i].entry;
		if (again || l->list[i].state != LISTED_ALL)
			list[i].unseen = &l->list[i];
	}
	*out = list;
	*nr = l->nr;
	return 0;
}

static int give_list(struct snap_entry **out, size_t *nr, bool *module, bool all,
		     struct snap *snap, const char *path, struct arena *arena,
		     struct ops_error *err)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	struct listing other = { .list = NULL }, *l;
	int rc;

	*out = NULL;
	*nr = 0;
	pthread_mutex_lock(&d->lists);
	rc = listing_of(&l, &other, d, path, all, arena, err);
	if (rc == 0 && !l)
		l = &other;
	if (rc == 0)
		rc = give_entries(out, nr, l, d->names == LOOK_FILES && l != &other, arena, err);
	*module = rc == 0 && *path && l->module;
	pthread_mutex_unlock(&d->lists);
	return rc;
}

static int disk_names(struct snap_entry **out, size_t *nr, bool *module, struct snap *snap,
		      const char *path, struct arena *arena, struct ops_error *err)
{
	return give_list(out, nr, module, false, snap, path, arena, err);
}

static void disk_name_ids(struct snap *snap, const struct dir_seen *seen, size_t nr)
{
	struct snap_disk *d = (struct snap_disk *)snap;

	d->names = LOOK_FILES;
	d->noted = d->known && dirs_are_noted(&d->device, d->top);
	d->seen = seen;
	d->seen_nr = d->noted ? nr : 0;
}

static int disk_dirs_seen(struct dir_seen **out, size_t *nr, struct snap *snap,
			  struct arena *arena, struct ops_error *err)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	size_t i, all = d->noted ? map_count(d->listings) : 0;

	*out = arena_array(arena, all + 1, sizeof(**out));
	for (i = 0; *out && i < all; i++) {
		const struct map_entry *one = map_at(d->listings, i);
		const struct listing *l = one->value;

		(*out)[*nr] = l->was;
		if (l->dated && !l->module && l->was.device == d->device &&
		    lister_is_index(&(*out)[*nr], l->list, l->nr, one->key, d->known))
			(*nr)++;
	}
	return *out ? 0 : error_nomem(err);
}

static int disk_list(struct snap_entry **out, size_t *nr, struct snap *snap,
		     const char *path, struct arena *arena, struct ops_error *err)
{
	bool module;

	return give_list(out, nr, &module, true, snap, path, arena, err);
}

/* The entry at `path` if the listing of its directory says all about it. */
static int find_known(struct snap_entry *out, bool *is, struct snap_disk *d, const char *path,
		      struct ops_error *err)
{
	char parent[PATH_MAX_BYTES + 1];
	size_t len = path_directory_len(path);
	const struct listed *found;
	struct listing *l = NULL;
	int rc;

	*is = false;
	if (len > PATH_MAX_BYTES)
		return 0;
	memcpy(parent, path, len);
	parent[len] = '\0';
	pthread_mutex_lock(&d->lists);
	rc = listing_of(&l, NULL, d, parent, false, NULL, err);
	if (rc == 0 && l && !(found = lister_find(l->list, l->nr, path))) {
		rc = snap_absent(path, err);
	} else if (rc == 0 && l && found->state == LISTED_ALL) {
		*out = found->entry;
		out->name = path_name(path);
		*is = true;
	}
	pthread_mutex_unlock(&d->lists);
	return rc;
}

static int disk_find(struct snap_entry *out, struct snap *snap, const char *path,
		     struct ops_error *err)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	const char *name;
	struct stat st;
	bool is;
	int dir, rc = find_known(out, &is, d, path, err);

	if (rc < 0 || is)
		return rc;
	pthread_mutex_lock(&d->lock);
	rc = open_parent(&dir, &name, snap, path, err);
	if (rc == 0 && fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0)
		lister_entry(out, d->known, dir, path, name, &st);
	else if (rc == 0)
		rc = errno == ENOENT || errno == ENAMETOOLONG ?
			snap_absent(path, err) :
			error_set(err, OPS_EIO, "cannot look at '%s': %s", path, strerror(errno));
	pthread_mutex_unlock(&d->lock);
	return rc;
}

static size_t known_files(struct snap_disk *d, const char *dir);

/* The files below an entry of that directory, or FILES_UNKNOWN. */
static size_t known_below(struct snap_disk *d, const char *dir, const struct snap_entry *e)
{
	char path[PATH_MAX_BYTES + 1];

	if (e->mode != SNAP_DIR)
		return e->has_oid ? 1 : FILES_UNKNOWN;
	return path_join(path, dir, e->name) ? known_files(d, path) : FILES_UNKNOWN;
}

/* How many files lie below a directory, if each is as the index knows it and there is
 * nothing else; else FILES_UNKNOWN. */
static size_t known_files(struct snap_disk *d, const char *dir)
{
	struct listing *l = NULL;
	size_t i, sum = 0, below;

	pthread_mutex_lock(&d->lists);
	if (listing_of(&l, NULL, d, dir, true, NULL, NULL))
		l = NULL;
	pthread_mutex_unlock(&d->lists);
	if (!l || l->files)
		return l ? l->files : FILES_UNKNOWN;
	l->files = FILES_UNKNOWN;
	for (i = 0; i < l->nr; i++) {
		below = known_below(d, dir, &l->list[i].entry);
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

static bool disk_may_have_modules(struct snap *snap)
{
	const struct known *known = ((struct snap_disk *)snap)->known;

	return known && known_may_have_modules(known);
}

static bool disk_lists_aside(struct snap *snap)
{
	struct snap_disk *d = (struct snap_disk *)snap;

	return d->known && known_count(d->known) >= MANY;
}

static bool disk_is_listed(struct snap *snap, const char *dir)
{
	struct snap_disk *d = (struct snap_disk *)snap;
	bool is;

	pthread_mutex_lock(&d->lists);
	is = map_has(d->listings, dir) || listers_busy(&d->listers, dir);
	pthread_mutex_unlock(&d->lists);
	return is;
}

static void disk_release(struct snap *snap)
{
	struct snap_disk *d = (struct snap_disk *)snap;

	listers_release(&d->listers);
	if (d->dir >= 0)
		close(d->dir);
	if (d->top >= 0)
		close(d->top);
	known_free(d->known);
	arena_free(d->arena);
	free(d->root);
	pthread_cond_destroy(&d->listed);
	pthread_mutex_destroy(&d->lists);
	pthread_mutex_destroy(&d->lock);
}

static const struct snap_kind disk_kind = {
	.list = disk_list,
	.find = disk_find,
	.read = disk_read,
	.release = disk_release,
	.is_tree = disk_is_tree,
	.ignores = disk_ignores,
	.lists_aside = disk_lists_aside,
	.is_listed = disk_is_listed,
	.names = disk_names,
	.name_ids = disk_name_ids,
	.dirs_seen = disk_dirs_seen,
	.may_have_modules = disk_may_have_modules,
};

/* Held for so short that who waits spins first, where that can be had. */
#ifdef PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#define BRIEF PTHREAD_ADAPTIVE_MUTEX_INITIALIZER_NP
#else
#define BRIEF PTHREAD_MUTEX_INITIALIZER
#endif

static int open_disk(struct snap **out, struct store *s, const char *root, struct ops_error *err)
{
	struct snap_disk *d = calloc(1, sizeof(*d));

	if (!d)
		return error_nomem(err);
	d->lock = (pthread_mutex_t)PTHREAD_MUTEX_INITIALIZER;
	d->lists = (pthread_mutex_t)BRIEF;
	d->listed = (pthread_cond_t)PTHREAD_COND_INITIALIZER;
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

int snap_of_disk(struct snap **out, enum known_what *what, struct store *s,
		 struct ops_error *err)
{
	int rc = open_disk(out, s, s->work_dir, err);

	if (rc == 0)
		*what = known_what(((struct snap_disk *)*out)->known);
	return rc;
}

int snap_of_directory(struct snap **out, const char *path, struct ops_error *err)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode) ? open_disk(out, NULL, path, err) :
	       error_set(err, OPS_ENOTFOUND, "there is no directory '%s'", path);
}
