/* SPDX-License-Identifier: MIT */
#ifndef STORE_OPENPGP_H
#define STORE_OPENPGP_H

/*
 * Signatures of OpenPGP keys, verified as git does it: by the user's program for it.
 * What it answers depends on its keyring, unlike all else that a verdict rests on.
 */

#include "store/signature.h"

/* Ask; fills `out` whatever happens. */
void openpgp_check(struct signer *out, const struct verifier *v, const char *armour,
		   size_t len, const void *payload, size_t payload_len);

#endif
