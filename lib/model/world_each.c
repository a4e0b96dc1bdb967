/* SPDX-License-Identifier: MIT */
/*
 * Walking over the documents of a world: only directories that a type's
 * patterns can match are looked at.
 *
 * Never skips in silence: what is not a regular file, or cannot be read, is
 * reported and given to the caller as unreadable.
 */

#include <string.h>

#include "model/ahead.h"
#include "model/world_inside.h"
#include "util/buf.h"
#include "util/path.h"

/* The entries of one directory, until the last of them was given. */
struct listing {
	struct listing *next;
	struct arena *arena;	/* they are in here, and this */
	struct snap_entry *list;
	size_t nr;
	size_t end;		/* the place after that of the last */
};

struct each_state {
	struct world *w;
	const struct config *config;
	const struct type *type;
	bool archived, keep;
	int (*each)(struct ops_document *document, void *payload,
		    struct ops_error *err);
	void *payload;
	struct ops_findings *findings;
	ahead_prepare *prepare;
	const struct world_spared *spared;	/* or NULL */
	struct ahead *ahead;	/* all entries there are, in order ... */
	size_t given;		/* ... of which so many were given */
	struct arena *names;	/* of the directory at hand: its entries */
	struct listing *first, **last;
	struct buf path;	/* of the entry at hand */
};

static bool is_file(const struct snap_entry *e)
{
	return e->mode == SNAP_FILE || e->mode == SNAP_EXEC;
}

static int give_unreadable(struct each_state *s, const struct type *type,
			   const char *path, bool malformed, struct ops_error *err)
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
	d->malformed = malformed;
	return d->path && d->id ? s->each(d, s->payload, err) : error_nomem(err);
}

/* Say why an entry could not be read. */
static int not_read(struct each_state *s, const char *path, int ret,
		    const struct ops_error *why)
{
	if (ret == OPS_EINVALID)
		findings_add(s->findings, "doc.limit", OPS_ERROR, path, 0, 0, "split it",
			     "the document is larger than %d bytes", DOC_MAX);
	else
		findings_add(s->findings, "doc.unreadable", OPS_ERROR, path, 0, 0,
			     "see to the file, or to the objects with 'git fsck'",
			     "%s", why->message);
	return 0;
}

bool world_misnamed(const char *path, struct ops_findings *findings)
{
	const char *fault = path_fault(path);

	if (fault)
		findings_add(findings, "doc.path", OPS_ERROR, path, 0, 0,
			     "choose another file name", "the path %s", fault);
	return fault != NULL;
}

/* Read the document of an item for good.  What is wrong with it is a finding, and *out
 * is NULL then. */
static int keep_item(struct ops_document **out, struct each_state *s,
		     const struct ahead_item *item, struct ops_error *err)
{
	struct blob blob = { NULL, 0, NULL };
	struct ops_error found = { 0 };
	const char *path = arena_str(s->w->arena, item->path);
	int ret = path ? snap_read_entry(&blob, s->w->snap, item->dir, item->entry, DOC_MAX,
					 &found) : OPS_ENOMEM;

	if (ret)
		return ret == OPS_ENOMEM ? error_nomem(err) : not_read(s, path, ret, &found);
	ret = world_make(out, s->w, s->w->arena, item->type, path, blob.data, blob.len,
			 s->findings, &found);
	if (ret == OPS_ENOMEM) {
		blob_release(&blob);
		return error_nomem(err);
	}
	if (ret)
		*out = NULL;
	ret = world_hold(s->w, &blob, err);
	return ret || !*out || map_put(s->w->documents, path, *out) == 0 ? ret :
	       error_nomem(err);
}

/* Make the world's document of one that was read for while it is looked at. */
static int use_item(struct ops_document **out, struct each_state *s,
		    const struct ahead_item *item, const struct ahead_doc *read,
		    struct ops_error *err)
{
	if (!read->parsed)
		return not_read(s, item->path, read->ret, &read->err);
	ops_findings_copy(s->findings, read->findings, NULL);
	if (!read->doc)
		return 0;
	return world_take(out, s->w, read->arena, item->type, item->path, read->doc,
			  s->findings) ? error_nomem(err) : 0;
}

