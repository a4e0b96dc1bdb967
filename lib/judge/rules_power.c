/* SPDX-License-Identifier: MIT */
/*
 * Who acts, and whether they may: powers of role and department, and the
 * relations `assignee`, `owner`, `anyone` to what is acted on.
 *
 * Authority is always that of the roster before the change.  While nobody
 * holds the power `roster` (a repository being set up) agents may be added by
 * anyone; that ends with the first agent that holds it.
 */

#include <string.h>

#include "judge/rules.h"
#include "util/buf.h"

int rules_actor(struct judging *j)
{
	struct judge_case *c = j->c;
	const struct agent *by_mail = c->author ?
		roster_agent_of_email(j->roster, c->author) : NULL;
	const char *claim = c->claimed;

	if (c->message) {
		int ret = message_parse(&c->parsed, j->arena, c->message,
					c->message_len, j->findings, NULL);

		if (ret && ret != OPS_EINVALID)
			return ret;
		if (ret == 0 && !claim)
			claim = message_trailer(&c->parsed, "Ops-Actor");
	}
	if (!claim) {
		c->actor = by_mail;
		return 0;
	}
	c->actor = roster_agent(j->roster, claim);
	if (c->actor && by_mail && by_mail->principal != c->actor->principal)
		findings_add(j->findings, "actor.forged", OPS_ERROR, NULL, 0, 0,
			     c->drafted && !c->actor->email ?
			     arena_printf(j->arena, "ops edit %s -f Email=ADDRESS gives the one "
					  "who acts an address of their own", claim) :
			     "commit as the one who acted",
			     "the act is claimed for '%s' and its author is '%s' <%s>",
			     claim, by_mail->id, c->author);
	else if (c->actor && c->author && c->actor->email && !by_mail)
		findings_add(j->findings, "actor.forged", OPS_ERROR, NULL, 0, 0,
			     "commit with the e-mail address that the roster has",
			     "the act is claimed for '%s' <%s> and its author is <%s>",
			     claim, c->actor->email, c->author);
	return 0;
}

/* Say once that nobody is known to act. */
static bool actor_known(struct judging *j)
{
	const struct judge_case *c = j->c;
	const char *name = c->claimed ? c->claimed : c->author;
	const char *claim = message_trailer(&c->parsed, "Ops-Actor");

	if (c->actor && c->actor->active)
		return true;
	if (c->actor)
		findings_add(j->findings, "actor.inactive", OPS_ERROR, c->actor->path,
			     0, 0, arena_printf(j->arena, "ops act activate %s", c->actor->id),
			     "'%s' is not active", c->actor->id);
	else
		findings_add(j->findings, "actor.unknown", OPS_ERROR, NULL, 0, 0,
			     roster_count(j->roster) ?
			     "ops list --type agent shows the roster; act as one of "
			     "them with --as" : OPS_FIRST_AGENT,
			     "'%s' is not in the roster", claim && !c->claimed ? claim :
			     name ? name : "the author");
	return false;
}

static bool is_assignee(const struct judging *j, const struct ops_document *d)
{
	const char *name = d ? document_text(d, "Assigned-To") : NULL;

	return name && roster_agent_named(j->roster, name) == j->c->actor &&
	       agent_holds(j->c->actor, "work");
}

/* Whether a power that the actor has may be used with no more than a claim. */
static enum may trusted(const struct judging *j, const char *power)
{
	const struct signer *signer = j->c->signer;

	return j->c->verified || (signer && signer->state == SIGNER_PENDING) ||
	       !trust_needs_signature(&j->config->trust, power) ? MAY : MAY_SIGNED;
}

/* One of the words: the power or relation that it gives, NULL for none. */
static const char *has(struct judging *j, const char *name,
		       const struct ops_document *about, const struct gate *gate)
{
	const struct agent *a = j->c->actor;
	const char *owner = about ? document_text(about, "Owner") : NULL;

	if (!strcmp(name, "anyone") || (!strcmp(name, "assignee") && is_assignee(j, about)) ||
	    (!strcmp(name, "owner") && owner && agent_is_named(a, owner)) ||
	    agent_holds(a, name))
		return name;
	return !strcmp(name, "power-of-gate") && gate && agent_holds(a, gate->power) ?
	       gate->power : NULL;
}

