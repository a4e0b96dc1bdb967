/* SPDX-License-Identifier: MIT */
#ifndef VIEW_AUDIT_LAID_H
#define VIEW_AUDIT_LAID_H

#include "view/audit_sides.h"

/* Paths at which a side of a merge did something about one document: its own, and those of
 * records about it. */
struct about_one {
	struct map *documents, *records;
};

/* What a side of a merge did about some documents, to be laid under commits of the other. */
struct laying {
	struct judged *j;
	const struct oid *side;
	struct snap *snap;		/* of the side */
	const struct map *ids;		/* of documents -> struct about_one */
	const struct map *joined;	/* those of documents that both sides changed */
	const struct map *config;	/* its configuration, if only this side changed that */
	struct arena *arena;		/* of one commit */
	struct map *bases;		/* by id: where a commit and the side began, once it was
					   looked for; or NULL */
};

/* The world of a commit, had the side done that before. */
struct laid {
	struct snap *snap, *over;
	struct world *world;
};

/* To be released also when it fails; zero-initialised is fine. */
int audit_laid_open(struct laid *out, struct laying *l, const struct oid *commit,
		    struct ops_error *err);
/* The same for a commit that the side has not. */
int audit_laid_new(struct laid *out, struct laying *l, const struct commit *commit,
		   struct ops_error *err);
void audit_laid_release(struct laid *laid);

#endif
