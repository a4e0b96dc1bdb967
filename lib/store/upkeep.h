/* SPDX-License-Identifier: MIT */
#ifndef STORE_UPKEEP_H
#define STORE_UPKEEP_H

/*
 * Keeping a clone fast: each act leaves loose objects, and thousands of them make every reader
 * slow.  Packing them is git's work; here it is only seen that it is due, and git asked.
 */

#include <stdbool.h>

#include "store/gitprog.h"

#define UPKEEP_CONFIG "ops.maintenance"	/* of git's configuration: no; else when it is due */

/* Whether git would find something to do, by its own measure and settings: more loose objects
 * than gc.auto says, as one directory of them lets expect, or more packs than
 * gc.autoPackLimit.  Looks at two directories. */
bool upkeep_is_due(struct store *s);

/* Ask git for it.  It does it on its own time, after we have ended too, and lets nobody
 * wait; two never do it at once.  That it cannot be done is nobody's concern. */
void upkeep_ask(struct store *s, const char *const *env);

#endif
