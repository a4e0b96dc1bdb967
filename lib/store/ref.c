/* SPDX-License-Identifier: MIT */
/*
 * Moving one branch as git does, in the order that survives everything:
 *
 *	ref_prepare	the new value, in a private file, on its way to disk
 *	(journal)	its barrier makes that file durable, too
 *	held_take	becomes <ref>.lock
 *	ref_publish	rename to <ref>: the commit point; then fsync of the
 *			directory
 *	ref_log		afterwards: a reflog line for an update that never
 *			happened would be a lie that outlives the crash
 *
 * Must never report an outcome it did not read back: the rename may have
 * happened although the call failed.
 */
#include "store/ref.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/repo.h"
#include "util/buf.h"
#include "util/path.h"

char *ref_lock_path(const struct store *s, const char *ref)
{
	struct buf b = BUF_INIT;

	buf_printf(&b, "%s/%s.lock", s->common_dir, ref);
	return buf_detach(&b);
}

int ref_prepare(struct held *h, struct store *s, const char *ref,
		const struct oid *new, struct ops_error *err)
{
	char *lock = ref_lock_path(s, ref);
	char *private = file_join(s->git_dir, "ops/ref.hold");
	char text[OID_HEX + 2];
	int rc;

	if (!lock || !private) {
		rc = error_nomem(err);
		goto out;
	}
	oid_hex(text, new);
	text[OID_HEX] = '\n';
	rc = held_prepare(h, private, lock, err);
	if (rc == 0)
		rc = file_write(h->fd, text, OID_HEX + 1, private, err);
	if (rc == 0)
		rc = durable_data(h->fd, private, err);
out:
	free(lock);
	free(private);
	return rc;
}

/* A shorter name that is a branch: "a" when "a/b" is wanted. */
static int shorter_exists(struct store *s, const char *ref, struct ops_error *err)
{
	char name[PATH_MAX_BYTES];
	size_t len = strlen(ref);
	struct oid id;
	int rc;

	while (len > 11 && len < sizeof(name)) {
		memcpy(name, ref, len);
		name[len] = '\0';
		len = path_directory_len(name);
		if (len <= 10)
			break;
		name[len] = '\0';
		rc = repo_ref(&id, s, name, NULL);
		if (rc != OPS_ENOTFOUND)
			return error_set(err, OPS_EENVIRONMENT, "branch '%s' "
					 "cannot be made beside '%s'", ref, name);
	}
	return 0;
}

int ref_may_exist(struct store *s, const char *ref, struct ops_error *err)
{
	git_reference_iterator *all = NULL;
	struct buf glob = BUF_INIT;
	const char *name;
	int rc;

	rc = shorter_exists(s, ref, err);
	if (rc < 0)
		return rc;
	buf_printf(&glob, "%s/*", ref);
	if (buf_failed(&glob))
		return error_nomem(err);
	rc = git_reference_iterator_glob_new(&all, s->repo, glob.data);
	if (rc == 0)
		rc = git_reference_next_name(&name, all);
	if (rc == 0)
		rc = error_set(err, OPS_EENVIRONMENT, "branch '%s' cannot be made "
			       "beside '%s'", ref, name);
	else if (rc == GIT_ITEROVER)
		rc = 0;
	else
		rc = repo_fail(err, rc, "cannot list branches");
	git_reference_iterator_free(all);
	buf_release(&glob);
	return rc;
}

static int sync_directory(const char *path, struct ops_error *err)
{
	char *dir = strdup(path);
	int rc;

	if (!dir)
		return error_nomem(err);
	*strrchr(dir, '/') = '\0';
	rc = durable_barrier(dir, err);
	free(dir);
	return rc;
}

int ref_publish(bool *durable, struct held *h, struct store *s, const char *ref,
		const struct oid *old, const struct oid *new,
		struct ops_error *err)
{
	char *path = file_join(s->common_dir, ref);
	struct oid now = { { 0 } };
	int rc, cause;

