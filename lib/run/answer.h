/* SPDX-License-Identifier: MIT */
#ifndef RUN_ANSWER_H
#define RUN_ANSWER_H

/* What an agent printed: lines of progress, then its answer. */

#include "run/agent.h"

/* Read lines up to the next one of progress, from *at on, as far as whole lines go; *at is
 * moved behind what was read.  Returns whether there was one. */
bool answer_progress(struct run_progress *p, const struct buf *out, size_t *at);

/* The answer, which begins at `at`.  NULL with `why` filled, or with OPS_ENOMEM returned. */
int answer_read(struct json **answer, enum run_status *status, char *why, size_t room,
		const struct buf *out, size_t at);

#endif
