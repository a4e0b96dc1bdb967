/* SPDX-License-Identifier: MIT */
#ifndef VIEW_CHECK_FIX_H
#define VIEW_CHECK_FIX_H

/*
 * Mending documents.  A first check collects what could be mended (check_mend()), a
 * second one is made over what that would be, check_fix_compare() drops what is not
 * better, and the rest is written.
 */

#include "view/check_inside.h"

struct fix {
	struct ops_fix fix;
	struct fix *next;
};

/* A document with slips. */
struct mended {
	const char *path, *old, *text;
	size_t old_len, len;
	bool readable;		/* it was before */
	bool dropped;
	struct fix *fixes;
	struct mended *next;
};

struct mending {
	struct arena *arena;
	struct mended *list, **last;
};

/* Look for slips in a document; does nothing unless c->mending is set. */
int check_mend(struct checking *c, const char *path, const struct type *type,
	       bool readable, struct ops_error *err);

/* Drop each document that has a finding mended that it had not before. */
int check_fix_compare(bool *dropped, struct mending *m, const struct ops_findings *before,
		      const struct ops_findings *after, struct ops_error *err);

/* Write what is left.  OPS_ECHANGED: somebody else wrote meanwhile. */
int check_fix_write(const struct mending *m, struct ops_repo *repo, struct ops_error *err);

/* Call options->fixed() for each fix. */
int check_fix_tell(const struct mending *m, const struct ops_check_options *o,
		   struct ops_error *err);

#endif
