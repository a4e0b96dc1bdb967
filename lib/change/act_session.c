/* SPDX-License-Identifier: MIT */
/*
 * "handoff.session": what a session leaves to the next: a document of its own, an entry
 * for each decision and each pattern in the two files that collect them, and links
 * between them that hold.
 *
 * A decision's id has a number, for people, and a random end, so that two clones never
 * make the same.  What stands in the files is not changed, but for the status of a
 * decision that is superseded and where a pattern was seen again; of other files, the
 * lists of references.
 */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "change/parts.h"
#include "model/references.h"
#include "text/entries.h"
#include "util/path.h"
#include "util/random.h"

#define ENTRIES_MAX (1024 * 1024)
#define ADR "ADR-"

/* A decision or a pattern of this session. */
struct entry {
	const char *title, *text;
	const char *heading;		/* "ADR-0007-k7f2: …", or the title */
};

/* A file of entries. */
struct collection {
	const char *path, *name;	/* name: the section of the session */
	struct buf text;
	const struct sections *sections;
	struct entry *list;
	size_t nr;
};

struct session {
	struct draft *d;
	struct parts *parts;
	struct collection decisions, patterns;
	bool references;		/* those of other files are brought up to date, too */
};

static int open_collection(struct collection *c, struct draft *d, const char *path,
			   const char *name, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct blob blob = { NULL, 0, NULL };
	int ret = snap_read(&blob, world_snap(d->now), path, ENTRIES_MAX, &found);

	c->path = path;
	c->name = name;
	if (ret == OPS_ENOTFOUND)
		buf_printf(&c->text, "# %s\n", name);
	else if (ret)
		return error_set(err, ret, "%s", found.message);
	else
		buf_add(&c->text, blob.data, blob.len);
	blob_release(&blob);
	if (buf_failed(&c->text))
		return error_nomem(err);
	c->sections = sections_parse(d->arena, arena_dup(d->arena, c->text.data, c->text.len),
				     0, c->text.len, 1);
	return c->sections ? 0 : error_nomem(err);
}

/* The items of a part, "Title: text" each. */
static int read_entries(struct collection *c, struct session *s, struct ops_error *err)
{
	const char **given = parts_section(s->parts, c->name);
	const char *text = given ? arena_printf(s->d->arena, "## X\n%s\n", *given) : NULL;
	const struct sections *sections;
	const char *const *items;
	const char *colon;
	size_t i, nr;

	if (!given)
		return 0;
	sections = text ? sections_parse(s->d->arena, text, 0, strlen(text), 1) : NULL;
	if (!sections || section_items(&items, &nr, s->d->arena, sections, &sections->list[0]))
		return error_nomem(err);
	c->list = arena_array(s->d->arena, nr + 1, sizeof(*c->list));
	if (!c->list)
		return error_nomem(err);
	for (i = 0; i < nr; i++) {
		colon = strstr(items[i], ": ");
		if (!colon || colon == items[i] || strpbrk(items[i], "\r\n") ||
		    colon - items[i] > 120)
			return error_set(err, OPS_EUSAGE, "'%.60s' of %s is not 'Title: why'",
					 items[i], c->name);
		c->list[c->nr].title = arena_dup(s->d->arena, items[i],
						 (size_t)(colon - items[i]));
		c->list[c->nr].text = colon + 2;
		c->list[c->nr].heading = c->list[c->nr].title;
		if (!c->list[c->nr++].title)
			return error_nomem(err);
	}
	return 0;
}

static int number(struct session *s, struct ops_error *err)
{
	unsigned next = entries_next(s->decisions.sections, ADR);
	char end[8];
	size_t i;

	for (i = 0; i < s->decisions.nr; i++) {
		struct entry *e = &s->decisions.list[i];

		if (!random_base32(end, 4))
			return error_set(err, OPS_EIO, "the system has no random numbers");
		e->heading = arena_printf(s->d->arena, ADR "%04u-%s: %s", next++, end,
					  e->title);
		if (!e->heading)
			return error_nomem(err);
	}
	return 0;
}

