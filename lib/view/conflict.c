/* SPDX-License-Identifier: MIT */
/*
 * Conflicts as plain data.  What is one is found by lib/model/conflict.c.
 */
#include "ops/conflict.h"

#include <string.h>

#include "model/conflict.h"
#include "util/buf.h"
#include "util/path.h"
#include "view/view.h"

static const char *section(struct arena *arena, const struct ops_document *d,
			   const char *name)
{
	const struct sections *sections = doc_sections(d->doc);
	const struct section *one = sections ? section_find(sections, name) : NULL;
	struct buf b = BUF_INIT;
	const char *text;

	if (one)
		section_text(&b, sections, one);
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data ? b.data : "");
	buf_release(&b);
	return text;
}

static const char *next_step(struct arena *arena, const struct collision *c)
{
	switch (c->state) {
	case CONFLICT_SEEN:
		return arena_printf(arena, "ops conflict freeze --kind %s%s%s -m TEXT %s",
				    c->kind, c->with ? " --with " : "",
				    c->with ? c->with : "", c->task);
	case CONFLICT_FROZEN:
		return arena_printf(arena, "ops conflict decide --owner AGENT --merge-path "
				    "TEXT -m TEXT %s", c->task);
	default:
		return arena_printf(arena, "ops conflict resume --contract FILE "
				    "--regression FILE -m TEXT %s", c->task);
	}
}

static int fill(struct ops_conflict *out, struct ops_view *view, const struct collision *c)
{
	struct arena *arena = view->arena;

	memset(out, 0, sizeof(*out));
	out->kind = c->kind;
	out->state = conflict_state_name(c->state);
	out->task = c->task;
	out->owner = c->owner;
	out->with = c->with;
	out->with_owner = c->with_owner;
	out->what = c->what;
	out->freeze = c->freeze ? c->freeze->id : NULL;
	out->next = next_step(arena, c);
	if (!out->next)
		return OPS_ENOMEM;
	if (!c->arbitration)
		return 0;
	out->arbitration = c->arbitration->id;
	out->authority = document_text(c->arbitration, "Owner");
	out->merge_path = section(arena, c->arbitration, "Merge Path");
	out->rationale = section(arena, c->arbitration, "Rationale");
	return out->merge_path && out->rationale ? 0 : OPS_ENOMEM;
}

static bool concerns(const struct collision *c, const char *task)
{
	return !strcmp(c->task, task) || (c->with && !strcmp(c->with, task));
}

int ops_view_conflicts(const struct ops_conflict **out, size_t *nr, bool *more,
		       struct ops_view *view, const char *task,
		       struct ops_findings *findings, struct ops_error *err)
{
	const char *id = NULL, *path, *stem;
	struct ops_conflict *list;
	struct collisions all;
	size_t i, found = 0, len;
	int ret = view_say_broken(view, findings, err);

	if (ret == 0 && task) {
		ret = world_find_path(&path, view->world, task, "task", err);
		len = ret ? 0 : path_stem(path, &stem);
		id = ret ? NULL : arena_dup(view->arena, stem, len);
		if (ret == 0 && !id)
			ret = error_nomem(err);
	}
	if (ret == 0)
		ret = conflicts_find(&all, view->world, findings, err);
	if (ret)
		return ret;
	list = arena_array(view->arena, all.nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; i < all.nr; i++)
		if ((!id || concerns(&all.list[i], id)) &&
		    fill(&list[found++], view, &all.list[i]))
			return error_nomem(err);
	*out = list;
	*nr = found;
	*more = all.more;
	return 0;
}
