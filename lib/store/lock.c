/* SPDX-License-Identifier: MIT */
/*
 * Locks.
 *
 * Two kinds.  The writers' lock is the kernel's: it dies with its holder, so
 * it is never stale, and comes to waiters in order of arrival (turn.h); what is
 * written into the file only tells them whom they wait for.  Locks of git are
 * files, and outlive who made them; so
 * none of ours is ever visible before the journal can identify it.
 *
 * Must never remove a lock file that is not known to be ours, and never judge
 * one by its age.
 */
#include "store/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <time.h>
#include <unistd.h>

#include "store/file.h"
#include "store/repo.h"
#include "store/turn.h"
#include "util/buf.h"

#define POLL_MS 10

uint64_t wait_clock_ms(void)
{
	struct timespec t = { 0 };

	(void)clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

void wait_for(unsigned ms)
{
	struct timespec t = { (time_t)(ms / 1000), (long)(ms % 1000) * 1000000 };

	(void)nanosleep(&t, NULL);
}

/* "by process 123 for 4 s" when the file says so. */
static int busy(const char *path, int fd, struct ops_error *err)
{
	char text[64] = "";
	unsigned long long since;
	long pid;
	ssize_t n = pread(fd, text, sizeof(text) - 1, 0);

	if (n > 0 && sscanf(text, "pid %ld since %llu\n", &pid, &since) == 2)
		return error_set(err, OPS_EBUSY, "'%s' is held by process %ld "
				 "for %llu s now; try again", path, pid,
				 (unsigned long long)(wait_clock_ms() / 1000) - since);
	return error_set(err, OPS_EBUSY,
			 "'%s' is held by another process; try again", path);
}

static int open_lock(int *out, char **path, struct store *s, const char *name,
		     struct ops_error *err)
{
	const int flags = O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW;
	char *dir = file_join(s->common_dir, "ops");
	int fd = -1, rc;

	*path = dir ? file_join(dir, name) : NULL;
	rc = *path ? file_own_directory(dir, err) : error_nomem(err);
	if (rc == 0)
		fd = open(*path, flags, 0600);
	if (rc == 0 && fd < 0)
		rc = error_set(err, OPS_EIO, "cannot open '%s': %s", *path,
			       strerror(errno));
	if (rc == 0)
		*out = fd;
	free(dir);
	return rc;
}

/* Best effort: a waiter that cannot learn who holds the lock still waits. */
static void sign_lock(int fd)
{
	char text[64];
	int len = snprintf(text, sizeof(text), "pid %ld since %llu\n",
			   (long)getpid(), (unsigned long long)(wait_clock_ms() / 1000));

	if (len > 0 && ftruncate(fd, 0) == 0)
		(void)!pwrite(fd, text, (size_t)len, 0);
}

/* Whether the path still names what is open: somebody may have removed it meanwhile, and
 * who came then locks another file. */
static bool is_at(int fd, const char *path)
{
	struct stat a, b;

	return fstat(fd, &a) == 0 && stat(path, &b) == 0 && a.st_dev == b.st_dev &&
	       a.st_ino == b.st_ino;
}

/* Lock the open file, in our turn as far as that is to be had. */
static int take(int fd, const char *path, uint64_t end, struct ops_error *err)
{
	bool in_turn = true;
	uint64_t now;

	while (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		if (errno != EWOULDBLOCK && errno != EINTR)
			return error_set(err, OPS_EIO, "cannot lock '%s': %s", path,
					 strerror(errno));
		now = wait_clock_ms();
		if (now >= end)
			return busy(path, fd, err);
		if (in_turn && turn_wait(fd, end - now < UINT_MAX ? (unsigned)(end - now) :
					 UINT_MAX))
			return 0;
		in_turn = false;
		wait_for(POLL_MS);
	}
	return 0;
}

int lock_take_named(struct lock *out, struct store *s, const char *name,
		    unsigned wait_ms, struct ops_error *err)
{
	uint64_t end = wait_clock_ms() + wait_ms;
	char *path = NULL;
	int fd = -1, rc;

	for (;;) {
		rc = open_lock(&fd, &path, s, name, err);
		if (rc == 0)
			rc = take(fd, path, end, err);
		if (rc < 0 || is_at(fd, path))
			break;
		/* This one nobody else will find. */
		close(fd);
		free(path);
		path = NULL;
		fd = -1;
	}
	free(path);
	if (rc < 0) {
		if (fd >= 0)
			close(fd);
		return rc;
	}
	sign_lock(fd);
	out->fd = fd;
	return 0;
}

int lock_take(struct lock *out, struct store *s, unsigned wait_ms,
	      struct ops_error *err)
{
	return lock_take_named(out, s, "lock", wait_ms, err);
}

void lock_drop(struct lock *lock)
{
	if (lock->fd >= 0)
		close(lock->fd);
	lock->fd = -1;
}

int file_identify(struct file_id *out, const char *path, struct ops_error *err)
{
	struct statx st;

	if (statx(AT_FDCWD, path, AT_SYMLINK_NOFOLLOW, STATX_INO | STATX_BTIME,
		  &st) != 0)
		return errno == ENOENT ?
			error_set(err, OPS_ENOTFOUND, "no file '%s'", path) :
			error_set(err, OPS_EIO, "cannot look at '%s': %s", path,
				  strerror(errno));
	out->device = makedev(st.stx_dev_major, st.stx_dev_minor);
	out->inode = st.stx_ino;
	out->born = st.stx_mask & STATX_BTIME ?
		st.stx_btime.tv_sec * 1000000000 + st.stx_btime.tv_nsec : 0;
	return 0;
}

bool file_same(const struct file_id *a, const struct file_id *b, bool other_boot)
{
	return a->inode && a->inode == b->inode && a->born == b->born &&
	       (other_boot || a->device == b->device);
}

int held_prepare(struct held *h, const char *private, const char *path,
		 struct ops_error *err)
{
	int rc;

	h->private = strdup(private);
	h->path = strdup(path);
	if (!h->private || !h->path)
		return error_nomem(err);
	/* What a dead predecessor left under this name was never in use. */
	if (unlink(private) != 0 && errno != ENOENT)
		return error_set(err, OPS_EIO, "cannot remove '%s': %s", private,
				 strerror(errno));
	h->fd = open(private, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		     0666);
	if (h->fd < 0)
		return error_set(err, OPS_EIO, "cannot create '%s': %s", private,
				 strerror(errno));
	rc = file_identify(&h->id, private, err);
	return rc == OPS_ENOTFOUND && err ? (err->status = OPS_EIO) : rc;
}

/* Move without replacing; 0 or -1 with errno. */
static int move(const char *from, const char *to)
{
	if (renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0)
		return 0;
	if (errno != EINVAL && errno != ENOSYS)
		return -1;
	if (link(from, to) != 0)
		return -1;
	(void)unlink(from);
	return 0;
}

/* git removes directories of refs that became empty. */
static int make_parents(const char *path)
{
	char *copy = strdup(path), *slash;
	int rc = -1;

	if (!copy)
		return -1;
	for (slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		rc = mkdir(copy, 0777);
		if (rc != 0 && errno == EEXIST)
			rc = 0;
		*slash = '/';
	}
	free(copy);
	return rc;
}

int held_take(struct held *h, unsigned wait_ms, struct ops_error *err)
{
	uint64_t end = wait_clock_ms() + wait_ms;
	unsigned made = 0;

	for (;;) {
		if (move(h->private, h->path) == 0) {
			h->taken = true;
			return 0;
		}
		if (errno == ENOENT && made++ < 5 && make_parents(h->path) == 0)
			continue;
		if (errno == EXDEV)
			return error_set(err, OPS_EENVIRONMENT,
					 "'%s' lies on another file system than "
					 "'%s'", h->path, h->private);
		if (errno != EEXIST && errno != EINTR)
			return error_set(err, OPS_EIO, "cannot create '%s': %s",
					 h->path, strerror(errno));
		if (wait_clock_ms() >= end)
			return error_set(err, OPS_EBUSY, "'%s' exists: a git "
					 "command is at work, or one died and "
					 "left it behind; make sure that none "
					 "runs before you remove it", h->path);
		wait_for(POLL_MS);
	}
}

int held_drop(struct held *h, struct ops_error *err)
{
	const char *name = h->taken ? h->path : h->private;

	if (!name || h->fd < 0)
		return 0;
	if (unlink(name) != 0 && errno != ENOENT)
		return error_set(err, OPS_EIO, "cannot remove '%s': %s", name,
				 strerror(errno));
	h->taken = false;
	close(h->fd);
	h->fd = -1;
	return 0;
}

void held_renamed(struct held *h)
{
	h->taken = false;
	if (h->fd >= 0)
		close(h->fd);
	h->fd = -1;
}

void held_release(struct held *h)
{
	if (h->fd >= 0)
		close(h->fd);
	free(h->private);
	free(h->path);
	h->private = h->path = NULL;
	h->fd = -1;
	h->taken = false;
}
