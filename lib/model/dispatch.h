/* SPDX-License-Identifier: MIT */
#ifndef MODEL_DISPATCH_H
#define MODEL_DISPATCH_H

/*
 * The order given with an assignment: TASK, SCOPE, NOT-YOUR-JOB, DONE-WHEN,
 * VERIFY, PRIORITY, rendered from the task (catalogue B5), and what makes an
 * order a bad one.
 */

#include "model/world.h"

#define DISPATCH_PARTS 6
struct dispatch {
	struct {
		const char *name, *text;
	} part[DISPATCH_PARTS];
};

/* Render the parts; strings belong to the world's arena. */
int dispatch_render(struct dispatch *out, const struct config *config,
		    struct ops_document *task);

/* Append the message as plain text: each part's name, then its text. */
void dispatch_text(struct buf *out, const struct dispatch *d);

/* Add a finding task.dispatch for each reason to refuse the order: a vague verb
 * with nothing measurable, no bounded scope, nothing to verify it by. */
int dispatch_check(const struct config *config, struct ops_document *task,
		   struct ops_findings *findings, struct ops_error *err);

#endif
