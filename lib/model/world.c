/* SPDX-License-Identifier: MIT */
/*
 * Worlds: lazy reading of documents out of one snapshot.
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
	world_join_cache(aside, w);
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
	world_leave_cache(w);
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

void world_watch(struct world *w, const struct world_watch *watch)
{
	w->watch = watch;
}

void world_looks(struct world *w)
{
	if (w->watch)
		w->watch->looked_at(w->watch->payload);
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
	s->shelf = &w->cache->shelf;
	s->cleared = s->shelf->cleared;
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

	world_looks(w);
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
		if (!type && !strcmp(path, CONFIG_PATH))
			return error_set(err, OPS_ENOTFOUND, "'" CONFIG_PATH "' is the "
					 "configuration and no document: 'ops config' prints "
					 "what is in force, and 'ops edit " CONFIG_PATH
					 " --from FILE' replaces it by its next version");
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

	world_looks(w);
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
	shelf_want(&w->cache->shelf, count);
	p->list = arena_array(w->arena, count + 1, sizeof(*p->list));
	if (!p->list)
		return error_nomem(err);
	for (i = 0; i < count; i++) {
		path = path_joined(w->arena, dir, entries[i].name);
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

	world_looks(w);
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
