/* SPDX-License-Identifier: MIT */
/*
 * Reading what the configuration says about work that is waited for, about breaking tasks
 * down, and about bottlenecks.
 */

#include <string.h>

#include "model/planning.h"

const char *const size_factor_names[SIZE_FACTORS] = { "complexity", "hours",
						      "dependencies", "unknowns" };
const char *const part_kind_names[PART_KINDS] = { "planning", "implementation",
						  "integration", "testing" };

static void read_part(struct part_plan *p, struct conf_reader *r, const struct conf *map,
		      const char *name)
{
	if (!conf_keys(r, map, arena_printf(r->arena, "part '%s'", name),
		       "type for share title work"))
		return;
	conf_text(r, map, "type", &p->type);
	conf_text(r, map, "for", &p->meant_for);
	conf_text(r, map, "title", &p->title);
	conf_text(r, map, "work", &p->work);
	planning_number(r, map, "share", 0, 1, &p->share);
	if (p->meant_for && !*p->meant_for)
		p->meant_for = NULL;
	if (!p->type || !*p->type || !p->title || !*p->title || !p->work || !*p->work)
		conf_wrong(r, map, NULL, "part '%s' needs 'type', 'title' and 'work'", name);
}

static void read_breakdown(struct breakdown *b, struct conf_reader *r,
			   const struct conf *map)
{
	const struct conf *one = conf_get(map, "factors");
	double least = 1, sum = 0;
	size_t i;

	if (!map || !conf_keys(r, map, "'breakdown'",
			       "factors at-least components unknowns parts"))
		return;
	if (conf_keys(r, one, "'factors'", "complexity hours dependencies unknowns"))
		for (i = 0; i < SIZE_FACTORS; i++)
			planning_number(r, one, size_factor_names[i], 0, 1e9,
					&b->factor[i]);
	planning_number(r, map, "at-least", 1, SIZE_FACTORS, &least);
	b->at_least = (unsigned)least;
	if (least != (double)b->at_least)
		conf_wrong(r, conf_get(map, "at-least"), NULL,
			   "'at-least' must be a whole number");
	conf_text(r, map, "components", &b->components);
	conf_names(r, map, "unknowns", &b->unknowns);
	one = conf_get(map, "parts");
	if (!conf_keys(r, one, "'parts'", "planning implementation integration testing"))
		return;
	for (i = 0; i < PART_KINDS; i++) {
		read_part(&b->part[i], r, conf_get(one, part_kind_names[i]),
			  part_kind_names[i]);
		sum += b->part[i].share;
	}
	if (sum < 1 - 1e-9 || sum > 1 + 1e-9)
		conf_wrong(r, one, "write all of them",
			   "the shares of 'parts' sum to %g, and must sum to 1", sum);
}

void planning_read_parts(struct planning *out, struct conf_reader *r,
			 const struct conf *root)
{
	const struct conf *map = conf_get(root, "dependencies");
	double raise = 0;

	if (map && conf_keys(r, map, "'dependencies'", "raise"))
		planning_number(r, map, "raise", 0, 100, &raise);
	out->raise = (unsigned)raise;
	if (raise != (double)out->raise)
		conf_wrong(r, conf_get(map, "raise"), NULL,
			   "'raise' must be a whole number");
	read_breakdown(&out->breakdown, r, conf_get(root, "breakdown"));
	map = conf_get(root, "bottlenecks");
	if (map && conf_keys(r, map, "'bottlenecks'", "capability utilisation messages")) {
		planning_number(r, map, "capability", 0, 1, &out->gap);
		planning_number(r, map, "utilisation", 0, 1, &out->tight);
		planning_number(r, map, "messages", 0, 1e9, &out->messages);
	}
}
