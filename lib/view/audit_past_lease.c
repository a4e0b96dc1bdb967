/* SPDX-License-Identifier: MIT */
/*
 * Work that a merge brings past a lease: who had the paths before, and did not know that
 * they are leased to somebody else by now, made it by a token of the past or by none.
 *
 * Decided by the order of the history: no date is asked.
 */
#include "view/audit_past_lease.h"

#include <string.h>

#include "model/lease.h"
#include "util/map.h"

struct passing {
	struct judged *j;
	struct leases leases;		/* that are new on the other side */
	bool told;			/* that some of those cannot be read */
	const struct config *config;
	struct snap *others[16];	/* of its parents but the first */
	size_t others_nr;
	char hex[OID_HEX + 1];
};

/* Whether a merge has the file as one of its parents has it. */
static bool is_taken(const struct passing *p, const char *path,
		     const struct snap_entry *after)
{
	struct snap_entry entry;
	size_t i;
	bool there;

	for (i = 0; i < p->others_nr; i++) {
		there = snap_find(&entry, p->others[i], path, NULL) == 0;
		if (there == (after != NULL) &&
		    (!there || !memcmp(&entry.oid, &after->oid, sizeof(entry.oid))))
			return true;
	}
	return false;
}

static int look_at_file(const char *path, const struct snap_entry *before,
			const struct snap_entry *after, void *payload,
			struct ops_error *err)
{
	struct passing *p = payload;
	size_t i;

	(void)before;
	(void)err;
	if (!strcmp(path, CONFIG_PATH) || config_type_of_path(p->config, path))
		return 0;
	if (p->leases.unreadable.nr && !p->told && !is_taken(p, path, after)) {
		findings_add(p->j->findings, "lease.unreadable", OPS_ERROR, path, 0, 0,
			     "make it again on top of what it joins, when that is mended",
			     "the lease '%s' cannot be read, so nobody knows what is leased by "
			     "now (in %.10s, by what it joins)",
			     p->leases.unreadable.list[0], p->hex);
		p->told = true;
	}
	for (i = 0; i < p->leases.nr; i++) {
		const struct lease *l = &p->leases.list[i];

		if (!scope_has(&l->paths, path) || is_taken(p, path, after))
			continue;
		findings_add(p->j->findings, "lease.held", OPS_ERROR, path, 0, 0,
			     "make it again on top of what it joins, as the holder of the "
			     "lease, or when that is released",
			     "it is leased to '%s' of %s by now (in %.10s, by what it joins)",
			     l->task, l->owner, p->hex);
		return 0;
	}
	return 0;
}

static int look_at(const struct oid *id, void *payload, struct ops_error *err)
{
	struct passing *p = payload;
	struct snap *before = NULL, *after = NULL;
	struct commit commit;
	size_t i;
	int ret = commit_read(&commit, p->j->v->repo->store, id, p->j->arena, err);

	if (ret)
		return ret;
	p->others_nr = 0;
	oid_hex(p->hex, id);
	ret = snap_of_commit(&after, p->j->v->repo->store, id, err);
	if (ret == 0)
		ret = commit.parents_nr ? snap_of_commit(&before, p->j->v->repo->store,
							 &commit.parents[0], err) :
		      snap_of_nothing(&before, err);
	for (i = 1; ret == 0 && i < commit.parents_nr &&
	     p->others_nr < sizeof(p->others) / sizeof(*p->others); i++) {
		ret = snap_of_commit(&p->others[p->others_nr], p->j->v->repo->store,
				     &commit.parents[i], err);
		p->others_nr += ret == 0;
	}
	if (ret == 0)
		ret = snap_diff(before, after, look_at_file, p, err);
	for (i = 0; i < p->others_nr; i++)
		snap_free(p->others[i]);
	snap_free(before);
	snap_free(after);
	return ret;
}

/* Leave only those that were taken on this side. */
static void leave_new(struct leases *all, struct map *changed)
{
	struct names *unreadable = &all->unreadable;
	size_t i, kept = 0;

	for (i = 0; i < unreadable->nr; i++)
		if (map_has(changed, unreadable->list[i]))
			unreadable->list[kept++] = unreadable->list[i];
	unreadable->nr = kept;
	kept = 0;

	for (i = 0; i < all->nr; i++)
		if (all->list[i].lives && map_has(changed, all->list[i].document->path))
			all->list[kept++] = all->list[i];
	all->nr = kept;
}

int audit_past_lease(struct judged *j, const struct oid *mine, const struct oid *other,
		     struct map *changed, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct passing p = { .j = j };
	struct world *w = NULL;
	struct snap *snap = NULL;
	int ret = ignored ? audit_world(&w, &snap, j->v->repo, mine, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = world_config(&p.config, w, err);
	if (ret == 0)
		ret = leases_held(&p.leases, w, ignored, err);
	if (ret == 0) {
		leave_new(&p.leases, changed);
		if (p.leases.nr || p.leases.unreadable.nr)
			ret = history_walk(j->v->repo->store, other, mine, false, look_at,
					   &p, err);
	}
	world_close(w);
	snap_free(snap);
	ops_findings_free(ignored);
	return ret;
}
