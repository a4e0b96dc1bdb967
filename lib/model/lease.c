/* SPDX-License-Identifier: MIT */
/*
 * Leases: see lease.h.
 *
 * Only the documents that are held are read for most questions, and these lie in a
 * directory of their own, so a repository without leases pays for one look at it.
 */
#include "model/lease.h"

#include <string.h>

#include "util/date.h"
#include "util/map.h"
#include "util/path.h"

unsigned long lease_token(const char *text)
{
	unsigned long n = 0;
	size_t i;

	if (!text || *text < '1' || *text > '9')
		return 0;
	for (i = 0; text[i]; i++) {
		if (text[i] < '0' || text[i] > '9' || i == 9)
			return 0;
		n = n * 10 + (unsigned long)(text[i] - '0');
	}
	return n;
}

int lease_read(struct lease *out, struct arena *arena, struct ops_document *d)
{
	struct lease l = { .document = d };
	const char *expires = document_text(d, "Expires");
	const char *const *paths;
	const char **list;
	size_t i, nr;

	if (document_list(&paths, &nr, d, "Paths"))
		return OPS_ENOMEM;
	list = arena_array(arena, nr + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++)
		if (!path_pattern_fault(paths[i]))
			list[l.paths.nr++] = paths[i];
	l.paths.patterns = list;
	l.task = document_text(d, "Task");
	l.task = l.task ? reference_id(arena, l.task) : NULL;
	if (document_text(d, "Task") && !l.task)
		return OPS_ENOMEM;
	l.owner = document_text(d, "Assigned-To");
	l.token = lease_token(document_text(d, "Token"));
	if (!expires || !date_time_parse(&l.expires, expires))
		l.expires = INT64_MIN;
	*out = l;
	return 0;
}

/* Whether somebody works on its task, and it is who took the lease. */
static int look_at_task(struct lease *l, struct world *w, const struct config *config,
			struct ops_findings *findings)
{
	struct ops_error ignored = { 0 };
	struct ops_document *task = NULL;
	const char *path, *owner;
	int ret = l->task ? world_exact_path(&path, w, l->task, "task", &ignored) :
			    OPS_ENOTFOUND;

	if (ret == 0)
		ret = world_document(&task, w, path, findings, &ignored);
	l->lives = ret == OPS_EINVALID;		/* nobody knows, so it goes on */
	if (ret)
		return ret == OPS_ENOMEM || ret == OPS_EIO ? ret : 0;
	owner = document_text(task, "Assigned-To");
	l->lives = scope_held(config, task) && l->owner && !strcmp(owner, l->owner);
	return 0;
}

struct holding {
	struct leases *out;
	const struct config *config;
	struct world *world;
	struct ops_findings *findings;
	size_t room;
};

static int note_token(struct leases *all, struct arena *arena, const struct lease *l)
{
	unsigned long *highest = l->task ? map_get(all->tokens, l->task) : NULL;

	if (!l->task)
		return 0;
	if (highest) {
		*highest = *highest > l->token ? *highest : l->token;
		return 0;
	}
	highest = arena_alloc(arena, sizeof(*highest));
	if (!highest)
		return OPS_ENOMEM;
	*highest = l->token;
	return map_put(all->tokens, l->task, highest);
}

static int add(struct holding *h, const struct lease *l)
{
	struct lease *list = arena_room(world_arena(h->world), h->out->list, h->out->nr, &h->room,
					sizeof(*list));

	if (!list)
		return OPS_ENOMEM;
	h->out->list = list;
	h->out->list[h->out->nr++] = *l;
	return 0;
}

static int take(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct holding *h = payload;
	struct arena *arena = world_arena(h->world);
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;
	struct ops_document *kept;
	struct lease l;
	int ret;

	if (!state)
		return names_add(&h->out->unreadable, arena, arena_str(arena, d->path)) ?
		       error_nomem(err) : 0;
	/* What a walk below a directory gives does not stay. */
	ret = world_document(&kept, h->world, d->path, h->findings, err);
	if (ret)
		return ret;
	if (lease_read(&l, arena, kept) || note_token(h->out, arena, &l))
		return error_nomem(err);
	if (state->final)
		return 0;
	ret = look_at_task(&l, h->world, h->config, h->findings);
	if (ret == 0)
		ret = add(h, &l);
	return ret == OPS_ENOMEM ? error_nomem(err) : ret;
}

/* The directory that a template's documents lie in, as far as it is a fixed one. */
static const char *directory(struct arena *arena, const char *template)
{
	size_t len = strcspn(template, "{");

	while (len && template[len - 1] != '/')
		len--;
	return arena_dup(arena, template, len ? len - 1 : 0);
}

static const struct type *lease_type(const struct config *c)
{
	const struct type *type = config_type(c, "lease");

	return type && !type->abstract && type->place ? type : NULL;
}

int leases_held(struct leases *out, struct world *w, struct ops_findings *findings,
		struct ops_error *err)
{
	struct holding h = { out, NULL, w, findings, 0 };
	const struct type *type;
	const char *dir;
	int ret = world_config(&h.config, w, err);

	memset(out, 0, sizeof(*out));
	type = ret ? NULL : lease_type(h.config);
	if (ret || !type)
		return ret;
	out->tokens = map_new(world_arena(w));
	dir = directory(world_arena(w), type->place);
	return dir && out->tokens ? world_each_below(w, type, dir, take, &h, findings, err) :
	       error_nomem(err);
}

const struct lease *leases_of(const struct leases *all, const char *task)
{
	const struct lease *found = NULL;
	size_t i;

	for (i = 0; i < all->nr; i++) {
		const struct lease *l = &all->list[i];

		if (!l->lives || !l->task || !reference_same(l->task, task))
			continue;
		if (found)
			return NULL;
		found = l;
	}
	return found;
}

bool lease_is_stale(const struct lease *l, int64_t now)
{
	return !l->lives || now > l->expires;
}

struct highest {
	const char *task;
	unsigned long token;
};

static int compare(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct highest *h = payload;
	const char *task = d->doc ? document_text(d, "Task") : NULL;
	unsigned long token = d->doc ? lease_token(document_text(d, "Token")) : 0;

	(void)err;
	if (task && reference_same(task, h->task) && token > h->token)
		h->token = token;
	return 0;
}

int lease_last_token(unsigned long *out, struct world *w, const struct leases *held,
		     const char *task, struct ops_findings *findings, struct ops_error *err)
{
	const unsigned long *highest = map_get(held->tokens, task);
	struct highest h = { task, highest ? *highest : 0 };
	const struct config *config;
	const struct type *type;
	const char *dir;
	int ret = world_config(&config, w, err);

	*out = h.token;
	type = ret ? NULL : lease_type(config);
	if (ret || !type || !type->archive)
		return ret;
	dir = directory(world_arena(w), type->archive);
	dir = dir && *dir ? arena_printf(world_arena(w), "%s/%s", dir, task) : dir;
	if (!dir)
		return error_nomem(err);
	if (*dir)
		ret = world_each_below(w, type, dir, compare, &h, findings, err);
	*out = h.token;
	return ret;
}
