/* SPDX-License-Identifier: MIT */
/*
 * The ids of the acts of a history, to find one that is there twice.
 *
 * Never holds the ids themselves, nor the commits, which are in the lists that are judged:
 * of each commit, eight bytes of a digest and five of a table that leads to them.  Where
 * those are alike the commit is read again, so nothing is decided by a part of a digest.
 */

#include "view/audit_inside.h"

#include <assert.h>
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

int audit_ids_room(struct verifying *v, size_t nr, struct ops_error *err)
{
	struct audit_ids *ids = &v->ids;

	if (nr >= UINT32_MAX / 2)
		return error_nomem(err);
	ids->keys = calloc(nr + 1, sizeof(*ids->keys));
	ids->slots_nr = nr + nr / 3 + 2;
	ids->slots = calloc(ids->slots_nr, sizeof(*ids->slots));
	ids->room = nr;
	return ids->keys && ids->slots ? 0 : error_nomem(err);
}

int audit_ids_list(struct verifying *v, const struct oid *list, size_t nr,
		   struct ops_error *err)
{
	struct audit_ids *ids = &v->ids;
	int ret = ids->keys ? 0 : audit_ids_room(v, nr, err);

	if (ret)
		return ret;
	assert(ids->lists_nr < AUDIT_LISTS && nr <= ids->room - ids->nr);
	ids->lists[ids->lists_nr].list = list;
	ids->lists[ids->lists_nr++].start = ids->nr;
	ids->nr += nr;
	return 0;
}

