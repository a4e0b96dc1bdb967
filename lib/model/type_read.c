/* SPDX-License-Identifier: MIT */
/*
 * Reading type definitions out of the merged configuration.
 *
 * A type that has a `base` starts as a copy of the base's definition with its
 * own laid over it, so inheritance is the same merge as that of ops.yaml over
 * the built-in.  Every reference inside a type (states of transitions, fields
 * that are set) is checked here; references to powers, gates and other types
 * are checked by config.c, which knows them.
 */

#include "model/type_inside.h"

#include <string.h>

static const struct {
	const char *name;
	enum field_kind kind;
} field_kinds[] = {
	{ "line", FIELD_LINE }, { "text", FIELD_TEXT },
	{ "name", FIELD_NAME }, { "date", FIELD_DATE },
	{ "timestamp", FIELD_TIMESTAMP }, { "semver", FIELD_SEMVER },
	{ "enum", FIELD_ENUM }, { "state", FIELD_STATE },
	{ "integer", FIELD_INTEGER }, { "number", FIELD_NUMBER },
	{ "duration", FIELD_DURATION }, { "boolean", FIELD_BOOLEAN },
	{ "list", FIELD_LIST }, { "map", FIELD_MAP },
	{ "reference", FIELD_REFERENCE }, { "agent", FIELD_AGENT },
	{ "actor", FIELD_ACTOR }, { "role", FIELD_ROLE },
	{ "department", FIELD_DEPARTMENT }, { "gate", FIELD_GATE },
	{ "email", FIELD_EMAIL }, { "digest", FIELD_DIGEST }, { "commit", FIELD_COMMIT },
	{ "evidence", FIELD_EVIDENCE }, { "packet", FIELD_PACKET },
	{ "key", FIELD_KEY }, { "former-key", FIELD_FORMER_KEY }, { "any", FIELD_ANY },
};

static const struct {
	const char *name;
	enum set_kind kind;
} set_kinds[] = {
	{ "today", SET_TODAY }, { "reason", SET_REASON }, { "agent", SET_AGENT },
	{ "status", SET_STATUS }, { "none", SET_NONE },
	{ "increment", SET_INCREMENT }, { "next-review", SET_NEXT_REVIEW },
	{ "actor", SET_ACTOR }, { "open-dependencies", SET_OPEN }, { "parts", SET_PARTS },
};

static bool read_kind(struct conf_reader *r, const struct conf *c,
		      const char *key, enum field_kind *out)
{
	const char *name = NULL;
	size_t i;

	conf_text(r, c, key, &name);
	if (!name)
		return false;
	for (i = 0; i < sizeof(field_kinds) / sizeof(*field_kinds); i++)
		if (!strcmp(field_kinds[i].name, name)) {
			*out = field_kinds[i].kind;
			return true;
		}
	conf_wrong(r, conf_get(c, key), NULL, "unknown kind of field '%s'", name);
	return false;
}

static void read_field(struct conf_reader *r, struct type *t, struct field *f,
		       const char *name, const struct conf *c)
{
	struct names required = { NULL, 0 };
	double above = 0;
	size_t i;

	f->name = name;
	f->kind = FIELD_LINE;
	f->of = FIELD_LINE;
	if (!conf_keys(r, c, arena_printf(r->arena, "field '%s'", name),
		       "kind of type values required required-when default guarded by-others "
		       "min max above least most form separator path within"))
		return;
	read_kind(r, c, "kind", &f->kind);
	read_kind(r, c, "of", &f->of);
	conf_text(r, c, "type", &f->type);
	conf_text(r, c, "default", &f->fallback);
	conf_flag(r, c, "guarded", &f->guarded);
	conf_flag(r, c, "by-others", &f->by_others);
	conf_names(r, c, "values", &f->values);
	conf_number(r, c, "min", &f->min, &f->has_min);
	conf_number(r, c, "max", &f->max, &f->has_max);
	conf_number(r, c, "least", &f->least, &f->has_least);
	conf_number(r, c, "most", &f->most, &f->has_most);
	conf_number(r, c, "above", &above, &f->above);
	if (f->above)
		f->min = above;
	conf_names(r, c, "required", &required);
	conf_names(r, c, "form", &f->forms);
	conf_text(r, c, "separator", &f->separator);
	conf_text(r, c, "path", &f->path);
	conf_text(r, c, "within", &f->within);
	type_read_when(r, &f->when, &f->when_nr, conf_get(c, "required-when"),
		       "required-when");
	if (f->separator && !*f->separator)
		f->separator = NULL;
	if (f->path && !strstr(f->path, "{}"))
		conf_wrong(r, conf_get(c, "path"), "write for example docs/{}.md",
			   "'path' of field '%s' has no {}", name);
	if ((f->kind == FIELD_ENUM || f->kind == FIELD_PACKET) && !f->values.nr)
		conf_wrong(r, c, "add values: [ONE, TWO]", f->kind == FIELD_ENUM ?
			   "field '%s' is an enum without values" :
			   "field '%s' names packets and has no kinds as values", name);
	if (required.nr == 1 && !strcmp(required.list[0], "always")) {
		f->required = true;
		return;
	}
	for (i = 0; i < required.nr; i++)
		if (!type_state(t, required.list[i]))
			conf_wrong(r, conf_get(c, "required"), NULL,
				   "'%s' is no state of '%s'", required.list[i],
				   t->name);
	f->required_in = required;
}

