/* SPDX-License-Identifier: MIT */
#ifndef CMD_GRAPHS_H
#define CMD_GRAPHS_H

/* Writing a graph of tasks in one of its forms. */

#include "command.h"

#define GRAPH_ALL ((size_t)-1)

/* `root`: a node, with what it depends on and what depends on it, or GRAPH_ALL.
 * `form`: list, tree, dot, mermaid, json.  OPS_ENOMEM. */
int graphs_show(struct session *s, const struct ops_graph *g, size_t root,
		const char *form);

#endif
