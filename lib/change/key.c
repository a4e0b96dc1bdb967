/* SPDX-License-Identifier: MIT */
/*
 * Acts that are asked for again by the same key.
 *
 * A key makes the Ops-Id instead of chance, together with who acts.  So whoever asks again,
 * after a crash or in another clone, makes the same id: here it is found in the history and
 * the first result is given back; between clones synchronising takes the two for one.
 */
#include "change/key.h"

#include <stdio.h>
#include <string.h>

#include "text/message.h"
#include "util/buf.h"
#include "util/digest.h"
#include "util/map.h"
#include "util/path.h"
#include "util/utf8.h"

int key_id(char id[33], const char *actor, const char *key, const struct ops_request *verb,
	   struct ops_error *err)
{
	char hex[DIGEST_HEX + 1];
	struct digest_state s;
	size_t len = strlen(key);

	if (!len || len > KEY_MAX || utf8_clean_to(key, len, false) != len)
		return error_set(err, OPS_EUSAGE, "a key has 1 to %d bytes on one line", KEY_MAX);
	digest_init(&s);
	digest_add(&s, "ops-key", 8);
	digest_add(&s, actor, strlen(actor) + 1);
	digest_add(&s, key, len);
	if (verb) {
		digest_add(&s, "", 1);
		digest_add(&s, verb->action, strlen(verb->action) + 1);
		digest_add(&s, verb->target ? verb->target : "",
			   verb->target ? strlen(verb->target) : 0);
	}
	digest_end(&s, hex);
	memcpy(id, hex, 32);
	id[32] = '\0';
	return 0;
}

struct looking {
	struct draft *d;
	const char *id;
	struct commit c;
	struct message m;
	bool found;
	bool cut;		/* the history goes on where this clone ends */
	struct buf ahead;	/* the ids of commits to look at */
	struct map *seen;	/* once there was a merge: those that were put there */
	struct arena *arena;
};

/* In whatever order: most are passed by one after the other, each the parent of the last. */
static int look_ahead(struct looking *l, struct ops_error *err)
{
	char hex[OID_HEX + 1];
	size_t i;

	if (store_is_cut(l->d->repo->store, &l->c.id)) {
		l->cut = true;
		return 0;
	}
	if (l->c.parents_nr > 1 && !l->seen && !(l->seen = map_new(l->arena)))
		return error_nomem(err);
	for (i = 0; i < l->c.parents_nr; i++) {
		oid_hex(hex, &l->c.parents[i]);
		if (l->seen && map_get(l->seen, hex))
			continue;
		if (l->seen && map_put(l->seen, arena_str(l->arena, hex), l))
			return error_nomem(err);
		buf_add(&l->ahead, &l->c.parents[i], sizeof(struct oid));
	}
	return buf_failed(&l->ahead) ? error_nomem(err) : 0;
}

static int look_at(const struct oid *id, void *payload, struct ops_error *err)
{
	struct looking *l = payload;
	struct arena *arena = arena_new();
	struct ops_findings *ignored = ops_findings_new();
	const char *is = NULL;
	int ret = arena && ignored ? commit_read(&l->c, l->d->repo->store, id, arena, err) :
		  error_nomem(err);

	/* Most commits are passed by here. */
	if (ret == 0 && memmem(l->c.message, l->c.message_len, l->id, 32) &&
	    message_parse(&l->m, arena, l->c.message, l->c.message_len, ignored, NULL) == 0)
		is = message_trailer(&l->m, "Ops-Id");
	l->found = ret == 0 && is && !strcmp(is, l->id);
	if (ret == 0 && !l->found)
		ret = look_ahead(l, err);
	arena_free(arena);
	ops_findings_free(ignored);
	return ret;
}

/* From the tip back, as far as it takes: who asks again asks soon. */
static int look_back(struct looking *l, const struct oid *tip, struct ops_error *err)
{
	struct oid id = *tip;
	int ret = look_at(&id, l, err);

	while (ret == 0 && !l->found && l->ahead.len) {
		l->ahead.len -= sizeof(id);
		memcpy(&id, l->ahead.data + l->ahead.len, sizeof(id));
		ret = look_at(&id, l, err);
	}
	return ret;
}

struct indexing {
	struct map *map;
	struct arena *arena;
	struct store *store;
};

static int index_one(const struct oid *id, void *payload, struct ops_error *err)
{
	struct indexing *x = payload;
	struct arena *arena = arena_new();
	struct ops_findings *ignored = ops_findings_new();
	char hex[OID_HEX + 1];
	struct commit c;
	struct message m;
	const char *act;
	int ret = arena && ignored ? commit_read(&c, x->store, id, arena, err) :
		  error_nomem(err);

	if (ret == 0 && message_parse(&m, arena, c.message, c.message_len, ignored, NULL) == 0 &&
	    (act = message_trailer(&m, "Ops-Id"))) {
		oid_hex(hex, id);
		if (map_put(x->map, act, arena_str(x->arena, hex)))
			ret = error_nomem(err);
	}
	arena_free(arena);
	ops_findings_free(ignored);
	return ret;
}

