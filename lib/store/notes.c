/* SPDX-License-Identifier: MIT */
/*
 * Notes: files of a clone that may be deleted at any time, and files of the user.
 *
 * Must never follow a link inside the repository, which may have come from anywhere,
 * and never trust a file of the user that somebody else could have written.  A file is
 * replaced by rename, so a reader sees the old one or the new one.
 */
#include "store/notes.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/store.h"
#include "util/buf.h"
#include "util/random.h"

#define NAME_ROOM 256

int notes_put(struct notes_out *out, const void *data, size_t len, struct ops_error *err)
{
	return file_write(out->fd, data, len, out->name, err);
}

int notes_go(struct notes_out *out, size_t at, struct ops_error *err)
{
	return lseek(out->fd, (off_t)at, SEEK_SET) < 0 ?
	       error_set(err, OPS_EIO, "cannot write '%s': %s", out->name, strerror(errno)) : 0;
}

/* Make a file beside `name`, for reading and writing, under a name that is put into
 * `temporary`. */
static int make_temporary(int *fd, char temporary[NAME_ROOM], int dir, const char *name,
			  struct ops_error *err)
{
	char random[13];

	if (!random_base32(random, sizeof(random) - 1))
		return error_set(err, OPS_EIO, "the system has no random numbers");
	if (snprintf(temporary, NAME_ROOM, "%s.%s.new", name, random) >= NAME_ROOM)
		return error_set(err, OPS_EINVALID, "the name '%s' is too long", name);
	*fd = openat(dir, temporary, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (*fd < 0)
		return error_set(err, OPS_EIO, "cannot make '%s': %s", temporary,
				 strerror(errno));
	return 0;
}

static int write_made(int dir, const char *name, notes_make *make, void *payload, bool durable,
		      struct ops_error *err)
{
	char temporary[NAME_ROOM];
	struct notes_out out = { -1, temporary };
	int ret = make_temporary(&out.fd, temporary, dir, name, err);

	if (ret)
		return ret;
	ret = make(&out, payload, err);
	if (ret == 0 && durable)
		ret = durable_data(out.fd, temporary, err);
	if (ret)
		(void)file_close(out.fd, temporary, NULL);
	else
		ret = file_close(out.fd, temporary, err);
	if (ret == 0 && renameat(dir, temporary, dir, name))
		ret = error_set(err, OPS_EIO, "cannot put '%s' in its place: %s", name,
				strerror(errno));
	if (ret)
		(void)unlinkat(dir, temporary, 0);
	return ret;
}

/* Bytes that are in memory. */
struct bytes {
	const void *data;
	size_t len;
};

static int make_of_bytes(struct notes_out *out, void *payload, struct ops_error *err)
{
	const struct bytes *bytes = payload;

	return notes_put(out, bytes->data, bytes->len, err);
}

static int write_at(int dir, const char *name, const void *data, size_t len, bool durable,
		    struct ops_error *err)
{
	struct bytes bytes = { data, len };

	return write_made(dir, name, make_of_bytes, &bytes, durable, err);
}

/* Open the directory of a note; *last is its name there. */
static int open_notes(int *dir, const char **last, char path[NAME_ROOM], struct store *s,
		      const char *name, bool create, struct ops_error *err)
{
	if (snprintf(path, NAME_ROOM, "ops/%s", name) >= NAME_ROOM)
		return error_set(err, OPS_EINVALID, "the name '%s' is too long", name);
	return file_parent(dir, last, store_common_dir(s), path, create, err);
}

int notes_read(struct buf *out, struct store *s, const char *name, size_t max,
	       struct ops_error *err)
{
	char path[NAME_ROOM];
	const char *last;
	int dir, ret = open_notes(&dir, &last, path, s, name, false, err);

