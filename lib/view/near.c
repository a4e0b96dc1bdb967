/* SPDX-License-Identifier: MIT */
/*
 * Guessing what was meant.  A guess is only ever shown to a person; nothing is done
 * with it.
 */

#include "view/near.h"

#include <string.h>
#include <strings.h>

#include "util/arena.h"
#include "util/path.h"

#define FILES_MAX 50000		/* looked at for guesses */
#define NAME_MAX_BYTES 96

/* How many characters to add, drop, change or swap with the next. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_BYTES + 1], la = strlen(a), lb = strlen(b), i, j;
	size_t *before = rows[0], *last = rows[1], *now = rows[2], *swap;

	if (la > NAME_MAX_BYTES || lb > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (j = 0; j <= lb; j++)
		last[j] = j;
	for (i = 1; i <= la; i++) {
		now[0] = i;
		for (j = 1; j <= lb; j++) {
			now[j] = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < now[j])
				now[j] = last[j] + 1;
			if (now[j - 1] + 1 < now[j])
				now[j] = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		swap = before;
		before = last;
		last = now;
		now = swap;
	}
	return last[lb];
}

struct near_best near_best_of(const char *wanted)
{
	struct near_best best = { wanted, NULL, strlen(wanted) / 4 + 2 };

	/* A short name is near to everything. */
	if (strlen(wanted) < 5)
		best.distance = 2;
	return best;
}

/* Whether two names have the same digits in the same order: 12 is not nearly 13. */
static bool same_digits(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	do {
		a += strcspn(a, digits);
		b += strcspn(b, digits);
		if (*a != *b)
			return false;
	} while (*a++ && *b++);
	return true;
}

void near_try(struct near_best *best, const char *name)
{
	size_t a = strlen(best->wanted), b = strlen(name), d;

	if (!same_digits(best->wanted, name) || (a > b ? a - b : b - a) >= best->distance)
		return;
	d = strcasecmp(best->wanted, name) ? distance(best->wanted, name) : 0;
	if (d < best->distance) {
		best->distance = d;
		best->name = name;
	}
}

const char *near_name(const struct map *names, const char *wanted)
{
	struct near_best best = near_best_of(wanted);
	size_t i;

	for (i = 0; i < map_count(names) && i < FILES_MAX; i++)
		near_try(&best, map_at(names, i)->key);
	return best.name;
}

struct near {
	struct map *files;
};

static int add_file(const char *path, const struct snap_entry *entry, void *payload,
		    struct ops_error *err)
{
	struct near *n = payload;

	(void)entry;
	if (map_count(n->files) >= FILES_MAX)
		return OPS_EEXISTS;	/* enough */
	return map_put(n->files, path, n) ? error_nomem(err) : 0;
}

int near_open(struct near **out, struct snap *snap, struct arena *arena,
	      struct ops_error *err)
{
	struct near *n = arena_alloc(arena, sizeof(*n));
	struct ops_error ignored = { 0 };
	int ret;

	if (n)
		n->files = map_new(arena);
	if (!n || !n->files)
		return error_nomem(err);
	/* What cannot be walked is not guessed about. */
	ret = snap_walk(snap, "", add_file, n, &ignored);
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	*out = n;
	return 0;
}

/* Whether `file` is `path` with the ending of a document. */
static bool is_document(const char *file, const char *path)
{
	size_t len = strlen(path);

	return !strncmp(file, path, len) && !strcmp(file + len, ".md");
}

const char *near_path(const struct near *near, const char *path, const char *from)
{
	size_t i, dir = path_directory_len(path), nr = 0;
	const char *only = NULL, *name = path_name(path);
	struct near_best best = near_best_of(name);

	for (i = 0; i < map_count(near->files); i++) {
		const char *file = map_at(near->files, i)->key;

		if (is_document(file, path))
			return file;
		if (path_directory_len(file) == dir && !strncmp(file, path, dir) &&
		    strcmp(file, from))
			near_try(&best, path_name(file));
		if (strcasecmp(path_name(file), name))
			continue;
		nr++;
		only = strcmp(file, from) ? file : NULL;
	}
	/* Names point into the paths they are the ends of. */
	if (best.name)
		return best.name - dir - (dir > 0);
	/* Everybody has a README: of many none is meant. */
	return nr == 1 ? only : NULL;
}
