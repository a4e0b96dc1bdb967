/* SPDX-License-Identifier: MIT */
/*
 * Looking up signals, and holding a context against what a signal needs.
 *
 * A context is one JSON object; each item is text, yes or no, a number, or a list of
 * texts.  Nothing of it is believed before signal_check() has seen it.
 */

#include "model/world.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "util/buf.h"
#include "util/json.h"
#include "util/path.h"

#define LINE_MAX_BYTES 500
#define TEXT_MAX_BYTES 65536
#define LIST_MAX 2000

const struct signal_rule *signal_find(const struct signals *s, const char *name)
{
	size_t i, len;

	for (i = 0; i < s->nr; i++)
		if (!strcmp(s->list[i].name, name))
			return &s->list[i];
	for (i = 0; i < s->nr; i++) {
		len = strlen(s->list[i].name);
		if (len && s->list[i].name[len - 1] == '*' &&
		    !strncmp(s->list[i].name, name, len - 1) && name[len - 1])
			return &s->list[i];
	}
	return NULL;
}

bool signal_is_ours(const struct signals *s, const char *name, bool folded)
{
	size_t i, len;

	for (i = 0; i < s->domains.nr; i++) {
		len = strlen(s->domains.list[i]);
		if (folded ? !strncasecmp(name, s->domains.list[i], len) :
		    !strncmp(name, s->domains.list[i], len))
			return true;
	}
	return false;
}

const struct pipeline *signal_pipeline(const struct signals *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->pipelines_nr; i++)
		if (!strcmp(s->pipelines[i].name, name))
			return &s->pipelines[i];
	return NULL;
}

const struct context_item *signal_item(const struct signals *s, const char *name)
{
	size_t i;

	for (i = 0; i < s->items_nr; i++)
		if (!strcmp(s->items[i].name, name))
			return &s->items[i];
	return NULL;
}

static const char *scalar(const struct json *v)
{
	if (!v)
		return NULL;
	if (json_kind(v) == JSON_TRUE)
		return "yes";
	if (json_kind(v) == JSON_FALSE)
		return "no";
	return json_text(v);
}

bool signal_says(const struct json *context, const char *name)
{
	const char *text = scalar(json_get(context, name));

	return text && (!strcmp(text, "yes") || !strcmp(text, "true"));
}

bool signal_holds(const struct field_case *cases, size_t nr, const struct json *context)
{
	const char *text;
	size_t i;

	for (i = 0; i < nr; i++) {
		text = scalar(json_get(context, cases[i].field));
		if (!text || !names_have(&cases[i].values, text))
			return false;
	}
	return true;
}

const struct pipeline *signal_choose(bool *fast, const struct signals *s,
				     const struct signal_rule *rule,
				     const struct json *context)
{
	*fast = rule->fast && signal_holds(rule->fast_when, rule->fast_when_nr, context);
	if (*fast)
		return signal_pipeline(s, rule->fast);
	return rule->pipeline ? signal_pipeline(s, rule->pipeline) : NULL;
}

const char *signal_text(struct arena *arena, const struct json *context, const char *name)
{
	const struct json *v = json_get(context, name), *item;
	const char *text = scalar(v);
	struct buf b = BUF_INIT;

	if (text || !v || json_kind(v) == JSON_NULL)
		return text && *text ? text : NULL;
	if (json_kind(v) == JSON_NUMBER)
		return arena_printf(arena, "%.0f", json_number(v));
	for (item = json_first(v); item; item = json_next(item))
		if (json_text(item))
			buf_printf(&b, "%s%s", b.len ? "\n" : "", json_text(item));
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text && *text ? text : NULL;
}

/* Whether it is X.Y.Z, with what may follow it. */
static bool is_version(const char *text)
{
	int i;

	for (i = 0; i < 3; i++) {
		if (!isdigit((unsigned char)*text) || (*text == '0' &&
						       isdigit((unsigned char)text[1])))
			return false;
		text += strspn(text, "0123456789");
		if (i < 2 && *text++ != '.')
			return false;
	}
	return !*text || ((*text == '-' || *text == '+') && text[1] &&
			  strspn(text + 1, "0123456789abcdefghijklmnopqrstuvwxyz"
				 "ABCDEFGHIJKLMNOPQRSTUVWXYZ.-+") == strlen(text + 1));
}

