/* SPDX-License-Identifier: MIT */
/*
 * Reading the limits and standing orders of an entry of the roster.
 *
 * Only data: whether a change keeps to them, the judge decides.  A pattern that is none
 * matches nothing, so it is a finding of the entry, never ignored.
 */

#include <string.h>

#include "model/roster_inside.h"
#include "util/path.h"
#include "util/shape.h"

static int read_list(struct names *out, const struct ops_document *d, const char *field,
		     struct arena *arena)
{
	const char *const *list;
	const char *text;
	size_t i, nr;

	if (document_list(&list, &nr, d, field))
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++) {
		text = arena_str(arena, list[i]);
		if (!text || names_add(out, arena, text))
			return OPS_ENOMEM;
	}
	return 0;
}

int roster_read_limits(const struct agent_limits **out, const struct ops_document *d,
		       struct arena *arena)
{
	static const char *const fields[] = { "Allowed-Paths", "Forbidden-Paths",
					      "Forbidden-Actions", "Review-Paths",
					      "Review-By", "Standing-Orders" };
	struct agent_limits *l = NULL;
	struct names *lists[6];
	size_t i;

	*out = NULL;
	for (i = 0; i < 6 && !doc_field(d->doc, fields[i]); i++)
		;
	if (i == 6)
		return 0;
	l = arena_alloc(arena, sizeof(*l));
	if (!l)
		return OPS_ENOMEM;
	lists[0] = &l->allowed;
	lists[1] = &l->forbidden;
	lists[2] = &l->actions;
	lists[3] = &l->review;
	lists[4] = &l->review_by;
	lists[5] = &l->orders;
	for (i = 0; i < 6; i++)
		if (read_list(lists[i], d, fields[i], arena))
			return OPS_ENOMEM;
	*out = l;
	return 0;
}

bool agent_forbids(const struct agent *a, const char *action)
{
	size_t i;

	for (i = 0; a->limits && i < a->limits->actions.nr; i++)
		if (shape_form(a->limits->actions.list[i], action, strlen(action)))
			return true;
	return false;
}

static void check_patterns(const struct agent *a, const struct names *list, const char *field,
			   bool after_type, struct ops_findings *findings)
{
	const char *pattern, *fault;
	size_t i;

	for (i = 0; i < list->nr; i++) {
		pattern = list->list[i];
		if (after_type) {
			pattern += strcspn(pattern, " ");
			pattern += strspn(pattern, " ");
		}
		fault = after_type && !*pattern ? NULL : path_pattern_fault(pattern);
		if (fault)
			findings_add(findings, "roster.limits", OPS_ERROR, a->path, 0, 0,
				     "write a pattern of paths, such as src/**",
				     "'%s' in %s %s", pattern, field, fault);
	}
}

void roster_check_limits(const struct agent *a, struct ops_findings *findings)
{
	const struct agent_limits *l = a->limits;

	if (!l)
		return;
	check_patterns(a, &l->allowed, "Allowed-Paths", false, findings);
	check_patterns(a, &l->forbidden, "Forbidden-Paths", false, findings);
	check_patterns(a, &l->review, "Review-Paths", false, findings);
	check_patterns(a, &l->orders, "Standing-Orders", true, findings);
}
