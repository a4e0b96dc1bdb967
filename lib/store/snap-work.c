/* SPDX-License-Identifier: MIT */
/*
 * Snapshots of the work tree as git would commit it: what is on the disk, with line endings as
 * git stores them, and beside it what a sparse checkout left out.
 *
 * Neither is a change of anybody's: a commit of all that is there holds these files as they
 * are here.  Must never run a filter that a program is; those that libgit2 has built in are
 * for line endings and $Id$.
 *
 * Nearly no file has anything to convert, and no other is looked at twice.
 */
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"
#include "store/known.h"
#include "store/snap-kind.h"
#include "store/work.h"
#include "util/arena.h"

struct snap_work {
	struct snap snap;
	struct snap *disk;
	struct snap *left_out;		/* of the index; NULL: nothing is */
	pthread_mutex_t converting;	/* files may be read by several threads */
};

static struct snap *disk_of(const struct snap *snap)
{
	return ((const struct snap_work *)snap)->disk;
}

/* Both lists, of which the first one counts where they have the same. */
static int merge(struct snap_entry **out, size_t *nr, struct snap_entry *a, size_t a_nr,
		 const struct snap_entry *b, size_t b_nr, struct arena *arena,
		 struct ops_error *err)
{
	struct snap_entry *both = arena_array(arena, a_nr + b_nr, sizeof(*both));
	size_t i = 0, k = 0, n = 0;
	int order;

	if (!both)
		return error_nomem(err);
	while (i < a_nr || k < b_nr) {
		order = i == a_nr ? 1 : k == b_nr ? -1 :
			snap_compare(a[i].name, a[i].mode == SNAP_DIR, b[k].name,
				     b[k].mode == SNAP_DIR);
		if (order <= 0)
			both[n++] = a[i++];
		else
			both[n++] = b[k];
		k += order >= 0;
	}
	*out = both;
	*nr = n;
	return n > SNAP_DIR_MAX ? error_set(err, OPS_EINVALID, "a directory has more than %d "
					    "entries", SNAP_DIR_MAX) : 0;
}

static int work_list(struct snap_entry **out, size_t *nr, struct snap *snap, const char *dir,
		     struct arena *arena, struct ops_error *err)
{
	struct snap *disk = disk_of(snap), *left = ((struct snap_work *)snap)->left_out;
	struct snap_entry *more = NULL;
	size_t more_nr = 0;
	int rc = disk->kind->list(out, nr, disk, dir, arena, err);

	if (rc == 0 && left)
		rc = left->kind->list(&more, &more_nr, left, dir, arena, err);
	return rc || !more_nr ? rc : merge(out, nr, *out, *nr, more, more_nr, arena, err);
}

static int work_names(struct snap_entry **out, size_t *nr, bool *module, struct snap *snap,
		      const char *dir, struct arena *arena, struct ops_error *err)
{
	struct snap *disk = disk_of(snap);

	/* Of what is left out all is known anyway. */
	return ((struct snap_work *)snap)->left_out ? work_list(out, nr, snap, dir, arena, err) :
	       disk->kind->names(out, nr, module, disk, dir, arena, err);
}

static void work_name_ids(struct snap *snap, const struct dir_seen *seen, size_t nr)
{
	/* Where something was left out the index says of more than what is on the disk. */
	disk_of(snap)->kind->name_ids(disk_of(snap), seen,
				      ((struct snap_work *)snap)->left_out ? 0 : nr);
}

static int work_dirs_seen(struct dir_seen **out, size_t *nr, struct snap *snap,
			  struct arena *arena, struct ops_error *err)
{
	return ((struct snap_work *)snap)->left_out ? 0 :
	       disk_of(snap)->kind->dirs_seen(out, nr, disk_of(snap), arena, err);
}

static int work_find(struct snap_entry *out, struct snap *snap, const char *path,
		     struct ops_error *err)
{
	struct snap *disk = disk_of(snap), *left = ((struct snap_work *)snap)->left_out;
	int rc = disk->kind->find(out, disk, path, left ? NULL : err);

	return rc && left && rc != OPS_ENOMEM ? left->kind->find(out, left, path, err) : rc;
}

