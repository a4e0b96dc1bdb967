/* SPDX-License-Identifier: MIT */
/*
 * Reading one commit from its raw bytes.
 *
 * git accepts a good deal more in a commit object than it ever writes: two
 * authors, two signatures, unknown headers, NUL.  A judge that reads only the
 * first of each is deceived by the second, so the header is read here line by
 * line and anything outside the grammar
 *
 *	tree parent* author committer [encoding UTF-8] mergetag* [gpgsig] blank
 *
 * (the last but one in merges only) is reported in `odd`, never repaired.
 *
 * What a signature is over are the raw bytes without the lines of `gpgsig`; it is
 * only taken out here.
 */
#include <stdlib.h>

#include "store/history.h"
#include "store/repo.h"
#include "util/arena.h"

#define COMMIT_MAX (1u << 20)
#define PARENTS_MAX 64

struct reader {
	const char *at, *end;
	struct commit *c;
	struct oid *parents;
	struct arena *arena;
	int stage;		/* how far in the order of the grammar */
	const char *signature, *signature_end;	/* lines of the first gpgsig */
};

enum { AT_TREE, AT_PARENT, AT_AUTHOR, AT_COMMITTER, AT_ENCODING, AT_MERGETAG, AT_GPGSIG };

static void odd(struct reader *r, const char *what)
{
	if (!r->c->odd)
		r->c->odd = what;
}

/* "Name <mail> 1700000000 +0100" */
static int read_signature(struct signature *out, struct reader *r,
			  const char *line, size_t len)
{
	char *copy = arena_dup(r->arena, line, len), *open, *close, *end;
	long zone;

	if (!copy)
		return OPS_ENOMEM;
	out->name = out->email = "";
	open = strchr(copy, '<');
	close = open ? strchr(open, '>') : NULL;
	if (!close || open == copy || open[-1] != ' ' || close[1] != ' ') {
		odd(r, "a malformed author or committer");
		return 0;
	}
	open[-1] = '\0';
	*close = '\0';
	out->name = copy;
	out->email = open + 1;
	out->time = strtoll(close + 2, &end, 10);
	if (end == close + 2 || *end != ' ' || strlen(end) != 6 ||
	    (end[1] != '+' && end[1] != '-') ||
	    strspn(end + 2, "0123456789") != 4) {
		odd(r, "a malformed date");
		return 0;
	}
	zone = strtol(end + 2, NULL, 10);
	out->offset = (int)(zone / 100 * 60 + zone % 100);
	if (end[1] == '-')
		out->offset = -out->offset;
	if (strchr(out->name, '>') || strlen(copy) == 0)
		odd(r, "a malformed author or committer");
	return 0;
}

static bool keyword(const char *line, size_t len, const char *word)
{
	size_t n = strlen(word);

	return len > n && memcmp(line, word, n) == 0 && line[n] == ' ';
}

/* An id, which is `len` bytes that end before a newline. */
static bool read_id(struct oid *out, const char *text, size_t len)
{
	char hex[OID_HEX + 1];

	if (len != OID_HEX)
		return false;
	memcpy(hex, text, OID_HEX);
	hex[OID_HEX] = '\0';
	return oid_parse(out, hex);
}

static void order(struct reader *r, int stage, bool repeats)
{
	if (stage < r->stage || (stage == r->stage && !repeats && stage != AT_TREE))
		odd(r, "a header that is repeated or out of order");
	if (stage > r->stage)
		r->stage = stage;
}

static int read_header(struct reader *r, const char *line, size_t len)
{
	struct commit *c = r->c;
	size_t i;

	if (memchr(line, '\0', len))
		odd(r, "a NUL in the header");
	if (keyword(line, len, "parent")) {
		order(r, AT_PARENT, true);
		if (c->parents_nr == PARENTS_MAX ||
		    !read_id(&r->parents[c->parents_nr], line + 7, len - 7)) {
			odd(r, "a malformed parent");
			return 0;
		}
		for (i = 0; i < c->parents_nr; i++)
			if (oid_equal(&r->parents[i], &r->parents[c->parents_nr]))
				odd(r, "the same parent twice");
		c->parents_nr++;
	} else if (keyword(line, len, "author")) {
		order(r, AT_AUTHOR, false);
		/* The first one counts, as in git; `odd` tells of a second. */
		if (!c->author.name)
			return read_signature(&c->author, r, line + 7, len - 7);
	} else if (keyword(line, len, "committer")) {
		order(r, AT_COMMITTER, false);
		if (!c->committer.name)
			return read_signature(&c->committer, r, line + 10, len - 10);
	} else if (keyword(line, len, "encoding")) {
		order(r, AT_ENCODING, false);
		if (len != 14 || memcmp(line + 9, "UTF-8", 5) != 0)
			odd(r, "an encoding other than UTF-8");
	} else if (keyword(line, len, "mergetag") && c->parents_nr > 1) {
		order(r, AT_MERGETAG, true);
	} else if (keyword(line, len, "gpgsig")) {
		order(r, AT_GPGSIG, false);
		c->has_signature = true;
		if (!r->signature) {
			r->signature = line;
			r->signature_end = line + len + 1;
		}
	} else if (len > 0 && line[0] == ' ') {
		if (r->stage < AT_MERGETAG)
			odd(r, "a continued header");
		else if (r->signature_end == line)
			r->signature_end = line + len + 1;
	} else {
		odd(r, "an unknown header");
	}
	return 0;
}

