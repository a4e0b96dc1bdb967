/* SPDX-License-Identifier: MIT */
/*
 * Reading what agents are as programs.
 *
 * The entry of an agent wins over the configuration, what is said for a kind of task over
 * what is said for all.  Kinds and agents are names that people write in several ways, so
 * letter case, '-' and '_' make no difference.
 */

#include <stdlib.h>
#include <string.h>

#include "model/roster.h"
#include "text/labels.h"

#define TIMEOUT_MAX 86400

static bool read_seconds(unsigned *out, const char *text)
{
	int64_t seconds = 0;

	if (!duration_parse(&seconds, text) || seconds < 1 || seconds > TIMEOUT_MAX)
		return false;
	*out = (unsigned)seconds;
	return true;
}

static void read_timeouts(struct running *out, struct conf_reader *r, const struct conf *map)
{
	size_t i, k, nr = 0;

	for (i = 0; i < conf_count(map); i++)
		nr += conf_count(conf_at(map, i)->value);
	out->timeouts = arena_array(r->arena, nr + 1, sizeof(*out->timeouts));
	if (!out->timeouts) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		const struct conf *kinds = conf_at(map, i)->value;

		if (kinds->kind != YAML_MAP)
			conf_wrong(r, kinds, "write {commit: 30s}", "the timeouts of '%s' are "
				   "no mapping", conf_at(map, i)->key);
		for (k = 0; k < conf_count(kinds); k++) {
			struct kind_timeout *t = &out->timeouts[out->timeouts_nr];
			const char *text = "";

			t->agent = conf_at(map, i)->key;
			t->kind = conf_at(kinds, k)->key;
			conf_text(r, kinds, t->kind, &text);
			if (read_seconds(&t->seconds, text))
				out->timeouts_nr++;
			else
				conf_wrong(r, conf_at(kinds, k)->value, "write for example 30s",
					   "'%s' is no time from a second to a day", text);
		}
	}
}

static void read_gates(struct running *out, struct conf_reader *r, const struct conf *map,
		       const struct conf *gates)
{
	size_t i, k;

	if (map && map->kind != YAML_MAP)
		conf_wrong(r, map, "write {deploy: [post-governance]}",
			   "'gates' of 'run' is no mapping");
	out->gates = arena_array(r->arena, conf_count(map) + 1, sizeof(*out->gates));
	if (!out->gates) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		struct kind_gates *g = &out->gates[out->gates_nr++];

		g->kind = conf_at(map, i)->key;
		conf_names(r, map, g->kind, &g->gates);
		for (k = 0; k < g->gates.nr; k++)
			if (!conf_get(gates, g->gates.list[k]))
				conf_wrong(r, conf_at(map, i)->value, NULL, "'%s' is no gate",
					   g->gates.list[k]);
	}
}

