/* SPDX-License-Identifier: MIT */
/*
 * Records that one side of a merge made about a document about which the other one made some,
 * too, or which it changed, neither knowing of the other: two handoffs of one task, a handoff
 * of what is submitted.
 *
 * Records are only added, so there is nothing to join, and each was legal where it was made.
 * What one side did there is asked about once more with what the other one did there already,
 * and the other way round.  What is refused both ways, and with acts of one side between those
 * of the other (audit_order.c), could not have been made in a row, whoever was first, and a merge
 * makes it no better; what is legal one way was made that way.
 *
 * Without any record nothing is asked here: what both sides made of a document is
 * audit_brought.c's.
 */
#include "view/audit_records.h"

#include <string.h>

#include "util/path.h"
#include "view/audit_order.h"

#define PLACES_MAX 256		/* of acts between acts, looked at in one merge */

/* Ids that a side did something about. */
struct about {
	struct map *records, *documents;	/* that it made; that it changed */
};

static int read_about(struct about *out, struct judged *j, const struct config *config,
		      const struct map *here, const struct map *there, struct ops_error *err)
{
	struct about a = { map_new(j->arena), map_new(j->arena) };
	const char *id;
	bool is_record;
	size_t i;
	int ret = a.records && a.documents ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < map_count(here); i++) {
		const char *path = map_at(here, i)->key;

		ret = audit_about(&id, &is_record, j, config, path, err);
		/* A record that the other side has, too, is nothing new to it. */
		if (ret || !id || (is_record && map_has(there, path)))
			continue;
		if (map_put(is_record ? a.records : a.documents, id, j))
			ret = error_nomem(err);
	}
	*out = a;
	return ret;
}

static int add_common(struct audit_common *c, struct judged *j, const char *id, const char *path,
		      bool is_record, struct ops_error *err)
{
	struct about_one *one = map_get(c->ids, id);

	if (!one) {
		one = arena_alloc(j->arena, sizeof(*one));
		if (!one || !(one->documents = map_new(j->arena)) ||
		    !(one->records = map_new(j->arena)) || map_put(c->ids, id, one))
			return error_nomem(err);
	}
	return map_put(is_record ? one->records : one->documents, path, c) ||
	       map_put(c->paths, path, c) ? error_nomem(err) : 0;
}

/* What a side did where both did something, and at least one of them a record. */
static int find_common(struct audit_common *out, struct judged *j, const struct config *config,
		       const struct map *here, const struct about *mine,
		       const struct map *there, const struct about *other,
		       struct ops_error *err)
{
	struct audit_common c = { map_new(j->arena), map_new(j->arena), map_new(j->arena),
			    map_new(j->arena) };
	bool is_record;
	const char *id;
	size_t i;
	int ret = c.paths && c.ids && c.joined && c.config ? 0 : error_nomem(err);

	if (ret == 0 && map_has(here, CONFIG_PATH) && !map_has(there, CONFIG_PATH) &&
	    map_put(c.config, CONFIG_PATH, out))
		ret = error_nomem(err);
	for (i = 0; ret == 0 && i < map_count(here); i++) {
		const char *path = map_at(here, i)->key;

		ret = audit_about(&id, &is_record, j, config, path, err);
		if (ret || !id || (is_record && map_has(there, path)))
			continue;
		if (!map_has(other->records, id) &&
		    !(map_has(mine->records, id) && map_has(other->documents, id)))
			continue;
		if (!is_record && map_has(other->documents, id) && map_put(c.joined, id, out))
			ret = error_nomem(err);
		if (ret == 0)
			ret = add_common(&c, j, id, path, is_record, err);
	}
	*out = c;
	return ret;
}

/* What is not legal of what `other` did, where all that `mine` did is there before. */
static int one_way(struct ops_findings *found, struct audit_asking *r,
		   const struct audit_acts *mine, const struct audit_acts *other,
		   struct ops_error *err)
{
	int ret = audit_ask_after(r, mine->tip, mine->did, err);

