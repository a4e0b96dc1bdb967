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
	struct session *s;
	const struct ops_graph *g;
	bool *in;
	size_t *stack;
	size_t nr;
};

static int tell(struct ops_node *n, const struct part *p, size_t node)
{
	return ops_graph_node(n, p->g, node, &p->s->err);
}

static void take(struct part *p, size_t node)
{
	if (node == GRAPH_ALL || p->in[node])
		return;
	p->in[node] = true;
	p->stack[p->nr++] = node;
}

/* Take all that lead on from the root, one way or the other. */
static int take_all(struct part *p, size_t root, bool up)
{
	struct ops_node n;
	int ret;

	p->in[root] = false;
	take(p, root);
	while (p->nr) {
		if ((ret = tell(&n, p, p->stack[--p->nr])) < 0)
			return ret;
		for (size_t i = 0; up && i < n.dependents_nr; i++)
			take(p, n.dependents[i]);
		for (size_t i = 0; !up && i < n.depends_nr; i++)
			take(p, n.depends[i].node);
	}
	return 0;
}

static int choose(struct part *p, struct session *s, const struct ops_graph *g, size_t root)
{
	int ret;

	*p = (struct part){ .s = s, .g = g };
	p->in = arena_array(s->arena, g->nr + 1, sizeof(*p->in));
	if (!p->in)
		return error_nomem(&s->err);
	if (root == GRAPH_ALL) {
		memset(p->in, 1, g->nr * sizeof(*p->in));
		return 0;
	}
	p->stack = arena_array(s->arena, g->nr + 1, sizeof(*p->stack));
	if (!p->stack)
		return error_nomem(&s->err);
	ret = take_all(p, root, false);
	return ret < 0 ? ret : take_all(p, root, true);
}

/* "a, b (complete), c (not there)"; NULL for none, or when there is no memory. */
static const char *depends_text(struct session *s, const struct ops_node *n)
{
	struct buf b = BUF_INIT;
	const char *text = NULL;

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
	if (b.len && !buf_failed(&b))
		text = out_cell(s->out, "%s", b.data);
	buf_release(&b);
	return text;
}

static void show_node(struct session *s, const struct ops_node *n)
{
	const char *cells[COLUMNS] = {
		n->id, n->status, n->cyclic ? "cycle" : n->begin, n->end, n->latest, n->due,
		n->has_slack ? out_cell(s->out, "%.1f", n->slack) : NULL, depends_text(s, n),
	};

	out_row(s->out, cells);
}