static bool is_variable(const char *name)
{
	return *name && !(*name >= '0' && *name <= '9') && strlen(name) < 128 &&
	       strspn(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789_") == strlen(name);
}

static void read_number(struct conf_reader *r, const struct conf *map, const char *key,
			double least, double most, double *out)
{
	bool present = false;

	conf_number(r, map, key, out, &present);
	if (!present || *out < least || *out > most || *out != (double)(uint64_t)*out)
		conf_wrong(r, map, NULL, "'%s' of 'run' is a whole number from %.0f to %.0f",
			   key, least, most);
}

int running_read(struct running *out, struct conf_reader *r, const struct conf *map,
		 const struct conf *gates)
{
	const char *text = "";
	double output = 0, processes = 0;
	size_t i;

	if (!map || !conf_keys(r, map, "'run'", "timeout timeouts gates output processes "
			       "environment"))
		return 0;
	conf_text(r, map, "timeout", &text);
	if (!read_seconds(&out->timeout, text))
		conf_wrong(r, map, "write timeout: 120s",
			   "'timeout' of 'run' is no time from a second to a day");
	read_timeouts(out, r, conf_get(map, "timeouts"));
	read_gates(out, r, conf_get(map, "gates"), gates);
	read_number(r, map, "output", 1024, 16777216, &output);
	read_number(r, map, "processes", 1, 4096, &processes);
	out->output = (size_t)output;
	out->processes = (unsigned)processes;
	conf_names(r, map, "environment", &out->environment);
	for (i = 0; i < out->environment.nr; i++)
		if (!is_variable(out->environment.list[i]))
			conf_wrong(r, conf_get(map, "environment"), NULL,
				   "'%s' is no name of a variable", out->environment.list[i]);
	return r->failed ? OPS_ENOMEM : 0;
}

const struct names *running_gates(const struct config *config, const char *kind)
{
	size_t i;

	for (i = 0; i < config->running.gates_nr; i++)
		if (label_is(config->running.gates[i].kind, kind))
			return &config->running.gates[i].gates;
	return NULL;
}

/* Whether a name of the configuration means the agent. */
static bool means(const char *name, const struct agent *agent, const struct ops_document *entry)
{
	const char *archetype = document_text(entry, "Archetype");

	return label_is(name, agent->id) || (agent->name && label_is(name, agent->name)) ||
	       (archetype && label_is(name, archetype)) ||
	       (agent->role_name && label_is(name, agent->role_name));
}

/* The time of a kind in the entry's own map; false: it says none. */
static bool own_timeout(unsigned *out, const struct ops_document *entry, const char *kind)
{
	const struct yaml_node *map = doc_field(entry->doc, "Timeouts");
	size_t i;

	for (i = 0; map && map->kind == YAML_MAP && i < map->nr; i++)
		if (label_is(map->pairs[i].key->value, kind) && map->pairs[i].value->value &&
		    read_seconds(out, map->pairs[i].value->value))
			return true;
	return false;
}

static unsigned timeout_of(const struct config *config, const struct agent *agent,
			   const struct ops_document *entry, const char *kind)
{
	const struct running *run = &config->running;
	unsigned seconds;
	size_t i;

	if (*kind && own_timeout(&seconds, entry, kind))
		return seconds;
	for (i = 0; *kind && i < run->timeouts_nr; i++)
		if (label_is(run->timeouts[i].kind, kind) &&
		    means(run->timeouts[i].agent, agent, entry))
			return run->timeouts[i].seconds;
	return own_timeout(&seconds, entry, "default") ? seconds : run->timeout;
}

static uint64_t number_of(const struct ops_document *entry, const char *field)
{
	const char *text = document_text(entry, field);
	char *end;
	unsigned long long n;

	if (!text || *text < '0' || *text > '9')
		return 0;
	n = strtoull(text, &end, 10);
	return *end ? 0 : n;
}

static int list_of(struct names *out, const struct ops_document *entry, const char *field)
{
	const char *const *list;
	int ret = document_list(&list, &out->nr, entry, field);

	out->list = (const char **)(size_t)list;
	return ret;
}

int program_read(struct program *out, struct arena *arena, const struct config *config,
		 const struct agent *agent, const struct ops_document *entry, const char *kind)
{
	const char *directory = document_text(entry, "Directory");
	const char *cpu = document_text(entry, "CPU-Limit");
	struct names variables;
	uint64_t output = number_of(entry, "Output-Limit");
	uint64_t processes = number_of(entry, "Process-Limit");
	int64_t seconds = 0;
	size_t i;

	*out = (struct program){ .timeout = timeout_of(config, agent, entry, kind) };
	if (list_of(&out->argv, entry, "Command") ||
	    list_of(&variables, entry, "Environment"))
		return OPS_ENOMEM;
	for (i = 0; i < variables.nr; i++)
		if (is_variable(variables.list[i]) &&
		    names_add(&out->environment, arena, variables.list[i]))
			return OPS_ENOMEM;
	if (directory && !strcmp(directory, "worktree"))
		out->directory = PROGRAM_WORKTREE;
	else if (directory && !strcmp(directory, "scratch"))
		out->directory = PROGRAM_SCRATCH;
	if (cpu && duration_parse(&seconds, cpu) && seconds > 0)
		out->cpu_ms = seconds < TIMEOUT_MAX ? (unsigned)seconds * 1000 : 0;
	out->memory = number_of(entry, "Memory-Limit") << 20;
	out->output = output >= 1024 && output <= 16777216 ? (size_t)output :
		      config->running.output;
	out->processes = processes && processes <= 4096 ? (unsigned)processes :
			 config->running.processes;
	out->at_once = (unsigned)number_of(entry, "Max-Concurrent");
	return 0;
}
