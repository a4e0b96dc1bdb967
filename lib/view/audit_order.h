/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_ORDER_H
#define VIEW_AUDIT_ORDER_H

#include "view/audit_asked.h"

/* One side of a merge. */
struct audit_acts {
	const struct oid *tip;
	const struct audit_common *did;
};

/* Whether what both sides did about the document of that id is legal in some order, each side
 * keeping its own.  *left is how many places of the table may be looked at yet; of one that is
 * larger nothing is asked, and there is none. */
int audit_order(bool *out, struct audit_asking *r, const char *id,
		const struct audit_acts sides[2], size_t *left, struct ops_error *err);

#endif
