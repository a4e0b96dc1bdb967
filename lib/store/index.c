/* SPDX-License-Identifier: MIT */
/*
 * The index: read, changed and replaced under git's own lock.
 *
 * libgit2 reads the index before it locks it, so `git add` beside it loses
 * what it staged.  Here index.lock is held over the whole of it: the bytes are
 * read under the lock, checked, changed (index-edit.c) and written to a file that is
 * renamed over the index.  The lock file itself never becomes the index, so its identity
 * stays what the journal says.
 *
 * Must never lose or change an entry it was not asked about.  One trap: an
 * entry whose file was modified in the same second as the index was written is
 * "racy"; git compares such files by content as long as the index is not newer
 * than they are.  Writing the index makes it newer, so racy entries are
 * compared here and, if modified, marked with size 0, which is what git does.
 */
#include "store/index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/index-edit.h"
#include "store/number.h"
#include "store/objects.h"
#include "store/repo.h"
#include "store/sha1.h"
#include "util/buf.h"

#define INDEX_MAX ((size_t)1 << 30)
#define RACY_FILE_MAX ((size_t)64 << 20)
#define ROOM 4096	/* more than any entry takes */
#define AT_MTIME 8	/* places in the stat data of an entry */
#define AT_INO 20
#define AT_SIZE 36
#define SECOND INT64_C(1000000000)
#define TICK (SECOND / 50)	/* no clock of a file system is coarser than this,
				   but for those with whole seconds */

char *index_lock_path(const struct store *s)
{
	return file_join(s->git_dir, "index.lock");
}

void index_init(struct index_edit *x, struct store *s)
{
	static const struct held none = HELD_NONE;

	memset(x, 0, sizeof(*x));
	x->store = s;
	x->lock = none;
	buf_init(&x->raw);
	buf_init(&x->made);
}

void index_release(struct index_edit *x)
{
	buf_release(&x->raw);
	buf_release(&x->made);
	held_release(&x->lock);
	free(x->path);
	free(x->copy);
	index_init(x, x->store);
}

/* No index is an empty one; any other failure is not. */
static int read_index(struct buf *raw, const char *path, struct ops_error *err)
{
	int rc = file_read(raw, path, INDEX_MAX, err);

	if (rc == OPS_ENOTFOUND) {
		buf_clear(raw);
		return 0;
	}
	return rc;
}

struct check {
	struct journal_path *paths;
	size_t nr, at;		/* at: the first path that is not before the entry */
	bool *seen, *skip;
	const struct index_past *past;
};

/* Whether the index is behind, at a path that nobody touched. */
static bool is_behind(struct check *c, size_t i, const struct oid *there)
{
	struct journal_path *p = &c->paths[i];

	p->stale = p->had && c->past && c->past->was(p, there, c->past->payload);
	return p->stale;
}

static int staged(const char *path, struct ops_error *err)
{
	return error_set(err, OPS_EREFUSED, "'%s' has staged changes of yours; "
			 "commit them, or put them aside, first", path);
}

static int check_same(struct check *c, size_t i, const struct index_item *item,
		      struct ops_error *err)
{
	struct journal_path *p = &c->paths[i];
	struct oid there;

	c->seen[i] = true;
	if (c->skip)
		c->skip[i] = item->skip_worktree;
	if (!p->had || item->stage || item->intent_to_add ||
	    (item->mode & 0170000) != 0100000 ||
	    ((item->mode & 0111) != 0) != p->was_exec)
		return staged(p->path, err);
	memcpy(there.id, item->id, sizeof(there.id));
	return oid_equal(&there, &p->old) || is_behind(c, i, &there) ? 0 :
	       staged(p->path, err);
}

static int check_item(const struct index_item *item, void *payload,
		      struct ops_error *err)
{
	struct check *c = payload;
	int order = -1;
	size_t i;

