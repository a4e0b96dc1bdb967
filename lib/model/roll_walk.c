/* SPDX-License-Identifier: MIT */
/*
 * Which files a roll has lines for: every file and directory below the places of all
 * types, and the directories of packets; but of packets nothing else.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/roll_inside.h"
#include "util/path.h"

/* In order of what lies below. */
static int by_root(const void *a, const void *b)
{
	const char *x = *(const char *const *)a, *y = *(const char *const *)b;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (*x ? (unsigned char)*x : '/') - (*y ? (unsigned char)*y : '/');
}

int roll_roots(struct names *out, struct arena *arena, const struct config *config)
{
	struct names all = { NULL, 0 };
	const char *root;
	size_t i, k;

	for (i = 0; i < config->types_nr; i++) {
		const struct type *t = &config->types[i];

		if (t->abstract || (t->base && t->base->abstract))
			continue;
		for (k = 0; k < t->patterns.nr; k++) {
			root = arena_dup(arena, t->patterns.list[k],
					 path_pattern_root(t->patterns.list[k]));
			if (!root || (!names_have(&all, root) && names_add(&all, arena, root)))
				return OPS_ENOMEM;
		}
	}
	if (all.nr)
		qsort(all.list, all.nr, sizeof(*all.list), by_root);
	for (i = 0; i < all.nr; i++) {
		for (k = 0; k < all.nr; k++)
			if (k != i && path_below(all.list[k], all.list[i]))
				break;
		if (k == all.nr && names_add(out, arena, all.list[i]))
			return OPS_ENOMEM;
	}
	return 0;
}

struct walk {
	struct roll_writer *wr;		/* NULL: only count */
	struct world *w;
	const char *packets;
	bool only_directories;
	size_t count, least;
};

static int walk_directory(struct walk *k, const char *dir, const struct snap_entry *entry,
			  struct ops_error *err);

static int walk_entry(struct walk *k, const char *dir, const struct snap_entry *entry,
		      struct arena *arena, struct ops_error *err)
{
	bool directory = entry->mode == SNAP_DIR;
	const char *below;
	int ret = 0;

	if (k->only_directories && !directory)
		return 0;
	k->count++;
	if (k->wr)
		ret = roll_add(k->wr, dir, entry->name, entry, err);
	if (ret || !directory || k->only_directories)
		return ret;
	below = path_joined(arena, dir, entry->name);
	return below ? walk_directory(k, below, entry, err) : error_nomem(err);
}

/* `entry`: its own.  Nothing of it stays. */
static int walk_directory(struct walk *k, const char *dir, const struct snap_entry *entry,
			  struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct snap_entry *list = NULL;
	size_t i, nr = 0;
	bool module;
	int ret;

	if (!arena)
		return error_nomem(err);
	/* What lies where nothing is read is told of by who walks: there is no roll then. */
	ret = *dir && path_fault(dir) ? OPS_EINVALID :
	      snap_names(&list, &nr, &module, world_snap(k->w), dir, entry, arena, err);
	for (i = 0; ret == 0 && i < nr && (k->wr || k->count < k->least); i++)
		ret = walk_entry(k, dir, &list[i], arena, err);
	arena_free(arena);
	return ret;
}

/* What is not there, or no directory, has nothing. */
static int walk_root(struct walk *k, const char *root, struct ops_error *err)
{
	struct snap_entry entry;
	int ret = snap_find(&entry, world_snap(k->w), root, err);

	if (ret == OPS_ENOTFOUND || (ret == 0 && entry.mode != SNAP_DIR))
		return 0;
	return ret ? ret : walk_directory(k, root, &entry, err);
}

/* Also the directories of packets, unless a root has them already. */
static int walk_all(struct walk *k, const struct names *roots, struct ops_error *err)
{
	size_t i;
	bool have = false;
	int ret = 0;

	for (i = 0; ret == 0 && i < roots->nr; i++) {
		have |= path_below(roots->list[i], k->packets) ||
			!strcmp(roots->list[i], k->packets);
		ret = walk_root(k, roots->list[i], err);
	}
	k->only_directories = true;
	return ret || have ? ret : walk_root(k, k->packets, err);
}

static int begin(struct walk *k, struct world *w, struct ops_error *err)
{
	const struct config *config;
	int ret = world_config(&config, w, err);

	if (ret)
		return ret;
	k->w = w;
	k->packets = config_directory(config, "packets");
	return 0;
}

int roll_add_all(struct roll_writer *wr, const struct names *roots, struct ops_error *err)
{
	struct walk k = { .wr = wr };
	int ret = begin(&k, wr->world, err);

	if (ret == 0)
		ret = walk_all(&k, roots, err);
	return ret;
}

static int count(size_t *out, struct world *w, const struct names *roots, size_t least,
		 struct ops_error *err)
{
	struct walk k = { .least = least };
	int ret = begin(&k, w, err);

	if (ret == 0)
		ret = walk_all(&k, roots, err);
	*out = k.count;
	return ret;
}

int roll_count(size_t *out, struct world *w, const struct names *roots, struct ops_error *err)
{
	return count(out, w, roots, SIZE_MAX, err);
}

int roll_is_worth(bool *out, struct world *w, const struct names *roots, size_t least,
		  struct ops_error *err)
{
	size_t nr = 0;
	int ret = count(&nr, w, roots, least, err);

	*out = nr >= least;
	return ret;
}
