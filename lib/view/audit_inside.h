/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_INSIDE_H
#define VIEW_AUDIT_INSIDE_H

/* What the files of the audit share. */

#include "judge/judge.h"
#include "model/repo.h"
#include "ops/audit.h"
#include "util/map.h"

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

struct verifying {
	struct ops_repo *repo;
	struct ops_audit_result *result;
	size_t known;
	int (*each)(const struct ops_audit_commit *commit, void *payload);
	void (*progress)(size_t done, size_t known, void *payload);
	void *payload;
	struct kept_world kept;
	struct arena *arena;	/* of the whole run: ids of acts seen */
	struct map *seen;
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

/* Judge the commit against one parent (NULL: it has none). */
int audit_judge_by(struct judged *j, const struct oid *parent, struct ops_error *err);

/* audit_dispute.c: signature.disputed. */
int audit_dispute_begin(struct verifying *v, const struct oid *tip, struct ops_error *err);
void audit_dispute(struct judged *j);

/* Judge a merge. */
int audit_judge_merge(struct judged *j, struct ops_error *err);

#endif
