/* SPDX-License-Identifier: MIT */
/*
 * Worlds: lazy reading of configuration, roster and documents out of one
 * snapshot, and the cache by which worlds share what is equal.
 *
 * Must never write, and never hide a document that cannot be read: it is given
 * to the caller as unreadable, with its findings.
 */

#include "model/world.h"

#include <stdlib.h>
#include <string.h>

#include "model/roster.h"
#include "model/world_inside.h"
#include "util/digest.h"
#include "util/path.h"

#define EVIDENCE_MAX (64u * 1024 * 1024)

struct cached_config {
	struct oid oid;
	bool present;
	struct config *config;
	struct cached_config *next;
};

struct cached_roster {
	struct oid oid;
	const struct config *config;
	struct arena *arena;
	struct roster *roster;
	struct cached_roster *next;
};

struct world_cache {
	struct cached_config *configs;
	struct cached_roster *rosters;
	struct shelf shelf;
};

struct world_cache *world_cache_new(void)
{
	return calloc(1, sizeof(struct world_cache));
}

void world_cache_free(struct world_cache *cache)
{
	struct cached_config *c;
	struct cached_roster *r;

	if (!cache)
		return;
	shelf_clear(&cache->shelf);
	while ((r = cache->rosters)) {
		cache->rosters = r->next;
		roster_free(r->roster);
		arena_free(r->arena);
		free(r);
	}
	while ((c = cache->configs)) {
		cache->configs = c->next;
		config_free(c->config);
		free(c);
	}
	free(cache);
}

int world_open(struct world **out, struct snap *snap, struct world_cache *cache,
	       struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct world *w = arena ? arena_alloc(arena, sizeof(*w)) : NULL;

	if (w) {
		w->snap = snap;
		w->arena = arena;
		w->cache = cache;
		w->documents = map_new(arena);
		w->packets = map_new(arena);
		w->digests = map_new(arena);
	}
	if (!w || !w->documents || !w->packets || !w->digests) {
		arena_free(arena);
		return error_nomem(err);
	}
	*out = w;
	return 0;
}

int world_open_aside(struct world **out, struct world *w, struct ops_error *err)
{
	struct world *aside;
	int ret = world_open(&aside, w->snap, w->cache, err);

	if (ret)
		return ret;
	aside->config = w->config;
	aside->roster_of = w;
	aside->aside = true;
	*out = aside;
	return 0;
}

void world_close(struct world *w)
{
	struct held *h;

	if (!w)
		return;
	for (h = w->held; h; h = h->next) {
		blob_release(&h->blob);
		shelved_unref(h->shelved);
	}
	roster_free(w->own_roster);
	arena_free(w->arena);
}

struct snap *world_snap(struct world *w)
{
	return w->snap;
}

struct arena *world_arena(struct world *w)
{
	return w->arena;
}

void world_share_roster(struct world *w, struct world *other)
{
	w->roster_of = other;
}

/* Load the configuration of an entry (NULL: there is none) and keep it. */
static int load_config(struct world *w, const struct snap_entry *entry,
		       struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct cached_config *c = calloc(1, sizeof(*c));
	struct blob blob = { NULL, 0, NULL };
	int ret = 0;

	if (!ignored || !c) {
		ret = error_nomem(err);
		goto out;
	}
	if (entry)
		ret = snap_read(&blob, w->snap, CONFIG_PATH, DOC_MAX, err);
	if (ret && ret != OPS_EINVALID)
		goto out;
	/* One too large to be read is as broken as one that is too large. */
	ret = ret ? config_load(&c->config, "", CONFIG_MAX + 1, ignored, err) :
		    config_load(&c->config, blob.data, blob.len, ignored, err);
	if (ret)
		goto out;
	c->present = entry && entry->has_oid;
	if (c->present)
		c->oid = entry->oid;
	c->next = w->cache->configs;
	w->cache->configs = c;
	w->config = c->config;
	c = NULL;
out:
	free(c);
	blob_release(&blob);
	ops_findings_free(ignored);
	return ret;
}

