/* SPDX-License-Identifier: MIT */
/*
 * Asking a type definition: its fields, states, what it guards, and where a
 * document of it belongs.  Pure look-ups; type_read.c makes the definitions.
 */

#include "model/type.h"

#include <string.h>

#include "util/buf.h"
#include "util/digest.h"
#include "util/path.h"

const struct field *type_field(const struct type *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->fields_nr; i++)
		if (*t->fields[i].name == *name && !strcmp(t->fields[i].name, name))
			return &t->fields[i];
	return NULL;
}

const struct state *type_state(const struct type *t, const char *name)
{
	size_t i;

	for (i = 0; i < t->states_nr; i++)
		if (!strcmp(t->states[i].name, name) ||
		    names_have(&t->states[i].aliases, name))
			return &t->states[i];
	return NULL;
}

const struct state *type_initial(const struct type *t)
{
	size_t i;

	for (i = 0; i < t->states_nr; i++)
		if (t->states[i].initial)
			return &t->states[i];
	return NULL;
}

bool type_guards(const struct type *t, const char *name)
{
	const struct field *f = type_field(t, name);
	size_t i, j;

	if (f && (f->guarded || f->kind == FIELD_STATE))
		return true;
	for (i = 0; i < t->transitions_nr; i++)
		for (j = 0; j < t->transitions[i].sets_nr; j++)
			if (!strcmp(t->transitions[i].sets[j].field, name))
				return true;
	return false;
}

bool type_passes_gates(const struct type *t)
{
	size_t i;

	for (i = 0; i < t->transitions_nr; i++)
		if (t->transitions[i].gates.nr)
			return true;
	return false;
}

bool type_needs_sections(const struct type *t)
{
	return t->sections.nr || t->cases_nr || t->packet.items_nr || type_passes_gates(t);
}

bool type_is(const struct type *t, const char *name)
{
	for (; t; t = t->base)
		if (!strcmp(t->name, name))
			return true;
	return false;
}

bool type_same(const struct type *a, const struct type *b)
{
	for (; a && b && !strcmp(a->name, b->name); a = a->base, b = b->base)
		;
	return a == b;
}

bool type_lets_lack(const struct type *t, const char *path)
{
	size_t i;

	for (i = 0; i < t->absent.nr; i++)
		if (path_match(t->absent.list[i], path))
			return true;
	return false;
}

void type_shard(char out[TYPE_SHARD + 1], const char *id)
{
	char hex[DIGEST_HEX + 1];

	digest_of(id, strlen(id), hex);
	memcpy(out, hex, TYPE_SHARD);
	out[TYPE_SHARD] = '\0';
}

bool type_is_sharded(const struct type *t, const char *template)
{
	return strstr(template, "{shard}") && !type_field(t, "shard");
}

const char *type_place(struct arena *arena, const char *template,
		       const char *(*value)(const char *name, void *payload),
		       void *payload, const char **missing)
{
	struct buf b = BUF_INIT;
	const char *open, *close, *name, *stem, *text = NULL, *at = template;
	size_t len;

	*missing = NULL;
	while ((open = strchr(at, '{')) && (close = strchr(open, '}'))) {
		buf_add(&b, at, (size_t)(open - at));
		name = arena_dup(arena, open + 1, (size_t)(close - open) - 1);
		text = name ? value(name, payload) : NULL;
		if (!text) {
			*missing = name;
			goto out;
		}
		/* A document that is named by its path has its id in a place. */
		stem = text;
		len = strchr(text, '/') ? path_stem(text, &stem) : strlen(text);
		buf_add(&b, stem, len);
		at = close + 1;
	}
	buf_str(&b, at);
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
out:
	buf_release(&b);
	return text;
}

const char *transition_command(struct arena *arena, const struct transition *tr, const char *id)
{
	const char *at = tr->command ? strstr(tr->command, "{id}") : NULL;
	size_t len;

	if (!tr->command)
		return id ? arena_printf(arena, "ops act %s %s", tr->action, id) :
		       arena_printf(arena, "ops act %s", tr->action);
	if (!at)
		return arena_printf(arena, "ops %s", tr->command);
	len = (size_t)(at - tr->command);
	if (!id)
		return arena_printf(arena, "ops %.*s", (int)(len ? len - 1 : 0), tr->command);
	return arena_printf(arena, "ops %.*s%s%s", (int)len, tr->command, id, at + 4);
}
