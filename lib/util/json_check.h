/* SPDX-License-Identifier: MIT */
#ifndef UTIL_JSON_CHECK_H
#define UTIL_JSON_CHECK_H

/* The inside of json.h: whether a text may be parsed at all. */

#include <stddef.h>

#include "util/error.h"

/* Returns 0, or OPS_EINVALID with line and column in err. */
int json_check(const char *text, size_t len, struct ops_error *err);

#endif
