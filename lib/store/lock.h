/* SPDX-License-Identifier: MIT */
#ifndef STORE_LOCK_H
#define STORE_LOCK_H

/* The lock between writers of this program, and locks that git understands. */

#include <stdbool.h>
#include <stdint.h>

#include "store/store.h"

/*
 * The writers' lock: <common dir>/ops/lock, a kernel lock that ends with its
 * holder.  One for all work trees of a clone.  OPS_EBUSY after wait_ms, with
 * who holds it in err; OPS_EIO.
 */
struct lock {
	int fd;
};
int lock_take(struct lock *out, struct store *s, unsigned wait_ms,
	      struct ops_error *err);
/* Another one, <common dir>/ops/<name>. */
int lock_take_named(struct lock *out, struct store *s, const char *name,
		    unsigned wait_ms, struct ops_error *err);
void lock_drop(struct lock *lock);

/* Which file it is, however it is named. Zero: none. */
struct file_id {
	uint64_t device, inode;
	int64_t born;		/* nanoseconds since 1970; 0 if unknown */
};

/*
 * A lock file as git makes them (<name>.lock).  It is created under a private
 * name, so that the journal can say which file it is before anybody else can
 * see it, and then moved to its place without replacing what is there.
 */
struct held {
	char *private, *path;	/* where it was made; where it locks */
	int fd;
	struct file_id id;
	bool taken;
};
#define HELD_NONE { NULL, NULL, -1, { 0, 0, 0 }, false }

/* Make the private file `private` for the lock `path`. */
int held_prepare(struct held *h, const char *private, const char *path,
		 struct ops_error *err);
/* Move it to its place.  OPS_EBUSY after wait_ms; OPS_EIO. */
int held_take(struct held *h, unsigned wait_ms, struct ops_error *err);
/* Remove it, whether taken or not.  OPS_EIO when it stays. */
int held_drop(struct held *h, struct ops_error *err);
/* Forget it: the file was renamed to what it protects. */
void held_renamed(struct held *h);
void held_release(struct held *h);	/* memory and descriptor only */

int file_identify(struct file_id *out, const char *path, struct ops_error *err);
/* The same file; `other_boot`: device numbers may have changed. */
bool file_same(const struct file_id *a, const struct file_id *b, bool other_boot);

/* Wait about `ms` milliseconds. */
void wait_for(unsigned ms);
/* Milliseconds since some moment, to wait no longer than. */
uint64_t wait_clock_ms(void);

#endif
