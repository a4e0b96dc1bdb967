/* SPDX-License-Identifier: MIT */
/*
 * Changelogs: finding the headings of versions, and inserting lines below them.
 *
 * A version's heading is of the second level and begins with its name, in brackets or
 * not.  What is inserted ends its lines as the file does.
 */

#include "text/changelog.h"

#include <string.h>
#include <strings.h>

#include "text/section.h"
#include "util/arena.h"
#include "util/buf.h"

#define UNRELEASED "Unreleased"

static const char *const kinds[] = {
	"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"
};
#define KINDS (sizeof(kinds) / sizeof(*kinds))

static size_t kind_at(const char *kind)
{
	size_t i;

	for (i = 0; i < KINDS && strcasecmp(kinds[i], kind); i++)
		;
	return i;
}

bool changelog_is_kind(const char *kind)
{
	return kind_at(kind) < KINDS;
}

int changelog_parse(struct changelog *c, struct arena *arena, const char *text, size_t len,
		    struct ops_error *err)
{
	const char *end = memchr(text, '\n', len);

	c->arena = arena;
	c->text = text;
	c->len = len;
	c->eol = end && end > text && end[-1] == '\r' ? "\r\n" : "\n";
	c->sections = sections_parse(arena, text, 0, len, 1);
	return c->sections ? 0 : error_nomem(err);
}

/* The name in a heading: what stands in brackets, or the first word. */
static const char *name_of(const char *title, size_t *len)
{
	if (*title == '[') {
		title++;
		*len = strcspn(title, "]");
	} else {
		*len = strcspn(title, " \t");
	}
	return title;
}

static bool is_called(const char *title, const char *version)
{
	size_t len;
	const char *name = name_of(title, &len);

	return strlen(version) == len && !strncasecmp(name, version, len);
}

static const struct section *find(const struct changelog *c, const char *version)
{
	size_t i;

	for (i = 0; i < c->sections->nr; i++)
		if (c->sections->list[i].level == 2 &&
		    is_called(c->sections->list[i].title, version))
			return &c->sections->list[i];
	return NULL;
}

static const struct section *first_version(const struct changelog *c)
{
	size_t i;

	for (i = 0; i < c->sections->nr; i++)
		if (c->sections->list[i].level == 2)
			return &c->sections->list[i];
	return NULL;
}

/* "[1.2.0]: https://…": where a heading leads. */
static bool is_link(const char *line, size_t len)
{
	const char *end = len && *line == '[' ? memchr(line, ']', len) : NULL;

	return end && (size_t)(end - line) + 1 < len && end[1] == ':';
}

/* Where the text from `at` to `end` ends, without blank lines and links behind it. */
static size_t content_end(const struct changelog *c, size_t at, size_t end)
{
	size_t last = at, stop;
	const char *nl;

	for (; at < end; at = stop) {
		nl = memchr(c->text + at, '\n', end - at);
		stop = nl ? (size_t)(nl - c->text) + 1 : end;
		if (strspn(c->text + at, " \t\r\n") < stop - at &&
		    !is_link(c->text + at, stop - at))
			last = stop;
	}
	return last;
}

bool changelog_has(const struct changelog *c, const char *version)
{
	return find(c, version);
}

bool changelog_has_entries(const struct changelog *c, const char *version)
{
	const struct section *s = find(c, version);
	size_t at, stop;
	const char *nl;

	for (at = s ? s->start : 0; s && at < s->end; at = stop) {
		nl = memchr(c->text + at, '\n', s->end - at);
		stop = nl ? (size_t)(nl - c->text) + 1 : s->end;
		if (strspn(c->text + at, " \t\r\n") < stop - at && c->text[at] != '#' &&
		    !is_link(c->text + at, stop - at))
			return true;
	}
	return false;
}

const char *changelog_newest(const struct changelog *c)
{
	const char *name;
	size_t i, len;

	for (i = 0; i < c->sections->nr; i++)
		if (c->sections->list[i].level == 2 &&
		    !is_called(c->sections->list[i].title, UNRELEASED)) {
			name = name_of(c->sections->list[i].title, &len);
			return arena_dup(c->arena, name, len);
		}
	return NULL;
}

void changelog_text(struct buf *out, const struct changelog *c, const char *version)
{
	const struct section *s = find(c, version);
	size_t at, end;

	if (!s)
		return;
	at = s->start;
	end = content_end(c, s->start, s->end);
	while (at < end && strspn(c->text + at, " \t\r\n"))
		at++;
	while (end > at && strchr(" \t\r\n", c->text[end - 1]))
		end--;
	buf_add(out, c->text + at, end - at);
}

