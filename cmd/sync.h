/* SPDX-License-Identifier: MIT */
#ifndef CMD_SYNC_H
#define CMD_SYNC_H

/* What synchronising by itself and by a writing command have in common. */

#include "command.h"

/* For struct ops_sync_options; the payload is the session, whose findings get what is wrong. */
int sync_judge(const char *from, const char *to, void *payload, struct ops_error *err);

/* An act that lost: why, to whom, and where it is kept. */
void sync_show_lost(struct session *s, struct out *o, const struct ops_sync_act *act);

#endif
