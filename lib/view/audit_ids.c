/* SPDX-License-Identifier: MIT */
/*
 * The ids of the acts of a history, to find one that is there twice.
 *
 * Never holds the ids themselves: sixteen bytes of their digest stand for them, whatever
 * they look like, so that a long history needs sixty bytes for each of its commits.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

#include "text/message.h"
#include "util/arena.h"
#include "util/digest.h"

#define ID_BYTES 16

/* The first bytes of the digest of a text. */
static void shorten(unsigned char out[ID_BYTES], const char *text)
{
	char hex[DIGEST_HEX + 1];
	size_t i;

	digest_of(text, strlen(text), hex);
	for (i = 0; i < ID_BYTES; i++) {
		const char *digits = "0123456789abcdef";

		out[i] = (unsigned char)((strchr(digits, hex[2 * i]) - digits) << 4 |
					 (strchr(digits, hex[2 * i + 1]) - digits));
	}
}

static uint32_t *find_slot(const struct audit_ids *ids, const unsigned char *id)
{
	uint32_t at;

	memcpy(&at, id, sizeof(at));
	for (at &= (uint32_t)ids->slots_nr - 1; ids->slots[at];
	     at = (at + 1) & ((uint32_t)ids->slots_nr - 1))
		if (!memcmp(ids->list[ids->slots[at] - 1].id, id, ID_BYTES))
			break;
	return &ids->slots[at];
}

static int grow(struct audit_ids *ids)
{
	size_t i, more = ids->slots_nr ? ids->slots_nr * 2 : 256;
	struct audit_id *list = realloc(ids->list, more / 2 * sizeof(*list));
	uint32_t *slots = calloc(more, sizeof(*slots));

	if (list)
		ids->list = list;
	if (!list || !slots || more > UINT32_MAX / 2) {
		free(slots);
		return OPS_ENOMEM;
	}
	free(ids->slots);
	ids->slots = slots;
	ids->slots_nr = more;
	ids->room = more / 2;
	for (i = 0; i < ids->nr; i++)
		*find_slot(ids, ids->list[i].id) = (uint32_t)i + 1;
	return 0;
}

static int by_id(const void *key, const void *entry)
{
	return memcmp(key, ((const struct audit_id *)entry)->id, ID_BYTES);
}

int audit_ids_add(bool *found, struct oid *first, struct verifying *v, const char *id,
		  const struct oid *commit, struct ops_error *err)
{
	struct audit_ids *ids = &v->ids;
	const struct audit_id *known;
	unsigned char key[ID_BYTES];
	uint32_t *slot = NULL;

	if (ids->nr == ids->room && grow(ids))
		return error_nomem(err);
	shorten(key, id);
	known = v->past.ids_nr ? bsearch(key, v->past.ids, v->past.ids_nr, sizeof(*known),
					 by_id) : NULL;
	if (!known) {
		slot = find_slot(ids, key);
		known = *slot ? &ids->list[*slot - 1] : NULL;
	}
	/* One that had findings is judged again, and is not its own replay. */
	*found = known && !oid_equal(&known->commit, commit);
	if (*found)
		*first = known->commit;
	if (known)
		return 0;
	memcpy(ids->list[ids->nr].id, key, ID_BYTES);
	ids->list[ids->nr].commit = *commit;
	*slot = (uint32_t)++ids->nr;
	return 0;
}

void audit_ids_release(struct audit_ids *ids)
{
	free(ids->list);
	free(ids->slots);
	memset(ids, 0, sizeof(*ids));
}

/* --- what was there before a range --- */

struct earlier {
	struct verifying *v;
	struct arena *arena;
	struct ops_findings *ignored;
	struct map *ids;		/* of the range; NULL: that is looked for now */
	size_t left;
};

/* The id of the act that a commit tells, as it is judged; NULL: of none. */
static const char *id_of(struct earlier *e, const struct commit *c, struct arena *arena)
{
	struct message m;

	return message_parse(&m, arena, c->message, c->message_len, e->ignored, NULL) == 0 ?
	       message_trailer(&m, "Ops-Id") : NULL;
}

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
	struct commit c;
	struct oid first;
	bool found;
	int ret = commit_read(&c, e->v->repo->store, id, e->arena, err);

	if (ret == 0 && may_tell(e, &c))
		text = id_of(e, &c, e->arena);
	if (text)
		ret = audit_ids_add(&found, &first, e->v, text, id, err);
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
		text = ret == 0 && may_tell(e, &c) ? id_of(e, &c, e->arena) : NULL;
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
	struct earlier e = { v, arena_new(), ops_findings_new(), NULL, 0 };
	struct arena *keep = arena_new();
	struct map *ids = keep ? map_new(keep) : NULL;
	int ret = e.arena && e.ignored && ids ? 0 : error_nomem(err);

	if (ret == 0)
		ret = list_ids(&e, ids, keep, list, nr, err);
	e.ids = ids;
	if (ret == 0 && e.left)
		ret = history_walk(v->repo->store, tip, NULL, true, add_earlier, &e, err);
	ops_findings_free(e.ignored);
	arena_free(e.arena);
	arena_free(keep);
	return ret;
}
