/* SPDX-License-Identifier: MIT */
/*
 * What the index knows about files of the work tree.
 *
 * It remembers of each file how it was when git last looked.  One that is still so holds
 * what the index says, unless it was written in the same moment as the index ("racy"):
 * those are not known here, and whoever asks reads them.
 */
#include "store/known.h"

#include <stdlib.h>
#include <string.h>

#include "store/file.h"
#include "store/index-scan.h"
#include "store/repo.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/path.h"

#define INDEX_MAX ((size_t)256 << 20)
#define MODE_MODULE 0160000
#define SECOND 1000000000L
#define TICK (SECOND / 50)	/* no clock of a file system is coarser than this,
				   but for those with whole seconds */

struct entry {
	const char *path;
	const unsigned char *stat;	/* with the id behind it, as the index has them; NULL:
					   it says nothing about the file */
	bool exec;
};

struct known {
	struct arena *arena;
	struct buf raw;		/* the index, where most of what an entry has stays */
	struct entry *list;	/* in byte order of path */
	size_t nr, cap;
	struct timespec written;
	enum known_what what;
	bool modules;		/* there are some */
	bool modes_unknown;	/* core.fileMode: the disk says nothing about them */
	struct map *trees;	/* directory -> struct index_tree */
};

static int add(const struct index_item *item, void *payload, struct ops_error *err)
{
	struct known *k = payload;
	struct entry *e;

	/* Of the sides of a conflict one stands for all. */
	if (item->stage && k->nr && !strcmp(k->list[k->nr - 1].path, item->path))
		return 0;
	if (array_room(&k->list, k->nr, &k->cap, sizeof(*k->list)) < 0)
		return error_nomem(err);
	e = &k->list[k->nr];
	/* Version 4 puts it together in another place, for this call. */
	e->path = item->path == (const char *)item->stat + item->fixed ? item->path :
		  arena_str(k->arena, item->path);
	if (!e->path)
		return error_nomem(err);
	e->stat = item->stage || item->intent_to_add || item->skip_worktree ? NULL : item->stat;
	e->exec = item->mode & 0100;
	k->modules |= (item->mode & S_IFMT) == MODE_MODULE;
	if (item->skip_worktree)
		k->what = KNOWN_LEFT_OUT;
	/* Another order than ours is one of a file system without case. */
	if (k->nr && strcmp(k->list[k->nr - 1].path, e->path) >= 0)
		return OPS_EINVALID;
	k->nr++;
	return 0;
}

/* Whether git is told that the disk does not know who may be executed. */
static bool modes_unknown(struct store *s)
{
	git_config *config = NULL;
	git_config_entry *entry = NULL;
	int on = 1;

	if (git_repository_config(&config, s->repo) == 0 &&
	    git_config_get_entry(&entry, config, "core.filemode") == 0 && entry->value)
		(void)git_config_parse_bool(&on, entry->value);
	git_config_entry_free(entry);
	git_config_free(config);
	return !on;
}

/* Take in what the index says; without memory, and when it is not understood, nothing. */
static int read_index(struct known *k)
{
	struct ops_error ignored = { 0 };
	size_t nr, rest;
	int rc = index_scan(&nr, &rest, &k->raw, add, k, &ignored);

	return rc ? rc : index_trees(k->trees, k->arena, &k->raw, rest, &ignored);
}

struct known *known_open(struct store *s)
{
	struct known *k = calloc(1, sizeof(*k));
	char *path = file_join(s->git_dir, "index");
	struct ops_error ignored = { 0 };
	struct stat st;
	int rc;

	if (k) {
		buf_init(&k->raw);
		k->arena = arena_new();
	}
	if (k && k->arena)
		k->trees = map_new(k->arena);
	if (!k || !k->trees || !path) {
		free(path);
		known_free(k);
		return NULL;
	}
	k->what = KNOWN_FILES;
	k->modes_unknown = modes_unknown(s);
	rc = stat(path, &st) ? OPS_ENOTFOUND : file_read(&k->raw, path, INDEX_MAX, &ignored);
	k->written = st.st_mtim;
	if (rc == 0)
		rc = read_index(k);
	if (rc) {
		k->nr = 0;
		k->trees = NULL;
		k->what = rc == OPS_ENOTFOUND ? KNOWN_FILES : KNOWN_NOTHING;
	}
	free(path);
	return k;
}

void known_free(struct known *k)
{
	if (!k)
		return;
	arena_free(k->arena);
	buf_release(&k->raw);
	free(k->list);
	free(k);
}

static unsigned long number(const unsigned char *p)
{
	return (unsigned long)p[0] << 24 | (unsigned long)p[1] << 16 |
	       (unsigned long)p[2] << 8 | p[3];
}

