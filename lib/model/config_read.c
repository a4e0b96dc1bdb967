/* SPDX-License-Identifier: MIT */
/*
 * Reading a configuration into its structs, and its mistakes: part by part, then what the
 * parts say of each other.
 *
 * Must never stop at the first mistake, nor take a value for another one it resembles.
 */
#include "model/config_inside.h"

#include <string.h>

#include "util/path.h"

/* Whether there is a mapping to read; anything else in its place is a mistake. */
static bool has_mapping(struct conf_reader *r, const struct conf *c, const char *what)
{
	if (c && c->kind != YAML_MAP)
		conf_wrong(r, c, NULL, "'%s' must be a mapping", what);
	return c && c->kind == YAML_MAP;
}

static void read_roles(struct conf_reader *r, const struct conf *map, const char *what,
		       const char *each, struct role **out, size_t *nr)
{
	struct role *list;
	size_t i;

	if (!has_mapping(r, map, what))
		return;
	list = arena_array(r->arena, conf_count(map) + 1, sizeof(*list));
	if (!list) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		const struct conf_entry *e = conf_at(map, i);

		list[i].id = list[i].title = e->key;
		if (!conf_keys(r, e->value, arena_printf(r->arena, "%s '%s'", each,
				e->key), "title powers"))
			continue;
		conf_text(r, e->value, "title", &list[i].title);
		conf_names(r, e->value, "powers", &list[i].powers);
	}
	*out = list;
	*nr = conf_count(map);
}

static void read_gate(struct conf_reader *r, struct gate *g, const char *name,
		      const struct conf *c)
{
	const struct conf *request, *subject;
	double evidence = 0, approvals = 0;
	bool present = false;

	g->name = g->title = name;
	g->power = "";
	if (!conf_keys(r, c, arena_printf(r->arena, "gate '%s'", name),
		       "title power after states evidence approvals request subject"))
		return;
	conf_text(r, c, "title", &g->title);
	conf_text(r, c, "power", &g->power);
	conf_names(r, c, "after", &g->after);
	conf_names(r, c, "states", &g->states);
	conf_number(r, c, "evidence", &evidence, &present);
	if (present && evidence >= 0 && evidence <= 100)
		g->evidence = (size_t)evidence;
	else if (present)
		conf_wrong(r, conf_get(c, "evidence"), NULL,
			   "'evidence' must be from 0 to 100");
	g->approvals = 1;
	present = false;
	conf_number(r, c, "approvals", &approvals, &present);
	if (present && approvals >= 1 && approvals <= 20 &&
	    approvals == (double)(size_t)approvals)
		g->approvals = (size_t)approvals;
	else if (present)
		conf_wrong(r, conf_get(c, "approvals"), NULL,
			   "'approvals' must be a whole number from 1 to 20");
	request = conf_get(c, "request");
	if (request && conf_keys(r, request, "a gate's 'request'", "by sections")) {
		conf_names(r, request, "by", &g->request_by);
		conf_names(r, request, "sections", &g->request_sections);
	}
	subject = conf_get(c, "subject");
	if (subject && conf_keys(r, subject, "a gate's 'subject'", "fields sections")) {
		conf_names(r, subject, "fields", &g->subject_fields);
		conf_names(r, subject, "sections", &g->subject_sections);
	}
	if (!*g->power)
		conf_wrong(r, c, "add power: NAME", "gate '%s' says not who decides it",
			   name);
}

static void read_gates(struct conf_reader *r, struct config *config,
		       const struct conf *map)
{
	size_t i, j;

	if (!has_mapping(r, map, "gates"))
		return;
	config->gates = arena_array(r->arena, conf_count(map) + 1,
				    sizeof(*config->gates));
	if (!config->gates) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		const struct conf_entry *e = conf_at(map, i);

		read_gate(r, &config->gates[config->gates_nr++], e->key, e->value);
	}
	for (i = 0; i < config->gates_nr; i++)
		for (j = 0; j < config->gates[i].after.nr; j++)
			if (!config_gate(config, config->gates[i].after.list[j]))
				conf_wrong(r, conf_get(map, config->gates[i].name),
					   NULL, "gate '%s' comes after '%s', which "
					   "is no gate", config->gates[i].name,
					   config->gates[i].after.list[j]);
}

