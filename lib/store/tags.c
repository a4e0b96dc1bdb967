/* SPDX-License-Identifier: MIT */
/*
 * Annotated tags, read from their raw bytes and written by the writer of objects.
 *
 * Must never move a tag that is there: one is made, or it is not.
 */
#include "store/tags.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/objects.h"
#include "store/repo.h"
#include "util/arena.h"
#include "util/buf.h"

int tags_each(struct store *s, const char *prefix,
	      int (*each)(const char *ref, const struct oid *value, void *payload,
			  struct ops_error *err),
	      void *payload, struct ops_error *err)
{
	git_reference_iterator *all = NULL;
	git_reference *ref = NULL;
	struct buf glob = BUF_INIT;
	struct oid value;
	int git = 0, ret = 0;

	buf_printf(&glob, "%s*", prefix);
	if (buf_failed(&glob))
		ret = error_nomem(err);
	else if ((git = git_reference_iterator_glob_new(&all, s->repo, glob.data)) < 0)
		ret = repo_fail(err, git, "cannot look at the tags");
	while (ret == 0 && (git = git_reference_next(&ref, all)) == 0) {
		if (git_reference_type(ref) == GIT_REFERENCE_DIRECT) {
			repo_from_git(&value, git_reference_target(ref));
			ret = each(git_reference_name(ref), &value, payload, err);
		}
		git_reference_free(ref);
	}
	if (ret == 0 && git < 0 && git != GIT_ITEROVER)
		ret = repo_fail(err, git, "cannot look at the tags");
	git_reference_iterator_free(all);
	buf_release(&glob);
	return ret;
}

/* The rest of the line `*at`, after `key` and a blank; NULL when it begins otherwise. */
static const char *take_line(const char **at, const char *key, struct arena *arena)
{
	size_t len = strlen(key);
	const char *end = strchr(*at, '\n'), *text;

	if (!end || strncmp(*at, key, len) || (*at)[len] != ' ')
		return NULL;
	text = arena_dup(arena, *at + len + 1, (size_t)(end - *at) - len - 1);
	*at = end + 1;
	return text;
}

static int parse(struct tag *out, const char *raw, struct arena *arena)
{
	const char *target = take_line(&raw, "object", arena);
	const char *type = target ? take_line(&raw, "type", arena) : NULL;

	out->name = type ? take_line(&raw, "tag", arena) : NULL;
	if (!out->name || strlen(target) != OID_HEX || !oid_parse(&out->target, target) ||
	    strcmp(type, "commit") || !take_line(&raw, "tagger", arena) || *raw != '\n')
		return OPS_EINVALID;
	out->message = raw + 1;
	return 0;
}

/*
 * Where git sees the signature of a tag begin: at the last line that looks like the
 * beginning of one.
 */
static const char *find_signature(const char *text)
{
	static const char *const begins[] = {
		"-----BEGIN SSH SIGNATURE-----", "-----BEGIN PGP SIGNATURE-----",
		"-----BEGIN PGP MESSAGE-----", "-----BEGIN SIGNED MESSAGE-----"
	};
	const char *line = text, *found = NULL;
	size_t i;

	while (line && *line) {
		for (i = 0; i < sizeof(begins) / sizeof(*begins); i++)
			if (!strncmp(line, begins[i], strlen(begins[i])))
				found = line;
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	return found;
}

static int split(struct tag *out, const char *raw, size_t len, struct arena *arena)
{
	const char *at = find_signature(out->message);

	out->payload = raw;
	out->payload_len = at ? (size_t)(at - raw) : len;
	out->signature = at;
	out->signature_len = at ? len - out->payload_len : 0;
	if (at)
		out->message = arena_dup(arena, out->message, (size_t)(at - out->message));
	return out->message ? 0 : OPS_ENOMEM;
}

int tag_read(struct tag *out, struct store *s, const struct oid *id, struct arena *arena,
	     struct ops_error *err)
{
	struct object object = { 0 };
	char hex[OID_HEX + 1];
	const char *raw;
	size_t len;
	int ret = repo_object(&object, s, id, GIT_OBJECT_TAG, TAG_MAX, err);

	if (ret)
		return ret;
	len = object.len;
	raw = arena_dup(arena, object.data, len);
	oid_hex(hex, id);
	if (!raw)
		ret = error_nomem(err);
	else if (strlen(raw) != len || parse(out, raw, arena))
		ret = error_set(err, OPS_EINVALID, "'%s' is no well-formed tag of a commit", hex);
	else if (split(out, raw, len, arena))
		ret = error_nomem(err);
	object_release(&object);
	return ret;
}

/* The object: its text, and the signature at the end of that. */
static int write_object(struct oid *out, struct objects *objects, const char *name,
			const struct oid *target, const struct signature *tagger,
			const char *message, const struct tag_signing *signing,
			struct ops_error *err)
{
	struct buf text = BUF_INIT, signature = BUF_INIT;
	int ret = objects_tag_text(&text, target, name, tagger, message, err);

	if (ret == 0 && signing)
		ret = sign_bytes(&signature, signing->with, signing->keys, text.data, text.len,
				 err);
	if (ret == 0 && signing)
		buf_add(&text, signature.data, signature.len);
	if (ret == 0)
		ret = objects_tag(out, objects, &text, err);
	buf_release(&signature);
	buf_release(&text);
	return ret;
}

int tag_write(struct oid *out, struct store *s, const char *name, const struct oid *target,
	      const struct signature *tagger, const char *message,
	      const struct tag_signing *signing, struct ops_error *err)
{
	struct buf ref = BUF_INIT;
	git_reference *made = NULL;
	struct objects objects;
	struct oid ignored;
	git_oid id;
	int valid = 0, git, ret;

	objects_init(&objects, s);
	buf_printf(&ref, "refs/tags/%s", name);
	if (buf_failed(&ref))
		ret = error_nomem(err);
	else if (git_reference_name_is_valid(&valid, ref.data) < 0 || !valid)
		ret = error_set(err, OPS_EUSAGE, "'%s' is no name for a tag", name);
	else
		ret = repo_ref(&ignored, s, ref.data, NULL) == OPS_ENOTFOUND ? 0 :
		      error_set(err, OPS_EEXISTS, "there is a tag '%s' already", name);
	if (ret == 0)
		ret = write_object(out, &objects, name, target, tagger, message, signing, err);
	if (ret == 0)
		ret = objects_settle(&objects, err);
	if (ret == 0) {
		repo_to_git(&id, out);
		/* Whoever made one of that name meanwhile keeps it. */
		git = git_reference_create(&made, s->repo, ref.data, &id, 0, NULL);
		if (git < 0)
			ret = repo_fail(err, git, "cannot make the tag '%s'", name);
		git_reference_free(made);
	}
	objects_release(&objects);
	buf_release(&ref);
	return ret;
}
