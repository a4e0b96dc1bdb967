/* SPDX-License-Identifier: MIT */
/*
 * A set of ids.  An index names every object of its pack once, so the place of an id in it is
 * as good as the id, and takes a bit; that holds whatever the index says, for a place is only
 * had by the id that stands there.  Few are not worth as many bits as there are objects.
 */
#include "store/seen.h"

#include <stdlib.h>
#include <string.h>

#include "store/packs.h"
#include "store/repo.h"

#define FEW 4096

/* Where an id is, or would be. */
static struct oid *slot_of(const struct seen *seen, const struct oid *id)
{
	size_t at;

	memcpy(&at, id->id, sizeof(at));
	for (at &= seen->slots_nr - 1; !oid_is_zero(&seen->slots[at]);
	     at = (at + 1) & (seen->slots_nr - 1))
		if (oid_equal(&seen->slots[at], id))
			break;
	return &seen->slots[at];
}

/* Have so many slots, a power of two, and in them what is in none of the packs. */
static int move_slots(struct seen *seen, size_t slots_nr, struct ops_error *err)
{
	struct seen now = *seen;
	size_t i, place;

	now.slots_nr = slots_nr;
	now.nr = 0;
	now.slots = calloc(slots_nr, sizeof(*now.slots));
	if (!now.slots)
		return error_nomem(err);
	for (i = 0; i < seen->slots_nr; i++) {
		if (oid_is_zero(&seen->slots[i]))
			continue;
		if (now.bits && packs_place(&place, now.packs, &seen->slots[i])) {
			now.bits[place / 8] |= (unsigned char)(1u << place % 8);
			continue;
		}
		*slot_of(&now, &seen->slots[i]) = seen->slots[i];
		now.nr++;
	}
	free(seen->slots);
	*seen = now;
	return 0;
}

/* From here on bits are worth it. */
static int begin_bits(struct seen *seen, struct store *s, struct ops_error *err)
{
	size_t nr;

	seen->packs = repo_places(s);
	nr = seen->packs ? packs_count(seen->packs) : 0;
	if (!nr)
		return 0;
	seen->bits = calloc(1, nr / 8 + 1);
	return seen->bits ? move_slots(seen, seen->slots_nr, err) : error_nomem(err);
}

static int make_room(struct seen *seen, struct store *s, struct ops_error *err)
{
	int ret = 0;

	if (seen->nr == FEW && !seen->bits)
		ret = begin_bits(seen, s, err);
	if (ret == 0 && seen->nr * 4 >= seen->slots_nr * 3)
		ret = move_slots(seen, seen->slots_nr ? 2 * seen->slots_nr : 64, err);
	return ret;
}

int seen_add(bool *fresh, struct seen *seen, struct store *s, const struct oid *id,
	     struct ops_error *err)
{
	unsigned char bit;
	struct oid *slot;
	size_t place;
	int ret;

	*fresh = true;
	if (oid_is_zero(id))
		return 0;
	ret = make_room(seen, s, err);
	if (ret)
		return ret;
	if (seen->bits && packs_place(&place, seen->packs, id)) {
		bit = (unsigned char)(1u << place % 8);
		*fresh = !(seen->bits[place / 8] & bit);
		seen->bits[place / 8] |= bit;
		return 0;
	}
	slot = slot_of(seen, id);
	*fresh = oid_is_zero(slot);
	seen->nr += *fresh;
	*slot = *id;
	return 0;
}

void seen_release(struct seen *seen)
{
	free(seen->bits);
	free(seen->slots);
	memset(seen, 0, sizeof(*seen));
}