/* A line end, unless the text up to `at` ends in one. */
static void end_line(struct buf *out, const struct changelog *c, size_t at)
{
	if (at && c->text[at - 1] != '\n')
		buf_str(out, c->eol);
}

/* "- " and the lines of an entry. */
static void add_entry(struct buf *out, const struct changelog *c, const char *entry)
{
	size_t len;

	buf_str(out, "- ");
	for (; *entry; entry += len + (entry[len] == '\n')) {
		len = strcspn(entry, "\n");
		buf_add(out, entry, len && entry[len - 1] == '\r' ? len - 1 : len);
		buf_str(out, c->eol);
		if (entry[len] && entry[len + 1])
			buf_str(out, "  ");
	}
}

static bool has_entry(const struct changelog *c, size_t at, size_t end, const char *entry)
{
	struct buf wanted = BUF_INIT;
	bool has;

	add_entry(&wanted, c, entry);
	has = !buf_failed(&wanted) && end >= at && wanted.len <= end - at &&
	      memmem(c->text + at, end - at, wanted.data, wanted.len);
	buf_release(&wanted);
	return has;
}

/* Below the kind's heading, or below a new one in its place among those of the section. */
static void add_below(struct buf *out, const struct changelog *c,
		      const struct section *version, size_t kind, const char *entry)
{
	const struct section *list = c->sections->list, *own = NULL, *next = NULL;
	size_t i, at, known;

	for (i = 0; i < c->sections->nr; i++) {
		if (list[i].level != 3 || list[i].heading_start < version->start ||
		    list[i].heading_start >= version->end)
			continue;
		known = kind_at(list[i].title);
		if (known == kind)
			own = &list[i];
		else if (known < KINDS && known > kind && !next)
			next = &list[i];
	}
	if (own && has_entry(c, own->start, own->end, entry)) {
		buf_add(out, c->text, c->len);
		return;
	}
	at = own ? content_end(c, own->start, own->end) : next ? next->heading_start :
	     content_end(c, version->start, version->end);
	buf_add(out, c->text, at);
	end_line(out, c, at);
	if (!own)
		buf_printf(out, "%s### %s%s%s", next ? "" : c->eol, kinds[kind], c->eol, c->eol);
	else if (at == own->start)
		buf_str(out, c->eol);
	add_entry(out, c, entry);
	if (!own && next)
		buf_str(out, c->eol);
	buf_add(out, c->text + at, c->len - at);
}

/* Append `c` with an empty heading for what is unreleased. */
static void with_heading(struct buf *out, const struct changelog *c)
{
	const struct section *first = first_version(c);
	size_t at = first ? first->heading_start : content_end(c, 0, c->len);

	buf_add(out, c->text, at);
	end_line(out, c, at);
	if (!c->len)
		buf_printf(out, "# Changelog%s", c->eol);
	buf_printf(out, "%s## [" UNRELEASED "]%s%s", first ? "" : c->eol, c->eol,
		   first ? c->eol : "");
	buf_add(out, c->text + at, c->len - at);
}

int changelog_add(struct buf *out, const struct changelog *c, const char *kind,
		  const char *entry, struct ops_error *err)
{
	const struct section *s = find(c, UNRELEASED);
	struct buf more = BUF_INIT;
	struct changelog with;
	int ret;

	if (!changelog_is_kind(kind))
		return error_set(err, OPS_EUSAGE, "'%.60s' is none of Added, Changed, "
				 "Deprecated, Removed, Fixed, Security", kind);
	if (!*entry)
		return error_set(err, OPS_EUSAGE, "an entry of a changelog says something");
	if (s) {
		add_below(out, c, s, kind_at(kind), entry);
		return buf_failed(out) ? error_nomem(err) : 0;
	}
	with_heading(&more, c);
	ret = buf_failed(&more) ? error_nomem(err) :
	      changelog_parse(&with, c->arena, more.data, more.len, err);
	if (ret == 0) {
		with.eol = c->eol;
		s = find(&with, UNRELEASED);
		add_below(out, &with, s, kind_at(kind), entry);
		ret = buf_failed(out) ? error_nomem(err) : 0;
	}
	buf_release(&more);
	return ret;
}

