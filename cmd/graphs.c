/* SPDX-License-Identifier: MIT */
/*
 * A graph of tasks written down: as a table, a tree, for graphviz, for mermaid, and
 * always as JSON.
 *
 * Ids may hold anything that a file name may: what goes into another language is quoted,
 * and named by number.  Nothing recurses, and a tree says how deep it is where it would
 * be wider than a page.
 */

#include "graphs.h"

#include <string.h>

#include "out.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

#define INDENT_MAX 30

static const struct out_column columns[] = {
	{ "id", "TASK", SHRINK_LAST },
	{ "status", "STATUS", SHRINK_NEVER },
	{ "begin", "BEGIN", SHRINK_NEVER },
	{ "end", "END", SHRINK_NEVER },
	{ "latest", "LATEST", SHRINK_NEVER },
	{ "due", "DUE", SHRINK_NEVER },
	{ "slack", "SLACK", SHRINK_NEVER },
	{ "depends", "DEPENDS ON", SHRINK_FIRST },
};

#define COLUMNS (sizeof(columns) / sizeof(columns[0]))

/* Which nodes are shown: the root, all it depends on, and all that depend on it. */
struct part {
	const struct ops_graph *g;
	bool *in;
	size_t *stack;
	size_t nr;
};

static void take(struct part *p, size_t node)
{
	if (node == GRAPH_ALL || p->in[node])
		return;
	p->in[node] = true;
	p->stack[p->nr++] = node;
}

static int choose(struct part *p, struct session *s, const struct ops_graph *g,
		  size_t root)
{
	p->g = g;
	p->nr = 0;
	p->in = arena_array(s->arena, g->nr + 1, sizeof(*p->in));
	p->stack = arena_array(s->arena, g->nr + 1, sizeof(*p->stack));
	if (!p->in || !p->stack)
		return error_nomem(&s->err);
	if (root == GRAPH_ALL) {
		memset(p->in, 1, g->nr * sizeof(*p->in));
		return 0;
	}
	take(p, root);
	while (p->nr) {
		const struct ops_node *n = &g->nodes[p->stack[--p->nr]];

		for (size_t i = 0; i < n->depends_nr; i++)
			take(p, n->depends[i].node);
	}
	p->in[root] = false;
	take(p, root);
	while (p->nr) {
		const struct ops_node *n = &g->nodes[p->stack[--p->nr]];

		for (size_t i = 0; i < n->dependents_nr; i++)
			take(p, n->dependents[i]);
	}
	return 0;
}

/* "a, b (complete), c (not there)"; NULL for none, or when there is no memory. */
static const char *depends_text(struct session *s, const struct ops_node *n)
{
	struct buf b = BUF_INIT;
	const char *text;

	for (size_t i = 0; i < n->depends_nr; i++) {
		const struct ops_edge *e = &n->depends[i];

		if (i)
			buf_str(&b, ", ");
		buf_str(&b, e->task);
		if (strcmp(e->state, "open")) {
			buf_str(&b, " (");
			buf_str(&b, e->state);
			buf_char(&b, ')');
		}
	}
	text = b.len && !buf_failed(&b) ? arena_dup(s->arena, b.data, b.len) : NULL;
	buf_release(&b);
	return text;
}

static void show_list(struct session *s, const struct part *p)
{
	out_table(s->out, NULL, columns, COLUMNS);
	for (size_t i = 0; i < p->g->nr; i++) {
		const struct ops_node *n = &p->g->nodes[i];
		const char *cells[COLUMNS] = {
			n->id, n->status, n->cyclic ? "cycle" : n->begin, n->end,
			n->latest, n->due, n->has_slack ?
			arena_printf(s->arena, "%.1f", n->slack) : NULL,
			depends_text(s, n),
		};

		if (p->in[i])
			out_row(s->out, cells);
	}
	out_table_end(s->out);
}