static void read_fields(struct conf_reader *r, struct type *t, const struct conf *c)
{
	const struct conf *fields = conf_get(c, "fields");
	size_t i;

	if (!fields)
		return;
	if (fields->kind != YAML_MAP) {
		conf_wrong(r, fields, NULL, "'fields' must be a mapping");
		return;
	}
	t->fields = arena_array(r->arena, conf_count(fields) + 1,
				sizeof(*t->fields));
	if (!t->fields) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(fields); i++) {
		const struct conf_entry *e = conf_at(fields, i);

		read_field(r, t, &t->fields[t->fields_nr++], e->key, e->value);
	}
}

static void read_states(struct conf_reader *r, struct type *t, const struct conf *c)
{
	const struct conf *states = conf_get(c, "states");
	struct state *s;
	size_t i, initial = 0;

	if (!states)
		return;
	if (states->kind != YAML_MAP) {
		conf_wrong(r, states, NULL, "'states' must be a mapping");
		return;
	}
	t->states = arena_array(r->arena, conf_count(states) + 1,
				sizeof(*t->states));
	if (!t->states) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(states); i++) {
		const struct conf_entry *e = conf_at(states, i);

		s = &t->states[t->states_nr++];
		s->name = e->key;
		if (!conf_keys(r, e->value, arena_printf(r->arena, "state '%s'",
				e->key), "initial final editable aliases"))
			continue;
		conf_flag(r, e->value, "initial", &s->initial);
		conf_flag(r, e->value, "final", &s->final);
		conf_flag(r, e->value, "editable", &s->editable);
		conf_names(r, e->value, "aliases", &s->aliases);
		initial += s->initial;
	}
	if (t->states_nr && initial == 0)
		conf_wrong(r, states, "mark one with initial: yes",
			   "type '%s' has states and none is initial", t->name);
}

static void read_sets(struct conf_reader *r, struct type *t,
		      struct transition *tr, const struct conf *c)
{
	const struct conf *sets = conf_get(c, "sets");
	size_t i, j;

	if (!sets)
		return;
	if (sets->kind != YAML_MAP) {
		conf_wrong(r, sets, NULL, "'sets' must be a mapping");
		return;
	}
	tr->sets = arena_array(r->arena, conf_count(sets) + 1,
			       sizeof(*tr->sets));
	if (!tr->sets) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(sets); i++) {
		const struct conf_entry *e = conf_at(sets, i);
		const struct conf *value = e->value;
		struct set_rule *set;

		if (value->kind != YAML_SCALAR || !type_field(t, e->key)) {
			conf_wrong(r, value, NULL, value->kind != YAML_SCALAR ?
				   "what '%s' is set to must be text" :
				   "'%s' is set and is no field of the type", e->key);
			continue;
		}
		set = &tr->sets[tr->sets_nr++];
		set->field = e->key;
		set->kind = SET_LITERAL;
		set->literal = value->value;
		for (j = 0; j < sizeof(set_kinds) / sizeof(*set_kinds); j++)
			if (!strcmp(set_kinds[j].name, value->value))
				set->kind = set_kinds[j].kind;
	}
}

static void read_records(struct conf_reader *r, struct transition *tr,
			 const struct conf *c)
{
	const struct conf *records = conf_get(c, "records");
	size_t i, j;

	if (!records)
		return;
	if (records->kind != YAML_MAP) {
		conf_wrong(r, records, NULL, "'records' must be a mapping");
		return;
	}
	tr->records = arena_array(r->arena, conf_count(records) + 1,
				  sizeof(*tr->records));
	if (!tr->records) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(records); i++) {
		const struct conf_entry *e = conf_at(records, i);
		const struct conf *with = e->value;
		struct record_rule *rule = &tr->records[tr->records_nr++];

		rule->kind = e->key;
		if (with->kind != YAML_MAP) {
			conf_wrong(r, with, "write {} when none is fixed",
				   "fields of the record '%s' must be a mapping",
				   e->key);
			continue;
		}
		rule->with = arena_array(r->arena, conf_count(with) + 1,
					 sizeof(*rule->with));
		if (!rule->with) {
			r->failed = true;
			return;
		}
		for (j = 0; j < conf_count(with); j++) {
			const struct conf_entry *f = conf_at(with, j);
			const struct conf *value = f->value;

			if (value->kind != YAML_SCALAR) {
				conf_wrong(r, value, NULL, "'%s' must be text",
					   f->key);
				continue;
			}
			rule->with[rule->with_nr].name = f->key;
			rule->with[rule->with_nr++].value = value->value;
		}
	}
}