enum may rules_may(struct judging *j, const struct names *powers,
		   const struct ops_document *about, const struct gate *gate)
{
	const struct agent *a = j->c->actor;
	enum may best = MAY_NOT, may;
	const char *power;
	size_t i;

	for (i = 0; a && a->active && i < powers->nr && best != MAY; i++) {
		power = has(j, powers->list[i], about, gate);
		may = power ? trusted(j, power) : MAY_NOT;
		best = may > best ? may : best;
	}
	return best;
}

const char *rules_power_used(struct judging *j, const struct names *powers,
			     const struct ops_document *about)
{
	const char *power, *best = NULL;
	size_t i, needed, least = 0;

	for (i = 0; j->c->actor && i < powers->nr; i++) {
		power = has(j, powers->list[i], about, NULL);
		if (!power || trusted(j, power) != MAY)
			continue;
		needed = config_threshold(j->config, power);
		if (!best || needed < least) {
			best = power;
			least = needed;
		}
	}
	return least > 1 ? best : NULL;
}

/* Up to three agents that hold one of the powers, for a remedy. */
static const char *who_may(struct judging *j, const struct names *powers,
			   const struct ops_document *about, const struct gate *gate)
{
	const char *assignee = about ? document_text(about, "Assigned-To") : NULL;
	const char *owner = about ? document_text(about, "Owner") : NULL;
	struct names who = { NULL, 0 };
	size_t i, k;

	for (i = 0; i < powers->nr; i++) {
		const char *name = powers->list[i];

		if (!strcmp(name, "power-of-gate") && gate)
			name = gate->power;
		if (!strcmp(name, "assignee") && assignee)
			names_add(&who, j->arena, assignee);
		for (k = 0; k < roster_count(j->roster) && who.nr < 3; k++) {
			const struct agent *a = roster_at(j->roster, k);

			if (a->active && (agent_holds(a, name) ||
					  (!strcmp(name, "owner") && owner &&
					   agent_is_named(a, owner))) &&
			    !names_have(&who, a->id))
				names_add(&who, j->arena, a->id);
		}
	}
	if (!who.nr)
		return "nobody in the roster may";
	return arena_printf(j->arena, "ask %s", names_text(&who, j->arena, " or "));
}

/* The powers as words: "the power 'assign' or to be the assignee". */
static const char *who_words(struct judging *j, const struct names *powers)
{
	struct names words = { NULL, 0 };
	size_t i;

	for (i = 0; i < powers->nr; i++) {
		const char *name = powers->list[i];
		bool relation = !strcmp(name, "assignee") || !strcmp(name, "owner");
		const char *word = arena_printf(j->arena, relation ? "to be the %s" :
						"the power '%s'", name);

		if (!word || names_add(&words, j->arena, word))
			return "more power";
	}
	return names_text(&words, j->arena, " or ");
}

void rules_need_power(struct judging *j, const char *rule, const struct names *powers,
		      const struct ops_document *d, const struct ops_document *about,
		      const struct gate *gate, const char *what)
{
	const struct agent *a = j->c->actor;
	const char *needs;
	enum may may;

	if (j->genesis || (j->bootstrap && type_is(d->type, "agent")) || !actor_known(j))
		return;
	may = rules_may(j, powers, about, gate);
	if (may == MAY_SIGNED)
		rules_unsigned(j, d->path, what);
	if (may != MAY_NOT)
		return;
	needs = gate && names_have(powers, "power-of-gate") ?
		arena_printf(j->arena, "the power '%s'", gate->power) :
		who_words(j, powers);
	if (!rule)
		rule = d->type->protected ? "power.protected" :
		       powers->nr == 1 && !strcmp(powers->list[0], "assignee") ?
		       "power.assignee" : "power.missing";
	rule_error(j, rule, d, NULL, who_may(j, powers, about, gate),
		   "'%s' (%s, %s) may not %s: it needs %s", a->id,
		   a->role ? a->role->title : "no role", a->department, what, needs);
}