static void say_node(struct session *s, const struct ops_node *n, size_t depth,
		     const char *state, bool again)
{
	char indent[2 * INDENT_MAX + 1];
	size_t shown = depth < INDENT_MAX ? depth : INDENT_MAX;

	memset(indent, ' ', 2 * shown);
	indent[2 * shown] = '\0';
	if (depth > INDENT_MAX)
		out_say(s->out, "%s[%zu] ", indent, depth);
	else
		out_say(s->out, "%s", indent);
	out_say(s->out, "%s  %s", n->id, n->status);
	if (n->end)
		out_say(s->out, "  %s to %s", n->begin, n->end);
	if (n->late)
		out_say(s->out, "  late: due %s", n->due);
	if (state && strcmp(state, "open"))
		out_say(s->out, "  (%s)", state);
	out_say(s->out, "%s\n", again ? "  (see above)" : n->cyclic ? "  (cycle)" : "");
}

/* A node with all below it; what was shown before is only named. */
static void show_below(struct session *s, const struct part *p, size_t root, bool *seen,
		       size_t *at)
{
	size_t depth = 0, *stack = p->stack;

	say_node(s, &p->g->nodes[root], 0, NULL, seen[root]);
	if (seen[root])
		return;
	seen[root] = true;
	stack[0] = root;
	at[0] = 0;
	for (;;) {
		const struct ops_node *n = &p->g->nodes[stack[depth]];
		const struct ops_edge *e;

		if (at[depth] == n->depends_nr) {
			if (!depth--)
				return;
			continue;
		}
		e = &n->depends[at[depth]++];
		if (e->node == GRAPH_ALL) {
			struct ops_node other = { .id = e->task, .status = e->state };

			say_node(s, &other, depth + 1, NULL, false);
			continue;
		}
		say_node(s, &p->g->nodes[e->node], depth + 1, e->state, seen[e->node]);
		if (seen[e->node])
			continue;
		seen[e->node] = true;
		stack[++depth] = e->node;
		at[depth] = 0;
	}
}

static int show_tree(struct session *s, const struct part *p, size_t root)
{
	bool *seen = arena_array(s->arena, p->g->nr + 1, sizeof(*seen));
	size_t *at = arena_array(s->arena, p->g->nr + 1, sizeof(*at));

	if (!seen || !at)
		return error_nomem(&s->err);
	if (root != GRAPH_ALL) {
		show_below(s, p, root, seen, at);
		return 0;
	}
	for (size_t i = 0; i < p->g->nr; i++)
		if (!p->g->nodes[i].dependents_nr)
			show_below(s, p, i, seen, at);
	/* What only hangs in cycles has no top. */
	for (size_t i = 0; i < p->g->nr; i++)
		if (!seen[i])
			show_below(s, p, i, seen, at);
	return 0;
}

/* In double quotes, with nothing that could end them. */
static const char *quoted(struct session *s, const char *text)
{
	char *copy = arena_str(s->arena, text);

	for (char *c = copy; c && *c; c++)
		if (*c == '"' || *c == '\\' || *c == '\n' || *c == '\r')
			*c = '\'';
	return copy;
}

static void show_dot(struct session *s, const struct part *p)
{
	out_say(s->out, "digraph tasks {\n\trankdir=RL;\n\tnode [shape=box];\n");
	for (size_t i = 0; i < p->g->nr; i++)
		if (p->in[i])
			out_say(s->out, "\tn%zu [label=\"%s\\n%s\"%s];\n", i,
				quoted(s, p->g->nodes[i].id),
				quoted(s, p->g->nodes[i].status),
				p->g->nodes[i].cyclic || p->g->nodes[i].late ?
				", color=red" : "");
	for (size_t i = 0; i < p->g->nr; i++)
		for (size_t k = 0; p->in[i] && k < p->g->nodes[i].depends_nr; k++)
			if (p->g->nodes[i].depends[k].node != GRAPH_ALL)
				out_say(s->out, "\tn%zu -> n%zu;\n", i,
					p->g->nodes[i].depends[k].node);
	out_say(s->out, "}\n");
}

static void show_mermaid(struct session *s, const struct part *p)
{
	out_say(s->out, "graph RL\n");
	for (size_t i = 0; i < p->g->nr; i++)
		if (p->in[i])
			out_say(s->out, "  n%zu[\"%s: %s\"]\n", i,
				quoted(s, p->g->nodes[i].id),
				quoted(s, p->g->nodes[i].status));
	for (size_t i = 0; i < p->g->nr; i++)
		for (size_t k = 0; p->in[i] && k < p->g->nodes[i].depends_nr; k++)
			if (p->g->nodes[i].depends[k].node != GRAPH_ALL)
				out_say(s->out, "  n%zu --> n%zu\n", i,
					p->g->nodes[i].depends[k].node);
}

