/* SPDX-License-Identifier: MIT */
/*
 * The anchor of a history: the digest of its beginning, kept by the user outside of every
 * repository, so that another history cannot take the place of this one.
 *
 * Must never pin a digest that is not that of this history, and never judge it: what the
 * beginning is worth, only the user can find out, from somebody who knows.
 */

#include "view/audit_inside.h"

#include <stdlib.h>
#include <string.h>

#include "model/elsewhere.h"

static const char *anchor_word(const struct anchor_check *c)
{
	return !c->known ? "none" : c->kept.pinned ? "pinned" : "tofu";
}

static int find_genesis(struct oid *out, struct ops_repo *repo, struct ops_error *err)
{
	struct history h = { .nr = 0 };
	struct oid tip;
	int ret;

	if (store_is_shallow(repo->store))
		return error_set(err, OPS_EENVIRONMENT, "a shallow clone lacks the beginning "
				 "of its history: git fetch --unshallow");
	ret = view_tip(&tip, repo, err);
	if (ret == 0)
		ret = history_list(&h, repo->store, &tip, NULL, 0, err);
	if (ret == 0)
		ret = audit_genesis(out, repo, h.list, h.nr, err);
	history_release(&h);
	if (ret == 0 && oid_is_zero(out))
		ret = elsewhere_error(repo->store, NULL, err);
	return ret;
}

/* Pin the beginning, if it is the one that is meant. */
static int pin(struct anchor_check *c, struct ops_findings *findings, struct ops_repo *repo,
	       const char *digest, struct ops_error *err)
{
	if (!strncmp(digest, "sha256:", 7))
		digest += 7;
	if (!digest_is_hex(digest))
		return error_set(err, OPS_EUSAGE, "'%.80s' is not a digest: 64 digits from 0 to "
				 "9 and a to f", digest);
	if (strcmp(digest, c->own.digest)) {
		findings_add(findings, "anchor.mismatch", OPS_ERROR, NULL, 0, 0,
			     "do not work in it before you know why",
			     "this history begins with sha256:%s", c->own.digest);
		return 0;
	}
	c->kept = c->own;
	c->kept.pinned = c->known = true;
	return anchor_write(repo, &c->kept, err);
}

int ops_repo_trust(struct ops_trust *out, struct ops_findings *findings,
		   struct ops_repo *repo, const char *digest, bool forget,
		   struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct anchor_check c;
	struct oid genesis;
	int ret = ignored ? find_genesis(&genesis, repo, err) : error_nomem(err);

	if (ret == 0 && forget)
		ret = anchor_forget(repo, err);
	if (ret == 0 && !repo->private_dir)
		ret = error_set(err, OPS_EENVIRONMENT, "there is no directory to keep an anchor "
				"in: set XDG_CONFIG_HOME, or HOME to one that is there");
	/* With a digest the user says what holds, whatever was trusted before. */
	if (ret == 0)
		ret = audit_check_anchor(&c, digest ? ignored : findings, repo, &genesis, err);
	if (ret == 0) {
		oid_hex(out->commit, &genesis);
		memcpy(out->digest, c.own.digest, sizeof(out->digest));
		out->before = anchor_word(&c);
		ret = digest ? pin(&c, findings, repo, digest, err) : 0;
		out->anchor = anchor_word(&c);
	}
	ops_findings_free(ignored);
	return ret == 0 && findings_failed(findings) ? error_nomem(err) : ret;
}
