/* SPDX-License-Identifier: MIT */
/*
 * Having git merge documents by `ops merge-driver`.
 *
 * All of it is local to the clone: git's configuration, and info/attributes rather than
 * a .gitattributes, so that a commit can neither name a driver nor take it away, and who
 * has no ops is left alone.  Our lines stand between two of ours, and no others are
 * touched.
 *
 * merge.directoryRenames is off: when the last active task is archived, git would take
 * all of the directory for renamed, and put a new task of the other side into the archive.
 */
#include "store/driver.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/repo.h"
#include "util/buf.h"

#define ATTRIBUTES_MAX (1024 * 1024)
#define BEGIN "# ops: begin. 'ops hooks install' writes these lines anew; see ops-hooks(1)\n"
#define END "# ops: end\n"
#define KEY_DRIVER "merge.ops.driver"
#define KEY_NAME "merge.ops.name"
#define KEY_RENAMES "merge.directoryrenames"
#define KEY_RENAMES_OURS "merge.ops.directoryrenames"
/* Constants, and git quotes what it puts in, which may begin with '-'.  Without an ops, as git
 * alone would. */
#define DRIVER_OF(options) "if command -v ops >/dev/null 2>&1; then ops merge-driver " options \
	"%O %A %B %P; else git merge-file -L ours -L base -L theirs %A %O %B; fi"
#define DRIVER DRIVER_OF("-- ")
#define DRIVER_BEFORE DRIVER_OF("")	/* which earlier versions wrote */

bool driver_is_ours(const char *value)
{
	return !strcmp(value, DRIVER) || !strcmp(value, DRIVER_BEFORE);
}

/* --- the configuration --- */

static int open_config(git_config **own, struct store *s, struct ops_error *err)
{
	git_config *all = NULL;
	int rc = git_repository_config(&all, s->repo);

	if (rc == 0)
		rc = git_config_open_level(own, all, GIT_CONFIG_LEVEL_LOCAL);
	git_config_free(all);
	return rc < 0 ? repo_fail(err, rc, "cannot open the git configuration") : 0;
}

/* Whether a key has a value, and whether it is this one. */
static int look_key(bool *is, bool *is_this, git_config *config, const char *key,
		    const char *value, struct ops_error *err)
{
	git_buf text = GIT_BUF_INIT;
	int rc = git_config_get_string_buf(&text, config, key);

	*is = rc == 0;
	*is_this = rc == 0 && !strcmp(text.ptr, value);
	git_buf_dispose(&text);
	return rc == 0 || rc == GIT_ENOTFOUND ? 0 :
	       repo_fail(err, rc, "cannot read git config '%s'", key);
}

/* Whether there is a driver of that name, and whether it is ours. */
static int look_driver(bool *is, bool *ours, git_config *config, struct ops_error *err)
{
	bool before = false;
	int rc = look_key(is, ours, config, KEY_DRIVER, DRIVER, err);

	if (rc == 0)
		rc = look_key(is, &before, config, KEY_DRIVER, DRIVER_BEFORE, err);
	*ours = *ours || before;
	return rc;
}

static int set_key(git_config *config, const char *key, const char *value,
		   struct ops_error *err)
{
	int rc = git_config_set_string(config, key, value);

	return rc < 0 ? repo_fail(err, rc, "cannot set git config '%s'", key) : 0;
}

static int unset_key(git_config *config, const char *key, struct ops_error *err)
{
	int rc = git_config_delete_entry(config, key);

	return rc < 0 && rc != GIT_ENOTFOUND ?
	       repo_fail(err, rc, "cannot unset git config '%s'", key) : 0;
}

static int configure(struct store *s, struct ops_error *err)
{
	git_config *own = NULL;
	bool is = false, ours = false, set = false;
	int rc = open_config(&own, s, err);

	if (rc == 0)
		rc = look_driver(&is, &ours, own, err);
	if (rc == 0 && is && !ours)
		rc = error_set(err, OPS_EEXISTS, "git config '" KEY_DRIVER "' is set to something "
			       "else: unset it first");
	if (rc == 0)
		rc = look_key(&set, &ours, own, KEY_RENAMES, "false", err);
	if (rc == 0 && !set) {
		/* First what says that it is ours. */
		rc = set_key(own, KEY_RENAMES_OURS, "false", err);
		if (rc == 0)
			rc = set_key(own, KEY_RENAMES, "false", err);
	}
	if (rc == 0)
		rc = set_key(own, KEY_NAME, "documents of ops, field by field", err);
	if (rc == 0)
		rc = set_key(own, KEY_DRIVER, DRIVER, err);
	git_config_free(own);
	return rc;
}

