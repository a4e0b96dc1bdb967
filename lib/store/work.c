/* SPDX-License-Identifier: MIT */
/*
 * Bringing single files of the work tree from one commit to the next.
 *
 * Must never overwrite, remove or follow anything that is not exactly what the
 * old tip has: each file is read and hashed again right before it is replaced,
 * new files are moved in without replacing, and every directory on the way is
 * opened without following links.
 *
 * Content is compared raw first; only when that differs are git's line-ending
 * conversions applied, so repositories without them pay nothing.
 */
#include "store/work.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "store/driver.h"
#include "store/durable.h"
#include "store/file.h"
#include "store/objects.h"
#include "store/repo.h"
#include "store/snap-kind.h"
#include "util/buf.h"
#include "util/path.h"

#define WORK_MAX ((size_t)256 << 20)

static bool exists(const char *dir, size_t len, const char *name)
{
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%.*s/%s", (int)len, dir, name);

	/* One too long to look at may exist. */
	return n < 0 || (size_t)n >= sizeof(path) || access(path, F_OK) == 0;
}

/*
 * Whether a setting that concerns line endings or attributes is there; one that cannot be read
 * may be.  Asked of the configuration itself, which reads files again that changed: libgit2 1.5
 * dies of a snapshot for which there is no memory, and a command may be behind a commit here.
 */
static bool look_up(struct store *s)
{
	static const char *const keys[] = { "core.autocrlf", "core.eol",
					    "core.attributesfile" };
	git_config *config = NULL;
	git_config_entry *entry;
	git_buf places = GIT_BUF_INIT;
	bool is = true;
	size_t i;
	int rc;

	if (git_repository_config(&config, s->repo) < 0)
		goto out;
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		entry = NULL;
		rc = git_config_get_entry(&entry, config, keys[i]);
		git_config_entry_free(entry);
		if (rc != GIT_ENOTFOUND)
			goto out;
	}
	if (git_libgit2_opts(GIT_OPT_GET_SEARCH_PATH, GIT_CONFIG_LEVEL_XDG,
			     &places) < 0)
		goto out;
	is = (places.size && exists(places.ptr, places.size, "attributes")) ||
	     access("/etc/gitattributes", F_OK) == 0;
out:
	git_buf_dispose(&places);
	git_config_free(config);
	return is;
}

static bool configured(struct store *s)
{
	if (!s->converts)
		s->converts = look_up(s) ? 1 : -1;
	return s->converts > 0;
}

void work_prepare(struct store *s)
{
	s->converts = 0;
	(void)configured(s);
}

/*
 * Whether git could convert this path at all.  Asking libgit2 is exact but
 * loads the whole index, for an attributes file that might be there alone.
 */
static bool may_convert(struct store *s, const char *path)
{
	struct buf dir = BUF_INIT;
	bool may;

	if (!driver_alone(s))
		return true;
	buf_printf(&dir, "%s/%s", s->work_dir, path);
	may = buf_failed(&dir);
	dir.len = path_directory_len(dir.data);
	while (!may && dir.len >= strlen(s->work_dir)) {
		may = exists(dir.data, dir.len, ".gitattributes");
		dir.data[dir.len] = '\0';
		dir.len = path_directory_len(dir.data);
		if (dir.len == 0)
			break;
	}
	buf_release(&dir);
	return may || configured(s);
}

/* Convert as git would; *out is empty and the return 0 when nothing does. */
static int convert(git_buf *out, bool *converted, struct store *s, const char *path,
		   const char *data, size_t len, bool to_work_tree,
		   struct ops_error *err)
{
	git_filter_list *filters = NULL;
	int rc;

	*converted = false;
	if (!may_convert(s, path))
		return 0;
	rc = git_filter_list_load(&filters, s->repo, NULL, path, to_work_tree ?
				  GIT_FILTER_TO_WORKTREE : GIT_FILTER_TO_ODB,
				  GIT_FILTER_ALLOW_UNSAFE);
	if (rc == 0 && filters) {
		rc = git_filter_list_apply_to_buffer(out, filters, data, len);
		*converted = rc == 0;
	}
	git_filter_list_free(filters);
	return rc < 0 ? repo_fail(err, rc, "cannot convert '%s'", path) : 0;
}

