/* SPDX-License-Identifier: MIT */
/*
 * Seals: annotated tags that say how far a history had come, how many commits it had and
 * what a digest over all of them is.
 *
 *	digest = SHA-256 of the lines "<id> <SHA-256 of the commit's bytes>", sorted by id
 *
 * so that `git rev-list` and `sha256sum` can make it, and a commit with another content
 * under the same SHA-1 is found.  A seal is believed for what it says; who made it, its
 * signature says, by the roster of the commit that it is of.  Must never take a signature
 * that is not over the whole text, nor a text that says it is signed without one.
 */

#include "view/audit_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/tags.h"
#include "util/array.h"

/* A digest is of so many commits. */
int seal_measure(struct seal *out, struct ops_repo *repo, const struct oid *tip,
		 struct ops_error *err)
{
	struct digest_state state;
	char line[OID_HEX + DIGEST_HEX + 3];
	struct history h = { .nr = 0 };
	size_t i;
	int ret = history_list(&h, repo->store, tip, NULL, 0, err);

	if (ret == 0)
		qsort(h.list, h.nr, sizeof(*h.list), audit_by_oid);
	digest_init(&state);
	for (i = 0; ret == 0 && i < h.nr; i++) {
		oid_hex(line, &h.list[i]);
		line[OID_HEX] = ' ';
		ret = commit_digest(line + OID_HEX + 1, repo->store, &h.list[i], err);
		line[OID_HEX + DIGEST_HEX + 1] = '\n';
		digest_add(&state, line, OID_HEX + DIGEST_HEX + 2);
	}
	digest_end(&state, out->digest);
	out->tip = *tip;
	out->commits = h.nr;
	history_release(&h);
	return ret;
}

/* "refs/heads/x" and "refs/remotes/far/x" are x. */
const char *seal_branch(const char *ref)
{
	const char *slash;

	if (!strncmp(ref, "refs/heads/", 11))
		return ref + 11;
	if (strncmp(ref, "refs/remotes/", 13))
		return ref;
	slash = strchr(ref + 13, '/');
	return slash ? slash + 1 : ref;
}

void seal_write(struct buf *out, const struct seal *seal)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, &seal->tip);
	buf_printf(out, "ops seal of %s\n\nOps-Seal: 1\nBranch: %s\nTip: %s\nCommits: %zu\n"
		   "Digest: sha256:%s\nRules: sha256:%s\n", seal->branch, seal->branch, hex,
		   seal->commits, seal->digest, rules_digest);
}

void seal_write_signer(struct buf *out, const struct seal *seal)
{
	buf_printf(out, "Signed: %s\n", *seal->by ? seal->by : "no");
}

/* What stands behind it: nothing, or the line of seal_write_signer(). */
static bool read_signer(struct seal *out, const char *text)
{
	struct buf again = BUF_INIT;
	size_t len;
	bool is;

	out->by[0] = '\0';
	if (!*text)
		return true;
	len = strcspn(text, "\n");
	if (strncmp(text, "Signed: ", 8) || len - 8 > KEY_NAME_MAX)
		return false;
	if (strncmp(text, "Signed: no\n", 11))
		(void)snprintf(out->by, sizeof(out->by), "%.*s", (int)(len - 8), text + 8);
	seal_write_signer(&again, out);
	is = !buf_failed(&again) && !strcmp(again.data, text);
	buf_release(&again);
	return is;
}

/* Only what seal_write() writes is one. */
static bool read_seal(struct seal *out, const char *text, struct arena *arena)
{
	char tip[OID_HEX + 1], digest[DIGEST_HEX + 1], rules[DIGEST_HEX + 1];
	const char *line = strstr(text, "\nBranch: "), *end = line ? strchr(line + 9, '\n') : NULL;
	struct buf again = BUF_INIT;
	bool is;

	if (strncmp(text, "ops seal of ", 12) || !end)
		return false;
	out->branch = arena_dup(arena, line + 9, (size_t)(end - line - 9));
	if (!out->branch || sscanf(end, "\nTip: %40s\nCommits: %zu\nDigest: sha256:%64s\n"
				   "Rules: sha256:%64s\n", tip, &out->commits, digest,
				   rules) != 4 ||
	    !oid_parse(&out->tip, tip) || !digest_is_hex(digest) || !digest_is_hex(rules))
		return false;
	memcpy(out->digest, digest, sizeof(digest));
	seal_write(&again, out);
	/* The last line of it is of the program that made it. */
	is = !buf_failed(&again) &&
	     !strncmp(again.data, text, again.len - DIGEST_HEX - 1) &&
	     text[again.len - 1] == '\n' && read_signer(out, text + again.len);
	buf_release(&again);
	return is;
}

