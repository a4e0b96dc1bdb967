/* SPDX-License-Identifier: MIT */
/*
 * Reading which checks there are, and which sets of them.
 */
#include "model/quality.h"

#include <string.h>

#include "text/labels.h"
#include "util/date.h"

#define TIMEOUT_MAX 86400

static const char *const engines[] = {
	"messages", "secrets", "scope", "changelog", "links", "documents", "open", "objective",
	"conflicts", "evidence"
};

void quality_command_read(struct quality_check *c, struct conf_reader *r,
			  const struct conf *map)
{
	const char *time = NULL;
	int64_t seconds = 0;

	conf_names(r, map, "command", &c->command);
	conf_names(r, map, "environment", &c->environment);
	conf_text(r, map, "timeout", &time);
	if (time && (!duration_parse(&seconds, time) || seconds < 1 || seconds > TIMEOUT_MAX))
		conf_wrong(r, map, "write timeout: 120s",
			   "'%s' is no time from a second to a day", time);
	c->timeout = (unsigned)seconds;
}

static void read_check(struct quality_check *c, struct conf_reader *r, const struct conf *map)
{
	const char *does = NULL;
	size_t i;

	c->family = CHECK_FAMILY;
	if (!conf_keys(r, map, "a check of 'quality'",
		       "does command timeout environment mandatory"))
		return;
	conf_text(r, map, "does", &does);
	conf_flag(r, map, "mandatory", &c->mandatory);
	quality_command_read(c, r, map);
	c->does = QUALITY_COMMAND;
	for (i = 0; does && i < sizeof(engines) / sizeof(*engines); i++)
		if (!strcmp(engines[i], does))
			c->does = (enum quality_engine)i;
	if ((does != NULL) == (c->command.nr != 0) || (does && c->does == QUALITY_COMMAND))
		conf_wrong(r, map, "write does: links, or command: [make, check]",
			   "the check '%s' does one of messages, secrets, scope, changelog, links, "
			   "documents, open, objective, conflicts, evidence, or has a command",
			   c->name);
}

static void read_checks(struct quality *out, struct conf_reader *r, const struct conf *map)
{
	size_t i;

	out->checks = arena_array(r->arena, conf_count(map) + 1, sizeof(*out->checks));
	if (!out->checks) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		struct quality_check *c = &out->checks[out->checks_nr++];

		c->name = conf_at(map, i)->key;
		read_check(c, r, conf_at(map, i)->value);
	}
}

static void read_sets(struct quality *out, struct conf_reader *r, const struct conf *map)
{
	size_t i, k;

	out->sets = arena_array(r->arena, conf_count(map) + 1, sizeof(*out->sets));
	if (!out->sets) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		struct quality_set *s = &out->sets[out->sets_nr++];

		s->name = conf_at(map, i)->key;
		conf_names(r, map, s->name, &s->checks);
		for (k = 0; k < s->checks.nr; k++)
			if (!quality_check_named(out, s->checks.list[k]))
				conf_wrong(r, conf_at(map, i)->value, NULL,
					   "'%s' is no check of 'quality'", s->checks.list[k]);
	}
}

int quality_read(struct quality *out, struct conf_reader *r, const struct conf *map)
{
	if (!map || !conf_keys(r, map, "'quality'", "checks sets"))
		return 0;
	read_checks(out, r, conf_get(map, "checks"));
	if (!r->failed)
		read_sets(out, r, conf_get(map, "sets"));
	return r->failed ? OPS_ENOMEM : 0;
}

const struct quality_check *quality_check_named(const struct quality *q, const char *name)
{
	size_t i;

	for (i = 0; i < q->checks_nr; i++)
		if (label_is(q->checks[i].name, name))
			return &q->checks[i];
	return NULL;
}

const struct quality_set *quality_set_named(const struct quality *q, const char *name)
{
	size_t i;

	for (i = 0; i < q->sets_nr; i++)
		if (label_is(q->sets[i].name, name))
			return &q->sets[i];
	return NULL;
}
