/* SPDX-License-Identifier: MIT */
/*
 * Which of several names somebody may have meant.  A guess is only ever shown to a person;
 * nothing is done with it.
 */

#include "util/near.h"

#include <stdbool.h>
#include <string.h>
#include <strings.h>

#define NAME_MAX_BYTES 96

/* How many characters to add, drop, change or swap with the next. */
static size_t distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_BYTES + 1], la = strlen(a), lb = strlen(b), i, j;
	size_t *before = rows[0], *last = rows[1], *now = rows[2], *swap;

	if (la > NAME_MAX_BYTES || lb > NAME_MAX_BYTES)
		return NAME_MAX_BYTES;
	for (j = 0; j <= lb; j++)
		last[j] = j;
	for (i = 1; i <= la; i++) {
		now[0] = i;
		for (j = 1; j <= lb; j++) {
			now[j] = last[j - 1] + (a[i - 1] != b[j - 1]);
			if (last[j] + 1 < now[j])
				now[j] = last[j] + 1;
			if (now[j - 1] + 1 < now[j])
				now[j] = now[j - 1] + 1;
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] &&
			    before[j - 2] + 1 < now[j])
				now[j] = before[j - 2] + 1;
		}
		swap = before;
		before = last;
		last = now;
		now = swap;
	}
	return last[lb];
}

struct near_best near_best_of(const char *wanted)
{
	struct near_best best = { wanted, NULL, strlen(wanted) / 4 + 2, 0, 0 };

	/* A short name is near to everything. */
	if (strlen(wanted) < 5)
		best.distance = 2;
	return best;
}

/* Whether two names have the same digits in the same order: 12 is not nearly 13. */
static bool same_digits(const char *a, const char *b)
{
	static const char digits[] = "0123456789";

	do {
		a += strcspn(a, digits);
		b += strcspn(b, digits);
		if (*a != *b)
			return false;
	} while (*a++ && *b++);
	return true;
}

/* Which characters a name has, a bit for each (some share one). */
static uint64_t letters_of(const char *name)
{
	uint64_t set = 0;

	for (; *name; name++)
		set |= (uint64_t)1 << (*name & 63);
	return set;
}

/*
 * Whether their characters alone keep two names so far apart: what is added, dropped or
 * changed makes at most two of them differ, what is swapped none.
 */
static bool too_far(struct near_best *best, const char *name)
{
	uint64_t differ;
	size_t nr = 0;

	if (!best->letters)
		best->letters = letters_of(best->wanted);
	for (differ = best->letters ^ letters_of(name); differ; differ &= differ - 1)
		nr++;
	return nr > 2 * best->distance - 2;
}

void near_try(struct near_best *best, const char *name)
{
	size_t a, b = strlen(name), d;

	if (!best->len)
		best->len = strlen(best->wanted);
	a = best->len;
	if ((a > b ? a - b : b - a) >= best->distance)
		return;
	/* Case is none when all else is the same. */
	if (a == b && !strcasecmp(best->wanted, name))
		d = 0;
	else if (too_far(best, name) || !same_digits(best->wanted, name))
		return;
	else
		d = distance(best->wanted, name);
	if (d < best->distance) {
		best->distance = d;
		best->name = name;
	}
}
