/* SPDX-License-Identifier: MIT */
#ifndef JUDGE_JUDGE_H
#define JUDGE_JUDGE_H

/*
 * The one judge: a world before, a world after, an actor, a message -> findings.
 *
 * Everything that asks whether a change is legal asks judge_change(): commands
 * before they write, checks of hand edits, the audit of a history.  It is pure:
 * no clock, network, environment or disk beyond the two snapshots and the commits they
 * were made on; the same inputs give the same findings; it reports all of them, not the first.
 *
 * Authority (powers, roster, gates recorded, policy) is that of the world
 * before; what is judged is the world after.
 * A commit that arrives by a merge is asked about once more, by the authority of
 * what it joins.
 */

#include "model/gate.h"
#include "model/roster.h"
#include "store/signature.h"
#include "text/message.h"

struct map;

enum change_kind { CHANGE_CREATED, CHANGE_MODIFIED, CHANGE_MOVED, CHANGE_DELETED,
		   CHANGE_PAIRED };	/* the last: part of one that moved, and then no more */

/* One governed document that differs.  For a document that cannot be read the
 * side is NULL (and was reported). */
struct change {
	enum change_kind kind;
	const char *path, *old_path;	/* equal unless moved; path is the old one if deleted */
	const struct type *type;
	struct ops_document *before, *after;
	const struct transition *transition;	/* recognised by the judge; or NULL */
	const char *from, *to;			/* status; NULL for none */
	bool odd_mode;				/* a link, a submodule, … */
	bool edited;				/* besides its transition, if it has one */
};

/* In: */
struct judge_case {
	struct world *before, *after;
	struct world *authority;	/* whose roster and rules are in force; NULL = before */
	const char *message;		/* the commit's; NULL when there is none yet */
	size_t message_len;
	const char *claimed;		/* who says to act (overrides the message); NULL */
	const char *author;		/* e-mail, for who acts without a claim; NULL */
	const struct signer *signer;	/* what its signature says; NULL: unsigned */
	int64_t now;			/* seconds: today */
	bool lenient;			/* of a history: do not refuse for what the change
					   did not touch (unreadable roster entries) */
	bool drafted;			/* what it makes is a draft of a command's, to be mended
					   by its options */
	bool carried;			/* it was made on the other side of a merge: what its
					   records copy out of a document is of what that was
					   there */
	bool strict;			/* messages and secrets are looked at though the
					   configuration leaves them off */
	bool (*only)(const char *path, void *payload);	/* judge these files; NULL: all */
	void *payload;
	const struct map *added;	/* of a merge: of these, its own work, which is not
					   joined of what its sides did; NULL: that is not asked */
/* Out, belonging to the worlds: */
	const struct agent *actor;	/* who is claimed to act; NULL: nobody known */
	const struct agent *verified;	/* of these entries the one whose key signed, when it is
					   the actor's person; NULL: the claim is all there is */
	const struct change *changes;
	size_t changes_nr;
	bool configures;		/* ops.yaml was changed */
	bool before_ops;		/* neither world has an ops.yaml: not judged */
	struct message parsed;		/* zero without a message */
};

/* Returns 0 whatever was found (ops_findings_refuse() says whether it is
 * legal); OPS_ENOMEM, OPS_EIO: no judgement could be made. */
int judge_change(struct judge_case *c, struct ops_findings *findings,
		 struct ops_error *err);

/* Whether what the sides of a merge did, each judged where it was made, can be there at
 * once; files that are `own` to the merge are judged as its changes.  Statuses as above. */
int judge_together(struct world *merged, struct world *const *sides, size_t sides_nr,
		   bool (*own)(const char *path, void *payload), void *payload,
		   struct ops_findings *findings, struct ops_error *err);

/* Standing rules to be asked whatever the configuration says of them. */
enum judge_standing { JUDGE_MESSAGES = 1, JUDGE_SECRETS = 2, JUDGE_SCOPE = 4,
		      JUDGE_CHANGELOG = 8 };
int judge_standing(struct judge_case *c, unsigned which, struct ops_findings *findings,
		   struct ops_error *err);

/* Another parent of a merge, and what it has in common with the first one. */
struct landing_side {
	struct snap *base, *tip;
	struct world *authority;	/* of the tip; NULL: the line's is in force there, too */
};

/* A commit that is about to stand in the line of a branch. */
struct landing {
	struct world *authority;	/* whose roster and rules are in force */
	struct snap *before, *after;	/* its first parent, and it */
	const char *branch;		/* without refs/heads/ */
	const char *author, *committer;	/* e-mail; NULL: not known */
	const struct landing_side *sides;	/* its other parents */
	size_t sides_nr;
};

/* Whether it may, where that branch is protected.  Returns as judge_change(). */
int judge_landing(const struct landing *l, struct ops_findings *findings,
		  struct ops_error *err);
int judge_protects(bool *out, struct world *authority, const char *branch,
		   struct ops_error *err);

/* Whether a document is where a transition leads from, and has not gone that way when it
 * goes once; else the findings that refuse it. */
bool judge_allows(const struct ops_document *d, const struct transition *tr,
		  struct ops_findings *findings);

/* Whether a task is where it can be handed over; else the finding that refuses that. */
bool judge_hands_over(const struct ops_document *task, struct ops_findings *findings);

/* Whether two versions of a document say the same: values, body, and comments. */
bool judge_same(const struct ops_document *a, const struct ops_document *b);

/* The rules for a document by itself, as it stands in its world. */
int judge_document(struct ops_document *d, int64_t now,
		   struct ops_findings *findings, struct ops_error *err);

/* The rules for ops.yaml, roster and other things of a world as a whole. */
int judge_world(struct world *w, struct ops_findings *findings,
		struct ops_error *err);

#endif