	if (ret)
		return ret;
	ret = file_read_at(out, dir, last, max, err);
	close(dir);
	return ret;
}

int notes_open(int *fd, struct store *s, const char *name, struct ops_error *err)
{
	char path[NAME_ROOM];
	const char *last;
	int dir, ret = open_notes(&dir, &last, path, s, name, false, err);

	if (ret)
		return ret;
	*fd = openat(dir, last, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	if (*fd < 0)
		ret = error_set(err, errno == ENOENT ? OPS_ENOTFOUND : OPS_EIO,
				"cannot open '%s': %s", name, strerror(errno));
	close(dir);
	return ret;
}

int notes_nameless(int *fd, struct store *s, struct ops_error *err)
{
	char path[NAME_ROOM], temporary[NAME_ROOM];
	const char *last;
	int dir, ret = open_notes(&dir, &last, path, s, "nameless", true, err);

	if (ret)
		return ret;
	*fd = openat(dir, ".", O_TMPFILE | O_EXCL | O_RDWR | O_CLOEXEC, 0600);
	/* Not every file system can. */
	if (*fd < 0) {
		ret = make_temporary(fd, temporary, dir, last, err);
		if (ret == 0)
			(void)unlinkat(dir, temporary, 0);
	}
	close(dir);
	return ret;
}

int notes_write_made(struct store *s, const char *name, notes_make *make, void *payload,
		     bool durable, struct ops_error *err)
{
	char path[NAME_ROOM];
	const char *last;
	int dir, ret = open_notes(&dir, &last, path, s, name, true, err);

	if (ret)
		return ret;
	ret = write_made(dir, last, make, payload, durable, err);
	close(dir);
	return ret;
}

bool notes_writable(struct store *s)
{
	char *own = file_join(store_common_dir(s), "ops");
	bool can = own && (access(own, W_OK | X_OK) == 0 ||
			   (errno == ENOENT && access(store_common_dir(s), W_OK | X_OK) == 0));

	free(own);
	return can;
}

/* How many there are; *oldest names the one that was written first. */
static size_t count_notes(char oldest[NAME_ROOM], DIR *all, const char *prefix,
			  const char *newest)
{
	struct timespec first = { 0 };
	const struct dirent *e;
	struct stat st;
	size_t nr = 0;

	oldest[0] = '\0';
	rewinddir(all);
	while ((e = readdir(all)) != NULL) {
		if (strncmp(e->d_name, prefix, strlen(prefix)) != 0 ||
		    strlen(e->d_name) >= NAME_ROOM ||
		    fstatat(dirfd(all), e->d_name, &st, AT_SYMLINK_NOFOLLOW) != 0)
			continue;
		nr++;
		if (strcmp(e->d_name, newest) == 0 ||
		    (oldest[0] && (st.st_mtim.tv_sec > first.tv_sec ||
				   (st.st_mtim.tv_sec == first.tv_sec &&
				    st.st_mtim.tv_nsec >= first.tv_nsec))))
			continue;
		first = st.st_mtim;
		memcpy(oldest, e->d_name, strlen(e->d_name) + 1);
	}
	return nr;
}

void notes_keep(struct store *s, const char *prefix, const char *newest, size_t max)
{
	char path[NAME_ROOM], oldest[NAME_ROOM];
	const char *last;
	int dir = -1, ret = open_notes(&dir, &last, path, s, newest, false, NULL);
	DIR *all = ret == 0 ? fdopendir(dir) : NULL;

	if (!all && dir >= 0)
		close(dir);
	while (all && count_notes(oldest, all, prefix, newest) > max && oldest[0])
		if (unlinkat(dirfd(all), oldest, 0) != 0)
			break;
	if (all)
		closedir(all);
}

int notes_write(struct store *s, const char *name, const void *data, size_t len,
		bool durable, struct ops_error *err)
{
	struct bytes bytes = { data, len };

	return notes_write_made(s, name, make_of_bytes, &bytes, durable, err);
}

/* Make a directory and those above it; that it is there already is fine. */
static void make_directories(const char *dir)
{
	char *path = strdup(dir), *slash;

	for (slash = path ? strchr(path + 1, '/') : NULL; slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0700);
		*slash = '/';
	}
	if (path)
		(void)mkdir(path, 0700);
	free(path);
}

static int open_private(int *fd, const char *dir, bool create, struct ops_error *err)
{
	struct stat st;

	if (create)
		make_directories(dir);
	*fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (*fd < 0)
		return error_set(err, errno == ENOENT ? OPS_ENOTFOUND : OPS_EENVIRONMENT,
				 "cannot open '%s': %s", dir, strerror(errno));
	if (fstat(*fd, &st) || st.st_uid != geteuid() || st.st_mode & (S_IWGRP | S_IWOTH)) {
		close(*fd);
		return error_set(err, OPS_EENVIRONMENT, "'%s' is not yours alone: nobody else "
				 "may own it or write there", dir);
	}
	return 0;
}

/* Whether a file of the directory is the user's own, and, if there is a `mask`, not open
 * to others in these ways.  That there is none is fine. */
static int check_owner(int dir, const char *name, mode_t mask, struct ops_error *err)
{
	struct stat st;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) ||
	    (st.st_uid == geteuid() && !(st.st_mode & mask)))
		return 0;
	return error_set(err, OPS_EENVIRONMENT, "'%s' is not yours alone: nobody else may "
			 "own or change it", name);
}