static int read_headers(struct reader *r)
{
	const char *line, *newline;
	size_t len;
	int rc;

	newline = memchr(r->at, '\n', (size_t)(r->end - r->at));
	if (!newline || !keyword(r->at, (size_t)(newline - r->at), "tree") ||
	    !read_id(&r->c->tree, r->at + 5, (size_t)(newline - r->at) - 5))
		return OPS_EINVALID;
	r->at = newline + 1;
	for (;;) {
		line = r->at;
		newline = memchr(line, '\n', (size_t)(r->end - line));
		if (!newline) {
			odd(r, "no blank line after the header");
			r->at = r->end;
			return 0;
		}
		len = (size_t)(newline - line);
		r->at = newline + 1;
		if (len == 0)
			return 0;
		rc = read_header(r, line, len);
		if (rc < 0)
			return rc;
	}
}

/* The signature without the blanks that continue it, and what it is over. */
static int take_signature(struct reader *r, const char *raw, size_t len)
{
	size_t before = (size_t)(r->signature - raw);
	size_t nr = (size_t)(r->signature_end - r->signature);
	const char *from = r->signature + strlen("gpgsig ");
	char *text = arena_alloc(r->arena, nr + 1), *payload, *to = text;

	payload = arena_alloc(r->arena, len - nr + 1);
	if (!text || !payload)
		return OPS_ENOMEM;
	while (from < r->signature_end) {
		*to++ = *from;
		if (*from++ == '\n' && from < r->signature_end)
			from++;
	}
	memcpy(payload, raw, before);
	memcpy(payload + before, r->signature_end, len - before - nr);
	r->c->signature = text;
	r->c->signature_len = (size_t)(to - text);
	r->c->payload = payload;
	r->c->payload_len = len - nr;
	return 0;
}

int64_t commit_date(const char *raw, size_t len)
{
	static const char word[] = "\ncommitter ";
	const char *end = memmem(raw, len, "\n\n", 2), *at, *line_end;
	int64_t date = 0;

	end = end ? end : raw + len;
	at = memmem(raw, (size_t)(end - raw), word, sizeof(word) - 1);
	line_end = at ? memchr(at + 1, '\n', (size_t)(end - at) - 1) : NULL;
	line_end = line_end ? line_end : end;
	at = at ? memrchr(at, '>', (size_t)(line_end - at)) : NULL;
	if (!at || line_end - at < 3)
		return 0;
	for (at += 2; at < line_end && *at >= '0' && *at <= '9' && date < INT64_MAX / 20; at++)
		date = date * 10 + (*at - '0');
	return date;
}

static int parse(struct commit *c, const char *raw, size_t len,
		 struct arena *arena, struct ops_error *err)
{
	struct reader r = { raw, raw + len, c, NULL, arena, AT_TREE, NULL, NULL };
	int rc;

	r.parents = arena_array(arena, PARENTS_MAX, sizeof(*r.parents));
	if (!r.parents)
		return error_nomem(err);
	rc = read_headers(&r);
	if (rc == 0 && r.signature)
		rc = take_signature(&r, raw, len);
	if (rc == OPS_ENOMEM)
		return error_nomem(err);
	if (rc < 0)
		return error_set(err, rc, "a commit without a tree");
	c->parents = r.parents;
	if (!c->author.name || !c->committer.name)
		odd(&r, "no author or no committer");
	if (!c->author.name)
		c->author.name = c->author.email = "";
	if (!c->committer.name)
		c->committer.name = c->committer.email = "";
	c->message_len = (size_t)(r.end - r.at);
	c->message = arena_dup(arena, r.at, c->message_len);
	if (!c->message)
		return error_nomem(err);
	if (memchr(c->message, '\0', c->message_len))
		odd(&r, "a NUL in the message");
	return 0;
}

/* The bytes of a commit, with its id verified. */
static int read_raw(struct object *out, struct store *s, const struct oid *id,
		    char hex[OID_HEX + 1], struct ops_error *err)
{
	int rc = repo_object_hashed(out, s, id, GIT_OBJECT_COMMIT, COMMIT_MAX, err);

	oid_hex(hex, id);
	if (rc < 0)
		error_prefix(err, "commit '%s'", hex);
	return rc;
}

int commit_read(struct commit *out, struct store *s, const struct oid *id,
		struct arena *arena, struct ops_error *err)
{
	struct object object = { 0 };
	struct commit c = { 0 };
	char hex[OID_HEX + 1];
	int rc = read_raw(&object, s, id, hex, err);

	if (rc < 0)
		return rc;
	c.id = *id;
	rc = parse(&c, object.data, object.len, arena, err);
	if (rc < 0)
		error_prefix(err, "commit '%s'", hex);
	else
		*out = c;
	object_release(&object);
	return rc;
}

int commit_digest(char hex[DIGEST_HEX + 1], struct store *s, const struct oid *id,
		  struct ops_error *err)
{
	struct object object = { 0 };
	char name[OID_HEX + 1];
	int rc = read_raw(&object, s, id, name, err);

	if (rc < 0)
		return rc;
	digest_of(object.data, object.len, hex);
	object_release(&object);
	return 0;
}