static int show_list(struct session *s, const struct part *p)
{
	struct ops_node n;
	int ret;

	out_long_table(s->out, NULL, columns, COLUMNS);
	do {
		for (size_t i = 0; i < p->g->nr && !out_failed(s->out); i++) {
			if (!p->in[i])
				continue;
			if ((ret = tell(&n, p, i)) < 0)
				return ret;
			show_node(s, &n);
		}
	} while (out_table_again(s->out));
	out_table_end(s->out);
	return 0;
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

/* What is still to be shown of a tree, the next last. */
struct branches {
	struct branch {
		struct ops_edge edge;
		size_t depth;
	} *list;
	size_t nr, room;
};

static int add_branches(struct branches *all, struct session *s, const struct ops_node *n,
			size_t depth)
{
	for (size_t i = n->depends_nr; i > 0; i--) {
		struct branch *more = arena_room(s->arena, all->list, all->nr, &all->room,
						 sizeof(*more));

		if (!more)
			return error_nomem(&s->err);
		all->list = more;
		all->list[all->nr++] = (struct branch){ n->depends[i - 1], depth };
	}
	return 0;
}

/* A node with all below it; what was shown before is only named. */
static int show_below(struct session *s, const struct part *p, size_t root, bool *seen,
		      struct branches *all)
{
	struct branch at = { { NULL, NULL, root }, 0 };
	struct ops_node n;
	int ret;

	for (;;) {
		if (at.edge.node == GRAPH_ALL) {
			n = (struct ops_node){ .id = at.edge.task, .status = at.edge.state };
			say_node(s, &n, at.depth, NULL, false);
		} else {
			if ((ret = tell(&n, p, at.edge.node)) < 0)
				return ret;
			say_node(s, &n, at.depth, at.edge.state, seen[at.edge.node]);
			if (!seen[at.edge.node] &&
			    (ret = add_branches(all, s, &n, at.depth + 1)) < 0)
				return ret;
			seen[at.edge.node] = true;
		}
		if (!all->nr)
			return 0;
		at = all->list[--all->nr];
	}
}

static int show_tree(struct session *s, const struct part *p, size_t root)
{
	bool *seen = arena_array(s->arena, p->g->nr + 1, sizeof(*seen));
	struct branches all = { NULL, 0, 0 };
	struct ops_node n;
	int ret = 0;

	if (!seen)
		return error_nomem(&s->err);
	if (root != GRAPH_ALL)
		return show_below(s, p, root, seen, &all);
	for (size_t i = 0; ret == 0 && i < p->g->nr; i++) {
		ret = tell(&n, p, i);
		if (ret == 0 && !n.dependents_nr)
			ret = show_below(s, p, i, seen, &all);
	}
	/* What only hangs in cycles has no top. */
	for (size_t i = 0; ret == 0 && i < p->g->nr; i++)
		if (!seen[i])
			ret = show_below(s, p, i, seen, &all);
	return ret;
}

/* In double quotes, with nothing that could end them; in `to`, which it fills anew. */
static const char *quoted(struct buf *to, const char *text)
{
	buf_clear(to);
	for (; *text; text++)
		buf_char(to, *text == '"' || *text == '\\' || *text == '\n' || *text == '\r' ?
			     '\'' : *text);
	return buf_failed(to) ? "" : to->data ? to->data : "";
}

static int show_dot(struct session *s, const struct part *p, struct buf *id, struct buf *status)
{
	struct ops_node n;
	int ret;

	out_say(s->out, "digraph tasks {\n\trankdir=RL;\n\tnode [shape=box];\n");
	for (size_t i = 0; i < p->g->nr; i++) {
		if (!p->in[i])
			continue;
		if ((ret = tell(&n, p, i)) < 0)
			return ret;
		out_say(s->out, "\tn%zu [label=\"%s\\n%s\"%s];\n", i, quoted(id, n.id),
			quoted(status, n.status), n.cyclic || n.late ? ", color=red" : "");
	}
	for (size_t i = 0; i < p->g->nr; i++) {
		if (p->in[i] && (ret = tell(&n, p, i)) < 0)
			return ret;
		for (size_t k = 0; p->in[i] && k < n.depends_nr; k++)
			if (n.depends[k].node != GRAPH_ALL)
				out_say(s->out, "\tn%zu -> n%zu;\n", i, n.depends[k].node);
	}
	out_say(s->out, "}\n");
	return 0;
}

static int show_mermaid(struct session *s, const struct part *p, struct buf *id,
			struct buf *status)
{
	struct ops_node n;
	int ret;

	out_say(s->out, "graph RL\n");
	for (size_t i = 0; i < p->g->nr; i++) {
		if (!p->in[i])
			continue;
		if ((ret = tell(&n, p, i)) < 0)
			return ret;
		out_say(s->out, "  n%zu[\"%s: %s\"]\n", i, quoted(id, n.id),
			quoted(status, n.status));
	}
	for (size_t i = 0; i < p->g->nr; i++) {
		if (p->in[i] && (ret = tell(&n, p, i)) < 0)
			return ret;
		for (size_t k = 0; p->in[i] && k < n.depends_nr; k++)
			if (n.depends[k].node != GRAPH_ALL)
				out_say(s->out, "  n%zu --> n%zu\n", i, n.depends[k].node);
	}
	return 0;
}

/* What is drawn by another program. */
static int show_drawing(struct session *s, const struct part *p,
			int (*show)(struct session *s, const struct part *p, struct buf *id,
				    struct buf *status))
{
	struct buf id = BUF_INIT, status = BUF_INIT;
	int ret = show(s, p, &id, &status);

	if (ret == 0 && (buf_failed(&id) || buf_failed(&status)))
		ret = error_nomem(&s->err);
	buf_release(&id);
	buf_release(&status);
	return ret;
}

static int show_path(struct session *s, const struct part *p)
{
	const struct ops_graph *g = p->g;
	struct ops_node n;
	int ret;

	if (g->unestimated)
		out_say(s->out, "\ntasks without an estimate, which count with none: %zu\n",
			g->unestimated);
	if (g->path_nr) {
		if ((ret = tell(&n, p, g->path[g->path_nr - 1].node)) < 0)
			return ret;
		out_say(s->out, "\nthe critical path, to %s:\n", n.end);
	}
	for (size_t i = 0; i < g->path_nr; i++) {
		const char *because = g->path[i].because;

		if ((ret = tell(&n, p, g->path[i].node)) < 0)
			return ret;
		out_say(s->out, "  %s  %s to %s", n.id, n.begin, n.end);
		if (because && !strcmp(because, "agent"))
			out_say(s->out, "  (when %s is free)", n.agent);
		out_say(s->out, "\n");
	}
	return 0;
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

static int show_json(struct session *s, const struct part *p)
{
	const struct ops_graph *g = p->g;
	struct ops_node n;
	int ret;

	out_list(s->out, "tasks");
	for (size_t i = 0; i < g->nr; i++) {
		if (!p->in[i])
			continue;
		if ((ret = tell(&n, p, i)) < 0)
			return ret;
		show_members(s, &n);
	}
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
		if ((ret = tell(&n, p, g->path[i].node)) < 0)
			return ret;
		out_map(s->out, NULL);
		out_string(s->out, "task", n.id);
		out_string(s->out, "because", g->path[i].because);
		out_end(s->out);
	}
	out_end(s->out);
	out_number(s->out, "unestimated", (double)g->unestimated);
	return 0;
}

int graphs_show(struct session *s, const struct ops_graph *g, size_t root,
		const char *form)
{
	struct part p;
	int ret = choose(&p, s, g, root);

	if (ret < 0)
		return ret;
	if (s->globals->json)
		return show_json(s, &p);
	if (!strcmp(form, "tree"))
		return show_tree(s, &p, root);
	if (!strcmp(form, "dot"))
		return show_drawing(s, &p, show_dot);
	if (!strcmp(form, "mermaid"))
		return show_drawing(s, &p, show_mermaid);
	ret = show_list(s, &p);
	return ret < 0 ? ret : show_path(s, &p);
}
