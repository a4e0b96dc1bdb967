/* SPDX-License-Identifier: MIT */
/*
 * The dependency graph: its edges, its cycles, and an order without them.
 *
 * Nothing recurses: a chain of a hundred thousand tasks is a file somebody can write.
 */

#include "model/graph.h"

#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 50000000u	/* edges looked at in search of shortest cycles */

static bool is_edge(const struct graph *g, uint32_t link)
{
	return link < LINK_STUCK && !(g->done && g->done[link]);
}

bool graph_waits(const struct graph *g, size_t task)
{
	const struct board *b = g->b;
	size_t i;

	for (i = b->links_first[task]; i < b->links_first[task + 1]; i++)
		if (b->links[i] == LINK_STUCK || is_edge(g, b->links[i]))
			return true;
	return false;
}

static int make_edges(struct graph *g)
{
	const struct board *b = g->b;
	size_t n = b->tasks_nr, i, k, links = n ? b->links_first[n] : 0;
	uint32_t *at;

	g->first = arena_space(b->arena, n + 2, sizeof(*g->first));
	g->back_first = arena_array(b->arena, n + 2, sizeof(*g->back_first));
	g->to = arena_space(b->arena, links + 1, sizeof(*g->to));
	g->back = arena_space(b->arena, links + 1, sizeof(*g->back));
	at = arena_space(b->arena, n + 1, sizeof(*at));
	if (!g->first || !g->back_first || !g->to || !g->back || !at)
		return OPS_ENOMEM;
	for (i = 0; i < n; i++) {
		g->first[i] = (uint32_t)g->edges;
		for (k = b->links_first[i]; k < b->links_first[i + 1]; k++)
			if (is_edge(g, b->links[k]) && !(g->done && g->done[i])) {
				g->to[g->edges++] = b->links[k];
				g->back_first[b->links[k] + 1]++;
			}
	}
	g->first[n] = (uint32_t)g->edges;
	for (i = 0; i < n; i++)
		g->back_first[i + 1] += g->back_first[i];
	memcpy(at, g->back_first, n * sizeof(*at));
	for (i = 0; i < n; i++)
		for (k = g->first[i]; k < g->first[i + 1]; k++)
			g->back[at[g->to[k]]++] = (uint32_t)i;
	return 0;
}

static int make_order(struct graph *g)
{
	size_t n = g->b->tasks_nr, head, i;
	uint32_t *waits;

	waits = arena_space(g->b->arena, n + 1, sizeof(*waits));
	g->order = arena_space(g->b->arena, n + 1, sizeof(*g->order));
	if (!waits || !g->order)
		return OPS_ENOMEM;
	for (i = 0; i < n; i++) {
		waits[i] = g->first[i + 1] - g->first[i];
		if (!waits[i])
			g->order[g->order_nr++] = (uint32_t)i;
	}
	for (head = 0; head < g->order_nr; head++)
		for (i = g->back_first[g->order[head]];
		     i < g->back_first[g->order[head] + 1]; i++)
			if (!--waits[g->back[i]])
				g->order[g->order_nr++] = g->back[i];
	return 0;
}

/* The components of what is left when the order is taken away, by Tarjan's algorithm. */
struct components {
	struct graph *g;
	size_t *seen;		/* 0, or when + 1 */
	size_t *low, *of;	/* `of`: NONE until its component is known */
	size_t *stack, stack_nr;
	size_t *path, *edge, path_nr;	/* what a recursion would hold */
	size_t count, nr;
	size_t *members, members_nr;	/* component by component */
	size_t *starts;
};

static void enter(struct components *c, size_t task)
{
	c->seen[task] = c->low[task] = ++c->count;
	c->stack[c->stack_nr++] = task;
	c->edge[c->path_nr] = c->g->first[task];
	c->path[c->path_nr++] = task;
}

static void leave(struct components *c)
{
	size_t task = c->path[--c->path_nr], one;

	if (c->path_nr && c->low[task] < c->low[c->path[c->path_nr - 1]])
		c->low[c->path[c->path_nr - 1]] = c->low[task];
	if (c->low[task] != c->seen[task])
		return;
	c->starts[c->nr] = c->members_nr;
	do {
		one = c->stack[--c->stack_nr];
		c->of[one] = c->nr;
		c->members[c->members_nr++] = one;
	} while (one != task);
	c->starts[++c->nr] = c->members_nr;
}

static void walk(struct components *c, size_t root)
{
	enter(c, root);
	while (c->path_nr) {
		size_t task = c->path[c->path_nr - 1], to;

		if (c->edge[c->path_nr - 1] == c->g->first[task + 1]) {
			leave(c);
			continue;
		}
		to = c->g->to[c->edge[c->path_nr - 1]++];
		if (!c->seen[to])
			enter(c, to);
		else if (c->of[to] == NONE && c->seen[to] < c->low[task])
			c->low[task] = c->seen[to];
	}
}

struct search {
	const struct components *c;
	size_t *distance;	/* from the start + 1; 0: not seen */
	size_t *from, *queue;
	size_t best;		/* edges of the shortest cycle so far; NONE */
	size_t steps;
	struct cycle *cycle;
};

