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
 *
 * The ids of the acts, which are by far the most of it, lie at the end under a digest of their
 * own, and are read when there is something new to hold against them: asked about a history
 * without anything new, an entry costs the same however long that is.
 */

#include "view/audit_inside.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/notes.h"

#define PAST_MAX ((size_t)512 << 20)
#define FLAGGED_MAX 10000
#define HEAD_MAX 1024		/* bytes of the lines before the lists */
#define MAGIC "ops-verified 2\n"

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
#define LINES 11
static const char form[] = "tip %40s\nfirst %40s\ngenesis %40s\ncommits %zu\nbefore %zu\n"
			   "judged %zu\nverified %zu\nflagged %zu\nseals %zu\nids %zu\n"
			   "sha256 %64s\n";

/* Append so many bytes of the file from there on; false: it has not as many. */
static bool read_part(struct buf *out, int fd, size_t at, size_t len)
{
	char *to = buf_space(out, len);
	ssize_t n = 1;

	for (; to && len && n > 0; to += n, at += (size_t)n, len -= (size_t)n) {
		n = pread(fd, to, len, (off_t)at);
		if (n < 0)
			n = 0;
	}
	return to && !len && !buf_failed(out);
}

/* The lines, and how long what they are about is: *lists up to the ids, and the ids. */
static bool read_lines(struct audit_past *p, size_t *lines, size_t *lists, size_t *ids)
{
	char tip[OID_HEX + 1], first[OID_HEX + 1], genesis[OID_HEX + 1];
	const char *body = p->text.data + strlen(MAGIC) + DIGEST_HEX + 1, *at = body;
	size_t i;

	for (i = 0; i < LINES; i++) {
		at = strchr(at, '\n');
		if (!at++)
			return false;
	}
	if (sscanf(body, form, tip, first, genesis, &p->commits, &p->prehistory, &p->judged,
		   &p->verified, &p->flagged_nr, &p->seals_nr, &p->ids_nr,
		   p->ids_digest) != LINES ||
	    !oid_parse(&p->tip, tip) || !oid_parse(&p->first, first) ||
	    !oid_parse(&p->genesis, genesis) || p->flagged_nr > FLAGGED_MAX ||
	    p->seals_nr > PAST_MAX / sizeof(*p->seals) || p->ids_nr > PAST_MAX / sizeof(*p->ids))
		return false;
	*lines = (size_t)(at - p->text.data);
	*lists = p->flagged_nr * sizeof(*p->flagged) + p->seals_nr * sizeof(*p->seals);
	*ids = p->ids_nr * sizeof(*p->ids);
	return true;
}

/* All but the ids, of a file of that size. */
static bool read_entry(struct audit_past *p, struct ops_repo *repo, size_t size)
{
	size_t start = strlen(MAGIC), body = start + DIGEST_HEX + 1, lines, lists, ids;
	char hex[DIGEST_HEX + 1];

	if (!read_part(&p->text, p->fd, 0, size < HEAD_MAX ? size : HEAD_MAX) ||
	    size < body || memcmp(p->text.data, MAGIC, start) ||
	    !read_lines(p, &lines, &lists, &ids) || size < lines || lists > size - lines ||
	    ids != size - lines - lists)
		return false;
	if (lines + lists > p->text.len &&
	    !read_part(&p->text, p->fd, p->text.len, lines + lists - p->text.len))
		return false;
	p->text_len = lines + lists;
	p->flagged = (const struct oid *)(p->text.data + lines);
	p->seals = p->flagged + p->flagged_nr;
	return seal_of(hex, repo, p->text.data + body, p->text_len - body, NULL) == 0 &&
	       !memcmp(p->text.data + start, hex, DIGEST_HEX);
}

void audit_past_load(struct audit_past *p, struct ops_repo *repo, const char *ref)
{
	struct stat st;
	char name[32];

	name_of(name, ref);
	if (!repo->private_dir || notes_open(&p->fd, repo->store, name, NULL))
		return;
	p->usable = fstat(p->fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    (uintmax_t)st.st_size <= PAST_MAX &&
		    read_entry(p, repo, (size_t)st.st_size);
	if (!p->usable)
		close(p->fd);
}

bool audit_past_ids(struct audit_past *p)
{
	char hex[DIGEST_HEX + 1];

	if (p->ids || !p->ids_nr)
		return true;
	if (!read_part(&p->ids_text, p->fd, p->text_len, p->ids_nr * sizeof(*p->ids)))
		return false;
	digest_of(p->ids_text.data, p->ids_text.len, hex);
	if (strcmp(hex, p->ids_digest))
		return false;
	p->ids = (const struct audit_id *)p->ids_text.data;
	return true;
}

void audit_past_init(struct audit_past *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->text);
	buf_init(&p->ids_text);
}