/* Whether that is a file that was left out, and is it still. */
static bool is_left_out(struct snap_work *w, const char *path, const struct snap_entry *entry)
{
	struct snap_entry found;

	return w->left_out && entry->has_oid &&
	       w->left_out->kind->find(&found, w->left_out, path, NULL) == 0 &&
	       oid_equal(&found.oid, &entry->oid);
}

static int work_read_file(struct blob *out, struct snap *snap, const char *path,
		     const struct snap_entry *entry, size_t max, struct ops_error *err)
{
	struct snap_work *w = (struct snap_work *)snap;
	struct snap *from = is_left_out(w, path, entry) ? w->left_out : w->disk;
	struct blob stored = { NULL, 0, NULL };
	int rc = from->kind->read(out, from, path, entry, max, err);

	if (rc || from != w->disk || !work_may_be_converted(out->data, out->len))
		return rc;
	pthread_mutex_lock(&w->converting);
	rc = work_as_stored(&stored, snap->store, path, out->data, out->len, err);
	pthread_mutex_unlock(&w->converting);
	if (rc || stored.owner)
		blob_release(out);
	if (stored.owner)
		*out = stored;
	return rc;
}

static bool work_is_tree(struct snap *snap, const char *dir, const struct oid *oid)
{
	return disk_of(snap)->kind->is_tree(disk_of(snap), dir, oid);
}

static bool work_ignores(struct snap *snap, const char *path)
{
	return disk_of(snap)->kind->ignores(disk_of(snap), path);
}

static bool work_may_have_modules(struct snap *snap)
{
	return disk_of(snap)->kind->may_have_modules(disk_of(snap));
}

static bool work_lists_aside(struct snap *snap)
{
	return disk_of(snap)->kind->lists_aside(disk_of(snap));
}

static bool work_is_listed(struct snap *snap, const char *dir)
{
	return disk_of(snap)->kind->is_listed(disk_of(snap), dir);
}

static void work_release(struct snap *snap)
{
	struct snap_work *w = (struct snap_work *)snap;

	snap_free(w->left_out);
	snap_free(w->disk);
	pthread_mutex_destroy(&w->converting);
}

static const struct snap_kind work_kind = {
	.list = work_list,
	.find = work_find,
	.read = work_read_file,
	.release = work_release,
	.is_tree = work_is_tree,
	.ignores = work_ignores,
	.lists_aside = work_lists_aside,
	.is_listed = work_is_listed,
	.names = work_names,
	.name_ids = work_name_ids,
	.dirs_seen = work_dirs_seen,
	.may_have_modules = work_may_have_modules,
};

/* Whether a sparse checkout was ever asked for. */
static bool may_be_sparse(const struct store *s)
{
	char *path = file_join(s->git_dir, "info/sparse-checkout");
	bool may = !path || access(path, F_OK) == 0;

	free(path);
	return may;
}

static int open_files(struct snap **out, enum known_what *what, struct store *s,
		      struct ops_error *err)
{
	return s->work_dir ? snap_of_disk(out, what, s, err) :
	       error_set(err, OPS_EENVIRONMENT, "a bare repository has no work tree: "
			 "name a revision (--at)");
}

int snap_of_work_files(struct snap **out, struct store *s, struct ops_error *err)
{
	enum known_what what;

	return open_files(out, &what, s, err);
}

int snap_of_work_tree(struct snap **out, struct store *s, struct ops_error *err)
{
	struct snap_work *w = calloc(1, sizeof(*w));
	enum known_what what;
	int rc;

	if (!w || pthread_mutex_init(&w->converting, NULL)) {
		free(w);
		return error_nomem(err);
	}
	w->snap.kind = &work_kind;
	w->snap.store = s;
	rc = open_files(&w->disk, &what, s, err);
	/* An index that is not understood says what is to be done about it. */
	if (rc == 0 && (what == KNOWN_LEFT_OUT || (what == KNOWN_NOTHING && may_be_sparse(s))))
		rc = snap_of_left_out(&w->left_out, s, err);
	if (rc == 0)
		*out = &w->snap;
	else
		snap_free(&w->snap);
	return rc;
}
