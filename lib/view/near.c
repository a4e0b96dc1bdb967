/* SPDX-License-Identifier: MIT */
/*
 * Guessing what was meant.  A guess is only ever shown to a person; nothing is done
 * with it.
 */

#include "view/near.h"

#include <string.h>
#include <strings.h>

#include "util/arena.h"
#include "util/buf.h"
#include "util/path.h"

#define FILES_MAX 50000		/* looked at for guesses */

const char *near_name(const struct map *names, const char *wanted)
{
	struct near_best best = near_best_of(wanted);
	size_t i;

	for (i = 0; i < map_count(names) && i < FILES_MAX; i++)
		near_try(&best, map_at(names, i)->key);
	return best.name;
}

/* A file, in the order of the walk; the next of those that one looks at with it. */
struct near_file {
	const char *path;
	struct near_file *next;
};

struct near_list {
	struct near_file *first, **end;
	size_t nr;
};

/*
 * Names are near only if they have the same digits, so those are kept together, directory
 * by directory: who looks for one of ten thousand numbered proposals compares its name
 * with a few.  What nobody will ask about is not kept at all.
 */
struct near {
	struct arena *arena;
	struct snap *snap;
	struct map *digits;	/* by directory and digits of the name */
	struct map *names;	/* by name in small letters */
	size_t nr;
	struct buf key;
	unsigned char maybe[512];	/* a bit for each coarse() of what is wanted */
};

/* A number that names with the same letters in small have in common, and also those in one
 * directory with the same digits: nearly all that nobody asks about are told by it. */
static void coarse(size_t out[2], const char *path)
{
	const char *name = path_name(path), *p;
	size_t small = 0, digits = (size_t)(name - path);

	for (p = name; *p; p++) {
		small = small * 31 + (unsigned char)(*p >= 'A' && *p <= 'Z' ? *p | 32 : *p);
		if (*p >= '0' && *p <= '9')
			digits = digits * 31 + (unsigned char)*p;
	}
	out[0] = small % 2048;
	out[1] = 2048 + digits % 2048;
}

static bool may_be_wanted(const struct near *n, const char *path)
{
	size_t at[2];

	coarse(at, path);
	return (n->maybe[at[0] / 8] & 1u << at[0] % 8) || (n->maybe[at[1] / 8] & 1u << at[1] % 8);
}

static const char *digits_key(struct buf *key, const char *path, size_t dir,
			      const char *name)
{
	buf_clear(key);
	buf_add(key, path, dir);
	buf_char(key, '/');
	for (; *name; name++)
		if (*name >= '0' && *name <= '9')
			buf_char(key, *name);
	return buf_failed(key) ? NULL : key->data;
}

static const char *name_key(struct buf *key, const char *name)
{
	size_t i;

	buf_clear(key);
	buf_str(key, name);
	if (buf_failed(key))
		return NULL;
	for (i = 0; i < key->len; i++)
		if (key->data[i] >= 'A' && key->data[i] <= 'Z')
			key->data[i] |= 32;
	return key->data;
}

/* Whoever has that key will be asked for. */
static int want_key(struct near *n, struct map *lists, const char *key)
{
	struct near_list *l;

	if (!key)
		return OPS_ENOMEM;
	if (map_has(lists, key))
		return 0;
	l = arena_alloc(n->arena, sizeof(*l));
	if (!l || map_put(lists, key, l))
		return OPS_ENOMEM;
	l->end = &l->first;
	return 0;
}

/* Put a file at the end of the list of that key, if it is wanted; *copy: its path, if some
 * list has it. */
static int add_to(struct near *n, struct map *lists, const char *key, const char *path,
		  const char **copy)
{
	struct near_list *l = key ? map_get(lists, key) : NULL;
	struct near_file *f;

	if (!l)
		return key ? 0 : OPS_ENOMEM;
	f = arena_alloc(n->arena, sizeof(*f));
	if (!*copy)
		*copy = arena_str(n->arena, path);
	if (!f || !*copy)
		return OPS_ENOMEM;
	f->path = *copy;
	*l->end = f;
	l->end = &f->next;
	l->nr++;
	return 0;
}

static int add_file(const char *path, const struct snap_entry *entry, void *payload,
		    struct ops_error *err)
{
	struct near *n = payload;
	const char *copy = NULL, *name = path_name(path);

	(void)entry;
	if (n->nr++ >= FILES_MAX)
		return OPS_EEXISTS;	/* enough */
	if (!may_be_wanted(n, path))
		return 0;
	return add_to(n, n->names, name_key(&n->key, name), path, &copy) ||
	       add_to(n, n->digits, digits_key(&n->key, path, path_directory_len(path), name),
		      path, &copy) ? error_nomem(err) : 0;
}

int near_new(struct near **out, struct snap *snap, struct arena *arena, struct ops_error *err)
{
	struct near *n = arena_alloc(arena, sizeof(*n));

	if (n) {
		buf_init(&n->key);
		n->arena = arena;
		n->snap = snap;
		n->digits = map_new(arena);
		n->names = map_new(arena);
	}
	if (!n || !n->digits || !n->names)
		return error_nomem(err);
	*out = n;
	return 0;
}

int near_want(struct near *n, const char *path)
{
	const char *name = path_name(path);
	size_t at[2], i;
	int ret = want_key(n, n->names, name_key(&n->key, name)) ||
		  want_key(n, n->digits, digits_key(&n->key, path, path_directory_len(path),
						    name)) ? OPS_ENOMEM : 0;

	coarse(at, path);
	for (i = 0; i < 2; i++)
		n->maybe[at[i] / 8] |= (unsigned char)(1u << at[i] % 8);
	buf_release(&n->key);
	return ret;
}

int near_look(struct near *n, struct ops_error *err)
{
	struct ops_error ignored = { 0 };
	/* What cannot be walked is not guessed about. */
	int ret = snap_walk(n->snap, "", add_file, n, &ignored);

	buf_release(&n->key);
	return ret == OPS_ENOMEM ? error_nomem(err) : 0;
}

/* The document whose name `path` is but for its ending; *out is NULL if there is none. */
static int near_document(const char **out, const struct near *near, const char *path)
{
	const char *whole = arena_printf(near->arena, "%s.md", path);
	struct snap_entry entry;

	if (!whole)
		return OPS_ENOMEM;
	*out = snap_find(&entry, near->snap, whole, NULL) == 0 && entry.mode != SNAP_DIR ?
	       whole : NULL;
	return 0;
}

int near_path(const char **out, const struct near *near, const char *path, const char *from)
{
	size_t dir = path_directory_len(path);
	const char *name = path_name(path), *key;
	struct near_best best = near_best_of(name);
	const struct near_list *same = NULL;
	const struct near_file *f = NULL;
	struct buf b = BUF_INIT;

	if (near_document(out, near, path))
		return OPS_ENOMEM;
	if (*out)
		return 0;
	if ((key = digits_key(&b, path, dir, name))) {
		same = map_get(near->digits, key);
		f = same ? same->first : NULL;
	}
	for (; f; f = f->next)
		if (strcmp(f->path, from))
			near_try(&best, path_name(f->path));
	key = key ? name_key(&b, name) : NULL;
	same = key ? map_get(near->names, key) : NULL;
	buf_release(&b);
	if (!key)
		return OPS_ENOMEM;
	/* Names point into the paths they are the ends of. */
	if (best.name)
		*out = best.name - dir - (dir > 0);
	/* Everybody has a README: of many none is meant. */
	else if (same && same->nr == 1 && strcmp(same->first->path, from))
		*out = same->first->path;
	return 0;
}