static void read_dispatch(struct conf_reader *r, struct config *config,
			  const struct conf *map)
{
	const struct conf *parts;
	size_t i;

	if (!map || !conf_keys(r, map, "'dispatch'", "vague-verbs parts"))
		return;
	conf_names(r, map, "vague-verbs", &config->vague_verbs);
	parts = conf_get(map, "parts");
	if (!has_mapping(r, parts, "parts"))
		return;
	config->parts = arena_array(r->arena, conf_count(parts) + 1,
				    sizeof(*config->parts));
	if (!config->parts) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(parts); i++) {
		config->parts[i].name = conf_at(parts, i)->key;
		conf_names(r, parts, config->parts[i].name,
			   &config->parts[i].sections);
		config->parts_nr++;
	}
}

static void check_patterns(struct conf_reader *r, const struct names *patterns,
			   const struct conf *at)
{
	const char *fault;
	size_t i;

	for (i = 0; i < patterns->nr; i++) {
		fault = path_pattern_fault(patterns->list[i]);
		if (fault)
			conf_wrong(r, at, NULL, "pattern '%s' %s", patterns->list[i], fault);
	}
}

/* A time from a second to `most`, in seconds. */
static unsigned read_span(struct conf_reader *r, const struct conf *map, const char *key,
			  unsigned most)
{
	const char *text = NULL;
	int64_t seconds = 0;

	conf_text(r, map, key, &text);
	if (text && duration_parse(&seconds, text) && seconds >= 1 && seconds <= most)
		return (unsigned)seconds;
	conf_wrong(r, conf_get(map, key) ? conf_get(map, key) : map, "write for example 8h",
		   "'%s' is a time from a second to %u seconds", key, most);
	return most ? most : 1;
}

static void read_scope(struct conf_reader *r, struct config *config,
		       const struct conf *map)
{
	if (!map || !conf_keys(r, map, "'scope'", "critical states lease longest leased"))
		return;
	conf_names(r, map, "critical", &config->critical);
	conf_names(r, map, "states", &config->scope_states);
	conf_names(r, map, "leased", &config->leased);
	check_patterns(r, &config->critical, conf_get(map, "critical"));
	check_patterns(r, &config->leased, conf_get(map, "leased"));
	config->lease_longest = read_span(r, map, "longest", 366 * 86400);
	config->lease_usual = read_span(r, map, "lease", 366 * 86400);
	if (config->lease_usual > config->lease_longest)
		config->lease_usual = config->lease_longest;
}

/* Each of `names` must be a declared power or one of `extra`. */
static void check_powers(struct conf_reader *r, const struct config *c,
			 const struct names *names, const char *extra,
			 const struct conf *at, const char *whose)
{
	size_t i;

	for (i = 0; i < names->nr; i++) {
		const char *name = names->list[i];

		if (names_have(&c->powers, name) || conf_word(extra, name))
			continue;
		conf_wrong(r, at, "declare it under 'powers'",
			   "'%s' of %s is no declared power", name, whose);
	}
}

static void check_type(struct conf_reader *r, const struct config *c,
		       const struct type *t)
{
	static const char who[] = "assignee owner anyone request-of-gate power-of-gate";
	size_t i, j;

	config_check_packet(r, c, t);
	check_powers(r, c, &t->create, who, t->at, t->name);
	check_powers(r, c, &t->edit, who, t->at, t->name);
	for (i = 0; i < t->transitions_nr; i++) {
		const struct transition *tr = &t->transitions[i];

		check_powers(r, c, &tr->by, who, t->at, tr->name);
		for (j = 0; j < tr->gates.nr; j++)
			if (!config_gate(c, tr->gates.list[j]))
				conf_wrong(r, t->at, NULL,
					   "transition '%s' needs '%s', which is no "
					   "gate", tr->name, tr->gates.list[j]);
		for (j = 0; j < tr->records_nr; j++)
			if (!config_type(c, tr->records[j].kind))
				conf_wrong(r, t->at, NULL,
					   "transition '%s' records '%s', which is no "
					   "type", tr->name, tr->records[j].kind);
		for (j = 0; j < tr->not_by.nr; j++)
			if (!conf_word("owner assignee contributor", tr->not_by.list[j]))
				conf_wrong(r, t->at, "use owner, assignee, contributor",
					   "'%s' in 'not-by' of '%s' is not known",
					   tr->not_by.list[j], tr->name);
		for (j = 0; j < tr->checks.nr; j++)
			if (!conf_word("prompt assignee dispatch timeline dependencies scope "
				       "handoff emergency orphaned parts lease arbitration",
				       tr->checks.list[j]))
				conf_wrong(r, t->at, NULL,
					   "transition '%s' asks for check '%s', which "
					   "does not exist", tr->name,
					   tr->checks.list[j]);
	}
	for (i = 0; i < t->fields_nr; i++)
		if (t->fields[i].type && !config_type(c, t->fields[i].type))
			conf_wrong(r, t->at, NULL,
				   "field '%s' refers to '%s', which is no type",
				   t->fields[i].name, t->fields[i].type);
}

