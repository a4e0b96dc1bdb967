/* SPDX-License-Identifier: MIT */
#ifndef STORE_SIGN_H
#define STORE_SIGN_H

/*
 * Signing commits as the user's git would: with the SSH key of git's configuration
 * (gpg.format=ssh, user.signingKey), by ssh-keygen, whose place was decided when ops
 * was built.  No program named by a configuration is run.
 */

#include "store/signature.h"
#include "util/buf.h"

struct arena;

#define SIGN_TIMEOUT_MS 60000	/* somebody may have to type, or touch a key */

struct sign_with {
	const char *file;		/* for ssh-keygen -f; NULL: the text below, by the agent */
	const char *text;		/* the public key */
	char name[KEY_NAME_MAX + 1];
	const char *agent;		/* socket of ssh-agent; or NULL */
	const char *home;		/* or NULL */
	unsigned timeout_ms;
};

/* What git's configuration says about signing. */
struct sign_settings {
	bool wanted;			/* commit.gpgSign */
	bool ssh;			/* gpg.format is ssh */
	const char *key;		/* user.signingKey; or NULL */
};
int sign_settings(struct sign_settings *out, struct store *s, struct arena *arena,
		  struct ops_error *err);

/*
 * Find the public key that `key` (user.signingKey) names: a key itself, "key::" and a
 * key, or the file of a private or public key, where "~/" is `home`.
 * OPS_EENVIRONMENT: there is none, or it is of a kind that is not taken.
 */
int sign_find_key(struct sign_with *out, const char *key, const char *home,
		  struct arena *arena, struct ops_error *err);

/*
 * Append the armoured signature of these bytes as a commit.  It was verified and is by the
 * key of `with`.  OPS_EENVIRONMENT: the program is not there, refused, or made something
 * else; OPS_ETIMEOUT; OPS_EIO; OPS_ENOMEM.
 */
int sign_bytes(struct buf *out, const struct sign_with *with, struct sshkeys *keys,
	       const void *data, size_t len, struct ops_error *err);

#endif
