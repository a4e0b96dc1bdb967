/* SPDX-License-Identifier: MIT */
/*
 * Kinds of conflicts: who settles one, and what has to be said then.  Data only.
 */
#include "model/conflict_def.h"

#include <string.h>

void conflicts_read(struct conflict_defs *out, struct conf_reader *r,
		    const struct conf *map)
{
	size_t i;

	out->list = conf_definitions(r, map, "conflicts", sizeof(*out->list));
	for (i = 0; out->list && i < conf_count(map); i++) {
		const struct conf_entry *e = conf_at(map, i);
		struct conflict_def *k = &out->list[out->nr++];

		k->name = k->title = e->key;
		if (!conf_keys(r, e->value, arena_printf(r->arena, "conflict '%s'", e->key),
			       "title by needs"))
			continue;
		conf_text(r, e->value, "title", &k->title);
		conf_names(r, e->value, "by", &k->by);
		conf_names(r, e->value, "needs", &k->needs);
		if (!k->by.nr)
			conf_wrong(r, e->value, "add by: [POWER]", "conflict '%s' says not who "
				   "settles it", e->key);
	}
}

const struct conflict_def *conflict_def(const struct conflict_defs *kinds,
					  const char *name)
{
	size_t i;

	for (i = 0; name && i < kinds->nr; i++)
		if (!strcmp(kinds->list[i].name, name))
			return &kinds->list[i];
	return NULL;
}
