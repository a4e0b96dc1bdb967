/* SPDX-License-Identifier: MIT */
/*
 * Git's trees as their raw bytes ("mode name NUL id", over and over): parsing ten
 * thousand entries into objects costs more than reading them.
 *
 * A long history changes a few entries of a large tree again and again, so the table of
 * one is made out of that of its like: what begins and ends with the same bytes has the
 * same entries there.
 *
 * Invariants: a table ends with the length of the bytes; an entry was checked for shape
 * before its place is in a table.
 */
#include "store/tree.h"

#include <stdlib.h>

#include "util/array.h"

#define TREE_MAX (64u << 20)
#define KEPT_MAX ((size_t)256 << 10)	/* bytes of a tree that the store keeps */
#define KEPT_BYTES ((size_t)2 << 20)	/* of all that it keeps */

enum snap_mode tree_mode(unsigned mode)
{
	switch (mode & 0170000) {
	case 0040000:
		return SNAP_DIR;
	case 0100000:
		return mode & 0111 ? SNAP_EXEC : SNAP_FILE;
	case 0120000:
		return SNAP_LINK;
	case 0160000:
		return SNAP_MODULE;
	default:
		return SNAP_OTHER;
	}
}

void tree_unref(struct tree *t)
{
	if (!t || --t->refs)
		return;
	object_release(&t->object);
	free(t->at);
	free(t);
}

/*
 * What the store keeps, in pairs by the id.  Most trees are of one commit and never asked for
 * again, but those of an archive are with each: one that was asked for twice stays until it
 * was passed over once.
 */

static void let_go(struct store *s, struct tree **kept)
{
	if (!*kept)
		return;
	s->trees_bytes -= (*kept)->len;
	tree_unref(*kept);
	*kept = NULL;
}

void tree_forget(struct store *s)
{
	size_t i;

	for (i = 0; i < STORE_TREES; i++)
		let_go(s, &s->trees[i]);
}

static struct tree **pair_of(struct store *s, const struct oid *id)
{
	return &s->trees[id->id[0] % (STORE_TREES / 2) * 2];
}

static struct tree *kept_tree(struct store *s, const struct oid *id)
{
	struct tree **pair = pair_of(s, id);
	size_t i;

	for (i = 0; i < 2; i++)
		if (pair[i] && oid_equal(&pair[i]->id, id)) {
			pair[i]->wanted = true;
			return pair[i];
		}
	return NULL;
}

static void make_room(struct store *s, size_t len)
{
	struct tree **kept;

	while (s->trees_bytes && s->trees_bytes + len > KEPT_BYTES) {
		kept = &s->trees[s->trees_hand++ % STORE_TREES];
		if (*kept && (*kept)->wanted)
			(*kept)->wanted = false;
		else
			let_go(s, kept);
	}
}

static void keep(struct store *s, struct tree *t)
{
	struct tree **pair = pair_of(s, &t->id);
	bool second = pair[0] && (!pair[1] || pair[0]->wanted);

	if (t->len > KEPT_MAX)
		return;
	if (second && pair[1] && pair[1]->wanted)
		pair[0]->wanted = false;
	let_go(s, &pair[second]);
	make_room(s, t->len);
	pair[second] = t;
	t->refs++;
	s->trees_bytes += t->len;
}

int tree_load(struct tree **out, struct store *s, const struct oid *id,
	      struct ops_error *err)
{
	struct tree *t = kept_tree(s, id);
	int ret;

	if (t) {
		t->refs++;
		*out = t;
		return 0;
	}
	t = calloc(1, sizeof(*t));
	if (!t)
		return error_nomem(err);
	ret = repo_object(&t->object, s, id, GIT_OBJECT_TREE, TREE_MAX, err);
	if (ret < 0) {
		free(t);
		if (ret != OPS_ENOMEM && err)
			err->status = OPS_EIO;
		return ret == OPS_ENOMEM ? ret : OPS_EIO;
	}
	t->id = *id;
	t->raw = t->object.data;
	t->len = t->object.len;
	t->refs = 1;
	keep(s, t);
	*out = t;
	return 0;
}

/* Where the entry at `i` ends; 0 when it is malformed. */
static size_t entry_end(const char *raw, size_t len, size_t i)
{
	size_t digits = 0;
	const char *nul;

	for (; i < len && raw[i] >= '0' && raw[i] <= '7'; i++)
		digits++;
	if (i == len || raw[i] != ' ' || digits == 0 || digits > 7)
		return 0;
	i++;
	nul = memchr(raw + i, '\0', len - i);
	if (!nul || nul == raw + i || len - (size_t)(nul - raw) < 21)
		return 0;
	return (size_t)(nul - raw) + 21;
}

static int malformed(struct ops_error *err)
{
	return error_set(err, OPS_EIO, "the tree is malformed");
}

/* A growing table. */
struct table {
	uint32_t *at;
	size_t nr, room;
};

static int table_add(struct table *t, size_t place)
{
	if (array_room(&t->at, t->nr, &t->room, sizeof(*t->at)) < 0)
		return OPS_ENOMEM;
	t->at[t->nr++] = (uint32_t)place;
	return 0;
}

int tree_index(struct tree *t, struct ops_error *err)
{
	struct table table = { NULL, 0, 0 };
	size_t i = 0, end;

	if (t->at)
		return 0;
	while (i < t->len) {
		end = entry_end(t->raw, t->len, i);
		if (!end) {
			free(table.at);
			return malformed(err);
		}
		if (table_add(&table, i))
			goto nomem;
		i = end;
	}
	if (table_add(&table, t->len))
		goto nomem;
	t->at = table.at;
	t->nr = table.nr - 1;
	return 0;
nomem:
	free(table.at);
	return error_nomem(err);
}

