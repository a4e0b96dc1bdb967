/* SPDX-License-Identifier: MIT */
/*
 * Whole files and safe directory chains.
 *
 * Every read and write here is complete or an error: a short count, an
 * interrupted call or a failing close() is never taken for the end of a file.
 * Nothing follows a symbolic link below the directory it was given, so a link
 * planted in a work tree leads nowhere.
 */
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/buf.h"
#include "util/path.h"

char *file_join(const char *dir, const char *name)
{
	size_t a = strlen(dir), b = strlen(name);
	char *out = malloc(a + b + 2);

	if (!out)
		return NULL;
	memcpy(out, dir, a);
	out[a] = '/';
	memcpy(out + a + 1, name, b + 1);
	return out;
}

int file_own_directory(const char *path, struct ops_error *err)
{
	struct stat st;

	if (mkdir(path, 0777) == 0)
		return 0;
	if (errno != EEXIST || lstat(path, &st) != 0)
		return error_set(err, OPS_EIO, "cannot create '%s': %s", path,
				 strerror(errno));
	if (!S_ISDIR(st.st_mode))
		return error_set(err, OPS_EENVIRONMENT, "'%s' is no directory of its own, so "
				 "nothing is written there: move it away", path);
	return 0;
}

#define CHUNK 65536

/* Read on to the end, which comes after so many bytes unless the file grows. */
static int read_all(struct buf *out, int fd, size_t size, size_t max, const char *name,
		    struct ops_error *err)
{
	size_t before, room;
	char *space;
	ssize_t n;

	do {
		before = out->len;
		room = size >= before && size <= max ? size - before + 1 : CHUNK;
		space = buf_space(out, room);
		if (!space)
			return error_nomem(err);
		n = read(fd, space, room);
		out->len = before + (n > 0 ? (size_t)n : 0);
		out->data[out->len] = '\0';
		if (n < 0 && errno != EINTR)
			return error_set(err, OPS_EIO, "cannot read '%s': %s", name,
					 strerror(errno));
		if (out->len > max)
			return error_set(err, OPS_EINVALID, "'%s' is larger than %zu bytes",
					 name, max);
	} while (n);
	return 0;
}

#define FILE_FLAGS (O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)

/* Look at what was opened to be read, `fd` or -1 with errno; it is closed on failure. */
static int opened(int fd, struct stat *st, const char *name, struct ops_error *err)
{
	int rc;

	if (fd < 0 && (errno == ENOENT || errno == ENOTDIR))
		return error_set(err, OPS_ENOTFOUND, "no file '%s'", name);
	if (fd < 0 && (errno == ELOOP || errno == ENXIO))
		return error_set(err, OPS_EINVALID,
				 "'%s' is not a regular file", name);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot open '%s': %s", name,
				 strerror(errno));
	if (fstat(fd, st) != 0)
		rc = error_set(err, OPS_EIO, "cannot look at '%s': %s", name,
			       strerror(errno));
	else if (!S_ISREG(st->st_mode))
		rc = error_set(err, OPS_EINVALID, "'%s' is not a regular file",
			       name);
	else
		return 0;
	close(fd);
	return rc;
}

int file_read_at(struct buf *out, int dir, const char *name, size_t max,
		 struct ops_error *err)
{
	struct stat st;
	int fd = openat(dir, name, FILE_FLAGS), rc = opened(fd, &st, name, err);

	if (rc)
		return rc;
	buf_clear(out);
	rc = read_all(out, fd, (size_t)st.st_size, max, name, err);
	close(fd);
	return rc;
}

/* Read all of an open file, `fd` or -1 with errno, and close it. */
static int take(void **out, size_t *len, struct stat *st, bool after, int fd,
		const char *name, size_t max, struct ops_error *err)
{
	struct buf rest = BUF_INIT;
	char *text;
	ssize_t n;
	int rc = opened(fd, st, name, err);

	if (rc)
		return rc;
	if ((uintmax_t)st->st_size > max) {
		close(fd);
		return error_set(err, OPS_EINVALID, "'%s' is larger than %zu bytes", name, max);
	}
	/* One call is enough for a file that does not grow: it gets less than it asks. */
	text = malloc((size_t)st->st_size + 2);
	n = text ? read(fd, text, (size_t)st->st_size + 1) : 0;
	if (text && n >= 0 && n <= st->st_size) {
		text[n] = '\0';
		*out = text;
		*len = (size_t)n;
	} else if (text) {
		/* It does, or the call was interrupted: from the beginning, in turns. */
		free(text);
		rc = lseek(fd, 0, SEEK_SET) ?
		     error_set(err, OPS_EIO, "cannot read '%s'", name) :
		     read_all(&rest, fd, 0, max, name, err);
		*len = rest.len;
		*out = rc ? NULL : buf_detach(&rest);
		if (rc == 0 && !*out)
			rc = error_nomem(err);
		buf_release(&rest);
	} else {
		rc = error_nomem(err);
	}
	if (rc == 0 && after && fstat(fd, st) < 0)
		st->st_size = -1;	/* it is as nothing that is known */
	close(fd);
	return rc;
}

