/* SPDX-License-Identifier: MIT */
#ifndef UTIL_JSON_H
#define UTIL_JSON_H

/*
 * JSON, and the only user of cJSON.  Reading is strict: valid UTF-8, no
 * trailing bytes, no duplicate keys, no control characters, no "01", depth at
 * most 32, 1 MiB, 100,000 values; look-ups are exact.  Writing is ASCII only.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct buf;
struct json;	/* a value; children belong to their parent */

enum json_kind { JSON_NULL, JSON_FALSE, JSON_TRUE, JSON_NUMBER, JSON_STRING,
		 JSON_ARRAY, JSON_OBJECT };

/* Returns 0, OPS_ENOMEM, or OPS_EINVALID with line and column in err. */
int json_parse(struct json **out, const char *text, size_t len,
	       struct ops_error *err);
void json_free(struct json *v);		/* NULL is fine; frees children */

enum json_kind json_kind(const struct json *v);
const char *json_text(const struct json *v);	/* NULL if not a string */
double json_number(const struct json *v);	/* 0 if not a number */
const struct json *json_get(const struct json *object, const char *key);
const struct json *json_first(const struct json *container);
const struct json *json_next(const struct json *v);
const char *json_key(const struct json *member);
size_t json_count(const struct json *container);

/* Building.  Constructors return NULL when out of memory; adders take
 * ownership of `v` (also when they fail), treat NULL as failure, and return
 * false when out of memory. Strings that are not UTF-8 have U+FFFD put in. */
struct json *json_new_object(void);
struct json *json_new_array(void);
struct json *json_new_string(const char *s);
struct json *json_new_number(double n);
struct json *json_new_bool(bool b);
struct json *json_new_null(void);
bool json_put(struct json *object, const char *key, struct json *v);
bool json_append(struct json *array, struct json *v);

/* Append the text of v, indented by two if pretty; false when out of memory. */
bool json_write(struct buf *b, const struct json *v, bool pretty);
/* The text of a string, and of a number, for who writes as it goes. */
void json_write_string(struct buf *b, const char *s);
void json_write_number(struct buf *b, double n);

#endif
