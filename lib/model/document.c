/* SPDX-License-Identifier: MIT */
/*
 * Reading values of governed documents, and finding a document by what a
 * person types.  Nothing here decides anything.
 */

#include <string.h>

#include "model/roll.h"
#include "model/world_inside.h"
#include "util/buf.h"
#include "util/path.h"

#define MATCHES_MAX 5		/* that are named */

const char *document_text(const struct ops_document *d, const char *field)
{
	const char *text = d->doc ? doc_text(d->doc, field) : NULL;

	return text && *text ? text : NULL;
}

int document_list_in(const char *const **out, size_t *nr, struct arena *arena,
		     const struct ops_document *d, const char *field)
{
	const struct yaml_node *node = d->doc ? doc_field(d->doc, field) : NULL;
	const char **list;
	size_t i;

	*out = NULL;
	*nr = 0;
	if (!node || node->kind == YAML_MAP ||
	    (node->kind == YAML_SCALAR && node->len == 0))
		return 0;
	list = arena_array(arena, node->nr + 1, sizeof(*list));
	if (!list)
		return OPS_ENOMEM;
	*out = list;
	if (node->kind == YAML_SCALAR) {
		list[0] = node->value;
		*nr = 1;
		return 0;
	}
	for (i = 0; i < node->nr; i++)
		if (node->items[i]->kind == YAML_SCALAR)
			list[(*nr)++] = node->items[i]->value;
	return 0;
}

int document_list(const char *const **out, size_t *nr, const struct ops_document *d,
		  const char *field)
{
	return document_list_in(out, nr, world_arena(d->world), d, field);
}

/* A document's id is the stem of its path; an id has no '/'. */
static size_t reference_stem(const char *reference, const char **stem)
{
	*stem = reference;
	return strchr(reference, '/') ? path_stem(reference, stem) : strlen(reference);
}

bool reference_same(const char *a, const char *b)
{
	const char *x, *y;
	size_t len = reference_stem(a, &x);

	return reference_stem(b, &y) == len && !memcmp(x, y, len);
}

const char *reference_id(struct arena *arena, const char *reference)
{
	const char *stem;
	size_t len = reference_stem(reference, &stem);

	return arena_dup(arena, stem, len);
}

void document_place(const struct ops_document *d, const char *field, unsigned *line,
		    unsigned *column)
{
	const struct yaml_node *node = d->doc && field ? doc_field(d->doc, field) :
				       NULL;

	*line = node ? node->start.line : 1;
	*column = node ? node->start.column : 1;
}

/* What world_find_path is looking for, and what it has found so far. */
struct search {
	struct world *w;
	struct arena *arena;	/* for what only the search needs, and what it found */
	const char *name;
	size_t len;
	const char *exact;
	struct names matches;
};

/* Look at every file of `dir` for the name itself, or for the prefix. */
static int search_directory(struct search *s, const char *dir, bool prefixes,
			    struct ops_error *err)
{
	struct arena *arena = s->arena;
	struct snap_entry *list, entry;
	const char *path, *stem;
	size_t i, nr, len;
	int ret;

	path = arena_printf(arena, "%s/%s.md", dir, s->name);
	if (!path)
		return error_nomem(err);
	ret = path_fault(path) ? OPS_ENOTFOUND :
	      snap_find(&entry, world_snap(s->w), path, NULL);
	if (ret == 0) {
		s->exact = path;
		return 0;
	}
	if (ret != OPS_ENOTFOUND)
		return error_set(err, ret, "cannot look up '%s'", path);
	if (!prefixes)
		return 0;
	ret = snap_list(&list, &nr, world_snap(s->w), dir, arena, err);
	if (ret)
		return ret;
	for (i = 0; i < nr; i++) {
		len = path_stem(list[i].name, &stem);
		if (len < s->len || strncmp(stem, s->name, s->len))
			continue;
		path = arena_printf(arena, "%s/%s", dir, list[i].name);
		if (!path || names_add(&s->matches, arena, path))
			return error_nomem(err);
	}
	return 0;
}