int key_index(struct map **out, struct arena *arena, struct ops_repo *repo,
	      const struct oid *tip, struct ops_error *err)
{
	struct indexing x = { map_new(arena), arena, repo->store };

	*out = x.map;
	return x.map ? history_walk(repo->store, tip, NULL, false, index_one, &x, err) :
	       error_nomem(err);
}

/* Whether a document that was acted on is the one that is meant now. */
static bool names(const struct message *m, const char *target)
{
	size_t i, len;
	const char *stem;

	for (i = 0; i < m->trailers_nr; i++) {
		if (strcmp(m->trailers[i].name, "Ops-Doc"))
			continue;
		len = path_stem(m->trailers[i].value, &stem);
		if (!strcmp(m->trailers[i].value, target) ||
		    (strlen(target) <= len && !strncmp(stem, target, strlen(target))))
			return true;
	}
	return false;
}

static int tell_act(struct draft *d, const struct message *m, size_t at, struct ops_error *err)
{
	const char *path = m->trailers[at].value, *stem, *arrow = NULL;
	const struct type *type = config_type_of_path(d->config, path);
	struct ops_act *act = draft_act(d, message_trailer(m, "Ops-Action"), NULL);
	size_t len = path_stem(path, &stem);

	if (!act)
		return error_nomem(err);
	act->type = type ? type->name : "";
	act->path = path;
	act->id = arena_dup(d->arena, stem, len);
	if (at + 1 < m->trailers_nr && !strcmp(m->trailers[at + 1].name, "Ops-Status"))
		arrow = strstr(m->trailers[at + 1].value, " -> ");
	if (arrow) {
		act->from = arena_dup(d->arena, m->trailers[at + 1].value,
				      (size_t)(arrow - m->trailers[at + 1].value));
		act->to = arrow + 4;
	}
	return act->id ? 0 : error_nomem(err);
}

static int tell(struct looking *l, const char *action, const struct ops_request *r,
		struct ops_error *err)
{
	struct draft *d = l->d;
	struct ops_findings *ignored = ops_findings_new();
	struct oid id = l->c.id;
	const char *was, *by;
	char hex[OID_HEX + 1];
	size_t i;
	int ret = ignored ? commit_read(&l->c, d->repo->store, &id, d->arena, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = message_parse(&l->m, d->arena, l->c.message, l->c.message_len, ignored,
				    err);
	ops_findings_free(ignored);
	if (ret)
		return ret;
	was = message_trailer(&l->m, "Ops-Action");
	by = message_trailer(&l->m, "Ops-Actor");
	oid_hex(hex, &id);
	if (!by || strcmp(by, d->actor_name))
		return error_set(err, OPS_EUSAGE, "the id of this key is that of commit %.10s by "
				 "'%s', who has no part in it; take another key", hex,
				 by ? by : "nobody");
	if (!was || (action && strcmp(was, action)) ||
	    (action && strcmp(action, "new") && strcmp(action, "batch") && r->target &&
	     !names(&l->m, r->target)))
		return error_set(err, OPS_EUSAGE, "this key was used already, for '%s'; take "
				 "another one", l->m.subject);
	for (i = 0; ret == 0 && i < l->m.trailers_nr; i++)
		if (!strcmp(l->m.trailers[i].name, "Ops-Doc"))
			ret = tell_act(d, &l->m, i, err);
	return ret;
}

int key_look(bool *found, struct oid *commit, const char **subject, struct draft *d,
	     const char *id, const char *action, const struct ops_request *r,
	     const struct map *index, struct ops_error *err)
{
	struct looking l = { .d = d, .id = id, .ahead = BUF_INIT, .arena = arena_new() };
	const char *known = index ? map_get(index, id) : NULL;
	struct oid there;
	int ret = 0;

	if (!l.arena)
		return error_nomem(err);
	/* The index does not say whether all of the history was there to be looked at. */
	if (known && oid_parse(&there, known))
		ret = look_at(&there, &l, err);
	else if (!d->plan->unborn && (!index || store_is_shallow(d->repo->store)))
		ret = look_back(&l, &d->plan->tip, err);
	if (ret == 0 && !l.found && l.cut && !d->repo->own_keys)
		ret = error_set(err, OPS_EENVIRONMENT, "this clone is shallow, so that nobody "
				"knows here whether it was done by this key before; git fetch "
				"--unshallow brings the history");
	buf_release(&l.ahead);
	arena_free(l.arena);
	l.arena = NULL;

	*found = ret == 0 && l.found;
	if (ret || !l.found)
		return ret;
	ret = tell(&l, action, r, err);
	*commit = l.c.id;
	*subject = l.m.subject;
	return ret;
}