	while (c->at < c->nr && (order = strcmp(c->paths[c->at].path, item->path)) < 0)
		c->at++;
	if (c->at < c->nr && order == 0)
		return check_same(c, c->at, item, err);
	i = index_collides(c->paths, c->nr, c->at, item->path);
	return i < c->nr ? staged(c->paths[i].path, err) : 0;
}

static int check_raw(size_t *count, const struct buf *raw, struct journal_path *paths,
		     size_t nr, bool *skip, const struct index_past *past,
		     struct ops_error *err)
{
	struct check c = { paths, nr, 0, calloc(nr ? nr : 1, sizeof(bool)), skip, past };
	size_t i, rest;
	int rc;

	if (!c.seen)
		return error_nomem(err);
	rc = index_scan(count, &rest, raw, check_item, &c, err);
	for (i = 0; rc == 0 && i < nr; i++)
		if (paths[i].had && !c.seen[i])
			rc = staged(paths[i].path, err);
	free(c.seen);
	return rc;
}

int index_check(struct store *s, struct journal_path *paths, size_t nr,
		bool *skip, const struct index_past *past, struct ops_error *err)
{
	struct buf raw = BUF_INIT;
	char *path = file_join(s->git_dir, "index");
	size_t count;
	int rc;

	if (!path)
		return error_nomem(err);
	rc = read_index(&raw, path, err);
	if (rc == 0)
		rc = check_raw(&count, &raw, paths, nr, skip, past, err);
	buf_release(&raw);
	free(path);
	return rc;
}

int index_prepare(struct index_edit *x, struct ops_error *err)
{
	char *lock = index_lock_path(x->store);
	char *private = file_join(x->store->git_dir, "ops/index.hold");
	int rc;

	x->path = file_join(x->store->git_dir, "index");
	x->copy = file_join(x->store->git_dir, "ops/index.new");
	if (!lock || !private || !x->path || !x->copy)
		rc = error_nomem(err);
	else
		rc = held_prepare(&x->lock, private, lock, err);
	free(lock);
	free(private);
	return rc;
}

int index_take(struct index_edit *x, unsigned wait_ms, struct ops_error *err)
{
	return held_take(&x->lock, wait_ms, err);
}

static int64_t nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * SECOND + t->tv_nsec;
}

/* What was damaged must not get a checksum that says it is whole. */
static int check_sum(const struct buf *raw, struct ops_error *err)
{
	unsigned char sum[SHA1_LEN];

	if (!raw->len)
		return 0;
	sha1_of(raw->data, raw->len - SHA1_LEN, sum);
	return memcmp(sum, raw->data + raw->len - SHA1_LEN, SHA1_LEN) == 0 ? 0 :
	       error_set(err, OPS_EIO, "the index is damaged: its checksum is another");
}

int index_load(struct index_edit *x, struct journal_path *paths, size_t nr,
	       bool *skip, const struct index_past *past, struct ops_error *err)
{
	struct stat st = { 0 };
	size_t count;
	int rc;

	buf_clear(&x->raw);
	rc = read_index(&x->raw, x->path, err);
	if (rc == 0)
		rc = check_raw(&count, &x->raw, paths, nr, skip, past, err);
	if (rc == 0)
		rc = check_sum(&x->raw, err);
	if (rc == 0 && x->raw.len > 0 && stat(x->path, &st) != 0)
		rc = error_set(err, OPS_EIO, "cannot look at '%s': %s", x->path,
			       strerror(errno));
	if (rc < 0)
		return rc;
	x->written = x->raw.len > 0 ? nanoseconds(&st.st_mtim) : INT64_MAX;
	/* The room that it will need, while nothing is lost yet. */
	buf_clear(&x->made);
	if (!buf_space(&x->made, x->raw.len + nr * ROOM + ROOM))
		return error_nomem(err);
	buf_clear(&x->made);
	return 0;
}

static uint32_t of_stat(const struct index_item *item, size_t at)
{
	return number_at(item->stat + at);
}

