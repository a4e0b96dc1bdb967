/* SPDX-License-Identifier: MIT */
/*
 * Reading git's index, versions 2 to 4, as bytes.
 *
 * Serves three purposes: to find out, before anything is written, that this is an index that
 * cannot be changed here (entries would be lost, or it would fail after the branch has moved),
 * to compare a handful of paths, and to copy all others, without building ten thousand
 * entries.  Writes nothing, trusts no length and no order.
 */
#include "store/index-scan.h"

#include <string.h>

#include "store/number.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/map.h"

#define FIXED 62		/* stat data, id, flags */
#define EXTENDED 0x4000
#define SKIP_WORKTREE 0x4000	/* in the second flags */
#define INTENT_TO_ADD 0x2000
#define TREES_DEPTH 64

struct scan {
	const unsigned char *start, *at, *end;	/* end: where the checksum is */
	unsigned version;
	struct buf built;	/* version 4: the path, put together */
	const char *path;	/* of the entry that was read last */
	unsigned stage;
};

/* Version 4: how many bytes of the previous path to drop. */
static bool varint(size_t *out, struct scan *s)
{
	size_t value;

	if (s->at == s->end)
		return false;
	value = *s->at & 127;
	while (*s->at++ & 128) {
		if (s->at == s->end || value > 1u << 20)
			return false;
		value = ((value + 1) << 7) + (*s->at & 127);
	}
	*out = value;
	return true;
}

/* Version 4: what the path before has, but for its end, and what follows here. */
static bool build_path(int *order, struct scan *s)
{
	const unsigned char *nul;
	size_t drop, keep;

	if (!varint(&drop, s) || drop > s->built.len)
		return false;
	nul = memchr(s->at, '\0', (size_t)(s->end - s->at));
	if (!nul)
		return false;
	keep = s->built.len - drop;
	*order = s->path ? strcmp((const char *)s->at, s->path + keep) : 1;
	s->built.len = keep;
	buf_add(&s->built, s->at, (size_t)(nul - s->at));
	s->path = s->built.data;
	s->at = nul + 1;
	return true;
}

/* Before: it stands there, with one to eight NULs, up to a multiple of eight. */
static bool find_path(int *order, struct scan *s, const unsigned char *entry)
{
	const char *before = s->path;
	const unsigned char *nul = memchr(s->at, '\0', (size_t)(s->end - s->at));
	size_t size = nul ? ((size_t)(nul - entry) / 8 + 1) * 8 : 0;

	if (!nul || size > (size_t)(s->end - entry))
		return false;
	s->path = (const char *)s->at;
	*order = before ? strcmp(s->path, before) : 1;
	s->at = entry + size;
	return true;
}

static bool read_item(struct index_item *item, struct scan *s)
{
	const unsigned char *entry = s->at;
	unsigned flags, more = 0;
	int order;

	if (s->end - entry < FIXED + 2)
		return false;
	flags = (unsigned)entry[60] << 8 | entry[61];
	s->at += FIXED;
	if (flags & EXTENDED) {
		more = (unsigned)entry[62] << 8 | entry[63];
		s->at += 2;
	}
	item->fixed = (size_t)(s->at - entry);
	if (!(s->version == 4 ? build_path(&order, s) : find_path(&order, s, entry)))
		return false;
	item->path = s->path;
	item->size = (size_t)(s->at - entry);
	item->mode = number_at(entry + 24);
	item->id = entry + 40;
	item->stat = entry;
	item->stage = flags >> 12 & 3;
	item->intent_to_add = (more & INTENT_TO_ADD) != 0;
	item->skip_worktree = (more & SKIP_WORKTREE) != 0;
	/* What reads it goes through it and something else side by side. */
	if (order < 0 || (order == 0 && item->stage <= s->stage))
		return false;
	s->stage = item->stage;
	return true;
}

static int malformed(struct ops_error *err)
{
	return error_set(err, OPS_EIO, "the index is malformed");
}

/* The next extension, or NULL at the end, or with *rc when it is malformed. */
static const unsigned char *extension(size_t *len, struct scan *s, int *rc,
				      struct ops_error *err)
{
	const unsigned char *found = s->at;

	if (s->at == s->end)
		return NULL;
	if (s->end - s->at < 8 || number_at(s->at + 4) > (unsigned long)(s->end - s->at) - 8) {
		*rc = malformed(err);
		return NULL;
	}
	*len = number_at(s->at + 4);
	s->at += 8 + *len;
	return found;
}

static int is_split(struct ops_error *err)
{
	return error_set(err, OPS_EENVIRONMENT, "the index is split, with which this build "
			 "cannot work; 'git update-index --no-split-index' joins it, and "
			 "'git config core.splitIndex false' keeps it so");
}

/* An extension whose name begins with a small letter must be understood. */
static int check_extensions(struct scan *s, struct ops_error *err)
{
	const unsigned char *name;
	size_t len;
	int rc = 0;

	while ((name = extension(&len, s, &rc, err))) {
		if (memcmp(name, "link", 4) == 0)
			return is_split(err);
		if (memcmp(name, "sdir", 4) == 0)
			return error_set(err, OPS_EENVIRONMENT, "the index is "
					 "sparse, with which this build cannot work; "
					 "'git sparse-checkout reapply --no-sparse-index' "
					 "expands it, and leaves out the same files");
		if (name[0] < 'A' || name[0] > 'Z')
			return error_set(err, OPS_EENVIRONMENT, "the index has an "
					 "extension this build does not know");
	}
	return rc;
}