/* Looking at all seals of a branch. */
struct sealing {
	struct verifying *v;
	struct ops_findings *findings;
	const struct oid *tip;
	const char *branch;
	struct arena *arena;
	size_t room;
};

static int remember_seal(struct sealing *s, const struct oid *id)
{
	struct verifying *v = s->v;

	if (array_room(&v->seals, v->seals_nr, &s->room, sizeof(*v->seals)) < 0)
		return OPS_ENOMEM;
	v->seals[v->seals_nr++] = *id;
	return 0;
}

static void wrong(struct sealing *s, const char *rule, const char *ref, const char *remedy,
		  const char *what)
{
	findings_add(s->findings, rule, OPS_ERROR, NULL, 0, 0, remedy, "the seal '%s' %s",
		     ref + strlen(SEALS), what);
}

/* What a seal says must be so. */
static int check_claim(bool *holds, struct sealing *s, const char *ref,
		       const struct seal *said, struct ops_error *err)
{
	struct ops_repo *repo = s->v->repo;
	struct seal is;
	char what[160], hex[OID_HEX + 1];
	int ret = audit_descends(holds, repo, s->tip, &said->tip, err);

	if (ret)
		return ret;
	oid_hex(hex, &said->tip);
	if (!*holds) {
		(void)snprintf(what, sizeof(what), "is of %.10s, which '%s' does not have any "
			       "more", hex, s->branch);
		wrong(s, "seal.rewritten", ref, "the history was rewritten since: find out who "
		      "did it", what);
		return 0;
	}
	ret = seal_measure(&is, repo, &said->tip, err);
	*holds = ret == 0 && is.commits == said->commits && !strcmp(is.digest, said->digest);
	if (ret == 0 && !*holds) {
		(void)snprintf(what, sizeof(what), "says %zu commits with digest %.16s…, and up "
			       "to %.10s there are %zu with %.16s…", said->commits,
			       said->digest, hex, is.commits, is.digest);
		wrong(s, "seal.differs", ref, "either the seal or the objects are not what they "
		      "were: git fsck", what);
	}
	return ret;
}

bool seal_signer(struct ops_findings *findings, const struct roster *roster, const char *key,
		 const char *what)
{
	const struct agent_key *k = roster_key(roster, key);

	if (k && k->state == KEY_ACTIVE && k->agent->active)
		return true;
	if (roster_has_key(roster, NULL))
		findings_add(findings, "seal.signer", OPS_ERROR, NULL, 0, 0,
			     "seal with a key of the roster, or have this one added first: "
			     "ops key add",
			     "%s is signed with key %s, which %s%s%s", what, key, !k ?
			     "nobody in the roster has" : k->state == KEY_ACTIVE ?
			     "is of '" : "is not in force any more ('", !k ? "" : k->agent->id,
			     !k ? "" : k->state == KEY_ACTIVE ? "', who is not active" : "')");
	return false;
}

/* Whose signature it has, if any. */
static int check_signature(bool *holds, struct sealing *s, const char *ref,
			   const struct seal *said, const struct tag *tag,
			   struct ops_error *err)
{
	struct signer by = { SIGNER_NONE, "", "it says that it is signed, and is not" };
	const struct roster *roster;
	struct world *world = NULL;
	struct snap *snap = NULL;
	struct buf what = BUF_INIT;
	int ret;

