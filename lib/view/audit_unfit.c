/* SPDX-License-Identifier: MIT */
/*
 * What of the sides of a merge cannot be done again on another one, because both did it to one
 * document, and a person decided.
 *
 * Of such a task nobody can tell who made it what it is now, so the merge is answerable for
 * it; the others are as they were.  Each commit was legal where it was made, and what two tasks
 * must not be at once is asked of the merge as a whole, so one that is left out gives no rights
 * to any other.  With a roster, a configuration, a prompt, a waiver or a lease it would: of
 * those everything hangs together.
 */
#include "view/audit_unfit.h"

#include <string.h>

#include "util/path.h"
#include "view/audit_sides.h"

/* The id of the task, or that of what the record is about; NULL: neither. */
static int id_of(const char **out, const struct unfit *u, const char *path, struct ops_error *err)
{
	const struct type *type = config_type_of_path(u->config, path);

	*out = NULL;
	if (!type || !(type_is(type, "packet") || type_is(type, "task")))
		return 0;
	return audit_id_at(out, u->arena, type, path, err);
}

int unfit_add(struct unfit *u, const char *path, struct ops_error *err)
{
	const char *id;
	int ret;

	if (strcmp(path, CONFIG_PATH) && !config_type_of_path(u->config, path))
		return 0;
	ret = id_of(&id, u, path, err);
	if (ret == 0 && !id)
		u->all = true;
	return ret == 0 && id && map_put(u->ids, id, u) ? error_nomem(err) : ret;
}

int unfit_add_commit(struct unfit *u, struct judged *j, const struct commit *c,
		     struct ops_error *err)
{
	struct map *changed;
	size_t i;
	int ret = audit_differing(&changed, j, c->parents_nr ? &c->parents[0] : NULL, &c->id, err);

	for (i = 0; ret == 0 && i < map_count(changed); i++)
		ret = unfit_add(u, map_at(changed, i)->key, err);
	return ret;
}

int unfit_has(bool *out, const struct unfit *u, const char *path, struct ops_error *err)
{
	const char *id;
	int ret = id_of(&id, u, path, err);

	if (ret == 0)
		*out = id && map_has(u->ids, id);
	return ret;
}