static int unconfigure(struct store *s, struct ops_error *err)
{
	git_config *own = NULL;
	bool is = false, ours = false, set = false, off = false;
	int rc = open_config(&own, s, err);

	if (rc == 0)
		rc = look_driver(&is, &ours, own, err);
	if (rc == 0 && ours)
		rc = look_key(&is, &set, own, KEY_RENAMES_OURS, "false", err);
	if (rc == 0 && ours && set)
		rc = look_key(&is, &off, own, KEY_RENAMES, "false", err);
	if (rc == 0 && off)
		rc = unset_key(own, KEY_RENAMES, err);
	if (rc == 0 && ours)
		rc = unset_key(own, KEY_RENAMES_OURS, err);
	if (rc == 0 && ours)
		rc = unset_key(own, KEY_NAME, err);
	if (rc == 0 && ours)
		rc = unset_key(own, KEY_DRIVER, err);
	git_config_free(own);
	return rc;
}

/* --- the attributes --- */

/* A pattern of ours in git's words: {a,b} is two lines. */
static void add_pattern(struct buf *out, const char *done, size_t done_len, const char *rest)
{
	size_t open = strcspn(rest, "{"), len;
	const char *close = rest[open] ? strchr(rest + open, '}') : NULL, *part;
	struct buf b = BUF_INIT;

	buf_add(&b, done, done_len);
	if (!close) {
		buf_str(&b, rest);
		/* From the top, and in quotes, since a name may hold a blank. */
		buf_str(out, "\"/");
		for (len = 0; len < b.len; len++) {
			if (b.data[len] == '"' || b.data[len] == '\\')
				buf_char(out, '\\');
			buf_char(out, b.data[len]);
		}
		buf_str(out, b.len && b.data[b.len - 1] == '/' ? "**\"" : "\"");
		buf_str(out, " merge=ops\n");
	} else {
		buf_add(&b, rest, open);
		for (part = rest + open + 1; part <= close; part += len + 1) {
			struct buf one = BUF_INIT;

			len = strcspn(part, ",}");
			buf_add(&one, b.data, b.len);
			buf_add(&one, part, len);
			add_pattern(out, one.data, one.len, close + 1);
			out->failed = out->failed || one.failed;
			buf_release(&one);
		}
	}
	out->failed = out->failed || b.failed;
	buf_release(&b);
}

static void add_ours(struct buf *out, const char *const *patterns, size_t nr)
{
	size_t i;

	buf_str(out, BEGIN);
	for (i = 0; i < nr; i++)
		add_pattern(out, "", 0, patterns[i]);
	buf_str(out, END);
}

/* Where our lines stand in a text: [*from, *to); nowhere: both its end. */
static void find_ours(const struct buf *text, size_t *from, size_t *to)
{
	const char *begin = strstr(text->data, BEGIN), *end;

	while (begin && begin != text->data && begin[-1] != '\n')
		begin = strstr(begin + 1, BEGIN);
	end = begin ? strstr(begin, END) : NULL;
	*from = begin ? (size_t)(begin - text->data) : text->len;
	*to = end ? (size_t)(end - text->data) + sizeof(END) - 1 : text->len;
	/* Without an end only the first line is certainly ours. */
	if (begin && !end)
		*to = *from + sizeof(BEGIN) - 1;
}

static char *attributes_path(struct store *s)
{
	return file_join(s->common_dir, "info/attributes");
}

static int read_attributes(struct buf *text, struct store *s, struct ops_error *err)
{
	char *path = attributes_path(s);
	int rc = path ? file_read(text, path, ATTRIBUTES_MAX, err) : error_nomem(err);

	free(path);
	return rc == OPS_ENOTFOUND ? 0 : rc;
}