	r->asked = other->did;
	r->found = found;
	if (ret == 0)
		ret = history_walk(r->j->v->repo->store, other->tip, mine->tip, false, audit_ask,
				   r, err);
	audit_ask_end(r);
	return ret;
}

/* The ids of what is refused; of `also` (NULL: of all) only those. */
static int read_refused(struct map **out, struct audit_asking *r,
			const struct ops_findings *found, const struct map *also,
			struct ops_error *err)
{
	struct map *ids = map_new(r->j->arena);
	bool is_record;
	const char *id;
	size_t i;
	int ret = ids ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		ret = audit_about(&id, &is_record, r->j, r->config,
				  ops_findings_at(found, i)->path, err);
		if (ret == 0 && id && (!also || map_has(also, id)) && map_put(ids, id, ids))
			ret = error_nomem(err);
	}
	*out = ids;
	return ret;
}

/* Those of which no order is legal. */
static int leave_illegal(struct map **out, struct audit_asking *r, const struct map *refused,
			 const struct audit_acts sides[2], struct ops_error *err)
{
	struct map *ids = map_new(r->j->arena);
	size_t i, left = PLACES_MAX;
	bool legal;
	int ret = ids ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < map_count(refused); i++) {
		const char *id = map_at(refused, i)->key;

		ret = audit_order(&legal, r, id, sides, &left, err);
		if (ret == 0 && !legal && map_put(ids, id, ids))
			ret = error_nomem(err);
	}
	*out = ids;
	return ret;
}

static int tell(struct audit_asking *r, const struct ops_findings *found, const struct map *ids,
		struct ops_error *err)
{
	bool is_record;
	const char *id;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		ret = audit_about(&id, &is_record, r->j, r->config, f->path, err);
		if (ret == 0 && id && map_has(ids, id))
			findings_add(r->j->findings, f->rule, f->severity, f->path, f->line,
				     f->column, f->remedy, "%s", f->message);
	}
	return ret;
}

/* What each side did after all of the other; told is what has no other order, either. */
static int ask_both(struct audit_asking *r, const struct audit_acts sides[2],
		    struct ops_findings *const found[2], struct ops_error *err)
{
	struct map *ids = NULL;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < 2; i++) {
		ret = one_way(found[i], r, &sides[i], &sides[1 - i], err);
		if (ret == 0 && findings_failed(found[i]))
			ret = error_nomem(err);
		if (ret == 0)
			ret = read_refused(&ids, r, found[i], ids, err);
		if (ret || !map_count(ids))
			return ret;
	}
	if (ret == 0)
		ret = leave_illegal(&ids, r, ids, sides, err);
	for (i = 0; ret == 0 && i < 2; i++)
		ret = tell(r, found[i], ids, err);
	return ret;
}

int audit_records(struct judged *j, const struct audit_side *here, const struct oid *mine,
		  const struct audit_side *there, const struct oid *other,
		  struct ops_error *err)
{
	struct audit_asking r = { .j = j, .laying = { .j = j, .arena = arena_new() } };
	struct ops_findings *found[2] = { ops_findings_new(), ops_findings_new() };
	struct about a, b;
	struct audit_common ours, theirs;
	const struct audit_acts sides[2] = { { mine, &ours }, { other, &theirs } };
	int ret = r.laying.arena && found[0] && found[1] ? world_config(&r.config, j->world, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = read_about(&a, j, r.config, here->changed, there->changed, err);
	if (ret == 0)
		ret = read_about(&b, j, r.config, there->changed, here->changed, err);
	if (ret == 0)
		ret = find_common(&ours, j, r.config, here->changed, &a, there->changed, &b, err);
	if (ret == 0)
		ret = find_common(&theirs, j, r.config, there->changed, &b, here->changed, &a,
				  err);
	if (ret == 0 && map_count(ours.paths))
		ret = ask_both(&r, sides, found, err);
	ops_findings_free(found[0]);
	ops_findings_free(found[1]);
	arena_free(r.laying.arena);
	return ret;
}
