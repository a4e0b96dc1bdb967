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
 * own, and are looked at when there is something new to hold against them: asked about a history
 * without anything new, an entry costs the same however long that is.  They are copied to a file
 * without a name, for one that somebody cuts off must be an answer and no signal, and what
 * was found sound must not change afterwards; and are written as they are merged.
 */

#include "view/audit_inside.h"

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/notes.h"

#define PAST_MAX ((size_t)512 << 20)
#define HEAD_MAX 1024		/* bytes of the lines before the lists */
#define MAGIC "ops-verified 2\n"
#define IDS_AT_ONCE 512		/* written */

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
	    !oid_parse(&p->genesis, genesis) || p->flagged_nr > AUDIT_FLAGGED_MAX ||
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
	p->ids_bytes.store = repo->store;
	if (!repo->private_dir || notes_open(&p->fd, repo->store, name, NULL))
		return;
	p->usable = fstat(p->fd, &st) == 0 && S_ISREG(st.st_mode) &&
		    (uintmax_t)st.st_size <= PAST_MAX &&
		    read_entry(p, repo, (size_t)st.st_size);
	if (!p->usable)
		close(p->fd);
}

/* Copy the ids of the file to where nobody else can change them; false: they are not sound. */
static bool read_ids(struct audit_past *p)
{
	size_t at = p->text_len, left = p->ids_nr * sizeof(*p->ids), len;
	struct buf part = BUF_INIT;
	struct digest_state state;
	char hex[DIGEST_HEX + 1];
	bool sound = true;

	digest_init(&state);
	for (; sound && left; at += len, left -= len) {
		len = left < SPILL_ONCE ? left : SPILL_ONCE;
		buf_clear(&part);
		sound = read_part(&part, p->fd, at, len) &&
			spill_add(&p->ids_bytes, part.data, len, NULL) == 0;
		if (sound)
			digest_add(&state, part.data, len);
	}
	digest_end(&state, hex);
	buf_release(&part);
	return sound && !strcmp(hex, p->ids_digest);
}

bool audit_past_ids(struct audit_past *p)
{
	void *all;

	if (p->ids || !p->ids_nr)
		return true;
	if (!read_ids(p) || spill_all(&all, &p->ids_bytes, NULL)) {
		spill_release(&p->ids_bytes);
		return false;
	}
	p->ids = all;
	audit_past_rest(p);
	return true;
}

void audit_past_rest(struct audit_past *p)
{
	if (p->ids)
		spill_rest(&p->ids_bytes, p->ids_nr * sizeof(*p->ids));
}

void audit_past_init(struct audit_past *p)
{
	memset(p, 0, sizeof(*p));
	buf_init(&p->text);
}

void audit_past_release(struct audit_past *p)
{
	if (p->usable)
		close(p->fd);
	buf_release(&p->text);
	spill_release(&p->ids_bytes);
	audit_past_init(p);
}

/* Those of before and the new ones, one after the other as they are sorted. */
struct merging {
	const struct audit_past *past;
	const struct audit_id *list;	/* the new ones */
	size_t old, new, new_nr;	/* so many were given, of so many new ones */
};

/* The next; false: that was all. */
static bool next_id(struct audit_id *out, struct merging *m)
{
	const struct audit_past *p = m->past;
	const struct audit_id *old = p->ids && m->old < p->ids_nr ? &p->ids[m->old] : NULL;

	if (m->new < m->new_nr)
		*out = m->list[m->new];
	else if (!old)
		return false;
	if (old && (m->new == m->new_nr || memcmp(old, out, sizeof(*old)) < 0)) {
		*out = *old;
		m->old++;
	} else {
		m->new++;
	}
	return true;
}

static size_t some_ids(struct audit_id list[IDS_AT_ONCE], struct merging *m)
{
	size_t nr = 0;

	while (nr < IDS_AT_ONCE && next_id(&list[nr], m))
		nr++;
	return nr;
}

static void ids_digest(char hex[DIGEST_HEX + 1], struct merging m)
{
	struct audit_id list[IDS_AT_ONCE];
	struct digest_state state;
	size_t nr;

	digest_init(&state);
	while ((nr = some_ids(list, &m)))
		digest_add(&state, list, nr * sizeof(*list));
	digest_end(&state, hex);
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

/* What is written. */
struct entry {
	struct buf text;
	struct merging ids;
};

static int make_file(struct notes_out *out, void *payload, struct ops_error *err)
{
	const struct entry *e = payload;
	struct audit_id list[IDS_AT_ONCE];
	struct merging m = e->ids;
	size_t nr;
	int ret = notes_put(out, e->text.data, e->text.len, err);

	while (ret == 0 && (nr = some_ids(list, &m)))
		ret = notes_put(out, list, nr * sizeof(*list), err);
	return ret;
}

void audit_past_store(struct verifying *v, const char *ref, const struct oid *tip,
		      const struct oid *genesis)
{
	struct entry e = { BUF_INIT, { .past = &v->past } };
	size_t start = strlen(MAGIC), body = start + DIGEST_HEX + 1;
	char name[32], hex[DIGEST_HEX + 1];

	if (!v->repo->private_dir || v->flagged_nr > AUDIT_FLAGGED_MAX ||
	    !audit_past_ids(&v->past) || audit_ids_sort(&e.ids.list, &e.ids.new_nr, v, NULL))
		return;
	ids_digest(hex, e.ids);
	write_entry(&e.text, v, tip, genesis, v->past.ids_nr + e.ids.new_nr, hex);
	if (!buf_failed(&e.text) &&
	    seal_of(hex, v->repo, e.text.data + body, e.text.len - body, NULL) == 0) {
		memcpy(e.text.data + start, hex, DIGEST_HEX);
		name_of(name, ref);
		/* It is a cache: that it cannot be kept is no failure. */
		(void)notes_write_made(v->repo->store, name, make_file, &e, false, NULL);
	}
	buf_release(&e.text);
}
