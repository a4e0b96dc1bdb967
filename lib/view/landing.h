/* SPDX-License-Identifier: MIT */
#ifndef VIEW_LANDING_H
#define VIEW_LANDING_H

/* Protected branches that move. */

#include "judge/judge.h"
#include "view/view.h"

/* Whether the state's configuration protects the branch `ref`, written in full. */
int landing_protects(bool *out, struct ops_repo *repo, const char *ref,
		     struct ops_error *err);

/* Judge who put each new commit into its line; a refused one is told and counted in
 * result->refused.  `old` zero: the branch is new.  OPS_EREFUSED: too many. */
int landing_check(struct ops_audit_result *result, struct ops_repo *repo, const char *ref,
		  const struct oid *old, const struct oid *now,
		  const struct audit_calls *calls, struct ops_error *err);

/* Give a landing the other parents of its commit, `own` with their authority: in a shallow
 * clone, where nobody knows what a merge began with, none. */
int landing_read_sides(struct landing *l, struct ops_repo *repo, const struct commit *c,
		       bool own, struct ops_error *err);
void landing_release(struct landing *l);	/* the sides only */

#endif
