/* SPDX-License-Identifier: MIT */
/*
 * The path of an entry of a directory, wherever it is wanted: there is one way to join the two,
 * and the top, which has no name, is no special case of anybody else's.
 */
#include "util/path.h"

#include <string.h>

#include "util/arena.h"
#include "util/buf.h"

void path_put(struct buf *out, const char *dir, const char *name)
{
	buf_clear(out);
	if (*dir) {
		buf_str(out, dir);
		buf_char(out, '/');
	}
	buf_str(out, name);
}

/* With room for all of it, and a NUL. */
static void join(char *out, const char *dir, size_t len, const char *name, size_t name_len)
{
	memcpy(out, dir, len);
	if (len)
		out[len++] = '/';
	memcpy(out + len, name, name_len + 1);
}

bool path_join(char out[PATH_MAX_BYTES + 1], const char *dir, const char *name)
{
	size_t len = strlen(dir), name_len = strlen(name);

	if (len + name_len + (len > 0) > PATH_MAX_BYTES)
		return false;
	join(out, dir, len, name, name_len);
	return true;
}

char *path_joined(struct arena *arena, const char *dir, const char *name)
{
	size_t len = strlen(dir), name_len = strlen(name);
	char *path = arena_space(arena, len + name_len + 2, 1);

	if (path)
		join(path, dir, len, name, name_len);
	return path;
}
