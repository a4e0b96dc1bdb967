/* SPDX-License-Identifier: MIT */
/*
 * Whether an act is signed.  Only says so: the transaction signs, when the judge has
 * agreed to a commit by that key and before anything is written.
 */

#include "change/signing.h"

#include <stdlib.h>
#include <string.h>

#include "util/arena.h"

/* Several may act in one clone: nobody's key signs for another by itself. */
static bool is_own(const struct roster *roster, const struct agent *actor, const char *name)
{
	const struct agent_key *key = actor ? roster_key(roster, name) : NULL;

	return key && key->state == KEY_ACTIVE && key->agent->principal == actor->principal;
}

int signing_decide(struct signing *out, struct ops_repo *repo, const struct config *config,
		   const struct roster *roster, const struct agent *actor,
		   struct arena *arena, struct ops_error *err)
{
	const char *timeout = NULL;
	struct sign_settings s;
	struct signing found = { 0 };
	long seconds;
	int ret = sign_settings(&s, repo->store, arena, err);

	if (ret)
		return ret;
	if (s.wanted && !s.ssh)
		found.note = "the commit is not signed: ops signs with gpg.format=ssh only";
	if (s.wanted && s.ssh && !s.key)
		return error_set(err, OPS_EENVIRONMENT, "git config commit.gpgSign asks for "
				 "signatures, and user.signingKey does not say with which "
				 "key");
	if (s.ssh && s.key && (s.wanted || config->trust.all || config->trust.is_signed.nr)) {
		ret = sign_find_key(&found.with, s.key, repo->home, arena, err);
		if (ret)
			return ret;
		found.used = s.wanted || is_own(roster, actor, found.with.name);
		found.with.agent = repo->ssh_agent;
		if (store_config(&timeout, repo->store, arena, "ops.signtimeout", NULL) == 0) {
			seconds = strtol(timeout, NULL, 10);
			if (seconds > 0 && seconds <= 3600)
				found.with.timeout_ms = (unsigned)seconds * 1000;
		}
		found.promised.state = SIGNER_GOOD;
		memcpy(found.promised.key, found.with.name, sizeof(found.promised.key));
	}
	*out = found;
	return 0;
}
