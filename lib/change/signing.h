/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_SIGNING_H
#define CHANGE_SIGNING_H

/* Whether an act is signed, and with which key. */

#include "model/repo.h"
#include "store/sign.h"

struct signing {
	bool used;
	struct sign_with with;
	struct signer promised;		/* what its signature will say */
	const char *note;		/* for the user; or NULL */
};

/*
 * Decide: it is signed with the SSH key of git's configuration if that has
 * commit.gpgSign; or if the `trust` of `config` asks for signatures at all, and the key
 * is one of the actor's (NULL: nobody known) in the roster.  OPS_EENVIRONMENT: a
 * signature is wanted, and the key cannot be used.
 */
int signing_decide(struct signing *out, struct ops_repo *repo, const struct config *config,
		   const struct roster *roster, const struct agent *actor,
		   struct arena *arena, struct ops_error *err);

#endif
