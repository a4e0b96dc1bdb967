/* SPDX-License-Identifier: MIT */
/*
 * schema-check DIR FILE...: holds JSON answers of ops against their schemas.
 *
 * The schema of an answer is DIR/error.schema.json if it has a member `error`,
 * else DIR/<command>.schema.json by its member `command`, blanks as '-'.  Of
 * JSON Schema it knows type, required, properties, additionalProperties,
 * items, enum and const, and the notes $schema, title and description.  Any
 * other keyword is an error: a schema must not promise what nobody checks.
 *
 * Prints one line for each mismatch and ends with 1 if there was one, with 2 if
 * it could not be asked.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/json.h"

/* Where in the document we are, and how much was wrong. */
struct place {
	const char *file;
	struct buf path;
	unsigned wrong;
};

static void wrong(struct place *at, const char *what, const char *name)
{
	printf("%s: %s: %s%s%s%s\n", at->file, at->path.data, what,
	       name ? " '" : "", name ? name : "", name ? "'" : "");
	at->wrong++;
}

static int load(struct json **out, const char *path)
{
	struct ops_error err = { 0 };
	struct buf text = BUF_INIT;
	char chunk[4096];
	size_t n;
	int ret;
	FILE *f = fopen(path, "rb");

	if (!f) {
		printf("%s: cannot open\n", path);
		return -1;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&text, chunk, n);
	fclose(f);
	ret = json_parse(out, text.data, text.len, &err);
	if (ret < 0)
		printf("%s: %s\n", path, err.message);
	buf_release(&text);
	return ret;
}

static bool is_type(const struct json *v, const char *type)
{
	static const char *const names[] = {
		[JSON_NULL] = "null",	  [JSON_FALSE] = "boolean",
		[JSON_TRUE] = "boolean",  [JSON_NUMBER] = "number",
		[JSON_STRING] = "string", [JSON_ARRAY] = "array",
		[JSON_OBJECT] = "object",
	};

	if (!strcmp(type, "integer")) {
		double n = json_number(v);

		return json_kind(v) == JSON_NUMBER && n > -9e15 && n < 9e15 &&
		       n == (double)(long long)n;
	}
	return !strcmp(type, names[json_kind(v)]);
}

static bool known_type(const char *type)
{
	static const char *const types[] = { "null",	"boolean", "number",
					     "integer", "string",  "array",
					     "object" };

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
		if (type && !strcmp(type, types[i]))
			return true;
	return false;
}

static bool same_scalar(const struct json *a, const struct json *b)
{
	if (json_kind(a) != json_kind(b))
		return false;
	if (json_kind(a) == JSON_STRING)
		return !strcmp(json_text(a), json_text(b));
	if (json_kind(a) == JSON_NUMBER)
		return json_number(a) == json_number(b);
	return json_kind(a) < JSON_ARRAY;
}

static void check(struct place *at, const struct json *v,
		  const struct json *schema);

/* Check a child, with `step` added to the path meanwhile. */
static void check_child(struct place *at, const char *step, const struct json *v,
			const struct json *schema)
{
	size_t len = at->path.len;

	buf_printf(&at->path, ".%s", step);
	check(at, v, schema);
	at->path.len = len;
	at->path.data[len] = '\0';
}

static void check_type(struct place *at, const struct json *v,
		       const struct json *types)
{
	const struct json *t = types;
	const char *first = NULL;

	if (json_kind(types) == JSON_ARRAY)
		t = json_first(types);
	for (; t; t = t == types ? NULL : json_next(t)) {
		if (!known_type(json_text(t)))
			wrong(at, "the schema has an unknown type", json_text(t));
		else if (is_type(v, json_text(t)))
			return;
		if (!first)
			first = json_text(t);
	}
	wrong(at, "is not of type", first);
}

static void check_enum(struct place *at, const struct json *v,
		       const struct json *values)
{
	for (const struct json *e = json_first(values); e; e = json_next(e))
		if (same_scalar(v, e))
			return;
	wrong(at, "is not one of the listed values:", json_text(v));
}

