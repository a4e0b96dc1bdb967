/* SPDX-License-Identifier: MIT */
/*
 * What the files of this folder share about libgit2: starting it, turning its
 * errors into ours, reading objects and refs.
 *
 * Must never hand text of a user to a parser of libgit2, and never call
 * anything after a failure before the message was copied: the next call, even
 * a successful one, replaces it.
 *
 * Hashes are verified on every read but those of repo_object(), which serves
 * snapshots: ten thousand documents would otherwise cost twice as much, and
 * zlib's own checksum finds damage of the disk.  store_strict() has them verified there too.
 */
#include "store/repo.h"

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "store/file.h"
#include "store/packs.h"
#include "store/tree.h"
#include "util/buf.h"

#define SMALL_LOOSE 65536

int repo_fail(struct ops_error *err, int rc, const char *fmt, ...)
{
	const git_error *last = git_error_last();
	char what[512], why[480];
	bool nomem = last && last->klass == GIT_ERROR_NOMEMORY;
	int status = OPS_EIO;
	va_list ap;

	(void)snprintf(why, sizeof(why), "%s",
		       last && last->message ? last->message : "unknown error");
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	if (nomem)
		return error_nomem(err);
	if (rc == GIT_ENOTFOUND)
		status = OPS_ENOTFOUND;
	else if (rc == GIT_EAMBIGUOUS)
		status = OPS_EAMBIGUOUS;
	else if (rc == GIT_EEXISTS)
		status = OPS_EEXISTS;
	else if (rc == GIT_ELOCKED)
		status = OPS_EBUSY;
	return error_set(err, status, "%s: %s", what, why);
}

int repo_start(struct ops_error *err)
{
	/* 1.5 refuses to open a repository with either, though neither changes
	 * how objects or refs are read. */
	static const char *extensions[] = { "worktreeconfig", "preciousobjects" };
	static bool started;
	int rc;

	if (started)
		return 0;
	rc = git_libgit2_init();
	if (rc < 0)
		return repo_fail(err, rc, "cannot start libgit2");
	if ((rc = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1)) < 0 ||
	    (rc = git_libgit2_opts(GIT_OPT_ENABLE_STRICT_OBJECT_CREATION, 1)) < 0 ||
	    (rc = git_libgit2_opts(GIT_OPT_ENABLE_CACHING, 0)) < 0 ||
	    (rc = git_libgit2_opts(GIT_OPT_SET_EXTENSIONS, extensions,
				   sizeof(extensions) / sizeof(*extensions))) < 0) {
		rc = repo_fail(err, rc, "cannot set the options of libgit2");
		git_libgit2_shutdown();
		return rc;
	}
	started = true;
	return 0;
}

int repo_head(char **out, const char *git_dir, struct ops_error *err)
{
	struct buf text = BUF_INIT;
	struct oid id;
	char *path, *name = NULL;
	size_t len;
	int rc;

	path = file_join(git_dir, "HEAD");
	if (!path)
		return error_nomem(err);
	rc = file_read(&text, path, 4096, err);
	if (rc < 0) {
		if (rc != OPS_ENOMEM)
			rc = error_set(err, OPS_EENVIRONMENT,
				       "cannot read '%s'", path);
		goto out;
	}
	len = text.len;
	while (len > 0 && (text.data[len - 1] == '\n' || text.data[len - 1] == ' '))
		text.data[--len] = '\0';
	if (strncmp(text.data, "ref: ", 5) == 0) {
		name = strdup(text.data + 5 + strspn(text.data + 5, " "));
		if (!name)
			rc = error_nomem(err);
	} else if (!oid_parse(&id, text.data)) {
		rc = error_set(err, OPS_EENVIRONMENT,
			       "'%s' names neither a branch nor a commit", path);
	}
	if (rc == 0)
		*out = name;
out:
	free(path);
	buf_release(&text);
	return rc;
}