static int give_item(struct each_state *s, size_t at, struct ops_error *err)
{
	const struct ahead_item *item = ahead_at(s->ahead, at);
	const struct ahead_doc *read;
	struct ops_document *d;
	int ret = 0;

	if (item->spared)
		return s->spared->give(item->path, item->spared, s->payload, err);
	if (world_misnamed(item->path, s->findings))
		return give_unreadable(s, item->type, item->path, false, err);
	if (!is_file(item->entry)) {
		findings_add(s->findings, "doc.mode", OPS_ERROR, item->path, 0, 0,
			     "put a regular file there",
			     "it is not a regular file and was not read");
		return give_unreadable(s, item->type, item->path, false, err);
	}
	read = item->skip ? NULL : ahead_take(s->ahead, at);
	if (!read && !item->skip)
		return error_nomem(err);
	/* Whoever looked at those before may have read it into the world by now. */
	d = map_get(s->w->documents, item->path);
	if (!d)
		ret = read ? use_item(&d, s, item, read, err) : keep_item(&d, s, item, err);
	if (ret == 0 && !d)
		ret = give_unreadable(s, item->type, item->path, read && read->parsed, err);
	else if (ret == 0 && (!s->type || type_is(d->type, s->type->name)))
		ret = s->each(d, s->payload, err);
	return ret;
}

/* Forget the directories of which all was given, or all of them. */
static void forget_listings(struct each_state *s, bool all)
{
	struct listing *l;

	while ((l = s->first) && (all || l->end <= s->given)) {
		s->first = l->next;
		arena_free(l->arena);
	}
	if (!s->first)
		s->last = &s->first;
}

static int give_next(struct each_state *s, struct ops_error *err)
{
	int ret = give_item(s, s->given, err);

	ahead_done(s->ahead, s->given++);
	forget_listings(s, false);
	return ret;
}

static int give_items(struct each_state *s, struct ops_error *err)
{
	int ret = 0;

	while (ret == 0 && s->given < ahead_count(s->ahead))
		ret = give_next(s, err);
	return ret;
}

/* An entry of a directory, if it may be one of those that are asked for.  Others are given
 * meanwhile, so that whoever reads ahead has always something to do. */
static int add_entry(struct each_state *s, const char *dir, const struct snap_entry *entry,
		     struct ops_error *err)
{
	struct ahead_item item = { .dir = dir, .entry = entry };
	const struct type *type;

	path_put(&s->path, dir, entry->name);
	if (buf_failed(&s->path))
		return error_nomem(err);
	item.path = s->path.data;
	/* First, since nothing more has to be known of those. */
	if (s->spared && is_file(entry))
		item.spared = s->spared->which(item.path, entry, s->payload);
	if (!item.spared) {
		type = config_type_of_path(s->config, item.path);
		if (!type || (s->type && type != s->type && type != s->type->base))
			return 0;
		item.type = type;
	}
	item.skip = item.spared || s->keep || !is_file(entry) || path_fault(item.path) ||
		    map_has(s->w->documents, item.path);
	/* Nothing before it waits for its turn. */
	if (item.spared && s->given == ahead_count(s->ahead))
		return s->spared->give(item.path, item.spared, s->payload, err);
	if (ahead_add(s->ahead, &item))
		return error_nomem(err);
	return ahead_full(s->ahead) ? give_next(s, err) : 0;
}

static int add_below(struct each_state *s, const char *dir, struct snap_entry *entry,
		     struct ops_error *err);

static int add_entries(struct each_state *s, const char *dir, struct snap_entry *list,
		       size_t nr, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; i < nr && ret == 0; i++)
		ret = list[i].mode == SNAP_DIR ?
		      add_below(s, dir, &list[i], err) :
		      add_entry(s, dir, &list[i], err);
	return ret;
}

/* The entries of a directory, whose own is `entry` or NULL; `module` is known also when it
 * cannot be listed for being one. */