const struct oid *audit_ids_commit(const struct audit_ids *ids, size_t place)
{
	size_t i = ids->lists_nr - 1;

	while (ids->lists[i].start > place)
		i--;
	return &ids->lists[i].list[place - ids->lists[i].start];
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

/* Those of the past are sorted by their keys. */
static int ask_past(bool *has, struct asking *a, struct ops_error *err)
{
	const struct audit_past *p = &a->v->past;
	size_t low = 0, high = p->ids ? p->ids_nr : 0, middle;
	int ret = 0;

	while (low < high) {
		middle = low + (high - low) / 2;
		if (audit_id_key(&p->ids[middle]) < a->key)
			low = middle + 1;
		else
			high = middle;
	}
	for (; ret == 0 && !*has && p->ids && low < p->ids_nr &&
	       audit_id_key(&p->ids[low]) == a->key; low++)
		ret = ask_commit(has, a, &p->ids[low].commit, err);
	return ret;
}

/* Those of the lists at hand; *slot is where it would be. */
static int ask_present(bool *has, uint32_t **slot, struct asking *a, struct ops_error *err)
{
	struct audit_ids *ids = &a->v->ids;
	size_t at = (size_t)((a->key >> 32) * ids->slots_nr >> 32);
	int ret = 0;

	for (; ret == 0 && !*has && ids->slots[at]; at = at + 1 < ids->slots_nr ? at + 1 : 0)
		if (ids->keys[ids->slots[at] - 1] == a->key)
			ret = ask_commit(has, a, audit_ids_commit(ids, ids->slots[at] - 1),
					 err);
	*slot = &ids->slots[at];
	return ret;
}

int audit_ids_add(bool *found, struct oid *first, const struct judged *j,
		  struct ops_error *err)
{
	struct audit_ids *ids = &j->v->ids;
	struct asking a = { .v = j->v, .id = j->act_id, .key = key_of(j->act_id) };
	const struct oid *earlier = map_get(ids->earlier, j->act_id);
	size_t place = ids->lists[ids->lists_nr - 1].start + j->at;
	uint32_t *slot = NULL;
	bool has = earlier != NULL;
	int ret = 0;

	if (has)
		a.found = *earlier;
	else
		ret = ask_past(&has, &a, err);
	if (ret == 0 && !has)
		ret = ask_present(&has, &slot, &a, err);
	arena_free(a.scratch);
	if (ret)
		return ret;
	/* One that had findings is judged again, and is not its own replay. */
	*found = has && !oid_equal(&a.found, &j->commit.id);
	if (*found)
		*first = a.found;
	if (!has) {
		ids->keys[place] = a.key;
		*slot = (uint32_t)place + 1;
	}
	return 0;
}

/* Whether what one slot leads to comes before what another does. */
static bool slot_before(const struct audit_ids *ids, size_t a, size_t b)
{
	size_t x = ids->slots[a] - 1, y = ids->slots[b] - 1;

	if (ids->keys[x] != ids->keys[y])
		return ids->keys[x] < ids->keys[y];
	return memcmp(audit_ids_commit(ids, x), audit_ids_commit(ids, y), sizeof(struct oid)) < 0;
}

static void swap_slots(struct audit_ids *ids, size_t a, size_t b)
{
	uint32_t kept = ids->slots[a];

	ids->slots[a] = ids->slots[b];
	ids->slots[b] = kept;
}

/* Let the one at the top of a heap sink to where it belongs. */
static void sink(struct audit_ids *ids, size_t top, size_t nr)
{
	size_t child;

	for (; (child = 2 * top + 1) < nr; top = child) {
		if (child + 1 < nr && slot_before(ids, child, child + 1))
			child++;
		if (!slot_before(ids, top, child))
			break;
		swap_slots(ids, top, child);
	}
}

/* In place: sorting copies would be the most memory that an audit needs. */
size_t audit_ids_sort(struct audit_ids *ids)
{
	size_t i, nr = 0;

	for (i = 0; i < ids->slots_nr; i++)
		if (ids->slots[i])
			ids->slots[nr++] = ids->slots[i];
	for (i = nr / 2; i-- > 0;)
		sink(ids, i, nr);
	for (i = nr; i-- > 1;) {
		swap_slots(ids, 0, i);
		sink(ids, 0, i);
	}
	return nr;
}

void audit_ids_release(struct audit_ids *ids)
{
	free(ids->keys);
	free(ids->slots);
	memset(ids, 0, sizeof(*ids));
}

/* --- what was there before a range --- */

struct earlier {
	struct verifying *v;
	struct arena *arena;
	struct map *ids;		/* of the range; NULL: that is looked for now */
	size_t left;
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

static int add_earlier(const struct oid *id, void *payload, struct ops_error *err)
{
	struct earlier *e = payload;
	const char *text = NULL;
	struct oid *copy;
	struct commit c;
	int ret = commit_read(&c, e->v->repo->store, id, e->arena, err);

	if (ret == 0 && may_tell(e, &c))
		text = id_of(&c, e->arena);
	/* Of those that have the same the last one is told. */
	if (text && map_has(e->ids, text) && !map_has(e->v->ids.earlier, text)) {
		copy = arena_alloc(e->v->arena, sizeof(*copy));
		if (copy)
			*copy = *id;
		if (!copy || map_put(e->v->ids.earlier, text, copy))
			ret = error_nomem(err);
	}
	arena_clear(e->arena);
	return ret ? ret : --e->left == 0;
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
			e->left = e->v->calls->earlier;
		}
		arena_clear(e->arena);
	}
	return ret;
}

int audit_ids_before(struct verifying *v, const struct oid *tip, const struct oid *list,
		     size_t nr, struct ops_error *err)
{
	struct earlier e = { v, arena_new(), NULL, 0 };
	struct arena *keep = arena_new();
	struct map *ids = keep ? map_new(keep) : NULL;
	int ret = 0;

	v->ids.earlier = map_new(v->arena);
	if (!e.arena || !ids || !v->ids.earlier)
		ret = error_nomem(err);
	if (ret == 0)
		ret = list_ids(&e, ids, keep, list, nr, err);
	e.ids = ids;
	if (ret == 0 && e.left)
		ret = history_walk(v->repo->store, tip, NULL, true, add_earlier, &e, err);
	arena_free(e.arena);
	arena_free(keep);
	return ret;
}
