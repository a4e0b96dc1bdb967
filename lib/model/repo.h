/* SPDX-License-Identifier: MIT */
#ifndef MODEL_REPO_H
#define MODEL_REPO_H

/* An open repository: the store, what came in through the options, and what its
 * worlds share. */

#include "model/roll.h"
#include "model/roster.h"
#include "ops/repo.h"
#include "store/signature.h"
#include "store/store.h"

/* Keys of git's configuration. */
#define REPO_KEY_ACTOR "ops.actor"
#define REPO_KEY_NAME "user.name"
#define REPO_KEY_EMAIL "user.email"
#define REPO_KEY_GPG "gpg.program"

struct ops_repo {
	struct store *store;
	struct world_cache *cache;
	struct verifier verifier;
	struct arena *arena;
	const char *actor;		/* as claimed by options or git config; or NULL */
	const char *private_dir;	/* or NULL */
	const char *name, *email;	/* of who runs this; NULL = not configured */
	const char *home;		/* or NULL */
	const char *ssh_agent;		/* its socket; or NULL */
	int64_t now;
	int utc_offset;
	unsigned wait_ms;
	const char *key;		/* of what is done; or NULL */
	bool own_keys;		/* keys are made by the library, for what began in this clone */
	const char *const *env;		/* for programs we run; or NULL */
	bool decides;
	void (*progress)(const char *what, size_t done, size_t known, void *payload);
	void *progress_payload;
};

/* Wrap an open store (which becomes the repository's, also on failure). */
int repo_of_store(struct ops_repo **out, struct store *store,
		  const struct ops_repo_options *options, struct ops_error *err);

/* The store options that come from repository options. */
struct store_options repo_store_options(const struct ops_repo_options *options);

/* The state as it is now: the snapshot of its tip, and the world over it, which the caller
 * closes, the world first.  Both are written on success only. */
int repo_tip(struct snap **snap, struct world **world, struct ops_repo *repo,
	     struct ops_error *err);

/* Where the roll of the repository's state is kept. */
struct roll_place repo_roll_place(const struct ops_repo *repo);

/*
 * Who acts, by a roster: the claimed actor, else whose Email is the author's.
 * NULL when nobody fits; *claim is then the name that was looked for (may be NULL).
 */
const struct agent *repo_actor(const struct ops_repo *repo, const struct roster *roster,
			       const char **claim);

/* The author of what an agent does: the roster's name and address if it has both,
 * else git's.  OPS_EENVIRONMENT when there is neither.  `committer` is git's
 * identity if there is one. */
int repo_identity(struct signature *author, struct signature *committer,
		  const struct ops_repo *repo, const struct agent *agent,
		  struct ops_error *err);

#endif
