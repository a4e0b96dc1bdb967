/* SPDX-License-Identifier: MIT */
/*
 * Names of the roster: whose else is one, whose cannot be told from it, and who is above whom.
 *
 * Each entry is asked about when it changes, and a change may bring any number of them: so the
 * answers come out of tables that are made when the roster is read.
 */

#include <string.h>

#include "model/roster_inside.h"

/* Who was first with a name; and who is no such person, or else another entry. */
struct bearer {
	size_t first, other;	/* NOBODY: none */
};

#define NOBODY ((size_t)-1)

static int bear(struct map *names, const char *name, struct arena *arena, struct bearer **out)
{
	struct bearer *b = map_get(names, name);

	if (!b) {
		b = arena_alloc(arena, sizeof(*b));
		if (!b || map_put(names, name, b))
			return OPS_ENOMEM;
		b->first = b->other = NOBODY;
	}
	*out = b;
	return 0;
}

/* What an entry may be called, by an Owner field. */
static int call(struct roster *r, size_t at, const char *name, struct arena *arena)
{
	struct bearer *b;

	if (!name)
		return 0;
	if (bear(r->called, name, arena, &b))
		return OPS_ENOMEM;
	if (b->first == NOBODY)
		b->first = at;
	else if (b->other == NOBODY &&
		 r->list[b->first].principal != r->list[at].principal)
		b->other = at;
	return 0;
}

/* A name without what cannot be heard: two that are equal so, a person cannot tell apart. */
static char *bare(const char *name, struct arena *arena)
{
	char *out = arena_str(arena, name), *to = out;

	for (; out && *name; name++)
		if (*name != '-')
			*to++ = *name;
	if (out)
		*to = '\0';
	return out;
}

/* Who is above an agent; NULL: nobody that is there. */
static struct agent *above(const struct roster *r, const struct agent *a)
{
	return a->reports_to && strcmp(a->reports_to, "none") ?
	       map_get(r->by_id, a->reports_to) : NULL;
}

/* Mark those whose Reports-To comes back to them.  `seen` is of each the walk it was met in. */
static void mark_cycles(struct roster *r, size_t *seen)
{
	struct agent *at, *from;
	size_t i;

	for (i = 0; i < r->nr; i++) {
		for (at = &r->list[i]; at && !seen[at - r->list]; at = above(r, at))
			seen[at - r->list] = i + 1;
		if (!at || seen[at - r->list] != i + 1)
			continue;
		from = at;
		do {
			at->circular = true;
			at = above(r, at);
		} while (at != from);
	}
}

int roster_name(struct roster *r, struct arena *arena)
{
	size_t *seen = arena_array(arena, r->nr + 1, sizeof(*seen));
	struct bearer *b;
	size_t i;

	r->called = map_new(arena);
	r->bare = map_new(arena);
	if (!seen || !r->called || !r->bare)
		return OPS_ENOMEM;
	for (i = 0; i < r->nr; i++) {
		struct agent *a = &r->list[i];

		a->bare = bare(a->id, arena);
		if (!a->bare || call(r, i, a->id, arena) || call(r, i, a->name, arena) ||
		    bear(r->bare, a->bare, arena, &b))
			return OPS_ENOMEM;
		if (b->first == NOBODY)
			b->first = i;
		else if (b->other == NOBODY)
			b->other = i;
		if (!map_has(r->by_id, a->id) && map_put(r->by_id, a->id, a))
			return OPS_ENOMEM;
	}
	mark_cycles(r, seen);
	return 0;
}

/* Whether the name an agent goes by is somebody else's, or a role that is not
 * its own: an Owner field may name any of them. */
static const char *borrowed(const struct roster *r, const struct agent *a,
			    const struct config *config)
{
	const struct bearer *b = a->name ? map_get(r->called, a->name) : NULL;
	size_t i;

	if (b && r->list[b->first].principal != a->principal)
		return r->list[b->first].path;
	if (b && b->other != NOBODY)
		return r->list[b->other].path;
	for (i = 0; a->name && i < config->roles_nr; i++) {
		const struct role *role = &config->roles[i];

		if ((!strcmp(a->name, role->title) || !strcmp(a->name, role->id)) &&
		    (!a->role || strcmp(a->role->id, role->id)))
			return role->title;
	}
	return NULL;
}

void roster_check_names(const struct roster *r, const struct agent *a,
			const struct config *config, struct ops_findings *findings)
{
	const char *other = borrowed(r, a, config);
	const struct bearer *b = map_get(r->bare, a->bare);

	if (other)
		findings_add(findings, "roster.confusable", OPS_ERROR, a->path, 1, 1,
			     "choose another Name", "the name '%s' is taken by '%s'",
			     a->name, other);
	if (b->other != NOBODY)
		findings_add(findings, "roster.confusable", OPS_ERROR, a->path,
			     1, 1, "choose another name", "'%s' cannot be told from '%s'",
			     a->id, r->list[&r->list[b->first] == a ? b->other :
					    b->first].path);
}