int world_config(const struct config **out, struct world *w, struct ops_error *err)
{
	struct snap_entry entry;
	const struct cached_config *c;
	bool present;
	int ret;

	if (w->config)
		goto found;
	ret = snap_find(&entry, w->snap, CONFIG_PATH, err);
	if (ret && ret != OPS_ENOTFOUND)
		return ret;
	present = ret == 0 && (entry.mode == SNAP_FILE || entry.mode == SNAP_EXEC);
	for (c = w->cache->configs; c && !w->config; c = c->next) {
		if (present ? c->present && entry.has_oid &&
			      oid_equal(&c->oid, &entry.oid) :
			      !c->config->present)
			w->config = c->config;
	}
	if (!w->config) {
		ret = load_config(w, present ? &entry : NULL, err);
		if (ret)
			return ret;
	}
found:
	*out = w->config;
	return 0;
}

static int read_roster(struct world *w, const struct config *config,
		       struct ops_error *err)
{
	struct snap_entry entry;
	struct cached_roster *c = NULL;
	struct oid tree;
	bool keyed;
	int ret;

	/* Only a snapshot of a tree has directories that are named by content. */
	keyed = snap_tree_oid(&tree, w->snap);
	if (keyed) {
		ret = snap_find(&entry, w->snap, config_directory(config, "agents"),
				err);
		if (ret && ret != OPS_ENOTFOUND)
			return ret;
		keyed = ret == 0 && entry.has_oid;
	}
	for (c = keyed ? w->cache->rosters : NULL; c; c = c->next)
		if (c->config == config && oid_equal(&c->oid, &entry.oid)) {
			w->roster = c->roster;
			return 0;
		}
	if (!keyed) {
		ret = roster_read(&w->own_roster, w, w->arena, err);
		w->roster = w->own_roster;
		return ret;
	}
	c = calloc(1, sizeof(*c));
	if (!c)
		return error_nomem(err);
	c->arena = arena_new();
	ret = c->arena ? roster_read(&c->roster, w, c->arena, err) :
	      error_nomem(err);
	if (ret) {
		arena_free(c->arena);
		free(c);
		return ret;
	}
	c->oid = entry.oid;
	c->config = config;
	c->next = w->cache->rosters;
	w->cache->rosters = c;
	w->roster = c->roster;
	return 0;
}

int world_roster(const struct roster **out, struct world *w, struct ops_error *err)
{
	const struct config *config;
	int ret;

	if (w->roster_of)
		return world_roster(out, w->roster_of, err);
	if (!w->roster) {
		ret = world_config(&config, w, err);
		if (ret)
			return ret;
		ret = read_roster(w, config, err);
		if (ret)
			return ret;
	}
	*out = w->roster;
	return 0;
}

/* Which type a parsed document is: kinds of an abstract type by their field. */
static void settle_type(struct ops_document *d, const struct config *config,
			struct ops_findings *findings)
{
	const struct type *kind;
	const struct state *state;
	const char *name;

	if (d->type->abstract) {
		name = doc_text(d->doc, d->type->kinds_by);
		kind = name ? config_kind(config, d->type, name) : NULL;
		if (kind)
			d->type = kind;
		else
			findings_add(findings, "packet.kind", OPS_ERROR, d->path,
				     2, 1, "ops config types",
				     "'%s' is no kind of %s", name ? name : "",
				     d->type->name);
	}
	d->status = d->type->states_nr ? doc_text(d->doc, d->type->status) : NULL;
	state = d->status ? type_state(d->type, d->status) : NULL;
	if (state)
		d->status = state->name;
}

static int new_document(struct ops_document **out, struct world *w, struct arena *arena,
			const struct type *type, const char *path)
{
	struct ops_document *d = arena_alloc(arena, sizeof(*d));
	const char *stem;
	size_t len = path_stem(path, &stem);

	if (!d || !(d->id = arena_dup(arena, stem, len)))
		return OPS_ENOMEM;
	d->world = w;
	d->path = path;
	d->type = type;
	*out = d;
	return 0;
}

int world_take(struct ops_document **out, struct world *w, struct arena *arena,
	       const struct type *type, const char *path, struct doc *doc,
	       struct ops_findings *findings)
{
	struct ops_document *d;

	if (new_document(&d, w, arena, type, path))
		return OPS_ENOMEM;
	d->doc = doc;
	settle_type(d, w->config, findings);
	*out = d;
	return 0;
}

