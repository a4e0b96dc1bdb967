/* SPDX-License-Identifier: MIT */
#ifndef STORE_HISTORY_INSIDE_H
#define STORE_HISTORY_INSIDE_H

/* What the files of history_list() share. */

#include <stdbool.h>
#include <stddef.h>

#include "store/history.h"

struct seen;

#define HISTORY_COMMIT_MAX (1u << 20)	/* bytes of one */
#define HISTORY_PARENT 48		/* of a line that names one */

/* The lines of a commit that name its parents, in a row, and how many they are. */
const char *history_parents(size_t *nr, const char *raw, size_t len);
static inline const char *history_parent_line(const char *lines, size_t i)
{
	return lines + i * HISTORY_PARENT;
}
void history_parent(struct oid *out, const char *lines, size_t i);

int history_too_many(size_t max, struct ops_error *err);

/*
 * Take `hide` in and of its ancestors those that a walk from `tip` would meet next to what is
 * new.  *much: that would be more than is good to have in memory, and `out` lacks some.
 * OPS_EREFUSED (far more than `max` commits, 0: no bound), OPS_EIO, OPS_ENOTFOUND.
 */
int history_hide(bool *much, struct seen *out, struct store *s, const struct oid *tip,
		 const struct oid *hide, size_t max, struct ops_error *err);

#endif