/* Look at the head, and go behind it. */
static int open_scan(struct scan *s, const struct buf *raw, struct ops_error *err)
{
	static const unsigned char none[20];

	s->start = (const unsigned char *)raw->data;
	if (raw->len < 32 || memcmp(s->start, "DIRC", 4) != 0)
		return malformed(err);
	s->version = number_at(s->start + 4);
	if (s->version < 2 || s->version > 4)
		return error_set(err, OPS_EENVIRONMENT,
				 "the index has an unknown version, %u", s->version);
	s->end = s->start + raw->len - 20;
	if (memcmp(s->end, none, 20) == 0)
		return error_set(err, OPS_EENVIRONMENT, "the index has no "
				 "checksum, without which this build does not work; "
				 "'git -c index.skipHash=false update-index "
				 "--force-write-index' writes one");
	s->at = s->start + 12;
	return 0;
}

int index_scan(size_t *nr, size_t *rest, const struct buf *raw,
	       int (*each)(const struct index_item *item, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_error *err)
{
	struct scan s = { .built = BUF_INIT };
	struct index_item item;
	unsigned long count, i;
	int rc;

	*nr = *rest = 0;
	if (raw->len == 0)
		return 0;
	rc = open_scan(&s, raw, err);
	count = rc ? 0 : number_at(s.start + 8);
	for (i = 0; rc == 0 && i < count; i++) {
		bool read = read_item(&item, &s);

		/* What replaces an entry of the shared index has no path of its own. */
		if (s.path && !*s.path)
			rc = is_split(err);
		else if (!read)
			rc = malformed(err);
		else if (buf_failed(&s.built))
			rc = error_nomem(err);
		else
			rc = each(&item, payload, err);
	}
	*rest = (size_t)(s.at - s.start);
	if (rc == 0)
		rc = check_extensions(&s, err);
	if (rc == 0)
		*nr = count;
	buf_release(&s.built);
	return rc;
}

struct trees {
	const unsigned char *at, *end;
	struct buf path;
	struct map *out;
	struct arena *arena;
	unsigned depth;
};

/* Decimal digits and the byte behind them; -1 is an index that forgot. */
static bool decimal(long *out, struct trees *t, unsigned char behind)
{
	bool minus = t->at < t->end && *t->at == '-';
	const unsigned char *first;

	t->at += minus;
	first = t->at;
	for (*out = 0; t->at < t->end && *t->at >= '0' && *t->at <= '9'; t->at++)
		if ((*out = *out * 10 + (*t->at - '0')) > 100000000)
			return false;
	if (minus)
		*out = -1;
	return t->at > first && t->at < t->end && *t->at++ == behind;
}

/* A directory: name, NUL, entries, blank, directories in it, line feed, id. */
static int read_tree(struct trees *t, struct ops_error *err)
{
	const unsigned char *name = t->at,
		*nul = memchr(name, '\0', (size_t)(t->end - name));
	size_t before = t->path.len;
	struct index_tree *tree;
	long nr, below;
	int rc = 0;

	if (!nul || t->depth == TREES_DEPTH)
		return malformed(err);
	t->at = nul + 1;
	if (!decimal(&nr, t, ' ') || !decimal(&below, t, '\n') ||
	    (nr >= 0 && t->end - t->at < 20))
		return malformed(err);
	if (before)
		buf_char(&t->path, '/');
	buf_add(&t->path, name, (size_t)(nul - name));
	if (buf_failed(&t->path))
		return error_nomem(err);
	if (nr >= 0) {
		tree = arena_alloc(t->arena, sizeof(*tree));
		if (!tree || map_put(t->out, t->path.data, tree) < 0)
			return error_nomem(err);
		tree->nr = (size_t)nr;
		memcpy(tree->oid.id, t->at, sizeof(tree->oid.id));
		t->at += 20;
	}
	t->depth++;
	for (; rc == 0 && below > 0; below--)
		rc = read_tree(t, err);
	t->depth--;
	if (t->path.len > before) {
		t->path.len = before;
		t->path.data[before] = '\0';
	}
	return rc;
}

int index_extensions(const struct buf *raw, size_t rest,
		     int (*each)(const char *bytes, size_t len, void *payload,
				 struct ops_error *err),
		     void *payload, struct ops_error *err)
{
	struct scan s = { .built = BUF_INIT };
	const unsigned char *found;
	size_t len;
	int rc = rest ? open_scan(&s, raw, err) : 0;

	if (rc || !rest)
		return rc;
	s.at = s.start + rest;
	while (rc == 0 && (found = extension(&len, &s, &rc, err)))
		rc = each((const char *)found, 8 + len, payload, err);
	return rc;
}

static int read_trees(const char *bytes, size_t len, void *payload, struct ops_error *err)
{
	struct trees *t = payload;

	if (memcmp(bytes, "TREE", 4) || len == 8)
		return 0;
	t->at = (const unsigned char *)bytes + 8;
	t->end = (const unsigned char *)bytes + len;
	return read_tree(t, err);
}

int index_trees(struct map *out, struct arena *arena, const struct buf *raw, size_t rest,
		struct ops_error *err)
{
	struct trees t = { .path = BUF_INIT, .out = out, .arena = arena };
	int rc = index_extensions(raw, rest, read_trees, &t, err);

	buf_release(&t.path);
	return rc;
}