int world_make(struct ops_document **out, struct world *w, struct arena *arena,
	       const struct type *type, const char *path, const char *text, size_t len,
	       struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *d;
	int ret;

	if (new_document(&d, w, arena, type, path))
		return error_nomem(err);
	ret = doc_parse(&d->doc, arena, path, text, len, 0, findings, err);
	if (ret && ret != OPS_EINVALID)
		return ret;
	if (ret == 0)
		settle_type(d, w->config, findings);
	else
		error_set(err, ret, "'%s' cannot be read", path);
	*out = d;
	return ret;
}

int world_document_of(struct ops_document **out, struct world *w, const char *path,
		      const char *text, size_t len, struct ops_findings *findings,
		      struct ops_error *err)
{
	const struct config *config;
	const struct type *type;
	const char *copy;
	int ret = world_config(&config, w, err);

	if (ret)
		return ret;
	type = config_type_of_path(config, path);
	if (!type)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not a governed document",
				 path);
	copy = arena_str(w->arena, path);
	return copy ? world_make(out, w, w->arena, type, copy, text, len, findings, err) :
	       error_nomem(err);
}

int world_hold(struct world *w, struct blob *blob, struct ops_error *err)
{
	struct held *h = arena_alloc(w->arena, sizeof(*h));

	if (!h) {
		blob_release(blob);
		return error_nomem(err);
	}
	h->blob = *blob;
	h->next = w->held;
	w->held = h;
	return 0;
}

/* Where documents of such an entry are kept; NULL: they are not. */
static struct shelf *shelf_for(struct world *w, const struct snap_entry *entry)
{
	bool file = entry->mode == SNAP_FILE || entry->mode == SNAP_EXEC;

	return entry->has_oid && file && !w->aside ? &w->cache->shelf : NULL;
}