/* Whether the time in the index is this one; systems without parts of seconds have 0. */
static bool same_time(const unsigned char *p, const struct timespec *t)
{
	return number(p) == ((unsigned long)t->tv_sec & 0xffffffff) &&
	       number(p + 4) == (unsigned long)t->tv_nsec;
}

/* Whether it was certainly before the index was written. */
static bool before(const struct timespec *t, const struct timespec *written)
{
	if (!t->tv_nsec || !written->tv_nsec)
		return t->tv_sec < written->tv_sec;
	return (written->tv_sec - t->tv_sec) * SECOND + written->tv_nsec - t->tv_nsec > TICK;
}

/* The first entry that is not before these bytes. */
static size_t place(const struct known *k, const char *path)
{
	size_t low = 0, high = k->nr;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(k->list[middle].path, path) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool known_before(const struct known *k, const struct timespec *t)
{
	return before(t, &k->written);
}

int known_children(const struct known *k, const char *dir,
		   int (*each)(const char *name, size_t len, bool directory, size_t at,
			       void *payload),
		   void *payload)
{
	char below[PATH_MAX_BYTES + 3];
	size_t len = strlen(dir), at;
	int rc = 0;

	if (len > PATH_MAX_BYTES)
		return 0;
	memcpy(below, dir, len + 1);
	if (len) {
		below[len++] = '/';
		below[len] = '\0';
	}
	for (at = place(k, below); rc == 0 && at < k->nr; ) {
		const char *name = k->list[at].path + len, *slash = strchr(name, '/');
		size_t name_len = slash ? (size_t)(slash - name) : strlen(name);

		if (strncmp(k->list[at].path, below, len))
			break;
		rc = each(name, name_len, slash != NULL, slash ? KNOWN_NOWHERE : at, payload);
		/* All that is below it is passed over. */
		for (at++; slash && at < k->nr &&
			   !strncmp(k->list[at].path, k->list[at - 1].path, len + name_len + 1); )
			at++;
	}
	return rc;
}

size_t known_place(const struct known *k, const char *path, size_t *near)
{
	bool there = *near < k->nr && !strcmp(k->list[*near].path, path);
	size_t at = there ? *near : place(k, path);

	*near = at == k->nr ? at : at + 1;
	return there || (at < k->nr && !strcmp(k->list[at].path, path)) ? at : KNOWN_NOWHERE;
}

/* Whether nothing is said of a file: git writes that it is empty when it was changed in the moment
 * in which the index was written, and believes it of what is empty. */
static bool is_smudged(const unsigned char *was)
{
	static const unsigned char empty[20] = {
		0xe6, 0x9d, 0xe2, 0x9b, 0xb2, 0xd1, 0xd6, 0x43, 0x4b, 0x8b,
		0x29, 0xae, 0x77, 0x5a, 0xd8, 0xc2, 0xe4, 0x8c, 0x53, 0x91
	};

	return !number(was + 36) && memcmp(was + 40, empty, sizeof(empty)) != 0;
}

bool known_oid(struct oid *out, const struct known *k, size_t at, const struct stat *st)
{
	const unsigned char *was = at == KNOWN_NOWHERE ? NULL : k->list[at].stat;

	if (!was || is_smudged(was) || !same_time(was, &st->st_ctim) ||
	    !same_time(was + 8, &st->st_mtim) ||
	    number(was + 20) != ((unsigned long)st->st_ino & 0xffffffff) ||
	    number(was + 36) != ((unsigned long)st->st_size & 0xffffffff) ||
	    (!k->modes_unknown &&
	     (number(was + 24) & 0111) != (st->st_mode & 0100 ? 0111 : 0)) ||
	    !before(&st->st_mtim, &k->written) ||
	    !before(&st->st_ctim, &k->written))
		return false;
	memcpy(out->id, was + 40, sizeof(out->id));
	return true;
}

bool known_exec(const struct known *k, size_t at, const struct stat *st)
{
	return k->modes_unknown ? at != KNOWN_NOWHERE && k->list[at].exec : st->st_mode & 0100;
}

enum known_what known_what(const struct known *k)
{
	return k->what;
}

bool known_may_have_modules(const struct known *k)
{
	return k->modules || k->what == KNOWN_NOTHING;
}

size_t known_count(const struct known *k)
{
	return k->nr;
}

bool known_names(const struct known *k, const char *path)
{
	size_t at = place(k, path), len = strlen(path);
	bool below = len && path[len - 1] == '/';

	return at < k->nr && (below ? strncmp(k->list[at].path, path, len) :
			      strcmp(k->list[at].path, path)) == 0;
}

bool known_tree_oid(struct oid *out, size_t *nr, const struct known *k, const char *dir)
{
	const struct index_tree *t = map_get(k->trees, dir);

	if (!t)
		return false;
	*out = t->oid;
	*nr = t->nr;
	return true;
}
