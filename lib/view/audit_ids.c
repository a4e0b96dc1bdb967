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
