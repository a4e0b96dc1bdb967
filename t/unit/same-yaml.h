/* SPDX-License-Identifier: MIT */
#ifndef SAME_YAML_H
#define SAME_YAML_H

/* Whether the short way of reading YAML made what the parser makes. */

#include <string.h>

#include "text/yaml_inside.h"
#include "util/arena.h"

static int same_yaml(const struct yaml_node *a, const struct yaml_node *b)
{
	size_t i;

	if (a->kind != b->kind || a->style != b->style || a->nr != b->nr ||
	    memcmp(&a->start, &b->start, sizeof(a->start)) ||
	    memcmp(&a->end, &b->end, sizeof(a->end)))
		return 0;
	if (a->kind == YAML_SCALAR)
		return a->len == b->len && !memcmp(a->value, b->value, a->len + 1);
	for (i = 0; a->kind == YAML_LIST && i < a->nr; i++)
		if (!same_yaml(a->items[i], b->items[i]))
			return 0;
	for (i = 0; a->kind == YAML_MAP && i < a->nr; i++)
		if (!same_yaml(a->pairs[i].key, b->pairs[i].key) ||
		    !same_yaml(a->pairs[i].value, b->pairs[i].value))
			return 0;
	return 1;
}

/* 1 read and equal, 0 left to the parser, -1 read and wrong. */
static int compare_yaml(const char *text, size_t len, const struct yaml_source *source)
{
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct yaml_node *plain = NULL, *parsed = NULL;
	struct ops_error err = { 0 };
	int taken = yaml_plain(&plain, arena, text, len, source), ret = taken;

	if (taken == 1 && (yaml_parse_events(&parsed, arena, text, len, source, findings,
					     &err) || !same_yaml(plain, parsed)))
		ret = -1;
	arena_free(arena);
	ops_findings_free(findings);
	return ret;
}

#endif
