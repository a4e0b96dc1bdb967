/* SPDX-License-Identifier: MIT */
/*
 * Changing entries of git's index, versions 2 to 4, as bytes.
 *
 * An act changes a few of ten thousand entries.  Loading all of them, each into memory of its own,
 * and writing them again cost more than all the rest of an act; here they are copied in long
 * runs, with the changed ones put where they belong.
 *
 * Invariants: an entry that is not asked about is copied byte for byte (but for its size, when
 * its file is to be compared, and, in version 4, for what it shares with the one before).
 * Flags that a user set on an entry stay.  Extensions that speak of places in the file, of
 * untracked files or of a file system monitor are left out, as git does when in doubt;
 * remembered trees on the way to a changed path are forgotten, the others kept.
 */
#include "store/index-edit.h"

#include <stdlib.h>
#include <string.h>

#include "store/index.h"
#include "store/number.h"
#include "store/sha1.h"
#include "util/buf.h"

#define HEAD 12
#define FIXED 62		/* stat data, id, flags */
#define NAME_MAX_FLAG 0xfff
#define AT_SIZE 36
#define TREES_DEPTH 64

struct compose {
	struct buf *out;
	const struct buf *raw;
	const struct journal_path *paths;
	const struct index_file *files;
	bool *theirs;		/* a path that would collide with an entry */
	size_t nr, at;		/* at: the first path that is not before the entry */
	bool (*marked)(const struct index_item *item, void *payload);
	void *payload;
	unsigned version;
	size_t count;
	const unsigned char *run;	/* entries from here on are copied as they are */
	bool apart;		/* the entry before was not copied: version 4 builds on it */
	struct buf last;	/* path of the entry written last; version 4 */
};

size_t index_collides(const struct journal_path *paths, size_t nr, size_t at, const char *name)
{
	size_t len = strlen(name), i, n;

	/* Is it a file where one of ours needs a directory ("a" for "a/b")? */
	for (i = at; i < nr; i++) {
		const char *path = paths[i].path;

		if (strncmp(path, name, len) != 0 || path[len] > '/')
			break;
		if (path[len] == '/' && paths[i].has && !paths[i].had)
			return i;
	}
	/* Or the reverse: ours is "a" and the index has "a/b"? */
	if (at == 0)
		return nr;
	n = strlen(paths[at - 1].path);
	return len > n && name[n] == '/' && strncmp(paths[at - 1].path, name, n) == 0 &&
	       paths[at - 1].has ? at - 1 : nr;
}

/* As git: the numbers of stat(2), cut to 32 bits. */
static void put_stat(char *entry, const struct stat *st)
{
	number_put(entry, (uint32_t)st->st_ctim.tv_sec);
	number_put(entry + 4, (uint32_t)st->st_ctim.tv_nsec);
	number_put(entry + 8, (uint32_t)st->st_mtim.tv_sec);
	number_put(entry + 12, (uint32_t)st->st_mtim.tv_nsec);
	number_put(entry + 16, (uint32_t)st->st_dev);
	number_put(entry + 20, (uint32_t)st->st_ino);
	number_put(entry + 28, st->st_uid);
	number_put(entry + 32, st->st_gid);
	number_put(entry + AT_SIZE, (uint32_t)st->st_size);
}

/* Copy what was left as it is up to `end`. */
static void flush(struct compose *c, const unsigned char *end)
{
	if (end > c->run)
		buf_add(c->out, c->run, (size_t)(end - c->run));
	c->run = end;
}

/* Where the entry just begun starts in the output. */
static char *put_entry(struct compose *c, const unsigned char *fixed, size_t nr,
		       const char *path)
{
	static const char zeros[8];
	size_t start = c->out->len, len = strlen(path), same = 0;

	buf_add(c->out, fixed, nr);
	if (c->version == 4) {
		while (same < c->last.len && path[same] == c->last.data[same])
			same++;
		number_add_far(c->out, c->last.len - same);
		buf_add(c->out, path + same, len - same + 1);
	} else {
		buf_add(c->out, path, len);
		buf_add(c->out, zeros, 8 - (nr + len) % 8);
	}
	c->count++;
	return buf_failed(c->out) ? NULL : c->out->data + start;
}

static void went(struct compose *c, const char *path)
{
	if (c->version < 4)
		return;
	buf_clear(&c->last);
	buf_str(&c->last, path);
}

