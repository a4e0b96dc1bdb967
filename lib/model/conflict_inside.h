/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONFLICT_INSIDE_H
#define MODEL_CONFLICT_INSIDE_H

/* What conflicts are found in, for the files that find them. */

#include <stdint.h>
#include <string.h>

#include "model/conflict.h"
#include "model/lease.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/path.h"

/* A task.  There may be a hundred thousand, so its texts lie in one piece: after the id the
 * patterns that it holds, then what it depends on; side_next() is the one behind a text. */
struct side {
	const char *id, *owner, *project;
	const struct lease *lease;
	double impact;
	uint32_t patterns, depends;	/* how many */
	uint16_t priority;
	bool weighed, frozen;
};

static inline const char *side_next(const char *text)
{
	return text + strlen(text) + 1;
}

struct start {		/* of one pattern of one side */
	const char *pattern;
	uint32_t len, side;
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
	struct buf texts;		/* of the side at hand */
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