	if (tag->signature)
		signature_check_bytes(&by, &s->v->repo->verifier, tag->signature,
				      tag->signature_len, tag->payload, tag->payload_len);
	else if (!*said->by)
		return 0;
	if (by.state == SIGNER_GOOD && *said->by && strcmp(by.key, said->by)) {
		by.state = SIGNER_BAD;
		by.why = "it is by another key than the seal says";
	}
	if (by.state != SIGNER_GOOD) {
		*holds = by.state == SIGNER_UNCHECKED;
		findings_add(s->findings, "seal.signature", *holds ? OPS_WARNING : OPS_ERROR,
			     NULL, 0, 0, "delete it, if you know where it came from, and seal "
			     "again", "the signature of the seal '%s' %s: %s",
			     ref + strlen(SEALS), *holds ? "could not be verified" : "is bad",
			     by.why);
		return 0;
	}
	buf_printf(&what, "the seal '%s'", ref + strlen(SEALS));
	ret = buf_failed(&what) ? error_nomem(err) :
	      audit_world(&world, &snap, s->v->repo, &said->tip, err);
	if (ret == 0)
		ret = world_roster(&roster, world, err);
	if (ret == 0 && seal_signer(s->findings, roster, by.key, what.data))
		s->v->result->seals_signed++;
	else if (ret == 0)
		*holds = !roster_has_key(roster, NULL);
	world_close(world);
	snap_free(snap);
	buf_release(&what);
	return ret;
}

static bool was_checked(const struct audit_past *p, const struct oid *id)
{
	size_t i;

	for (i = 0; p->usable && i < p->seals_nr; i++)
		if (oid_equal(&p->seals[i], id))
			return true;
	return false;
}

/* Whether a ref below SEALS is one; if not, that is said. */
static int read_as_seal(bool *is, struct seal *said, struct tag *tag, struct sealing *s,
			const char *ref, const struct oid *id, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = tag_read(tag, s->v->repo->store, id, s->arena, &found);

	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return error_set(err, ret, "%s", found.message);
	*is = ret == 0 && read_seal(said, tag->message, s->arena) &&
	      oid_equal(&said->tip, &tag->target) &&
	      !strcmp(tag->name, ref + strlen("refs/tags/"));
	if (!*is)
		wrong(s, "seal.malformed", ref, "delete it, if you know where it came from",
		      "is none: it was not made by ops audit seal, or was changed");
	return 0;
}

/* Whether what it says is so, and by whom. */
static int check_whole(bool *holds, struct sealing *s, const char *ref, const struct seal *said,
		       const struct tag *tag, bool known, struct ops_error *err)
{
	int ret = known ? 0 : check_claim(holds, s, ref, said, err);

	/* The tip that a roster is read from is there only then. */
	return ret || !*holds ? ret : check_signature(holds, s, ref, said, tag, err);
}

static int check_seal(const char *ref, const struct oid *id, void *payload,
		      struct ops_error *err)
{
	struct sealing *s = payload;
	struct seal said;
	struct tag tag;
	bool holds = true;
	char hex[OID_HEX + 1];
	int ret = read_as_seal(&holds, &said, &tag, s, ref, id, err);

	if (ret || !holds || strcmp(said.branch, s->branch))
		return ret;
	s->v->result->seals++;
	oid_hex(hex, id);
	buf_printf(&s->v->seal_lines, "%s %s\n", hex, ref);
	ret = check_whole(&holds, s, ref, &said, &tag, was_checked(&s->v->past, id), err);
	return ret == 0 && holds && remember_seal(s, id) ? error_nomem(err) : ret;
}

int seal_check(bool *is, struct ops_findings *findings, struct ops_repo *repo, const char *ref,
	       const struct oid *id, const struct oid *tip, struct ops_error *err)
{
	const char *branch = store_branch(repo->store);
	struct ops_audit_result ignored = { 0 };
	struct verifying v = { .repo = repo, .result = &ignored };
	struct sealing s = { &v, findings, tip, branch ? seal_branch(branch) : "",
			     arena_new(), 0 };
	bool holds = true;
	struct seal said;
	struct tag tag;
	int ret = s.arena ? read_as_seal(is, &said, &tag, &s, ref, id, err) : error_nomem(err);

	if (ret == 0 && *is && tip && !strcmp(said.branch, s.branch))
		ret = check_whole(&holds, &s, ref, &said, &tag, false, err);
	arena_free(s.arena);
	return ret;
}

int audit_check_seals(struct verifying *v, struct ops_findings *findings,
		      const struct oid *tip, const char *ref, struct ops_error *err)
{
	struct sealing s = { v, findings, tip, seal_branch(ref), arena_new(), 0 };
	int ret = s.arena ? tags_each(v->repo->store, SEALS, check_seal, &s, err) :
		  error_nomem(err);

	arena_free(s.arena);
	return ret;
}