/* The heading that a name means in a collection: one of this session, or of before. */
static int heading_of(const char **out, const struct collection *c, const char *name,
		      struct ops_error *err)
{
	const struct section *old;
	size_t i;
	int ret = entries_find(&old, c->sections, name, err);

	*out = old ? old->title : NULL;
	for (i = 0; ret == 0 && i < c->nr; i++)
		if (!strcasecmp(c->list[i].title, name))
			*out = c->list[i].heading;
	return ret;
}

/* Names in [[ ]] become links; one that means nothing is an error. */
static int link_names(const char **out, struct session *s, const char *text,
		      const char *from, struct ops_error *err)
{
	const char *open, *close, *name, *heading = NULL;
	const struct collection *c = NULL;
	struct buf b = BUF_INIT;
	int ret = 0;

	while (ret == 0 && (open = strstr(text, "[[")) && (close = strstr(open, "]]"))) {
		buf_add(&b, text, (size_t)(open - text));
		name = arena_dup(s->d->arena, open + 2, (size_t)(close - open) - 2);
		c = &s->decisions;
		ret = name ? heading_of(&heading, c, name, err) : error_nomem(err);
		if (ret == 0 && !heading) {
			c = &s->patterns;
			ret = heading_of(&heading, c, name, err);
		}
		if (ret == 0 && !heading)
			ret = error_set(err, OPS_ENOTFOUND, "'[[%.80s]]' is no decision and "
					"no pattern", name);
		if (ret == 0)
			entries_link(&b, name, from, c->path, heading);
		text = close + 2;
	}
	buf_str(&b, text);
	*out = ret || buf_failed(&b) ? NULL : arena_str(s->d->arena, b.data);
	buf_release(&b);
	return ret ? ret : *out ? 0 : error_nomem(err);
}

/* The part of the session that lists its decisions, or patterns: links to the entries. */
static int list_entries(struct session *s, const struct collection *c, const char *from,
			struct ops_error *err)
{
	const char **given = parts_section(s->parts, c->name), *text;
	struct buf b = BUF_INIT;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < c->nr; i++) {
		ret = link_names(&text, s, c->list[i].text, from, err);
		if (ret)
			break;
		buf_str(&b, "- ");
		entries_link(&b, c->list[i].heading, from, c->path, c->list[i].heading);
		buf_printf(&b, ": %s\n", text);
	}
	if (ret == 0 && given && buf_failed(&b))
		ret = error_nomem(err);
	if (ret == 0 && given && !(*given = arena_str(s->d->arena, b.data)))
		ret = error_nomem(err);
	buf_release(&b);
	return ret;
}

/* Put `line` in place of the first line of an entry that begins with `start`, or before
 * it if that is to be kept; after its heading if there is none. */
static int set_line(struct collection *c, struct draft *d, const struct section *entry,
		    const char *start, bool keep, const char *line, struct ops_error *err)
{
	const char *at = c->sections->text + entry->start;
	const char *end = c->sections->text + entry->end, *stop;
	size_t from = entry->start, to = entry->start;
	struct buf b = BUF_INIT;

	for (; at < end; at = stop + 1) {
		stop = memchr(at, '\n', (size_t)(end - at));
		if (!stop)
			stop = end - 1;
		if (strncmp(at, start, strlen(start)))
			continue;
		from = to = (size_t)(at - c->sections->text);
		if (!keep)
			to = (size_t)(stop + 1 - c->sections->text);
		break;
	}
	buf_add(&b, c->text.data, from);
	buf_printf(&b, "%s%s\n", at < end ? "" : "\n", line);
	buf_add(&b, c->text.data + to, c->text.len - to);
	buf_release(&c->text);
	c->text = b;
	if (buf_failed(&b))
		return error_nomem(err);
	c->sections = sections_parse(d->arena, arena_dup(d->arena, b.data, b.len), 0, b.len,
				     1);
	return c->sections ? 0 : error_nomem(err);
}

