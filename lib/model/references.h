/* SPDX-License-Identifier: MIT */
#ifndef MODEL_REFERENCES_H
#define MODEL_REFERENCES_H

/*
 * Cross references: the lists of decisions, patterns and sessions that other files keep
 * (catalogue H4), between two comments that have lines to themselves:
 *
 *	<!-- ops-references: decisions -->
 *	- [ADR-0001-k7f2: Use one trunk](DECISIONS.md#adr-0001-k7f2-use-one-trunk)
 *	<!-- ops-references: end -->
 *
 * Only what stands between them is written; a file without them is as it was.
 */

#include "model/world.h"

struct buf;

/*
 * Put into `out` the text of the file at `path` with its lists as `w` has them.  OPS_EINVALID:
 * a list has no end, or is of nothing known; OPS_ENOMEM; else as reading the world.
 */
int references_update(struct buf *out, struct arena *arena, struct world *w, const char *path,
		      const char *text, size_t len, struct ops_findings *findings,
		      struct ops_error *err);

#endif