static const char *list_fault(const struct json *v, bool paths)
{
	const struct json *item;
	const char *fault;

	if (json_kind(v) != JSON_ARRAY)
		return "is no list";
	if (json_count(v) > LIST_MAX)
		return "has too many items";
	for (item = json_first(v); item; item = json_next(item)) {
		if (!json_text(item) || !*json_text(item))
			return "has an item that is no text";
		if (strpbrk(json_text(item), "\r\n"))
			return "has an item of several lines";
		fault = paths ? path_fault(json_text(item)) : NULL;
		if (fault)
			return "has an item that is no path inside the repository";
	}
	return NULL;
}

/* Why a value is not of its kind; NULL: it is. */
static const char *fault_of(const struct context_item *item, const struct json *v)
{
	const char *text = scalar(v);

	switch (item->kind) {
	case CONTEXT_LIST:
	case CONTEXT_PATHS:
		return list_fault(v, item->kind == CONTEXT_PATHS);
	case CONTEXT_BOOLEAN:
		return text && (!strcmp(text, "yes") || !strcmp(text, "no") ||
				!strcmp(text, "true") || !strcmp(text, "false")) ? NULL :
		       "is neither yes nor no";
	case CONTEXT_INTEGER:
		if (json_kind(v) == JSON_NUMBER)
			return json_number(v) >= 0 && json_number(v) < 1e9 &&
			       json_number(v) == (double)(long)json_number(v) ? NULL :
			       "is no whole number";
		return text && *text && strlen(text) < 10 &&
		       strspn(text, "0123456789") == strlen(text) ? NULL : "is no whole number";
	case CONTEXT_SEMVER:
		return text && strlen(text) < 100 && is_version(text) ? NULL :
		       "is no version like 1.2.0";
	case CONTEXT_LINE:
		return !json_text(v) ? "is no text" : strpbrk(text, "\r\n") ?
		       "has several lines" : strlen(text) > LINE_MAX_BYTES ? "is too long" : NULL;
	case CONTEXT_TEXT:
		return !json_text(v) ? "is no text" : strlen(text) > TEXT_MAX_BYTES ?
		       "is too long" : NULL;
	}
	return NULL;
}

static bool is_empty(const struct json *v)
{
	return !v || json_kind(v) == JSON_NULL || (json_text(v) && !*json_text(v)) ||
	       (json_kind(v) == JSON_ARRAY && !json_first(v));
}

static bool is_needed(const struct signals *s, const struct signal_rule *rule,
		      const struct context_item *item, const struct json *context)
{
	return names_have(&s->always, item->name) || names_have(&rule->requires, item->name) ||
	       (item->when_nr && signal_holds(item->when, item->when_nr, context));
}

int signal_check(const struct signals *s, const struct signal_rule *rule,
		 const struct json *context,
		 int (*wrong)(const char *item, const char *how, void *payload),
		 void *payload)
{
	const struct json *v;
	const char *fault;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < s->items_nr; i++) {
		v = json_get(context, s->items[i].name);
		if (is_empty(v))
			fault = is_needed(s, rule, &s->items[i], context) ? "is missing" : NULL;
		else
			fault = fault_of(&s->items[i], v);
		if (fault)
			ret = wrong(s->items[i].name, fault, payload);
	}
	for (v = json_first(context); ret == 0 && v; v = json_next(v))
		if (!signal_item(s, json_key(v)))
			ret = wrong(json_key(v), "is not known", payload);
	return ret;
}

int signal_context(struct json **out, const struct ops_document *d, struct ops_error *err)
{
	static const char open[] = "```json\n", close[] = "\n```";
	const struct sections *sections = doc_sections(d->doc);
	const struct section *one = sections ? section_find(sections, "Context") : NULL;
	struct buf text = BUF_INIT;
	int ret = OPS_EINVALID;

	if (!sections)
		return error_nomem(err);
	if (one)
		section_text(&text, sections, one);
	if (buf_failed(&text))
		ret = error_nomem(err);
	else if (text.len < strlen(open) + strlen(close) ||
		 strncmp(text.data, open, strlen(open)) ||
		 strcmp(text.data + text.len - strlen(close), close))
		error_set(err, ret, "its section 'Context' holds no block of JSON");
	else
		ret = json_parse(out, text.data + strlen(open),
				 text.len - strlen(open) - strlen(close), err);
	if (ret == 0 && json_kind(*out) != JSON_OBJECT) {
		json_free(*out);
		*out = NULL;
		ret = error_set(err, OPS_EINVALID, "its context is no JSON object");
	}
	buf_release(&text);
	return ret;
}