/* Read the document of an entry. */
static int shelve(struct shelved **out, struct world *w, const char *path,
		  const struct snap_entry *entry, struct ops_findings *findings,
		  struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct blob blob;
	int ret;

	ret = snap_read(&blob, w->snap, path, DOC_MAX, &found);
	if (ret == OPS_EINVALID)
		findings_add(findings, "doc.limit", OPS_ERROR, path, 0, 0,
			     "split it", "the document is larger than %d bytes",
			     DOC_MAX);
	if (ret == 0)
		ret = shelf_parse(out, shelf_for(w, entry), &entry->oid, path, &blob,
				  findings, &found);
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* Make the world's document of a shelved one, which it holds from now on. */
static int take_document(struct ops_document **out, struct world *w, const char *path,
			 const struct type *type, struct shelved *s)
{
	struct held *h = arena_alloc(w->arena, sizeof(*h));
	struct ops_document *d;

	if (!h) {
		shelved_unref(s);
		return OPS_ENOMEM;
	}
	h->shelved = s;
	h->next = w->held;
	w->held = h;
	if (new_document(&d, w, w->arena, type, path))
		return OPS_ENOMEM;
	d->doc = s->doc;
	d->shelved = s;
	s->config = w->config;
	s->type = type;
	*out = d;
	return 0;
}

int world_document(struct ops_document **out, struct world *w, const char *path,
		   struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *d = map_get(w->documents, path);
	const struct type *type = NULL;
	const struct config *config;
	struct ops_error found = { 0 };
	struct snap_entry entry;
	struct shelved *s = NULL;
	int ret;

	if (d) {
		*out = d;
		return 0;
	}
	ret = world_config(&config, w, err);
	if (ret)
		return ret;
	ret = snap_find(&entry, w->snap, path, &found);
	if (ret == 0 && shelf_for(w, &entry))
		s = shelf_take(shelf_for(w, &entry), &entry.oid, path);
	/* It lies at that path in another world: of the same type, if by the same rules. */
	type = s && s->config == config ? s->type : config_type_of_path(config, path);
	if (!type || ret) {
		shelved_unref(s);
		return ret && type ? error_set(err, ret, "%s", found.message) :
		       error_set(err, OPS_ENOTFOUND, "'%s' is not a governed document", path);
	}
	path = arena_str(w->arena, path);
	if (path && !s)
		ret = shelve(&s, w, path, &entry, findings, err);
	if (ret)
		return ret;
	if (!path) {
		shelved_unref(s);
		return error_nomem(err);
	}
	if (take_document(&d, w, path, type, s))
		return error_nomem(err);
	settle_type(d, config, findings);
	if (map_put(w->documents, path, d))
		return error_nomem(err);
	*out = d;
	return 0;
}

/* "dir/name" */
static const char *path_join(struct arena *arena, const char *dir, const char *name)
{
	size_t a = strlen(dir), b = strlen(name);
	char *path = arena_alloc(arena, a + b + 2);

	if (!path)
		return NULL;
	memcpy(path, dir, a);
	path[a] = '/';
	memcpy(path + a + 1, name, b + 1);
	return path;
}

struct packet_list {
	struct ops_document **list;
	size_t nr;
};

int world_packets(struct ops_document *const **out, size_t *nr, struct world *w,
		  const char *about, struct ops_findings *findings,
		  struct ops_error *err)
{
	struct packet_list *p = map_get(w->packets, about);
	const struct config *config;
	struct snap_entry *entries;
	const char *dir, *path;
	size_t i, count;
	int ret;

	if (p)
		goto found;
	ret = world_config(&config, w, err);
	if (ret)
		return ret;
	dir = arena_printf(w->arena, "%s/%s", config_directory(config, "packets"),
			   about);
	p = arena_alloc(w->arena, sizeof(*p));
	if (!dir || !p)
		return error_nomem(err);
	ret = snap_list(&entries, &count, w->snap, dir, w->arena, err);
	if (ret)
		return ret;
	p->list = arena_array(w->arena, count + 1, sizeof(*p->list));
	if (!p->list)
		return error_nomem(err);
	for (i = 0; i < count; i++) {
		path = path_join(w->arena, dir, entries[i].name);
		if (!path)
			return error_nomem(err);
		ret = world_document(&p->list[p->nr], w, path, findings, err);
		/* What cannot be read was reported; nothing is concluded from it. */
		if (ret == 0)
			p->nr++;
		else if (ret != OPS_EINVALID && ret != OPS_ENOTFOUND)
			return ret;
	}
	if (map_put(w->packets, about, p))
		return error_nomem(err);
found:
	*out = p->list;
	*nr = p->nr;
	return 0;
}

int world_file_digest(const char **out, struct world *w, const char *path,
		      struct ops_error *err)
{
	char hex[DIGEST_HEX + 1];
	const char *text = map_get(w->digests, path);
	struct shelf *shelf = &w->cache->shelf;
	struct ops_error found = { 0 };
	struct snap_entry entry = { .has_oid = false };
	struct blob blob;
	bool found_it;
	int ret;

	if (text) {
		*out = text;
		return 0;
	}
	found_it = snap_find(&entry, w->snap, path, NULL) == 0;
	if (found_it && entry.has_oid && (entry.mode == SNAP_FILE || entry.mode == SNAP_EXEC))
		text = shelf_digest(shelf, &entry.oid);
	ret = text ? 0 : snap_read(&blob, w->snap, path, EVIDENCE_MAX, &found);
	if (ret == 0 && !text) {
		digest_of(blob.data, blob.len, hex);
		blob_release(&blob);
		if (entry.has_oid)
			shelf_add_digest(shelf, &entry.oid, hex);
		text = hex;
	} else if (ret == OPS_ENOTFOUND || ret == OPS_EINVALID) {
		text = found_it || ret == OPS_EINVALID ? DIGEST_NO_FILE : "";
	} else if (ret) {
		return error_set(err, ret, "%s", found.message);
	}
	text = arena_str(w->arena, text);
	if (!text || map_put(w->digests, path, (void *)(size_t)text))
		return error_nomem(err);
	*out = text;
	return 0;
}

void world_text_digest(char hex[DIGEST_HEX + 1], struct world *w, const char *text, size_t len)
{
	shelf_text_digest(hex, &w->cache->shelf, text, len);
}

const char *world_digest_fault(const char *digest)
{
	if (!*digest)
		return "is not in the repository";
	return strcmp(digest, DIGEST_NO_FILE) ? NULL :
	       "is no regular file, or larger than 64 MiB";
}
