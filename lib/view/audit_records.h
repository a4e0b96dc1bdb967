/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_RECORDS_H
#define VIEW_AUDIT_RECORDS_H

#include "view/audit_sides.h"

/* Tell of what two sides of a merge did about one document, by records of at least one of them,
 * of which neither could have come after the other. */
int audit_records(struct judged *j, const struct audit_side *here, const struct oid *mine,
		  const struct audit_side *there, const struct oid *other,
		  struct ops_error *err);

#endif