/* "supersedes ADR-0001-k7f2" in a decision: the old one says so, too. */
static int supersede(struct session *s, const struct entry *e, struct ops_error *err)
{
	static const char word[] = "supersedes " ADR;
	struct collection *c = &s->decisions;
	const struct section *old = NULL;
	struct buf line = BUF_INIT;
	const char *at = e->text, *name;
	size_t len;
	int ret;

	while (*at && strncasecmp(at, word, strlen(word)))
		at++;
	if (!*at)
		return 0;
	at += strlen("supersedes ");
	for (len = strlen(ADR); isalnum((unsigned char)at[len]) || at[len] == '-'; len++)
		;
	name = arena_dup(s->d->arena, at, len);
	ret = name ? entries_find(&old, c->sections, name, err) : error_nomem(err);
	if (ret == 0 && !old)
		ret = error_set(err, OPS_ENOTFOUND, "there is no decision '%.80s' to "
				"supersede", name);
	if (ret)
		return ret;
	buf_str(&line, "- Status: Superseded by ");
	entries_link(&line, e->heading, c->path, c->path, e->heading);
	ret = buf_failed(&line) ? error_nomem(err) :
	      set_line(c, s->d, old, "- Status:", false, line.data, err);
	buf_release(&line);
	return ret;
}

static int add_decision(struct session *s, const struct entry *e, const char *session,
			const char *id, struct ops_error *err)
{
	struct collection *c = &s->decisions;
	char day[DATE_LEN + 1];
	const char *text;
	int ret = supersede(s, e, err);

	if (ret == 0)
		ret = link_names(&text, s, e->text, c->path, err);
	if (ret)
		return ret;
	date_format(day, s->d->today);
	buf_printf(&c->text, "\n## %s\n\n- Status: Accepted\n- Date: %s\n- Recorded by: %s\n"
		   "- Session: ", e->heading, day, s->d->actor_name);
	entries_link(&c->text, id, c->path, session, NULL);
	buf_printf(&c->text, "\n\n%s\n", text);
	return 0;
}

/* A new pattern is an entry; one that is known was seen again. */
static int add_pattern(struct session *s, const struct entry *e, const char *session,
		       const char *id, struct ops_error *err)
{
	struct collection *c = &s->patterns;
	const struct section *old = NULL;
	struct buf line = BUF_INIT;
	const char *text;
	int ret = entries_find(&old, c->sections, e->title, err);

	if (ret == 0)
		ret = link_names(&text, s, e->text, c->path, err);
	if (ret)
		return ret;
	buf_str(&line, "- Seen in: ");
	entries_link(&line, id, c->path, session, NULL);
	if (buf_failed(&line))
		ret = error_nomem(err);
	else if (old)
		ret = set_line(c, s->d, old, "- Seen in:", true, line.data, err);
	else
		buf_printf(&c->text, "\n## %s\n\n%s\n\n%s\n", e->title, line.data, text);
	buf_release(&line);
	return ret;
}

/* What other files list of all that. */
static int write_references(struct draft *d, struct ops_error *err)
{
	const struct names *files = &d->config->references;
	struct blob blob = { NULL, 0, NULL };
	struct world *left = NULL;	/* with what this act has put */
	struct buf text = BUF_INIT;
	size_t i;
	int ret = files->nr ? world_open(&left, d->plan->after, d->repo->cache, err) : 0;

	for (i = 0; ret == 0 && i < files->nr; i++) {
		ret = snap_read(&blob, d->plan->after, files->list[i], ENTRIES_MAX, err);
		if (ret == OPS_ENOTFOUND) {
			ret = 0;
			continue;
		}
		buf_clear(&text);
		if (ret == 0)
			ret = references_update(&text, d->arena, left, files->list[i],
						blob.data, blob.len, d->findings, err);
		if (ret == 0 && (text.len != blob.len ||
				 memcmp(text.data, blob.data, text.len)))
			ret = draft_put(d, files->list[i], &text, err);
		blob_release(&blob);
	}
	buf_release(&text);
	world_close(left);
	return ret;
}

