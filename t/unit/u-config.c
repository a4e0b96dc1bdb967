/* SPDX-License-Identifier: MIT */
/*
 * The configuration: what is compiled in is what builtin.yaml says and has no
 * mistakes; a repository's own is laid over it; each mistake in it is found, with
 * its place, and then none of it is in force.
 */
#include "unit.h"

#include "model/config.h"
#include "util/arena.h"

static int same(const struct conf *a, const struct conf *b)
{
	size_t i;

	if (a->kind != b->kind || a->nr != b->nr || a->line != b->line ||
	    a->column != b->column)
		return 0;
	if (a->kind == YAML_SCALAR)
		return !strcmp(a->value, b->value);
	for (i = 0; i < a->nr; i++)
		if (a->kind == YAML_LIST ? !same(a->items[i], b->items[i]) :
		    strcmp(a->entries[i].key, b->entries[i].key) ||
		    !same(a->entries[i].value, b->entries[i].value))
			return 0;
	return 1;
}

/* lib/model/builtin.yaml, from the top of the source or from t/unit. */
static size_t read_builtin(char *text, size_t room)
{
	FILE *in = fopen("lib/model/builtin.yaml", "rb");
	size_t len;

	if (!in)
		in = fopen("../../lib/model/builtin.yaml", "rb");
	ck_assert_ptr_nonnull(in);
	len = fread(text, 1, room, in);
	fclose(in);
	ck_assert_uint_lt(len, room);
	return len;
}

UNIT_TEST(config_compiled_in_is_the_file)
{
	static char text[256 * 1024];
	struct yaml_source source = { "builtin.yaml", 1, 100000, 16 };
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	size_t len = read_builtin(text, sizeof(text));
	struct yaml_node *root;
	const struct conf *read, *packed = conf_builtin(arena);
	size_t i;

	ck_assert_int_eq(yaml_parse(&root, arena, text, len, &source, findings, NULL), 0);
	read = conf_of_yaml(arena, root, NULL);
	ck_assert_ptr_nonnull(read);
	ck_assert_ptr_nonnull(packed);
	ck_assert_uint_eq(read->nr, packed->nr);
	for (i = 0; i < read->nr; i++)
		ck_assert_msg(!strcmp(read->entries[i].key, packed->entries[i].key) &&
			      same(read->entries[i].value, packed->entries[i].value),
			      "%s differs", read->entries[i].key);
	arena_free(arena);
	ops_findings_free(findings);
}
END_TEST

static struct config *load(const char *text, struct ops_findings *findings)
{
	struct config *c = NULL;

	ck_assert_int_eq(config_load(&c, text, text ? strlen(text) : 0, findings, NULL),
			 0);
	return c;
}

UNIT_TEST(config_built_in_has_no_mistakes)
{
	struct ops_findings *findings = ops_findings_new();
	struct config *c = load(NULL, findings);

	ck_assert_uint_eq(ops_findings_count(findings), 0);
	ck_assert(!c->broken && !c->present);
	ck_assert_ptr_nonnull(config_type(c, "task"));
	ck_assert_uint_eq(c->gates_nr, 3);
	config_free(c);
	ops_findings_free(findings);
}
END_TEST

UNIT_TEST(config_lays_ones_own_over_the_built_in)
{
	struct ops_findings *findings = ops_findings_new();
	struct config *c = load("format: 1\nversion: 7\nreview:\n  period: 30 days\n"
				"roles:\n  agent:\n    powers: [work, request]\n", findings);
	const struct role *agent = config_role(c, "agent");

	ck_assert_uint_eq(ops_findings_count(findings), 0);
	ck_assert_uint_eq(c->version, 7);
	ck_assert_int_eq(c->review.days, 30);
	ck_assert(names_have(&agent->powers, "request"));
	ck_assert_str_eq(agent->title, "Department Agent");
	ck_assert_ptr_nonnull(config_role(c, "meta-orchestrator"));
	config_free(c);
	ops_findings_free(findings);
}
END_TEST

UNIT_TEST(config_names_the_place_of_each_mistake)
{
	static const struct {
		const char *text;
		unsigned line;
		const char *part;
	} cases[] = {
		{ "format: 1\nversion: 0\n", 2, "version" },
		{ "format: 2\nversion: 1\n", 1, "format 1" },
		{ "format: 1\nversion: 1\nrolls: {}\n", 3, "unknown key 'rolls'" },
		{ "format: 1\nversion: 1\nreview:\n  period: soon\n", 4, "no period" },
		{ "format: 1\nversion: 1\ngates:\n  quality:\n    power: magic\n", 4,
		  "no declared power" },
		{ "format: 1\nversion: 1\ntypes:\n  task:\n    states:\n"
		  "      Queued: {inital: yes}\n", 6, "unknown key 'inital'" },
		{ "format: 1\nversion: 1\ntypes:\n  task:\n    transitions:\n"
		  "      start:\n        to: Nowhere\n", 7, "no state" },
		{ "format: 1\nversion: 1\ntypes:\n  note:\n    title: x\n", 4,
		  "neither 'paths' nor 'place'" },
		{ "format: 1\nversion: 1\ndirectories:\n  tasks: ../up\n", 4,
		  "directory 'tasks'" },
		{ "format: 1\nversion: 1\nversion: 2\n", 3, "version" },
	};
	size_t i, k;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		struct ops_findings *findings = ops_findings_new();
		struct config *c = load(cases[i].text, findings);
		bool found = false;

		for (k = 0; k < ops_findings_count(findings); k++) {
			const struct ops_finding *f = ops_findings_at(findings, k);

			found = found || (f->line == cases[i].line && f->column &&
					  strstr(f->message, cases[i].part));
		}
		ck_assert_msg(found, "%s: not '%s' in line %u", cases[i].text,
			      cases[i].part, cases[i].line);
		ck_assert(c->broken);
		ck_assert_uint_eq(c->version, 1);
		config_free(c);
		ops_findings_free(findings);
	}
}
END_TEST

