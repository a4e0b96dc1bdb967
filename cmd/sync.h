/* SPDX-License-Identifier: MIT */
#ifndef CMD_SYNC_H
#define CMD_SYNC_H

/* What synchronising by itself and by a writing command have in common. */

#include "command.h"

/*
 * Around a writing command.  Before it, with git config ops.sync=auto, what others published
 * comes here; that nobody can be reached stops nothing.  After it, if it made a commit and there
 * is somewhere to publish to, the answer says whether it is published or recorded here.
 */
int sync_before(struct session *s);
void sync_after(struct session *s);

#endif
