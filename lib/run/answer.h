/* SPDX-License-Identifier: MIT */
#ifndef RUN_ANSWER_H
#define RUN_ANSWER_H

/* What an agent printed: lines of progress, then its answer. */

#include "run/agent.h"

/* Read lines of progress from *at on, as far as whole lines go; *at is moved behind each.
 * Returns whether there was one more. */
bool answer_progress(struct run_progress *p, const struct buf *out, size_t *at);

/* The answer, which begins at `at`.  NULL with `why` filled, or with OPS_ENOMEM returned. */
int answer_read(struct json **answer, enum run_status *status, char *why, size_t room,
		const struct buf *out, size_t at);

#endif
