/* SPDX-License-Identifier: MIT */
#ifndef MODEL_WORLD_INSIDE_H
#define MODEL_WORLD_INSIDE_H

/* The inside of a world, for the files that read one. */

#include "model/shelf.h"
#include "model/world.h"
#include "util/map.h"

/* What worlds of one store share (world_cache.c). */
struct world_cache {
	struct cached_config *configs;
	struct cached_roster *rosters;
	struct shelf shelf;
};

struct world {
	struct snap *snap;
	struct arena *arena;
	struct world_cache *cache;
	const struct config *config;
	const struct roster *roster;
	struct cached_config *cached;	/* that configuration, counted; or NULL */
	struct cached_roster *cached_roster;	/* and that roster */
	struct roster *own_roster;
	struct world *roster_of;
	bool aside;		/* leaves nothing on the shelf */
	struct map *documents;	/* by path */
	struct map *packets;	/* by id */
	struct map *digests;	/* by path */
	struct held *held;
	struct roll *roll;	/* or NULL */
	const struct world_watch *watch;	/* or NULL */
};

/* Blobs and documents to release when the world closes. */
struct held {
	struct blob blob;
	struct shelved *shelved;
	struct held *next;
};

/* Let a world have the configuration of another; and let it go with its roster. */
void world_join_cache(struct world *w, const struct world *other);
void world_leave_cache(struct world *w);

/* Make a document of bytes, in `arena`; `path` must live as long.  The world's
 * configuration must have been read.  Statuses as world_document(). */
int world_make(struct ops_document **out, struct world *w, struct arena *arena,
	       const struct type *type, const char *path, const char *text, size_t len,
	       struct ops_findings *findings, struct ops_error *err);

/* The same of what was parsed.  Returns 0 or OPS_ENOMEM. */
int world_take(struct ops_document **out, struct world *w, struct arena *arena,
	       const struct type *type, const char *path, struct doc *doc,
	       struct ops_findings *findings);

/* Something is looked at that a watch is told of without a name. */
void world_looks(struct world *w);

/* The directories where documents of a type (NULL: of all) can lie, none of them inside
 * another. */
int world_each_root(struct world *w, const struct type *type, bool archived,
		    int (*each)(const char *root, void *payload, struct ops_error *err),
		    void *payload, struct ops_error *err);

/* Keep a blob until the world closes; released at once on failure. */
int world_hold(struct world *w, struct blob *blob, struct ops_error *err);

#endif