/* The line "[Unreleased]: …" of the links; false: there is none. */
static bool unreleased_link(const struct changelog *c, size_t *at, size_t *end)
{
	static const char start[] = "[" UNRELEASED "]:";
	const char *nl;
	size_t i, stop;

	for (i = 0; i < c->len; i = stop) {
		nl = memchr(c->text + i, '\n', c->len - i);
		stop = nl ? (size_t)(nl - c->text) + 1 : c->len;
		if (stop - i > strlen(start) &&
		    !strncasecmp(c->text + i, start, strlen(start))) {
			*at = i;
			*end = stop;
			return true;
		}
	}
	return false;
}

/* The first text from `at` to `end` with HEAD in it become `tag`. */
static void put_tag(struct buf *out, const struct changelog *c, size_t at, size_t end,
		    const char *tag)
{
	const char *head = memmem(c->text + at, end - at, "HEAD", 4);
	size_t stop = head ? (size_t)(head - c->text) : end;

	buf_add(out, c->text + at, stop - at);
	if (head) {
		buf_str(out, tag);
		buf_add(out, c->text + stop + 4, end - stop - 4);
	}
}

int changelog_release(struct buf *out, const struct changelog *c, const char *version,
		      const char *day, const char *tag, struct ops_error *err)
{
	const struct section *s = find(c, UNRELEASED);
	size_t at = 0, end = 0, from;
	bool linked = unreleased_link(c, &at, &end);

	if (find(c, version)) {
		if (s && changelog_has_entries(c, UNRELEASED))
			return error_set(err, OPS_EEXISTS, "version '%.60s' is in the changelog "
					 "already, and something is unreleased", version);
		buf_add(out, c->text, c->len);
		return buf_failed(out) ? error_nomem(err) : 0;
	}
	if (!s || !changelog_has_entries(c, UNRELEASED))
		return error_set(err, OPS_ENOTFOUND, "nothing is unreleased in the changelog");
	buf_add(out, c->text, s->heading_start);
	buf_printf(out, "## [%s] - %s%s", version, day, c->eol);
	from = s->start;
	if (linked && at >= from) {
		buf_add(out, c->text + from, at - from);
		buf_printf(out, "[%s]:", version);
		put_tag(out, c, at + strlen("[" UNRELEASED "]:"), end, tag);
		from = end;
	}
	buf_add(out, c->text + from, c->len - from);
	return buf_failed(out) ? error_nomem(err) : 0;
}

/* The link of what is released now, as the one of what comes: from its tag to HEAD. */
static bool open_link(struct buf *out, const struct changelog *c, const char *tag)
{
	const char *newest = changelog_newest(c), *line, *nl, *dots;
	struct buf start = BUF_INIT;
	size_t i, stop;
	bool made = false;

	if (!newest)
		return false;
	buf_printf(&start, "[%s]:", newest);
	for (i = 0; i < c->len && !made && !buf_failed(&start); i = stop) {
		nl = memchr(c->text + i, '\n', c->len - i);
		stop = nl ? (size_t)(nl - c->text) + 1 : c->len;
		line = c->text + i;
		if (stop - i <= start.len || strncmp(line, start.data, start.len))
			continue;
		dots = memmem(line, stop - i, "...", 3);
		if (!dots)
			break;
		while (dots > line && dots[-1] != '/')
			dots--;
		buf_add(out, c->text, i);
		buf_str(out, "[" UNRELEASED "]:");
		buf_add(out, line + start.len, (size_t)(dots - line) - start.len);
		buf_printf(out, "%s...HEAD%s", tag, c->eol);
		buf_add(out, c->text + i, c->len - i);
		made = true;
	}
	buf_release(&start);
	return made;
}

int changelog_open(struct buf *out, const struct changelog *c, const char *tag,
		   struct ops_error *err)
{
	struct buf linked = BUF_INIT;
	struct changelog with = *c;
	int ret = 0;

	if (find(c, UNRELEASED)) {
		buf_add(out, c->text, c->len);
		return buf_failed(out) ? error_nomem(err) : 0;
	}
	if (open_link(&linked, c, tag))
		ret = buf_failed(&linked) ? error_nomem(err) :
		      changelog_parse(&with, c->arena, linked.data, linked.len, err);
	if (ret == 0)
		with_heading(out, &with);
	buf_release(&linked);
	return ret ? ret : buf_failed(out) ? error_nomem(err) : 0;
}
