/* SPDX-License-Identifier: MIT */
/*
 * Which files a configuration governs.  Asked of every file that a change touches, so
 * most answers must cost one comparison of a prefix for each pattern.
 */
#include "model/config.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/path.h"

/* A pattern of a type, and by what most paths are seen not to match it. */
struct place_pattern {
	const struct type *type;
	const char *text;
	size_t fixed;		/* bytes before the first special character */
	size_t slashes;		/* in all that it matches; SIZE_MAX: any number */
};

static size_t slashes_of(const char *path)
{
	size_t nr = 0;

	for (; *path; path++)
		nr += *path == '/';
	return nr;
}

const struct type *config_type_of_path(const struct config *c, const char *path)
{
	size_t i, slashes = slashes_of(path);

	for (i = 0; i < c->places_nr; i++) {
		const struct place_pattern *p = &c->places[i];

		if ((p->slashes == SIZE_MAX || p->slashes == slashes) &&
		    !strncmp(p->text, path, p->fixed) && path_match(p->text, path))
			return p->type;
	}
	return NULL;
}

/* Whether what matches a pattern may lie below a directory, or the directory is below where
 * all of that lies. */
static bool reaches(const struct place_pattern *p, const char *dir)
{
	size_t root = path_pattern_root(p->text), len = strlen(dir);

	if (!root || !len)
		return true;
	return !strncmp(p->text, dir, root < len ? root : len) &&
	       (root == len || (root < len ? dir[root] : p->text[len]) == '/');
}

static bool some_reach(const struct config *c, size_t from, size_t to, const char *dir)
{
	for (; from < to; from++)
		if (reaches(&c->places[from], dir))
			return true;
	return false;
}

static bool same_place(const struct place_pattern *a, const struct place_pattern *b)
{
	return !strcmp(a->text, b->text) && type_same(a->type, b->type);
}

bool config_places_differ(const struct config *a, const struct config *b, const char *dir)
{
	size_t from = 0, a_to = a->places_nr, b_to = b->places_nr;

	/* The first one that matches decides: what matches none between those that are the same at
	 * both ends is decided by the same one. */
	while (from < a_to && from < b_to && same_place(&a->places[from], &b->places[from]))
		from++;
	while (from < a_to && from < b_to &&
	       same_place(&a->places[a_to - 1], &b->places[b_to - 1])) {
		a_to--;
		b_to--;
	}
	return some_reach(a, from, a_to, dir) || some_reach(b, from, b_to, dir);
}

static int ready_places(struct config *c)
{
	const struct type *t;
	struct place_pattern *p;
	size_t nr = 0, i, k;

	for (k = 0; k < c->types_nr; k++)
		nr += c->types[k].patterns.nr;
	c->places = arena_array(c->arena, nr + 1, sizeof(*c->places));
	if (!c->places)
		return OPS_ENOMEM;
	for (k = 0; k < c->types_nr; k++) {
		t = &c->types[k];
		/* Kinds share the place of their abstract base. */
		for (i = 0; !(t->base && t->base->abstract) && i < t->patterns.nr; i++) {
			p = &c->places[c->places_nr++];
			p->type = t;
			p->text = t->patterns.list[i];
			p->fixed = strcspn(p->text, "*?[{");
			/* A '/' at the end, in braces or a set, or "**" may be any number. */
			p->slashes = strpbrk(p->text, "[{") || strstr(p->text, "**") ||
				     !*p->text || p->text[strlen(p->text) - 1] == '/' ?
				     SIZE_MAX : slashes_of(p->text);
		}
	}
	return 0;
}

/* Once for all paths: a change may touch any number of files that are no documents. */
int config_ready_patterns(struct config *c)
{
	const struct names *patterns;
	char *small;
	size_t i, k;

	if (ready_places(c))
		return OPS_ENOMEM;
	for (i = 0; i < c->types_nr; i++) {
		patterns = &c->types[i].patterns;
		for (k = 0; k < patterns->nr; k++) {
			small = arena_str(c->arena, patterns->list[k]);
			if (!small)
				return OPS_ENOMEM;
			path_fold(small);
			if (!names_have(&c->folded, small) &&
			    names_add(&c->folded, c->arena, small))
				return OPS_ENOMEM;
		}
	}
	return 0;
}

int config_governs_folded(bool *out, const struct config *c, const char *path)
{
	char *small = NULL;
	size_t i;

	*out = !strcasecmp(path, CONFIG_PATH);
	for (i = 0; !*out && i < c->folded.nr; i++) {
		const char *pattern = c->folded.list[i];

		/* Most paths differ before the first special character. */
		if (strncasecmp(pattern, path, strcspn(pattern, "*?[{")))
			continue;
		if (!small) {
			small = strdup(path);
			if (!small)
				return OPS_ENOMEM;
			path_fold(small);
		}
		*out = path_match(pattern, small);
	}
	free(small);
	return 0;
}
