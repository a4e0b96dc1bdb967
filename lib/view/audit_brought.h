/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_BROUGHT_H
#define VIEW_AUDIT_BROUGHT_H

#include "view/audit_inside.h"

/* Whose act a commit is: whom its message claims, or NULL; of the arena. */
int audit_claim(const char **out, const struct commit *c, struct arena *arena,
		struct ops_error *err);

/* Say of a commit that a merge brings what was found about it there, by what, and what to do. */
void audit_say_joined(struct ops_findings *out, const struct ops_finding *f,
		      const struct oid *id, const char *by);

/*
 * Of the `own` files of a merge, the documents that say no more than what all sides
 * did to them, as keys of a map in the arena; and to the findings (NULL: it is not asked),
 * what is not legal on another side of those.  Of what cannot be told there are none.
 */
int audit_brought(struct map **out, struct judged *j, const struct commit *c,
		  const struct map *own, struct ops_findings *found, struct ops_error *err);

#endif
