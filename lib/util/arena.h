/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

/* A bump allocator: build freely, free once.  All functions that return
 * memory return NULL when out of memory; memory is aligned for any type. */

#include <stddef.h>

#include "util/error.h"

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);	/* NULL is fine */
/* Forget all that was allocated, and keep some memory for what comes next. */
void arena_clear(struct arena *a);
void *arena_alloc(struct arena *a, size_t size);	/* zeroed */
void *arena_array(struct arena *a, size_t nr, size_t size); /* overflow-checked */
/* The same without zeros, for who fills all of a long one. */
void *arena_space(struct arena *a, size_t nr, size_t size);
/* Room for one more after `nr` of an array of `*room`: the array or a copy that is twice as
 * long, NULL when out of memory. */
void *arena_room(struct arena *a, void *list, size_t nr, size_t *room, size_t size);
char *arena_dup(struct arena *a, const void *data, size_t len); /* + NUL */
char *arena_str(struct arena *a, const char *s);
char *arena_printf(struct arena *a, const char *fmt, ...) PRINTF_LIKE(2, 3);
char *arena_vprintf(struct arena *a, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

#endif
