/* SPDX-License-Identifier: MIT */
/*
 * Replacing a file of the work tree: by a whole one beside it, renamed over it.
 *
 * Follows no link, keeps the mode, and never writes over what it has not been shown:
 * the file is read once more and compared just before.
 */
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "store/file.h"
#include "store/repo.h"
#include "store/work.h"
#include "util/buf.h"
#include "util/random.h"

#define NAME_DIGITS 12

/* Write the new file, and take it away again if that fails. */
static int write_beside(char name[32], int dir, mode_t mode, const void *data, size_t len,
			struct ops_error *err)
{
	char random[NAME_DIGITS + 1];
	int fd, rc;

	if (!random_base32(random, NAME_DIGITS))
		return error_set(err, OPS_EIO, "there is no randomness for a name");
	snprintf(name, 32, ".ops-new-%s", random);
	fd = openat(dir, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot create a file beside it");
	rc = file_write(fd, data, len, name, err);
	if (rc == 0 && (fchmod(fd, mode & 07777) || fsync(fd)))
		rc = error_set(err, OPS_EIO, "cannot write '%s'", name);
	if (file_close(fd, name, rc ? NULL : err) && rc == 0)
		rc = OPS_EIO;
	if (rc)
		unlinkat(dir, name, 0);
	return rc;
}

int work_read(struct buf *out, struct store *s, const char *path, size_t max,
	      struct ops_error *err)
{
	const char *name;
	int dir, rc = file_parent(&dir, &name, s->work_dir, path, false, err);

	if (rc == 0) {
		rc = file_read_at(out, dir, name, max, err);
		close(dir);
	}
	return rc;
}

int work_replace(struct store *s, const char *path, const void *old, size_t old_len,
		 const void *data, size_t len, struct ops_error *err)
{
	struct buf now = BUF_INIT;
	const char *name;
	char beside[32];
	struct stat st;
	int dir = -1, rc = file_parent(&dir, &name, s->work_dir, path, false, err);

	if (rc < 0)
		return rc;
	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) || !S_ISREG(st.st_mode))
		rc = error_set(err, OPS_ECHANGED, "'%s' is no file any more", path);
	if (rc == 0)
		rc = write_beside(beside, dir, st.st_mode, data, len, err);
	if (rc) {
		error_prefix(err, "'%s'", path);
		close(dir);
		return rc;
	}
	rc = file_read_at(&now, dir, name, old_len + 1, err);
	if (rc == OPS_EINVALID || (rc == 0 && (now.len != old_len ||
					       memcmp(now.data, old, old_len))))
		rc = error_set(err, OPS_ECHANGED, "'%s' was changed meanwhile", path);
	if (rc == 0 && renameat(dir, beside, dir, name))
		rc = error_set(err, OPS_EIO, "cannot replace '%s'", path);
	if (rc)
		unlinkat(dir, beside, 0);
	else
		fsync(dir);
	buf_release(&now);
	close(dir);
	return rc;
}
