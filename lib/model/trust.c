/* SPDX-License-Identifier: MIT */
/*
 * Reading `trust` and `thresholds`.  Says nothing about how a signature is verified, nor whose key
 * it is: that is the judge's and the roster's.
 */

#include "model/trust.h"

#include <string.h>

#include "model/config.h"

void trust_read(struct conf_reader *r, struct config *c, const struct conf *map)
{
	size_t i;

	if (map && map->kind != YAML_MAP)
		conf_wrong(r, map, NULL, "'trust' must be a mapping");
	for (i = 0; i < conf_count(map); i++) {
		const struct conf_entry *e = conf_at(map, i);
		const char *word = "";

		if (!names_have(&c->powers, e->key) && !conf_word(TRUST_WORDS, e->key)) {
			conf_wrong(r, e->value, "name a power, all, anyone, assignee or owner",
				   "'%s' under 'trust' is no declared power", e->key);
			continue;
		}
		conf_text(r, map, e->key, &word);
		if (!strcmp(word, "signed")) {
			if (!strcmp(e->key, "all"))
				c->trust.all = true;
			else if (names_add(&c->trust.is_signed, r->arena, e->key))
				r->failed = true;
		} else if (strcmp(word, "asserted")) {
			conf_wrong(r, e->value, NULL,
				   "the trust of '%s' is signed or asserted", e->key);
		}
	}
}

void thresholds_read(struct conf_reader *r, struct config *c, const struct conf *map)
{
	bool present;
	double nr;
	size_t i;

	if (map && map->kind != YAML_MAP)
		conf_wrong(r, map, NULL, "'thresholds' must be a mapping");
	c->thresholds = arena_array(r->arena, conf_count(map) + 1, sizeof(*c->thresholds));
	if (!c->thresholds) {
		r->failed = true;
		return;
	}
	for (i = 0; i < conf_count(map); i++) {
		const struct conf_entry *e = conf_at(map, i);

		nr = 0;
		conf_number(r, map, e->key, &nr, &present);
		if (!names_have(&c->powers, e->key))
			conf_wrong(r, e->value, NULL,
				   "'%s' under 'thresholds' is no declared power", e->key);
		else if (nr < 1 || nr > THRESHOLD_MAX || nr != (double)(size_t)nr)
			conf_wrong(r, e->value, NULL, "the threshold of '%s' must be a whole "
				   "number from 1 to %d", e->key, THRESHOLD_MAX);
		else
			c->thresholds[c->thresholds_nr++] =
				(struct threshold){ e->key, (size_t)nr };
	}
}

size_t config_threshold(const struct config *c, const char *power)
{
	size_t i;

	for (i = 0; i < c->thresholds_nr; i++)
		if (!strcmp(c->thresholds[i].power, power))
			return c->thresholds[i].persons;
	return 1;
}

bool trust_needs_signature(const struct trust *t, const char *power)
{
	return t->all || names_have(&t->is_signed, power);
}
