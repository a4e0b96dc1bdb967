/* SPDX-License-Identifier: MIT */
#ifndef CMD_EMERGENCY_H
#define CMD_EMERGENCY_H

#include "command.h"

/* The emergencies of a view as a list `emergencies` and as lines; `whole`: with steps
 * and lists. */
int emergencies_show(struct session *s, struct ops_view *view, bool whole);

#endif
