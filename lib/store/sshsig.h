/* SPDX-License-Identifier: MIT */
#ifndef STORE_SSHSIG_H
#define STORE_SSHSIG_H

/*
 * Signatures of SSH keys (OpenSSH's PROTOCOL.sshsig) over commits.
 *
 *	const char *why = sshsig_verify(name, keys, armour, len, payload, payload_len);
 *
 * NULL means: the key of that name, which is inside the signature, signed exactly
 * these bytes as a commit or tag of git.  Whose key that is, is not known here.
 */

#include <stddef.h>

#include "store/sshkey.h"

#define SSHSIG_MAX 8192		/* of the armoured text */

/* Keys that were parsed, each once; for any number of threads. */
struct sshkeys;
struct sshkeys *sshkeys_new(void);	/* NULL when out of memory */
void sshkeys_free(struct sshkeys *keys);	/* NULL is fine */

/* Whether the text begins as such a signature does. */
int sshsig_is(const char *text, size_t len);

/*
 * NULL if the signature is good, or why not, as "its key is RSA of less than 3072
 * bits" (static text).  `name` is written when the key could be read, good or not,
 * else it becomes "".  The same words for OPS_ENOMEM: "memory ran out".
 */
const char *sshsig_verify(char name[KEY_NAME_MAX + 1], struct sshkeys *keys,
			  const char *armour, size_t len, const void *payload,
			  size_t payload_len);

#endif
