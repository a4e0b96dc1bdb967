/* SPDX-License-Identifier: MIT */
/*
 * Part of the build: turns builtin.yaml into the C source of a packed tree, so that no
 * process parses it when it starts.  The text is read with the library's own reader; what
 * that refuses fails the build.
 *
 *	embed builtin.yaml >builtin.c
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text/yaml.h"
#include "util/arena.h"

#define TEXT_MAX (1024 * 1024)

struct text {
	char *all;		/* strings, each with its end */
	size_t len, room;
};

/* Where a string begins among the texts, each of which is there once. */
static size_t text_at(struct text *t, const char *s)
{
	size_t len = strlen(s) + 1, at;

	for (at = 0; at < t->len; at += strlen(t->all + at) + 1)
		if (!strcmp(t->all + at, s))
			return at;
	if (t->len + len > t->room)
		t->all = realloc(t->all, t->room = 2 * (t->room + len));
	if (!t->all)
		exit(1);
	memcpy(t->all + t->len, s, len);
	t->len += len;
	return at;
}

/* Print a node before those below it.  `key`: what it is the value of, or NULL; `at`: where it
 * is said. */
static void print_node(const struct yaml_node *node, const char *key,
		       const struct yaml_mark *at, struct text *t)
{
	size_t i;

	if (node->nr > UINT16_MAX || at->line > UINT16_MAX || at->column > UINT16_MAX)
		exit(1);
	printf("\t{ %s, %zu, %u, %u, %zu, %zu },\n",
	       node->kind == YAML_SCALAR ? "YAML_SCALAR" :
	       node->kind == YAML_LIST ? "YAML_LIST" : "YAML_MAP", node->nr, at->line,
	       at->column, text_at(t, key ? key : ""),
	       text_at(t, node->kind == YAML_SCALAR ? node->value : ""));
	for (i = 0; i < node->nr; i++) {
		if (node->kind == YAML_LIST)
			print_node(node->items[i], NULL, &node->items[i]->start, t);
		else
			print_node(node->pairs[i].value, node->pairs[i].key->value,
				   &node->pairs[i].key->start, t);
	}
}

/* As numbers: a string is longer than a compiler has to take. */
static void print_text(const struct text *t)
{
	size_t i;

	printf("const unsigned char conf_packed_text[] = {");
	for (i = 0; i < t->len; i++)
		printf("%s%u,", i % 20 ? " " : "\n\t", (unsigned char)t->all[i]);
	printf("\n};\n");
}

int main(int argc, char **argv)
{
	static char text[TEXT_MAX];
	struct yaml_source source = { argv[1], 1, 100000, 16 };
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct ops_error err = { 0 };
	struct yaml_node *root;
	struct yaml_mark top = { .line = 1, .column = 1 };
	struct text t = { NULL, 0, 0 };
	FILE *in = argc == 2 ? fopen(argv[1], "rb") : NULL;
	size_t len, i;
	int ret = 1;

	if (!in || !findings || !arena) {
		fprintf(stderr, "usage: embed FILE\n");
		goto out;
	}
	len = fread(text, 1, sizeof(text), in);
	if (len == sizeof(text) ||
	    yaml_parse(&root, arena, text, len, &source, findings, &err)) {
		for (i = 0; i < ops_findings_count(findings); i++)
			fprintf(stderr, "%s:%u: %s\n", argv[1],
				ops_findings_at(findings, i)->line,
				ops_findings_at(findings, i)->message);
		fprintf(stderr, "embed: '%s' cannot be read: %s\n", argv[1],
			err.message);
		goto out;
	}
	printf("/* Made from %s; do not edit. */\n#include \"model/conf.h\"\n\n"
	       "const struct conf_packed conf_packed[] = {\n", argv[1]);
	print_node(root, NULL, &top, &t);
	printf("};\n");
	print_text(&t);
	ret = fflush(stdout) || ferror(stdout);
out:
	if (in)
		fclose(in);
	free(t.all);
	arena_free(arena);
	ops_findings_free(findings);
	return ret;
}
