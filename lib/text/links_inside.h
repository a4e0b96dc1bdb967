/* SPDX-License-Identifier: MIT */
#ifndef TEXT_LINKS_INSIDE_H
#define TEXT_LINKS_INSIDE_H

/* What links.c does for anchors.c; not for anybody else. */

#include "text/links.h"

/* Put the ids and names of tags into `out`. */
int links_ids(struct map *out, struct arena *arena, const char *text, size_t at,
	      size_t end);

#endif