bool work_may_be_converted(const void *data, size_t len)
{
	const char *at = data, *end = at + len;

	if (memchr(data, '\r', len))
		return true;
	/* Several times as fast as memmem(). */
	while ((at = memchr(at, '$', (size_t)(end - at))) != NULL)
		if (end - ++at >= 3 && !memcmp(at, "Id:", 3))
			return true;
	return false;
}

int work_as_stored(struct blob *out, struct store *s, const char *path, const void *data,
		   size_t len, struct ops_error *err)
{
	git_buf stored = GIT_BUF_INIT;
	bool converted;
	int rc = convert(&stored, &converted, s, path, data, len, false, err);

	if (rc == 0 && converted)
		rc = snap_copy_blob(out, stored.ptr, stored.size, err);
	git_buf_dispose(&stored);
	return rc;
}

/* Whether `text` is what is left of a write that power cut short. */
static int is_torn(bool *out, struct store *s, const struct journal_path *p,
		   const struct buf *text, struct ops_error *err)
{
	struct blob new = { 0 };
	size_t i = 0;
	int rc;

	*out = false;
	if (!p->has)
		return 0;
	rc = snap_read_blob(&new, s, &p->new, p->path, WORK_MAX, err);
	if (rc < 0)
		return rc;
	while (i < text->len && i < new.len && text->data[i] == new.data[i])
		i++;
	while (i < text->len && text->data[i] == '\0')
		i++;
	*out = i == text->len && i <= new.len;
	blob_release(&new);
	return 0;
}

static int classify(enum work_state *out, struct store *s,
		    const struct journal_path *p, const struct buf *text, bool torn,
		    struct ops_error *err)
{
	git_buf plain = GIT_BUF_INIT;
	bool converted, is;
	struct oid id;
	int rc, round;

	rc = objects_hash(&id, text->data, text->len, err);
	for (round = 0; rc == 0 && round < 2; round++) {
		if (p->had && oid_equal(&id, &p->old)) {
			*out = WORK_OLD;
			goto out;
		}
		if (p->has && oid_equal(&id, &p->new)) {
			*out = WORK_NEW;
			goto out;
		}
		if (round == 1)
			break;
		rc = convert(&plain, &converted, s, p->path, text->data, text->len,
			     false, err);
		if (rc == 0 && !converted)
			break;
		if (rc == 0)
			rc = objects_hash(&id, plain.ptr, plain.size, err);
	}
	*out = WORK_EDITED;
	if (rc == 0 && torn) {
		rc = is_torn(&is, s, p, text, err);
		if (rc == 0 && is)
			*out = WORK_OLD;
	}
out:
	git_buf_dispose(&plain);
	return rc;
}

static int look_at(enum work_state *out, struct store *s, int dir, const char *name,
		   const struct journal_path *p, bool torn, struct ops_error *err)
{
	struct buf text = BUF_INIT;
	struct stat st;
	int rc;

	if (fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW) != 0) {
		if (errno != ENOENT)
			return error_set(err, OPS_EIO, "cannot look at '%s': %s",
					 p->path, strerror(errno));
		*out = !p->had ? WORK_OLD : !p->has ? WORK_NEW : WORK_GONE;
		return 0;
	}
	if (!S_ISREG(st.st_mode)) {
		*out = WORK_EDITED;
		return 0;
	}
	rc = file_read_at(&text, dir, name, WORK_MAX, err);
	if (rc == 0)
		rc = classify(out, s, p, &text, torn, err);
	else if (rc == OPS_EINVALID)
		rc = (*out = WORK_EDITED, 0);
	buf_release(&text);
	return rc;
}

