/* SPDX-License-Identifier: MIT */
/*
 * Whether links lead somewhere in the repository: to a file or directory of the snapshot
 * that is checked, and with a fragment to a heading or anchor of it.
 *
 * What leads elsewhere (a scheme, another host, a submodule) is never asked for.  What is there is
 * looked up in the snapshot alone, so that a link cannot make anything be read that is
 * not part of it.
 */

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "store/objects.h"
#include "util/buf.h"
#include "util/path.h"
#include "util/utf8.h"
#include "view/check_inside.h"
#include "view/near.h"

#define TARGET_MAX (4 * 1024 * 1024)
#define TARGETS_MAX 50000	/* remembered */
#define GUESSES_MAX 100		/* about names in one text: of very many only the first */

/* A link that is broken, of which is still to be said what may have been meant. */
struct guess {
	size_t finding;
	const char *path, *from;
	struct guess *next;
};

/* What lies where a link leads: many lead to the same. */
struct target {
	int status;		/* of snap_find() */
	enum snap_mode mode;
	const struct type *type;	/* the last one that was asked about, ... */
	bool may_lack;		/* ... and whether it lets it lack */
};

/* The fragments of a document with those bytes. */
struct anchors {
	struct map *map;
	struct oid oid;
};

struct linking {
	struct arena *scratch;	/* of the text at hand */
	struct map *targets;	/* by path */
	struct map *anchors;	/* by path of a document: struct anchors */
	struct guess *guesses;
	struct snap *index;	/* once it was asked for; NULL also when it cannot be read */
	bool indexed;
};

/* Whether a destination leads out of the repository, or is no link yet. */
static bool leads_away(const char *to)
{
	size_t scheme = 0;

	while (ascii_letter(to[scheme]) || (to[scheme] >= '0' && to[scheme] <= '9') ||
	       (to[scheme] >= '+' && to[scheme] <= '.' && to[scheme] != ','))
		scheme++;
	return (scheme && to[scheme] == ':') || !strncmp(to, "//", 2) ||
	       strstr(to, "{{") || strstr(to, "{%") || strstr(to, "${") || strchr(to, '<');
}

static int hex_digit(char c)
{
	return c >= '0' && c <= '9' ? c - '0' :
	       (c | 32) >= 'a' && (c | 32) <= 'f' ? (c | 32) - 'a' + 10 : -1;
}

/* text[0..len) with each %XX as its byte; a zero byte stays as it is written. */
static const char *decoded(struct arena *arena, const char *text, size_t len)
{
	char *copy = arena_dup(arena, text, len), *from = copy, *to = copy;

	for (; from && *from; from++, to++) {
		int high = *from == '%' ? hex_digit(from[1]) : -1;
		int low = high < 0 ? -1 : hex_digit(from[2]);

		*to = *from;
		if (low < 0 || !(high | low))
			continue;
		*to = (char)(high << 4 | low);
		from += 2;
	}
	if (to)
		*to = '\0';
	return copy;
}

/* The path that `to` means in the document at `from`, "" being the top; NULL: it leads
 * out.  False: out of memory. */
static bool resolve(const char **out, struct arena *arena, const char *from, const char *to)
{
	size_t len, nr = *to == '/' ? 0 : path_directory_len(from);
	char *path = arena_array(arena, nr + strlen(to) + 2, 1);

	*out = NULL;
	if (!path)
		return false;
	memcpy(path, from, nr);
	for (; *to; to += len + (to[len] == '/')) {
		len = (size_t)(strchrnul(to, '/') - to);
		if (!len || (len == 1 && *to == '.'))
			continue;
		if (len == 2 && !memcmp(to, "..", 2)) {
			if (!nr)
				return true;
			path[nr] = '\0';
			nr = path_directory_len(path);
			continue;
		}
		if (nr)
			path[nr++] = '/';
		memcpy(path + nr, to, len);
		nr += len;
	}
	path[nr] = '\0';
	*out = path;
	return true;
}

static int linking_of(struct linking **out, struct checking *c, struct ops_error *err)
{
	struct linking *k = c->linking;

	if (!k) {
		k = arena_alloc(c->arena, sizeof(*k));
		if (k) {
			k->anchors = map_new(c->arena);
			k->targets = map_new(c->arena);
		}
		if (!k || !k->anchors || !k->targets || !(k->scratch = arena_new()))
			return error_nomem(err);
		c->linking = k;
	}
	*out = k;
	return 0;
}

