/* SPDX-License-Identifier: MIT */
#ifndef STORE_SIGNATURE_H
#define STORE_SIGNATURE_H

/*
 * Whether a commit is signed, and by which key.
 *
 * The answer comes out of the commit's bytes alone (of an OpenPGP signature: and
 * what the user's own program for it says), not out of any roster: whose key it is,
 * and what that is worth, the judge decides.
 */

#include "store/history.h"
#include "store/sshkey.h"

struct sshkeys;

/* What verifies signatures; for any number of threads. */
struct verifier {
	struct sshkeys *keys;
	const char *gpg;		/* the user's program for OpenPGP; NULL: none */
	const char *home, *gnupg_home;	/* that it gets; or NULL */
};

enum signer_state {
	SIGNER_NONE,		/* no signature */
	SIGNER_PENDING,		/* not made yet: nothing can be said */
	SIGNER_GOOD,		/* `key` signed it */
	SIGNER_BAD,		/* there is a signature, and it does not hold */
	SIGNER_UNCHECKED	/* there is one that cannot be verified here */
};

struct signer {
	enum signer_state state;
	char key[KEY_NAME_MAX + 1];	/* its name; "" if not known */
	const char *why;		/* BAD and UNCHECKED: the reason, static */
};

/* Of a commit that is about to be made. */
extern const struct signer signer_pending;

/* "unsigned", "pending", "good", "bad", "unchecked". */
const char *signer_state_name(enum signer_state state);

/* Look at an armoured signature over these bytes, which are those of a commit or tag. */
void signature_check_bytes(struct signer *out, const struct verifier *v,
			   const char *signature, size_t len, const char *payload,
			   size_t payload_len);

/* Look at the signature of a commit. */
void signature_check(struct signer *out, const struct verifier *v, const struct commit *c);

#endif
