/* SPDX-License-Identifier: MIT */
/*
 * Arrays of the heap that grow at their end: one rule of growth, and no pointer that is read as
 * one of another kind.
 */

#include "util/array.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ops/error.h"

#define ROOM_AT_FIRST 16

int array_room(void *list, size_t nr, size_t *room, size_t size)
{
	size_t more = *room ? *room * 2 : ROOM_AT_FIRST;
	void *at;

	if (nr < *room)
		return 0;
	/* A pointer to any object is read as one to void. */
	memcpy(&at, list, sizeof(at));
	at = more <= SIZE_MAX / size ? realloc(at, more * size) : NULL;
	if (!at)
		return OPS_ENOMEM;
	memcpy(list, &at, sizeof(at));
	*room = more;
	return 0;
}
