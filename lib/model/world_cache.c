/* SPDX-License-Identifier: MIT */
/*
 * Configurations and rosters, read once for all worlds that have the same.
 *
 * Invariants: what a world has is never forgotten; of what none has the last few stay, so
 * that memory does not grow with how often they changed.
 */

#include <stdlib.h>

#include "model/roster.h"
#include "model/world_inside.h"

/* So many that no world has are kept; of a history that changes them often, not all. */
#define CONFIGS_KEPT 1
#define ROSTERS_KEPT 4

/* Both are counted by the worlds that have them, and lie in order, the one asked for last
 * first. */
struct cached_config {
	struct oid oid;
	bool present;
	struct config *config;
	size_t users;
	struct cached_config *next;
};

struct cached_roster {
	struct oid oid;
	const struct config *config;
	struct arena *arena;
	struct roster *roster;
	size_t users;
	struct cached_roster *next;
};

struct world_cache *world_cache_new(void)
{
	return calloc(1, sizeof(struct world_cache));
}

/* Forget a roster that no world has, out of the list that it lies in. */
static void drop_roster(struct cached_roster **at)
{
	struct cached_roster *r = *at;

	*at = r->next;
	roster_free(r->roster);
	arena_free(r->arena);
	free(r);
}

/* A configuration, and the rosters that were read by it. */
static void drop_config(struct world_cache *cache, struct cached_config **at)
{
	struct cached_config *c = *at;
	struct cached_roster **r = &cache->rosters;

	while (*r)
		if ((*r)->config == c->config)
			drop_roster(r);
		else
			r = &(*r)->next;
	*at = c->next;
	config_free(c->config);
	free(c);
}

void world_cache_free(struct world_cache *cache)
{
	if (!cache)
		return;
	shelf_release(&cache->shelf);
	while (cache->rosters)
		drop_roster(&cache->rosters);
	while (cache->configs)
		drop_config(cache, &cache->configs);
	free(cache);
}

/* Forget what was asked for longest ago of what no world has. */
static void bound_rosters(struct world_cache *cache)
{
	struct cached_roster **r = &cache->rosters;
	size_t nr = 0;

	while (*r)
		if (!(*r)->users && nr++ >= ROSTERS_KEPT)
			drop_roster(r);
		else
			r = &(*r)->next;
}

static void bound_configs(struct world_cache *cache)
{
	struct cached_config **c = &cache->configs;
	bool dropped = false;
	size_t nr = 0;

	while (*c)
		if (!(*c)->users && nr++ >= CONFIGS_KEPT) {
			drop_config(cache, c);
			dropped = true;
		} else {
			c = &(*c)->next;
		}
	/* Documents there are known by the place of a configuration, which may be another's now. */
	if (dropped)
		shelf_clear(&cache->shelf);
}

void world_join_cache(struct world *w, const struct world *other)
{
	w->cached = other->cached;
	w->config = other->config;
	if (w->cached)
		w->cached->users++;
}

void world_leave_cache(struct world *w)
{
	if (w->cached_roster && !--w->cached_roster->users)
		bound_rosters(w->cache);
	if (w->cached && !--w->cached->users)
		bound_configs(w->cache);
}

static void use_config(struct world *w, struct cached_config *c)
{
	c->next = w->cache->configs;
	w->cache->configs = c;
	c->users++;
	w->cached = c;
	w->config = c->config;
}

static void use_roster(struct world *w, struct cached_roster *r)
{
	r->next = w->cache->rosters;
	w->cache->rosters = r;
	r->users++;
	w->cached_roster = r;
	w->roster = r->roster;
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
	use_config(w, c);
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
	struct cached_config **at, *c;
	bool present;
	int ret;

	if (w->config)
		goto found;
	ret = snap_find(&entry, w->snap, CONFIG_PATH, err);
	if (ret && ret != OPS_ENOTFOUND)
		return ret;
	present = ret == 0 && (entry.mode == SNAP_FILE || entry.mode == SNAP_EXEC);
	for (at = &w->cache->configs; (c = *at); at = &c->next)
		if (present ? c->present && entry.has_oid &&
			      oid_equal(&c->oid, &entry.oid) :
			      !c->config->present)
			break;
	if (c) {
		*at = c->next;
		use_config(w, c);
	} else {
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
	struct cached_roster **at, *c;
	struct snap_entry entry;
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
	for (at = &w->cache->rosters; keyed && (c = *at); at = &c->next)
		if (c->config == config && oid_equal(&c->oid, &entry.oid)) {
			*at = c->next;
			use_roster(w, c);
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
	use_roster(w, c);
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
