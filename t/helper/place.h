/* SPDX-License-Identifier: MIT */
#ifndef HELPER_PLACE_H
#define HELPER_PLACE_H

/* What lies in a directory, and a repository there: whether anything has changed, and whether
 * all that is new in it is whole. */

#include <git2.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include "dirs.h"

/* A repository of the copy: what is known of it before any harm, and its handle while it is
 * looked at. */
struct place {
	const char *path;
	uint64_t packs;		/* the names and sizes of its packs */
	git_repository *repo;
};

static inline bool place_open(struct place *p)
{
	git_repository_free(p->repo);
	p->repo = NULL;
	return git_repository_open_ext(&p->repo, p->path, GIT_REPOSITORY_OPEN_NO_SEARCH,
				       NULL) == 0;
}

static inline void place_close(struct place *p)
{
	git_repository_free(p->repo);
	p->repo = NULL;
}

static inline uint64_t mix(uint64_t sum, const void *data, size_t len)
{
	const unsigned char *p = data;

	for (; len; len--)
		sum = (sum ^ *p++) * UINT64_C(1099511628211);
	return sum;
}

static uint64_t place_sum;

static inline void print_one(const char *path, const struct stat *st)
{
	place_sum = mix(place_sum, path, strlen(path));
	place_sum = mix(place_sum, &st->st_ino, sizeof(st->st_ino));
	place_sum = mix(place_sum, &st->st_mode, sizeof(st->st_mode));
	place_sum = mix(place_sum, &st->st_size, sizeof(st->st_size));
	place_sum = mix(place_sum, &st->st_mtim, sizeof(st->st_mtim));
	place_sum = mix(place_sum, &st->st_ctim, sizeof(st->st_ctim));
}

static inline void print_pack(const char *path, const struct stat *st)
{
	uint64_t sum = mix(mix(0, path, strlen(path)), &st->st_size, sizeof(st->st_size));

	if (!S_ISDIR(st->st_mode))
		place_sum += sum;
}

static inline uint64_t fingerprint(const char *dir)
{
	place_sum = UINT64_C(14695981039346656037);
	walk(dir, print_one);
	return place_sum;
}

static inline uint64_t packs_of(const struct place *p)
{
	char path[PATH_LEN];

	join(path, git_repository_path(p->repo), "objects/pack");
	place_sum = 0;
	walk(path, print_pack);
	return place_sum;
}

static inline void tip_of(char hex[41], const struct place *p, const char *branch)
{
	git_oid id;

	strcpy(hex, "-");
	if (p->repo && git_reference_name_to_id(&id, p->repo, branch) == 0)
		git_oid_tostr(hex, 41, &id);
}

/* How many commits `to` is ahead of `from`; -1: it does not have it. */
static inline long ahead(const struct place *p, const char *from, const char *to)
{
	size_t more = 0, less = 1;
	git_oid a, b;

	if (!p->repo || git_oid_fromstr(&a, from) || git_oid_fromstr(&b, to) ||
	    git_graph_ahead_behind(&more, &less, p->repo, &b, &a))
		less = 1;
	return less ? -1 : (long)more;
}

struct reading {
	git_odb *odb;
	unsigned long bad, empty;
	bool power;
};

static struct reading place_reading;

static inline int read_object(const git_oid *id, void *payload)
{
	struct reading *r = payload;
	git_odb_object *object = NULL;

	if (git_odb_read(&object, r->odb, id))
		r->bad++;
	git_odb_object_free(object);
	return 0;
}

/* ".../objects/xx/yyyy" */
static inline void read_loose(const char *path, const struct stat *st)
{
	size_t len = strlen(path);
	char hex[41];
	git_oid id;

	/* A power cut leaves names without bytes: who writes the object again replaces them. */
	if (!S_ISDIR(st->st_mode) && !st->st_size && place_reading.power) {
		place_reading.empty++;
		return;
	}
	if (S_ISDIR(st->st_mode) || len < 42 || path[len - 39] != '/' || path[len - 42] != '/')
		return;
	memcpy(hex, path + len - 41, 2);
	memcpy(hex + 2, path + len - 38, 39);
	if (git_oid_fromstr(&id, hex) == 0)
		read_object(&id, &place_reading);
}

static inline int read_tree(const char *root, const git_tree_entry *e, void *payload)
{
	struct reading *r = payload;

	(void)root;
	if (r->power)
		return read_object(git_tree_entry_id(e), payload);
	return git_odb_exists(r->odb, git_tree_entry_id(e)) ? 0 : (r->bad++, 0);
}

/* What is wrong, or NULL: all objects that are new can be read, and the tip is whole, which is
 * what git fsck would say.  Adds to *garbage what is empty after a power cut. */
static inline const char *place_check(const struct place *p, bool power, unsigned long *garbage)
{
	char path[PATH_LEN];
	const char *what = NULL;
	git_object *tree = NULL;

	memset(&place_reading, 0, sizeof(place_reading));
	place_reading.power = power;
	if (!p->repo || git_repository_odb(&place_reading.odb, p->repo))
		return NULL;
	if (packs_of(p) != p->packs) {
		git_odb_foreach(place_reading.odb, read_object, &place_reading);
	} else {
		join(path, git_repository_path(p->repo), "objects");
		walk(path, read_loose);
	}
	if (git_revparse_single(&tree, p->repo, "HEAD^{tree}") ||
	    git_tree_walk((git_tree *)tree, GIT_TREEWALK_PRE, read_tree, &place_reading))
		what = "the tip cannot be read";
	else if (place_reading.bad)
		what = "objects are damaged or missing";
	*garbage += place_reading.empty;
	git_object_free(tree);
	git_odb_free(place_reading.odb);
	return what;
}

#endif
