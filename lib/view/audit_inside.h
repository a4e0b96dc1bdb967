/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_INSIDE_H
#define VIEW_AUDIT_INSIDE_H

/* What the files of the audit share. */

#include "judge/judge.h"
#include "model/repo.h"
#include "ops/audit.h"
#include "util/map.h"
#include "view/view.h"

/* The world of a commit, kept because the next commit is usually its child. */
struct kept_world {
	struct oid commit;
	struct snap *snap;
	struct world *world;
	bool used;
};

/* What is disputed of a key. */
struct disputed {
	struct map *commits;		/* by id; NULL: all */
};

/* Ops-Ids, each with the commit that had it first. */
struct audit_ids {
	struct audit_id *list;
	uint32_t *slots;
	size_t nr, room, slots_nr;
};

struct verifying {
	struct ops_repo *repo;
	struct ops_audit_result *result;
	const struct audit_calls *calls;
	bool shallow;
	struct kept_world kept;
	struct audit_ids ids;
	struct arena *arena;		/* of the whole run */
	struct map *disputed;	/* name of a key -> struct disputed; NULL: none */
};

/* What judging one commit needs and makes. */
struct judged {
	struct verifying *v;
	struct commit commit;
	struct arena *arena;
	struct ops_findings *findings;
	struct snap *snap;
	struct world *world;
	const char *actor_id, *verified_id;
	struct signer signer;
	bool touched, before_ops;
	struct map *own;	/* of a merge: files that equal no parent's */
};

/* Open the world of a commit (NULL: an empty one). */
int audit_world(struct world **world, struct snap **snap, struct ops_repo *repo,
		const struct oid *commit, struct ops_error *err);

/* Judge a commit and tell of it; each is asked about once, parents first. */
int audit_commit(struct verifying *v, const struct oid *id, struct ops_error *err);

/* Keep the world of a commit for its children, and no other (NULL: none). */
void audit_keep(struct verifying *v, struct judged *j);

/* Remember the Ops-Id of a commit.  *found: it was that of the commit *first. */
int audit_ids_add(bool *found, struct oid *first, struct audit_ids *ids, const char *id,
		  const struct oid *commit, struct ops_error *err);
void audit_ids_release(struct audit_ids *ids);

/* Judge the commit against one parent (NULL: it has none). */
int audit_judge_by(struct judged *j, const struct oid *parent, struct ops_error *err);

/* audit_dispute.c: signature.disputed. */
int audit_dispute_begin(struct verifying *v, const struct oid *tip, struct ops_error *err);
void audit_dispute(struct judged *j);

/* Judge a merge. */
int audit_judge_merge(struct judged *j, struct ops_error *err);

#endif
