/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_CHANGE_H
#define CHANGE_CHANGE_H

/* What the files of this folder share of carrying out changes. */

#include "change/draft.h"

struct map;
struct planning_run;

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

/* What a commit of a group is made with, beside its request. */
struct change_beside {
	const struct map *index;	/* of key_index(); or NULL */
	struct planning_run *run;	/* of an act that planning decides; or NULL */
	bool dry_run;			/* no signer is asked, and the outcome is not committed */
};

/*
 * Decide and judge one request on top of `onto`, and write its commit, which no branch knows:
 * *made is it, or stays when there was nothing to do.  Returns as ops_repo_change().
 */
int change_build(struct oid *made, struct ops_outcome **out, struct ops_findings *findings,
		 struct ops_repo *repo, const struct ops_request *request,
		 const struct oid *onto, const struct change_beside *beside,
		 struct ops_error *err);

/* Copy an act into an arena.  False when out of memory. */
bool change_copy_act(struct ops_act *to, struct arena *arena, const struct ops_act *from);

/* Bring the cache of the state up to date, if there is one: while its trees are still at
 * hand that costs least.  Whether it can be done is nobody's concern. */
void change_follow(struct ops_repo *repo);

#endif