/* Edges that stay in the component. */
static size_t inner(const struct components *c, size_t task)
{
	size_t i, nr = 0;

	for (i = c->g->first[task]; i < c->g->first[task + 1]; i++)
		nr += c->of[c->g->to[i]] == c->of[task];
	return nr;
}

static void keep_cycle(struct search *s, size_t last)
{
	size_t at = last, i;

	s->best = s->distance[last];
	s->cycle->nr = s->best;
	for (i = s->best; i > 0; i--) {
		s->cycle->tasks[i - 1] = at;
		at = s->from[at];
	}
}

/* The shortest cycle through a task, if it is shorter than the best so far. */
static void search_from(struct search *s, size_t start)
{
	const struct graph *g = s->c->g;
	size_t head = 0, tail = 0, i, k;
	bool found = false;

	s->distance[start] = 1;
	s->queue[tail++] = start;
	while (head < tail && !found) {
		size_t task = s->queue[head++];

		if (s->best != NONE && s->distance[task] >= s->best)
			break;
		for (i = g->first[task]; i < g->first[task + 1] && !found; i++) {
			size_t to = g->to[i];

			s->steps++;
			if (to == start) {
				keep_cycle(s, task);
				found = true;
			} else if (s->c->of[to] == s->c->of[start] && !s->distance[to]) {
				s->distance[to] = s->distance[task] + 1;
				s->from[to] = task;
				s->queue[tail++] = to;
			}
		}
	}
	for (k = 0; k < tail; k++)
		s->distance[s->queue[k]] = 0;
}

/* Begin with the task that comes first by path. */
static void turn(struct cycle *c, size_t *spare)
{
	size_t first = 0, i;

	for (i = 1; i < c->nr; i++)
		if (c->tasks[i] < c->tasks[first])
			first = i;
	for (i = 0; i < c->nr; i++)
		spare[i] = c->tasks[(first + i) % c->nr];
	memcpy(c->tasks, spare, c->nr * sizeof(*spare));
}

/*
 * The shortest cycle of a component.  Where only one way leads on from each task, the
 * component is one cycle; else every cycle goes through a task from which several do.
 */
static int shortest(struct cycle *out, struct search *s, size_t component)
{
	const struct components *c = s->c;
	size_t start = c->starts[component], end = c->starts[component + 1], i;
	bool branches = false;

	out->members = end - start;
	out->tasks = arena_array(c->g->b->arena, out->members + 1, sizeof(*out->tasks));
	if (!out->tasks)
		return OPS_ENOMEM;
	out->shortest = true;
	s->best = NONE;
	s->cycle = out;
	for (i = start; i < end; i++) {
		if (inner(c, c->members[i]) < 2)
			continue;
		branches = true;
		if (s->steps > STEPS_MAX && s->best != NONE) {
			out->shortest = false;
			break;
		}
		search_from(s, c->members[i]);
	}
	if (!branches)
		search_from(s, c->members[start]);
	turn(out, s->queue);
	return 0;
}

static bool is_cyclic(const struct components *c, size_t component)
{
	size_t at = c->starts[component];

	return c->starts[component + 1] - at > 1 || inner(c, c->members[at]) > 0;
}

static int compare_cycles(const void *a, const void *b)
{
	const struct cycle *x = a, *y = b;

	return (x->tasks[0] > y->tasks[0]) - (x->tasks[0] < y->tasks[0]);
}

static int make_cycles(struct graph *g)
{
	struct arena *arena = g->b->arena;
	size_t n = g->b->tasks_nr, i, nr = 0, *block;
	struct components c = { 0 };
	struct search s = { 0 };
	int ret = 0;

	if (g->order_nr == n)
		return 0;
	block = arena_array(arena, n + 2, 11 * sizeof(*block));
	if (!block)
		return OPS_ENOMEM;
	c.g = g;
	c.seen = block;
	c.low = block + n;
	c.of = block + 2 * n;
	c.stack = block + 3 * n;
	c.path = block + 4 * n;
	c.edge = block + 5 * n;
	c.members = block + 6 * n;
	s.distance = block + 7 * n;
	s.from = block + 8 * n;
	s.queue = block + 9 * n;
	c.starts = block + 10 * n;
	s.c = &c;
	for (i = 0; i < n; i++)
		c.of[i] = NONE;
	for (i = 0; i < n; i++)
		if (!c.seen[i])
			walk(&c, i);
	for (i = 0; i < c.nr; i++)
		nr += is_cyclic(&c, i);
	g->cycles = arena_array(arena, nr + 1, sizeof(*g->cycles));
	if (!g->cycles)
		return OPS_ENOMEM;
	for (i = 0; ret == 0 && i < c.nr; i++)
		if (is_cyclic(&c, i))
			ret = shortest(&g->cycles[g->cycles_nr++], &s, i);
	if (ret == 0)
		qsort(g->cycles, g->cycles_nr, sizeof(*g->cycles), compare_cycles);
	return ret;
}

int graph_make(struct graph *out, const struct board *b, const bool *done)
{
	int ret;

	memset(out, 0, sizeof(*out));
	out->b = b;
	out->done = done;
	ret = make_edges(out);
	if (ret == 0)
		ret = make_order(out);
	return ret ? ret : make_cycles(out);
}
