/* SPDX-License-Identifier: MIT */
#ifndef CHANGE_CONTEST_H
#define CHANGE_CONTEST_H

#include "model/config.h"

/* RESOURCE_CONTENTION, TASK_DISPUTE, or NULL for none of them: of an act by that name that
 * was lost, for these reasons of the judge (NULL: none). */
const char *contest_of(const struct config *config, const char *action,
		       const struct ops_findings *findings);

#endif
