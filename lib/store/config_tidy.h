/* SPDX-License-Identifier: MIT */
#ifndef STORE_CONFIG_TIDY_H
#define STORE_CONFIG_TIDY_H

/* Leaving git's configuration as it was found. */

#include "store/store.h"

/*
 * Take the headers that have nothing below them out of the repository's own configuration,
 * of the sections that ops writes to.  Where that cannot be done they stay: they mean
 * nothing.
 */
void config_tidy(const struct store *s);

#endif
