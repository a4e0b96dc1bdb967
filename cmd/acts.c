/* SPDX-License-Identifier: MIT */
/*
 * Acts written as lines.  Both forms fill the same ops_request, and a name that
 * neither knows is an error, so that a slip is never taken for silence.
 */

#include "acts.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "opt.h"
#include "util/arena.h"
#include "util/error.h"
#include "util/json.h"
#include "words.h"

static const struct {
	const char *name;
	size_t at;
} members[] = {
	{ "action", offsetof(struct ops_request, action) },
	{ "target", offsetof(struct ops_request, target) },
	{ "to", offsetof(struct ops_request, to) },
	{ "gate", offsetof(struct ops_request, gate) },
	{ "id", offsetof(struct ops_request, id) },
	{ "reason", offsetof(struct ops_request, reason) },
	{ "text", offsetof(struct ops_request, text) },
	{ "key", offsetof(struct ops_request, key) },
};

/* The member of that name that is one string, or NULL. */
static const char **member(struct ops_request *r, const char *name)
{
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (!strcmp(members[i].name, name))
			return (const char **)(void *)((char *)r + members[i].at);
	return NULL;
}

static int copy_text(const char **out, struct arena *arena, const struct json *value,
		     const char *name, struct ops_error *err)
{
	const char *text = json_text(value);

	if (!text)
		return error_set(err, OPS_EINVALID, "'%.60s' is not a string", name);
	*out = arena_str(arena, text);
	return *out ? 0 : error_nomem(err);
}

static int copy_settings(const struct ops_setting **out, size_t *nr, struct arena *arena,
			 const struct json *value, const char *name,
			 struct ops_error *err)
{
	struct ops_setting *settings;
	size_t at = 0;
	int ret;

	if (json_kind(value) != JSON_OBJECT)
		return error_set(err, OPS_EINVALID, "'%s' is not an object", name);
	settings = arena_array(arena, json_count(value) + 1, sizeof(*settings));
	if (!settings)
		return error_nomem(err);
	for (const struct json *v = json_first(value); v; v = json_next(v), at++) {
		settings[at].name = arena_str(arena, json_key(v));
		if (!settings[at].name)
			return error_nomem(err);
		ret = copy_text(&settings[at].value, arena, v, json_key(v), err);
		if (ret < 0)
			return ret;
	}
	*out = settings;
	*nr = at;
	return 0;
}

static int copy_evidence(struct ops_request *out, struct arena *arena,
			 const struct json *value, struct ops_error *err)
{
	const char **paths;
	size_t at = 0;
	int ret;

	if (json_kind(value) != JSON_ARRAY)
		return error_set(err, OPS_EINVALID, "'evidence' is not a list");
	paths = arena_array(arena, json_count(value) + 1, sizeof(*paths));
	if (!paths)
		return error_nomem(err);
	for (const struct json *v = json_first(value); v; v = json_next(v), at++)
		if ((ret = copy_text(&paths[at], arena, v, "evidence", err)) < 0)
			return ret;
	out->evidence = paths;
	out->evidence_nr = at;
	return 0;
}

static int copy_member(struct ops_request *out, struct arena *arena,
		       const struct json *v, struct ops_error *err)
{
	const char *name = json_key(v);
	const char **text = member(out, name);

	if (text)
		return json_kind(v) == JSON_NULL ? 0 :
			copy_text(text, arena, v, name, err);
	if (!strcmp(name, "fields"))
		return copy_settings(&out->fields, &out->fields_nr, arena, v, name, err);
	if (!strcmp(name, "sections"))
		return copy_settings(&out->sections, &out->sections_nr, arena, v, name,
				     err);
	if (!strcmp(name, "evidence"))
		return copy_evidence(out, arena, v, err);
	return error_set(err, OPS_EINVALID, "an act has no '%.60s'", name);
}

static int read_json(struct ops_request *out, struct arena *arena, const char *line,
		     size_t len, struct ops_error *err)
{
	struct json *value = NULL;
	int ret;

	if ((ret = json_parse(&value, line, len, err)) < 0)
		return ret;
	for (const struct json *v = json_first(value); v && !ret; v = json_next(v))
		ret = copy_member(out, arena, v, err);
	json_free(value);
	return ret;
}

/* The lists that the words of a line add to. */
struct lists {
	struct opt_list evidence;
	struct ops_setting *fields, *sections;	/* room for as many as there are words */
};

/* "KEY=VALUE" */
static int read_pair(struct ops_request *out, struct lists *lists, struct arena *arena,
		     const char *word, const char *equals, struct ops_error *err)
{
	char *key = arena_dup(arena, word, (size_t)(equals - word));
	const char *value = equals + 1;
	const char **text = key ? member(out, key) : NULL;
	struct ops_setting *setting = NULL;

	if (!key)
		return error_nomem(err);
	if (text && strcmp(key, "action") && strcmp(key, "target")) {
		if (*text)
			return error_set(err, OPS_EINVALID, "'%s' is given twice", key);
		*text = value;
		return 0;
	}
	if (!strcmp(key, "evidence"))
		return opt_list_add(&lists->evidence, arena, value) ? 0 :
			error_nomem(err);
	if (!strncmp(key, "field:", 6) && key[6])
		setting = &lists->fields[out->fields_nr++];
	else if (!strncmp(key, "section:", 8) && key[8])
		setting = &lists->sections[out->sections_nr++];
	else
		return error_set(err, OPS_EINVALID, "an act has no '%.60s'", key);
	setting->name = strchr(key, ':') + 1;
	setting->value = value;
	return 0;
}

static int read_words(struct ops_request *out, struct arena *arena, const char *line,
		      size_t len, struct ops_error *err)
{
	struct opt_list words = { NULL, 0, 0 };
	struct lists lists = { .evidence = { NULL, 0, 0 } };
	size_t at = 1;
	int ret;

	if ((ret = words_split(&words, arena, line, len, err)) < 0)
		return ret;
	lists.fields = arena_array(arena, words.nr + 1, sizeof(*lists.fields));
	lists.sections = arena_array(arena, words.nr + 1, sizeof(*lists.sections));
	if (!lists.fields || !lists.sections)
		return error_nomem(err);
	out->action = words.values[0];
	if (words.nr > 1 && !strchr(words.values[1], '='))
		out->target = words.values[at++];
	for (; at < words.nr; at++) {
		const char *equals = strchr(words.values[at], '=');

		if (!equals)
			return error_set(err, OPS_EINVALID, "'%.60s' is not KEY=VALUE",
					 words.values[at]);
		ret = read_pair(out, &lists, arena, words.values[at], equals, err);
		if (ret < 0)
			return ret;
	}
	out->fields = lists.fields;
	out->sections = lists.sections;
	out->evidence = lists.evidence.values;
	out->evidence_nr = lists.evidence.nr;
	return 0;
}

int acts_read(struct ops_request *out, struct arena *arena, const char *line,
	      size_t len, struct ops_error *err)
{
	struct ops_request request = { .action = NULL };
	int ret;

	if (memchr(line, '\0', len))
		return error_set(err, OPS_EINVALID, "a NUL byte");
	if (line[strspn(line, " \t")] == '{')
		ret = read_json(&request, arena, line, len, err);
	else
		ret = read_words(&request, arena, line, len, err);
	if (ret < 0)
		return ret;
	if (!request.action || !*request.action)
		return error_set(err, OPS_EINVALID, "an act without an action");
	*out = request;
	return 0;
}
