/* SPDX-License-Identifier: MIT */
/*
 * What a merge of git left to people: which paths, and a new version of one.
 *
 * The index is only read here; to say that a path is decided is git's own business.
 */
#include "store/unmerged.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/repo.h"
#include "util/arena.h"
#include "util/map.h"

int unmerged_paths(const char *const **out, size_t *nr, struct store *s,
		   struct arena *arena, struct ops_error *err)
{
	const git_index_entry *a, *o, *t;
	git_index_conflict_iterator *all = NULL;
	git_index *index = NULL;
	struct map *seen = map_new(arena);
	const char **list;
	size_t i;
	int rc = s->bare ? GIT_ITEROVER : git_repository_index(&index, s->repo);

	if (rc == 0)
		rc = git_index_read(index, 1);
	if (rc == 0)
		rc = git_index_conflict_iterator_new(&all, index);
	while (rc == 0 && seen &&
	       (rc = git_index_conflict_next(&a, &o, &t, all)) == 0)
		if (map_put(seen, (o ? o : t ? t : a)->path, arena))
			seen = NULL;
	git_index_conflict_iterator_free(all);
	git_index_free(index);
	if (rc != 0 && rc != GIT_ITEROVER)
		return repo_fail(err, rc, "cannot read the index");
	list = seen ? arena_array(arena, map_count(seen) + 1, sizeof(*list)) : NULL;
	if (!list)
		return error_nomem(err);
	for (i = 0; i < map_count(seen); i++)
		list[i] = map_at(seen, i)->key;
	*out = list;
	*nr = map_count(seen);
	return 0;
}

int unmerged_side(char *out, struct store *s, const char *path, const void *data, size_t len,
		  struct ops_error *err)
{
	const git_index_entry *a = NULL, *o = NULL, *t = NULL;
	git_index *index = NULL;
	git_oid id;
	int rc = git_repository_index(&index, s->repo);

	*out = 0;
	if (rc == 0)
		rc = git_index_read(index, 1);
	if (rc == 0)
		rc = git_odb_hash(&id, data, len, GIT_OBJECT_BLOB);
	if (rc == 0)
		rc = git_index_conflict_get(&a, &o, &t, index, path);
	if (rc == 0 && o && t && (!a || (!git_oid_equal(&a->id, &o->id) &&
					 !git_oid_equal(&a->id, &t->id))))
		*out = git_oid_equal(&id, &o->id) ? 'o' : git_oid_equal(&id, &t->id) ? 't' : 0;
	git_index_free(index);
	return rc == 0 || rc == GIT_ENOTFOUND ? 0 : repo_fail(err, rc, "cannot read the index");
}

static int failed(const char *path, struct ops_error *err)
{
	return error_set(err, errno == ENOENT ? OPS_ENOTFOUND : OPS_EIO,
			 "cannot write '%s': %s", path, strerror(errno));
}

static int write_beside(int parent, const char *name, const char *fresh, const char *path,
			const void *data, size_t len, struct ops_error *err)
{
	struct stat st;
	int fd, rc;

	if (fstatat(parent, name, &st, AT_SYMLINK_NOFOLLOW) != 0)
		return failed(path, err);
	if (!S_ISREG(st.st_mode))
		return error_set(err, OPS_EINVALID, "'%s' is not a regular file", path);
	fd = openat(parent, fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
		    st.st_mode & 0777);
	if (fd < 0)
		return failed(path, err);
	rc = file_write(fd, data, len, path, err);
	if (rc == 0)
		rc = durable_data(fd, path, err);
	if (file_close(fd, path, rc ? NULL : err) < 0 && rc == 0)
		rc = OPS_EIO;
	if (rc == 0 && renameat(parent, fresh, parent, name) != 0)
		rc = failed(path, err);
	if (rc < 0)
		(void)unlinkat(parent, fresh, 0);
	return rc;
}

int unmerged_write(struct store *s, const char *path, const void *data, size_t len,
		   struct ops_error *err)
{
	char fresh[64];
	const char *name;
	int parent = -1, rc = file_parent(&parent, &name, s->work_dir, path, false, err);

	if (rc < 0)
		return rc;
	(void)snprintf(fresh, sizeof(fresh), ".ops-resolve.%ld", (long)getpid());
	rc = write_beside(parent, name, fresh, path, data, len, err);
	close(parent);
	return rc;
}
