/* SPDX-License-Identifier: MIT */
/*
 * The configuration: the built-in one (builtin.yaml, compiled in as a tree) with the
 * repository's own laid over it, and what it says.
 *
 * Never half in force: a file with a mistake counts as absent (and every
 * command says so), because half a policy is a policy nobody wrote.  The
 * built-in part itself must be without mistakes; the tests see to that.
 */

#include "model/config.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "model/config_inside.h"
#include "util/path.h"

#define CONFIG_EVENTS_MAX 40000
#define CONFIG_DEPTH_MAX 12

const struct role *config_role(const struct config *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->roles_nr; i++)
		if (!strcmp(c->roles[i].id, id))
			return &c->roles[i];
	return NULL;
}

const struct role *config_role_named(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->roles_nr; i++)
		if (!strcmp(c->roles[i].title, name))
			return &c->roles[i];
	return config_role(c, name);
}

const struct role *config_department(const struct config *c, const char *id)
{
	size_t i;

	for (i = 0; i < c->departments_nr; i++)
		if (!strcmp(c->departments[i].id, id))
			return &c->departments[i];
	return NULL;
}

const struct severity_rule *config_severity(const struct config *c, const char *rule)
{
	size_t i;

	for (i = 0; i < c->severities_nr; i++)
		if (!strcmp(c->severities[i].rule, rule))
			return &c->severities[i];
	return NULL;
}

const char config_choosable[] =
	"doc.overdue doc.place doc.placeholder field.missing field.near field.reference "
	"field.value link.anchor link.broken link.label scope.pattern section.missing "
	"section.near";

bool config_may_choose(const char *rule)
{
	return conf_word(config_choosable, rule);
}

const struct gate *config_gate(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->gates_nr; i++)
		if (!strcmp(c->gates[i].name, name))
			return &c->gates[i];
	return NULL;
}

const struct type *config_type(const struct config *c, const char *name)
{
	size_t i;

	for (i = 0; i < c->types_nr; i++)
		if (!strcmp(c->types[i].name, name))
			return &c->types[i];
	return NULL;
}

bool config_has_action(const struct config *c, const char *name)
{
	size_t i, k;

	for (i = 0; i < c->types_nr; i++)
		for (k = 0; k < c->types[i].transitions_nr; k++)
			if (!strcmp(c->types[i].transitions[k].action, name))
				return true;
	return false;
}

const char *config_directory(const struct config *c, const char *name)
{
	const struct conf *dir = conf_get(conf_get(c->root, "directories"), name);

	return dir && dir->value ? dir->value : "";
}

const struct type *config_kind(const struct config *c, const struct type *abstract,
			       const char *name)
{
	const struct type *t = config_type(c, name);

	return t && t->base == abstract ? t : NULL;
}

static int parse_layer(const struct conf **out, struct arena *arena, const char *text,
		       size_t len, const char *path, struct ops_findings *findings,
		       struct ops_error *err)
{
	struct yaml_source source = { path, 1, CONFIG_EVENTS_MAX, CONFIG_DEPTH_MAX };
	struct yaml_node *node;
	int ret = yaml_parse(&node, arena, text, len, &source, findings, err);

	if (ret)
		return ret;
	*out = conf_of_yaml(arena, node, path);
	return *out ? 0 : error_nomem(err);
}

/* One attempt: with the repository's layer, or without. */
static int load_layers(struct config **out, const char *text, size_t len,
		       struct ops_findings *findings, struct ops_error *err)
{
	struct conf_reader r = { NULL, findings, false, false };
	struct arena *arena = arena_new();
	struct config *c = arena ? arena_alloc(arena, sizeof(*c)) : NULL;
	const struct conf *over;
	int ret = 0;

	if (c) {
		c->arena = r.arena = arena;
		c->root = conf_builtin(arena);
	}
	if (!c || !c->root) {
		ret = error_nomem(err);
		goto out;
	}
	if (text) {
		ret = parse_layer(&over, arena, text, len, CONFIG_PATH, findings, err);
		if (ret)
			goto out;
		c->root = conf_merge(arena, c->root, over);
		c->present = true;
		if (!c->root) {
			ret = error_nomem(err);
			goto out;
		}
	}
	ret = config_read(c, &r);
	if (ret == 0)
		ret = config_ready_patterns(c);
	if (ret)
		error_nomem(err);
	else if (r.broken)
		ret = OPS_EINVALID;
	if (ret == 0)
		*out = c;
out:
	if (ret)
		arena_free(arena);
	return ret;
}

int config_load(struct config **out, const char *text, size_t len,
		struct ops_findings *findings, struct ops_error *err)
{
	struct ops_error ignored = { 0 };
	size_t had = ops_findings_count(findings);
	int ret;

	if (text && len > CONFIG_MAX) {
		findings_add(findings, "config.invalid", OPS_ERROR, CONFIG_PATH, 0, 0,
			     NULL, "the configuration is larger than %d bytes",
			     CONFIG_MAX);
		ret = OPS_EINVALID;
	} else {
		ret = load_layers(out, text, len, findings, &ignored);
	}
	if (ret != OPS_EINVALID || !text) {
		if (ret == 0)
			(*out)->sound = ops_findings_count(findings) == had &&
					!findings_failed(findings);
		else
			error_set(err, ret, "%s", ignored.status ? ignored.message :
				  "the built-in configuration is broken");
		return ret;
	}
	ret = load_layers(out, NULL, 0, findings, err);
	if (ret == 0) {
		(*out)->present = true;
		(*out)->broken = true;
	}
	return ret;
}

void config_free(struct config *config)
{
	if (config)
		arena_free(config->arena);
}
