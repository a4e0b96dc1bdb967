/* SPDX-License-Identifier: MIT */
#ifndef VIEW_LANDING_H
#define VIEW_LANDING_H

/* Protected branches that move. */

#include "view/view.h"

/* Whether the state's configuration protects the branch `ref`, written in full. */
int landing_protects(bool *out, struct ops_repo *repo, const char *ref,
		     struct ops_error *err);

/* Judge who put each new commit into its line; a refused one is told and counted in
 * result->refused.  `old` zero: the branch is new.  OPS_EREFUSED: too many. */
int landing_check(struct ops_audit_result *result, struct ops_repo *repo, const char *ref,
		  const struct oid *old, const struct oid *now,
		  const struct audit_calls *calls, struct ops_error *err);

#endif
