/* SPDX-License-Identifier: MIT */
#ifndef CMD_CHOICES_H
#define CMD_CHOICES_H

/* Showing choices of agents: rows, and the table behind each with its numbers. */

#include "command.h"

/* "score = 0.4 capability + …", and the members weights and history. */
void choices_weights(struct session *s, const struct ops_plan *plan);

/* As the list "choices": a row each, or with its candidates. */
void choices_show(struct session *s, const struct ops_plan *plan, bool explain);

/* One, as the map `key`, in words. */
void choices_one(struct session *s, const char *key, const struct ops_choice *c);

#endif