/* The fragments of the document at `path`. */
static int anchors_of(const struct map **out, struct checking *c, const char *path,
		      struct ops_error *err)
{
	struct linking *k;
	struct blob blob = { NULL, 0, NULL };
	struct arena *scratch;
	struct anchors *a;
	int ret = linking_of(&k, c, err);

	if (ret)
		return ret;
	if ((a = map_get(k->anchors, path)))
		goto out;
	a = arena_alloc(c->arena, sizeof(*a));
	scratch = arena_new();
	if (!a || !scratch || !(a->map = map_new(c->arena)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = snap_read(&blob, c->snap, path, TARGET_MAX, err);
	if (ret == 0)
		ret = objects_hash(&a->oid, blob.data, blob.len, err);
	if (ret == 0 && (links_anchors(a->map, scratch, blob.data, 0, blob.len) ||
			 map_put(k->anchors, path, a)))
		ret = error_nomem(err);
	blob_release(&blob);
	arena_free(scratch);
out:
	check_past_read(c, path, ret ? NULL : &a->oid);
	if (ret == 0)
		*out = a->map;
	return ret;
}

/* Whether fragments of the file are those of Markdown; lines ("#L12") always are. */
static bool has_anchors(const char *path, const char *fragment)
{
	const char *dot = strrchr(path_name(path), '.');

	return dot && (!strcmp(dot, ".md") || !strcmp(dot, ".markdown")) &&
	       !(fragment[0] == 'L' && fragment[1] >= '0' && fragment[1] <= '9');
}

/* A text whose links are looked at. */
struct reading {
	struct checking *c;
	const char *path;
	const struct type *type;
	struct doc *doc;
	struct place_walk places;
	struct arena *arena;		/* until the next text */
	unsigned guessed;
};

static void found(struct reading *r, const char *rule, const struct link *link,
		  const char *remedy, const char *fmt, ...) PRINTF_LIKE(5, 6);

static void found(struct reading *r, const char *rule, const struct link *link,
		  const char *remedy, const char *fmt, ...)
{
	unsigned line, column;
	va_list ap;

	place_at(&r->places, link->at, &line, &column);
	va_start(ap, fmt);
	findings_vadd(r->c->findings, rule, OPS_ERROR, r->path, line, column, remedy, fmt, ap);
	va_end(ap);
}

/* Which of the names was meant, or NULL: a guess compares it with all of them. */
static const char *guess_name(struct reading *r, const struct map *names, const char *wanted)
{
	return r->guessed++ < GUESSES_MAX ? near_name(names, wanted) : NULL;
}

static int check_fragment(struct reading *r, const char *path, const struct link *link,
			  const char *fragment, struct ops_error *err)
{
	const struct map *anchors = NULL;
	const char *near;
	int ret = 0;

	if (!*fragment || !strcmp(fragment, "top") || !has_anchors(path, fragment))
		return 0;
	if (r->doc && path == r->path)
		ret = (anchors = doc_anchors(r->doc)) ? 0 : error_nomem(err);
	else
		ret = anchors_of(&anchors, r->c, path, err);
	if (ret == OPS_EINVALID || ret == OPS_EIO || ret == OPS_ENOTFOUND) {
		*err = (struct ops_error){ 0 };
		return 0;	/* too large, or unreadable, which others say */
	}
	if (ret || map_has(anchors, fragment))
		return ret;
	near = guess_name(r, anchors, fragment);
	found(r, "link.anchor", link,
	      near ? arena_printf(r->arena, "did you mean '#%s'?", near) : NULL,
	      "'%s' has no heading or anchor '#%s'", path, fragment);
	return 0;
}

/* The path of `to` as a link in the document `from` would have it. */
static const char *relative(struct arena *arena, const char *from, const char *to)
{
	struct buf b = BUF_INIT;
	size_t same = 0, i;
	const char *text;

	for (i = 0; from[i] && from[i] == to[i]; i++)
		if (from[i] == '/')
			same = i + 1;
	for (i = same; from[i]; i++)
		if (from[i] == '/')
			buf_str(&b, "../");
	buf_str(&b, to + same);
	text = buf_failed(&b) ? NULL : arena_str(arena, b.data);
	buf_release(&b);
	return text;
}

int check_links_missed(struct checking *c, const char *path, const char *from,
		       struct ops_error *err)
{
	struct linking *k = NULL;
	int ret = linking_of(&k, c, err);
	struct guess *g = ret ? NULL : arena_alloc(c->arena, sizeof(*g));

	if (ret)
		return ret;
	if (!g || !(g->path = arena_str(c->arena, path)) ||
	    !(g->from = arena_str(c->arena, from)))
		return error_nomem(err);
	g->finding = ops_findings_count(c->findings) - 1;
	g->next = k->guesses;
	k->guesses = g;
	return 0;
}

/* The newest of them stand first. */
const char *check_links_missing(const struct checking *c, size_t finding)
{
	const struct guess *g = c->linking ? c->linking->guesses : NULL;

	while (g && g->finding > finding)
		g = g->next;
	return g && g->finding == finding ? g->path : NULL;
}

/* A link that leads nowhere; `path` NULL: out of the repository. */
static int broken(struct reading *r, const struct link *link, const char *path,
		  struct ops_error *err)
{
	found(r, "link.broken", link, NULL, path ? "there is no '%s'" :
	      "'%s' leads out of the repository", path ? path : link->text);
	return path ? check_links_missed(r->c, path, r->path, err) : 0;
}

/* Whether a directory above the path is a repository of its own in that snapshot. */
static bool below_module(struct snap *snap, const char *path)
{
	char dir[PATH_MAX_BYTES + 1];
	struct snap_entry entry;
	size_t len = path_directory_len(path);

	for (; len > 0 && len < sizeof(dir); len = path_directory_len(dir)) {
		memcpy(dir, path, len);
		dir[len] = '\0';
		if (snap_find(&entry, snap, dir, NULL) == 0)
			return entry.mode == SNAP_MODULE;
	}
	return false;
}

/* Whether the path is in a repository of its own: elsewhere.  One that was not fetched is an
 * empty directory on the disk, and only the index says what it is. */
static bool is_in_module(struct checking *c, const char *path)
{
	struct linking *k = c->linking;

	if (below_module(c->snap, path))
		return true;
	if (c->options->what != OPS_CHECK_WORK_TREE || !snap_may_have_modules(c->snap))
		return false;
	if (!k->indexed && snap_of_index(&k->index, c->repo->store, NULL))
		k->index = NULL;
	k->indexed = true;
	return k->index && below_module(k->index, path);
}

/* What lies at a path, as it was when a link first led there. */
static int find_target(struct target **out, struct reading *r, const char *path,
		       struct ops_error *err)
{
	struct linking *k = r->c->linking;
	struct target *t = map_get(k->targets, path);
	bool keep = map_count(k->targets) < TARGETS_MAX;
	struct snap_entry entry = { .mode = SNAP_OTHER };

	if (!t) {
		t = arena_alloc(keep ? r->c->arena : r->arena, sizeof(*t));
		if (!t || (keep && map_put(k->targets, path, t)))
			return error_nomem(err);
		t->status = snap_find(&entry, r->c->snap, path, NULL);
		t->mode = entry.mode;
		if (t->status == OPS_ENOTFOUND && is_in_module(r->c, path))
			t->status = 0;
	}
	*out = t;
	check_past_led(r->c, path, t->status ? t->status : (int)t->mode);
	return t->status && t->status != OPS_ENOTFOUND ?
	       error_set(err, t->status, "cannot look for '%s'", path) : 0;
}

int check_links_lead(int *lies, struct checking *c, const char *path, struct ops_error *err)
{
	struct reading r = { .c = c };
	struct target *target;
	struct linking *k = NULL;
	int ret = linking_of(&k, c, err);

	if (ret)
		return ret;
	r.arena = k->scratch;
	ret = find_target(&target, &r, path, err);
	if (ret == 0)
		*lies = target->status ? target->status : (int)target->mode;
	return ret;
}

static bool may_lack(struct target *t, const struct type *type, const char *path)
{
	if (type && t->type != type) {
		t->type = type;
		t->may_lack = type_lets_lack(type, path);
	}
	return type && t->may_lack;
}

static int check_destination(struct reading *r, const struct link *link,
			     struct ops_error *err)
{
	const char *to, *fragment, *hash, *path = r->path;
	struct target *target = NULL;
	int ret = 0;

	if (!*link->text || leads_away(link->text))
		return 0;
	hash = strchr(link->text, '#');
	to = decoded(r->arena, link->text, strcspn(link->text, "?#"));
	fragment = hash ? decoded(r->arena, hash + 1, strlen(hash + 1)) : "";
	if (!to || !fragment || (*to && !resolve(&path, r->arena, r->path, to)))
		return error_nomem(err);
	if (!path)
		return broken(r, link, NULL, err);
	if (*to)
		ret = find_target(&target, r, path, err);
	if (ret)
		return ret;
	if (target && target->status)
		return may_lack(target, r->type, path) ? 0 : broken(r, link, path, err);
	return target && target->mode != SNAP_FILE && target->mode != SNAP_EXEC ? 0 :
	       check_fragment(r, path, link, fragment, err);
}

/* What a text defines, by label; NULL: out of memory. */
static struct map *definitions(struct reading *r, const struct links *links)
{
	struct map *map = map_new(r->arena);
	size_t i;

	for (i = 0; map && i < links->nr; i++)
		if (links->list[i].label && map_put(map, links->list[i].label, map))
			return NULL;
	return map;
}

static int check_label(struct reading *r, const struct link *link, const struct map *defined)
{
	const char *near;

	if (map_has(defined, link->text))
		return 0;
	near = guess_name(r, defined, link->text);
	if (near && !(near = arena_printf(r->arena, "did you mean '[%s]'?", near)))
		return OPS_ENOMEM;
	found(r, "link.label", link, near ? near : "add a line '[label]: destination'",
	      "nothing defines '[%s]'", link->text);
	return 0;
}

int check_links(struct checking *c, const char *path, const struct type *type,
		struct doc *doc, const struct links *links, struct ops_error *err)
{
	struct reading r = { .c = c, .path = path, .type = type, .doc = doc,
			     .places = links->places };
	const struct map *defined;
	struct linking *k;
	size_t i;
	int ret = links->nr ? linking_of(&k, c, err) : 0;

	if (ret || !links->nr)
		return ret;
	r.arena = k->scratch;
	arena_clear(r.arena);
	if (!(defined = definitions(&r, links)))
		return error_nomem(err);
	for (i = 0; ret == 0 && i < links->nr; i++) {
		const struct link *link = &links->list[i];

		if (link->kind == LINK_DESTINATION || link->kind == LINK_DEFINITION)
			ret = check_destination(&r, link, err);
		/* Where nothing is defined, brackets are brackets. */
		else if (link->kind == LINK_REFERENCE && map_count(defined) &&
			 check_label(&r, link, defined))
			ret = error_nomem(err);
	}
	return ret;
}

static int guess(struct checking *c, const struct guess *g, const struct near *near,
		 struct ops_error *err)
{
	const char *path, *text;
	int ret = near_path(&path, near, g->path, g->from);

	if (ret == 0 && path) {
		text = relative(c->arena, g->from, path);
		text = text ? arena_printf(c->arena, "did you mean '%s'?", text) : NULL;
		if (text)
			findings_remedy(c->findings, g->finding, text);
		ret = text ? 0 : OPS_ENOMEM;
	}
	return ret ? error_nomem(err) : 0;
}

int check_links_guess(struct checking *c, struct ops_error *err)
{
	const struct guess *g = c->linking ? c->linking->guesses : NULL;
	const struct guess *one;
	struct near *near = NULL;
	int ret = g ? near_new(&near, c->snap, c->arena, err) : 0;

	for (one = g; ret == 0 && one; one = one->next)
		ret = near_want(near, one->path) ? error_nomem(err) : 0;
	if (ret == 0 && g)
		ret = near_look(near, err);
	for (; ret == 0 && g; g = g->next)
		ret = guess(c, g, near, err);
	return ret;
}

void check_links_end(struct checking *c)
{
	if (!c->linking)
		return;
	arena_free(c->linking->scratch);
	snap_free(c->linking->index);
}