struct tree_entry tree_at(const struct tree *t, size_t i)
{
	const char *p = t->raw + t->at[i];
	struct tree_entry e;
	unsigned mode = 0;

	while (*p != ' ')
		mode = mode * 8 + (unsigned)(*p++ - '0');
	e.mode = tree_mode(mode);
	e.name = p + 1;
	e.len = t->at[i + 1] - 21 - (size_t)(e.name - t->raw);
	e.id = (const unsigned char *)t->raw + t->at[i + 1] - 20;
	return e;
}

static int compare_name(const struct tree_entry *e, const char *name, size_t len, bool dir)
{
	size_t n = e->len < len ? e->len : len;
	int c = memcmp(e->name, name, n);
	unsigned char x, y;

	if (c)
		return c;
	x = e->len > n ? (unsigned char)e->name[n] : e->mode == SNAP_DIR ? '/' : 0;
	y = len > n ? (unsigned char)name[n] : dir ? '/' : 0;
	return (x > y) - (x < y);
}

/* A name stands at one of two places, as a file or as a directory. */
bool tree_search(struct tree_entry *out, const struct tree *t, const char *name, size_t len)
{
	size_t low, high, middle;
	int as_dir, c;

	for (as_dir = 0; as_dir < 2; as_dir++) {
		low = 0;
		high = t->nr;
		while (low < high) {
			middle = low + (high - low) / 2;
			*out = tree_at(t, middle);
			c = compare_name(out, name, len, as_dir);
			if (c == 0)
				return true;
			if (c < 0)
				low = middle + 1;
			else
				high = middle;
		}
	}
	return false;
}

/* The last entry that begins at or before a place. */
static size_t entry_before(const struct tree *t, size_t place)
{
	size_t low = 0, high = t->nr, middle;

	while (low < high) {
		middle = low + (high - low + 1) / 2;
		if (t->at[middle] <= place)
			low = middle;
		else
			high = middle - 1;
	}
	return low;
}

static size_t same_start(const struct tree *a, const struct tree *b)
{
	size_t len = a->len < b->len ? a->len : b->len, i = 0;

	while (len - i >= 256 && !memcmp(a->raw + i, b->raw + i, 256))
		i += 256;
	while (i < len && a->raw[i] == b->raw[i])
		i++;
	return i;
}

static size_t same_end(const struct tree *a, const struct tree *b, size_t start)
{
	size_t len = (a->len < b->len ? a->len : b->len) - start, i = 0;
	const char *x = a->raw + a->len, *y = b->raw + b->len;

	while (len - i >= 256 && !memcmp(x - i - 256, y - i - 256, 256))
		i += 256;
	while (i < len && x[-(ptrdiff_t)i - 1] == y[-(ptrdiff_t)i - 1])
		i++;
	return i;
}

/* Put the table of b together: the start of a's, its own, the end of a's. */
static int join_tables(struct tree *b, const struct tree *a, const struct tree_middle *m,
		       const struct table *own)
{
	size_t tail = a->nr + 1 - m->a_to, i;
	uint32_t shift = (uint32_t)(b->len - a->len);	/* modulo: may be less */
	uint32_t *at = malloc((m->a_from + own->nr + tail) * sizeof(*at));

	if (!at)
		return OPS_ENOMEM;
	memcpy(at, a->at, m->a_from * sizeof(*at));
	if (own->nr)
		memcpy(at + m->a_from, own->at, own->nr * sizeof(*at));
	for (i = 0; i < tail; i++)
		at[m->a_from + own->nr + i] = a->at[m->a_to + i] + shift;
	b->at = at;
	b->nr = m->a_from + own->nr + tail - 1;
	return 0;
}

int tree_compare(struct tree_middle *out, struct tree *a, struct tree *b,
		 struct ops_error *err)
{
	struct table own = { NULL, 0, 0 };
	struct tree_middle m;
	size_t start, end, i, twin;
	int ret = tree_index(a, err);

	if (ret)
		return ret;
	start = same_start(a, b);
	end = same_end(a, b, start);
	m.a_from = m.a_to = m.b_from = entry_before(a, start);
	/* Entries of b, until one of a begins at the same distance from the end. */
	for (i = a->at[m.a_from];;) {
		twin = i + a->len - b->len;
		if (b->len - i <= end && i + a->len >= b->len) {
			m.a_to = entry_before(a, twin);
			if (a->at[m.a_to] == twin && m.a_to >= m.a_from)
				break;
		}
		if (i == b->len || table_add(&own, i)) {
			ret = i == b->len ? malformed(err) : error_nomem(err);
			goto out;
		}
		i = entry_end(b->raw, b->len, i);
		if (!i) {
			ret = malformed(err);
			goto out;
		}
	}
	m.b_to = m.b_from + own.nr;
	if (!b->at && join_tables(b, a, &m, &own)) {
		ret = error_nomem(err);
		goto out;
	}
	*out = m;
out:
	free(own.at);
	return ret;
}

void tree_fill(struct snap_entry *out, const struct tree_entry *e)
{
	memset(out, 0, sizeof(*out));
	out->mode = e->mode;
	out->has_oid = true;
	memcpy(out->oid.id, e->id, sizeof(out->oid.id));
}
