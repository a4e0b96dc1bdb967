/* SPDX-License-Identifier: MIT */
/*
 * Reading the part of the configuration that planning uses.
 *
 * Numbers that would make a plan meaningless are mistakes here, so that no formula has to
 * defend itself: weights are from 0 to 1 and sum to 1, a day has hours, a week has days.
 */

#include "model/planning.h"

#include <stdlib.h>
#include <string.h>

#define SPAN_MAX 4000		/* days of all ranges together */

const char *const factor_names[FACTORS] = { "capability", "workload", "performance",
					    "cohesion" };
const char *const part_names[PARTS] = { "success", "efficiency", "quality" };

unsigned planning_days(const struct names *names)
{
	static const char *const days[] = { "Mon", "Tue", "Wed", "Thu", "Fri", "Sat",
					    "Sun" };
	unsigned set = 0;
	size_t i, k;

	for (i = 0; i < names->nr; i++) {
		for (k = 0; k < 7 && strcmp(names->list[i], days[k]); k++)
			;
		if (k == 7)
			return 0;
		set |= 1u << k;
	}
	return set;
}

/* "2026-02-01" or "2026-02-01..2026-02-14" */
static bool read_range(int64_t *from, int64_t *to, const char *text)
{
	const char *dots = strstr(text, "..");
	char first[DATE_LEN + 1];
	struct date a, b;

	if (dots && dots - text == DATE_LEN) {
		memcpy(first, text, DATE_LEN);
		first[DATE_LEN] = '\0';
		if (!date_parse(&a, first) || !date_parse(&b, dots + 2))
			return false;
	} else if (date_parse(&a, text)) {
		b = a;
	} else {
		return false;
	}
	*from = date_to_days(a);
	*to = date_to_days(b);
	return *to >= *from;
}

