/* SPDX-License-Identifier: MIT */
/*
 * The index: read, changed and replaced under git's own lock.
 *
 * libgit2 reads the index before it locks it, so `git add` beside it loses
 * what it staged.  Here index.lock is held over the whole of it: the bytes are
 * read under the lock, checked, written to a private copy, changed there by
 * libgit2, and the copy is renamed over the index.  The lock file itself never
 * becomes the index, so its identity stays what the journal says.
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
#include "store/index-scan.h"
#include "store/objects.h"
#include "store/repo.h"
#include "util/buf.h"

#define INDEX_MAX ((size_t)1 << 30)
#define RACY_FILE_MAX ((size_t)64 << 20)
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
}

void index_release(struct index_edit *x)
{
	git_index_free(x->index);
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
	size_t nr;
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

/* The first path that is not before `name`. */
static size_t place(const struct check *c, const char *name)
{
	size_t low = 0, high = c->nr, middle;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (strcmp(c->paths[middle].path, name) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
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
	size_t at = place(c, item->path), len = strlen(item->path), n;
	const char *path;

	if (at < c->nr && strcmp(c->paths[at].path, item->path) == 0)
		return check_same(c, at, item, err);
	/* Is it a file where one of ours needs a directory ("a" for "a/b")? */
	for (; at < c->nr; at++) {
		path = c->paths[at].path;
		if (strncmp(path, item->path, len) != 0 || path[len] > '/')
			break;
		if (path[len] == '/' && c->paths[at].has && !c->paths[at].had)
			return staged(path, err);
	}
	/* Or the reverse: ours is "a" and the index has "a/b"? */
	at = place(c, item->path);
	if (at == 0)
		return 0;
	path = c->paths[at - 1].path;
	n = strlen(path);
	if (len > n && item->path[n] == '/' && strncmp(path, item->path, n) == 0 &&
	    c->paths[at - 1].has)
		return staged(path, err);
	return 0;
}

static int check_raw(size_t *count, const struct buf *raw, struct journal_path *paths,
		     size_t nr, bool *skip, const struct index_past *past,
		     struct ops_error *err)
{
	struct check c = { paths, nr, calloc(nr ? nr : 1, sizeof(bool)), skip, past };
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

/* A private copy of the bytes; none when there is no index yet.  A second name
 * does: libgit2 replaces what it writes, and so leaves the index itself. */
static int make_copy(struct index_edit *x, const struct buf *raw,
		     struct ops_error *err)
{
	char *lock = file_join(x->store->git_dir, "ops/index.new.lock");
	int fd, rc;

	if (!lock)
		return error_nomem(err);
	/* Of a predecessor that was killed while libgit2 wrote its copy. */
	(void)unlink(lock);
	free(lock);
	if (unlink(x->copy) != 0 && errno != ENOENT)
		return error_set(err, OPS_EIO, "cannot remove '%s': %s", x->copy,
				 strerror(errno));
	if (raw->len == 0 || link(x->path, x->copy) == 0)
		return 0;
	fd = open(x->copy, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		  0600);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot create '%s': %s", x->copy,
				 strerror(errno));
	rc = file_write(fd, raw->data, raw->len, x->copy, err);
	if (rc < 0) {
		close(fd);
		return rc;
	}
	return file_close(fd, x->copy, err);
}

static int64_t nanoseconds(const struct timespec *t)
{
	return (int64_t)t->tv_sec * SECOND + t->tv_nsec;
}

int index_load(struct index_edit *x, struct journal_path *paths, size_t nr,
	       bool *skip, const struct index_past *past, struct ops_error *err)
{
	struct buf raw = BUF_INIT;
	struct stat st;
	size_t count;
	int rc;

	rc = read_index(&raw, x->path, err);
	if (rc == 0)
		rc = check_raw(&count, &raw, paths, nr, skip, past, err);
	if (rc == 0 && raw.len > 0 && stat(x->path, &st) != 0)
		rc = error_set(err, OPS_EIO, "cannot look at '%s': %s", x->path,
			       strerror(errno));
	if (rc == 0)
		rc = make_copy(x, &raw, err);
	if (rc == 0) {
		x->written = raw.len > 0 ? nanoseconds(&st.st_mtim) :
			INT64_MAX;
		rc = git_index_open(&x->index, x->copy);
		if (rc < 0)
			rc = repo_fail(err, rc, "cannot load the index");
		else if (git_index_entrycount(x->index) != count)
			/* libgit2 takes some failures to read for "no index". */
			rc = error_set(err, OPS_EIO, "cannot load the index whole");
	}
	buf_release(&raw);
	return rc;
}

static void set_stat(git_index_entry *e, const struct stat *st)
{
	e->ctime.seconds = (int32_t)st->st_ctim.tv_sec;
	e->ctime.nanoseconds = (uint32_t)st->st_ctim.tv_nsec;
	e->mtime.seconds = (int32_t)st->st_mtim.tv_sec;
	e->mtime.nanoseconds = (uint32_t)st->st_mtim.tv_nsec;
	e->dev = (uint32_t)st->st_dev;
	e->ino = (uint32_t)st->st_ino;
	e->uid = st->st_uid;
	e->gid = st->st_gid;
	e->file_size = (uint32_t)st->st_size;
}

static bool entry_is(const git_index_entry *e, bool there, const struct oid *id)
{
	if (!e || !there)
		return !e && !there;
	return memcmp(e->id.id, id->id, sizeof(id->id)) == 0;
}

static int apply_one(struct index_edit *x, const struct journal_path *p,
		     const struct index_file *file, struct ops_error *err)
{
	const git_index_entry *old = git_index_get_bypath(x->index, p->path, 0);
	git_index_entry e = { 0 };
	int rc;

	/* Staged by the user meanwhile (only after a crash): theirs. */
	if (!p->stale && !entry_is(old, p->had, &p->old) && !entry_is(old, p->has, &p->new))
		return 0;
	if (old && (old->flags_extended & GIT_INDEX_ENTRY_INTENT_TO_ADD))
		return 0;
	if (!p->has) {
		rc = old ? git_index_remove(x->index, p->path, 0) : 0;
	} else {
		if (old)
			e = *old;
		e.path = p->path;
		e.mode = p->exec ? GIT_FILEMODE_BLOB_EXECUTABLE : GIT_FILEMODE_BLOB;
		repo_to_git(&e.id, &p->new);
		if (file->fresh) {
			set_stat(&e, &file->st);
		} else {
			/* Nothing known: git compares the content. */
			e.file_size = 0;
			memset(&e.mtime, 0, sizeof(e.mtime));
			memset(&e.ctime, 0, sizeof(e.ctime));
		}
		rc = git_index_add(x->index, &e);
	}
	return rc < 0 ? repo_fail(err, rc, "cannot change '%s' in the index",
				  p->path) : 0;
}

/* Both times, to the nanosecond, and the last change well before the index. */
static bool surely_unchanged(const struct index_edit *x, const git_index_entry *e,
			     const struct stat *st)
{
	return e->mtime.nanoseconds && e->file_size == (uint32_t)st->st_size &&
	       e->ino == (uint32_t)st->st_ino &&
	       e->mtime.seconds == (int32_t)st->st_mtim.tv_sec &&
	       e->mtime.nanoseconds == (uint32_t)st->st_mtim.tv_nsec &&
	       e->ctime.seconds == (int32_t)st->st_ctim.tv_sec &&
	       e->ctime.nanoseconds == (uint32_t)st->st_ctim.tv_nsec &&
	       nanoseconds(&st->st_ctim) + TICK < x->written &&
	       nanoseconds(&st->st_mtim) + TICK < x->written;
}

/* Whether a file that looks unchanged by its times is. */
static bool unchanged(const struct index_edit *x, const git_index_entry *e)
{
	struct buf text = BUF_INIT;
	const char *name;
	struct stat st;
	struct oid id;
	int dir, rc;

	rc = file_parent(&dir, &name, x->store->work_dir, e->path, false, NULL);
	if (rc < 0)
		return false;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) == 0 &&
	    surely_unchanged(x, e, &st)) {
		close(dir);
		return true;
	}
	rc = file_read_at(&text, dir, name, RACY_FILE_MAX, NULL);
	close(dir);
	if (rc == 0)
		rc = objects_hash(&id, text.data, text.len, NULL);
	buf_release(&text);
	return rc == 0 && memcmp(id.id, e->id.id, sizeof(id.id)) == 0;
}

