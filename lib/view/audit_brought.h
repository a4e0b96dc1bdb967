/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_BROUGHT_H
#define VIEW_AUDIT_BROUGHT_H

#include "view/audit_inside.h"

/* What to do about an act that a merge brings where it is not legal. */
#define AUDIT_JOIN_REMEDY "make it again on top of what it joins: take the merge back (git merge " \
	"--abort), and ops sync does it, and leaves out what is not legal there"

/*
 * Of the `own` files of a merge of two, the documents that say no more than what both sides
 * did to them, as keys of a map in the arena; and to the findings (NULL: it is not asked),
 * what is not legal on the other side of those.  Of what cannot be told there are none.
 */
int audit_brought(struct map **out, struct judged *j, const struct commit *c,
		  const struct map *own, struct ops_findings *found, struct ops_error *err);

#endif