static int compare_days(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

int planning_dates(int64_t **out, size_t *nr, const char **fault, struct arena *arena,
		   const struct names *names)
{
	int64_t from, to, *list;
	size_t i, count = 0, kept = 0;

	*fault = NULL;
	for (i = 0; i < names->nr; i++) {
		if (!read_range(&from, &to, names->list[i]) || to - from >= SPAN_MAX ||
		    (count += (size_t)(to - from) + 1) > SPAN_MAX) {
			*fault = names->list[i];
			return 0;
		}
	}
	list = arena_array(arena, count + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	count = 0;
	for (i = 0; i < names->nr; i++)
		if (read_range(&from, &to, names->list[i]))
			for (; from <= to; from++)
				list[count++] = from;
	qsort(list, count, sizeof(*list), compare_days);
	for (i = 0; i < count; i++)
		if (!kept || list[kept - 1] != list[i])
			list[kept++] = list[i];
	*out = list;
	*nr = kept;
	return 0;
}

/* A number of that range, which must be there. */
void planning_number(struct conf_reader *r, const struct conf *map, const char *key,
		     double min, double max, double *out)
{
	bool present = false;
	double n = 0;

	conf_number(r, map, key, &n, &present);
	if (present && n >= min && n <= max)
		*out = n;
	else if (present)
		conf_wrong(r, conf_get(map, key), NULL, "'%s' must be from %g to %g", key,
			   min, max);
}

/* Weights of these names, which sum to 1. */
static void read_weights(struct conf_reader *r, const struct conf *map, const char *what,
			 const char *const *names, size_t nr, double *out)
{
	double sum = 0;
	size_t i;

	for (i = 0; i < nr; i++) {
		planning_number(r, map, names[i], 0, 1, &out[i]);
		sum += out[i];
	}
	if (sum < 1 - 1e-9 || sum > 1 + 1e-9)
		conf_wrong(r, map, "write all of them",
			   "the weights of '%s' sum to %g, and must sum to 1", what, sum);
}

static void read_expertise(struct planning *p, struct conf_reader *r,
			   const struct conf *map, const struct conf *departments)
{
	size_t i, k;

	if (!map)
		return;
	if (map->kind != YAML_MAP) {
		conf_wrong(r, map, NULL, "'departments' must be a mapping");
		return;
	}
	p->expertise = arena_array(r->arena, conf_count(map) + 1, sizeof(*p->expertise));
	if (!p->expertise) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		struct expertise *e = &p->expertise[p->expertise_nr++];

		e->type = conf_at(map, i)->key;
		conf_names(r, map, e->type, &e->departments);
		for (k = 0; k < e->departments.nr; k++)
			if (!conf_get(departments, e->departments.list[k]))
				conf_wrong(r, conf_at(map, i)->value, NULL,
					   "'%s' is no department", e->departments.list[k]);
	}
}

static void read_selection(struct planning *p, struct conf_reader *r,
			   const struct conf *map, const struct conf *departments)
{
	const struct conf *weights, *parts;
	const char *period = NULL;
	double limit = 0;

	if (!map || !conf_keys(r, map, "'selection'", "weights threshold performance "
			       "no-history no-project history max-concurrent departments"))
		return;
	weights = conf_get(map, "weights");
	if (conf_keys(r, weights, "'weights'", "capability workload performance cohesion"))
		read_weights(r, weights, "selection", factor_names, FACTORS, p->weight);
	parts = conf_get(map, "performance");
	if (conf_keys(r, parts, "'performance'", "success efficiency quality"))
		read_weights(r, parts, "performance", part_names, PARTS, p->part);
	planning_number(r, map, "threshold", 0, 1, &p->threshold);
	planning_number(r, map, "no-history", 0, 1, &p->no_history);
	planning_number(r, map, "no-project", 0, 1, &p->no_project);
	planning_number(r, map, "max-concurrent", 0, 100000, &limit);
	p->max_concurrent = (unsigned)limit;
	if (limit != (double)p->max_concurrent)
		conf_wrong(r, conf_get(map, "max-concurrent"), NULL,
			   "'max-concurrent' must be a whole number");
	conf_text(r, map, "history", &period);
	if (!period || !period_parse(&p->history, period))
		conf_wrong(r, conf_get(map, "history"), "write for example 12 months",
			   "'%s' is no period", period ? period : "history");
	read_expertise(p, r, conf_get(map, "departments"), departments);
}

static void read_calendar(struct planning *p, struct conf_reader *r,
			  const struct conf *map)
{
	struct names names = { NULL, 0 }, days = { NULL, 0 };
	const char *fault = NULL;

	if (!map || !conf_keys(r, map, "'calendar'", "working-days hours-per-day holidays"))
		return;
	conf_names(r, map, "working-days", &days);
	p->working_days = planning_days(&days);
	if (!p->working_days)
		conf_wrong(r, conf_get(map, "working-days"), "write for example [Mon, Tue]",
			   "'working-days' must name days: Mon, Tue, Wed, Thu, Fri, Sat, Sun");
	planning_number(r, map, "hours-per-day", 0.25, 24, &p->hours_per_day);
	conf_names(r, map, "holidays", &names);
	if (planning_dates(&p->holidays, &p->holidays_nr, &fault, r->arena, &names))
		r->failed = true;
	if (fault)
		conf_wrong(r, conf_get(map, "holidays"), "write 2026-12-25, or "
			   "2026-12-24..2026-12-31", "'%s' is no day and no range of days",
			   fault);
}

int planning_read(struct planning *out, struct conf_reader *r, const struct conf *root)
{
	const struct conf *map = conf_get(root, "rebalance");
	const char *text = NULL;

	read_selection(out, r, conf_get(root, "selection"), conf_get(root, "departments"));
	if (map && conf_keys(r, map, "'rebalance'", "over under match")) {
		planning_number(r, map, "over", 1, 1000, &out->over);
		planning_number(r, map, "under", 0, 1, &out->under);
		planning_number(r, map, "match", 0, 1, &out->match);
	}
	read_calendar(out, r, conf_get(root, "calendar"));
	map = conf_get(root, "progress");
	if (map && conf_keys(r, map, "'progress'", "stalled"))
		conf_text(r, map, "stalled", &text);
	if (!text || !duration_parse(&out->stalled, text) || out->stalled <= 0)
		conf_wrong(r, map ? map : root, "write for example 3d",
			   "'stalled' must be a duration");
	planning_read_parts(out, r, root);
	return r->failed ? OPS_ENOMEM : 0;
}
