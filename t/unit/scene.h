/* SPDX-License-Identifier: MIT */
#ifndef SCENE_H
#define SCENE_H

/*
 * A scene: worlds before and after, made of lines like these, of which the first
 * word is the verb.  Nothing is on disk.  What is wrong with a line is a fault of
 * the scene, with the line's place.
 *
 *	put PATH | LINES	a whole file: the lines that follow, after "| "
 *	set PATH FIELD VALUE, clear PATH FIELD, add PATH FIELD VALUE
 *	section PATH NAME = TEXT, check PATH ITEM
 *	text PATH OLD => NEW, append PATH TEXT, bytes PATH HEX...	(at the end)
 *	move PATH TO, remove PATH, mode PATH link|module|exec|lost
 *	let NAME VALUE		then ${NAME}
 *	define NAME PARAMETER... / LINES / end		then NAME ARGUMENT...
 *
 * ${digest PATH}, ${subject GATE PATH}, ${repeat N TEXT}, ${hex XX...}, nested
 * from the inside out.
 */

#include "judge/judge.h"
#include "store/snap-kind.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/date.h"
#include "util/map.h"
#include "util/path.h"

#define DEPTH_MAX 16		/* of macros and included files */

struct macro {
	char *params[8];
	size_t params_nr;
	const char *body, *end;
	const char *file;
	unsigned line;
};

/* What a change is judged with; set in the world, overridden in a change. */
struct act {
	const char *actor, *author, *committer, *message, *document, *branch, *only, *way, *same;
	const char *added;
	const struct signer *signer;
	int64_t today;
	const char *base;		/* the commit it is made on */
	int64_t latest;			/* the latest date so far; 0: none */
	int64_t before;			/* the date of `base`; 0: none */
	const char *changed;		/* files that were, since they were reviewed; or NULL */
	bool lenient, strict, drafted, notes, world, all, together;
	unsigned standing;		/* enum judge_standing */
};

struct scene {
	struct arena *arena;
	struct map *lets, *macros;
	struct snap *nothing, *before, *after;
	struct snap *authority;		/* that of another side, or NULL */
	struct snap *side_base, *side_tip;	/* of another parent; or NULL */
	bool side_judges;		/* it is asked, too */
	struct act given, act;
	const char *rule, *says;	/* of the change being described */
	struct buf *out;		/* what went wrong */
	unsigned faults, judged, depth;
	size_t touched;			/* documents that the last change was about */
	bool protects;			/* the branch of the last change is protected */
};

/* Where a line comes from. */
struct place {
	const char *file;
	unsigned line;
};

static void fault(struct scene *s, const struct place *at, const char *fmt, ...)
	PRINTF_LIKE(3, 4);

static void fault(struct scene *s, const struct place *at, const char *fmt, ...)
{
	va_list ap;

	s->faults++;
	buf_printf(s->out, "%s:%u: ", at->file, at->line);
	va_start(ap, fmt);
	buf_vprintf(s->out, fmt, ap);
	va_end(ap);
	buf_char(s->out, '\n');
}

static struct snap *target(const struct scene *s)
{
	return s->rule ? s->after : s->before;
}

/* The next word of *text, which moves behind it; "" at the end. */
static char *word(struct scene *s, const char **text)
{
	const char *start = *text + strspn(*text, " \t");
	size_t len = strcspn(start, " \t");

	*text = start + len;
	*text += strspn(*text, " \t");
	return arena_dup(s->arena, start, len);
}

static void put(struct scene *s, const struct place *at, const char *path,
		const void *data, size_t len)
{
	struct ops_error err = { 0 };

	if (snap_put(target(s), path, data, len, &err))
		fault(s, at, "%s", err.message);
}

static bool get(struct scene *s, const struct place *at, const char *path,
		struct blob *out)
{
	struct ops_error err = { 0 };

	memset(out, 0, sizeof(*out));
	if (!snap_read(out, target(s), path, 4u << 20, &err))
		return true;
	fault(s, at, "%s", err.message);
	return false;
}

