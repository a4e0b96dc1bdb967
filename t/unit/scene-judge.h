/* SPDX-License-Identifier: MIT */
#ifndef SCENE_JUDGE_H
#define SCENE_JUDGE_H

/* A change of a scene brought before the judge: the change, or what a case asks instead. */

#include "scene.h"
#include "util/map.h"

static int look(struct ops_document *d, void *payload, struct ops_error *err)
{
	(void)d, (void)payload, (void)err;
	return 0;
}

static bool is_listed(const char *list, const char *id)
{
	size_t len = strlen(id);
	const char *at = list;

	while ((at = strstr(at, id))) {
		if ((at == list || at[-1] == ' ') && (!at[len] || at[len] == ' '))
			return true;
		at += len;
	}
	return false;
}

static bool only(const char *path, void *payload)
{
	return is_listed(payload, path);
}

/* Whether an act that is named may begin, as commands ask before they draft it. */
static int judge_way(struct world *w, const char *words, struct ops_findings *found,
		     struct ops_error *err)
{
	char path[256], action[64];
	struct ops_document *d;
	size_t i;
	int ret;

	UNIT_NEED(sscanf(words, "%255s %63s", path, action) == 2);
	ret = world_document(&d, w, path, found, err);
	if (ret == 0 && !strcmp(action, "handoff")) {
		judge_hands_over(d, found);
		return 0;
	}
	for (i = 0; ret == 0 && i < d->type->transitions_nr; i++)
		if (!strcmp(d->type->transitions[i].action, action)) {
			judge_allows(d, &d->type->transitions[i], found);
			return 0;
		}
	return ret ? ret : OPS_ENOTFOUND;
}

/* A change is made on one commit, whose date may be later than its own. */
static const struct act *past_act;

static int past_has(bool *out, const struct past *past, const struct oid *commit,
		    struct ops_error *err)
{
	char hex[OID_HEX + 1];

	(void)past, (void)err;
	*out = false;
	oid_hex(hex, commit);
	if (!strncmp(hex, "ffff", 4))
		return OPS_ENOTFOUND;
	*out = !strcmp(hex, past_act->base);
	return 0;
}

static int past_latest(int64_t *out, const struct past *past, const char *path,
		       struct ops_error *err)
{
	(void)past, (void)path, (void)err;
	*out = past_act->latest;
	return 0;
}

static int past_changed(bool *out, const struct past *past, const char *path,
			const char *since, struct ops_error *err)
{
	(void)past, (void)since, (void)err;
	*out = past_act->changed && is_listed(past_act->changed, path);
	return 0;
}

/* Whether it may stand in the line of a branch, as a merge if there is another side. */
static int judge_line(struct scene *s, const struct judge_case *c, struct snap *before,
		      struct snap *after, struct ops_findings *found, struct ops_error *err)
{
	struct landing_side side = { s->side_base, s->side_tip, NULL };
	struct landing l = { .authority = c->before, .before = before, .after = after,
			     .branch = s->act.branch, .author = c->author,
			     .committer = s->act.committer ? s->act.committer : c->author,
			     .sides = &side, .sides_nr = s->side_tip ? 1 : 0 };
	struct world_cache *cache = world_cache_new();
	int ret = s->side_judges ? world_open(&side.authority, s->side_tip, cache, err) : 0;

	if (ret == 0)
		ret = judge_landing(&l, found, err);
	if (ret == 0)
		ret = judge_protects(&s->protects, c->before, s->act.branch, err);
	world_close(side.authority);
	world_cache_free(cache);
	return ret;
}

/* Whether what both sides of a merge did can be there at once. */
static int judge_merged(struct scene *s, const struct judge_case *c,
			struct ops_findings *found, struct ops_error *err)
{
	struct world_cache *cache = world_cache_new();
	struct world *sides[] = { c->before, NULL };
	int ret = s->side_tip ? world_open(&sides[1], s->side_tip, cache, err) : OPS_ENOTFOUND;

	if (ret == 0)
		ret = judge_together(c->after, sides, UNIT_COUNT(sides), only,
				     c->payload ? c->payload : (void *)"", found, err);
	world_close(sides[1]);
	world_cache_free(cache);
	return ret;
}

/* Whether a document says what it said. */
static int judge_said(const struct judge_case *c, const char *path, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct ops_document *a, *b;
	int ret = world_document(&a, c->before, path, ignored, err);

	if (ret == 0)
		ret = world_document(&b, c->after, path, ignored, err);
	ops_findings_free(ignored);
	return ret ? ret : judge_same(a, b) ? 0 : OPS_EREFUSED;
}

/* The words of a list as keys of a map; NULL for none. */
static struct map *listed(const char *list, struct arena *arena)
{
	struct map *map = list ? map_new(arena) : NULL;
	size_t len;

	for (; map && *list; list += len + (list[len] == ' ')) {
		len = strcspn(list, " ");
		UNIT_NEED(map_put(map, arena_dup(arena, list, len), map) == 0);
	}
	return map;
}

static int judge(struct scene *s, struct snap *before, struct snap *after,
		 struct ops_findings *found, struct ops_error *err)
{
	struct judge_case c = { 0 };
	struct world_cache *cache = world_cache_new();
	struct ops_document *d = NULL;
	const struct past none = { 0 }, past = { .has = past_has, .latest = past_latest,
						     .changed = past_changed,
						     .date = s->act.before };
	int ret = world_open(&c.before, before, cache, err);

	past_act = &s->act;
	snap_set_past(before, s->act.base ? &past : &none);
	if (ret == 0)
		ret = world_open(&c.after, after, cache, err);
	if (ret == 0 && s->authority)
		ret = world_open(&c.authority, s->authority, cache, err);
	c.message = s->act.message;
	c.message_len = c.message ? strlen(c.message) : 0;
	c.claimed = s->act.actor;
	c.author = s->act.author;
	c.signer = s->act.signer;
	c.now = s->act.today;
	c.lenient = s->act.lenient;
	c.strict = s->act.strict;
	c.drafted = s->act.drafted;
	c.only = s->act.only ? only : NULL;
	c.payload = (void *)(size_t)s->act.only;
	c.added = ret == 0 ? listed(s->act.added, world_arena(c.after)) : NULL;
	if (ret == 0 && s->act.document) {
		ret = world_document(&d, c.after, s->act.document, found, err);
		ret = ret ? ret : judge_document(d, c.now, found, err);
		ret = ret == OPS_EINVALID ? 0 : ret;
	} else if (ret == 0 && s->act.standing) {
		ret = judge_standing(&c, s->act.standing, found, err);
	} else if (ret == 0 && s->act.together) {
		ret = judge_merged(s, &c, found, err);
	} else if (ret == 0 && s->act.way) {
		ret = judge_way(c.after, s->act.way, found, err);
	} else if (ret == 0 && s->act.same) {
		ret = judge_said(&c, s->act.same, err);
	} else if (ret == 0 && s->act.all) {
		ret = world_each(c.after, NULL, true, false, look, NULL, found, err);
	} else if (ret == 0) {
		ret = s->act.world ? judge_world(c.after, found, err) :
		      judge_change(&c, found, err);
	}
	if (ret == 0 && s->act.branch)
		ret = judge_line(s, &c, before, after, found, err);
	s->touched = c.changes_nr;
	world_close(c.authority);
	world_close(c.after);
	world_close(c.before);
	world_cache_free(cache);
	return ret;
}

#endif
