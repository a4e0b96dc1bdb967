/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_CHANGE_H
#define CHANGE_CHANGE_H

/* What the files of this folder share of carrying out changes. */

#include "change/draft.h"

struct map;

struct outcome {
	struct ops_outcome public;	/* first: freed by its address */
	struct arena *arena;
};

/* Fill a draft with the first act of a repository, its message and identities. */
typedef int change_genesis_fn(struct draft *d, const char **subject, void *payload,
			      struct ops_error *err);

/* The act that makes a repository an ops repository; the branch may be unborn. */
int change_genesis(struct ops_outcome **out, struct ops_findings *findings,
		   struct ops_repo *repo, change_genesis_fn *genesis, void *payload,
		   struct ops_error *err);

/*
 * Decide and judge one request on top of `onto`, and write its commit, which no branch knows:
 * *made is it, or stays when there was nothing to do.  `index` is of key_index(), or
 * NULL.  Returns as ops_repo_change().
 */
int change_build(struct oid *made, struct ops_outcome **out, struct ops_findings *findings,
		 struct ops_repo *repo, const struct ops_request *request,
		 const struct oid *onto, const struct map *index, struct ops_error *err);

#endif