/* What a transition needs or lacks must be fields of the type. */
static void check_fields(struct conf_reader *r, const struct type *t,
			 const struct names *names, const struct conf *c, const char *key)
{
	size_t i;

	for (i = 0; i < names->nr; i++)
		if (!type_field(t, names->list[i]))
			conf_wrong(r, conf_get(c, key), NULL, "'%s' is no field of '%s'",
				   names->list[i], t->name);
}

static void read_transition(struct conf_reader *r, struct type *t,
			    struct transition *tr, const char *name,
			    const struct conf *c)
{
	const char *reason = NULL;
	size_t i;

	tr->name = tr->action = name;
	tr->to = "";
	if (!conf_keys(r, c, arena_printf(r->arena, "transition '%s'", name),
		       "action command from to by not-by gates sections needs lacks "
		       "checks unblocked reason edits changes sets records"))
		return;
	conf_text(r, c, "action", &tr->action);
	conf_text(r, c, "command", &tr->command);
	conf_names(r, c, "from", &tr->from);
	conf_text(r, c, "to", &tr->to);
	conf_names(r, c, "by", &tr->by);
	conf_names(r, c, "not-by", &tr->not_by);
	conf_names(r, c, "gates", &tr->gates);
	conf_names(r, c, "sections", &tr->sections);
	conf_names(r, c, "needs", &tr->needs);
	conf_names(r, c, "lacks", &tr->lacks);
	conf_names(r, c, "checks", &tr->checks);
	conf_flag(r, c, "unblocked", &tr->unblocked);
	conf_flag(r, c, "edits", &tr->edits);
	conf_names(r, c, "changes", &tr->changes);
	conf_text(r, c, "reason", &reason);
	tr->reason = reason && !strcmp(reason, "required");
	if (reason && !tr->reason)
		conf_wrong(r, conf_get(c, "reason"), "write required, or leave it out",
			   "'reason' is 'required' or not there");
	for (i = 0; i < tr->from.nr; i++)
		if (!type_state(t, tr->from.list[i]))
			conf_wrong(r, conf_get(c, "from"), NULL,
				   "'%s' is no state of '%s'", tr->from.list[i],
				   t->name);
	if (!tr->from.nr)
		conf_wrong(r, c, NULL, "transition '%s' has no 'from'", name);
	if (!*tr->to)
		conf_wrong(r, c, NULL, "transition '%s' has no 'to'", name);
	else if (*tr->to != '{' && !type_state(t, tr->to))
		conf_wrong(r, conf_get(c, "to"), NULL, "'%s' is no state of '%s'",
			   tr->to, t->name);
	if (!tr->by.nr)
		conf_wrong(r, c, "name a power, or anyone",
			   "transition '%s' says not who may do it", name);
	check_fields(r, t, &tr->needs, c, "needs");
	check_fields(r, t, &tr->lacks, c, "lacks");
	check_fields(r, t, &tr->changes, c, "changes");
	read_sets(r, t, tr, c);
	read_records(r, tr, c);
}

static void read_transitions(struct conf_reader *r, struct type *t,
			     const struct conf *c)
{
	const struct conf *all = conf_get(c, "transitions");
	size_t i;

	if (!all)
		return;
	if (all->kind != YAML_MAP) {
		conf_wrong(r, all, NULL, "'transitions' must be a mapping");
		return;
	}
	t->transitions = arena_array(r->arena, conf_count(all) + 1,
				     sizeof(*t->transitions));
	if (!t->transitions) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(all); i++) {
		const struct conf_entry *e = conf_at(all, i);

		read_transition(r, t, &t->transitions[t->transitions_nr++], e->key,
				e->value);
	}
}

static void add_titles(struct conf_reader *r, struct type *t, const struct names *from)
{
	size_t i;

	for (i = 0; i < from->nr; i++)
		if (!names_have(&t->titles, from->list[i]) &&
		    names_add(&t->titles, r->arena, from->list[i]))
			r->failed = true;
}

