/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONFLICT_INSIDE_H
#define MODEL_CONFLICT_INSIDE_H

/* What conflicts are found in, for the files that find them. */

#include "model/conflict.h"
#include "model/lease.h"
#include "util/map.h"
#include "util/path.h"

struct side {
	const char *id, *owner, *project;
	struct scope scope;
	const char *const *depends;
	size_t depends_nr;
	double impact;
	unsigned priority;
	bool holds, weighed, frozen;
	const struct lease *lease;
};

struct start {		/* of one pattern of one side */
	const char *pattern;
	size_t len, side;
};

struct finding {
	struct collisions *out;
	struct world *world;
	const struct config *config;
	const struct field *priority;
	struct arena *arena, *scratch;
	struct map *words;		/* owners and projects, which come again and again */
	struct map *recorded;		/* ids of tasks that have packets */
	struct ops_findings *findings;
	struct leases leases;
	struct side *sides;		/* on the heap */
	size_t nr, room, found_room;
	struct start *starts;
	size_t starts_nr;
};

/* One more conflict.  OPS_ENOMEM, also when it says nothing. */
int conflict_add(struct finding *f, const struct collision *c, struct ops_error *err);

/* Scopes that meet; priorities of one owner or project. */
int conflict_contention(struct finding *f, struct ops_error *err);
int conflict_priorities(struct finding *f, struct ops_error *err);

#endif
