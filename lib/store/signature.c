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

static bool begins(const char *text, size_t len, const char *word)
{
	size_t nr = strlen(word);

	return len >= nr && !memcmp(text, word, nr);
}

void signature_check_bytes(struct signer *out, const struct verifier *v,
			   const char *signature, size_t len, const char *payload,
			   size_t payload_len)
{
	struct signer s = { SIGNER_BAD, "", NULL };

	if (sshsig_is(signature, len)) {
		s.why = sshsig_verify(s.key, v->keys, signature, len, payload, payload_len);
		if (!s.why)
			s.state = SIGNER_GOOD;
	} else if (begins(signature, len, "-----BEGIN PGP SIGNATURE-----")) {
		openpgp_check(&s, v, signature, len, payload, payload_len);
	} else {
		s.state = SIGNER_UNCHECKED;
		s.why = begins(signature, len, "-----BEGIN SIGNED MESSAGE-----") ?
			"X.509 signatures are not verified by ops" :
			"it is of no known kind";
	}
	*out = s;
}

void signature_check(struct signer *out, const struct verifier *v, const struct commit *c)
{
	struct signer s = { SIGNER_NONE, "", NULL };

	if (c->has_signature && !c->odd) {
		signature_check_bytes(out, v, c->signature, c->signature_len, c->payload,
				      c->payload_len);
		return;
	}
	if (c->has_signature) {
		s.state = SIGNER_BAD;
		s.why = "the header of the commit is odd";
	}
	*out = s;
}
