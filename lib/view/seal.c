/* SPDX-License-Identifier: MIT */
/*
 * Making a seal: judge, measure, sign, tag.
 *
 * A tag is no state: nothing is decided by it, and no document is changed.  It is signed
 * as an act would be.  Must never seal what has a finding, nor half a history, nor make a
 * seal that an audit would refuse.
 */

#include "view/audit_inside.h"

#include <stdio.h>
#include <string.h>

#include "change/signing.h"
#include "store/state.h"
#include "store/tags.h"
#include "util/date.h"

/* "20260115T120000Z-0123456" */
static void default_name(char out[64], const struct ops_repo *repo, const struct oid *tip)
{
	char time[DATE_TIME_LEN + 1], hex[OID_HEX + 1];
	size_t i, len = 0;

	date_time_format(time, repo->now);
	for (i = 0; time[i]; i++)
		if (!strchr("-:", time[i]))
			out[len++] = time[i];
	oid_hex(hex, tip);
	(void)snprintf(out + len, 64 - len, "-%.7s", hex);
}

static int check_name(const char *name, struct ops_error *err)
{
	size_t len = strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-_.");

	if (len && !name[len] && len <= 60 && *name != '-' && *name != '.')
		return 0;
	return error_set(err, OPS_EUSAGE, "'%.80s' is no name for a seal: up to 60 letters, "
			 "digits, '-', '_' and '.', with a letter or digit first", name);
}

/* What making one needs of the world that it is about. */
struct sealer {
	struct ops_repo *repo;
	struct ops_findings *findings;
	struct arena *arena;
	struct signing signing;
};

/* Whether it is signed, and by whom: an audit would ask the same. */
static int decide_signing(struct sealer *s, struct seal *seal, struct ops_error *err)
{
	const struct config *config;
	const struct roster *roster;
	struct world *world = NULL;
	struct snap *snap = NULL;
	const char *claim;
	int ret = audit_world(&world, &snap, s->repo, &seal->tip, err);

	if (ret == 0)
		ret = world_config(&config, world, err);
	if (ret == 0)
		ret = world_roster(&roster, world, err);
	if (ret == 0)
		ret = signing_decide(&s->signing, s->repo, config, roster,
				     repo_actor(s->repo, roster, &claim), s->arena, err);
	if (ret == 0 && s->signing.used) {
		(void)snprintf(seal->by, sizeof(seal->by), "%s", s->signing.with.name);
		seal_signer(s->findings, roster, seal->by, "it");
	}
	world_close(world);
	snap_free(snap);
	return ret;
}

static int make(struct ops_seal *out, struct sealer *s, const struct seal *seal,
		struct ops_error *err)
{
	struct tag_signing by = { &s->signing.with, s->repo->verifier.keys };
	struct signature author, tagger;
	struct buf message = BUF_INIT;
	struct oid id;
	int ret = repo_identity(&author, &tagger, s->repo, NULL, err);

	if (ret)
		return ret;
	seal_write(&message, seal);
	seal_write_signer(&message, seal);
	ret = buf_failed(&message) ? error_nomem(err) :
	      tag_write(&id, s->repo->store, out->name, &seal->tip, &tagger, message.data,
			s->signing.used ? &by : NULL, err);
	buf_release(&message);
	if (ret == 0)
		oid_hex(out->tag, &id);
	return ret;
}

/* Measured, judged and named: the rest. */
static int finish(struct ops_seal *made, struct sealer *s, struct seal *seal, bool dry_run,
		  struct ops_error *err)
{
	int ret = decide_signing(s, seal, err);

	made->note = NULL;
	if (ret == 0 && s->signing.note)
		made->note = "the seal is not signed: ops signs with gpg.format=ssh only";
	if (ret || ops_findings_refuse(s->findings))
		return ret;
	(void)snprintf(made->signer, sizeof(made->signer), "%s", seal->by);
	if (dry_run)
		return 0;
	ret = state_writable(s->repo->store, err);
	return ret ? ret : make(made, s, seal, err);
}

int ops_audit_seal(struct ops_seal *out, struct ops_findings *findings,
		   struct ops_repo *repo, const char *name, bool dry_run,
		   struct ops_error *err)
{
	struct ops_audit_options options = { .gather = true };
	struct ops_audit_result result;
	struct ops_seal made = { .commits = 0 };
	struct sealer s = { repo, findings, NULL, { .used = false } };
	char own[64];
	struct seal seal = { .commits = 0 };
	int ret = name ? check_name(name, err) : 0;

	if (ret == 0 && !store_branch(repo->store))
		ret = error_set(err, OPS_EENVIRONMENT, "no branch is checked out and none is "
				"configured (git config ops.branch), so there is none to seal");
	if (ret == 0)
		ret = ops_audit_verify(&result, findings, repo, &options, err);
	if (ret == 0 && result.unjudged)
		ret = error_set(err, OPS_EENVIRONMENT, "a shallow clone lacks the beginning of "
				"its history: git fetch --unshallow");
	if (ret == 0 && !oid_parse(&seal.tip, result.last))
		ret = error_set(err, OPS_EIO, "the audit ended nowhere");
	if (ret == 0)
		ret = seal_measure(&seal, repo, &seal.tip, err);
	if (ret == 0 && !(s.arena = arena_new()))
		ret = error_nomem(err);
	if (ret)
		return ret;
	seal.branch = seal_branch(store_branch(repo->store));
	if (!name)
		default_name(own, repo, &seal.tip);
	(void)snprintf(made.name, sizeof(made.name), "ops-seal/%s", name ? name : own);
	oid_hex(made.tip, &seal.tip);
	made.commits = seal.commits;
	memcpy(made.digest, seal.digest, sizeof(made.digest));
	ret = finish(&made, &s, &seal, dry_run, err);
	arena_free(s.arena);
	if (ret == 0)
		*out = made;
	return ret;
}
