/* SPDX-License-Identifier: MIT */
/*
 * What of a history is not new: found without going through all of it, as far as that is
 * little.  Dates only say where to look first.
 *
 * Invariants: a node is hidden only when it is an ancestor of what is hidden (or that
 * itself), so nothing that is new is ever left out.  The other way round a date that
 * lies may, in a merge of old branches, leave in what is not new.  A node costs about
 * fifty bytes and its message none, and there are NODES_MAX of them at most.
 */
#include <stdlib.h>
#include <string.h>

#include "store/history_inside.h"
#include "store/repo.h"
#include "store/seen.h"
#include "util/array.h"

#define NODES_MAX 32768
#define PARENTS_MAX (UINT32_MAX / 4)
#define MUCH 1		/* there is more than is good to have in memory */
#define SLOP 5		/* commits of the past looked at beyond need, as git does */

enum { HIDDEN = 1, READ = 2, QUEUED = 4, CERTAIN = 8, SEEN = 16 };

struct node {
	struct oid id;
	uint32_t parents;		/* the first of them in listing.parents */
	unsigned parents_nr : 24, flags : 8;	/* HISTORY_COMMIT_MAX bounds them */
};

struct listing {
	struct store *store;
	struct node *nodes;
	int64_t *times;			/* of the nodes */
	uint32_t *slots;		/* index + 1 of a node; by its id */
	uint32_t *parents, *heap;
	size_t nr, room, times_room, slots_nr, parents_nr, parents_room, heap_nr, heap_room;
	size_t fresh;			/* nodes in the heap that are not hidden */
	size_t max;			/* commits; 0: no bound */
};

/* Make room for one more; OPS_ENOMEM. */
static int grow(void *list, size_t *room, size_t nr, size_t size)
{
	return nr < PARENTS_MAX ? array_room(list, nr, room, size) : OPS_ENOMEM;
}

static uint32_t *find_slot(const struct listing *l, const struct oid *id)
{
	uint32_t at;

	memcpy(&at, id->id, sizeof(at));
	for (at &= (uint32_t)l->slots_nr - 1; l->slots[at];
	     at = (at + 1) & ((uint32_t)l->slots_nr - 1))
		if (oid_equal(&l->nodes[l->slots[at] - 1].id, id))
			break;
	return &l->slots[at];
}

static int grow_slots(struct listing *l)
{
	size_t i, more = l->slots_nr ? l->slots_nr * 2 : 256;
	uint32_t *bigger = calloc(more, sizeof(*bigger));

	if (!bigger)
		return OPS_ENOMEM;
	free(l->slots);
	l->slots = bigger;
	l->slots_nr = more;
	for (i = 0; i < l->nr; i++)
		*find_slot(l, &l->nodes[i].id) = (uint32_t)i + 1;
	return 0;
}

/* The node of a commit, made if it is new. */
static int node_of(uint32_t *out, struct listing *l, const struct oid *id)
{
	uint32_t *slot;

	if (l->nr * 4 >= l->slots_nr * 3 && grow_slots(l))
		return OPS_ENOMEM;
	slot = find_slot(l, id);
	if (!*slot) {
		if (grow(&l->nodes, &l->room, l->nr, sizeof(*l->nodes)) ||
		    grow(&l->times, &l->times_room, l->nr, sizeof(*l->times)))
			return OPS_ENOMEM;
		memset(&l->nodes[l->nr], 0, sizeof(*l->nodes));
		l->nodes[l->nr].id = *id;
		*slot = (uint32_t)++l->nr;
	}
	*out = *slot - 1;
	return 0;
}

/* The seconds of the line "committer ..."; 0 when it has none. */
static int64_t time_of(const char *at, const char *end)
{
	const char *line = at, *newline, *p;
	char digits[24] = "";

	while ((newline = memchr(line, '\n', (size_t)(end - line))) && newline > line) {
		if (newline - line > 10 && !memcmp(line, "committer ", 10)) {
			for (p = newline; p > line && p[-1] != '>'; p--)
				;
			memcpy(digits, p, newline - p < 23 ? (size_t)(newline - p) : 23);
			return strtoll(digits, NULL, 10);
		}
		line = newline + 1;
	}
	return 0;
}

