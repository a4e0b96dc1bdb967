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

int rules_late(int64_t *out, struct judging *j, const char *path)
{
	const struct past *past = snap_past(world_snap(j->c->before));
	struct ops_error fault = { 0 };
	int64_t latest;
	int ret = past ? past->latest(&latest, past, path, &fault) : OPS_ENOTFOUND;

	*out = ret == 0 && latest > j->c->now ? latest : j->c->now;
	return ret == OPS_ENOTFOUND ? 0 : ret;
}
