/* SPDX-License-Identifier: MIT */
/*
 * Configuration trees: building them from YAML, laying one over another, and
 * the readers of single values.
 *
 * Invariants: a tree is never changed after it was built (merging makes a new
 * one that shares parts); every node of a user's file has a line; a reader
 * never stops at the first mistake and never invents a value for a wrong one.
 */

#include "model/conf.h"

#include <stdlib.h>
#include <string.h>

#include "util/buf.h"

bool names_have(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i], name))
			return true;
	return false;
}

int names_add(struct names *names, struct arena *arena, const char *name)
{
	const char **list;

	/* Room for powers of two, so that adding is linear over all. */
	if ((names->nr & (names->nr - 1)) == 0) {
		list = arena_array(arena, names->nr ? names->nr * 2 : 1,
				   sizeof(*list));
		if (!list)
			return OPS_ENOMEM;
		if (names->nr)
			memcpy(list, names->list, names->nr * sizeof(*list));
		names->list = list;
	}
	names->list[names->nr++] = name;
	return 0;
}

const char *names_text(const struct names *names, struct arena *arena,
		       const char *last)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < names->nr; i++) {
		if (i)
			buf_str(&b, i + 1 == names->nr ? last : ", ");
		buf_str(&b, names->list[i]);
	}
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text ? text : "";
}

static struct conf *conf_new(struct arena *arena, enum yaml_kind kind,
			     const char *origin, unsigned line, unsigned column)
{
	struct conf *c = arena_alloc(arena, sizeof(*c));

	if (!c)
		return NULL;
	c->kind = kind;
	c->origin = origin;
	c->line = line;
	c->column = column;
	return c;
}

struct conf *conf_of_yaml(struct arena *arena, const struct yaml_node *node,
			  const char *origin)
{
	struct conf *c = conf_new(arena, node->kind, origin, node->start.line,
				  node->start.column);
	struct conf *child;
	size_t i;

	if (!c)
		return NULL;
	switch (node->kind) {
	case YAML_SCALAR:
		c->value = node->value;
		return c;
	case YAML_LIST:
		c->items = arena_array(arena, node->nr + 1, sizeof(*c->items));
		if (!c->items)
			return NULL;
		for (i = 0; i < node->nr; i++) {
			c->items[i] = conf_of_yaml(arena, node->items[i], origin);
			if (!c->items[i])
				return NULL;
		}
		c->nr = node->nr;
		return c;
	case YAML_MAP:
		c->children = map_new(arena);
		if (!c->children)
			return NULL;
		for (i = 0; i < node->nr; i++) {
			child = conf_of_yaml(arena, node->pairs[i].value, origin);
			if (!child ||
			    map_put(c->children, node->pairs[i].key->value, child))
				return NULL;
			child->line = node->pairs[i].key->start.line;
			child->column = node->pairs[i].key->start.column;
		}
		return c;
	}
	return NULL;
}

struct conf *conf_merge(struct arena *arena, const struct conf *base,
			const struct conf *over)
{
	struct conf *c;
	size_t i;

	if (base->kind != YAML_MAP || over->kind != YAML_MAP) {
		c = arena_alloc(arena, sizeof(*c));
		if (c)
			*c = *over;
		return c;
	}
	c = conf_new(arena, YAML_MAP, over->origin, over->line, over->column);
	if (!c)
		return NULL;
	c->children = map_new(arena);
	if (!c->children)
		return NULL;
	for (i = 0; i < map_count(base->children); i++) {
		const struct map_entry *e = map_at(base->children, i);

		if (map_put(c->children, e->key, e->value))
			return NULL;
	}
	for (i = 0; i < map_count(over->children); i++) {
		const struct map_entry *e = map_at(over->children, i);
		const struct conf *old = map_get(base->children, e->key);
		void *merged = old ? conf_merge(arena, old, e->value) : e->value;

		if (!merged || map_put(c->children, e->key, merged))
			return NULL;
	}
	return c;
}