static int add_parents(struct listing *l, uint32_t at, const char *raw, size_t len)
{
	size_t nr, i;
	const char *lines = history_parents(&nr, raw, len);
	struct oid id;
	uint32_t parent;

	l->nodes[at].parents = (uint32_t)l->parents_nr;
	for (i = 0; i < nr; i++) {
		history_parent(&id, lines, i);
		if (node_of(&parent, l, &id) ||
		    grow(&l->parents, &l->parents_room, l->parents_nr, sizeof(*l->parents)))
			return OPS_ENOMEM;
		l->parents[l->parents_nr++] = parent;
		l->nodes[at].parents_nr++;
	}
	l->times[at] = time_of(history_parent_line(lines, nr), raw + len);
	l->nodes[at].flags |= READ;
	return 0;
}

static int read_node(struct listing *l, uint32_t at, struct ops_error *err)
{
	struct object object = { 0 };
	struct oid id = l->nodes[at].id;
	int ret;

	if (l->nodes[at].flags & READ)
		return 0;
	if (l->max && l->nr / 64 > l->max)
		return history_too_many(l->max, err);
	if (l->nr > NODES_MAX)
		return MUCH;
	ret = repo_object(&object, l->store, &id, GIT_OBJECT_COMMIT, HISTORY_COMMIT_MAX, err);
	if (ret)
		return ret;
	if (store_is_cut(l->store, &id))
		l->nodes[at].flags |= READ;
	else if (add_parents(l, at, object.data, object.len))
		ret = error_nomem(err);
	object_release(&object);
	return ret;
}

/* --- a heap of nodes, the youngest first --- */

static bool younger(const struct listing *l, size_t a, size_t b)
{
	return l->times[l->heap[a]] > l->times[l->heap[b]];
}

static void swap(struct listing *l, size_t a, size_t b)
{
	uint32_t kept = l->heap[a];

	l->heap[a] = l->heap[b];
	l->heap[b] = kept;
}

/* Queue a node, which must have been read. */
static int push(struct listing *l, uint32_t at)
{
	size_t i = l->heap_nr;

	if (l->nodes[at].flags & QUEUED)
		return 0;
	if (grow(&l->heap, &l->heap_room, i, sizeof(*l->heap)))
		return OPS_ENOMEM;
	l->nodes[at].flags |= QUEUED;
	l->fresh += !(l->nodes[at].flags & HIDDEN);
	l->heap[l->heap_nr++] = at;
	for (; i && younger(l, i, (i - 1) / 2); i = (i - 1) / 2)
		swap(l, i, (i - 1) / 2);
	return 0;
}

static uint32_t pop(struct listing *l)
{
	uint32_t top = l->heap[0];
	size_t i = 0, child;

	l->heap[0] = l->heap[--l->heap_nr];
	while ((child = 2 * i + 1) < l->heap_nr) {
		if (child + 1 < l->heap_nr && younger(l, child + 1, child))
			child++;
		if (!younger(l, child, i))
			break;
		swap(l, i, child);
		i = child;
	}
	l->nodes[top].flags &= (unsigned char)~QUEUED;
	l->fresh -= !(l->nodes[top].flags & HIDDEN);
	return top;
}

/* --- what is hidden --- */

static void hide_node(struct listing *l, uint32_t at)
{
	if (l->nodes[at].flags & QUEUED)
		l->fresh--;
	l->nodes[at].flags |= HIDDEN;
}

/* Look at the parents of the youngest node; `known`: only at those read before. */
static int step(struct listing *l, bool known, struct ops_error *err)
{
	uint32_t at = pop(l), parent;
	bool hidden = l->nodes[at].flags & HIDDEN, found;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < l->nodes[at].parents_nr; i++) {
		parent = l->parents[l->nodes[at].parents + i];
		found = hidden && !(l->nodes[parent].flags & HIDDEN);
		if (found)
			hide_node(l, parent);
		/* One that was taken for new is looked at again, to hide its own. */
		if (l->nodes[parent].flags & READ ? !found : known)
			continue;
		ret = read_node(l, parent, err);
		if (ret == 0 && push(l, parent))
			ret = error_nomem(err);
	}
	return ret;
}