static int list_directory(struct listing **out, bool *module, struct each_state *s,
			  const char *dir, const struct snap_entry *entry,
			  struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct listing *l = arena ? arena_alloc(arena, sizeof(*l)) : NULL;
	int ret;

	*module = false;
	if (!l) {
		arena_free(arena);
		return error_nomem(err);
	}
	l->arena = arena;
	ret = snap_names(&l->list, &l->nr, module, s->w->snap, dir, entry, arena,
			 err);
	if (ret)
		arena_free(arena);
	else
		*out = l;
	return ret;
}

/* Add them, and keep them until the last was given. */
static int add_listing(struct each_state *s, const char *dir, struct listing *l,
		       struct ops_error *err)
{
	struct arena *outer = s->names;
	int ret;

	s->names = l->arena;
	ret = add_entries(s, dir, l->list, l->nr, err);
	s->names = outer;
	/* One that lies in another ends before it: the first to end is the first to be given. */
	l->end = ahead_count(s->ahead);
	*s->last = l;
	s->last = &l->next;
	forget_listings(s, false);
	return ret;
}

/* A directory in `dir`, or what turns out to be a repository of its own. */
static int add_below(struct each_state *s, const char *dir, struct snap_entry *entry,
		     struct ops_error *err)
{
	const char *below = path_joined(s->names, dir, entry->name);
	struct snap_entry found;
	struct listing *l;
	bool module;
	int ret;

	if (!below)
		return error_nomem(err);
	if (world_misnamed(below, s->findings))
		return 0;
	ret = list_directory(&l, &module, s, below, entry, err);
	/* One that cannot be listed may be none of the tree. */
	if (ret && ret != OPS_ENOMEM)
		module = snap_find(&found, s->w->snap, below, NULL) == 0 &&
			 found.mode == SNAP_MODULE;
	if (!module)
		return ret ? ret : add_listing(s, below, l, err);
	if (ret == 0)
		arena_free(l->arena);
	entry->mode = SNAP_MODULE;
	return add_entry(s, dir, entry, err);
}

static int add_directory(struct each_state *s, const char *dir, struct ops_error *err)
{
	struct listing *l;
	bool module;
	int ret = list_directory(&l, &module, s, dir, NULL, err);

	return ret ? ret : add_listing(s, dir, l, err);
}

/* Look for entries where `find` does, and give them; it has `where`. */
static int give_all(struct each_state *s, int (*find)(struct each_state *s, const char *where,
						      struct ops_error *err),
		    const char *where, struct ops_error *err)
{
	int ret = world_config(&s->config, s->w, err);

	if (ret)
		return ret;
	world_looks(s->w);
	buf_init(&s->path);
	s->names = s->w->arena;
	s->last = &s->first;
	s->ahead = ahead_new(s->w->snap, DOC_MAX, s->prepare);
	ret = s->ahead ? find(s, where, err) : error_nomem(err);
	if (ret == 0)
		ret = give_items(s, err);
	ahead_free(s->ahead);
	forget_listings(s, true);
	buf_release(&s->path);
	return ret;
}

static int find_below(struct each_state *s, const char *dir, struct ops_error *err)
{
	return add_directory(s, dir, err);
}

int world_each_below(struct world *w, const struct type *type, const char *dir,
		     int (*each)(struct ops_document *document, void *payload,
				 struct ops_error *err),
		     void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct each_state s = { .w = w, .type = type, .archived = true, .each = each,
				.payload = payload, .findings = findings };

	return give_all(&s, find_below, dir, err);
}

/* The directories where documents of the type may lie, none below another. */
static int find_roots(struct names *roots, struct each_state *s, struct ops_error *err)
{
	const char *root, *archive = config_directory(s->config, "archive");
	size_t i, j, k;

	for (i = 0; i < s->config->types_nr; i++) {
		const struct type *t = &s->config->types[i];

		if (s->type && t != s->type && t != s->type->base)
			continue;
		for (j = 0; j < t->patterns.nr; j++) {
			root = arena_dup(s->w->arena, t->patterns.list[j],
					 path_pattern_root(t->patterns.list[j]));
			if (!root)
				return error_nomem(err);
			if (!s->archived && t->archive &&
			    (!strcmp(archive, root) || path_below(archive, root)))
				continue;
			for (k = 0; k < roots->nr; k++)
				if (path_below(roots->list[k], root) ||
				    !strcmp(roots->list[k], root))
					break;
			if (k == roots->nr && names_add(roots, s->w->arena, root))
				return error_nomem(err);
		}
	}
	return 0;
}