/* Search below `dir` at exactly the depth where documents lie. */
static int search_below(struct search *s, const char *dir, unsigned depth,
			bool prefixes, struct ops_error *err)
{
	struct snap_entry *list;
	const char *below;
	size_t i, nr;
	int ret;

	if (depth == 0)
		return search_directory(s, dir, prefixes, err);
	ret = snap_list(&list, &nr, world_snap(s->w), dir, s->arena, err);
	for (i = 0; ret == 0 && !s->exact && i < nr; i++) {
		if (list[i].mode != SNAP_DIR)
			continue;
		below = arena_printf(s->arena, "%s/%s", dir, list[i].name);
		ret = below ? search_below(s, below, depth - 1, prefixes, err) :
		      error_nomem(err);
	}
	return ret;
}

/* How deep below the fixed part of a place template its files lie. */
static int search_place(struct search *s, const char *template, bool prefixes,
			struct ops_error *err)
{
	size_t fixed = strcspn(template, "{");
	unsigned depth = 0;
	const char *at, *dir;

	for (at = template + fixed; *at; at++)
		depth += *at == '/';
	/* "a/b-{id}.md" lies in a. */
	while (fixed > 0 && template[fixed - 1] != '/')
		fixed--;
	while (fixed > 0 && template[fixed - 1] == '/')
		fixed--;
	dir = arena_dup(s->arena, template, fixed);
	return dir ? search_below(s, dir, depth, prefixes, err) : error_nomem(err);
}

/* Search for a document of a type that has patterns instead of a place. */
static int search_pattern(struct search *s, const char *pattern, const char *dir,
			  unsigned depth, bool prefixes, struct ops_error *err)
{
	struct arena *arena = s->arena;
	struct snap_entry *list;
	const char *path, *stem;
	size_t i, nr, len;
	int ret = snap_list(&list, &nr, world_snap(s->w), dir, arena, err);

	for (i = 0; ret == 0 && !s->exact && depth < PATH_DEPTH_MAX && i < nr; i++) {
		path = path_joined(arena, dir, list[i].name);
		if (!path)
			return error_nomem(err);
		if (list[i].mode == SNAP_DIR) {
			ret = search_pattern(s, pattern, path, depth + 1, prefixes, err);
			continue;
		}
		len = path_stem(path, &stem);
		if (len < s->len || strncmp(stem, s->name, s->len) ||
		    !path_match(pattern, path))
			continue;
		if (len == s->len)
			s->exact = path;
		else if (prefixes && names_add(&s->matches, arena, path))
			return error_nomem(err);
	}
	return ret;
}

static int search_patterns(struct search *s, const struct type *t, bool prefixes,
			   struct ops_error *err)
{
	const char *dir;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && !s->exact && i < t->patterns.nr; i++) {
		dir = arena_dup(s->arena, t->patterns.list[i],
				path_pattern_root(t->patterns.list[i]));
		ret = dir ? search_pattern(s, t->patterns.list[i], dir, 0, prefixes, err) :
		      error_nomem(err);
	}
	return ret;
}

/* Whether a file lies where a place template puts files, or could. */
static bool lies_at(const char *template, const char *path)
{
	size_t fixed = strcspn(template, "{");
	unsigned depth = 0, own = 0;
	const char *at;

	for (at = template + fixed; *at; at++)
		depth += *at == '/';
	while (fixed > 0 && template[fixed - 1] != '/')
		fixed--;
	if (strncmp(template, path, fixed))
		return false;
	for (at = path + fixed; *at; at++)
		own += *at == '/';
	return own == depth;
}

/* What was found by the roll, of one place of a type. */
static int take_matches(struct search *s, const struct roll_line *lines, size_t nr,
			const char *place, const char *pattern, bool prefixes,
			struct ops_error *err)
{
	const char *path, *stem;
	size_t i, len;

	for (i = 0; i < nr && !s->exact && s->matches.nr <= MATCHES_MAX; i++) {
		path = roll_path(&lines[i], s->arena);
		if (!path)
			return OPS_ENOTFOUND;
		len = path_stem(path, &stem);
		if (place ? !lies_at(place, path) :
		    !path_match(pattern, path) || roll_is_directory(&lines[i]))
			continue;
		if (!prefixes && (!place || stem[len]))
			s->exact = path;
		else if (prefixes && names_add(&s->matches, s->arena, path))
			return error_nomem(err);
	}
	return 0;
}

