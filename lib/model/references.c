/* SPDX-License-Identifier: MIT */
/*
 * Cross references: see references.h.  Computes a text; writes nothing.
 */
#include "model/references.h"

#include <string.h>

#include "text/entries.h"
#include "util/buf.h"

#define MARK "<!-- ops-references: "
#define MARK_END " -->"
#define FILE_MAX_BYTES (4 * 1024 * 1024)

struct listing {
	struct buf *out;
	const char *from;		/* the file that the links are in */
};

/* The entries of a file, each as a link; one that is superseded is said to be. */
static int list_entries(struct listing *l, struct arena *arena, struct world *w,
			const char *path, struct ops_error *err)
{
	struct ops_error found = { 0 };
	struct blob blob = { NULL, 0, NULL };
	const struct sections *s;
	struct buf body = BUF_INIT;
	const char *text;
	size_t i;
	int ret = snap_read(&blob, world_snap(w), path, FILE_MAX_BYTES, &found);

	if (ret == OPS_ENOTFOUND)
		return 0;
	if (ret)
		return error_set(err, ret, "%s", found.message);
	text = arena_dup(arena, blob.data, blob.len);
	s = text ? sections_parse(arena, text, 0, blob.len, 1) : NULL;
	blob_release(&blob);
	if (!s)
		return error_nomem(err);
	for (i = 0; i < s->nr; i++) {
		if (s->list[i].level != ENTRY_LEVEL)
			continue;
		buf_str(l->out, "- ");
		entries_link(l->out, s->list[i].title, l->from, path, s->list[i].title);
		buf_clear(&body);
		section_text(&body, s, &s->list[i]);
		if (!buf_failed(&body) && body.len && strstr(body.data, "- Status: Superseded"))
			buf_str(l->out, " (superseded)");
		buf_char(l->out, '\n');
	}
	buf_release(&body);
	return 0;
}

static int list_session(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct listing *l = payload;
	const char *title = d->doc ? document_text(d, "Title") : NULL;

	(void)err;
	if (!d->doc)
		return 0;
	buf_str(l->out, "- ");
	entries_link(l->out, d->id, l->from, d->path, NULL);
	buf_printf(l->out, "%s%s\n", title ? ": " : "", title ? title : "");
	return 0;
}

static int list_one(struct listing *l, struct arena *arena, struct world *w, const char *what,
		    size_t len, struct ops_findings *findings, struct ops_error *err)
{
	const struct config *config;
	int ret = world_config(&config, w, err);

	if (ret)
		return ret;
	if (len == 9 && !strncmp(what, "decisions", len))
		return list_entries(l, arena, w, config->decisions, err);
	if (len == 8 && !strncmp(what, "patterns", len))
		return list_entries(l, arena, w, config->patterns, err);
	if (len == 8 && !strncmp(what, "sessions", len))
		return world_each(w, config_type(config, "session"), false, false, list_session,
				  l, findings, err);
	return error_set(err, OPS_EINVALID, "%s: there are lists of decisions, patterns and "
			 "sessions, and none of '%.*s'", l->from, (int)(len < 40 ? len : 40), what);
}

/* What a line marks; NULL: it is no mark. */
static const char *mark_of(size_t *len, const char *line, size_t line_len)
{
	while (line_len && strchr(" \t\r\n", line[line_len - 1]))
		line_len--;
	if (line_len < strlen(MARK) + strlen(MARK_END) || strncmp(line, MARK, strlen(MARK)) ||
	    strncmp(line + line_len - strlen(MARK_END), MARK_END, strlen(MARK_END)))
		return NULL;
	*len = line_len - strlen(MARK) - strlen(MARK_END);
	return line + strlen(MARK);
}

int references_update(struct buf *out, struct arena *arena, struct world *w, const char *path,
		      const char *text, size_t len, struct ops_findings *findings,
		      struct ops_error *err)
{
	struct listing l = { out, path };
	const char *at, *stop = text + len, *what;
	size_t line, name;
	bool inside = false, end;
	int ret = 0;

	for (at = text; ret == 0 && at < stop; at += line) {
		const char *newline = memchr(at, '\n', (size_t)(stop - at));

		line = newline ? (size_t)(newline + 1 - at) : (size_t)(stop - at);
		what = mark_of(&name, at, line);
		end = what && name == 3 && !strncmp(what, "end", name);
		if (what && end != inside)
			return error_set(err, OPS_EINVALID, "%s: a list of references %s", path,
					 end ? "ends that did not begin" : "has no end");
		if (!inside || end)
			buf_add(out, at, line);
		if (!what)
			continue;
		inside = !end;
		if (inside)
			ret = list_one(&l, arena, w, what, name, findings, err);
	}
	if (ret == 0 && inside)
		return error_set(err, OPS_EINVALID, "%s: a list of references has no end", path);
	return ret ? ret : buf_failed(out) ? error_nomem(err) : 0;
}
