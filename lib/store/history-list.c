/* SPDX-License-Identifier: MIT */
/*
 * Which commits a range has, parents before children.
 *
 * Commits are read as their bytes are: replace refs and grafts are never asked, so that
 * they hide no parents.  Where a shallow clone is cut off there are none, and who lists it
 * has to say so (store_is_cut()).  Dates only say where to look first.
 *
 * Invariants: a node is hidden only when it is an ancestor of what is hidden (or that
 * itself), so nothing that is new is ever left out.  The other way round a date that
 * lies may, in a merge of old branches, leave in what is not new.  A node costs about
 * fifty bytes and its message none; a date is only kept where something is hidden.
 */
#include <stdlib.h>
#include <string.h>

#include "store/history.h"
#include "store/repo.h"
#include "util/array.h"

#define COMMIT_MAX (1u << 20)
#define NODES_MAX (UINT32_MAX / 4)
#define SLOP 5		/* commits of the past looked at beyond need, as git does */

enum { HIDDEN = 1, READ = 2, QUEUED = 4, CERTAIN = 8, DONE = 16, SEEN = 32, LINE = 64 };

struct node {
	struct oid id;
	uint32_t parents;		/* the first of them in listing.parents */
	unsigned parents_nr : 24, flags : 8;	/* COMMIT_MAX bounds them */
};

struct listing {
	struct store *store;
	struct node *nodes;
	int64_t *times;			/* of the nodes; NULL without `dated` */
	uint32_t *slots;		/* index + 1 of a node; by its id */
	uint32_t *parents, *heap;
	size_t nr, room, times_room, slots_nr, parents_nr, parents_room, heap_nr, heap_room;
	size_t fresh;			/* nodes in the heap that are not hidden */
	size_t max;			/* commits; 0: no bound */
	bool dated;
};

/* Make room for one more; OPS_ENOMEM. */
static int grow(void *list, size_t *room, size_t nr, size_t size)
{
	return nr < NODES_MAX ? array_room(list, nr, room, size) : OPS_ENOMEM;
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
		    (l->dated && grow(&l->times, &l->times_room, l->nr, sizeof(*l->times))))
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
	const char *end = raw + len, *line = memchr(raw, '\n', len);
	char hex[OID_HEX + 1] = "";
	struct oid id;
	uint32_t parent;

	l->nodes[at].parents = (uint32_t)l->parents_nr;
	for (line = line ? line + 1 : end; end - line >= 48 && !memcmp(line, "parent ", 7) &&
	     line[47] == '\n'; line += 48) {
		memcpy(hex, line + 7, OID_HEX);
		if (!oid_parse(&id, hex))
			break;
		if (node_of(&parent, l, &id) ||
		    grow(&l->parents, &l->parents_room, l->parents_nr,
			 sizeof(*l->parents)))
			return OPS_ENOMEM;
		l->parents[l->parents_nr++] = parent;
		l->nodes[at].parents_nr++;
	}
	if (l->dated)
		l->times[at] = time_of(line, end);
	l->nodes[at].flags |= READ;
	return 0;
}

static int too_many(size_t max, struct ops_error *err)
{
	return error_set(err, OPS_EREFUSED, "more than %zu new commits at once: "
			 "send them in parts", max);
}