int private_read(struct buf *out, const char *dir, const char *name, size_t max,
		 struct ops_error *err)
{
	int fd, ret = open_private(&fd, dir, false, err);

	if (ret)
		return ret;
	ret = check_owner(fd, name, S_IWGRP | S_IWOTH, err);
	if (ret == 0)
		ret = file_read_at(out, fd, name, max, err);
	close(fd);
	return ret;
}

int private_write(const char *dir, const char *name, const void *data, size_t len,
		  struct ops_error *err)
{
	int fd, ret = open_private(&fd, dir, true, err);

	if (ret)
		return ret;
	ret = write_at(fd, name, data, len, true, err);
	close(fd);
	return ret;
}

int private_remove(const char *dir, const char *name, struct ops_error *err)
{
	int fd, ret = open_private(&fd, dir, false, err);

	if (ret)
		return ret == OPS_ENOTFOUND ? 0 : ret;
	if (unlinkat(fd, name, 0) && errno != ENOENT)
		ret = error_set(err, OPS_EENVIRONMENT, "cannot remove '%s' of '%s': %s", name,
				dir, strerror(errno));
	close(fd);
	return ret;
}

/* Read the secret; OPS_ENOTFOUND when there is none or it is none. */
static int read_secret(char hex[DIGEST_HEX + 1], int dir, struct ops_error *err)
{
	struct buf text = BUF_INIT;
	int ret = check_owner(dir, "secret", S_IRWXG | S_IRWXO, err);

	if (ret == 0)
		ret = file_read_at(&text, dir, "secret", DIGEST_HEX + 1, err);
	if (ret == 0 && text.len && text.data[text.len - 1] == '\n')
		text.data[--text.len] = '\0';
	if (ret == 0 && (text.len != DIGEST_HEX || !digest_is_hex(text.data)))
		ret = error_set(err, OPS_EINVALID, "'secret' is damaged: remove it");
	if (ret == 0)
		memcpy(hex, text.data, DIGEST_HEX + 1);
	buf_release(&text);
	return ret;
}

int private_secret(char hex[DIGEST_HEX + 1], const char *dir, struct ops_error *err)
{
	char text[DIGEST_HEX + 2];
	int fd, ret = open_private(&fd, dir, true, err);

	if (ret)
		return ret;
	ret = read_secret(hex, fd, err);
	if (ret == OPS_ENOTFOUND) {
		ret = random_hex128(text) && random_hex128(text + DIGEST_HEX / 2) ? 0 :
		      error_set(err, OPS_EIO, "the system has no random numbers");
		memcpy(text + DIGEST_HEX, "\n", 2);
		/* Who made it first is read back. */
		if (ret == 0)
			ret = write_at(fd, "secret", text, DIGEST_HEX + 1, true, err);
		if (ret == 0)
			ret = read_secret(hex, fd, err);
	}
	close(fd);
	return ret;
}