int work_look(enum work_state *out, struct store *s, const struct journal_path *p,
	      bool torn, struct ops_error *err)
{
	const char *name;
	int dir, rc;

	rc = file_parent(&dir, &name, s->work_dir, p->path, false, err);
	if (rc == OPS_ENOTFOUND) {
		*out = !p->had ? WORK_OLD : !p->has ? WORK_NEW : WORK_GONE;
		return 0;
	}
	if (rc == OPS_EINVALID) {	/* a file or link in place of a directory */
		*out = WORK_EDITED;
		return 0;
	}
	if (rc < 0)
		return rc;
	rc = look_at(out, s, dir, name, p, torn, err);
	close(dir);
	return rc;
}

static int edited(const char *path, struct ops_error *err)
{
	return error_set(err, OPS_EREFUSED, "'%s' has changes of yours in the work "
			 "tree; commit them, or put them aside, first", path);
}

int work_check(struct store *s, const struct journal_path *p, bool skip,
	       struct ops_error *err)
{
	enum work_state state;
	int rc;

	rc = work_look(&state, s, p, false, err);
	if (rc < 0)
		return rc;
	if (state == WORK_OLD || (skip && p->had && state != WORK_EDITED))
		return 0;
	if (!p->had)
		return error_set(err, OPS_EREFUSED, "'%s' is in the work tree "
				 "already; move it away first", p->path);
	if (state == WORK_GONE || !p->has)
		return state == WORK_EDITED ? edited(p->path, err) :
			error_set(err, OPS_EREFUSED, "'%s' was removed from the "
				  "work tree; put it back first", p->path);
	return edited(p->path, err);
}

/* ".name.ops-0123456789ab.tmp", cut to what a directory holds. */
static void temporary_name(char out[PATH_PART_MAX + 1], const char *name,
			   const struct journal *j)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, &j->new);
	(void)snprintf(out, PATH_PART_MAX + 1, ".%.200s.ops-%.12s.tmp", name, hex);
}

static int write_temporary(struct store *s, int dir, const char *temporary,
			   const struct journal_path *p, struct ops_error *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	const mode_t mode = p->exec ? 0777 : 0666;
	git_buf other = GIT_BUF_INIT;
	struct blob blob = { 0 };
	bool converted = false;
	int fd = -1, rc;

	rc = snap_read_blob(&blob, s, &p->new, p->path, WORK_MAX, err);
	if (rc == 0)
		rc = convert(&other, &converted, s, p->path, blob.data, blob.len,
			     true, err);
	if (rc < 0)
		goto out;
	fd = openat(dir, temporary, flags, mode);
	if (fd < 0 && errno == EEXIST && unlinkat(dir, temporary, 0) == 0)
		fd = openat(dir, temporary, flags, mode);
	if (fd < 0) {
		rc = error_set(err, OPS_EIO, "cannot create '%s' for '%s': %s",
			       temporary, p->path, strerror(errno));
		goto out;
	}
	rc = converted ? file_write(fd, other.ptr, other.size, p->path, err) :
		file_write(fd, blob.data, blob.len, p->path, err);
	if (rc == 0)
		durable_begin(fd);
	if (rc == 0)
		rc = file_close(fd, p->path, err);
	else
		close(fd);
out:
	git_buf_dispose(&other);
	blob_release(&blob);
	return rc;
}

/* Move the temporary file in; a new file replaces nothing. */
static int move_in(int dir, const char *temporary, const char *name,
		   const struct journal_path *p, struct ops_error *err)
{
	int rc;

	if (p->had) {
		rc = renameat(dir, temporary, dir, name);
	} else {
		rc = renameat2(dir, temporary, dir, name, RENAME_NOREPLACE);
		if (rc != 0 && (errno == EINVAL || errno == ENOSYS)) {
			rc = linkat(dir, temporary, dir, name, 0);
			if (rc == 0)
				(void)unlinkat(dir, temporary, 0);
		}
	}
	if (rc == 0)
		return 0;
	if (errno == EEXIST)
		return edited(p->path, err);
	return error_set(err, OPS_EIO, "cannot put '%s' in place: %s", p->path,
			 strerror(errno));
}

int work_stage(struct store *s, const struct journal *j, const struct journal_path *p,
	       struct ops_error *err)
{
	char temporary[PATH_PART_MAX + 1];
	const char *name;
	int dir, rc;

