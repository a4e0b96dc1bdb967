/* SPDX-License-Identifier: MIT */
#ifndef STORE_NOTES_H
#define STORE_NOTES_H

/*
 * Small files that are no state: what this clone remembers, below its common directory,
 * and what this user does, in a directory of theirs that no repository can reach.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/digest.h"
#include "util/error.h"

struct buf;
struct store;

/* Read <common dir>/ops/<name>, following no link.  OPS_ENOTFOUND; OPS_EINVALID (larger
 * than max, or not regular); OPS_EIO. */
int notes_read(struct buf *out, struct store *s, const char *name, size_t max,
	       struct ops_error *err);
/* Open it for reading, whatever it is; the same statuses. */
int notes_open(int *fd, struct store *s, const char *name, struct ops_error *err);
/* Make one that no name leads to, for reading and writing: it is gone when it is closed, or its
 * process dies.  OPS_EIO; OPS_EINVALID. */
int notes_nameless(int *fd, struct store *s, struct ops_error *err);
/* Put a new one in its place, whole or not at all; `durable`: on the disk before. */
int notes_write(struct store *s, const char *name, const void *data, size_t len,
		bool durable, struct ops_error *err);

/* Remove the oldest notes of that prefix until no more than `max` are left, but never
 * `newest`: what branches that are gone have left, and deaths. */
void notes_keep(struct store *s, const char *prefix, const char *newest, size_t max);

/* Whether that could be done. */
bool notes_writable(struct store *s);
/* The same of bytes that are made while they are written, so that they need not be in memory
 * at once: `make` gives them to notes_put(), which may fail. */
struct notes_out {
	int fd;
	const char *name;
};
typedef int notes_make(struct notes_out *out, void *payload, struct ops_error *err);
int notes_put(struct notes_out *out, const void *data, size_t len, struct ops_error *err);
/* What is put next begins there; what is left out before it is zeros until it is put. */
int notes_go(struct notes_out *out, size_t at, struct ops_error *err);
int notes_write_made(struct store *s, const char *name, notes_make *make, void *payload,
		     bool durable, struct ops_error *err);

/* The same in the directory `dir` of the user, which is made if need be.  A file that
 * others may write, or that belongs to somebody else, is OPS_EENVIRONMENT. */
int private_read(struct buf *out, const char *dir, const char *name, size_t max,
		 struct ops_error *err);
int private_write(const char *dir, const char *name, const void *data, size_t len,
		  struct ops_error *err);
/* Remove it; that it is not there is fine. */
int private_remove(const char *dir, const char *name, struct ops_error *err);

/* A secret of the user, made when there is none: with it they know again what they have
 * written elsewhere. */
int private_secret(char hex[DIGEST_HEX + 1], const char *dir, struct ops_error *err);

#endif
