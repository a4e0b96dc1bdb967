/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_PAST_LEASE_H
#define VIEW_AUDIT_PAST_LEASE_H

#include "view/audit_inside.h"

/* What commits of `other`, which `mine` has not, change of the paths that were leased on
 * the side of `mine` meanwhile.  `changed`: the files that differ there. */
int audit_past_lease(struct judged *j, const struct oid *mine, const struct oid *other,
		     struct map *changed, struct ops_error *err);

#endif