/* Each kind of pattern matches what it means, however many parts that has. */
UNIT_TEST(config_knows_the_type_of_a_path)
{
	static const struct {
		const char *pattern, *in, *out;
	} cases[] = {
		{ "n/*.md", "n/a.md", "n/b/a.md" },
		{ "n/*/x/?.md", "n/b/x/a.md", "n/x/a.md" },
		{ "n/**/*.md", "n/a.md", "m/a.md" },
		{ "n/**/*.md", "n/b/c/d/a.md", "n/b/c/d/a.txt" },
		{ "n/", "n/b/a.txt", "na/b/a.txt" },
		{ "n/{a,b/c}/*.md", "n/a/x.md", "n/c/x.md" },
		{ "n/{a,b/c}/*.md", "n/b/c/x.md", "n/b/x.md" },
		{ "n/[a-c]/x*.md", "n/b/x1.md", "n/d/x1.md" },
		{ "n/a.md", "n/a.md", "n/a.mdx" },
		{ "*.note", "a.note", "n/a.note" },
		{ "**/*.note", "n/m/a.note", "n/m/a.notes" },
	};
	struct ops_findings *findings = ops_findings_new();
	const struct type *type;
	struct config *c;
	char text[512];
	size_t i;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		snprintf(text, sizeof(text), "format: 1\ntypes:\n  note:\n    paths: [\"%s\"]\n"
			 "    create: [anyone]\n    edit: [anyone]\n"
			 "    fields: {A: {kind: line}}\n", cases[i].pattern);
		c = load(text, findings);
		ck_assert_msg(!c->broken && c->sound, "'%s' is a mistake", cases[i].pattern);
		type = config_type_of_path(c, cases[i].in);
		ck_assert_msg(type && !strcmp(type->name, "note"), "'%s' is not in '%s'",
			      cases[i].in, cases[i].pattern);
		ck_assert_msg(!config_type_of_path(c, cases[i].out), "'%s' is in '%s'",
			      cases[i].out, cases[i].pattern);
		config_free(c);
	}
	/* Kinds lie in the place of their base. */
	c = load("format: 1\nwrong: x\n", findings);
	ck_assert(c->broken && !c->sound);
	type = config_type_of_path(c, "05-PROCESSES/packets/swap-7k2f/1-decision-x.md");
	ck_assert_msg(type && type->abstract, "packets lie elsewhere");
	config_free(c);
	ops_findings_free(findings);
}
END_TEST

/* Only what differs of two configurations is looked at again, and all of that. */
UNIT_TEST(config_knows_where_places_differ)
{
	static const struct {
		const char *before, *after, *same, *differ;
	} cases[] = {
		{ "", "review: {period: 6 months}", " 05-PROCESSES n 05-PROCESSES/packets", "" },
		{ "", "directories: {packets: other/packets}",
		  "docs otherwise other/packet other/packets-x 05-PROCESSES/active-tasks",
		  " other other/packets other/packets/a/b 05-PROCESSES 05-PROCESSES/packets "
		  "05-PROCESSES/packets/a" },
		{ "", "types: {note: {paths: [\"n/*/x.md\"], fields: {A: {kind: line}}}}",
		  "05-PROCESSES m nn", " n n/a n/a/b" },
		{ "types: {note: {paths: [\"n/\"], fields: {A: {kind: line}}}}", "",
		  "05-PROCESSES m nn", " n n/a n/a/b" },
		{ "types: {note: {paths: [\"*.md\"], fields: {A: {kind: line}}}}", "",
		  "", " n n/a 05-PROCESSES" },
		/* The first that matches decides, so an order is a difference. */
		{ "types: {a: {paths: [\"n/a*\"], fields: {A: {kind: line}}}, "
		  "b: {paths: [\"n/*b\"], fields: {A: {kind: line}}}}",
		  "types: {b: {paths: [\"n/*b\"], fields: {A: {kind: line}}}, "
		  "a: {paths: [\"n/a*\"], fields: {A: {kind: line}}}}",
		  "m 05-PROCESSES", " n n/a" },
	};
	struct ops_findings *findings = ops_findings_new();
	struct config *c[2];
	char text[512], dirs[256], *dir, *rest;
	size_t i, k;

	for (i = 0; i < UNIT_COUNT(cases); i++) {
		for (k = 0; k < 2; k++) {
			snprintf(text, sizeof(text), "format: 1\n%s\n",
				 k ? cases[i].after : cases[i].before);
			c[k] = load(text, findings);
			ck_assert_msg(!c[k]->broken, "'%s' is a mistake", text);
		}
		for (k = 0; k < 2; k++) {
			strcpy(dirs, k ? cases[i].differ : cases[i].same);
			for (rest = dirs; *dirs && (dir = strsep(&rest, " "));)
				ck_assert_msg(config_places_differ(c[0], c[1], dir) == (k == 1),
					      "case %zu: '%s'", i, dir);
		}
		config_free(c[0]);
		config_free(c[1]);
	}
	ops_findings_free(findings);
}
END_TEST

UNIT_MAIN("config", config_compiled_in_is_the_file, config_built_in_has_no_mistakes,
	  config_lays_ones_own_over_the_built_in, config_names_the_place_of_each_mistake,
	  config_knows_the_type_of_a_path, config_knows_where_places_differ)