static void check_required(struct place *at, const struct json *v,
			   const struct json *names)
{
	if (json_kind(v) != JSON_OBJECT)
		return;
	for (const struct json *n = json_first(names); n; n = json_next(n))
		if (!json_text(n) || !json_get(v, json_text(n)))
			wrong(at, "lacks", json_text(n));
}

static void check_members(struct place *at, const struct json *v,
			  const struct json *schema)
{
	const struct json *properties = json_get(schema, "properties");
	const struct json *others = json_get(schema, "additionalProperties");

	for (const struct json *m = json_first(v); m; m = json_next(m)) {
		const struct json *s =
			properties ? json_get(properties, json_key(m)) : NULL;

		if (s)
			check_child(at, json_key(m), m, s);
		else if (others && json_kind(others) == JSON_FALSE)
			wrong(at, "has a member the schema does not know:",
			      json_key(m));
		else if (others && json_kind(others) == JSON_OBJECT)
			check_child(at, json_key(m), m, others);
	}
}

static void check_items(struct place *at, const struct json *v,
			const struct json *schema)
{
	size_t i = 0;

	for (const struct json *e = json_first(v); e; e = json_next(e)) {
		char step[32];

		snprintf(step, sizeof(step), "%zu", i++);
		check_child(at, step, e, schema);
	}
}

static void check(struct place *at, const struct json *v,
		  const struct json *schema)
{
	if (json_kind(schema) != JSON_OBJECT) {
		wrong(at, "the schema here is not an object", NULL);
		return;
	}
	for (const struct json *k = json_first(schema); k; k = json_next(k)) {
		const char *key = json_key(k);

		if (!strcmp(key, "type"))
			check_type(at, v, k);
		else if (!strcmp(key, "enum"))
			check_enum(at, v, k);
		else if (!strcmp(key, "const")) {
			if (!same_scalar(v, k))
				wrong(at, "is not the constant", json_text(k));
		} else if (!strcmp(key, "required"))
			check_required(at, v, k);
		else if (!strcmp(key, "items")) {
			if (json_kind(v) == JSON_ARRAY)
				check_items(at, v, k);
		} else if (strcmp(key, "properties") && strcmp(key, "$schema") &&
			   strcmp(key, "additionalProperties") &&
			   strcmp(key, "title") && strcmp(key, "description"))
			wrong(at, "the schema has an unknown keyword", key);
	}
	if (json_kind(v) == JSON_OBJECT)
		check_members(at, v, schema);
}

/* The path of the schema for an answer, for the caller to free. */
static char *schema_path(const char *dir, const struct json *answer)
{
	const struct json *command = json_get(answer, "command");
	struct buf path = BUF_INIT;
	size_t start;

	buf_printf(&path, "%s/", dir);
	start = path.len;
	if (json_get(answer, "error"))
		buf_str(&path, "error");
	else if (command && json_text(command))
		buf_str(&path, json_text(command));
	else
		buf_str(&path, "no-command");
	for (size_t i = start; i < path.len; i++)
		if (path.data[i] == ' ')
			path.data[i] = '-';
	buf_str(&path, ".schema.json");
	return buf_detach(&path);
}

/* Returns how much was wrong. */
static unsigned check_file(const char *dir, const char *file)
{
	struct place at = { file, BUF_INIT, 0 };
	struct json *answer = NULL, *schema = NULL;
	char *path = NULL;

	buf_str(&at.path, "$");
	if (load(&answer, file) < 0) {
		at.wrong++;
		goto out;
	}
	if (json_kind(answer) != JSON_OBJECT) {
		wrong(&at, "is not an object", NULL);
		goto out;
	}
	path = schema_path(dir, answer);
	if (!path || load(&schema, path) < 0) {
		at.wrong++;
		goto out;
	}
	check(&at, answer, schema);
out:
	free(path);
	json_free(schema);
	json_free(answer);
	buf_release(&at.path);
	return at.wrong;
}

int main(int argc, char **argv)
{
	unsigned total = 0;

	if (argc < 3) {
		fputs("usage: schema-check DIR FILE...\n", stderr);
		return 2;
	}
	for (int i = 2; i < argc; i++)
		total += check_file(argv[1], argv[i]);
	return total != 0;
}