/* The oldest of the new ones that do not descend from what is hidden, and might
 * therefore be older than that; false when there is none. */
static bool oldest_doubtful(int64_t *time, const struct listing *l)
{
	bool found = false;
	size_t i;

	for (i = 0; i < l->nr; i++) {
		const struct node *n = &l->nodes[i];

		if (!(n->flags & READ) || n->flags & (HIDDEN | CERTAIN))
			continue;
		if (!found || l->times[i] < *time)
			*time = l->times[i];
		found = true;
	}
	return found;
}

static void note_descent(struct listing *l, struct node *n, uint32_t hide)
{
	uint32_t i, parent;

	for (i = 0; i < n->parents_nr; i++) {
		parent = l->parents[n->parents + i];
		if (parent == hide || l->nodes[parent].flags & CERTAIN)
			n->flags |= CERTAIN;
	}
}

/* Read what is new, and note what of it descends from `hide`.  The stack has pairs: a node, and
 * which of its parents is next. */
static int visit(struct listing *l, uint32_t tip, uint32_t hide, struct ops_error *err)
{
	uint32_t *stack = NULL, *top, parent;
	size_t depth = 0, room = 0;
	struct node *n;
	int ret = 0;

	for (parent = tip;;) {
		if (!(l->nodes[parent].flags & (HIDDEN | SEEN))) {
			ret = read_node(l, parent, err);
			if (ret == 0 && grow(&stack, &room, depth,
					     2 * sizeof(*stack)))
				ret = error_nomem(err);
			if (ret)
				break;
			l->nodes[parent].flags |= SEEN;
			stack[2 * depth] = parent;
			stack[2 * depth++ + 1] = 0;
		}
		for (; depth; depth--) {
			top = &stack[2 * (depth - 1)];
			n = &l->nodes[top[0]];
			if (top[1] < n->parents_nr)
				break;
			note_descent(l, n, hide);
		}
		if (!depth)
			break;
		parent = l->parents[n->parents + top[1]++];
	}
	free(stack);
	return ret;
}

/* Hide `hide` and its ancestors, as far as they may be among those of `tip`. */
static int hide_past(struct listing *l, uint32_t tip, uint32_t hide,
		     struct ops_error *err)
{
	bool asked = false;
	size_t slop = SLOP;
	int64_t oldest = 0;
	int ret = read_node(l, hide, err);

	if (ret == 0)
		ret = read_node(l, tip, err);
	hide_node(l, hide);
	if (ret == 0 && (push(l, tip) || push(l, hide)))
		ret = error_nomem(err);
	while (ret == 0 && l->heap_nr && slop) {
		if (!l->fresh && !asked) {
			ret = visit(l, tip, hide, err);
			asked = true;
			if (ret || !oldest_doubtful(&oldest, l))
				break;
		}
		if (asked)
			slop = l->times[l->heap[0]] < oldest ? slop - 1 : SLOP;
		ret = step(l, false, err);
	}
	while (ret == 0 && l->heap_nr)
		ret = step(l, true, err);
	return ret;
}

static int take_hidden(struct seen *out, const struct listing *l, struct ops_error *err)
{
	bool fresh;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < l->nr; i++)
		if (l->nodes[i].flags & HIDDEN)
			ret = seen_add(&fresh, out, l->store, &l->nodes[i].id, err);
	return ret;
}

int history_hide(bool *much, struct seen *out, struct store *s, const struct oid *tip,
		 const struct oid *hide, size_t max, struct ops_error *err)
{
	struct listing l = { .store = s, .max = max };
	uint32_t first = 0, past = 0;
	int ret = 0;

	if (node_of(&first, &l, tip) || node_of(&past, &l, hide))
		ret = error_nomem(err);
	if (ret == 0)
		ret = hide_past(&l, first, past, err);
	if (ret == 0)
		ret = take_hidden(out, &l, err);
	*much = ret > 0;
	free(l.nodes);
	free(l.times);
	free(l.slots);
	free(l.parents);
	free(l.heap);
	return ret < 0 ? ret : 0;
}
