/* SPDX-License-Identifier: MIT */
/* Whether two values say the same, however they are written. */

#include "text/yaml.h"

#include <string.h>

bool yaml_same(const struct yaml_node *a, const struct yaml_node *b)
{
	size_t i;

	/* Absent and empty are one. */
	if (a && a->kind == YAML_SCALAR && !a->len)
		a = NULL;
	if (b && b->kind == YAML_SCALAR && !b->len)
		b = NULL;
	if (!a || !b)
		return a == b;
	if (a->kind != b->kind || a->nr != b->nr)
		return false;
	if (a->kind == YAML_SCALAR)
		return a->len == b->len && !memcmp(a->value, b->value, a->len);
	for (i = 0; i < a->nr; i++)
		if (a->kind == YAML_LIST ? !yaml_same(a->items[i], b->items[i]) :
		    (!yaml_same(a->pairs[i].key, b->pairs[i].key) ||
		     !yaml_same(a->pairs[i].value, b->pairs[i].value)))
			return false;
	return true;
}
