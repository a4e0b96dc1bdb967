/* SPDX-License-Identifier: MIT */
/*
 * Reading and writing the journal; journal.h has its format.
 *
 * Invariants: a journal is never changed but by appending "done"; it becomes
 * visible by a rename after its bytes are on the disk, so one whose checksum
 * does not hold was never in effect (a power cut on a file system without an
 * ordered log), and no lock of its act can exist.
 */
#include "store/journal.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/path.h"

#define JOURNAL_MAX ((size_t)256 << 20)

/* "-" when the kernel does not tell: then no boot is known to differ. */
static void boot_id(char out[64])
{
	struct buf text = BUF_INIT;
	size_t len = 0;

	if (file_read(&text, "/proc/sys/kernel/random/boot_id", 63, NULL) == 0)
		len = strspn(text.data, "0123456789abcdef-");
	memcpy(out, len ? text.data : "-", len ? len : 1);
	out[len ? len : 1] = '\0';
	buf_release(&text);
}

static void add_id(struct buf *b, const char *key, const struct file_id *id)
{
	buf_printf(b, "%s %" PRIu64 " %" PRIu64 " %" PRId64 "\n", key, id->device,
		   id->inode, id->born);
}

static void compose(struct buf *b, const struct journal *j)
{
	char old[OID_HEX + 1], new[OID_HEX + 1], sum[DIGEST_HEX + 1];
	const struct journal_path *p;
	size_t i;

	oid_hex(old, &j->old);
	oid_hex(new, &j->new);
	buf_printf(b, "ops-journal 1\nboot %s\nself %" PRIu64 " %" PRId64 "\n"
		   "ref %s\nold %s\nnew %s\ntree %s\n", j->boot, j->self.inode,
		   j->self.born, j->ref, old, new, j->tree ? "yes" : "no");
	add_id(b, "ref-lock", &j->ref_lock);
	add_id(b, "index-lock", &j->index_lock);
	for (i = 0; i < j->paths_nr; i++) {
		p = &j->paths[i];
		oid_hex(old, &p->old);
		oid_hex(new, &p->new);
		buf_printf(b, "path %s %s %s %s\n", old, new,
			   p->exec ? "100755" : "100644", p->path);
	}
	digest_of(b->data, b->len, sum);
	buf_printf(b, "end %s\n", sum);
}

int journal_open(const char *git_dir, struct ops_error *err)
{
	char *dir = file_join(git_dir, "ops");
	int rc = dir ? file_own_directory(dir, err) : error_nomem(err);

	free(dir);
	return rc;
}

/* Create `path` for writing. */
static int create(int *out, const char *path, struct ops_error *err)
{
	const int flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW;
	int fd = open(path, flags, 0600);

	if (fd < 0 && errno == EEXIST && unlink(path) == 0)
		fd = open(path, flags, 0600);
	if (fd < 0)
		return error_set(err, OPS_EIO, "cannot create '%s': %s", path,
				 strerror(errno));
	*out = fd;
	return 0;
}

static int fill(struct journal *j, int fd, const char *path, struct ops_error *err)
{
	struct buf text = BUF_INIT;
	int rc;

	rc = file_identify(&j->self, path, err);
	if (rc == 0) {
		compose(&text, j);
		rc = buf_failed(&text) ? error_nomem(err) :
			file_write(fd, text.data, text.len, path, err);
	}
	if (rc == 0)
		rc = durable_data(fd, path, err);
	if (rc == 0)
		rc = durable_order(fd, path, err);
	buf_release(&text);
	return rc == OPS_ENOTFOUND && err ? (err->status = OPS_EIO) : rc;
}

int journal_write(struct journal *j, const char *git_dir, struct ops_error *err)
{
	char *dir = file_join(git_dir, "ops");
	char *new = dir ? file_join(dir, "journal.new") : NULL;
	char *path = dir ? file_join(dir, "journal") : NULL;
	int fd = -1, rc;

	if (!new || !path) {
		rc = error_nomem(err);
		goto out;
	}
	if (!j->boot[0])
		boot_id(j->boot);
	rc = create(&fd, new, err);
	if (rc == 0)
		rc = fill(j, fd, new, err);
	if (fd >= 0 && rc == 0)
		rc = file_close(fd, new, err);
	else if (fd >= 0)
		close(fd);
	if (rc == 0 && rename(new, path) != 0)
		rc = error_set(err, OPS_EIO, "cannot create '%s': %s", path,
			       strerror(errno));
	else if (rc == 0)
		rc = durable_barrier(dir, err);
	if (rc < 0)
		(void)unlink(new);
out:
	free(dir);
	free(new);
	free(path);
	return rc;
}

int journal_done(const char *git_dir, struct ops_error *err)
{
	char *path = file_join(git_dir, "ops/journal");
	int fd, rc;

	if (!path)
		return error_nomem(err);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0) {
		rc = error_set(err, OPS_EIO, "cannot open '%s': %s", path,
			       strerror(errno));
	} else {
		rc = file_write(fd, "done\n", 5, path, err);
		if (rc == 0)
			rc = file_close(fd, path, err);
		else
			close(fd);
	}
	free(path);
	return rc;
}

int journal_remove(const char *git_dir, struct ops_error *err)
{
	char *path = file_join(git_dir, "ops/journal");
	int rc = 0;

	if (!path)
		return error_nomem(err);
	if (unlink(path) != 0 && errno != ENOENT)
		rc = error_set(err, OPS_EIO, "cannot remove '%s': %s", path,
			       strerror(errno));
	free(path);
	return rc;
}

