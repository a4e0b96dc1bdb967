/* SPDX-License-Identifier: MIT */
/*
 * Emergencies: see emergency.h.  Knows no kind by its name.
 *
 * Must never take one for ended that cannot be read as such: only the status says it, and
 * one that has none to read is counted by itself.
 */
#include "model/emergency.h"

#include <string.h>

const char emergency_lists[] =
	"running orphaned backups best set-aside critical-path parallel";

static void read_kind(struct conf_reader *r, struct emergency_kind *k, const char *name,
		      const struct conf *c)
{
	const struct conf *refuses = conf_get(c, "refuses");
	size_t i;

	k->name = k->title = name;
	if (!conf_keys(r, c, arena_printf(r->arena, "emergency '%s'", name),
		       "title by needs alerts refuses shows steps"))
		return;
	conf_text(r, c, "title", &k->title);
	conf_names(r, c, "by", &k->by);
	conf_names(r, c, "needs", &k->needs);
	conf_names(r, c, "alerts", &k->alerts);
	conf_names(r, c, "shows", &k->shows);
	conf_names(r, c, "steps", &k->steps);
	if (!k->by.nr)
		conf_wrong(r, c, "add by: [POWER]", "emergency '%s' says not who may "
			   "declare it", name);
	for (i = 0; i < k->shows.nr; i++)
		if (!conf_word(emergency_lists, k->shows.list[i]))
			conf_wrong(r, conf_get(c, "shows"), arena_printf(r->arena,
				   "use of: %s", emergency_lists),
				   "'%s' is nothing that can be shown", k->shows.list[i]);
	if (!refuses || !conf_keys(r, refuses, "'refuses'", "actions when"))
		return;
	conf_names(r, refuses, "actions", &k->actions);
	type_read_when(r, &k->when, &k->when_nr, conf_get(refuses, "when"), "when");
}

void emergencies_read(struct emergency_kinds *out, struct conf_reader *r,
		      const struct conf *map)
{
	size_t i;

	out->list = conf_definitions(r, map, "emergencies", sizeof(*out->list));
	for (i = 0; out->list && i < conf_count(map); i++)
		read_kind(r, &out->list[out->nr++], conf_at(map, i)->key,
			  conf_at(map, i)->value);
}

const struct emergency_kind *emergency_kind(const struct emergency_kinds *kinds,
					    const char *name)
{
	size_t i;

	for (i = 0; name && i < kinds->nr; i++)
		if (!strcmp(kinds->list[i].name, name))
			return &kinds->list[i];
	return NULL;
}

struct finding {
	struct emergencies *out;
	const struct config *config;
	struct arena *arena;
	size_t room;
};

static int take(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct finding *f = payload;
	struct emergency *list;
	const struct state *state = d->doc && d->status ? type_state(d->type, d->status) :
				    NULL;

	if (!d->doc)
		return names_add(&f->out->unreadable, f->arena, d->path) ? error_nomem(err) :
		       0;
	if (state && state->final)
		return 0;
	list = arena_room(f->arena, f->out->list, f->out->nr, &f->room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	f->out->list = list;
	f->out->list[f->out->nr].document = d;
	f->out->list[f->out->nr++].kind = emergency_kind(&f->config->emergencies,
							  document_text(d, "Emergency"));
	return 0;
}

int emergencies_find(struct emergencies *out, struct world *w,
		     struct ops_findings *findings, struct ops_error *err)
{
	struct finding f = { out, NULL, world_arena(w), 0 };
	const struct type *type;
	int ret = world_config(&f.config, w, err);

	memset(out, 0, sizeof(*out));
	type = ret ? NULL : config_type(f.config, "emergency");
	return ret || !type || type->abstract ? ret :
	       world_each(w, type, false, true, take, &f, findings, err);
}

bool emergency_sets_aside(const struct emergency *e, const struct ops_document *task)
{
	const char *about = document_text(e->document, "Task"), *value;
	size_t i;

	if (!e->kind || (about && reference_same(about, task->id)))
		return false;
	for (i = 0; i < e->kind->when_nr; i++) {
		value = document_text(task, e->kind->when[i].field);
		if (!value || !names_have(&e->kind->when[i].values, value))
			return false;
	}
	return true;
}

bool emergencies_refuse(const struct emergencies *all, const char *action)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (all->list[i].kind && names_have(&all->list[i].kind->actions, action))
			return true;
	return false;
}

const struct emergency *emergency_refusing(const struct emergencies *all,
					   const char *action,
					   const struct ops_document *task)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (all->list[i].kind && names_have(&all->list[i].kind->actions, action) &&
		    emergency_sets_aside(&all->list[i], task))
			return &all->list[i];
	return NULL;
}
