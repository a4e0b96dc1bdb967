/* SPDX-License-Identifier: MIT */
#ifndef VIEW_VIEW_H
#define VIEW_VIEW_H

/* The inside of a view, for the files of this folder. */

#include "model/repo.h"
#include "ops/view.h"

struct ops_view {
	struct ops_repo *repo;
	struct snap *snap;
	struct world *world;
	struct arena *arena;		/* the world's */
	const struct config *config;
	struct oid commit;
	char hex[OID_HEX + 1];
};

/* The commit that is looked at when none is named.  OPS_EENVIRONMENT: there is none. */
int view_tip(struct oid *out, struct ops_repo *repo, struct ops_error *err);

#endif