	rc = file_parent(&dir, &name, s->work_dir, p->path, true, err);
	if (rc < 0)
		return rc;
	temporary_name(temporary, name, j);
	rc = write_temporary(s, dir, temporary, p, err);
	if (rc < 0)
		(void)unlinkat(dir, temporary, 0);
	close(dir);
	return rc;
}

void work_unstage(struct store *s, const struct journal *j, const struct journal_path *p)
{
	char temporary[PATH_PART_MAX + 1];
	const char *name;
	int dir;

	if (!p->has || file_parent(&dir, &name, s->work_dir, p->path, false, NULL) < 0)
		return;
	temporary_name(temporary, name, j);
	(void)unlinkat(dir, temporary, 0);
	close(dir);
}

/* Wait until what was staged is on the disk. */
static int await(int dir, const char *temporary, const struct journal_path *p,
		 struct ops_error *err)
{
	int fd = openat(dir, temporary, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), rc;

	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot open '%s' for '%s': %s", temporary,
				 p->path, strerror(errno));
	rc = durable_data(fd, p->path, err);
	close(fd);
	return rc;
}

static int put(struct store *s, const struct journal *j,
	       const struct journal_path *p, struct ops_error *err)
{
	char temporary[PATH_PART_MAX + 1];
	enum work_state state;
	const char *name;
	int dir, rc;

	rc = file_parent(&dir, &name, s->work_dir, p->path, true, err);
	if (rc < 0)
		return rc;
	temporary_name(temporary, name, j);
	rc = await(dir, temporary, p, err);
	if (rc == 0)
		rc = look_at(&state, s, dir, name, p, j->other_boot, err);
	if (rc == 0 && state == WORK_EDITED)
		rc = edited(p->path, err);
	if (rc == 0)
		rc = move_in(dir, temporary, name, p, err);
	if (rc < 0)
		(void)unlinkat(dir, temporary, 0);
	close(dir);
	return rc;
}

/* Remove directories that became empty, from the innermost out. */
static void prune(struct store *s, const char *path)
{
	char dir[PATH_MAX_BYTES + 1];
	const char *name;
	size_t len = strlen(path);
	int fd, gone = 0;

	if (len >= sizeof(dir))
		return;
	memcpy(dir, path, len + 1);
	while (gone == 0 && (len = path_directory_len(dir)) > 0) {
		dir[len] = '\0';
		if (file_parent(&fd, &name, s->work_dir, dir, false, NULL) < 0)
			return;
		gone = unlinkat(fd, name, AT_REMOVEDIR);
		if (gone != 0 && errno == ENOENT)
			gone = 0;
		close(fd);
	}
}

static int take_away(struct store *s, const struct journal_path *p,
		     struct ops_error *err)
{
	enum work_state state = WORK_NEW;
	const char *name;
	int dir, rc;

	rc = file_parent(&dir, &name, s->work_dir, p->path, false, err);
	if (rc == 0) {
		rc = look_at(&state, s, dir, name, p, false, err);
		if (rc == 0 && state == WORK_EDITED)
			rc = edited(p->path, err);
		if (rc == 0 && state == WORK_OLD && unlinkat(dir, name, 0) != 0)
			rc = error_set(err, OPS_EIO, "cannot remove '%s': %s",
				       p->path, strerror(errno));
		close(dir);
	} else if (rc == OPS_ENOTFOUND) {
		rc = 0;
	}
	if (rc == 0)
		prune(s, p->path);
	return rc;
}

int work_apply(struct store *s, const struct journal *j,
	       const struct journal_path *p, struct ops_error *err)
{
	return p->has ? put(s, j, p, err) : take_away(s, p, err);
}

bool work_stat(struct stat *out, struct store *s, const char *path)
{
	const char *name;
	bool is;
	int dir;

	if (file_parent(&dir, &name, s->work_dir, path, false, NULL) < 0)
		return false;
	is = fstatat(dir, name, out, AT_SYMLINK_NOFOLLOW) == 0 &&
	     S_ISREG(out->st_mode);
	close(dir);
	return is;
}
