/* SPDX-License-Identifier: MIT */
/*
 * Writing objects.
 *
 * Must never call git_commit_create(): it reports success for a commit that
 * was not written.  Must never believe that an object exists because a file of
 * its name does: after an older power cut that file can be empty, and libgit2
 * as well as git would keep it for ever.  So every object is looked at after
 * it was written, an empty file is moved aside and written again, and at the
 * end all are read back with their hash verified.
 *
 * While a pile is open (pile.h) they go there, and what is said of files is pack.c's.
 */
#include "store/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/durable.h"
#include "store/file.h"
#include "store/pile.h"
#include "store/repo.h"
#include "store/tree-edit.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/utf8.h"

#define WRITE_TRIES 4	/* a repack beside us may remove the directory */

void objects_init(struct objects *w, struct store *s)
{
	memset(w, 0, sizeof(*w));
	w->store = s;
}

void objects_release(struct objects *w)
{
	free(w->ids);
	memset(w, 0, sizeof(*w));
}

int objects_hash(struct oid *out, const void *data, size_t len,
		 struct ops_error *err)
{
	git_oid id;
	int rc = git_odb_hash(&id, data, len, GIT_OBJECT_BLOB);

	if (rc < 0)
		return repo_fail(err, rc, "cannot hash %zu bytes", len);
	repo_from_git(out, &id);
	return 0;
}

/* "<common dir>/objects/xx/yyyy...", with `suffix`. */
static int loose_path(struct buf *b, const struct store *s, const struct oid *id,
		      const char *prefix, struct ops_error *err)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, id);
	buf_clear(b);
	buf_printf(b, "%s/objects/%.2s/%s%s", s->common_dir, hex, prefix, hex + 2);
	return buf_failed(b) ? error_nomem(err) : 0;
}

/* The loose file's descriptor, or -1 when the object lies in a pack. */
static int open_loose(int *fd, struct stat *st, const char *path,
		      struct ops_error *err)
{
	*fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	if (*fd < 0)
		return errno == ENOENT ? 0 :
			error_set(err, OPS_EIO, "cannot open '%s': %s", path,
				  strerror(errno));
	if (fstat(*fd, st) == 0)
		return 0;
	close(*fd);
	return error_set(err, OPS_EIO, "cannot look at '%s': %s", path,
			 strerror(errno));
}

static int put(git_oid *out, struct store *s, const void *data, size_t len,
	       git_object_t type, struct ops_error *err)
{
	unsigned tries = 0;
	int rc;

	do
		rc = git_odb_write(out, s->odb, data, len, type);
	while (rc < 0 && ++tries < WRITE_TRIES);
	return rc < 0 ? repo_fail(err, rc, "cannot write a %s",
				  git_object_type2string(type)) : 0;
}

/* Begin to write the object out; *empty when its file holds nothing. */
static int look(bool *empty, struct store *s, const struct oid *id,
		struct ops_error *err)
{
	struct buf path = BUF_INIT;
	struct stat st;
	int fd = -1, rc;

	*empty = false;
	rc = loose_path(&path, s, id, "", err);
	if (rc == 0)
		rc = open_loose(&fd, &st, path.data, err);
	if (rc == 0 && fd >= 0) {
		*empty = st.st_size == 0;
		durable_begin(fd);
		close(fd);
	}
	buf_release(&path);
	return rc;
}

static int move_aside(struct store *s, const struct oid *id, struct ops_error *err)
{
	struct buf from = BUF_INIT, to = BUF_INIT;
	int rc;

	/* git prune removes files of this prefix. */
	rc = loose_path(&from, s, id, "", err);
	if (rc == 0)
		rc = loose_path(&to, s, id, "tmp_obj_empty_", err);
	if (rc == 0 && rename(from.data, to.data) != 0)
		rc = error_set(err, OPS_EIO, "cannot move the empty '%s' aside: %s",
			       from.data, strerror(errno));
	buf_release(&from);
	buf_release(&to);
	return rc;
}

static int remember(struct objects *w, const struct oid *id, struct ops_error *err)
{
	if (array_room(&w->ids, w->nr, &w->cap, sizeof(*w->ids)) < 0)
		return error_nomem(err);
	w->ids[w->nr++] = *id;
	return 0;
}

