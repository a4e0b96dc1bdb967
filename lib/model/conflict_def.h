/* SPDX-License-Identifier: MIT */
#ifndef MODEL_CONFLICT_DEF_H
#define MODEL_CONFLICT_DEF_H

/* The kinds of conflicts, as data: the key `conflicts` of the configuration. */

#include "model/conf.h"

struct conflict_def {
	const char *name, *title;
	struct names by;	/* powers: who settles it */
	struct names needs;	/* fields that its arbitration has to have */
};

struct conflict_defs {
	struct conflict_def *list;
	size_t nr;
};

void conflicts_read(struct conflict_defs *out, struct conf_reader *r,
		    const struct conf *map);

/* NULL: there is none of that name. */
const struct conflict_def *conflict_def(const struct conflict_defs *kinds,
					  const char *name);

#endif
