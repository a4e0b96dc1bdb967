/* SPDX-License-Identifier: MIT */
/*
 * What was judged before: a cache below the common directory of the clone, which may be
 * deleted at any time.
 *
 * Says that the history up to one commit was judged by exactly these rules, in this
 * clone, by this user, and which of its commits had findings: those are judged again, so
 * that an answer is always whole.  An entry carries a digest that nobody can make without
 * the user's secret, over the rules, the place of the clone and all it says; anything else
 * is no entry.  Must never make a commit pass that was not judged.
 */

#include "view/audit_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/notes.h"

#define PAST_MAX ((size_t)512 << 20)
#define FLAGGED_MAX 10000
#define HEAD_MAX 1024		/* bytes of the lines before the lists */
#define MAGIC "ops-verified 1\n"

/* Of the file of a branch. */
static void name_of(char out[32], const char *ref)
{
	char hex[DIGEST_HEX + 1];

	digest_of(ref, strlen(ref), hex);
	(void)snprintf(out, 32, "verified-%.16s", hex);
}

/*
 * The digest of an entry.  What else a verdict depends on than the program and the
 * commits themselves must be added here: keys or settings outside of the history.
 */
static int seal_of(char hex[DIGEST_HEX + 1], struct ops_repo *repo, const char *body,
		   size_t len, struct ops_error *err)
{
	struct digest_state state;
	char secret[DIGEST_HEX + 1], inner[DIGEST_HEX + 1];
	const char *place = store_common_dir(repo->store);
	int ret = private_secret(secret, repo->private_dir, err);

	if (ret)
		return ret;
	digest_init(&state);
	digest_add(&state, rules_digest, DIGEST_HEX + 1);
	digest_add(&state, place, strlen(place) + 1);
	digest_add(&state, body, len);
	digest_end(&state, inner);
	digest_init(&state);
	digest_add(&state, secret, DIGEST_HEX);
	digest_add(&state, inner, DIGEST_HEX);
	digest_add(&state, secret, DIGEST_HEX);
	digest_end(&state, hex);
	return 0;
}

/* The lines of an entry, after its digest. */
static const char form[] = "tip %40s\nfirst %40s\ngenesis %40s\ncommits %zu\nbefore %zu\n"
			   "judged %zu\nverified %zu\nflagged %zu\nids %zu\nseals %zu\n";

static bool read_lists(struct audit_past *p, const char *at, size_t left, const size_t nr[3])
{
	if (nr[0] > left / sizeof(*p->flagged) || nr[1] > left / sizeof(*p->ids) ||
	    nr[2] > left / sizeof(*p->seals) || left != nr[0] * sizeof(*p->flagged) +
	    nr[1] * sizeof(*p->ids) + nr[2] * sizeof(*p->seals))
		return false;
	p->flagged = (const struct oid *)at;
	p->flagged_nr = nr[0];
	at += nr[0] * sizeof(*p->flagged);
	p->ids = (const struct audit_id *)at;
	p->ids_nr = nr[1];
	at += nr[1] * sizeof(*p->ids);
	p->seals = (const struct oid *)at;
	p->seals_nr = nr[2];
	return true;
}

static bool read_entry(struct audit_past *p, const char *body, size_t len)
{
	char head[HEAD_MAX + 1], tip[OID_HEX + 1], first[OID_HEX + 1], genesis[OID_HEX + 1];
	const char *end = NULL, *at = body;
	size_t nr[3], lines;

	for (lines = 0; lines < 10; lines++) {
		end = memchr(at, '\n', len - (size_t)(at - body));
		if (!end)
			return false;
		at = end + 1;
	}
	if (at - body > HEAD_MAX)
		return false;
	memcpy(head, body, (size_t)(at - body));
	head[at - body] = '\0';
	return sscanf(head, form, tip, first, genesis, &p->commits, &p->prehistory,
		      &p->judged, &p->verified, &nr[0], &nr[1], &nr[2]) == 10 &&
	       oid_parse(&p->tip, tip) && oid_parse(&p->first, first) &&
	       oid_parse(&p->genesis, genesis) &&
	       read_lists(p, at, len - (size_t)(at - body), nr);
}

void audit_past_load(struct audit_past *p, struct ops_repo *repo, const char *ref)
{
	size_t start = strlen(MAGIC), body = start + DIGEST_HEX + 1;
	char name[32], hex[DIGEST_HEX + 1];

	name_of(name, ref);
	if (!repo->private_dir || notes_read(&p->text, repo->store, name, PAST_MAX, NULL) ||
	    p->text.len < body || memcmp(p->text.data, MAGIC, start) ||
	    seal_of(hex, repo, p->text.data + body, p->text.len - body, NULL) ||
	    memcmp(p->text.data + start, hex, DIGEST_HEX))
		return;
	p->usable = read_entry(p, p->text.data + body, p->text.len - body);
}

void audit_past_release(struct audit_past *p)
{
	buf_release(&p->text);
	memset(p, 0, sizeof(*p));
	buf_init(&p->text);
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct audit_id));
}

/* Those of before and the new ones, sorted; the table of the new ones is gone then. */
static void add_ids(struct buf *b, struct verifying *v)
{
	const struct audit_id *old = v->past.ids, *old_end = old + v->past.ids_nr;
	struct audit_id *new = v->ids.list, *new_end = new + v->ids.nr;
	char *out = buf_space(b, (v->past.ids_nr + v->ids.nr) * sizeof(*new));

	if (!out || (old == old_end && new == new_end))
		return;
	free(v->ids.slots);
	v->ids.slots = NULL;
	v->ids.slots_nr = 0;
	if (v->ids.nr)
		qsort(new, v->ids.nr, sizeof(*new), by_id);
	for (; old < old_end || new < new_end; out += sizeof(*new))
		if (new == new_end || (old < old_end && by_id(old, new) < 0))
			memcpy(out, old++, sizeof(*old));
		else
			memcpy(out, new++, sizeof(*new));
}

void audit_past_store(struct verifying *v, const char *ref, const struct oid *tip,
		      const struct oid *genesis)
{
	const struct ops_audit_result *r = v->result;
	char name[32], hex[DIGEST_HEX + 1], own[OID_HEX + 1], begin[OID_HEX + 1];
	size_t start = strlen(MAGIC), at = start + DIGEST_HEX + 1;
	struct buf text = BUF_INIT;

	if (!v->repo->private_dir || v->flagged_nr > FLAGGED_MAX)
		return;
	oid_hex(own, tip);
	oid_hex(begin, genesis);
	buf_printf(&text, MAGIC "%64s\n", "");
	/* Counts are of those that are not judged again. */
	buf_printf(&text, form, own, r->first, begin, r->commits - v->again.commits,
		   r->prehistory - v->again.prehistory, r->judged - v->again.judged,
		   r->verified - v->again.verified, v->flagged_nr,
		   v->past.ids_nr + v->ids.nr, v->seals_nr);
	buf_add(&text, v->flagged, v->flagged_nr * sizeof(*v->flagged));
	add_ids(&text, v);
	buf_add(&text, v->seals, v->seals_nr * sizeof(*v->seals));
	if (!buf_failed(&text) &&
	    seal_of(hex, v->repo, text.data + at, text.len - at, NULL) == 0) {
		memcpy(text.data + start, hex, DIGEST_HEX);
		name_of(name, ref);
		/* It is a cache: that it cannot be kept is no failure. */
		(void)notes_write(v->repo->store, name, text.data, text.len, false, NULL);
	}
	buf_release(&text);
}