/* Write a loose object. */
static int write_file(struct oid *out, struct objects *w, const void *data, size_t len,
		      git_object_t type, struct ops_error *err)
{
	struct oid id;
	git_oid oid;
	bool empty;
	int rc = put(&oid, w->store, data, len, type, err);

	if (rc < 0)
		return rc;
	repo_from_git(&id, &oid);
	rc = look(&empty, w->store, &id, err);
	if (rc == 0 && empty) {
		rc = move_aside(w->store, &id, err);
		if (rc == 0)
			rc = put(&oid, w->store, data, len, type, err);
		if (rc == 0)
			rc = look(&empty, w->store, &id, err);
		if (rc == 0 && empty)
			rc = error_set(err, OPS_EIO, "an object stays empty");
	}
	if (rc == 0)
		rc = remember(w, &id, err);
	if (rc == 0)
		*out = id;
	return rc;
}

static int write_object(struct oid *out, struct objects *w, const void *data,
			size_t len, git_object_t type, struct ops_error *err)
{
	git_oid oid;
	int rc;

	if (pile_is_open(w->store) && !w->dry)
		return pile_put(out, w->store, data, len, type, err);
	if (!w->dry)
		return write_file(out, w, data, len, type, err);
	rc = git_odb_hash(&oid, data, len, type);
	if (rc < 0)
		return repo_fail(err, rc, "cannot hash %zu bytes", len);
	repo_from_git(out, &oid);
	return 0;
}

int objects_blob(struct oid *out, struct objects *w, const void *data, size_t len,
		 struct ops_error *err)
{
	return write_object(out, w, data, len, GIT_OBJECT_BLOB, err);
}

static int write_tree(struct oid *out, void *payload, const void *data, size_t len,
		      struct ops_error *err)
{
	return write_object(out, payload, data, len, GIT_OBJECT_TREE, err);
}

int objects_tree(struct oid *out, struct objects *w, struct snap *base,
		 const struct journal_path *paths, size_t nr,
		 struct ops_error *err)
{
	return tree_edit(out, base, paths, nr, write_tree, w, err);
}

/* What git refuses or silently drops in a name must not reach an object. */
static int check_person(const char *what, const struct signature *p,
			struct ops_error *err)
{
	const char *parts[2] = { p->name, p->email }, *s;
	size_t i, len;

	for (i = 0; i < 2; i++) {
		s = parts[i];
		len = s ? strlen(s) : 0;
		if (len == 0)
			return error_set(err, OPS_EUSAGE, "the %s has no %s", what,
					 i ? "e-mail address" : "name");
		if (len > 512 || strpbrk(s, "<>\n") ||
		    utf8_clean_to(s, len, false) != len ||
		    strchr(" .,:;\"\\'", s[0]) ||
		    strchr(" ,:;\"\\'", s[len - 1]))
			return error_set(err, OPS_EUSAGE, "the %s's %s '%s' "
					 "cannot stand in a commit", what,
					 i ? "e-mail address" : "name", s);
	}
	if (p->offset < -24 * 60 || p->offset > 24 * 60 || p->time < 0)
		return error_set(err, OPS_EUSAGE, "the %s's date cannot stand in "
				 "a commit", what);
	return 0;
}

static void add_person(struct buf *b, const char *key, const struct signature *p)
{
	int minutes = p->offset < 0 ? -p->offset : p->offset;

	buf_printf(b, "%s %s <%s> %" PRId64 " %c%02d%02d\n", key, p->name, p->email,
		   p->time, p->offset < 0 ? '-' : '+', minutes / 60, minutes % 60);
}

int objects_commit_text(struct buf *out, const struct oid *tree, const struct oid *parent,
			const struct signature *author, const struct signature *committer,
			const char *message, struct ops_error *err)
{
	char hex[OID_HEX + 1];
	size_t len = message ? strlen(message) : 0;
	int rc;

	rc = check_person("author", author, err);
	if (rc == 0)
		rc = check_person("committer", committer, err);
	if (rc == 0 && (len == 0 || len > 65536 ||
			utf8_valid_to(message, len) != len))
		rc = error_set(err, OPS_EUSAGE, "the commit message is empty, too "
			       "long or not UTF-8");
	if (rc < 0)
		return rc;
	oid_hex(hex, tree);
	buf_printf(out, "tree %s\n", hex);
	if (parent) {
		oid_hex(hex, parent);
		buf_printf(out, "parent %s\n", hex);
	}
	add_person(out, "author", author);
	add_person(out, "committer", committer);
	buf_printf(out, "\n%s", message);
	return buf_failed(out) ? error_nomem(err) : 0;
}

