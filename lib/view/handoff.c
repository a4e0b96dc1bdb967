/* SPDX-License-Identifier: MIT */
/*
 * Where the handoff of a task stands, and whose move it is.  Reads only.
 */

#include "model/handoff.h"

#include "ops/view.h"
#include "view/view.h"

/* Who does what next; NULL: nobody has to. */
static const char *next_of(struct arena *arena, const struct handoff *h, const char *task)
{
	switch (h->state) {
	case HANDOFF_REQUESTED:
		return arena_printf(arena, "%s: ops handoff package %s", h->owner, task);
	case HANDOFF_PACKAGED:
		return arena_printf(arena, "%s: ops handoff accept %s, or reject", h->to,
				    task);
	case HANDOFF_LATE:
	case HANDOFF_REJECTED:
		return arena_printf(arena, "neither of them: ops handoff mediate %s", task);
	case HANDOFF_NONE:
	case HANDOFF_ACCEPTED:
	case HANDOFF_CANCELLED:
		break;
	}
	return NULL;
}

int ops_view_handoffs(const struct ops_handoff **out, size_t *nr, struct ops_view *view,
		      const struct ops_document *task, struct ops_findings *findings,
		      struct ops_error *err)
{
	struct packets all;
	struct ops_handoff *list;
	struct handoff h;
	size_t i, count = 0;
	int ret = world_packets(&all.list, &all.nr, view->world, task->id, findings, err);

	if (ret)
		return ret;
	list = arena_array(view->arena, all.nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; i < all.nr; i++) {
		if (!type_is(all.list[i]->type, HANDOFF))
			continue;
		handoff_read(&h, &all, all.list[i], view->repo->now);
		list[count].id = h.start->id;
		list[count].state = handoff_state_name(h.state);
		list[count].owner = h.owner;
		list[count].to = h.to;
		list[count].deadline = h.deadline;
		list[count].package = h.package ? h.package->id : NULL;
		list[count].rejection = h.rejection ? h.rejection->id : NULL;
		list[count++].next = next_of(view->arena, &h, task->id);
	}
	*out = list;
	*nr = count;
	return 0;
}