/* Open `path` below `top` by one call that follows no link; -1. */
static int open_below(int top, const char *path, unsigned flags)
{
	const struct open_how how = {
		.flags = flags,
		.resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS
	};

	return (int)syscall(SYS_openat2, top, path, &how, sizeof(how));
}

int file_take_at(void **out, size_t *len, struct stat *st, bool after, int dir,
		 const char *name, size_t max, struct ops_error *err)
{
	return take(out, len, st, after, openat(dir, name, FILE_FLAGS), name, max, err);
}

bool file_take_below(int *rc, void **out, size_t *len, struct stat *st, bool after, int top,
		     const char *path, size_t max, struct ops_error *err)
{
	int fd = open_below(top, path, FILE_FLAGS);

	if (fd >= 0)
		*rc = take(out, len, st, after, fd, path_name(path), max, err);
	return fd >= 0;
}

int file_read(struct buf *out, const char *path, size_t max,
	      struct ops_error *err)
{
	return file_read_at(out, AT_FDCWD, path, max, err);
}

int file_write(int fd, const void *data, size_t len, const char *name,
	       struct ops_error *err)
{
	const char *at = data;
	ssize_t n;

	while (len > 0) {
		n = write(fd, at, len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return error_set(err, OPS_EIO, "cannot write '%s': %s",
					 name, strerror(n < 0 ? errno : ENOSPC));
		at += n;
		len -= (size_t)n;
	}
	return 0;
}

int file_close(int fd, const char *name, struct ops_error *err)
{
	/* After EINTR Linux has closed the descriptor: it must not be retried. */
	if (fd >= 0 && close(fd) != 0 && errno != EINTR)
		return error_set(err, OPS_EIO, "cannot write '%s': %s", name,
				 strerror(errno));
	return 0;
}

/* One step of the chain: the directory `part` below `dir`. */
static int step(int *out, int dir, const char *part, bool create,
		const char *path, struct ops_error *err)
{
	const int flags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
	int fd = openat(dir, part, flags);

	if (fd < 0 && errno == ENOENT && create) {
		if (mkdirat(dir, part, 0777) != 0 && errno != EEXIST)
			return error_set(err, OPS_EIO,
					 "cannot create the directory of '%s': %s",
					 path, strerror(errno));
		fd = openat(dir, part, flags);
	}
	if (fd < 0 && errno == ENOENT)
		return error_set(err, OPS_ENOTFOUND, "no file '%s'", path);
	if (fd < 0 && (errno == ENOTDIR || errno == ELOOP))
		return error_set(err, OPS_EINVALID,
				 "'%s' in '%s' is not a directory", part, path);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot open '%s' of '%s': %s",
				 part, path, strerror(errno));
	*out = fd;
	return 0;
}

int file_directory_at(int top, const char *dir)
{
	return open_below(top, *dir ? dir : ".",
			  O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

/* The directory of `path` by one call, as nearly all of them can be; else negative. */
static int parent_at_once(int top, const char *path)
{
	char dir[PATH_MAX];
	const char *slash = strrchr(path, '/');
	size_t len = slash ? (size_t)(slash - path) : 0;

	if (!len || len >= sizeof(dir) || strstr(path, "//"))
		return -1;
	memcpy(dir, path, len);
	dir[len] = '\0';
	return file_directory_at(top, dir);
}

int file_parent(int *out, const char **name, const char *root, const char *path,
		bool create, struct ops_error *err)
{
	char part[NAME_MAX + 1];
	const char *at = path, *slash;
	int dir, next = -1, rc = 0;

	dir = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return error_set(err, OPS_EIO, "cannot open '%s': %s", root,
				 strerror(errno));
	next = parent_at_once(dir, path);
	if (next >= 0) {
		close(dir);
		*out = next;
		*name = strrchr(path, '/') + 1;
		return 0;
	}
	while (rc == 0 && (slash = strchr(at, '/')) != NULL) {
		if ((size_t)(slash - at) > NAME_MAX || slash == at) {
			rc = error_set(err, OPS_EINVALID, "bad path '%s'", path);
			break;
		}
		memcpy(part, at, (size_t)(slash - at));
		part[slash - at] = '\0';
		rc = step(&next, dir, part, create, path, err);
		if (rc == 0) {
			close(dir);
			dir = next;
			at = slash + 1;
		}
	}
	if (rc < 0) {
		close(dir);
		return rc;
	}
	*out = dir;
	*name = at;
	return 0;
}
