/* SPDX-License-Identifier: MIT */
#ifndef CMD_CONFLICT_H
#define CMD_CONFLICT_H

#include "request.h"

/* Freeze a task as one side of a conflict of a kind. */
int conflict_freeze_task(struct session *s, const char *task, const char *kind,
			 const struct opt_list *with, const struct act_options *act);

#endif