/*
 * Whether the object is a small file of its own.  Its header then need not be
 * looked at first, which costs libgit2 as much as reading it: deflate cannot
 * make more than a thousand times its size of it.  Objects come in crowds, so
 * as long as they come out of packs only every 16th is looked for.
 */
static bool small_loose(struct store *s, const char *hex)
{
	struct buf path = BUF_INIT;
	struct stat st;

	if (!s->loose_near && s->reads++ % 16)
		return false;
	buf_printf(&path, "%s/objects/%.2s/%s", s->common_dir, hex, hex + 2);
	s->loose_near = !buf_failed(&path) && stat(path.data, &st) == 0;
	buf_release(&path);
	return s->loose_near && st.st_size <= SMALL_LOOSE;
}

static int check_object(git_object_t real, size_t len, git_object_t type, size_t max,
			const char *hex, struct ops_error *err)
{
	if (real != type)
		return error_set(err, OPS_EINVALID, "object '%s' is a %s, not a %s",
				 hex, git_object_type2string(real),
				 git_object_type2string(type));
	if (len > max)
		return error_set(err, OPS_EINVALID,
				 "object '%s' is larger than %zu bytes", hex, max);
	return 0;
}

/* How many threads read without hashing: libgit2 is told so for all of them at once. */
static _Atomic unsigned trusting;

static int read_object(git_odb_object **out, struct store *s, const git_oid *id, bool hashed)
{
	bool trusts = !hashed && !s->strict;
	int rc;

	if (trusts && trusting++ == 0)
		git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 0);
	rc = git_odb_read(out, s->odb, id);
	if (trusts && --trusting == 0)
		git_libgit2_opts(GIT_OPT_ENABLE_STRICT_HASH_VERIFICATION, 1);
	return rc;
}

static int found_one(const git_config_entry *entry, void *payload)
{
	(void)entry;
	(void)payload;
	return 1;
}

/* Whether what is not here may have been left out when it was cloned; git would fetch it. */
static bool is_partial(struct store *s)
{
	git_config *config = NULL;
	bool is = git_repository_config(&config, s->repo) == 0 &&
		  git_config_foreach_match(config, "^(remote\\..*\\.promisor|"
					   "extensions\\.partialclone)$", found_one, NULL) > 0;

	git_config_free(config);
	return is;
}

static int unread(struct store *s, int rc, const char *hex, struct ops_error *err)
{
	int ret = repo_fail(err, rc, "cannot read object '%s'", hex);

	return rc != GIT_ENOTFOUND || !is_partial(s) ? ret :
	       error_set(err, ret, "object '%s' is not here: this is a partial clone, and git "
			 "fetch --refetch --no-filter brings what was left out", hex);
}

static int ask_libgit2(struct object *out, struct store *s, const struct oid *id,
		       git_object_t type, size_t max, bool hashed, struct ops_error *err)
{
	git_odb_object *object = NULL;
	git_object_t real;
	char hex[OID_HEX + 1];
	git_oid oid;
	size_t len;
	int rc;

	oid_hex(hex, id);
	repo_to_git(&oid, id);
	/* The header first: an object may be larger than memory. */
	if (!small_loose(s, hex)) {
		rc = git_odb_read_header(&len, &real, s->odb, &oid);
		if (rc < 0)
			return unread(s, rc, hex, err);
		rc = check_object(real, len, type, max, hex, err);
		if (rc < 0)
			return rc;
	}
	rc = read_object(&object, s, &oid, hashed);
	if (rc < 0)
		rc = unread(s, rc, hex, err);
	if (rc == 0)
		rc = check_object(git_odb_object_type(object),
				  git_odb_object_size(object), type, max, hex, err);
	if (rc < 0) {
		git_odb_object_free(object);
		return rc;
	}
	out->data = git_odb_object_data(object);
	out->len = git_odb_object_size(object);
	out->odb = object;
	out->packed = NULL;
	return 0;
}

