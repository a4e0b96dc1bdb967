/* SPDX-License-Identifier: MIT */
#ifndef CMD_DEEDS_H
#define CMD_DEEDS_H

/* Showing what can be done next, as the list `key`; `max` rows in text (0: all). */

#include "command.h"

void deeds_show(struct session *s, const char *key, const struct ops_deed *list,
		size_t nr, size_t max);

#endif
