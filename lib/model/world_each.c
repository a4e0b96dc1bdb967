/* SPDX-License-Identifier: MIT */
/*
 * Walking over the documents of a world: only directories that a type's
 * patterns can match are looked at.
 *
 * Never skips in silence: what is not a regular file, or cannot be read, is
 * reported and given to the caller as unreadable.
 */

#include <string.h>

#include "model/world_inside.h"
#include "util/path.h"

struct each_state {
	struct world *w;
	const struct config *config;
	const struct type *type;
	bool archived, keep;
	int (*each)(struct ops_document *document, void *payload,
		    struct ops_error *err);
	void *payload;
	struct ops_findings *findings;
	struct arena *scratch;	/* of the document at hand, unless it is kept */
};

static int give_unreadable(struct each_state *s, const struct type *type,
			   const char *path, struct ops_error *err)
{
	struct ops_document *d = arena_alloc(s->w->arena, sizeof(*d));
	const char *stem;
	size_t len = path_stem(path, &stem);

	if (!d)
		return error_nomem(err);
	d->world = s->w;
	d->path = arena_str(s->w->arena, path);
	d->id = arena_dup(s->w->arena, stem, len);
	d->type = type;
	if (!d->path || !d->id)
		return error_nomem(err);
	return s->each(d, s->payload, err);
}

/* Read the document of an entry.  What is wrong with it is a finding, and *out
 * is NULL then. */
static int read_entry(struct ops_document **out, struct blob *blob,
		      struct each_state *s, const struct type *type, const char *dir,
		      const char *path, const struct snap_entry *entry,
		      struct ops_error *err)
{
	struct arena *arena = s->keep ? s->w->arena : s->scratch;
	struct ops_error found = { 0 };
	int ret = snap_read_entry(blob, s->w->snap, dir, entry, DOC_MAX, &found);

	*out = NULL;
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret == OPS_EINVALID) {
		findings_add(s->findings, "doc.limit", OPS_ERROR, path, 0, 0, "split it",
			     "the document is larger than %d bytes", DOC_MAX);
		return 0;
	}
	if (ret) {
		findings_add(s->findings, "doc.unreadable", OPS_ERROR, path, 0, 0,
			     "see to the file, or to the objects with 'git fsck'",
			     "%s", found.message);
		return 0;
	}
	ret = world_make(out, s->w, arena, type, path, blob->data, blob->len,
			 s->findings, &found);
	if (ret == OPS_ENOMEM)
		return error_nomem(err);
	if (ret)
		*out = NULL;
	if (!s->keep)
		return 0;
	ret = world_hold(s->w, blob, err);
	memset(blob, 0, sizeof(*blob));
	return ret || !*out || map_put(s->w->documents, path, *out) == 0 ? ret :
	       error_nomem(err);
}

/* "dir/name" in the arena that the document will lie in. */
static const char *entry_path(struct each_state *s, const char *dir, const char *name)
{
	size_t a = strlen(dir), b = strlen(name);
	char *path = arena_alloc(s->keep ? s->w->arena : s->scratch, a + b + 2);

	if (!path)
		return NULL;
	memcpy(path, dir, a);
	if (a)
		path[a++] = '/';
	memcpy(path + a, name, b + 1);
	return path;
}

/* One entry of a directory that may hold documents. */
static int give_entry(struct each_state *s, const char *dir,
		      const struct snap_entry *entry, struct ops_error *err)
{
	struct ops_document *d;
	struct blob blob = { NULL, 0, NULL };
	const struct type *type;
	const char *path;
	int ret;

	arena_clear(s->scratch);
	path = entry_path(s, dir, entry->name);
	if (!path)
		return error_nomem(err);
	type = config_type_of_path(s->config, path);
	if (!type || (s->type && type != s->type && type != s->type->base))
		return 0;
	if (entry->mode != SNAP_FILE && entry->mode != SNAP_EXEC) {
		findings_add(s->findings, "doc.mode", OPS_ERROR, path, 0, 0,
			     "put a regular file there",
			     "it is not a regular file and was not read");
		return give_unreadable(s, type, path, err);
	}
	d = map_get(s->w->documents, path);
	ret = d ? 0 : read_entry(&d, &blob, s, type, dir, path, entry, err);
	if (ret == 0 && !d)
		ret = give_unreadable(s, type, path, err);
	else if (ret == 0 && (!s->type || type_is(d->type, s->type->name)))
		ret = s->each(d, s->payload, err);
	blob_release(&blob);
	return ret;
}