void audit_past_release(struct audit_past *p)
{
	if (p->usable)
		close(p->fd);
	buf_release(&p->text);
	buf_release(&p->ids_text);
	audit_past_init(p);
}

uint64_t audit_id_key(const struct audit_id *id)
{
	uint64_t key = 0;
	size_t i;

	for (i = 0; i < sizeof(id->key); i++)
		key = key << 8 | id->key[i];
	return key;
}

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct audit_id));
}

/* The new ones, sorted; their table is gone then.  NULL: none, or out of memory. */
static struct audit_id *take_new(size_t *nr, struct audit_ids *ids)
{
	struct audit_id *list;
	size_t i, k, count = 0;

	for (i = 0; i < ids->nr; i++)
		count += ids->keys[i] != 0;
	*nr = count;
	free(ids->slots);
	ids->slots = NULL;
	list = count ? calloc(count, sizeof(*list)) : NULL;
	for (i = 0, count = 0; list && i < ids->nr; i++) {
		if (!ids->keys[i])
			continue;
		for (k = 0; k < sizeof(list->key); k++)
			list[count].key[k] = (unsigned char)(ids->keys[i] >> 8 * (7 - k));
		list[count++].commit = *audit_ids_commit(ids, i);
	}
	if (list)
		qsort(list, count, sizeof(*list), by_id);
	return list;
}

/* Those of before and the new ones, sorted. */
static void merge_ids(struct buf *b, const struct audit_past *p, const struct audit_id *new,
		      size_t nr)
{
	const struct audit_id *old = p->ids, *old_end = old ? old + p->ids_nr : old;
	const struct audit_id *new_end = new ? new + nr : new;
	char *out = buf_space(b, (p->ids_nr + nr) * sizeof(*new));

	for (; out && (old < old_end || new < new_end); out += sizeof(*new))
		if (new == new_end || (old < old_end && by_id(old, new) < 0))
			memcpy(out, old++, sizeof(*old));
		else
			memcpy(out, new++, sizeof(*new));
}

/* Everything before the ids. */
static void write_entry(struct buf *text, struct verifying *v, const struct oid *tip,
			const struct oid *genesis, size_t ids_nr, const char *ids_digest)
{
	const struct ops_audit_result *r = v->result;
	char own[OID_HEX + 1], begin[OID_HEX + 1];

	oid_hex(own, tip);
	oid_hex(begin, genesis);
	buf_printf(text, MAGIC "%64s\n", "");
	/* Counts are of those that are not judged again. */
	buf_printf(text, form, own, r->first, begin, r->commits - v->again.commits,
		   r->prehistory - v->again.prehistory, r->judged - v->again.judged,
		   r->verified - v->again.verified, v->flagged_nr, v->seals_nr, ids_nr,
		   ids_digest);
	buf_add(text, v->flagged, v->flagged_nr * sizeof(*v->flagged));
	buf_add(text, v->seals, v->seals_nr * sizeof(*v->seals));
}

void audit_past_store(struct verifying *v, const char *ref, const struct oid *tip,
		      const struct oid *genesis)
{
	struct buf text = BUF_INIT, ids = BUF_INIT;
	size_t start = strlen(MAGIC), body = start + DIGEST_HEX + 1, nr;
	char name[32], hex[DIGEST_HEX + 1];
	struct audit_id *new;

	if (!v->repo->private_dir || v->flagged_nr > FLAGGED_MAX || !audit_past_ids(&v->past))
		return;
	new = take_new(&nr, &v->ids);
	if (nr && !new)
		return;
	merge_ids(&ids, &v->past, new, nr);
	free(new);
	if (!buf_failed(&ids)) {
		digest_of(ids.data, ids.len, hex);
		write_entry(&text, v, tip, genesis, v->past.ids_nr + nr, hex);
	}
	if (!buf_failed(&ids) && !buf_failed(&text) &&
	    seal_of(hex, v->repo, text.data + body, text.len - body, NULL) == 0) {
		struct notes_part parts[] = { { text.data, text.len }, { ids.data, ids.len } };

		memcpy(text.data + start, hex, DIGEST_HEX);
		name_of(name, ref);
		/* It is a cache: that it cannot be kept is no failure. */
		(void)notes_write_parts(v->repo->store, name, parts, 2, false, NULL);
	}
	buf_release(&text);
	buf_release(&ids);
}
