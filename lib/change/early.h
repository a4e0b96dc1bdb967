/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_EARLY_H
#define CHANGE_EARLY_H

#include "change/draft.h"

/* Warn (gate.early) when a gate is asked for before what the transition behind it needs is
 * there. */
int warn_early(struct draft *d, struct ops_document *doc, const char *gate,
	       struct ops_error *err);

#endif
