/* SPDX-License-Identifier: MIT */
/*
 * Part of the build: turns builtin.yaml into the C source of a configuration
 * tree, so that no process parses it when it starts.  The text is read with the
 * library's own reader; what that refuses fails the build.
 *
 *	embed builtin.yaml >builtin.c
 */
#include <stdio.h>

#include "text/yaml.h"
#include "util/arena.h"

#define TEXT_MAX (1024 * 1024)

static void print_string(const char *s)
{
	putchar('"');
	for (; *s; s++) {
		if (*s == '"' || *s == '\\')
			putchar('\\');
		if (*s == '\n')
			fputs("\\n", stdout);
		else
			putchar(*s);
	}
	putchar('"');
}

/* Print a node after those below it; its number.  `at` NULL: it is the root. */
static unsigned print_node(const struct yaml_node *node, const struct yaml_mark *at,
			   unsigned *next)
{
	unsigned below[YAML_KEYS_MAX], own;
	size_t i;

	for (i = 0; i < node->nr && i < YAML_KEYS_MAX; i++)
		below[i] = node->kind == YAML_LIST ?
			print_node(node->items[i], &node->items[i]->start, next) :
			print_node(node->pairs[i].value, &node->pairs[i].key->start, next);
	own = (*next)++;
	if (node->kind == YAML_LIST && node->nr) {
		printf("static const struct conf *const i%u[] = {", own);
		for (i = 0; i < node->nr; i++)
			printf(" &n%u,", below[i]);
		printf(" };\n");
	} else if (node->kind == YAML_MAP && node->nr) {
		printf("static const struct conf_entry e%u[] = {\n", own);
		for (i = 0; i < node->nr; i++) {
			printf("\t{ ");
			print_string(node->pairs[i].key->value);
			printf(", &n%u },\n", below[i]);
		}
		printf("};\n");
	}
	if (at)
		printf("static const struct conf n%u", own);
	else
		printf("const struct conf conf_builtin");
	printf(" = { %s, ",
	       node->kind == YAML_SCALAR ? "YAML_SCALAR" :
	       node->kind == YAML_LIST ? "YAML_LIST" : "YAML_MAP");
	if (node->kind == YAML_SCALAR)
		print_string(node->value);
	else
		printf("NULL");
	printf(node->kind == YAML_LIST && node->nr ? ", i%u" : ", NULL", own);
	printf(node->kind == YAML_MAP && node->nr ? ", e%u" : ", NULL", own);
	printf(", %zu, NULL, %u, %u };\n", node->nr, at ? at->line : 1,
	       at ? at->column : 1);
	return own;
}

int main(int argc, char **argv)
{
	static char text[TEXT_MAX];
	struct yaml_source source = { argv[1], 1, 100000, 16 };
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct ops_error err = { 0 };
	struct yaml_node *root;
	unsigned next = 0;
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
	printf("/* Made from %s; do not edit. */\n#include \"model/conf.h\"\n\n", argv[1]);
	print_node(root, NULL, &next);
	ret = fflush(stdout) || ferror(stdout);
out:
	if (in)
		fclose(in);
	arena_free(arena);
	ops_findings_free(findings);
	return ret;
}
