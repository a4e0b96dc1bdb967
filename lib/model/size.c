/* SPDX-License-Identifier: MIT */
/*
 * Size and progress: counts over one task, its packets and its parts.
 *
 * Parts of parts are followed without recursion, each once.
 */

#include "model/size.h"

#include <stdlib.h>
#include <string.h>

#include "model/packet.h"
#include "util/map.h"

#define PARTS_MAX 20000

static int count_unknowns(double *out, const struct board *b, struct ops_document *d,
			  struct ops_findings *findings, struct ops_error *err)
{
	const struct names *names = &b->planning->breakdown.unknowns;
	const struct sections *sections = doc_sections(d->doc);
	const char *const *items;
	struct packets all;
	size_t i, nr;
	int ret = sections ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < names->nr; i++) {
		const struct section *one = section_find(sections, names->list[i]);

		if (!one || section_is_empty(sections, one))
			continue;
		if (section_items(&items, &nr, b->arena, sections, one))
			return error_nomem(err);
		*out += (double)nr;
	}
	if (ret == 0)
		ret = world_packets(&all.list, &all.nr, b->world, d->id, findings, err);
	for (i = 0; ret == 0 && i < all.nr; i++)
		if (!strcmp(all.list[i]->type->name, "question") &&
		    packet_is_open(&all, all.list[i]))
			*out += 1;
	return ret;
}

int size_of(struct size *out, const struct board *b, const struct task *t,
	    struct ops_findings *findings, struct ops_error *err)
{
	const struct breakdown *k = &b->planning->breakdown;
	struct ops_document *d;
	struct size s = { { 0 }, 0, false };
	size_t i;
	int ret = world_document(&d, b->world, t->path, findings, err);

	if (ret)
		return ret;
	s.factor[SIZE_COMPLEXITY] = t->complexity;
	s.factor[SIZE_HOURS] = t->hours;
	s.factor[SIZE_DEPENDENCIES] = (double)t->depends_nr;
	ret = count_unknowns(&s.factor[SIZE_UNKNOWNS], b, d, findings, err);
	for (i = 0; i < SIZE_FACTORS; i++)
		s.reached += s.factor[i] >= k->factor[i] - 1e-9;
	s.big = s.reached >= k->at_least;
	*out = s;
	return ret;
}

static int own_progress(double *percent, struct world *w, const struct ops_document *d,
			struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *const *list;
	const char *text;
	size_t i, nr;
	int ret;

	*percent = d->status && !strcmp(d->status, "Complete") ? 100 : 0;
	if (*percent > 0)
		return 0;
	ret = world_packets(&list, &nr, w, d->id, findings, err);
	for (i = 0; ret == 0 && i < nr; i++) {
		text = strcmp(list[i]->type->name, "checkpoint") ? NULL :
		       document_text(list[i], "Progress");
		if (text)
			*percent = strtod(text, NULL);
	}
	return ret;
}

struct adding {
	double plain, weighted, hours;
	bool all;			/* have an estimate */
};

static int add_part(struct progress *out, struct adding *a, struct world *w,
		    const struct ops_document *d, struct ops_findings *findings,
		    struct ops_error *err)
{
	const char *hours = document_text(d, "Estimated-Hours");
	double percent, weight = hours ? strtod(hours, NULL) : 0;
	int ret = own_progress(&percent, w, d, findings, err);

	out->parts++;
	out->complete += d->status && !strcmp(d->status, "Complete");
	a->plain += percent;
	a->weighted += percent * weight;
	a->hours += weight;
	a->all &= weight > 0;
	return ret;
}

int progress_of(struct progress *out, struct world *w, struct ops_document *task,
		struct ops_findings *findings, struct ops_error *err)
{
	struct adding a = { 0, 0, 0, true };
	struct arena *arena = world_arena(w);
	struct map *seen = map_new(arena);
	struct names names = { NULL, 0 };
	const char *const *parts;
	struct ops_document *d = task;
	size_t i, at = 0, nr;
	int ret = seen ? 0 : error_nomem(err);

	memset(out, 0, sizeof(*out));
	if (ret || !task->status || strcmp(task->status, "Superseded"))
		return ret ? ret : own_progress(&out->percent, w, task, findings, err);
	while (ret == 0 && d) {
		if (document_list(&parts, &nr, d, "Parts"))
			return error_nomem(err);
		for (i = 0; i < nr && names.nr < PARTS_MAX; i++)
			if (!map_get(seen, parts[i]) &&
			    (map_put(seen, parts[i], out) || names_add(&names, arena, parts[i])))
				return error_nomem(err);
		for (d = NULL; ret == 0 && !d && at < names.nr;) {
			ret = world_find(&d, w, names.list[at++], "task", findings, NULL);
			if (ret == OPS_ENOMEM || ret == OPS_EIO)
				return error_set(err, ret, "a part cannot be read");
			if (ret)
				d = NULL;
			ret = 0;
			if (d && (!d->status || strcmp(d->status, "Superseded"))) {
				ret = add_part(out, &a, w, d, findings, err);
				d = NULL;
			}
		}
	}
	if (ret == 0 && out->parts)
		out->percent = a.all && a.hours > 0 ? a.weighted / a.hours :
			       a.plain / (double)out->parts;
	return ret;
}