/* --- ${...} --- */

static void add_subject(struct scene *s, const struct place *at, struct buf *out,
			const char *gate, const char *path)
{
	struct ops_findings *found = ops_findings_new();
	struct world_cache *cache = world_cache_new();
	struct ops_error err = { 0 };
	const struct config *config;
	struct ops_document *task;
	struct world *w = NULL;
	char text[SUBJECT_LEN + 1];

	if (world_open(&w, target(s), cache, &err) || world_config(&config, w, &err) ||
	    world_document(&task, w, path, found, &err))
		fault(s, at, "no subject: %s", err.message);
	else if (!config_gate(config, gate))
		fault(s, at, "there is no gate '%s'", gate);
	else if (gate_subject(text, config_gate(config, gate), task) == 0)
		buf_str(out, text);
	world_close(w);
	world_cache_free(cache);
	ops_findings_free(found);
}

static void add_value(struct scene *s, const struct place *at, struct buf *out,
		      const char *expr)
{
	const char *text = map_get(s->lets, expr), *name;
	char hex[DIGEST_HEX + 1], *gate;
	struct blob blob;
	unsigned long i;
	unsigned byte;

	if (text) {
		buf_str(out, text);
		return;
	}
	name = word(s, &expr);
	if (!strcmp(name, "digest") && get(s, at, expr, &blob)) {
		digest_of(blob.data, blob.len, hex);
		buf_printf(out, "sha256:%s", hex);
		blob_release(&blob);
	} else if (!strcmp(name, "subject")) {
		gate = word(s, &expr);
		add_subject(s, at, out, gate, expr);
	} else if (!strcmp(name, "repeat")) {
		for (i = strtoul(word(s, &expr), NULL, 10); i; i--)
			buf_str(out, expr);
	} else if (!strcmp(name, "hex")) {
		for (; sscanf(expr, "%2x", &byte) == 1; expr += 2)
			buf_char(out, (char)byte);
	} else if (strcmp(name, "digest")) {
		fault(s, at, "there is no '%s'", name);
	}
}

static const char *expand(struct scene *s, const struct place *at, const char *line)
{
	struct buf b = BUF_INIT;
	const char *close, *open, *next, *copy;
	unsigned rounds;

	for (rounds = 0; rounds < 100; rounds++) {
		open = strstr(line, "${");
		close = open ? strchr(open, '}') : NULL;
		if (!close)
			break;
		while ((next = strstr(open + 1, "${")) && next < close)
			open = next;
		buf_clear(&b);
		buf_add(&b, line, (size_t)(open - line));
		add_value(s, at, &b, arena_dup(s->arena, open + 2,
					       (size_t)(close - open) - 2));
		buf_str(&b, close + 1);
		copy = arena_dup(s->arena, b.data, b.len);
		line = copy;
	}
	buf_release(&b);
	return line;
}

/* --- changing files --- */

static void edit(struct scene *s, const struct place *at, enum doc_edit_kind kind,
		 const char *path, const char *name, const char *value)
{
	struct doc_edit one = { kind, name, value, NULL, 0 };
	struct ops_findings *found = ops_findings_new();
	struct buf text = BUF_INIT;
	struct ops_error err = { 0 };
	struct blob blob;
	struct doc *doc;

	if (get(s, at, path, &blob)) {
		if (doc_parse(&doc, s->arena, path, blob.data, blob.len, 0, found,
			      &err) || doc_edit(&text, doc, &one, 1, &err))
			fault(s, at, "%s", err.message);
		else
			put(s, at, path, text.data, text.len);
		blob_release(&blob);
	}
	buf_release(&text);
	ops_findings_free(found);
}