static void check_references(struct conf_reader *r, const struct config *c)
{
	const struct conf *roles = conf_get(c->root, "roles");
	size_t i;

	for (i = 0; i < c->roles_nr; i++)
		check_powers(r, c, &c->roles[i].powers, "",
			     conf_get(roles, c->roles[i].id), c->roles[i].id);
	roles = conf_get(c->root, "departments");
	for (i = 0; i < c->departments_nr; i++)
		check_powers(r, c, &c->departments[i].powers, "",
			     conf_get(roles, c->departments[i].id),
			     c->departments[i].id);
	for (i = 0; i < c->gates_nr; i++) {
		const struct conf *at = conf_get(conf_get(c->root, "gates"),
						 c->gates[i].name);
		struct names power = { &c->gates[i].power, 1 };

		check_powers(r, c, &power, "", at, c->gates[i].name);
		check_powers(r, c, &c->gates[i].request_by, "assignee anyone owner", at,
			     c->gates[i].name);
	}
	roles = conf_get(c->root, "standing");
	check_powers(r, c, &c->standing.branches.by, "", conf_get(roles, "branches"),
		     "'branches'");
	check_powers(r, c, &c->standing.sensitive.by, "", conf_get(roles, "sensitive"),
		     "'sensitive'");
	for (i = 0; i < c->types_nr; i++)
		check_type(r, c, &c->types[i]);
	roles = conf_get(c->root, "conflicts");
	for (i = 0; i < c->conflicts.nr; i++)
		check_powers(r, c, &c->conflicts.list[i].by, "",
			     conf_get(roles, c->conflicts.list[i].name),
			     c->conflicts.list[i].name);
	roles = conf_get(c->root, "emergencies");
	for (i = 0; i < c->emergencies.nr; i++) {
		const struct emergency_kind *k = &c->emergencies.list[i];

		check_powers(r, c, &k->by, "", conf_get(roles, k->name), k->name);
		config_check_actions(r, c, &k->actions, conf_get(roles, k->name), k->name,
				     "refuses");
	}
}

/*
 * Only rules about the form of a document by itself have a severity to choose.  Who may
 * do what, what becomes of decisions, and what cannot be read are never less than errors.
 */
static void read_severities(struct conf_reader *r, struct config *c,
			    const struct conf *map)
{
	size_t i;

	if (!map || !conf_keys(r, map, "'severity'", config_choosable))
		return;
	c->severities = arena_array(r->arena, conf_count(map) + 1, sizeof(*c->severities));
	if (!c->severities) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		struct severity_rule *rule = &c->severities[c->severities_nr++];
		const char *word = "";

		rule->rule = conf_at(map, i)->key;
		rule->severity = OPS_ERROR;
		conf_text(r, map, rule->rule, &word);
		if (!strcmp(word, "off"))
			rule->off = true;
		else if (!strcmp(word, "note"))
			rule->severity = OPS_NOTE;
		else if (!strcmp(word, "warning"))
			rule->severity = OPS_WARNING;
		else if (strcmp(word, "error"))
			conf_wrong(r, conf_at(map, i)->value, NULL,
				   "the severity of '%s' is one of error, warning, note, off",
				   rule->rule);
	}
}

static void read_directories(struct conf_reader *r, const struct conf *map)
{
	size_t i;

	if (!map || !conf_keys(r, map, "'directories'",
			       "tasks archive agents prompts policies packets"))
		return;
	for (i = 0; i < conf_count(map); i++) {
		const struct conf *c = conf_at(map, i)->value;
		const char *fault = c->kind == YAML_SCALAR && *c->value ?
			path_fault(c->value) : "is not text";

		if (fault)
			conf_wrong(r, c, NULL, "directory '%s' %s",
				   conf_at(map, i)->key, fault);
	}
}

/* A whole number of things in a push, from 1 to 1000000. */
static size_t read_count(struct conf_reader *r, const struct conf *map, const char *key)
{
	double count = 0;
	bool present = false;

	conf_number(r, map, key, &count, &present);
	if (!present || count < 1 || count > 1e6 || count != (unsigned)count) {
		conf_wrong(r, map, NULL, "'%s' is a whole number from 1 to 1000000", key);
		return 1;
	}
	return (size_t)count;
}

