/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_LAID_H
#define VIEW_AUDIT_LAID_H

#include "view/audit_sides.h"

/* What a side of a merge did about some documents, to be laid under commits of the other. */
struct laying {
	struct judged *j;
	const struct oid *side;
	struct snap *snap;		/* of the side */
	const struct map *ids;		/* of documents -> a map of the paths that it changed */
	const struct map *joined;	/* those of documents that both sides changed */
	const struct map *config;	/* its configuration, if only this side changed that */
	struct arena *arena;		/* of one commit */
};

/* The world of a commit, had the side done that before. */
struct laid {
	struct snap *snap, *over;
	struct world *world;
};

/* To be released also when it fails; zero-initialised is fine. */
int audit_laid_open(struct laid *out, const struct laying *l, const struct oid *commit,
		    struct ops_error *err);
void audit_laid_release(struct laid *laid);

#endif