/* A place whose {shard} is that of the name that is looked for: one directory, not all. */
static const char *in_shard(struct search *s, const struct type *t, const char *place)
{
	const char *at = strstr(place, "{shard}");
	char shard[TYPE_SHARD + 1];

	if (!type_is_sharded(t, place))
		return place;
	type_shard(shard, s->name);
	return arena_printf(s->arena, "%.*s%s%s", (int)(at - place), place, shard,
			    at + sizeof("{shard}") - 1);
}

/* A pattern like "tasks/" with every "*.md" in it, as a place; NULL: it is another. */
static const char *flat_place(struct search *s, const char *pattern)
{
	size_t root = path_pattern_root(pattern);

	return strcmp(pattern + root, "/*.md") ? NULL :
	       arena_printf(s->arena, "%.*s/{id}.md", (int)root, pattern);
}

/* As search_type() does it. */
static int take_type(struct search *s, const struct type *t, const struct roll_line *lines,
		     size_t nr, bool prefixes, struct ops_error *err)
{
	const char *place = t->place && !prefixes ? in_shard(s, t, t->place) : t->place;
	size_t i;
	int ret = 0;

	if (t->place && !place)
		return error_nomem(err);
	if (place)
		ret = take_matches(s, lines, nr, place, NULL, prefixes, err);
	for (i = 0; ret == 0 && !s->exact && i < t->patterns.nr; i++) {
		if (!t->place)
			ret = take_matches(s, lines, nr, NULL, t->patterns.list[i], prefixes,
					   err);
		else if (type_is_sharded(t, t->place) &&
			 (place = flat_place(s, t->patterns.list[i])))
			ret = take_matches(s, lines, nr, place, NULL, prefixes, err);
	}
	if (ret == 0 && t->archive && !s->exact)
		ret = take_matches(s, lines, nr, t->archive, NULL, prefixes, err);
	return ret;
}

static int ambiguous(const struct search *s, struct ops_error *err)
{
	struct buf b = BUF_INIT;
	const char *stem;
	size_t i, len;
	int ret;

	for (i = 0; i < s->matches.nr && i < MATCHES_MAX; i++) {
		len = path_stem(s->matches.list[i], &stem);
		buf_printf(&b, "%s'%.*s'", i ? ", " : "", (int)len, stem);
	}
	ret = error_set(err, OPS_EAMBIGUOUS, "'%s' is ambiguous: %s%s", s->name,
			b.data, s->matches.nr > MATCHES_MAX ? ", …" : "");
	buf_release(&b);
	return ret;
}

/* Search where documents lay before their place was parted. */
static int search_flat(struct search *s, const struct type *t, bool prefixes,
		       struct ops_error *err)
{
	const char *place;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && !s->exact && i < t->patterns.nr; i++) {
		place = flat_place(s, t->patterns.list[i]);
		ret = place ? search_place(s, place, prefixes, err) : 0;
	}
	return ret;
}

/* Look in the documents of one type. */
static int search_type(struct search *s, const struct type *t, bool prefixes,
		       struct ops_error *err)
{
	const char *place = t->place && !prefixes ? in_shard(s, t, t->place) : t->place;
	int ret = 0;

	if (t->place && !place)
		return error_nomem(err);
	ret = place ? search_place(s, place, prefixes, err) :
	      search_patterns(s, t, prefixes, err);
	if (ret == 0 && place && type_is_sharded(t, t->place))
		ret = search_flat(s, t, prefixes, err);
	if (ret == 0 && t->archive && !s->exact)
		ret = search_place(s, t->archive, prefixes, err);
	return ret;
}

