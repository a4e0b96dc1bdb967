/* SPDX-License-Identifier: MIT */
/*
 * Limits of waivers, as data.  A rule that nobody thought of when they were written may
 * not be waived.
 */
#include "model/waiver.h"

#include <string.h>

#include "util/shape.h"

void waiver_limits_read(struct waiver_limits *out, struct conf_reader *r,
			const struct conf *map)
{
	const char *period = NULL;

	if (!map || !conf_keys(r, map, "'waivers'", "rules never everywhere longest"))
		return;
	conf_names(r, map, "rules", &out->rules);
	conf_names(r, map, "never", &out->never);
	conf_names(r, map, "everywhere", &out->everywhere);
	conf_text(r, map, "longest", &period);
	if (!period || !period_parse(&out->longest, period))
		conf_wrong(r, map, "write longest: 90 days", "'longest' is no period");
}

static bool among(const struct names *forms, const char *rule)
{
	size_t i;

	for (i = 0; i < forms->nr; i++)
		if (shape_form(forms->list[i], rule, strlen(rule)))
			return true;
	return false;
}

bool waiver_allows(const struct waiver_limits *l, const char *rule)
{
	return among(&l->rules, rule) && !among(&l->never, rule);
}

bool waiver_allows_everywhere(const struct waiver_limits *l, const char *rule)
{
	return among(&l->everywhere, rule);
}
