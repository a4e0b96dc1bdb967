/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_ADVICE_H
#define CHANGE_ADVICE_H

/*
 * What who acts had better know about gates.  Legal all of it: these warn, and refuse nothing.
 */

#include "change/draft.h"

/* Warn (gate.early) when a gate is asked for before what the transition behind it needs is
 * there. */
int warn_early(struct draft *d, struct ops_document *doc, const char *gate,
	       struct ops_error *err);

/* Warn (gate.stands) when a rejection comes after the approval, which it does not take back. */
int warn_stands(struct draft *d, struct ops_document *doc, const char *gate,
		struct ops_error *err);

/* Warn (gate.ends) when the text that is written over a document is no more what was approved,
 * or asked for. */
int warn_ends(struct draft *d, struct ops_document *doc, const struct buf *text,
	      struct ops_error *err);

#endif