static void gather_titles(struct conf_reader *r, struct type *t)
{
	size_t i;

	add_titles(r, t, &t->sections);
	for (i = 0; i < t->cases_nr; i++)
		add_titles(r, t, &t->cases[i].sections);
	for (i = 0; i < t->transitions_nr; i++)
		add_titles(r, t, &t->transitions[i].sections);
}

static void read_type(struct conf_reader *r, struct type *t, const struct conf *c,
		      const struct conf *own, const struct conf *directories)
{
	const struct field *status;
	const char *id = NULL;
	bool links = true;

	t->title = t->name;
	t->at = own;
	if (!conf_keys(r, c, arena_printf(r->arena, "type '%s'", t->name),
		       "title base paths place archive id create edit fields sections "
		       "sections-by states transitions abstract kinds-by append-only "
		       "protected status not-by after once until blocks items items-by "
		       "checks part heading links absent fresh"))
		return;
	conf_text(r, c, "title", &t->title);
	conf_text(r, c, "id", &id);
	conf_text(r, c, "status", &t->status);
	if (id && !strcmp(id, "title-random"))
		t->id_style = ID_TITLE_RANDOM;
	else if (!id || !strcmp(id, "title"))
		t->id_style = ID_TITLE;
	else if (!strcmp(id, "name"))
		t->id_style = ID_NAME;
	else
		conf_wrong(r, conf_get(c, "id"), NULL,
			   "'id' is one of title, title-random, name");
	conf_names(r, c, "create", &t->create);
	conf_names(r, c, "edit", &t->edit);
	conf_flag(r, own, "abstract", &t->abstract);
	conf_text(r, c, "kinds-by", &t->kinds_by);
	conf_flag(r, c, "append-only", &t->append_only);
	conf_flag(r, c, "protected", &t->protected);
	conf_flag(r, c, "links", &links);
	t->unlinked = !links;
	type_read_places(r, t, c, directories);
	read_states(r, t, c);
	read_fields(r, t, c);
	type_read_sections(r, t, c);
	type_read_packet(r, t, c);
	read_transitions(r, t, c);
	type_read_fresh(r, t, c);
	gather_titles(r, t);
	status = type_field(t, t->status);
	if (t->states_nr && (!status || status->kind != FIELD_STATE))
		conf_wrong(r, own, "add Status: {kind: state, required: always}",
			   "type '%s' has states and no field '%s' of kind state",
			   t->name, t->status);
	if (t->abstract && !t->kinds_by)
		conf_wrong(r, own, NULL, "abstract type '%s' has no 'kinds-by'",
			   t->name);
}

/* The definition with those of its bases below it, at most 4 deep. */
static const struct conf *with_bases(struct conf_reader *r, const struct conf *types,
				     const struct conf *own, unsigned depth)
{
	const char *base = NULL;
	const struct conf *below;

	conf_text(r, own, "base", &base);
	if (!base)
		return own;
	below = conf_get(types, base);
	if (!below || below->kind != YAML_MAP || depth > 4) {
		conf_wrong(r, conf_get(own, "base"), NULL, below ?
			   "base '%s' is based on itself" :
			   "base '%s' is no type", base);
		return own;
	}
	below = with_bases(r, types, below, depth + 1);
	below = below ? conf_merge(r->arena, below, own) : NULL;
	if (!below)
		r->failed = true;
	return below;
}

int types_read(struct type **out, size_t *nr, struct conf_reader *r,
	       const struct conf *types, const struct conf *directories)
{
	struct type *list;
	size_t i, j, count;

	if (!types || types->kind != YAML_MAP) {
		*out = NULL;
		*nr = 0;
		return 0;
	}
	count = conf_count(types);
	list = arena_array(r->arena, count + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	for (i = 0; i < count; i++) {
		const struct conf_entry *e = conf_at(types, i);
		const struct conf *whole;

		list[i].name = e->key;
		list[i].status = "Status";
		if (e->value->kind != YAML_MAP) {
			conf_wrong(r, e->value, NULL, "type '%s' must be a mapping",
				   e->key);
			continue;
		}
		whole = with_bases(r, types, e->value, 0);
		if (whole)
			read_type(r, &list[i], whole, e->value, directories);
	}
	for (i = 0; i < count; i++) {
		const struct conf *base = conf_get(conf_at(types, i)->value,
						   "base");

		for (j = 0; base && base->value && j < count; j++)
			if (j != i && !strcmp(list[j].name, base->value))
				list[i].base = &list[j];
	}
	*out = list;
	*nr = count;
	return r->failed ? OPS_ENOMEM : 0;
}
