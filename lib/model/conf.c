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
#include "util/path.h"

bool names_have(const struct names *names, const char *name)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i], name))
			return true;
	return false;
}

bool names_above(const struct names *names, const char *dir)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!strcmp(names->list[i], dir) || path_below(names->list[i], dir))
			return true;
	return false;
}

int names_add(struct names *names, struct arena *arena, const char *name)
{
	const char **list;

	if (!name)
		return OPS_ENOMEM;	/* what an arena had no room for */
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

static struct conf *conf_of_node(struct arena *arena, const struct yaml_node *node,
				 const char *origin)
{
	struct conf *c = conf_new(arena, node->kind, origin, node->start.line,
				  node->start.column);
	struct conf_entry *entries;
	const struct conf **items;
	struct conf *child;
	size_t i;

	if (!c || node->kind == YAML_SCALAR) {
		if (c)
			c->value = node->value;
		return c;
	}
	entries = arena_array(arena, node->nr + 1, sizeof(*entries));
	items = arena_array(arena, node->nr + 1, sizeof(*items));
	if (!entries || !items)
		return NULL;
	for (i = 0; i < node->nr; i++) {
		child = conf_of_node(arena, node->kind == YAML_LIST ? node->items[i] :
				     node->pairs[i].value, origin);
		if (!child)
			return NULL;
		items[i] = child;
		if (node->kind == YAML_LIST)
			continue;
		child->line = node->pairs[i].key->start.line;
		child->column = node->pairs[i].key->start.column;
		entries[i].key = node->pairs[i].key->value;
		entries[i].value = child;
	}
	c->items = node->kind == YAML_LIST ? items : NULL;
	c->entries = node->kind == YAML_MAP ? entries : NULL;
	c->nr = node->nr;
	return c;
}

const struct conf *conf_of_yaml(struct arena *arena, const struct yaml_node *node,
				const char *origin)
{
	return conf_of_node(arena, node, origin);
}

static const char *packed_text(uint32_t at)
{
	return (const char *)conf_packed_text + at;
}

/* Unpack a node and those below it; *next is the one behind them all. */
static const struct conf *unpack(struct arena *arena, const struct conf_packed **next)
{
	const struct conf_packed *own = (*next)++;
	struct conf *c = conf_new(arena, (enum yaml_kind)own->kind, NULL, own->line, own->column);
	struct conf_entry *entries = NULL;
	const struct conf **items = NULL, *child;
	size_t i;

	if (!c)
		return NULL;
	if (own->kind == YAML_SCALAR)
		c->value = packed_text(own->value);
	else if (own->kind == YAML_LIST)
		c->items = items = arena_array(arena, own->nr + 1u, sizeof(*items));
	else
		c->entries = entries = arena_array(arena, own->nr + 1u, sizeof(*entries));
	if (own->kind != YAML_SCALAR && !items && !entries)
		return NULL;
	c->nr = own->nr;
	for (i = 0; i < own->nr; i++) {
		uint32_t key = (*next)->key;

		child = unpack(arena, next);
		if (!child)
			return NULL;
		if (items)
			items[i] = child;
		else
			entries[i] = (struct conf_entry){ packed_text(key), child };
	}
	return c;
}

const struct conf *conf_builtin(struct arena *arena)
{
	const struct conf_packed *next = conf_packed;

	return unpack(arena, &next);
}

const struct conf *conf_merge(struct arena *arena, const struct conf *base,
			      const struct conf *over)
{
	struct conf_entry *entries;
	struct conf *c;
	size_t i;

	if (base->kind != YAML_MAP || over->kind != YAML_MAP)
		return over;
	c = conf_new(arena, YAML_MAP, over->origin, over->line, over->column);
	entries = arena_array(arena, base->nr + over->nr + 1, sizeof(*entries));
	if (!c || !entries)
		return NULL;
	for (i = 0; i < base->nr; i++) {
		const struct conf *own = conf_get(over, base->entries[i].key);

		entries[i].key = base->entries[i].key;
		entries[i].value = own ? conf_merge(arena, base->entries[i].value, own) :
				   base->entries[i].value;
		if (!entries[i].value)
			return NULL;
	}
	c->nr = base->nr;
	for (i = 0; i < over->nr; i++)
		if (!conf_get(base, over->entries[i].key))
			entries[c->nr++] = over->entries[i];
	c->entries = entries;
	return c;
}

size_t conf_count(const struct conf *map)
{
	return map && map->kind == YAML_MAP ? map->nr : 0;
}

const struct conf_entry *conf_at(const struct conf *map, size_t at)
{
	return &map->entries[at];
}

const struct conf *conf_get(const struct conf *map, const char *key)
{
	size_t i, nr = conf_count(map);

	/* Asked for every key that there might be: most differ in the first letter. */
	for (i = 0; i < nr; i++)
		if (*map->entries[i].key == *key && !strcmp(map->entries[i].key, key))
			return map->entries[i].value;
	return NULL;
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

bool conf_word(const char *words, const char *word)
{
	size_t len = strlen(word);
	const char *at = words;

	while (len && !strchr(word, ' ') && (at = strstr(at, word))) {
		if ((at == words || at[-1] == ' ') &&
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
	for (i = 0; i < conf_count(map); i++) {
		const struct conf_entry *e = conf_at(map, i);

		if (!conf_word(keys, e->key))
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

void *conf_definitions(struct conf_reader *r, const struct conf *map, const char *what,
		       size_t size)
{
	void *list;

	if (!map)
		return NULL;
	if (map->kind != YAML_MAP) {
		conf_wrong(r, map, NULL, "'%s' must be a mapping", what);
		return NULL;
	}
	list = arena_array(r->arena, conf_count(map) + 1, size);
	r->failed |= !list;
	return list;
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
