/* SPDX-License-Identifier: MIT */
/*
 * Durability with the fewest waits.
 *
 * An act writes about five object files, a journal, a ref, an index and a
 * document.  fsync of each would commit the file system's own log each time.
 * ext3, ext4 and xfs keep *one* log for all metadata, in order: committing it
 * up to the newest change commits all older ones.  So there
 *
 *  - sync_file_range() with all three flags writes a file's bytes and waits;
 *    when it returns, blocks and size belong to the log's current transaction
 *    or an older one (the wait covers the conversion of unwritten extents);
 *  - fsync of the directory that the journal was renamed into commits that
 *    transaction and flushes the disk's cache, and with the journal's name all
 *    objects, their directories and their bytes: the barrier.
 *
 * Files that are later renamed over others (index, documents) get the first
 * step alone: after a power cut the old or the new one is there, whole.
 *
 * Everywhere else (btrfs, overlay, network...) nothing is assumed: fdatasync
 * for a file, syncfs for the barrier.  The kernel gives ext2 and ext4 without
 * a log the same magic number; there a power cut needs fsck anyway.
 *
 * Not covered: objects that another program left unsynced before us.  git has
 * `core.fsync` for those.
 */
#include "store/durable.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/vfs.h>
#include <unistd.h>

#define MAGIC_EXT 0xEF53
#define MAGIC_XFS 0x58465342

bool durable_logged(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 && (fs.f_type == MAGIC_EXT ||
					 fs.f_type == MAGIC_XFS);
}

void durable_begin(int fd)
{
	(void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
}

static int retry(int (*call)(int), int fd)
{
	int rc;

	do
		rc = call(fd);
	while (rc != 0 && errno == EINTR);
	return rc;
}

static int failed(const char *name, struct ops_error *err)
{
	return error_set(err, OPS_EIO, "cannot write '%s' to the disk: %s", name,
			 strerror(errno));
}

int durable_data(int fd, const char *name, struct ops_error *err)
{
	const unsigned all = SYNC_FILE_RANGE_WAIT_BEFORE | SYNC_FILE_RANGE_WRITE |
			     SYNC_FILE_RANGE_WAIT_AFTER;
	int rc;

	if (durable_logged(fd)) {
		do
			rc = sync_file_range(fd, 0, 0, all);
		while (rc != 0 && errno == EINTR);
		if (rc == 0)
			return 0;
		if (errno != ENOSYS && errno != EINVAL)
			return failed(name, err);
	}
	return retry(fdatasync, fd) == 0 ? 0 : failed(name, err);
}

int durable_order(int fd, const char *name, struct ops_error *err)
{
	if (durable_logged(fd))
		return 0;
	return retry(syncfs, fd) == 0 ? 0 : failed(name, err);
}

int durable_barrier(const char *dir, struct ops_error *err)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC), rc = 0;

	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot open '%s': %s", dir,
				 strerror(errno));
	if (!durable_logged(fd) && retry(syncfs, fd) != 0)
		rc = failed(dir, err);
	if (rc == 0 && retry(fsync, fd) != 0)
		rc = failed(dir, err);
	close(fd);
	return rc;
}
