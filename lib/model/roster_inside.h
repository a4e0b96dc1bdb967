/* SPDX-License-Identifier: MIT */
#ifndef MODEL_ROSTER_INSIDE_H
#define MODEL_ROSTER_INSIDE_H

/* What the files of the roster share. */

#include "model/roster.h"
#include "util/map.h"

struct roster {
	struct agent *list;
	size_t nr;
	struct map *by_id;
	struct map *by_key;	/* name of a key -> struct agent_key of the gravest state */
	struct map *holders;	/* name of a key -> struct agent_key, the last that was read */
	struct map *called, *bare;	/* roster_names.c: a name, and one without hyphens */
	struct ops_findings *findings;
	bool has_limits;
};

/* When all entries are read: the tables of their names.  0 or OPS_ENOMEM. */
int roster_name(struct roster *r, struct arena *arena);
/* Rule roster.confusable about the entry `a`. */
void roster_check_names(const struct roster *r, const struct agent *a,
			const struct config *config, struct ops_findings *findings);

/* Read the keys of the entry `at` from its document.  0 or OPS_ENOMEM. */
int roster_add_keys(struct roster *r, size_t at, const struct ops_document *d,
		    struct arena *arena);

/* The limits of an entry; NULL for none.  0 or OPS_ENOMEM. */
int roster_read_limits(const struct agent_limits **out, const struct ops_document *d,
		       struct arena *arena);
/* Rule roster.limits about the entry `a`: what would never match anything. */
void roster_check_limits(const struct agent *a, struct ops_findings *findings);

/* Rule roster.key about the entry `a`. */
void roster_check_keys(const struct roster *r, const struct agent *a,
		       struct ops_findings *findings);

#endif