int world_each_root(struct world *w, const struct type *type, bool archived,
		    int (*each)(const char *root, void *payload, struct ops_error *err),
		    void *payload, struct ops_error *err)
{
	struct each_state s = { .w = w, .type = type, .archived = archived };
	struct names roots = { NULL, 0 };
	size_t i, k;
	int ret = world_config(&s.config, w, err);

	if (ret == 0)
		ret = find_roots(&roots, &s, err);
	for (i = 0; i < roots.nr && ret == 0; i++) {
		/* A root inside another that came later is walked with that one. */
		for (k = 0; k < roots.nr; k++)
			if (k != i && path_below(roots.list[k], roots.list[i]) &&
			    strcmp(roots.list[k], roots.list[i]))
				break;
		if (k == roots.nr)
			ret = each(roots.list[i], payload, err);
	}
	return ret;
}

struct root_list {
	struct arena *arena;
	struct names names;
};

static int add_root(const char *root, void *payload, struct ops_error *err)
{
	struct root_list *roots = payload;

	return names_add(&roots->names, roots->arena, root) ? error_nomem(err) : 0;
}

static int find_documents(struct each_state *s, const char *unused, struct ops_error *err)
{
	struct root_list roots = { s->w->arena, { NULL, 0 } };
	size_t i;
	int ret = world_each_root(s->w, s->type, s->archived, add_root, &roots, err);

	(void)unused;
	/* Of one type there may be a few, in one place. */
	if (ret == 0 && !s->type && snap_lists_aside(s->w->snap))
		ahead_list(s->ahead, roots.names.list, roots.names.nr);
	for (i = 0; ret == 0 && i < roots.names.nr; i++)
		ret = add_directory(s, roots.names.list[i], err);
	return ret;
}

int world_each(struct world *w, const struct type *type, bool archived, bool keep,
	       int (*each)(struct ops_document *document, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct each_state s = { .w = w, .type = type, .archived = archived, .keep = keep,
				.each = each, .payload = payload, .findings = findings };

	return give_all(&s, find_documents, NULL, err);
}

int world_each_prepared(struct world *w, ahead_prepare *prepare,
			const struct world_spared *spared,
			int (*each)(struct ops_document *document, void *payload,
				    struct ops_error *err),
			void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct each_state s = { .w = w, .archived = true, .each = each, .payload = payload,
				.findings = findings, .prepare = prepare, .spared = spared };

	return give_all(&s, find_documents, NULL, err);
}

static int find_one(struct each_state *s, const char *path, struct ops_error *err)
{
	struct snap_entry *entry = arena_alloc(s->w->arena, sizeof(*entry));
	const char *dir = arena_dup(s->w->arena, path, path_directory_len(path));
	const struct type *type = config_type_of_path(s->config, path);
	int ret;

	if (type && world_misnamed(path, s->findings))
		return give_unreadable(s, type, path, false, err);
	ret = entry && dir ? snap_find(entry, s->w->snap, path, err) : error_nomem(err);
	if (ret)
		return ret;
	if (entry->mode == SNAP_DIR || !type)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not a governed document",
				 path);
	return add_entry(s, dir, entry, err);
}

int world_at(struct world *w, const struct type *type, const char *path,
	     int (*each)(struct ops_document *document, void *payload,
			 struct ops_error *err),
	     void *payload, struct ops_findings *findings, struct ops_error *err)
{
	struct each_state s = { .w = w, .type = type, .each = each, .payload = payload,
				.findings = findings };

	return give_all(&s, find_one, path, err);
}