/* Put an entry with the fixed part of an old one, or a new one, for a path. */
static void set_entry(struct compose *c, size_t i, const unsigned char *old, size_t fixed)
{
	const struct journal_path *p = &c->paths[i];
	unsigned char fresh[FIXED] = { 0 };
	size_t len = strlen(p->path);
	char *entry;

	if (!old) {
		if (len > NAME_MAX_FLAG)
			len = NAME_MAX_FLAG;
		fresh[60] = (unsigned char)(len >> 8);
		fresh[61] = (unsigned char)len;
		old = fresh;
		fixed = FIXED;
	}
	entry = put_entry(c, old, fixed, p->path);
	if (!entry)
		return;
	number_put(entry + 24, p->exec ? 0100755 : 0100644);
	memcpy(entry + 40, p->new.id, sizeof(p->new.id));
	if (c->files[i].fresh) {
		put_stat(entry, &c->files[i].st);
	} else {
		/* Nothing known: git compares the content. */
		memset(entry, 0, 16);
		number_put(entry + AT_SIZE, 0);
	}
	went(c, p->path);
}

/* A path that the index does not have. */
static void insert(struct compose *c, size_t i, const unsigned char *before)
{
	const struct journal_path *p = &c->paths[i];

	/* Taken away, or put there instead of something else, by the user: theirs. */
	if (!p->has || (p->had && !p->stale) || c->theirs[i])
		return;
	flush(c, before);
	set_entry(c, i, NULL, 0);
	c->apart = true;
}

/* Whether the index has at a path what it may be changed from. */
static bool ours(const struct journal_path *p, const struct index_item *item)
{
	if (item->stage || item->intent_to_add)
		return false;
	return p->stale || (p->had && !memcmp(item->id, p->old.id, sizeof(p->old.id))) ||
	       (p->has && !memcmp(item->id, p->new.id, sizeof(p->new.id)));
}

/* An entry that stays, but maybe for its size. */
static void keep(struct compose *c, const struct index_item *item)
{
	bool marked = c->marked(item, c->payload);
	char *entry = NULL;

	if (c->version == 4 && c->apart) {
		flush(c, item->stat);
		entry = put_entry(c, item->stat, item->fixed, item->path);
		c->run = item->stat + item->size;
		c->apart = false;
	} else {
		c->count++;
		if (marked) {
			flush(c, item->stat + item->size);
			if (!buf_failed(c->out))
				entry = c->out->data + c->out->len - item->size;
		}
	}
	if (marked && entry)
		number_put(entry + AT_SIZE, 0);
	went(c, item->path);
}

static int compose_item(const struct index_item *item, void *payload, struct ops_error *err)
{
	struct compose *c = payload;
	const struct journal_path *p;
	int order = -1;

	(void)err;
	while (c->at < c->nr && (order = strcmp(c->paths[c->at].path, item->path)) < 0)
		insert(c, c->at++, item->stat);
	p = c->at < c->nr && order == 0 ? &c->paths[c->at] : NULL;
	if (!p || !ours(p, item)) {
		/* With stages, or staged: it is theirs, and nothing is put there. */
		if (p)
			c->theirs[c->at] = true;
		keep(c, item);
		return 0;
	}
	flush(c, item->stat);
	c->run = item->stat + item->size;
	if (p->has)
		set_entry(c, c->at, item->stat, item->fixed);
	c->apart = !p->has;
	c->theirs[c->at] = true;	/* it is done */
	return 0;
}

static int find_collisions(const struct index_item *item, void *payload, struct ops_error *err)
{
	struct compose *c = payload;
	size_t i;

	(void)err;
	while (c->at < c->nr && strcmp(c->paths[c->at].path, item->path) < 0)
		c->at++;
	i = index_collides(c->paths, c->nr, c->at, item->path);
	if (i < c->nr && !c->paths[i].had)
		c->theirs[i] = true;
	return 0;
}

/* --- the trees that it remembers --- */

struct trees {
	const struct compose *c;
	struct buf *out, path;
	const char *at, *end;
	unsigned depth;
};

