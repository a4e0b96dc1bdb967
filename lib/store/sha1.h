/* SPDX-License-Identifier: MIT */
#ifndef STORE_SHA1_H
#define STORE_SHA1_H

/* What ends a pack, its index, and the index of a work tree. */

#include <stddef.h>

#define SHA1_LEN 20

/* Never for anything that somebody could forge. */
void sha1_of(const void *data, size_t len, unsigned char out[SHA1_LEN]);

#endif
