/* SPDX-License-Identifier: MIT */
#ifndef CMD_DEEDS_H
#define CMD_DEEDS_H

/* Showing what can be done next, as the list `key`; `max` rows (0: all). */

#include "command.h"

int deeds_show(struct session *s, const char *key, const struct ops_agenda *agenda,
	       size_t max);

#endif