/* Whether one of the paths lies below a directory; all do below the top. */
static bool touched(const struct trees *t)
{
	const struct compose *c = t->c;
	size_t low = 0, high = c->nr, len = t->path.len;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (strcmp(c->paths[middle].path, t->path.data) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	/* Names like "a.b" stand between "a" and "a/b". */
	for (; low < c->nr && !strncmp(c->paths[low].path, t->path.data, len); low++)
		if (!len || c->paths[low].path[len] == '/')
			return true;
	return false;
}

/* A directory: name, NUL, entries, blank, directories in it, line feed, id unless forgotten. */
static bool copy_tree(struct trees *t)
{
	const char *name = t->at, *nul = memchr(name, '\0', (size_t)(t->end - name)), *line;
	size_t before = t->path.len;
	long entries, below;
	char *rest;
	bool whole = nul && t->depth < TREES_DEPTH;

	line = whole ? memchr(nul + 1, '\n', (size_t)(t->end - nul - 1)) : NULL;
	if (!line)
		return false;
	entries = strtol(nul + 1, &rest, 10);
	if (rest == nul + 1 || *rest != ' ')
		return false;
	below = strtol(rest + 1, &rest, 10);
	t->at = line + 1;
	if (rest != line || (entries >= 0 && t->end - t->at < 20))
		return false;
	if (before)
		buf_char(&t->path, '/');
	buf_str(&t->path, name);
	if (buf_failed(&t->path))
		return false;
	buf_add(t->out, name, (size_t)(nul - name) + 1);
	if (entries < 0 || touched(t)) {
		buf_printf(t->out, "-1 %ld\n", below);
	} else {
		buf_printf(t->out, "%ld %ld\n", entries, below);
		buf_add(t->out, t->at, 20);
	}
	t->at += entries >= 0 ? 20 : 0;
	t->depth++;
	for (; whole && below > 0; below--)
		whole = copy_tree(t);
	t->depth--;
	if (t->path.len > before) {
		t->path.len = before;
		t->path.data[before] = '\0';
	}
	return whole;
}

static int copy_extension(const char *bytes, size_t len, void *payload, struct ops_error *err)
{
	struct compose *c = payload;
	struct buf text = BUF_INIT;
	struct trees t = { c, &text, BUF_INIT, bytes + 8, bytes + len, 0 };
	char number[4];

	(void)err;
	/* What was resolved, and the names of conflicts: nothing of it is ours. */
	if (!memcmp(bytes, "REUC", 4) || !memcmp(bytes, "NAME", 4))
		buf_add(c->out, bytes, len);
	/* It may be left out, and is when it is odd. */
	if (!memcmp(bytes, "TREE", 4) && len > 8 && copy_tree(&t) && t.at == t.end &&
	    !buf_failed(&text)) {
		number_put(number, (uint32_t)text.len);
		buf_add(c->out, "TREE", 4);
		buf_add(c->out, number, 4);
		buf_add(c->out, text.data, text.len);
	}
	buf_release(&t.path);
	buf_release(&text);
	return 0;
}

/* --- the whole --- */

static int check_order(const struct journal_path *paths, size_t nr, struct ops_error *err)
{
	size_t i;

	for (i = 1; i < nr; i++)
		if (strcmp(paths[i - 1].path, paths[i].path) >= 0)
			return error_set(err, OPS_EINVALID, "'%s' does not follow '%s'",
					 paths[i].path, paths[i - 1].path);
	return 0;
}

static bool adds(const struct compose *c)
{
	size_t i;

	for (i = 0; i < c->nr; i++)
		if (c->paths[i].has && !c->paths[i].had)
			return true;
	return false;
}

static int compose_entries(struct compose *c, size_t *rest, struct ops_error *err)
{
	const unsigned char *start = (const unsigned char *)c->raw->data, *end;
	size_t nr;
	int rc = adds(c) ? index_scan(&nr, rest, c->raw, find_collisions, c, err) : 0;

	c->at = 0;
	c->version = c->raw->len ? number_at(start + 4) : 2;
	c->run = c->raw->len ? start + HEAD : start;
	buf_add(c->out, "DIRC\0\0\0\0\0\0\0\0", HEAD);
	if (rc == 0)
		rc = index_scan(&nr, rest, c->raw, compose_item, c, err);
	if (rc < 0)
		return rc;
	end = start + *rest;
	for (; c->at < c->nr; c->at++)
		insert(c, c->at, end);
	flush(c, end);
	if (!buf_failed(c->out)) {
		number_put(c->out->data + 4, c->version);
		number_put(c->out->data + 8, (uint32_t)c->count);
	}
	return 0;
}

static int compose(struct compose *c, struct ops_error *err)
{
	unsigned char sum[SHA1_LEN];
	size_t rest;
	int rc = compose_entries(c, &rest, err);

	if (rc == 0)
		rc = index_extensions(c->raw, rest, copy_extension, c, err);
	if (rc == 0 && !buf_failed(c->out)) {
		sha1_of(c->out->data, c->out->len, sum);
		buf_add(c->out, sum, sizeof(sum));
	}
	if (rc == 0 && (buf_failed(c->out) || buf_failed(&c->last)))
		rc = error_nomem(err);
	return rc;
}

int index_compose(struct buf *out, const struct buf *raw, const struct journal_path *paths,
		  const struct index_file *files, size_t nr,
		  bool (*marked)(const struct index_item *item, void *payload), void *payload,
		  struct ops_error *err)
{
	struct compose c = { .out = out, .raw = raw, .paths = paths, .files = files, .nr = nr,
			     .marked = marked, .payload = payload, .last = BUF_INIT };
	int rc = check_order(paths, nr, err);

	c.theirs = rc ? NULL : calloc(nr ? nr : 1, sizeof(*c.theirs));
	if (rc == 0 && !c.theirs)
		rc = error_nomem(err);
	if (rc == 0)
		rc = compose(&c, err);
	buf_release(&c.last);
	free(c.theirs);
	return rc;
}
