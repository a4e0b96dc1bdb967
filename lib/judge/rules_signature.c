/* SPDX-License-Identifier: MIT */
/*
 * Who did it: whether the commit's signature proves who is claimed to act.
 *
 * Whose a key is, says the roster in force, which is that before the change: a
 * commit cannot bring the key that verifies it, and no date counts.  A signature
 * that does not hold is always said; commits that change nothing governed are not
 * refused for it, they may be anybody's.
 */

#include <string.h>

#include "judge/rules.h"

/* How grave it is: of a commit that changes what is governed. */
static enum ops_severity gravity(const struct judging *j)
{
	return j->governed || j->c->configures ? OPS_ERROR : OPS_WARNING;
}

void rules_unsigned(struct judging *j, const char *path, const char *what)
{
	const struct signer *s = j->c->signer;

	findings_add(j->findings, "trust.unsigned", OPS_ERROR, path, 0, 0,
		     "sign it with a key that the roster gives to the actor: git config "
		     "gpg.format ssh, user.signingkey",
		     "to %s, '%s' must be verified, and %s", what, j->c->actor->id,
		     !s || s->state == SIGNER_NONE ? "the commit is not signed" :
		     "its signature does not do that");
}

/* A good signature by a key that no entry in force has, or not any more. */
static void not_a_key(struct judging *j, const struct signer *s,
		      const struct agent_key *key)
{
	const struct agent *a = j->c->actor;
	bool has_keys = a && roster_has_key(j->roster, a);

	if (key && key->state == KEY_REVOKED)
		findings_add(j->findings, "signature.revoked", gravity(j), NULL, 0, 0,
			     "sign with a key that is in force",
			     "it is signed with key %s, which was revoked ('%s')", s->key,
			     key->agent->id);
	else if (key)
		findings_add(j->findings, "signature.retired", gravity(j), NULL, 0, 0,
			     "sign with a key that is in force",
			     "it is signed with key %s, which '%s' has retired", s->key,
			     key->agent->id);
	else if (!j->genesis && gravity(j) == OPS_ERROR && roster_has_key(j->roster, NULL))
		/* Who has no key in the roster may sign with what they like. */
		findings_add(j->findings, "signature.unknown-key",
			     has_keys ? gravity(j) : OPS_WARNING, NULL, 0, 0,
			     has_keys ? "sign with a key of the roster, or have this one "
			     "added first: ops key add" : "ops key add",
			     "it is signed with key %s, which nobody in the roster has",
			     s->key);
}

static void good(struct judging *j, const struct signer *s)
{
	const struct agent_key *key = roster_key(j->roster, s->key);
	const struct agent *a = j->c->actor;

	if (!key || key->state != KEY_ACTIVE) {
		not_a_key(j, s, key);
		return;
	}
	if (!a)
		return;
	if (key->agent->principal != a->principal)
		findings_add(j->findings, "signature.wrong-actor", gravity(j), NULL, 0, 0,
			     "let each act under their own name and sign with their own key",
			     "the act is claimed for '%s' and signed with a key of '%s'",
			     a->id, key->agent->id);
	else if (key->agent->active)
		j->c->verified = key->agent;
}

void rules_signature(struct judging *j)
{
	const struct signer *s = j->c->signer;

	if (!s)
		return;
	if (s->state == SIGNER_BAD)
		findings_add(j->findings, "signature.bad", gravity(j), NULL, 0, 0,
			     "make the commit again and sign that",
			     "its signature is bad: %s", s->why);
	else if (s->state == SIGNER_UNCHECKED)
		findings_add(j->findings, "signature.bad", OPS_WARNING, NULL, 0, 0,
			     "sign with a key of SSH: git config gpg.format ssh",
			     "its signature could not be verified: %s", s->why);
	else if (s->state == SIGNER_GOOD)
		good(j, s);
}