int journal_retire(const char *git_dir, struct ops_error *err)
{
	char *dir = file_join(git_dir, "ops");
	int fd, rc;

	if (!dir)
		return error_nomem(err);
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0) {
		rc = error_set(err, OPS_EIO, "cannot open '%s': %s", dir,
			       strerror(errno));
	} else {
		rc = durable_order(fd, dir, err);
		close(fd);
	}
	free(dir);
	return rc < 0 ? rc : journal_remove(git_dir, err);
}

/* The value of the next line if it begins with `key`, else NULL; the text is
 * cut at its newline. */
static char *line(char **at, const char *key)
{
	size_t len = strlen(key);
	char *start = *at, *newline = strchr(start, '\n');

	if (!newline || strncmp(start, key, len) != 0 || start[len] != ' ')
		return NULL;
	*newline = '\0';
	*at = newline + 1;
	return start + len + 1;
}

static bool read_id(struct file_id *out, const char *text)
{
	return text && sscanf(text, "%" SCNu64 " %" SCNu64 " %" SCNd64,
			      &out->device, &out->inode, &out->born) == 3;
}

static bool read_path(struct journal_path *p, char *text)
{
	/* "<40> <40> 100644 <path>" */
	if (strlen(text) < 90 || text[40] != ' ' || text[81] != ' ' ||
	    text[88] != ' ')
		return false;
	text[40] = text[81] = text[88] = '\0';
	if (!oid_parse(&p->old, text) || !oid_parse(&p->new, text + 41))
		return false;
	p->had = !oid_is_zero(&p->old);
	p->has = !oid_is_zero(&p->new);
	p->exec = strcmp(text + 82, "100755") == 0;
	p->path = text + 89;
	return path_fault(p->path) == NULL;
}

static bool parse(struct journal *j, char *text, struct arena *arena)
{
	char *at = text, *value, *p;
	size_t paths = 0;

	for (p = strstr(text, "\npath "); p; p = strstr(p + 1, "\npath "))
		paths++;
	j->paths = arena_array(arena, paths ? paths : 1, sizeof(*j->paths));
	if (!j->paths)
		return false;
	value = line(&at, "ops-journal");
	if (!value || strcmp(value, "1") != 0)
		return false;
	value = line(&at, "boot");
	if (!value || strlen(value) >= sizeof(j->boot))
		return false;
	memcpy(j->boot, value, strlen(value) + 1);
	value = line(&at, "self");
	if (!value || sscanf(value, "%" SCNu64 " %" SCNd64, &j->self.inode,
			     &j->self.born) != 2)
		return false;
	j->ref = line(&at, "ref");
	value = line(&at, "old");
	if (!j->ref || !value || !oid_parse(&j->old, value))
		return false;
	value = line(&at, "new");
	if (!value || !oid_parse(&j->new, value))
		return false;
	value = line(&at, "tree");
	j->tree = value && strcmp(value, "yes") == 0;
	if (!read_id(&j->ref_lock, line(&at, "ref-lock")) ||
	    !read_id(&j->index_lock, line(&at, "index-lock")))
		return false;
	while ((value = line(&at, "path")) != NULL)
		if (j->paths_nr == paths || !read_path(&j->paths[j->paths_nr++], value))
			return false;
	j->unborn = oid_is_zero(&j->old);
	return true;
}

/* Whether the record is whole; *tail then points behind it. */
static bool whole(struct buf *text, const char **tail)
{
	char sum[DIGEST_HEX + 1], *end = NULL, *p;

	if (memchr(text->data, '\0', text->len))
		return false;
	for (p = strstr(text->data, "\nend "); p; p = strstr(p + 1, "\nend "))
		end = p;
	if (!end || strlen(end) < 6 + DIGEST_HEX || end[5 + DIGEST_HEX] != '\n')
		return false;
	digest_of(text->data, (size_t)(end + 1 - text->data), sum);
	*tail = end + 6 + DIGEST_HEX;
	return memcmp(end + 5, sum, DIGEST_HEX) == 0;
}

int journal_read(struct journal *out, const char *git_dir, struct arena *arena,
		 struct ops_error *err)
{
	struct buf text = BUF_INIT;
	struct journal j = { 0 };
	struct file_id self;
	const char *tail;
	char *path = file_join(git_dir, "ops/journal"), *copy, boot[64];
	int rc;

	if (!path)
		return error_nomem(err);
	rc = file_read(&text, path, JOURNAL_MAX, err);
	if (rc < 0)
		goto out;
	if (!whole(&text, &tail)) {
		rc = error_set(err, OPS_ENOTFOUND, "'%s' is not whole", path);
		goto out;
	}
	j.done = strcmp(tail, "done\n") == 0;
	copy = arena_dup(arena, text.data, text.len);
	if (!copy) {
		rc = error_nomem(err);
		goto out;
	}
	if (!parse(&j, copy, arena)) {
		if (!j.paths) {
			rc = error_nomem(err);
			goto out;
		}
		/* Whole, yet not understood: a newer version wrote it. */
		rc = error_set(err, OPS_EENVIRONMENT, "cannot understand '%s': "
			       "it was written by another version", path);
		goto out;
	}
	rc = file_identify(&self, path, err);
	if (rc < 0)
		goto out;
	boot_id(boot);
	j.other_boot = strcmp(boot, "-") && strcmp(j.boot, "-") &&
		       strcmp(boot, j.boot) != 0;
	/* self has no device on record: it alone tells copies apart. */
	self.device = 0;
	j.copied = !file_same(&self, &j.self, true);
	*out = j;
out:
	free(path);
	buf_release(&text);
	return rc;
}
