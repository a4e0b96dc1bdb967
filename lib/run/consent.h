/* SPDX-License-Identifier: MIT */
#ifndef RUN_CONSENT_H
#define RUN_CONSENT_H

/*
 * Which programs of a repository the user lets run.
 *
 * What a repository names comes from whoever wrote it, so nothing of it runs before the user
 * said so, outside of it: in a file of their private directory.  A consent is a digest of what
 * would run, in which repository: its words, where it runs, the variables it would see, and
 * the content of each file of the repository that a word names.  If any of it changes, the
 * user is asked again.
 */

#include "model/repo.h"
#include "model/running.h"

#define CONSENT_LEN (7 + DIGEST_HEX)

/* "sha256:<hex>" of a program named `name`.  Files that words name are read in `snap`.
 * OPS_EINVALID: one is too large; OPS_EIO; OPS_ENOMEM. */
int consent_digest(char out[CONSENT_LEN + 1], const struct ops_repo *repo, struct snap *snap,
		   const char *name, const struct program *p, struct ops_error *err);

/* Whether the user allowed it.  OPS_EENVIRONMENT: the file is not theirs alone. */
int consent_has(bool *out, const struct ops_repo *repo, const char *digest,
		struct ops_error *err);

/* Note it, or take it back.  OPS_EENVIRONMENT: there is no place for it. */
int consent_note(const struct ops_repo *repo, const char *digest, const char *name,
		 bool allowed, struct ops_error *err);

#endif
