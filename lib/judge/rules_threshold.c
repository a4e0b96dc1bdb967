/* SPDX-License-Identifier: MIT */
/*
 * Thresholds: a change that needs the agreement of several who have the power.
 *
 * Each of the others says so beforehand, in a packet `endorsement` that names by
 * digest what the file is to be and what it was, so that an agreement is about these
 * bytes and does not bring back old ones later: it is used up when the file changes, also
 * where it becomes again what it was.  Persons count, not names; those who have the power
 * now, not those who had it when they agreed.
 */

#include <string.h>

#include "judge/rules.h"

struct counting {
	struct judging *j;
	const char *power, *old_path, *path;
	const char *was, *is;		/* as world_file_digest() has them */
	bool as_it_was;			/* a transition: agreed to what lay there before */
	size_t *persons, nr;
};

static bool digest_is(const char *said, const char *hex)
{
	if (!*hex)
		return said && !strcmp(said, "none");
	return !world_digest_fault(hex) && said && !strncmp(said, "sha256:", 7) &&
	       !strcmp(said + 7, hex);
}

static void count_person(struct counting *c, const struct agent *a)
{
	size_t i;

	for (i = 0; i < c->nr; i++)
		if (c->persons[i] == a->principal)
			return;
	c->persons[c->nr++] = a->principal;
}

/* Whether an endorsement is about this change. */
static bool is_about(const struct counting *c, const struct ops_document *d)
{
	const char *power = document_text(d, "Power"), *file = document_text(d, "File");
	const char *digest = document_text(d, "Digest");

	if (!power || strcmp(power, c->power) || !digest_is(document_text(d, "Base"), c->was))
		return false;
	/* Where a transition leads, nothing lies yet. */
	return (c->as_it_was && file && !strcmp(file, c->old_path) &&
		digest_is(digest, c->was)) ||
	       (file && !strcmp(file, c->path) && digest_is(digest, c->is));
}

static int count_one(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct counting *c = payload;
	const struct agent *a;
	const char *from;
	bool fresh;
	int ret;

	(void)err;
	if (!d->doc || strcmp(d->type->name, "endorsement") || !is_about(c, d))
		return 0;
	from = document_text(d, "From");
	a = from ? roster_agent_named(c->j->roster, from) : NULL;
	if (!a || !a->active || !agent_holds(a, c->power))
		return 0;
	ret = rules_fresh(&fresh, c->j, d, c->old_path);
	if (ret == 0 && fresh)
		count_person(c, a);
	return ret;
}

int rules_threshold(struct judging *j, const char *power, const char *old_path,
		    const char *path, bool transition)
{
	size_t needed = config_threshold(j->config, power);
	struct counting c = { j, power, old_path, path, "", "", transition, NULL, 0 };
	struct ops_findings *ignored;
	int ret;

	if (needed <= 1 || !j->c->actor)
		return 0;
	c.persons = arena_array(j->arena, roster_count(j->roster) + 1, sizeof(*c.persons));
	ignored = ops_findings_new();
	ret = c.persons && ignored ? 0 : OPS_ENOMEM;
	if (ret == 0)
		ret = world_file_digest(&c.was, j->c->before, old_path, NULL);
	if (ret == 0)
		ret = world_file_digest(&c.is, j->c->after, path, NULL);
	if (ret == 0) {
		count_person(&c, j->c->actor);
		ret = world_each(j->c->before, config_type(j->config, "packet"), true, false,
				 count_one, &c, ignored, NULL);
	}
	if (ret == 0 && c.nr < needed)
		findings_add(j->findings, "power.threshold", OPS_ERROR, path, 0, 0,
			     "let others record that they agree: ops packet new endorsement",
			     "it needs %zu persons with the power '%s', and %zu %s it",
			     needed, power, c.nr, c.nr == 1 ? "wants" : "want");
	ops_findings_free(ignored);
	return ret;
}

int rules_agreed(struct judging *j, const struct names *powers,
		 const struct change *change)
{
	const struct ops_document *about = change->before ? change->before : change->after;
	const char *power;

	if (j->genesis || (j->bootstrap && type_is(change->type, "agent")))
		return 0;
	power = rules_power_used(j, powers, about);
	return power ? rules_threshold(j, power, change->old_path, change->path,
				       change->transition && !change->edited &&
				       !change->transition->edits) : 0;
}

/* An endorsement is by somebody who has the power. */
void rules_endorsement(struct judging *j, struct ops_document *d)
{
	const char *power = document_text(d, "Power");
	struct names powers = { &power, 1 };

	if (power)
		rules_need_power(j, NULL, &powers, d, d, NULL, "agree to that");
}