/* Whether the caller sees to the references itself. */
static bool leaves_references(const struct ops_request *r)
{
	return r->fields_nr == 1 && !strcmp(r->fields[0].name, "References") &&
	       !strcmp(r->fields[0].value, "no");
}

static int put(struct session *s, struct collection *c, struct ops_error *err)
{
	return c->nr ? draft_put(s->d, c->path, &c->text, err) : 0;
}

/* The document of the session, then the entries, which link to it. */
static int write_all(struct session *s, struct ops_error *err)
{
	struct composition c = { 0 };
	struct draft *d = s->d;
	struct ops_document *doc;
	struct buf text = BUF_INIT;
	const char *copy, *from = s->parts->kind->place;
	size_t i;
	int ret = list_entries(s, &s->decisions, from, err);

	if (ret == 0)
		ret = list_entries(s, &s->patterns, from, err);
	for (i = 0; ret == 0 && i < s->parts->sections_nr; i++)
		ret = link_names(&s->parts->sections[i].value, s,
				 s->parts->sections[i].value, from, err);
	c.type = s->parts->kind;
	c.fields = s->parts->fields;
	c.fields_nr = s->parts->fields_nr;
	c.sections = s->parts->sections;
	c.sections_nr = s->parts->sections_nr;
	if (ret == 0)
		ret = compose(&text, &c, d, err);
	for (i = 0; ret == 0 && i < s->decisions.nr; i++)
		ret = add_decision(s, &s->decisions.list[i], c.path, c.made_id, err);
	for (i = 0; ret == 0 && i < s->patterns.nr; i++)
		ret = add_pattern(s, &s->patterns.list[i], c.path, c.made_id, err);
	if (ret == 0)
		ret = draft_put(d, c.path, &text, err);
	if (ret == 0)
		ret = put(s, &s->decisions, err);
	if (ret == 0)
		ret = put(s, &s->patterns, err);
	copy = ret ? NULL : arena_dup(world_arena(d->now), text.data, text.len);
	if (ret == 0)
		ret = copy ? world_document_of(&doc, d->now, c.path, copy, text.len,
					       d->findings, err) : error_nomem(err);
	buf_release(&text);
	if (ret == 0 && s->references)
		ret = write_references(d, err);
	return ret ? ret : draft_act(d, "handoff.session", doc) ? 0 : error_nomem(err);
}

int act_session(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	static const char *const more[] = { "Decisions", "Patterns" };
	const struct names optional = { (const char **)(size_t)more, 2 };
	struct session s = { .references = true };
	struct ops_request request = *r;
	const char *text;
	int ret;

	s.d = d;
	s.parts = arena_alloc(d->arena, sizeof(*s.parts));
	if (!s.parts)
		return error_nomem(err);
	buf_init(&s.decisions.text);
	buf_init(&s.patterns.text);
	s.parts->kind = config_type(d->config, "session");
	if (leaves_references(r)) {
		request.fields_nr = 0;
		s.references = false;
	}
	ret = parts_gather(s.parts, d, &request, &optional, &text, err);
	if (ret == 0 && text)
		ret = error_set(err, OPS_EUSAGE, "write the parts of a session after their "
				"names and ':'");
	if (ret == 0)
		ret = open_collection(&s.decisions, d, d->config->decisions, "Decisions", err);
	if (ret == 0)
		ret = open_collection(&s.patterns, d, d->config->patterns, "Patterns", err);
	if (ret == 0)
		ret = read_entries(&s.decisions, &s, err);
	if (ret == 0)
		ret = read_entries(&s.patterns, &s, err);
	if (ret == 0)
		ret = number(&s, err);
	if (ret == 0)
		ret = write_all(&s, err);
	buf_release(&s.decisions.text);
	buf_release(&s.patterns.text);
	return ret;
}