/* What a server takes of one push, and of one commit. */
static void read_push(struct conf_reader *r, struct config *c, const struct conf *map)
{
	const char *time = "";
	int64_t seconds = 0;

	if (!map || !conf_keys(r, map, "'push'", "commits files time"))
		return;
	c->push_commits = read_count(r, map, "commits");
	c->commit_files = read_count(r, map, "files");
	conf_text(r, map, "time", &time);
	if (!duration_parse(&seconds, time) || seconds < 1 || seconds > 3600)
		conf_wrong(r, map, "write time: 60s", "'time' is from a second to an hour");
	c->push_seconds = (unsigned)seconds;
}

int config_read(struct config *c, struct conf_reader *r)
{
	const struct conf *powers = conf_get(c->root, "powers");
	const struct conf *review = conf_get(c->root, "review");
	const struct conf *map;
	const char *period = NULL, *format = NULL;
	double version = 0;
	bool present = false;
	size_t i;
	int ret;

	if (!conf_keys(r, c->root, "the configuration", "format version "
		       "directories handoff "
		       "review results dispatch powers roles departments gates types severity "
		       "selection rebalance calendar progress dependencies breakdown "
		       "bottlenecks scope trust "
		       "standing push waivers thresholds emergencies conflicts run quality "
		       "context domains coordinator signals pipelines release pull-request "
		       "operations-audit"))
		return 0;
	conf_text(r, c->root, "format", &format);
	if (!format || strcmp(format, "1"))
		conf_wrong(r, conf_get(c->root, "format"), "write format: 1",
			   "this program reads configurations of format 1");
	conf_number(r, c->root, "version", &version, &present);
	if (!present || version < 1 || version > 1e9 ||
	    version != (unsigned)version)
		conf_wrong(r, conf_get(c->root, "version"), "write a whole number",
			   "'version' must be 1 or more");
	else
		c->version = (unsigned)version;
	has_mapping(r, powers, "powers");
	for (i = 0; i < conf_count(powers); i++)
		if (names_add(&c->powers, r->arena,
			      conf_at(powers, i)->key))
			return OPS_ENOMEM;
	if (review && conf_keys(r, review, "'review'", "period"))
		conf_text(r, review, "period", &period);
	if (period && !period_parse(&c->review, period))
		conf_wrong(r, conf_get(review, "period"),
			   "write for example 3 months, or 90 days",
			   "'%s' is no period", period);
	config_read_packets(r, c);
	read_push(r, c, conf_get(c->root, "push"));
	waiver_limits_read(&c->waivers, r, conf_get(c->root, "waivers"));
	read_severities(r, c, conf_get(c->root, "severity"));
	trust_read(r, c, conf_get(c->root, "trust"));
	if (standing_read(&c->standing, r, conf_get(c->root, "standing")))
		return OPS_ENOMEM;
	thresholds_read(r, c, conf_get(c->root, "thresholds"));
	conflicts_read(&c->conflicts, r, conf_get(c->root, "conflicts"));
	emergencies_read(&c->emergencies, r, conf_get(c->root, "emergencies"));
	map = conf_get(c->root, "directories");
	read_directories(r, map);
	read_roles(r, conf_get(c->root, "roles"), "roles", "role", &c->roles, &c->roles_nr);
	read_roles(r, conf_get(c->root, "departments"), "departments", "department",
		   &c->departments, &c->departments_nr);
	read_gates(r, c, conf_get(c->root, "gates"));
	read_dispatch(r, c, conf_get(c->root, "dispatch"));
	read_scope(r, c, conf_get(c->root, "scope"));
	has_mapping(r, conf_get(c->root, "types"), "types");
	ret = types_read(&c->types, &c->types_nr, r, conf_get(c->root, "types"), map);
	if (ret)
		return ret;
	check_references(r, c);
	ret = quality_read(&c->quality, r, conf_get(c->root, "quality"));
	if (ret == 0)
		ret = planning_read(&c->planning, r, c->root);
	if (ret == 0)
		ret = running_read(&c->running, r, conf_get(c->root, "run"),
				   conf_get(c->root, "gates"));
	if (ret == 0)
		ret = signals_read(&c->signals, r, c->root);
	if (ret)
		return ret;
	return r->failed ? OPS_ENOMEM : 0;
}