/* As git: after the committer, its lines after the first begin with a blank. */
int objects_commit_sign(struct buf *text, const struct buf *signature,
			struct ops_error *err)
{
	const char *body = strstr(text->data, "\n\n");
	size_t head = body ? (size_t)(body - text->data) + 1 : 0, len = signature->len, i;
	struct buf b = BUF_INIT;

	while (len && signature->data[len - 1] == '\n')
		len--;
	buf_add(&b, text->data, head);
	buf_str(&b, "gpgsig ");
	for (i = 0; i < len; i++) {
		buf_char(&b, signature->data[i]);
		if (signature->data[i] == '\n')
			buf_char(&b, ' ');
	}
	buf_char(&b, '\n');
	buf_add(&b, text->data + head, text->len - head);
	if (buf_failed(&b)) {
		buf_release(&b);
		return error_nomem(err);
	}
	buf_release(text);
	*text = b;
	return 0;
}

int objects_commit(struct oid *out, struct objects *w, const struct buf *text,
		   struct ops_error *err)
{
	return write_object(out, w, text->data, text->len, GIT_OBJECT_COMMIT, err);
}

int objects_tag_text(struct buf *out, const struct oid *target, const char *name,
		     const struct signature *tagger, const char *message,
		     struct ops_error *err)
{
	char hex[OID_HEX + 1];
	int rc = check_person("tagger", tagger, err);

	if (rc < 0)
		return rc;
	oid_hex(hex, target);
	buf_printf(out, "object %s\ntype commit\ntag %s\n", hex, name);
	add_person(out, "tagger", tagger);
	buf_printf(out, "\n%s", message);
	return buf_failed(out) ? error_nomem(err) : 0;
}

int objects_tag(struct oid *out, struct objects *w, const struct buf *text,
		struct ops_error *err)
{
	return buf_failed(text) ? error_nomem(err) :
	       write_object(out, w, text->data, text->len, GIT_OBJECT_TAG, err);
}

int objects_spill(struct objects *w, struct ops_error *err)
{
	size_t nr = pile_count(w->store), i, len;
	struct oid id;
	int rc = 0, type;
	char *data;

	pile_close(w->store);	/* else libgit2 finds them, and writes nothing */
	for (i = 0; rc == 0 && i < nr; i++) {
		data = pile_bytes(&len, &type, w->store, i);
		rc = data ? write_file(&id, w, data, len, (git_object_t)type, err) :
		     error_nomem(err);
		free(data);
	}
	if (rc == 0)
		rc = pile_end(w->store, err);
	return rc;
}

static int settle_one(struct store *s, const struct oid *id, struct ops_error *err)
{
	struct buf path = BUF_INIT;
	git_odb_object *object = NULL;
	struct stat st;
	git_oid oid;
	int fd = -1, rc;

	rc = loose_path(&path, s, id, "", err);
	if (rc == 0)
		rc = open_loose(&fd, &st, path.data, err);
	if (rc == 0 && fd >= 0) {
		rc = durable_data(fd, path.data, err);
		close(fd);
	}
	if (rc == 0) {
		/* The hash is verified on the way: that is the comparison. */
		repo_to_git(&oid, id);
		rc = git_odb_read(&object, s->odb, &oid);
		if (rc < 0)
			rc = repo_fail(err, rc, "'%s' was written but cannot be "
				       "read back", path.data);
		git_odb_object_free(object);
	}
	buf_release(&path);
	return rc == OPS_ENOTFOUND && err ? (err->status = OPS_EIO) : rc;
}

int objects_settle(struct objects *w, struct ops_error *err)
{
	size_t i;
	int rc = 0;

	for (i = 0; rc == 0 && i < w->nr; i++)
		rc = settle_one(w->store, &w->ids[i], err);
	return rc;
}
