/* SPDX-License-Identifier: MIT */
#ifndef CMD_ACTS_H
#define CMD_ACTS_H

/* One act from one line of a batch. */

#include "ops.h"

struct arena;

/* Read a line, JSON if it begins with '{', else words.  Strings belong to the
 * arena.  OPS_EINVALID with what is wrong; OPS_ENOMEM. */
int acts_read(struct ops_request *out, struct arena *arena, const char *line,
	      size_t len, struct ops_error *err);

#endif
