/* SPDX-License-Identifier: MIT */
/*
 * The ids of the acts of a history, to find one that is there twice.
 *
 * Never holds the ids themselves: of each, eight bytes of a digest, and the commit.  Where
 * those are alike the commit is read again, so nothing is decided by a part of a digest.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

#include "text/message.h"
#include "util/arena.h"
#include "util/digest.h"

/* The first bytes of the digest of an id, never zero. */
static uint64_t key_of(const char *text)
{
	char hex[DIGEST_HEX + 1], digits[17];
	uint64_t key;

	digest_of(text, strlen(text), hex);
	memcpy(digits, hex, 16);
	digits[16] = '\0';
	key = strtoull(digits, NULL, 16);
	return key ? key : 1;
}

/* The id of the act that a commit tells, as it is judged; NULL: of none. */
static const char *id_of(const struct commit *c, struct arena *arena)
{
	struct ops_findings *ignored = ops_findings_new();
	const char *id = NULL;
	struct message m;

	if (ignored && message_parse(&m, arena, c->message, c->message_len, ignored, NULL) == 0)
		id = message_trailer(&m, "Ops-Id");
	ops_findings_free(ignored);
	return id;
}

/* Looking for one. */
struct asking {
	struct verifying *v;
	const char *id;
	uint64_t key;
	struct oid found;
	struct arena *scratch;
};

/* Whether that commit has the id. */
static int ask_commit(bool *has, struct asking *a, const struct oid *commit,
		      struct ops_error *err)
{
	struct commit c;
	const char *id;
	int ret;

	if (!a->scratch && !(a->scratch = arena_new()))
		return error_nomem(err);
	ret = commit_read(&c, a->v->repo->store, commit, a->scratch, err);
	id = ret == 0 ? id_of(&c, a->scratch) : NULL;
	*has = id && !strcmp(id, a->id);
	if (*has)
		a->found = *commit;
	arena_clear(a->scratch);
	return ret;
}

static int ask_sorted(bool *has, struct asking *a, const struct audit_id *list, size_t nr,
		      struct ops_error *err)
{
	size_t low = 0, high = nr, middle;
	int ret = 0;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (audit_id_key(&list[middle]) < a->key)
			low = middle + 1;
		else
			high = middle;
	}
	for (; ret == 0 && !*has && low < nr && audit_id_key(&list[low]) == a->key; low++)
		ret = ask_commit(has, a, &list[low].commit, err);
	return ret;
}

static int ask_fresh(bool *has, struct asking *a, const struct audit_fresh *fresh,
		     struct ops_error *err)
{
	const struct audit_id *id = NULL;
	int ret = 0;

	while (ret == 0 && !*has && (id = audit_fresh_next(fresh, a->key, id)))
		ret = ask_commit(has, a, &id->commit, err);
	return ret;
}

/* Whether a commit before this one has it. */
static int ask_all(bool *has, struct asking *a, struct ops_error *err)
{
	const struct audit_ids *ids = &a->v->ids;
	const struct audit_past *p = &a->v->past;
	const struct oid *earlier = map_get(ids->earlier, a->id);
	size_t i;
	int ret = 0;

	*has = earlier != NULL;
	if (earlier)
		a->found = *earlier;
	if (!*has && p->ids)
		ret = ask_sorted(has, a, p->ids, p->ids_nr, err);
	for (i = 0; ret == 0 && !*has && i < ids->runs_nr; i++)
		ret = ask_sorted(has, a, ids->runs[i].list, ids->runs[i].nr, err);
	if (ret == 0 && !*has && ids->fresh)
		ret = ask_fresh(has, a, ids->fresh, err);
	return ret;
}

int audit_ids_add(bool *found, struct oid *first, const struct judged *j,
		  struct ops_error *err)
{
	struct asking a = { .v = j->v, .id = j->act_id, .key = key_of(j->act_id) };
	bool has;
	int ret = ask_all(&has, &a, err);

	arena_free(a.scratch);
	if (ret == 0 && !has)
		ret = audit_ids_put(j->v, a.key, &j->commit.id, err);
	if (ret)
		return ret;
	/* One that had findings is judged again, and is not its own replay. */
	*found = has && !oid_equal(&a.found, &j->commit.id);
	if (*found)
		*first = a.found;
	return 0;
}

/* --- what was there before a range --- */

struct earlier {
	struct verifying *v;
	struct arena *arena;
	struct map *ids;		/* of the range; NULL: that is looked for now */
	bool any;			/* the range has one */
};

/* Whether a line of the message may be one of them: parsing all would cost far more. */
static bool may_tell(struct earlier *e, const struct commit *c)
{
	static const char word[] = "\nOps-Id: ";
	const char *at = c->message, *end = c->message + c->message_len, *text, *lf;
	size_t len = sizeof(word) - 1;

	while ((at = memmem(at, (size_t)(end - at), word, len))) {
		at += len;
		lf = memchr(at, '\n', (size_t)(end - at));
		text = arena_dup(e->arena, at, (size_t)((lf ? lf : end) - at));
		if (!e->ids || !text || map_get(e->ids, text))
			return true;
	}
	return false;
}

static int add_earlier(const struct commit *c, void *payload, struct ops_error *err)
{
	struct earlier *e = payload;
	const char *text = may_tell(e, c) ? id_of(c, e->arena) : NULL;
	struct oid *copy;
	int ret = 0;

	/* Of those that have the same the last one is told. */
	if (text && map_has(e->ids, text) && !map_has(e->v->ids.earlier, text)) {
		copy = arena_alloc(e->v->arena, sizeof(*copy));
		if (copy)
			*copy = c->id;
		if (!copy || map_put(e->v->ids.earlier, text, copy))
			ret = error_nomem(err);
	}
	arena_clear(e->arena);
	return ret;
}

/* The ids of the range; none is left out for its form. */
static int list_ids(struct earlier *e, struct map *ids, struct arena *keep,
		    const struct oid *list, size_t nr, struct ops_error *err)
{
	struct commit c;
	const char *text;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		ret = commit_read(&c, e->v->repo->store, &list[i], e->arena, err);
		text = ret == 0 && may_tell(e, &c) ? id_of(&c, e->arena) : NULL;
		text = text ? arena_str(keep, text) : NULL;
		if (text) {
			ret = map_put(ids, text, e) < 0 ? error_nomem(err) : 0;
			e->any = true;
		}
		arena_clear(e->arena);
	}
	return ret;
}

int audit_ids_before(struct verifying *v, const struct oid *list, size_t nr,
		     struct ops_error *err)
{
	struct earlier e = { v, arena_new(), NULL, false };
	struct arena *keep = arena_new();
	struct map *ids = keep ? map_new(keep) : NULL;
	int ret = 0;

	v->ids.earlier = map_new(v->arena);
	if (!e.arena || !ids || !v->ids.earlier)
		ret = error_nomem(err);
	if (ret == 0)
		ret = list_ids(&e, ids, keep, list, nr, err);
	e.ids = ids;
	if (ret == 0 && e.any)
		ret = history_before(v->repo->store, list, nr, v->calls->earlier, add_earlier,
				     &e, err);
	arena_free(e.arena);
	arena_free(keep);
	return ret;
}