static void replace(struct scene *s, const struct place *at, const char *path,
		    const char *rest)
{
	const char *arrow = strstr(rest, " => "), *old, *found, *with;
	struct buf text = BUF_INIT;
	struct blob blob;

	if (!arrow || !get(s, at, path, &blob)) {
		fault(s, at, "write: text PATH OLD => NEW");
		return;
	}
	old = arena_dup(s->arena, rest, (size_t)(arrow - rest));
	with = arrow + 4;
	found = strstr(blob.data, old);
	if (!found) {
		fault(s, at, "'%s' is not in '%s'", old, path);
	} else {
		buf_add(&text, blob.data, (size_t)(found - blob.data));
		buf_str(&text, with);
		buf_str(&text, found + strlen(old));
		put(s, at, path, text.data, text.len);
	}
	buf_release(&text);
	blob_release(&blob);
}

static void append(struct scene *s, const struct place *at, const char *path,
		   const char *rest)
{
	struct buf text = BUF_INIT;
	struct blob blob;

	if (!get(s, at, path, &blob))
		return;
	buf_add(&text, blob.data, blob.len);
	buf_printf(&text, "%s\n", rest);
	put(s, at, path, text.data, text.len);
	buf_release(&text);
	blob_release(&blob);
}

/* Bytes that no line can hold. */
static void append_bytes(struct scene *s, const struct place *at, const char *path,
			 const char *hex)
{
	struct buf text = BUF_INIT;
	struct blob blob;
	unsigned byte;

	if (!get(s, at, path, &blob))
		return;
	buf_add(&text, blob.data, blob.len);
	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		buf_char(&text, (char)byte);
	put(s, at, path, text.data, text.len);
	buf_release(&text);
	blob_release(&blob);
}

static void take_away(struct scene *s, const struct place *at, const char *path)
{
	struct ops_error err = { 0 };

	if (snap_remove(target(s), path, &err))
		fault(s, at, "%s", err.message);
}

static void set_mode(struct scene *s, const struct place *at, const char *path,
		     const char *mode)
{
	const struct flat *flat = snap_overlay_files(target(s));
	bool found;
	size_t i = flat_place(flat, path, &found);

	if (!found) {
		fault(s, at, "put '%s' first", path);
	} else if (!strcmp(mode, "lost")) {
		free(flat->files[i].data);
		flat->files[i].data = NULL;
	} else {
		flat->files[i].mode = !strcmp(mode, "link") ? SNAP_LINK :
				      !strcmp(mode, "module") ? SNAP_MODULE : SNAP_EXEC;
	}
}

/* A directive that changes a file; false when it is none. */
static bool change_file(struct scene *s, const struct place *at, const char *verb,
			const char *rest)
{
	static const struct { const char *verb; enum doc_edit_kind kind; } edits[] = {
		{ "set", DOC_SET }, { "clear", DOC_REMOVE }, { "add", DOC_APPEND },
	};
	const char *path = word(s, &rest), *name, *value;
	struct blob blob;
	size_t i;

	for (i = 0; i < UNIT_COUNT(edits); i++)
		if (!strcmp(verb, edits[i].verb)) {
			name = word(s, &rest);
			edit(s, at, edits[i].kind, path, name, rest);
			return true;
		}
	if (!strcmp(verb, "section") && (value = strstr(rest, " = "))) {
		name = arena_dup(s->arena, rest, (size_t)(value - rest));
		edit(s, at, DOC_SECTION, path, name, value + 3);
	} else if (!strcmp(verb, "check")) {
		edit(s, at, DOC_CHECK, path, NULL, rest);
	} else if (!strcmp(verb, "text")) {
		replace(s, at, path, rest);
	} else if (!strcmp(verb, "append")) {
		append(s, at, path, rest);
	} else if (!strcmp(verb, "bytes")) {
		append_bytes(s, at, path, rest);
	} else if (!strcmp(verb, "remove")) {
		take_away(s, at, path);
	} else if (!strcmp(verb, "mode")) {
		set_mode(s, at, path, rest);
	} else if (!strcmp(verb, "move")) {
		if (get(s, at, path, &blob)) {
			put(s, at, rest, blob.data, blob.len);
			take_away(s, at, path);
			blob_release(&blob);
		}
	} else {
		return false;
	}
	return true;
}

#endif
