/* SPDX-License-Identifier: MIT */
/*
 * json-get PATH FILE: prints the value at a dotted path of a JSON file.
 *
 * A part of the path is a member's name, or, inside an array, an index from 0,
 * or `#` for how many there are, or `*` for each of them in turn (what follows
 * is printed once for each, a line each).  Scalars are printed as text, arrays
 * and objects as JSON.  Ends with 1, and says so, when nothing is there.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "util/buf.h"
#include "util/json.h"

static int print_value(const struct json *v)
{
	struct buf b = BUF_INIT;
	int ret = 0;

	if (json_kind(v) == JSON_STRING)
		puts(json_text(v));
	else if (json_write(&b, v, false))
		puts(b.data);
	else
		ret = 1;
	buf_release(&b);
	return ret;
}

/* The element of an array that `part` numbers, or NULL. */
static const struct json *element(const struct json *array, const char *part)
{
	const struct json *v = json_first(array);
	char *end;
	unsigned long at = strtoul(part, &end, 10);

	if (end == part || *end)
		return NULL;
	while (v && at--)
		v = json_next(v);
	return v;
}

/* Print what `path` names below v; 1 if it is not there. */
static int get(const struct json *v, const char *path)
{
	char part[256];
	size_t len = strcspn(path, ".");
	const char *rest = path[len] ? path + len + 1 : NULL;
	const struct json *child = NULL;

	if (len >= sizeof(part))
		return 1;
	memcpy(part, path, len);
	part[len] = '\0';
	if (!strcmp(part, "#") && !rest && json_kind(v) >= JSON_ARRAY)
		return printf("%zu\n", json_count(v)) < 0;
	if (!strcmp(part, "*") && json_kind(v) >= JSON_ARRAY) {
		for (child = json_first(v); child; child = json_next(child))
			if (rest ? get(child, rest) : print_value(child))
				return 1;
		return 0;
	}
	if (json_kind(v) == JSON_ARRAY)
		child = element(v, part);
	else if (json_kind(v) == JSON_OBJECT)
		child = json_get(v, part);
	if (!child)
		return 1;
	return rest ? get(child, rest) : print_value(child);
}

int main(int argc, char **argv)
{
	struct ops_error err = { 0 };
	struct buf text = BUF_INIT;
	struct json *v = NULL;
	char chunk[4096];
	size_t n;
	FILE *f;
	int ret = 1;

	if (argc != 3) {
		fputs("usage: json-get PATH FILE\n", stderr);
		return 2;
	}
	f = fopen(argv[2], "rb");
	if (!f) {
		perror(argv[2]);
		return 2;
	}
	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_add(&text, chunk, n);
	fclose(f);
	if (json_parse(&v, text.data, text.len, &err) < 0)
		fprintf(stderr, "%s: %s\n", argv[2], err.message);
	else if (get(v, argv[1]))
		fprintf(stderr, "%s: nothing at '%s'\n", argv[2], argv[1]);
	else
		ret = 0;
	json_free(v);
	buf_release(&text);
	return ret;
}
