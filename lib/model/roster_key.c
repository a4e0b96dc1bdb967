/* SPDX-License-Identifier: MIT */
/*
 * The keys of the roster: whose is a key, and may it still sign.
 *
 * Keys are compared by name (fingerprint), never by text: a comment after a key
 * makes no other key.  A key that is revoked in any entry is revoked.
 */

#include <string.h>

#include "model/roster_inside.h"

static int add_key(struct roster *r, struct agent_key *k)
{
	const struct agent_key *known = map_get(r->by_key, k->name);
	static const int grave[] = { [KEY_RETIRED] = 0, [KEY_ACTIVE] = 1,
				     [KEY_REVOKED] = 2 };

	if (known && grave[known->state] >= grave[k->state])
		return 0;
	return map_put(r->by_key, k->name, k);
}

/* Put it with the others of its name. */
static int hold(struct roster *r, struct agent_key *k)
{
	k->next = map_get(r->holders, k->name);
	return map_put(r->holders, k->name, k);
}

int roster_add_keys(struct roster *r, size_t at, const struct ops_document *d,
		    struct arena *arena)
{
	const char *const *texts, *const *former;
	struct agent *a = &r->list[at];
	size_t i, nr, former_nr;
	struct former_key was;
	char name[KEY_NAME_MAX + 1];
	struct agent_key *k;

	if (document_list(&texts, &nr, d, "Keys") ||
	    document_list(&former, &former_nr, d, "Former-Keys"))
		return OPS_ENOMEM;
	k = arena_array(arena, nr + former_nr + 1, sizeof(*k));
	if (!k)
		return OPS_ENOMEM;
	a->keys = k;
	for (i = 0; i < nr; i++, k++) {
		bool known = strlen(texts[i]) <= KEY_TEXT_MAX && !key_name(name, texts[i]);

		k->text = arena_str(arena, texts[i]);
		k->name = known ? arena_str(arena, name) : k->text;
		k->agent = a;
		if (!k->name || !k->text || (known && add_key(r, k)) || hold(r, k))
			return OPS_ENOMEM;
	}
	for (i = 0; i < former_nr; i++) {
		if (!former_key_read(&was, former[i]))
			continue;	/* field.value says so */
		k->name = arena_str(arena, was.name);
		k->since = was.since ? arena_str(arena, was.since) : NULL;
		k->state = was.revoked ? KEY_REVOKED : KEY_RETIRED;
		k->agent = a;
		if (!k->name || (was.since && !k->since) || add_key(r, k) || hold(r, k))
			return OPS_ENOMEM;
		k++;
	}
	a->keys_nr = (size_t)(k - a->keys);
	return 0;
}

const struct agent_key *roster_key(const struct roster *r, const char *name)
{
	return map_get(r->by_key, name);
}

bool roster_has_key(const struct roster *r, const struct agent *a)
{
	size_t i, k;

	for (i = 0; i < r->nr; i++)
		for (k = 0; (!a || r->list[i].principal == a->principal) &&
		     k < r->list[i].keys_nr; k++)
			if (r->list[i].keys[k].state == KEY_ACTIVE)
				return true;
	return false;
}

/* Whether two entries say themselves that they are one person. */
static bool say_the_same(const struct agent *a, const struct agent *b)
{
	return (a->principal_name && b->principal_name &&
		!strcmp(a->principal_name, b->principal_name)) ||
	       (a->email && b->email && !strcmp(a->email, b->email));
}

/* Whose else a key is: somebody of another Principal rather than one who counts as the same. */
static const struct agent *other_holder(bool *differs, const struct roster *r,
					const struct agent *a, const char *name)
{
	const struct agent_key *k = map_get(r->holders, name);
	const struct agent *found = NULL;

	for (*differs = false; k && !*differs; k = k->next) {
		if (k->agent == a || say_the_same(a, k->agent))
			continue;
		*differs = a->principal_name && k->agent->principal_name;
		if (*differs || !found)
			found = k->agent;
	}
	return found;
}

void roster_check_keys(const struct roster *r, const struct agent *a,
		       struct ops_findings *findings)
{
	const struct agent_key *grave;
	const struct agent *other;
	size_t i, k;
	bool differs;

	for (i = 0; i < a->keys_nr; i++) {
		const struct agent_key *mine = &a->keys[i];

		grave = roster_key(r, mine->name);
		if (mine->state == KEY_ACTIVE && grave && grave->state == KEY_REVOKED)
			findings_add(findings, "roster.key", OPS_ERROR, a->path, 1, 1,
				     "make a new key", "key %s is revoked in '%s'",
				     mine->name, grave->agent->path);
		for (k = 0; k < i; k++)
			if (!strcmp(a->keys[k].name, mine->name) &&
			    a->keys[k].state == mine->state)
				findings_add(findings, "roster.key", OPS_ERROR, a->path,
					     1, 1, "write it once",
					     "key %s stands there twice", mine->name);
		other = other_holder(&differs, r, a, mine->name);
		if (other)
			findings_add(findings, "roster.key", differs ? OPS_ERROR : OPS_WARNING,
				     a->path, 1, 1, "let each person have keys of their own, or "
				     "write the same Principal in both entries",
				     "key %s is also that of '%s'%s", mine->name, other->id,
				     differs ? ", who has another Principal" :
				     ", so they count as one person");
	}
}
