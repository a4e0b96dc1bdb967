/* SPDX-License-Identifier: MIT */
#ifndef STORE_FILE_H
#define STORE_FILE_H

/* Whole files, read and written without short counts; safe directory chains. */

#include <stdbool.h>
#include <stddef.h>
#include <sys/stat.h>

#include "util/error.h"

struct buf;

/* "dir/name" for the caller to free; NULL when out of memory. */
char *file_join(const char *dir, const char *name);

/* Make the directory `path` unless it is there.  A link is not taken for one: what is
 * written below would land elsewhere.  OPS_EENVIRONMENT; OPS_EIO. */
int file_own_directory(const char *path, struct ops_error *err);

/* Read all of a regular file, not following a link in its last part.
 * OPS_ENOTFOUND; OPS_EINVALID (larger than max, or not regular); OPS_EIO. */
int file_read_at(struct buf *out, int dir, const char *name, size_t max,
		 struct ops_error *err);
int file_read(struct buf *out, const char *path, size_t max,
	      struct ops_error *err);

/* The same as a new string for the caller to free, and in *st how the file was when it was
 * opened, or (`after`) when it had been read: then what was read is what it held before, if it
 * was so before. */
int file_take_at(void **out, size_t *len, struct stat *st, bool after, int dir,
		 const char *name, size_t max, struct ops_error *err);

/* The same by one call for the whole of `path` below the open directory `top`, which follows
 * no link in any part.  False: it is not there, or the kernel cannot do that, and
 * file_parent() tells which. */
bool file_take_below(int *rc, void **out, size_t *len, struct stat *st, bool after, int top,
		     const char *path, size_t max, struct ops_error *err);

/* Write all bytes to a descriptor; OPS_EIO. */
int file_write(int fd, const void *data, size_t len, const char *name,
	       struct ops_error *err);

/* Close, with the error a delayed write may report.  fd < 0 is fine. */
int file_close(int fd, const char *name, struct ops_error *err);

/* Open the directory `dir` below the open directory `top` by one call that follows no
 * link.  Negative: with errno ENOENT it is not there; else the kernel cannot do that, or it
 * is no directory: file_parent() tells which. */
int file_directory_at(int top, const char *dir);

/*
 * Open the directory that holds `path`, part by part below `root`, following
 * no link.  *name points to the last part.  With `create` missing directories
 * are made.  OPS_ENOTFOUND; OPS_EINVALID (a part is no directory); OPS_EIO.
 */
int file_parent(int *out, const char **name, const char *root, const char *path,
		bool create, struct ops_error *err);

#endif
