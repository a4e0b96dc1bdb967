/* SPDX-License-Identifier: MIT */
/*
 * Strict JSON over cJSON, and the only user of it.
 *
 * cJSON is lenient where we must not be (trailing bytes, raw control
 * characters, "01", duplicate keys, names without regard to case), so a text
 * is first checked by json_check() and cJSON only builds the tree; after the
 * check it can fail for want of memory alone.  A `struct json` is a
 * cJSON item under another name.  Writing is our own: ASCII only, whatever
 * the strings hold.
 */
#include "util/json.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "util/buf.h"
#include "util/json_check.h"
#include "util/utf8.h"

static int compare_keys(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Refuse an object that has a key twice, anywhere in the tree. */
static int check_keys(const cJSON *v, struct ops_error *err)
{
	size_t nr = 0, i;
	const char **keys;
	const cJSON *child;
	int rc = 0;

	for (child = v->child; child && !rc; child = child->next, nr++)
		if (child->child)
			rc = check_keys(child, err);
	if (rc || nr < 2 || !cJSON_IsObject(v))
		return rc;
	keys = malloc(nr * sizeof(*keys));
	if (!keys)
		return error_nomem(err);
	for (i = 0, child = v->child; child; child = child->next)
		keys[i++] = child->string;
	qsort(keys, nr, sizeof(*keys), compare_keys);
	for (i = 1; i < nr && !rc; i++)
		if (!strcmp(keys[i - 1], keys[i]))
			rc = error_set(err, OPS_EINVALID,
				       "json: key '%s' stands twice in one object",
				       keys[i]);
	free(keys);
	return rc;
}

int json_parse(struct json **out, const char *text, size_t len,
	       struct ops_error *err)
{
	char *copy;
	cJSON *v;
	int rc;

	rc = json_check(text, len, err);
	if (rc)
		return rc;
	copy = malloc(len + 1);
	if (!copy)
		return error_nomem(err);
	memcpy(copy, text, len);
	copy[len] = '\0';
	v = cJSON_ParseWithLengthOpts(copy, len + 1, NULL, 1);
	free(copy);
	if (!v)
		return error_nomem(err);
	rc = check_keys(v, err);
	if (rc) {
		cJSON_Delete(v);
		return rc;
	}
	*out = (struct json *)v;
	return 0;
}

static const cJSON *item(const struct json *v)
{
	return (const cJSON *)v;
}

void json_free(struct json *v)
{
	cJSON_Delete((cJSON *)v);
}

enum json_kind json_kind(const struct json *v)
{
	switch (item(v)->type & 0xff) {
	case cJSON_False:
		return JSON_FALSE;
	case cJSON_True:
		return JSON_TRUE;
	case cJSON_Number:
		return JSON_NUMBER;
	case cJSON_String:
		return JSON_STRING;
	case cJSON_Array:
		return JSON_ARRAY;
	case cJSON_Object:
		return JSON_OBJECT;
	default:
		return JSON_NULL;
	}
}

const char *json_text(const struct json *v)
{
	return cJSON_IsString(item(v)) ? item(v)->valuestring : NULL;
}

double json_number(const struct json *v)
{
	return cJSON_IsNumber(item(v)) ? item(v)->valuedouble : 0;
}

const struct json *json_get(const struct json *object, const char *key)
{
	const cJSON *child;

	if (!object || !cJSON_IsObject(item(object)))
		return NULL;
	for (child = item(object)->child; child; child = child->next)
		if (child->string && !strcmp(child->string, key))
			return (const struct json *)child;
	return NULL;
}

const struct json *json_first(const struct json *container)
{
	return (const struct json *)item(container)->child;
}

const struct json *json_next(const struct json *v)
{
	return (const struct json *)item(v)->next;
}

const char *json_key(const struct json *member)
{
	return item(member)->string;
}

size_t json_count(const struct json *container)
{
	const cJSON *child;
	size_t nr = 0;

	for (child = item(container)->child; child; child = child->next)
		nr++;
	return nr;
}

struct json *json_new_object(void)
{
	return (struct json *)cJSON_CreateObject();
}

struct json *json_new_array(void)
{
	return (struct json *)cJSON_CreateArray();
}

/* Append s with U+FFFD for each byte that is not part of a character. */
static void add_valid(struct buf *b, const char *s)
{
	size_t len = strlen(s), valid;

	for (;;) {
		valid = utf8_valid_to(s, len);
		buf_add(b, s, valid);
		if (valid == len)
			return;
		buf_str(b, "\xef\xbf\xbd");
		s += valid + 1;
		len -= valid + 1;
	}
}

struct json *json_new_string(const char *s)
{
	struct buf b = BUF_INIT;
	cJSON *v = NULL;

	add_valid(&b, s);
	if (!buf_failed(&b))
		v = cJSON_CreateString(b.data);
	buf_release(&b);
	return (struct json *)v;
}

struct json *json_new_number(double n)
{
	return (struct json *)cJSON_CreateNumber(n);
}

struct json *json_new_bool(bool b)
{
	return (struct json *)cJSON_CreateBool(b);
}

struct json *json_new_null(void)
{
	return (struct json *)cJSON_CreateNull();
}

bool json_put(struct json *object, const char *key, struct json *v)
{
	struct buf b = BUF_INIT;
	bool done = false;

	if (object && v) {
		add_valid(&b, key);
		done = !buf_failed(&b) &&
		       cJSON_AddItemToObject((cJSON *)object, b.data, (cJSON *)v);
	}
	if (!done)
		json_free(v);
	buf_release(&b);
	return done;
}

bool json_append(struct json *array, struct json *v)
{
	if (array && v && cJSON_AddItemToArray((cJSON *)array, (cJSON *)v))
		return true;
	json_free(v);
	return false;
}

static void write_escaped(struct buf *b, uint32_t c)
{
	if (c >= 0x10000) {
		c -= 0x10000;
		buf_printf(b, "\\u%04x\\u%04x", 0xd800 + (unsigned)(c >> 10),
			   0xdc00 + (unsigned)(c & 0x3ff));
	} else {
		buf_printf(b, "\\u%04x", (unsigned)c);
	}
}

void json_write_string(struct buf *b, const char *s)
{
	size_t len = strlen(s), step, run = 0;
	uint32_t c;

	buf_char(b, '"');
	while (len) {
		while (run < len && s[run] >= ' ' && s[run] < 0x7f &&
		       s[run] != '"' && s[run] != '\\')
			run++;
		buf_add(b, s, run);
		s += run;
		len -= run;
		run = 0;
		if (!len)
			break;
		step = utf8_decode(&c, s, len);
		if (*s == '"' || *s == '\\')
			buf_printf(b, "\\%c", *s);
		else if (*s == '\n')
			buf_str(b, "\\n");
		else if (*s == '\t')
			buf_str(b, "\\t");
		else if (*s == '\r')
			buf_str(b, "\\r");
		else
			write_escaped(b, step ? c : 0xfffd);
		s += step ? step : 1;
		len -= step ? step : 1;
	}
	buf_char(b, '"');
}

void json_write_number(struct buf *b, double n)
{
	char digits[40];
	char *p;

	if (!isfinite(n)) {
		buf_str(b, "null");
		return;
	}
	/* Beyond 2^53 a double is no count any more. */
	if (n > -9007199254740992.0 && n < 9007199254740992.0 &&
	    n == (double)(int64_t)n) {
		buf_printf(b, "%lld", (long long)n);
		return;
	}
	snprintf(digits, sizeof(digits), "%.15g", n);
	if (strtod(digits, NULL) != n)
		snprintf(digits, sizeof(digits), "%.17g", n);
	/* A program's locale may have put another decimal point. */
	for (p = digits; *p; p++)
		if (!strchr("0123456789+-e", *p))
			*p = '.';
	buf_str(b, digits);
}

static void write_break(struct buf *b, bool pretty, unsigned depth)
{
	if (!pretty)
		return;
	buf_char(b, '\n');
	while (depth--)
		buf_str(b, "  ");
}

static void write_value(struct buf *b, const cJSON *v, bool pretty,
			unsigned depth)
{
	bool object = cJSON_IsObject(v);
	const cJSON *child;

	if (cJSON_IsString(v)) {
		json_write_string(b, v->valuestring);
	} else if (cJSON_IsNumber(v)) {
		json_write_number(b, v->valuedouble);
	} else if (cJSON_IsBool(v)) {
		buf_str(b, cJSON_IsTrue(v) ? "true" : "false");
	} else if (object || cJSON_IsArray(v)) {
		buf_char(b, object ? '{' : '[');
		for (child = v->child; child; child = child->next) {
			write_break(b, pretty, depth + 1);
			if (object) {
				json_write_string(b, child->string);
				buf_str(b, pretty ? ": " : ":");
			}
			write_value(b, child, pretty, depth + 1);
			if (child->next)
				buf_char(b, ',');
		}
		if (v->child)
			write_break(b, pretty, depth);
		buf_char(b, object ? '}' : ']');
	} else {
		buf_str(b, "null");
	}
}

bool json_write(struct buf *b, const struct json *v, bool pretty)
{
	write_value(b, item(v), pretty, 0);
	return !buf_failed(b);
}