static int give_directory(struct each_state *s, const char *dir, unsigned depth,
			  struct ops_error *err);

static int give_entries(struct each_state *s, const char *dir, unsigned depth,
			const struct snap_entry *list, size_t nr,
			struct ops_error *err)
{
	const char *below;
	size_t i;
	int ret = 0;

	for (i = 0; i < nr && ret == 0; i++) {
		if (list[i].mode != SNAP_DIR) {
			ret = give_entry(s, dir, &list[i], err);
			continue;
		}
		below = arena_printf(s->w->arena, "%s%s%s", dir, *dir ? "/" : "",
				     list[i].name);
		ret = below ? give_directory(s, below, depth + 1, err) :
		      error_nomem(err);
	}
	return ret;
}

static int give_directory(struct each_state *s, const char *dir, unsigned depth,
			  struct ops_error *err)
{
	struct snap_entry *list;
	size_t nr;
	int ret;

	if (depth > PATH_DEPTH_MAX)
		return 0;
	ret = snap_list(&list, &nr, s->w->snap, dir, s->w->arena, err);
	return ret ? ret : give_entries(s, dir, depth, list, nr, err);
}

int world_each_below(struct world *w, const struct type *type, const char *dir,
		     int (*each)(struct ops_document *document, void *payload,
				 struct ops_error *err),
		     void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct each_state s = { w, NULL, type, true, false, each, payload, findings, NULL };
	int ret = world_config(&s.config, w, err);

	if (ret)
		return ret;
	s.scratch = arena_new();
	if (!s.scratch)
		return error_nomem(err);
	ret = give_directory(&s, dir, 0, err);
	arena_free(s.scratch);
	return ret;
}

int world_each(struct world *w, const struct type *type, bool archived, bool keep,
	       int (*each)(struct ops_document *document, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct each_state s = { w, NULL, type, archived, keep, each, payload, findings,
				NULL };
	struct names roots = { NULL, 0 };
	const char *root, *archive;
	size_t i, j, k;
	int ret = world_config(&s.config, w, err);

	if (ret)
		return ret;
	archive = config_directory(s.config, "archive");
	for (i = 0; i < s.config->types_nr; i++) {
		const struct type *t = &s.config->types[i];

		if (type && t != type && t != type->base)
			continue;
		for (j = 0; j < t->patterns.nr; j++) {
			root = arena_dup(w->arena, t->patterns.list[j],
					 path_pattern_root(t->patterns.list[j]));
			if (!root)
				return error_nomem(err);
			if (!archived && t->archive &&
			    (!strcmp(archive, root) || path_below(archive, root)))
				continue;
			for (k = 0; k < roots.nr; k++)
				if (path_below(roots.list[k], root) ||
				    !strcmp(roots.list[k], root))
					break;
			if (k == roots.nr && names_add(&roots, w->arena, root))
				return error_nomem(err);
		}
	}
	s.scratch = arena_new();
	if (!s.scratch)
		return error_nomem(err);
	for (i = 0; i < roots.nr && ret == 0; i++) {
		/* A root inside another that came later is walked with that one. */
		for (k = 0; k < roots.nr; k++)
			if (k != i && path_below(roots.list[k], roots.list[i]) &&
			    strcmp(roots.list[k], roots.list[i]))
				break;
		if (k == roots.nr)
			ret = give_directory(&s, roots.list[i], 0, err);
	}
	arena_free(s.scratch);
	return ret;
}

int world_at(struct world *w, const char *path,
	     int (*each)(struct ops_document *document, void *payload,
			 struct ops_error *err),
	     void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct each_state s = { .w = w, .each = each, .payload = payload,
				.findings = findings };
	struct snap_entry entry;
	const char *dir;
	int ret = world_config(&s.config, w, err);

	if (ret == 0)
		ret = snap_find(&entry, w->snap, path, err);
	if (ret)
		return ret;
	if (entry.mode == SNAP_DIR || !config_type_of_path(s.config, path))
		return error_set(err, OPS_ENOTFOUND, "'%s' is not a governed document",
				 path);
	dir = arena_dup(w->arena, path, path_directory_len(path));
	s.scratch = arena_new();
	ret = dir && s.scratch ? give_entry(&s, dir, &entry, err) : error_nomem(err);
	arena_free(s.scratch);
	return ret;
}
