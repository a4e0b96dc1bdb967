/* SPDX-License-Identifier: MIT */
/*
 * Dependencies on what was broken down: the parts stand for the whole, and so on down.
 *
 * Parts are read from documents that anybody may have written: nothing recurses, each
 * name is followed once, and there is an end to it.
 */

#include "model/depend.h"

#include <string.h>

#include "util/map.h"

#define NAMES_MAX 20000		/* of all parts below one dependency */

/* A walk over a name and what it was broken down into. */
struct walk {
	struct world *w;
	struct arena *arena;
	struct map *seen;
	struct names names;	/* to look at, from `at` on */
	size_t at;
};

static int walk_begin(struct walk *k, struct world *w, struct arena *arena, const char *name)
{
	memset(k, 0, sizeof(*k));
	k->w = w;
	k->arena = arena;
	k->seen = map_new(arena);
	return !k->seen || names_add(&k->names, arena, name) ? OPS_ENOMEM : 0;
}

/*
 * The next that is not broken down: its document, or NULL when there is none of that name.
 * False when there is no more, or something failed.
 */
static bool walk_next(struct walk *k, const char **name, struct ops_document **doc, int *ret,
		      struct ops_findings *findings, struct ops_error *err)
{
	const char *const *parts;
	const char *path;
	size_t i, nr;

	for (*ret = 0; k->at < k->names.nr; k->at++) {
		*name = k->names.list[k->at];
		*doc = NULL;
		if (map_get(k->seen, *name))
			continue;
		if (map_put(k->seen, *name, k))
			break;
		*ret = world_find_path(&path, k->w, *name, "task", NULL);
		if (*ret == 0)
			*ret = world_document(doc, k->w, path, findings, err);
		if (*ret == OPS_ENOMEM || *ret == OPS_EIO)
			return false;
		if (*ret || !(*doc)->status || strcmp((*doc)->status, "Superseded")) {
			*doc = *ret ? NULL : *doc;
			*ret = 0;
			k->at++;
			return true;
		}
		if (document_list(&parts, &nr, *doc, "Parts"))
			break;
		if (!nr || k->names.nr + nr > NAMES_MAX) {
			k->at++;
			return true;	/* nothing stands for it */
		}
		for (i = 0; i < nr; i++)
			if (names_add(&k->names, k->arena, parts[i]))
				break;
		if (i < nr)
			break;
	}
	if (k->at < k->names.nr)
		*ret = error_nomem(err);
	return false;
}

static bool is_done(const struct ops_document *d)
{
	return d && d->status && !strcmp(d->status, "Complete");
}

int depend_done(bool *done, const char **part, const char **status, struct world *w,
		const char *name, struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *d;
	const char *one;
	struct walk k;
	int ret;

	*done = true;
	*part = *status = NULL;
	if (walk_begin(&k, w, world_arena(w), name))
		return error_nomem(err);
	while (*done && walk_next(&k, &one, &d, &ret, findings, err)) {
		*done = is_done(d);
		*part = one;
		*status = d && !d->status ? "without a status" : d ? d->status : NULL;
	}
	return *done ? ret : 0;
}

int depend_open(struct names *out, struct arena *arena, struct world *w,
		const struct ops_document *task, struct ops_findings *findings,
		struct ops_error *err)
{
	const char *const *list;
	const char *part, *status;
	size_t i, nr;
	bool done;
	int ret = document_list(&list, &nr, task, "Depends-On") ? error_nomem(err) : 0;

	for (i = 0; ret == 0 && i < nr; i++) {
		ret = depend_done(&done, &part, &status, w, list[i], findings, err);
		if (ret == 0 && !done && names_add(out, arena, list[i]))
			ret = error_nomem(err);
	}
	return ret;
}

/* The parts of one dependency that are not done, or the dependency as one that is. */
static int expand_one(struct dependency *list, size_t *nr, size_t room, struct board *b,
		      const struct dependency *from, struct ops_findings *findings,
		      struct ops_error *err)
{
	size_t before = *nr;
	struct ops_document *d;
	const char *name;
	struct walk k;
	int ret;

	if (walk_begin(&k, b->world, b->arena, from->name))
		return error_nomem(err);
	while (walk_next(&k, &name, &d, &ret, findings, err)) {
		struct task *t = d ? board_task(b, d->id) : NULL;
		struct dependency *to = &list[*nr];

		if (is_done(d))
			continue;
		if (*nr == room)
			break;
		to->name = arena_str(b->arena, name);
		to->task = t ? (size_t)(t - b->tasks) : NONE;
		to->state = t ? DEPENDS_OPEN : d ? DEPENDS_ENDED : DEPENDS_UNKNOWN;
		to->status = d && d->status ? arena_str(b->arena, d->status) : NULL;
		if (!to->name || (d && d->status && !to->status))
			return error_nomem(err);
		(*nr)++;
	}
	if (ret == 0 && *nr == before && *nr < room) {
		list[*nr] = *from;
		list[(*nr)++].state = DEPENDS_COMPLETE;
	}
	return ret;
}

static bool is_broken_down(const struct dependency *d)
{
	return d->state == DEPENDS_ENDED && d->status && !strcmp(d->status, "Superseded");
}

/* At most so many of the parts of one dependency are looked at one by one. */
#define PARTS_SHOWN 256

static int expand_task(struct board *b, struct task *t, struct ops_findings *findings,
		       struct ops_error *err)
{
	size_t i, nr = 0, room = t->depends_nr + PARTS_SHOWN;
	struct dependency *list = arena_array(b->arena, room + 1, sizeof(*list));
	int ret = list ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < t->depends_nr; i++) {
		size_t left = t->depends_nr - i - 1;

		if (is_broken_down(&t->depends[i]))
			ret = expand_one(list, &nr, room - left, b, &t->depends[i], findings,
					 err);
		else
			list[nr++] = t->depends[i];
	}
	if (ret)
		return ret;
	t->depends = list;
	t->depends_nr = nr;
	return 0;
}

int depend_expand(struct board *b, struct ops_findings *findings, struct ops_error *err)
{
	size_t i, k;
	int ret = 0;

	for (i = 0; ret == 0 && i < b->tasks_nr; i++)
		for (k = 0; k < b->tasks[i].depends_nr; k++)
			if (is_broken_down(&b->tasks[i].depends[k])) {
				ret = expand_task(b, &b->tasks[i], findings, err);
				break;
			}
	return ret;
}
