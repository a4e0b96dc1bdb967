/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_UNFIT_H
#define VIEW_AUDIT_UNFIT_H

#include "view/audit_inside.h"

/* What of the sides of a merge cannot be done again, and which documents that is about. */
struct unfit {
	struct arena *arena;
	const struct config *config;	/* of the merge */
	struct map *ids;		/* tasks and the like */
	bool all;			/* it is about who may do what: nothing else holds */
};

/* Of a document at that path, or what is recorded about it. */
int unfit_add(struct unfit *u, const char *path, struct ops_error *err);

/* Of all that a commit changed. */
int unfit_add_commit(struct unfit *u, struct judged *j, const struct commit *c,
		     struct ops_error *err);

/* Whether it is about that document, or about the one that a record there is about. */
int unfit_has(bool *out, const struct unfit *u, const char *path, struct ops_error *err);

#endif
