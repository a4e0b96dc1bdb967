/* SPDX-License-Identifier: MIT */
#ifndef STORE_STORE_H
#define STORE_STORE_H

/*
 * The repository: finding and opening it, its branch of state, revisions.
 * Files of this folder are the only ones that include git2.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/error.h"

struct arena;
struct store;

struct oid {
	unsigned char id[20];
};
#define OID_HEX 40

void oid_hex(char out[OID_HEX + 1], const struct oid *oid);
bool oid_parse(struct oid *out, const char *hex);	/* exactly 40 lower-case digits */
bool oid_equal(const struct oid *a, const struct oid *b);
bool oid_is_zero(const struct oid *oid);

struct store_options {
	const char *directory;	/* where discovery starts; NULL is not allowed */
	const char *git_dir;	/* open exactly this (--git-dir); NULL = discover */
	const char *ceiling;	/* do not go above it; may be NULL */
	const char *branch;	/* branch of state; NULL = git config ops.branch,
				   else the one that is checked out */
	const char *global_config; /* the user's git configuration directory (HOME), or NULL */
	bool own_config;	/* of git's configuration, believe the repository's file only */
	bool inside_hook;	/* GIT_DIR, GIT_INDEX_FILE or GIT_QUARANTINE_PATH was set */
	const char *index_file;	/* GIT_INDEX_FILE: read this index; NULL = the repository's,
				   inside a hook what libgit2 finds */
};

/*
 * Open.  Returns 0; OPS_EENVIRONMENT with a message for: no repository here;
 * bare and found by discovery instead of git_dir; owned by somebody else;
 * object format or extension this build cannot read (named); a git directory
 * that looks bare although its path ends in /.git.  OPS_EIO, OPS_ENOMEM.
 */
int store_open(struct store **out, const struct store_options *options,
	       struct ops_error *err);
/* git init (bare or not) at `directory`, then open.  An existing repository
 * is opened as it is. */
int store_create(struct store **out, const struct store_options *options, bool bare,
		 struct ops_error *err);
void store_close(struct store *s);	/* NULL is fine */

bool store_is_bare(const struct store *s);
const char *store_git_dir(const struct store *s);	/* this work tree's; no trailing '/' */
const char *store_common_dir(const struct store *s);
const char *store_work_dir(const struct store *s);	/* NULL if bare */
/* Full name of the branch of state ("refs/heads/main"); NULL when HEAD is
 * detached and none is configured. */
const char *store_branch(const struct store *s);
/* Whether that branch is what this work tree has checked out. */
bool store_branch_is_head(const struct store *s);

/* git configuration (value belongs to the arena).  OPS_ENOTFOUND.  Never
 * consulted for anything that is a rule. */
int store_config(const char **out, struct store *s, struct arena *arena,
		 const char *key, struct ops_error *err);
/* Whether `each` is true for one of the values of a setting that may have several. */
int store_config_some(bool *out, struct store *s, const char *key,
		      bool (*each)(const char *value, void *payload), void *payload,
		      struct ops_error *err);
/* As store_config(), of the user's and the system's files only, whatever the repository says. */
int store_config_user(const char **out, struct store *s, struct arena *arena,
		      const char *key, struct ops_error *err);
int store_config_set(struct store *s, const char *key, const char *value,
		     struct ops_error *err);	/* in the repository's own file */

/* The tip of the branch of state; OPS_ENOTFOUND when unborn. */
int store_tip(struct oid *out, struct store *s, struct ops_error *err);

/* A commit by what a user may type: a full or unique abbreviated (4+) hex id,
 * HEAD, a branch, a tag, a remote branch, any of these with ~N or ^; nothing
 * else is handed to a parser.  OPS_ENOTFOUND, OPS_EAMBIGUOUS, OPS_EUSAGE. */
int store_resolve(struct oid *out, struct store *s, const char *revision,
		  struct ops_error *err);

/* The full name of the branch, local or of a remote, that such a text means; NULL when it
 * means something else.  The name belongs to the arena. */
int store_branch_named(const char **out, struct store *s, struct arena *arena,
		       const char *revision, struct ops_error *err);

/* Another store of the same repository, by which another thread may read objects; `s` must
 * outlive it, and change nothing meanwhile.  NULL: there can be none. */
struct store *store_twin(struct store *s);
void store_twin_free(struct store *twin);	/* NULL is fine */

/* "merge", "rebase", ... when the work tree is in the middle of one, or NULL. */
const char *store_busy_state(struct store *s);
/* Whether git's ignore files say to leave a path alone; that of a directory ends in '/'. */
bool store_ignores(struct store *s, const char *path);
/* Whether the id of every object is computed again when it is read; without, that of
 * commits is. */
void store_strict(struct store *s, bool strict);
/* Whether the clone is shallow, or would be taken for it. */
bool store_is_shallow(struct store *s);
/* Whether it was cut off behind this commit: its parents need not be there. */
bool store_is_cut(struct store *s, const struct oid *commit);

#endif
