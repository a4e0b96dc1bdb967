/* SPDX-License-Identifier: MIT */
/*
 * Which files a configuration governs.  Asked of every file that a change touches, so
 * most answers must cost one comparison of a prefix for each pattern.
 */
#include "model/config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/path.h"

const struct type *config_type_of_path(const struct config *c, const char *path)
{
	size_t i, j;

	for (i = 0; i < c->types_nr; i++) {
		const struct type *t = &c->types[i];

		/* Kinds share the place of their abstract base. */
		if (t->base && t->base->abstract)
			continue;
		for (j = 0; j < t->patterns.nr; j++) {
			const char *pattern = t->patterns.list[j];
			size_t fixed = strcspn(pattern, "*?[{");

			/* Most paths differ before the first special character. */
			if (!strncmp(pattern, path, fixed) && path_match(pattern, path))
				return t;
		}
	}
	return NULL;
}

/* Once for all paths: a change may touch any number of files that are no documents. */
int config_fold_patterns(struct config *c)
{
	const struct names *patterns;
	char *small;
	size_t i, k;

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