/* Exact names first: they cost no listing. Then prefixes.  By the roll if there is one. */
static int search(struct search *s, const struct config *config, const char *type,
		  bool prefixes, struct ops_error *err)
{
	struct roll *roll = world_roll(s->w);
	struct roll_line *lines = NULL;
	size_t i, nr = 0;
	int pass, ret = 0;

	for (pass = 0; pass < 2 && !s->exact; pass++) {
		if (pass && (!prefixes || s->len < ID_PREFIX_MIN))
			break;
		ret = roll ? roll_named(&lines, &nr, roll, s->name, pass, s->arena, err) : 0;
		for (i = 0; ret == 0 && i < config->types_nr && !s->exact; i++) {
			const struct type *t = &config->types[i];

			if ((type && !type_is(t, type)) || (t->base && t->base->abstract) ||
			    (t->abstract && !type))
				continue;
			ret = roll && !t->abstract ?
			      take_type(s, t, lines, nr, pass, err) :
			      search_type(s, t, pass, err);
		}
		if (ret)
			break;
	}
	if (ret != OPS_ENOTFOUND || !roll)
		return ret;
	/* It is damaged, and out of use from now on. */
	s->exact = NULL;
	s->matches.nr = 0;
	world_use_roll(s->w, NULL);
	return search(s, config, type, prefixes, err);
}

static int find_name(const char **out, struct search *s, const struct config *config,
		     const char *type, bool prefixes, struct ops_error *err)
{
	int ret = search(s, config, type, prefixes, err);

	if (ret)
		return ret;
	if (!s->exact && s->matches.nr > 1)
		return ambiguous(s, err);
	if (!s->exact && !s->matches.nr)
		return error_set(err, OPS_ENOTFOUND, "there is no %s '%s'%s",
				 type ? type : "document", s->name, s->len < ID_PREFIX_MIN ?
				 " (a prefix needs 4 characters)" : "");
	*out = arena_str(world_arena(s->w), s->exact ? s->exact : s->matches.list[0]);
	return *out ? 0 : error_nomem(err);
}

static int look_up(const char **out, struct world *w, const char *name,
		   const char *type, bool prefixes, struct ops_error *err)
{
	struct search s = { w, NULL, name, strlen(name), NULL, { NULL, 0 } };
	const struct config *config;
	const struct type *t;
	struct snap_entry entry;
	int ret = world_config(&config, w, err);

	if (ret)
		return ret;
	if (!*name)
		return error_set(err, OPS_EUSAGE, "a document's name is empty");
	if (strchr(name, '/')) {
		if (path_fault(name))
			return error_set(err, OPS_EUSAGE, "path '%s' %s", name,
					 path_fault(name));
		ret = snap_find(&entry, world_snap(w), name, NULL);
		if (ret)
			return error_set(err, ret, "there is no '%s'", name);
		t = config_type_of_path(config, name);
		if (type && (!t || !type_is(t, type)))
			return error_set(err, OPS_ENOTFOUND, "'%s' is not a %s", name,
					 type);
		*out = name;
		return 0;
	}
	s.arena = arena_new();
	if (!s.arena)
		return error_nomem(err);
	ret = find_name(out, &s, config, type, prefixes, err);
	arena_free(s.arena);
	return ret;
}

static int find_path(const char **out, struct world *w, const char *name,
		     const char *type, bool prefixes, struct ops_error *err)
{
	struct ops_error said = { 0 };
	int ret;

	if (!w->watch)
		return look_up(out, w, name, type, prefixes, err);
	ret = look_up(out, w, name, type, prefixes, &said);
	if (prefixes)
		world_looks(w);
	else
		w->watch->looked_up(name, type, ret, said.message, w->watch->payload);
	return ret ? error_set(err, ret, "%s", said.message) : 0;
}

int world_find_path(const char **out, struct world *w, const char *name,
		    const char *type, struct ops_error *err)
{
	return find_path(out, w, name, type, true, err);
}

int world_exact_path(const char **out, struct world *w, const char *id,
		     const char *type, struct ops_error *err)
{
	return find_path(out, w, id, type, false, err);
}

int world_find(struct ops_document **out, struct world *w, const char *name,
	       const char *type, struct ops_findings *findings,
	       struct ops_error *err)
{
	struct ops_document *d;
	const char *path;
	int ret = world_find_path(&path, w, name, type, err);

	if (ret == 0)
		ret = world_document(&d, w, path, findings, err);
	if (ret == 0 && type && !type_is(d->type, type))
		ret = error_set(err, OPS_ENOTFOUND, "'%s' is a %s, not a %s", name,
				d->type->name, type);
	if (ret == 0)
		*out = d;
	return ret;
}
