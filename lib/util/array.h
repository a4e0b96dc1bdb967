/* SPDX-License-Identifier: MIT */
#ifndef UTIL_ARRAY_H
#define UTIL_ARRAY_H

/* Arrays of the heap that grow at their end. */

#include <stddef.h>

/*
 * Make room for one more after the first `nr` of an array.  `list` is the address of the
 * pointer to it (NULL at first), `room` how many fit now, `size` the bytes of each.  The array
 * doubles, and may move; its owner frees it.  OPS_ENOMEM, and nothing changed.
 */
int array_room(void *list, size_t nr, size_t *room, size_t size);

#endif