/* Entries that git would have compared by content, see the top. */
static int settle_racy(struct index_edit *x, struct ops_error *err)
{
	size_t i, nr = git_index_entrycount(x->index);
	const git_index_entry *e;
	git_index_entry marked;
	int rc;

	for (i = 0; i < nr; i++) {
		e = git_index_get_byindex(x->index, i);
		if (e->mtime.seconds < x->written / SECOND || e->file_size == 0 ||
		    (e->mode & 0170000) != 0100000 ||
		    git_index_entry_stage(e) != 0 || unchanged(x, e))
			continue;
		marked = *e;
		marked.file_size = 0;
		rc = git_index_add(x->index, &marked);
		if (rc < 0)
			return repo_fail(err, rc, "cannot mark '%s' in the index",
					 e->path);
	}
	return 0;
}

static int publish(struct index_edit *x, struct ops_error *err)
{
	int fd, rc;

	rc = git_index_write(x->index);
	if (rc < 0)
		return repo_fail(err, rc, "cannot write the index");
	/* A torn index after a power cut would take what the user staged. */
	fd = open(x->copy, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot open '%s': %s", x->copy,
				 strerror(errno));
	rc = durable_data(fd, x->copy, err);
	close(fd);
	if (rc == 0 && rename(x->copy, x->path) != 0)
		rc = error_set(err, OPS_EIO, "cannot replace '%s': %s", x->path,
			       strerror(errno));
	return rc;
}

int index_apply(struct index_edit *x, const struct journal_path *paths, size_t nr,
		const struct index_file *files, struct ops_error *err)
{
	size_t i;
	int rc;

	rc = settle_racy(x, err);
	for (i = 0; rc == 0 && i < nr; i++)
		rc = apply_one(x, &paths[i], &files[i], err);
	if (rc == 0)
		rc = publish(x, err);
	return rc == 0 ? held_drop(&x->lock, err) : rc;
}

bool index_skips(const struct index_edit *x, const char *path)
{
	const git_index_entry *e = git_index_get_bypath(x->index, path, 0);

	return e && (e->flags_extended & GIT_INDEX_ENTRY_SKIP_WORKTREE);
}

int index_drop(struct index_edit *x, struct ops_error *err)
{
	if (x->copy)
		(void)unlink(x->copy);
	return held_drop(&x->lock, err);
}
