/* SPDX-License-Identifier: MIT */
#ifndef CMD_BODY_H
#define CMD_BODY_H

/* The text of a document below its header. */

#include <stddef.h>

/* What comes after the line of the second "---"; *len is that of the text, and becomes
 * that of the rest. */
const char *body_of(const char *text, size_t *len);

#endif
