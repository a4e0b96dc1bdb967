/* SPDX-License-Identifier: MIT */
/*
 * What time it is: that of the commit, and for what is over at some time no earlier than
 * any since it came to be as it is.
 *
 * The place in history decides: a clock that was set back gains nothing once somebody
 * else has committed.  Must never make anything last longer.
 */

#include "judge/rules.h"
#include "store/past.h"

#define BACK_MAX 86400		/* seconds that clocks of two machines may be apart: as git's own
				   CUTOFF_DATE_SLOP */

int64_t rules_no_earlier(const struct judging *j)
{
	const struct past *past = snap_past(world_snap(j->c->before));

	return past && past->date > j->c->now ? past->date : j->c->now;
}

void rules_dated(struct judging *j)
{
	char before[DATE_TIME_LEN + 1], now[DATE_TIME_LEN + 1];
	int64_t earliest = rules_no_earlier(j);

	if (j->c->now > INT64_MAX - BACK_MAX || earliest <= j->c->now + BACK_MAX)
		return;
	date_time_format(before, earliest);
	date_time_format(now, j->c->now);
	findings_add(j->findings, "commit.dated-back", OPS_NOTE, NULL, 0, 0, NULL,
		     "it is dated %s, and the commit that it was made on %s: it came late, or "
		     "the date was chosen", now, before);
}

int rules_late(int64_t *out, struct judging *j, const char *path)
{
	const struct past *past = snap_past(world_snap(j->c->before));
	struct ops_error fault = { 0 };
	int64_t latest;
	int ret = past ? past->latest(&latest, past, path, &fault) : OPS_ENOTFOUND;

	*out = ret == 0 && latest > j->c->now ? latest : j->c->now;
	return ret == OPS_ENOTFOUND ? 0 : ret;
}
