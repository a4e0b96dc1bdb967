/* SPDX-License-Identifier: MIT */
#ifndef OPS_REPO_H
#define OPS_REPO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ops/error.h"

#ifdef __cplusplus
extern "C" {
#endif

/* An open repository.  Calling sequence: fill the options, ops_repo_open(),
 * use it, ops_repo_close(). */
struct ops_repo;

/* Everything the library would otherwise have to ask the system for.  All
 * strings are copied; zero-initialise what you do not set. */
struct ops_repo_options {
	const char *directory;	/* where to look for the repository; required */
	const char *git_dir;	/* open exactly this one; NULL = discover */
	const char *ceiling;	/* never look above it; may be NULL */
	const char *home;	/* the user's home, for git's configuration; may be NULL */
	const char *private_dir; /* where this user keeps what no repository may reach: anchors
				   and a secret; it is made when it is needed.  NULL: nowhere */
	const char *branch;	/* branch of state; NULL = git config ops.branch, else
				   the branch that is checked out */
	const char *actor;	/* who acts; NULL = git config ops.actor, else the agent
				   whose Email is the author's */
	const char *author_name, *author_email;	/* NULL = git config user.* */
	const char *ssh_agent;	/* socket of an agent that holds keys to sign with, or NULL */
	const char *gnupg_home;	/* GNUPGHOME for verifying OpenPGP signatures, or NULL */
	int64_t now;		/* seconds since 1970; required */
	int utc_offset;		/* minutes, for commit dates */
	unsigned wait_ms;	/* how long a writer waits for locks */
	bool serves;		/* somebody else asks: of git's configuration only the
				   repository's own file is believed */
	bool inside_hook;	/* git's hook variables are set: writing is refused */
	const char *index_file;	/* GIT_INDEX_FILE, the index that a hook is about; NULL = that of
				   the repository, inside a hook what the environment says */
	/* An act that was done by this key and actor before, here or in a clone, is not done again:
	 * the first result is given back.  NULL = each call is an act of its own. */
	const char *key;
	const char *const *environment;	/* "NAME=value" for git when we run it, ends with NULL;
				   NULL = empty */
	bool decides;		/* what is read will be acted upon: no cache is asked for it */
	/* Told how far long reading is, now and then; may be NULL.  `done` == `known`: it is
	 * over. */
	void (*progress)(const char *what, size_t done, size_t known, void *payload);
	void *progress_payload;
};

/*
 * Open a repository.  Returns 0; OPS_EENVIRONMENT: none here, bare but not
 * named, owned by somebody else, or of a format this build cannot read;
 * OPS_EIO; OPS_ENOMEM.  Since 0.1.
 */
int ops_repo_open(struct ops_repo **out, const struct ops_repo_options *options,
		  struct ops_error *err);

/* Close it; NULL is fine.  Views and outcomes must be freed before. */
void ops_repo_close(struct ops_repo *repo);

/* What to type where there is nobody in the roster yet. */
#define OPS_FIRST_AGENT "ops new agent NAME --id ID -f Role=meta-orchestrator " \
			"-f Department=Executive -f Email=ADDRESS"

/* Where ops_repo_init() finds what the new repository starts with. */
struct ops_init_options {
	const char *from;	/* a directory whose files become the first commit, or NULL */
	const char *branch;	/* keep state on this branch (git config ops.branch), or NULL */
	bool bare;		/* create the git repository bare, if there is none */
	bool anew;		/* although another branch, or one of a remote, holds a state */
};

/* What ops_repo_init() did. */
struct ops_init_result {
	char commit[41];
	char branch[256];	/* short name */
	bool created;		/* a git repository was created too */
	char notes[1024];
};

/*
 * Make `options->directory` an ops repository: create a git repository if there is
 * none, and commit the configuration `05-PROCESSES/ops.yaml` together with every
 * file below `init->from` (which must hold valid documents) as one first act.
 * Returns 0; OPS_EEXISTS when the configuration is there already, or on another branch
 * without `init->anew`; OPS_EINVALID or
 * OPS_EREFUSED with findings; else as ops_repo_change().
 */
int ops_repo_init(struct ops_init_result *result, struct ops_findings *findings,
		  const struct ops_repo_options *options,
		  const struct ops_init_options *init, struct ops_error *err);

/*
 * Settle what a killed process left behind (any writing command does that by
 * itself).  `notes` gets one line for each thing done, "" when there was
 * nothing.  Returns as ops_repo_change().
 */
int ops_repo_recover(char notes[1024], struct ops_repo *repo, struct ops_error *err);

/*
 * See whether the clone's objects should be packed, and ask git for it: `git gc --auto`, which
 * does it in the background.  git config ops.maintenance, maintenance.auto and gc.auto can forbid
 * it.  To be called when an answer was given; cheap when nothing is due.
 */
void ops_repo_upkeep(struct ops_repo *repo);

/* What may be believed: each word is fixed vocabulary. */
struct ops_assurance {
	const char *identity;		/* "asserted" or "signed" */
	const char *history;		/* "unverified" or "verified:<oid>" */
	const char *enforcement;	/* "local" or "server" */
	const char *anchor;		/* "none", "tofu" or "pinned" */
};
struct ops_assurance ops_repo_assurance(const struct ops_repo *repo);

/* "0.1.0" */
const char *ops_version(void);

#ifdef __cplusplus
}
#endif
#endif
