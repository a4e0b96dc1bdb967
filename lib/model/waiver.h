/* SPDX-License-Identifier: MIT */
#ifndef MODEL_WAIVER_H
#define MODEL_WAIVER_H

/* Which rules may have exceptions, and how far these may go: the key `waivers`. */

#include "model/conf.h"
#include "util/date.h"

struct waiver_limits {
	struct names rules;		/* forms of ids that may be waived ... */
	struct names never;		/* ... and never, whatever `rules` says */
	struct names everywhere;	/* also without paths and task */
	struct period longest;
};

void waiver_limits_read(struct waiver_limits *out, struct conf_reader *r,
			const struct conf *map);

bool waiver_allows(const struct waiver_limits *l, const char *rule);
bool waiver_allows_everywhere(const struct waiver_limits *l, const char *rule);

#endif