static void show_path(struct session *s, const struct ops_graph *g)
{
	if (g->unestimated)
		out_say(s->out, "\ntasks without an estimate, which count with none: %zu\n",
			g->unestimated);
	if (g->path_nr)
		out_say(s->out, "\nthe critical path, to %s:\n",
			g->nodes[g->path[g->path_nr - 1].node].end);
	for (size_t i = 0; i < g->path_nr; i++) {
		const struct ops_node *n = &g->nodes[g->path[i].node];
		const char *because = g->path[i].because;

		out_say(s->out, "  %s  %s to %s", n->id, n->begin, n->end);
		if (because && !strcmp(because, "agent"))
			out_say(s->out, "  (when %s is free)", n->agent);
		out_say(s->out, "\n");
	}
}

static void show_members(struct session *s, const struct ops_node *n)
{
	out_map(s->out, NULL);
	out_string(s->out, "id", n->id);
	out_string(s->out, "title", n->title);
	out_string(s->out, "status", n->status);
	out_string(s->out, "priority", n->priority);
	out_string(s->out, "agent", n->agent);
	if (n->hours < 0)
		out_string(s->out, "hours", NULL);
	else
		out_number(s->out, "hours", n->hours);
	out_bool(s->out, "waits", n->waits);
	out_bool(s->out, "cyclic", n->cyclic);
	out_bool(s->out, "assumed", n->assumed);
	out_bool(s->out, "late", n->late);
	out_string(s->out, "begin", n->begin);
	out_string(s->out, "end", n->end);
	out_string(s->out, "latest", n->latest);
	out_string(s->out, "due", n->due);
	if (n->has_slack)
		out_number(s->out, "slack", (double)(long)(n->slack * 1000) / 1000);
	else
		out_string(s->out, "slack", NULL);
	out_list(s->out, "depends");
	for (size_t i = 0; i < n->depends_nr; i++) {
		out_map(s->out, NULL);
		out_string(s->out, "task", n->depends[i].task);
		out_string(s->out, "state", n->depends[i].state);
		out_end(s->out);
	}
	out_end(s->out);
	out_end(s->out);
}

static void show_json(struct session *s, const struct part *p)
{
	const struct ops_graph *g = p->g;

	out_list(s->out, "tasks");
	for (size_t i = 0; i < g->nr; i++)
		if (p->in[i])
			show_members(s, &g->nodes[i]);
	out_end(s->out);
	out_number(s->out, "edges", (double)g->edges);
	out_list(s->out, "cycles");
	for (size_t i = 0; i < g->cycles_nr; i++) {
		out_map(s->out, NULL);
		out_list(s->out, "tasks");
		for (size_t k = 0; k < g->cycles[i].nr; k++)
			out_string(s->out, NULL, g->cycles[i].tasks[k]);
		out_end(s->out);
		out_number(s->out, "members", (double)g->cycles[i].members);
		out_bool(s->out, "shortest", g->cycles[i].shortest);
		out_end(s->out);
	}
	out_end(s->out);
	out_list(s->out, "critical_path");
	for (size_t i = 0; i < g->path_nr; i++) {
		out_map(s->out, NULL);
		out_string(s->out, "task", g->nodes[g->path[i].node].id);
		out_string(s->out, "because", g->path[i].because);
		out_end(s->out);
	}
	out_end(s->out);
	out_number(s->out, "unestimated", (double)g->unestimated);
}

int graphs_show(struct session *s, const struct ops_graph *g, size_t root,
		const char *form)
{
	struct part p;
	int ret = choose(&p, s, g, root);

	if (ret < 0)
		return ret;
	if (s->globals->json)
		show_json(s, &p);
	else if (!strcmp(form, "tree"))
		ret = show_tree(s, &p, root);
	else if (!strcmp(form, "dot"))
		show_dot(s, &p);
	else if (!strcmp(form, "mermaid"))
		show_mermaid(s, &p);
	else {
		show_list(s, &p);
		show_path(s, g);
	}
	return ret;
}
