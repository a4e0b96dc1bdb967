/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_KEY_H
#define CHANGE_KEY_H

/* Acts that are asked for again by the same key. */

#include "change/draft.h"

#define KEY_MAX 200

/* The Ops-Id of what `actor` does by this key: the same in every clone.  `verb`: a request that
 * its commit does not name, for which the key is then; or NULL.  OPS_EUSAGE: no such key. */
int key_id(char id[33], const char *actor, const char *key, const struct ops_request *verb,
	   struct ops_error *err);

struct map;

/* The ids of all acts that `tip` has, and their commits: for who looks for many. */
int key_index(struct map **out, struct arena *arena, struct ops_repo *repo,
	      const struct oid *tip, struct ops_error *err);

/*
 * Look in the history of the plan for the act of that id.  When it is there, the draft
 * becomes what was done then, *subject its subject and *commit its commit.  `index` may be
 * NULL, and so may `action`: any is meant.  OPS_EUSAGE: it was something else that was done
 * by this key.
 */
int key_look(bool *found, struct oid *commit, const char **subject, struct draft *d,
	     const char *id, const char *action, const struct ops_request *r,
	     const struct map *index, struct ops_error *err);

#endif