	if (!path)
		return error_nomem(err);
	rc = rename(h->path, path);
	if (rc != 0 && (errno == EISDIR || errno == ENOTEMPTY) && rmdir(path) == 0)
		rc = rename(h->path, path);
	cause = errno;
	*durable = rc == 0 && sync_directory(path, NULL) == 0;
	rc = repo_ref(&now, s, ref, NULL);
	if (rc == 0 && oid_equal(&now, new)) {
		held_renamed(h);
		rc = 0;
	} else if ((rc == 0 && oid_equal(&now, old)) ||
		   (rc == OPS_ENOTFOUND && oid_is_zero(old))) {
		rc = error_set(err, OPS_EIO, "cannot move '%s': %s", ref,
			       strerror(cause));
	} else {
		rc = error_set(err, OPS_EUNKNOWN, "cannot tell whether '%s' was "
			       "moved; run the command again to settle it", ref);
	}
	free(path);
	return rc;
}

/* Whether git would begin a log for this ref. */
static bool wants_log(struct store *s)
{
	git_config *config = NULL;
	git_buf value = GIT_BUF_INIT;
	bool wants = !s->bare;
	int flag;

	if (git_repository_config(&config, s->repo) < 0)
		return wants;
	if (git_config_get_string_buf(&value, config, "core.logallrefupdates") == 0) {
		if (git_config_parse_bool(&flag, value.ptr) == 0)
			wants = flag;
		else
			wants = strcmp(value.ptr, "always") == 0;
	}
	git_buf_dispose(&value);
	git_config_free(config);
	return wants;
}

static int add_line(const char *dir, const char *name, const char *text, size_t len,
		    bool create, struct ops_error *err)
{
	const int flags = O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW;
	struct buf path = BUF_INIT;
	const char *last;
	int parent = -1, fd, rc;

	buf_printf(&path, "logs/%s", name);
	if (buf_failed(&path))
		return error_nomem(err);
	rc = file_parent(&parent, &last, dir, path.data, create, err);
	if (rc == 0) {
		fd = openat(parent, last, flags | (create ? O_CREAT : 0), 0666);
		if (fd < 0 && errno != ENOENT)
			rc = error_set(err, OPS_EIO, "cannot open '%s/%s': %s",
				       dir, path.data, strerror(errno));
		if (fd >= 0) {
			rc = file_write(fd, text, len, path.data, err);
			close(fd);
		}
		close(parent);
	}
	buf_release(&path);
	return rc == OPS_ENOTFOUND ? 0 : rc;
}

int ref_log(struct store *s, const char *ref, const struct oid *old,
	    const struct oid *new, const struct signature *who,
	    const char *message, struct ops_error *err)
{
	char from[OID_HEX + 1], to[OID_HEX + 1];
	struct buf b = BUF_INIT;
	int minutes = who->offset < 0 ? -who->offset : who->offset, rc;
	bool create = wants_log(s);

	oid_hex(from, old);
	oid_hex(to, new);
	buf_printf(&b, "%s %s %s <%s> %" PRId64 " %c%02d%02d\tcommit%s: %.*s\n",
		   from, to, who->name, who->email, who->time,
		   who->offset < 0 ? '-' : '+', minutes / 60, minutes % 60,
		   oid_is_zero(old) ? " (initial)" : "",
		   (int)strcspn(message, "\n"), message);
	if (buf_failed(&b))
		return error_nomem(err);
	rc = add_line(s->common_dir, ref, b.data, b.len, create, err);
	if (rc == 0 && s->branch_is_head)
		rc = add_line(s->git_dir, "HEAD", b.data, b.len, create, err);
	buf_release(&b);
	return rc;
}

int ref_value(struct oid *out, struct store *s, const char *ref,
	      struct ops_error *err)
{
	return repo_ref(out, s, ref, err);
}

int ref_holds(bool *out, struct store *s, const char *ref,
	      const struct oid *commit, const struct oid *old,
	      struct ops_error *err)
{
	struct oid now;
	git_oid one, two;
	int rc;

	rc = repo_ref(&now, s, ref, err);
	if (rc == OPS_ENOTFOUND) {
		*out = false;
		return 0;
	}
	if (rc < 0)
		return rc;
	if (oid_equal(&now, commit) || oid_equal(&now, old)) {
		*out = oid_equal(&now, commit);
		return 0;
	}
	repo_to_git(&one, &now);
	repo_to_git(&two, commit);
	rc = git_graph_descendant_of(s->repo, &one, &two);
	/* A commit that gc has taken away was never published. */
	if (rc < 0 && rc != GIT_ENOTFOUND)
		return repo_fail(err, rc, "cannot compare '%s' with its journal",
				 ref);
	*out = rc == 1;
	return 0;
}
