/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_DROPPED_H
#define VIEW_AUDIT_DROPPED_H

#include "view/audit_sides.h"

/* Find what one side did to documents, and the merge took back (merge.dropped). */
int audit_dropped(struct judged *j, const struct audit_side *side, const struct oid *mine,
		  const struct oid *other, struct ops_error *err);

#endif
