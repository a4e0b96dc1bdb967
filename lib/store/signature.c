/* SPDX-License-Identifier: MIT */
/*
 * From a commit to what its signature says.
 *
 * Must never call a signature good that is over other bytes than git would verify:
 * a commit whose header is odd (two signatures, unknown lines) is not good whatever
 * its signature says, because programs disagree about what it is over.
 */

#include "store/signature.h"

#include <string.h>

#include "store/openpgp.h"
#include "store/sshsig.h"

const struct signer signer_pending = { SIGNER_PENDING, "", NULL };

const char *signer_state_name(enum signer_state state)
{
	static const char *const names[] = { "unsigned", "pending", "good", "bad",
					     "unchecked" };

	return names[state];
}

static bool begins(const struct commit *c, const char *word)
{
	size_t len = strlen(word);

	return c->signature_len >= len && !memcmp(c->signature, word, len);
}

void signature_check(struct signer *out, const struct verifier *v, const struct commit *c)
{
	struct signer s = { SIGNER_NONE, "", NULL };

	if (!c->has_signature) {
		*out = s;
		return;
	}
	s.state = SIGNER_BAD;
	if (c->odd) {
		s.why = "the header of the commit is odd";
	} else if (sshsig_is(c->signature, c->signature_len)) {
		s.why = sshsig_verify(s.key, v->keys, c->signature, c->signature_len,
				      c->payload, c->payload_len);
		if (!s.why)
			s.state = SIGNER_GOOD;
	} else if (begins(c, "-----BEGIN PGP SIGNATURE-----")) {
		openpgp_check(&s, v, c->signature, c->signature_len, c->payload,
			      c->payload_len);
	} else {
		s.state = SIGNER_UNCHECKED;
		s.why = begins(c, "-----BEGIN SIGNED MESSAGE-----") ?
			"X.509 signatures are not verified by ops" :
			"it is of no known kind";
	}
	*out = s;
}
