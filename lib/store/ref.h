/* SPDX-License-Identifier: MIT */
#ifndef STORE_REF_H
#define STORE_REF_H

/* Moving the branch of state: the commit point. */

#include "store/history.h"
#include "store/lock.h"

/* <common dir>/<ref>.lock, to be freed. */
char *ref_lock_path(const struct store *s, const char *ref);

/* Prepare the lock file; it holds the new value already. */
int ref_prepare(struct held *h, struct store *s, const char *ref,
		const struct oid *new, struct ops_error *err);

/* Whether the branch can be made where it does not exist: no longer and no
 * shorter name is in the way.  OPS_EENVIRONMENT. */
int ref_may_exist(struct store *s, const char *ref, struct ops_error *err);

/*
 * Rename the taken lock to the ref.  Returns 0 when the ref was read back as
 * new (*durable says whether that survives a power cut); OPS_EIO when it is
 * still `old` (the caller undoes); OPS_EUNKNOWN.
 */
int ref_publish(bool *durable, struct held *h, struct store *s, const char *ref,
		const struct oid *old, const struct oid *new,
		struct ops_error *err);

/* Add the reflog lines git would; OPS_EIO is worth a note at most. */
int ref_log(struct store *s, const char *ref, const struct oid *old,
	    const struct oid *new, const struct signature *who,
	    const char *message, struct ops_error *err);

/* Whether `commit` is the value of the ref or an ancestor of it. */
int ref_holds(bool *out, struct store *s, const char *ref,
	      const struct oid *commit, const struct oid *old,
	      struct ops_error *err);

/* The value of a ref that need not be the branch of state; OPS_ENOTFOUND. */
int ref_value(struct oid *out, struct store *s, const char *ref,
	      struct ops_error *err);

#endif