const struct conf *conf_get(const struct conf *map, const char *key)
{
	return map && map->kind == YAML_MAP ? map_get(map->children, key) : NULL;
}

void conf_wrong(struct conf_reader *r, const struct conf *at, const char *remedy,
		const char *fmt, ...)
{
	struct buf b = BUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	buf_vprintf(&b, fmt, ap);
	va_end(ap);
	r->broken = true;
	findings_add(r->findings, "config.invalid", OPS_ERROR,
		     at->origin ? at->origin : "(built-in)", at->line, at->column,
		     remedy, "%s", b.data);
	buf_release(&b);
}

/* Whether `key` is a word of the blank-separated `keys`. */
static bool word_in(const char *keys, const char *key)
{
	size_t len = strlen(key);
	const char *at = keys;

	while ((at = strstr(at, key))) {
		if ((at == keys || at[-1] == ' ') &&
		    (at[len] == ' ' || at[len] == '\0'))
			return true;
		at += len;
	}
	return false;
}

bool conf_keys(struct conf_reader *r, const struct conf *map, const char *what,
	       const char *keys)
{
	size_t i;

	if (map->kind != YAML_MAP) {
		conf_wrong(r, map, NULL, "%s must be a mapping", what);
		return false;
	}
	for (i = 0; i < map_count(map->children); i++) {
		const struct map_entry *e = map_at(map->children, i);

		if (*e->key == '\0' || strchr(e->key, ' ') || !word_in(keys, e->key))
			conf_wrong(r, e->value, arena_printf(r->arena,
				   "use one of: %s", keys),
				   "unknown key '%s' in %s", e->key, what);
	}
	return true;
}

void conf_text(struct conf_reader *r, const struct conf *map, const char *key,
	       const char **out)
{
	const struct conf *c = conf_get(map, key);

	if (!c)
		return;
	if (c->kind != YAML_SCALAR || !*c->value)
		conf_wrong(r, c, NULL, "'%s' must be text", key);
	else
		*out = c->value;
}

void conf_flag(struct conf_reader *r, const struct conf *map, const char *key,
	       bool *out)
{
	const struct conf *c = conf_get(map, key);

	if (!c)
		return;
	if (c->kind == YAML_SCALAR &&
	    (!strcmp(c->value, "yes") || !strcmp(c->value, "true")))
		*out = true;
	else if (c->kind == YAML_SCALAR &&
		 (!strcmp(c->value, "no") || !strcmp(c->value, "false")))
		*out = false;
	else
		conf_wrong(r, c, "write yes or no", "'%s' must be yes or no", key);
}

void conf_number(struct conf_reader *r, const struct conf *map, const char *key,
		 double *out, bool *present)
{
	const struct conf *c = conf_get(map, key);
	char *end;
	double n;

	if (!c)
		return;
	if (c->kind == YAML_SCALAR && *c->value &&
	    strspn(c->value, "+-.0123456789") == strlen(c->value)) {
		n = strtod(c->value, &end);
		if (*end == '\0') {
			*out = n;
			*present = true;
			return;
		}
	}
	conf_wrong(r, c, NULL, "'%s' must be a number", key);
}

void conf_names(struct conf_reader *r, const struct conf *map, const char *key,
		struct names *out)
{
	const struct conf *c = conf_get(map, key);
	struct names names = { NULL, 0 };
	size_t i;

	if (!c)
		return;
	if (c->kind == YAML_MAP) {
		conf_wrong(r, c, NULL, "'%s' must be a list of names", key);
		return;
	}
	if (c->kind == YAML_SCALAR && names_add(&names, r->arena, c->value))
		r->failed = true;
	for (i = 0; c->kind == YAML_LIST && i < c->nr; i++) {
		if (c->items[i]->kind != YAML_SCALAR || !*c->items[i]->value)
			conf_wrong(r, c->items[i], NULL,
				   "'%s' must be a list of names", key);
		else if (names_add(&names, r->arena, c->items[i]->value))
			r->failed = true;
	}
	*out = names;
}
