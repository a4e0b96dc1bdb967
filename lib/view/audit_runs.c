/* SPDX-License-Identifier: MIT */
/*
 * Where the ids of the acts of a history are kept: the last ones in a small table, the others
 * in sorted runs, which are files when they are long (store/spill.h).
 *
 * Invariant: a run is longer than the one behind it, for a new one takes in those that are not;
 * so there are few, an id is copied as few times, and whether one is there is asked of few.
 */

#include "view/audit_inside.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#define FRESH 1024
#define SLOTS (2 * FRESH)

struct audit_fresh {
	struct audit_id list[FRESH];
	uint16_t slots[SLOTS];		/* place in the list + 1, by key; 0: free */
	size_t nr;
};

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct audit_id));
}

uint64_t audit_id_key(const struct audit_id *id)
{
	uint64_t key = 0;
	size_t i;

	for (i = 0; i < sizeof(id->key); i++)
		key = key << 8 | id->key[i];
	return key;
}

const struct audit_id *audit_fresh_next(const struct audit_fresh *fresh, uint64_t key,
					const struct audit_id *last)
{
	size_t at = (size_t)key % SLOTS, place;
	bool passed = !last;

	for (; fresh->slots[at]; at = (at + 1) % SLOTS) {
		place = fresh->slots[at] - 1u;
		if (passed && audit_id_key(&fresh->list[place]) == key)
			return &fresh->list[place];
		passed = passed || &fresh->list[place] == last;
	}
	return NULL;
}

/* Make of two runs, the second of which is none any more, one in the place of the first. */
static int join(struct audit_run *a, struct audit_run *b, struct store *store,
		struct ops_error *err)
{
	struct spill joined = { .store = store };
	size_t i = 0, k = 0;
	void *all = NULL;
	int ret = 0;

	while (ret == 0 && (i < a->nr || k < b->nr)) {
		bool first = k == b->nr || (i < a->nr && by_id(&a->list[i], &b->list[k]) < 0);

		ret = spill_add(&joined, first ? &a->list[i++] : &b->list[k++],
				sizeof(*a->list), err);
	}
	if (ret == 0)
		ret = spill_all(&all, &joined, err);
	if (ret) {
		spill_release(&joined);
		return ret;
	}
	spill_release(&a->bytes);
	spill_release(&b->bytes);
	a->bytes = joined;
	a->list = all;
	a->nr += b->nr;
	return 0;
}

/* Join the last run with the one before, as long as there is one that is longer by not more
 * than `longer`. */
static int join_last(struct audit_ids *ids, size_t longer, struct store *store,
		     struct ops_error *err)
{
	struct audit_run *last;
	int ret = 0;

	while (ret == 0 && ids->runs_nr > 1) {
		last = &ids->runs[ids->runs_nr - 1];
		if (last[-1].nr > last->nr && last[-1].nr - last->nr > longer)
			break;
		ret = join(last - 1, last, store, err);
		ids->runs_nr -= ret == 0;
	}
	return ret;
}

/* Make a run of the table. */
static int empty_table(struct audit_ids *ids, struct store *store, struct ops_error *err)
{
	struct audit_fresh *fresh = ids->fresh;
	struct audit_run run = { .bytes = { .store = store }, .nr = fresh->nr };
	void *all = NULL;
	int ret;

	qsort(fresh->list, fresh->nr, sizeof(*fresh->list), by_id);
	ret = spill_add(&run.bytes, fresh->list, fresh->nr * sizeof(*fresh->list), err);
	if (ret == 0)
		ret = spill_all(&all, &run.bytes, err);
	if (ret) {
		spill_release(&run.bytes);
		return ret;
	}
	run.list = all;
	assert(ids->runs_nr < AUDIT_RUNS);
	ids->runs[ids->runs_nr++] = run;
	memset(fresh->slots, 0, sizeof(fresh->slots));
	fresh->nr = 0;
	return 0;
}

int audit_ids_put(struct verifying *v, uint64_t key, const struct oid *commit,
		  struct ops_error *err)
{
	struct audit_ids *ids = &v->ids;
	struct store *store = v->repo->store;
	struct audit_id *id;
	size_t at = (size_t)key % SLOTS, i;
	int ret = 0;

	if (!ids->fresh && !(ids->fresh = calloc(1, sizeof(*ids->fresh))))
		return error_nomem(err);
	if (ids->fresh->nr == FRESH) {
		ret = empty_table(ids, store, err);
		if (ret == 0)
			ret = join_last(ids, 0, store, err);
	}
	if (ret)
		return ret;
	id = &ids->fresh->list[ids->fresh->nr++];
	for (i = 0; i < sizeof(id->key); i++)
		id->key[i] = (unsigned char)(key >> 8 * (7 - i));
	id->commit = *commit;
	while (ids->fresh->slots[at])
		at = (at + 1) % SLOTS;
	ids->fresh->slots[at] = (uint16_t)ids->fresh->nr;
	return 0;
}

int audit_ids_sort(const struct audit_id **list, size_t *nr, struct verifying *v,
		   struct ops_error *err)
{
	struct audit_ids *ids = &v->ids;
	struct store *store = v->repo->store;
	int ret = 0;

	if (ids->fresh && ids->fresh->nr)
		ret = empty_table(ids, store, err);
	if (ret == 0)
		ret = join_last(ids, SIZE_MAX, store, err);
	if (ret)
		return ret;
	*list = ids->runs_nr ? ids->runs[0].list : NULL;
	*nr = ids->runs_nr ? ids->runs[0].nr : 0;
	return 0;
}

void audit_ids_rest(struct audit_ids *ids)
{
	size_t i;

	for (i = 0; i < ids->runs_nr; i++)
		spill_rest(&ids->runs[i].bytes, ids->runs[i].nr * sizeof(*ids->runs[i].list));
}

void audit_ids_release(struct audit_ids *ids)
{
	while (ids->runs_nr)
		spill_release(&ids->runs[--ids->runs_nr].bytes);
	free(ids->fresh);
	memset(ids, 0, sizeof(*ids));
}