static int read_node(struct listing *l, uint32_t at, struct ops_error *err)
{
	struct object object = { 0 };
	struct oid id = l->nodes[at].id;
	int ret;

	if (l->nodes[at].flags & READ)
		return 0;
	if (l->max && l->nr / 64 > l->max)
		return too_many(l->max, err);
	ret = repo_object(&object, l->store, &id, GIT_OBJECT_COMMIT, COMMIT_MAX, err);
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

/* Append a node to a list, and say if it is of the line. */
static void list_node(struct oid *out, unsigned char *line, size_t *nr, const struct node *n)
{
	out[*nr] = n->id;
	if (line && n->flags & LINE)
		line[*nr / 8] |= (unsigned char)(1u << *nr % 8);
	++*nr;
}

/*
 * Visit what is new, parents first.  With `out` list it; without, note what descends
 * from `hide`.  The stack has pairs: a node, and which of its parents is next.
 */
static int visit(struct listing *l, uint32_t tip, uint32_t hide, struct oid *out,
		 unsigned char *line, size_t *nr, struct ops_error *err)
{
	unsigned mark = out ? DONE : SEEN;
	uint32_t *stack = NULL, *top, parent;
	size_t depth = 0, room = 0;
	struct node *n;
	int ret = 0;

	for (parent = tip;;) {
		if (!(l->nodes[parent].flags & (HIDDEN | mark))) {
			ret = read_node(l, parent, err);
			if (ret == 0 && grow(&stack, &room, depth,
					     2 * sizeof(*stack)))
				ret = error_nomem(err);
			if (ret)
				break;
			l->nodes[parent].flags |= mark;
			stack[2 * depth] = parent;
			stack[2 * depth++ + 1] = 0;
		}
		for (; depth; depth--) {
			top = &stack[2 * (depth - 1)];
			n = &l->nodes[top[0]];
			if (top[1] < n->parents_nr)
				break;
			if (out)
				list_node(out, line, nr, n);
			else
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
			ret = visit(l, tip, hide, NULL, NULL, NULL, err);
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

/* Whether a node that is not hidden has this parent. */
static bool is_a_parent(const struct listing *l, uint32_t parent)
{
	const struct node *n;
	uint32_t i;

	for (n = l->nodes; n < l->nodes + l->nr; n++)
		for (i = 0; !(n->flags & HIDDEN) && i < n->parents_nr; i++)
			if (l->parents[n->parents + i] == parent)
				return true;
	return false;
}

/* Mark a node, its first parent and so on, as far as they are listed. */
static void mark_line(struct listing *l, uint32_t at)
{
	while (!(l->nodes[at].flags & HIDDEN)) {
		l->nodes[at].flags |= LINE;
		if (!l->nodes[at].parents_nr)
			break;
		at = l->parents[l->nodes[at].parents];
	}
}

int history_list_line(struct oid **out, size_t *nr, unsigned char **line, struct store *s,
		      const struct oid *tip, const struct oid *hide, size_t max,
		      bool *descends, struct ops_error *err)
{
	struct listing l = { .store = s, .max = max, .dated = hide != NULL };
	uint32_t first = 0, past = UINT32_MAX;
	unsigned char *bits = NULL;
	struct oid *list = NULL;
	size_t count = 0;
	int ret = 0;

	if (node_of(&first, &l, tip) || (hide && node_of(&past, &l, hide)))
		ret = error_nomem(err);
	if (ret == 0 && hide)
		ret = hide_past(&l, first, past, err);
	/* How many there will be is known when all were read. */
	if (ret == 0)
		ret = visit(&l, first, past, NULL, NULL, NULL, err);
	if (ret == 0) {
		/* All were read: none is looked for by its id any more. */
		free(l.slots);
		l.slots = NULL;
		list = malloc((l.nr + 1) * sizeof(*list));
		bits = line ? calloc(1, l.nr / 8 + 1) : NULL;
		if (bits)
			mark_line(&l, first);
		ret = list && (bits || !line) ?
		      visit(&l, first, past, list, bits, &count, err) : error_nomem(err);
	}
	/* What lies between the two is never hidden. */
	if (ret == 0 && descends)
		*descends = hide && (first == past || is_a_parent(&l, past));
	if (ret == 0 && max && count > max)
		ret = too_many(max, err);
	free(l.nodes);
	free(l.times);
	free(l.slots);
	free(l.parents);
	free(l.heap);
	if (ret) {
		free(list);
		free(bits);
		return ret;
	}
	if (line)
		*line = bits;
	*out = list;
	*nr = count;
	return 0;
}

int history_list(struct oid **out, size_t *nr, struct store *s, const struct oid *tip,
		 const struct oid *hide, size_t max, bool *descends, struct ops_error *err)
{
	return history_list_line(out, nr, NULL, s, tip, hide, max, descends, err);
}