struct packs *repo_places(struct store *s)
{
	static pthread_mutex_t opening = PTHREAD_MUTEX_INITIALIZER;
	char *objects;

	pthread_mutex_lock(&opening);
	if (!s->packs_known) {
		s->packs_known = true;
		objects = file_join(s->common_dir, "objects");
		s->packs = objects ? packs_open(objects) : NULL;
		free(objects);
	}
	pthread_mutex_unlock(&opening);
	return s->packs;
}

struct packs *repo_packs(struct store *s)
{
	/* In a hook the environment says where objects are. */
	return s->inside_hook || s->strict ? NULL : repo_places(s);
}

static bool has_id(const struct packed *o, const struct oid *id)
{
	git_oid found;

	return git_odb_hash(&found, o->data, o->len, o->type) == 0 &&
	       !memcmp(found.id, id->id, sizeof(id->id));
}

static int read_any(struct object *out, struct store *s, const struct oid *id,
		    git_object_t type, size_t max, bool hashed, struct ops_error *err)
{
	struct packs *packs = repo_packs(s);
	struct packed *o = packs ? packs_read(packs, id, type, max) : NULL;

	if (o && hashed && !has_id(o, id)) {
		packed_unref(o);
		o = NULL;
	}
	if (!o)
		return ask_libgit2(out, s, id, type, max, hashed, err);
	out->data = o->data;
	out->len = o->len;
	out->odb = NULL;
	out->packed = o;
	return 0;
}

int repo_object(struct object *out, struct store *s, const struct oid *id,
		git_object_t type, size_t max, struct ops_error *err)
{
	return read_any(out, s, id, type, max, false, err);
}

int repo_object_hashed(struct object *out, struct store *s, const struct oid *id,
		       git_object_t type, size_t max, struct ops_error *err)
{
	return read_any(out, s, id, type, max, true, err);
}

void object_release(struct object *o)
{
	git_odb_object_free(o->odb);
	packed_unref(o->packed);
	memset(o, 0, sizeof(*o));
}

/* packed-refs, through libgit2, which notices when git has rewritten it. */
static int packed_ref(struct oid *out, struct store *s, const char *name,
		      struct ops_error *err)
{
	git_reference *ref = NULL;
	int rc = git_reference_lookup(&ref, s->repo, name);

	if (rc < 0)
		return repo_fail(err, rc, "cannot read '%s'", name);
	if (git_reference_type(ref) != GIT_REFERENCE_DIRECT)
		rc = error_set(err, OPS_EENVIRONMENT,
			       "'%s' is a symbolic ref", name);
	else
		repo_from_git(out, git_reference_target(ref));
	git_reference_free(ref);
	return rc;
}

int repo_ref(struct oid *out, struct store *s, const char *name,
	     struct ops_error *err)
{
	struct buf text = BUF_INIT;
	struct oid id;
	char *path;
	int rc;

	path = file_join(s->common_dir, name);
	if (!path)
		return error_nomem(err);
	rc = file_read(&text, path, 4096, NULL);
	if (rc == OPS_ENOTFOUND || rc == OPS_EINVALID) {
		/* Packed, or a directory left by a longer name. */
		rc = packed_ref(out, s, name, err);
	} else if (rc < 0) {
		error_set(err, rc, "cannot read '%s'", path);
	} else if (strncmp(text.data, "ref: ", 5) == 0) {
		rc = error_set(err, OPS_EENVIRONMENT, "'%s' is a symbolic ref",
			       name);
	} else {
		if (text.len > 0 && text.data[text.len - 1] == '\n')
			text.data[text.len - 1] = '\0';
		if (oid_parse(&id, text.data))
			*out = id;
		else
			rc = error_set(err, OPS_EIO, "'%s' is damaged: it does "
				       "not hold a commit id", path);
	}
	free(path);
	buf_release(&text);
	return rc;
}

void store_strict(struct store *s, bool strict)
{
	s->strict = strict;
	/* What was kept was read by the other way. */
	tree_forget(s);
}