/* Both times, to the nanosecond, and the last change well before the index. */
static bool surely_unchanged(const struct index_edit *x, const struct index_item *item,
			     const struct stat *st)
{
	return of_stat(item, AT_MTIME + 4) && of_stat(item, AT_SIZE) == (uint32_t)st->st_size &&
	       of_stat(item, AT_INO) == (uint32_t)st->st_ino &&
	       of_stat(item, AT_MTIME) == (uint32_t)st->st_mtim.tv_sec &&
	       of_stat(item, AT_MTIME + 4) == (uint32_t)st->st_mtim.tv_nsec &&
	       of_stat(item, 0) == (uint32_t)st->st_ctim.tv_sec &&
	       of_stat(item, 4) == (uint32_t)st->st_ctim.tv_nsec &&
	       nanoseconds(&st->st_ctim) + TICK < x->written &&
	       nanoseconds(&st->st_mtim) + TICK < x->written;
}

/* Whether a file that looks unchanged by its times is. */
static bool unchanged(const struct index_edit *x, const struct index_item *item)
{
	struct buf text = BUF_INIT;
	const char *name;
	struct stat st;
	struct oid id;
	int dir, rc;

	rc = file_parent(&dir, &name, x->store->work_dir, item->path, false, NULL);
	if (rc < 0)
		return false;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    surely_unchanged(x, item, &st)) {
		close(dir);
		return true;
	}
	rc = file_read_at(&text, dir, name, RACY_FILE_MAX, NULL);
	close(dir);
	if (rc == 0)
		rc = objects_hash(&id, text.data, text.len, NULL);
	buf_release(&text);
	return rc == 0 && memcmp(id.id, item->id, sizeof(id.id)) == 0;
}

/* Whether git would have compared a file by its content, see the top, and it differs. */
static bool is_racy(const struct index_item *item, void *payload)
{
	const struct index_edit *x = payload;

	return of_stat(item, AT_MTIME) >= x->written / SECOND && of_stat(item, AT_SIZE) &&
	       (item->mode & 0170000) == 0100000 && !item->stage && !unchanged(x, item);
}

static int write_made(const struct index_edit *x, struct ops_error *err)
{
	int fd, rc;

	/* Of a predecessor that was killed. */
	if (unlink(x->copy) != 0 && errno != ENOENT)
		return error_set(err, OPS_EIO, "cannot remove '%s': %s", x->copy,
				 strerror(errno));
	fd = open(x->copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot create '%s': %s", x->copy,
				 strerror(errno));
	rc = file_write(fd, x->made.data, x->made.len, x->copy, err);
	/* A torn index after a power cut would take what the user staged. */
	if (rc == 0)
		rc = durable_data(fd, x->copy, err);
	if (rc == 0)
		return file_close(fd, x->copy, err);
	close(fd);
	return rc;
}

int index_apply(struct index_edit *x, const struct journal_path *paths, size_t nr,
		const struct index_file *files, struct ops_error *err)
{
	int rc = index_compose(&x->made, &x->raw, paths, files, nr, is_racy, x, err);

	if (rc == 0)
		rc = write_made(x, err);
	if (rc == 0 && rename(x->copy, x->path) != 0)
		rc = error_set(err, OPS_EIO, "cannot replace '%s': %s", x->path,
			       strerror(errno));
	return rc == 0 ? held_drop(&x->lock, err) : rc;
}

struct skips {
	const char *path;
	bool found;
};

static int look_for(const struct index_item *item, void *payload, struct ops_error *err)
{
	struct skips *s = payload;

	(void)err;
	s->found |= item->skip_worktree && !strcmp(item->path, s->path);
	return 0;
}

bool index_skips(const struct index_edit *x, const char *path)
{
	struct skips s = { path, false };
	size_t nr, rest;

	return index_scan(&nr, &rest, &x->raw, look_for, &s, NULL) == 0 && s.found;
}

int index_drop(struct index_edit *x, struct ops_error *err)
{
	if (x->copy)
		(void)unlink(x->copy);
	return held_drop(&x->lock, err);
}