static int write_attributes(struct store *s, const struct buf *text, struct ops_error *err)
{
	char *path = attributes_path(s), *fresh = file_join(s->common_dir,
							     "info/attributes.ops-new");
	char *dir = file_join(s->common_dir, "info");
	int fd = -1, rc = path && fresh && dir && !buf_failed(text) ? 0 : error_nomem(err);

	if (rc == 0 && mkdir(dir, 0777) != 0 && errno != EEXIST)
		rc = error_set(err, OPS_EIO, "cannot create '%s': %s", dir, strerror(errno));
	if (rc == 0) {
		(void)unlink(fresh);	/* of one that was killed */
		fd = open(fresh, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
		if (fd < 0)
			rc = error_set(err, OPS_EIO, "cannot create '%s': %s", fresh,
				       strerror(errno));
	}
	if (rc == 0)
		rc = file_write(fd, text->data, text->len, fresh, err);
	if (rc == 0)
		rc = durable_data(fd, fresh, err);
	if (fd >= 0 && file_close(fd, fresh, rc ? NULL : err) < 0 && rc == 0)
		rc = OPS_EIO;
	if (rc == 0 && rename(fresh, path) != 0)
		rc = error_set(err, OPS_EIO, "cannot write '%s': %s", path, strerror(errno));
	if (rc < 0 && fd >= 0)
		(void)unlink(fresh);
	free(path);
	free(fresh);
	free(dir);
	return rc;
}

/* What would be left of it says nothing. */
static int remove_attributes(struct store *s, struct ops_error *err)
{
	char *path = attributes_path(s);
	int rc = !path ? error_nomem(err) : unlink(path) == 0 || errno == ENOENT ? 0 :
		 error_set(err, OPS_EIO, "cannot remove '%s': %s", path, strerror(errno));

	free(path);
	return rc;
}

/* Put `ours` in the place of what is there of ours. */
static int replace_ours(struct store *s, const struct buf *ours, struct ops_error *err)
{
	struct buf old = BUF_INIT, text = BUF_INIT;
	size_t from, to;
	int rc = read_attributes(&old, s, err);

	if (rc == 0) {
		find_ours(&old, &from, &to);
		buf_add(&text, old.data, from);
		if (ours->len && text.len && text.data[text.len - 1] != '\n')
			buf_char(&text, '\n');
		buf_add(&text, ours->data, ours->len);
		buf_add(&text, old.data + to, old.len - to);
		text.failed = text.failed || old.failed || ours->failed;
		if (text.failed || text.len != old.len ||
		    memcmp(text.data, old.data, old.len) != 0)
			rc = text.failed || text.len ? write_attributes(s, &text, err) :
			     remove_attributes(s, err);
	}
	buf_release(&old);
	buf_release(&text);
	return rc;
}

bool driver_alone(struct store *s)
{
	struct buf text = BUF_INIT;
	size_t from, to;
	bool alone = read_attributes(&text, s, NULL) == 0 && !text.failed;

	if (alone) {
		find_ours(&text, &from, &to);
		alone = from == 0 && to == text.len;
	}
	buf_release(&text);
	return alone;
}

int driver_look(enum driver_state *out, struct store *s, const char *const *patterns,
		size_t nr, struct ops_error *err)
{
	struct buf text = BUF_INIT, ours = BUF_INIT;
	git_config *own = NULL;
	bool is = false, known = false, current = false;
	size_t from, to;
	int rc = open_config(&own, s, err);

	if (rc == 0)
		rc = look_driver(&is, &known, own, err);
	if (rc == 0)
		rc = look_key(&is, &current, own, KEY_DRIVER, DRIVER, err);
	git_config_free(own);
	if (rc == 0)
		rc = read_attributes(&text, s, err);
	if (rc == 0) {
		find_ours(&text, &from, &to);
		add_ours(&ours, patterns, nr);
		if (is && !known)
			*out = DRIVER_OTHER;
		else if (!is || from == to)
			*out = DRIVER_MISSING;
		else
			*out = current && ours.len == to - from &&
			       !memcmp(ours.data, text.data + from, ours.len) ?
			       DRIVER_INSTALLED : DRIVER_OLD;
		if (ours.failed || text.failed)
			rc = error_nomem(err);
	}
	buf_release(&text);
	buf_release(&ours);
	return rc;
}

int driver_install(struct store *s, const char *const *patterns, size_t nr,
		   struct ops_error *err)
{
	struct buf ours = BUF_INIT;
	int rc = configure(s, err);

	add_ours(&ours, patterns, nr);
	if (rc == 0)
		rc = replace_ours(s, &ours, err);
	buf_release(&ours);
	return rc;
}

int driver_uninstall(struct store *s, struct ops_error *err)
{
	struct buf nothing = BUF_INIT;
	int rc = replace_ours(s, &nothing, err);

	return rc ? rc : unconfigure(s, err);
}
