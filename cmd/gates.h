/* SPDX-License-Identifier: MIT */
#ifndef CMD_GATES_H
#define CMD_GATES_H

/* The gates of a task as a table, for `show` and `gate list`. */

#include "command.h"

/* Prints a list "gates"; a document without gates has none.  Unless the history is
 * `verified`, states are called no more than recorded. */
void gates_print(struct session *s, const struct ops_gate *gates, size_t nr, bool verified);

#endif
