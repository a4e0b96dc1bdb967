/* SPDX-License-Identifier: MIT */
/*
 * Reading git's index, versions 2 to 4, as bytes.
 *
 * Serves two purposes: to find out, before anything is written, that this is
 * an index libgit2 cannot change (it would lose entries or fail after the
 * branch has moved), and to compare a handful of paths without building ten
 * thousand entries.  Writes nothing, trusts no length.
 */
#include "store/index-scan.h"

#include <string.h>

#include "util/buf.h"

#define FIXED 62		/* stat data, id, flags */
#define EXTENDED 0x4000
#define SKIP_WORKTREE 0x4000	/* in the second flags */
#define INTENT_TO_ADD 0x2000

struct scan {
	const unsigned char *start, *at, *end;	/* end: where the checksum is */
	unsigned version;
	struct buf path;
};

static unsigned long number(const unsigned char *p)
{
	return (unsigned long)p[0] << 24 | (unsigned long)p[1] << 16 |
	       (unsigned long)p[2] << 8 | p[3];
}

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

static bool read_path(struct scan *s, const unsigned char *entry)
{
	const unsigned char *nul;
	size_t drop, size;

	if (s->version == 4) {
		if (!varint(&drop, s) || drop > s->path.len)
			return false;
		s->path.len -= drop;
	} else {
		buf_clear(&s->path);
	}
	nul = memchr(s->at, '\0', (size_t)(s->end - s->at));
	if (!nul)
		return false;
	buf_add(&s->path, s->at, (size_t)(nul - s->at));
	if (s->version == 4) {
		s->at = nul + 1;
		return true;
	}
	/* One to eight NULs, up to a multiple of eight. */
	size = ((size_t)(nul - entry) / 8 + 1) * 8;
	if (size > (size_t)(s->end - entry))
		return false;
	s->at = entry + size;
	return true;
}

static bool read_item(struct index_item *item, struct scan *s)
{
	const unsigned char *entry = s->at;
	unsigned flags, more = 0;

	if (s->end - entry < FIXED + 2)
		return false;
	flags = (unsigned)entry[60] << 8 | entry[61];
	s->at += FIXED;
	if (flags & EXTENDED) {
		more = (unsigned)entry[62] << 8 | entry[63];
		s->at += 2;
	}
	if (!read_path(s, entry))
		return false;
	item->mode = (unsigned)number(entry + 24);
	item->id = entry + 40;
	item->stat = entry;
	item->stage = flags >> 12 & 3;
	item->intent_to_add = (more & INTENT_TO_ADD) != 0;
	item->skip_worktree = (more & SKIP_WORKTREE) != 0;
	return true;
}

static int malformed(struct ops_error *err)
{
	return error_set(err, OPS_EIO, "the index is malformed");
}

/* An extension whose name begins with a small letter must be understood. */
static int check_extensions(struct scan *s, struct ops_error *err)
{
	const char *name;
	unsigned long len;

	while (s->end - s->at >= 8) {
		name = (const char *)s->at;
		len = number(s->at + 4);
		if (len > (unsigned long)(s->end - s->at) - 8)
			return malformed(err);
		s->at += 8 + len;
		if (memcmp(name, "link", 4) == 0)
			return error_set(err, OPS_EENVIRONMENT, "the index is "
					 "split, which this build cannot change; "
					 "'git update-index --no-split-index' "
					 "joins it");
		if (memcmp(name, "sdir", 4) == 0)
			return error_set(err, OPS_EENVIRONMENT, "the index is "
					 "sparse, which this build cannot change; "
					 "'git sparse-checkout set --no-sparse-index' "
					 "expands it");
		if (name[0] < 'A' || name[0] > 'Z')
			return error_set(err, OPS_EENVIRONMENT, "the index has an "
					 "extension this build does not know");
	}
	return s->at == s->end ? 0 : malformed(err);
}

int index_scan(size_t *nr, const struct buf *raw,
	       int (*each)(const struct index_item *item, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_error *err)
{
	static const unsigned char none[20];
	struct scan s = { NULL, NULL, NULL, 0, BUF_INIT };
	struct index_item item;
	unsigned long count, i;
	int rc = 0;

	*nr = 0;
	if (raw->len == 0)
		return 0;
	s.start = (const unsigned char *)raw->data;
	if (raw->len < 32 || memcmp(s.start, "DIRC", 4) != 0)
		return malformed(err);
	s.version = (unsigned)number(s.start + 4);
	if (s.version < 2 || s.version > 4)
		return error_set(err, OPS_EENVIRONMENT,
				 "the index has an unknown version, %u", s.version);
	s.end = s.start + raw->len - 20;
	if (memcmp(s.end, none, 20) == 0)
		return error_set(err, OPS_EENVIRONMENT, "the index has no "
				 "checksum, which this build cannot change; see "
				 "'index.skipHash' in the git configuration");
	s.at = s.start + 12;
	count = number(s.start + 8);
	for (i = 0; rc == 0 && i < count; i++) {
		if (!read_item(&item, &s))
			rc = malformed(err);
		else if (buf_failed(&s.path))
			rc = error_nomem(err);
		else {
			item.path = s.path.data;
			rc = each(&item, payload, err);
		}
	}
	if (rc == 0)
		rc = check_extensions(&s, err);
	if (rc == 0)
		*nr = count;
	buf_release(&s.path);
	return rc;
}
