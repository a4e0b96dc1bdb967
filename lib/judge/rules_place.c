/* SPDX-License-Identifier: MIT */
/*
 * Where files lie: documents in the place of their type, and nothing beside
 * them that another disk, which ignores the case of letters or follows links,
 * would take for them.
 */

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "judge/rules.h"
#include "util/buf.h"
#include "util/map.h"
#include "util/path.h"

bool rules_bounded(struct judging *j, const char *path, size_t most)
{
	if (++j->seen <= most)
		return true;
	if (!j->unbounded)
		findings_add(j->findings, "doc.limit", OPS_ERROR, path, 0, 0,
			     "make it in parts", "the change is about more than %zu files, "
			     "and is not judged from here on", most);
	j->unbounded = true;
	return false;
}

bool rules_spend(struct judging *j, size_t steps)
{
	if (!j->spent && steps < j->steps) {
		j->steps -= steps;
		return true;
	}
	if (!j->spent)
		findings_add(j->findings, "doc.limit", OPS_ERROR, NULL, 0, 0,
			     "make it in parts", "comparing its patterns takes too long, and "
			     "they are not compared from here on");
	j->spent = true;
	return false;
}

static bool is_reference(const struct type *t, const char *name)
{
	const struct field *f = type_field(t, name);

	return f && f->kind == FIELD_REFERENCE;
}

/* A template as a pattern: {year} and {month} as digits, the name of a field as
 * what the document says there, other {x} as one `*`. */
static bool in_place(struct judging *j, const char *template, const struct ops_document *d)
{
	bool sharded = type_is_sharded(d->type, template);
	char shard[TYPE_SHARD + 1];
	const char *end, *value;
	struct buf b = BUF_INIT;
	char name[64];
	bool matches;

	for (; *template; template++) {
		if (*template != '{' || !(end = strchr(template, '}')) ||
		    (size_t)(end - template) > sizeof(name)) {
			buf_char(&b, *template);
			continue;
		}
		memcpy(name, template + 1, (size_t)(end - template) - 1);
		name[end - template - 1] = '\0';
		template = end;
		value = document_text(d, name);
		if (value && is_reference(d->type, name))
			value = reference_id(world_arena(d->world), value);
		if (sharded)
			type_shard(shard, d->id);
		if (!strcmp(name, "year"))
			buf_str(&b, "[0-9][0-9][0-9][0-9]");
		else if (!strcmp(name, "month"))
			buf_str(&b, "{0[1-9],1[0-2]}");
		else if (sharded && !strcmp(name, "shard"))
			buf_str(&b, shard);
		else if (type_field(d->type, name) && value && !strpbrk(value, "*?[{/"))
			buf_str(&b, value);
		else if (!b.len || b.data[b.len - 1] != '*')
			buf_char(&b, '*');
	}
	if (buf_failed(&b))
		findings_fail(j->findings);
	matches = !buf_failed(&b) && path_match(b.data, d->path);
	buf_release(&b);
	return matches;
}

static bool is_archived(const struct ops_document *d)
{
	const struct state *state = d->status ? type_state(d->type, d->status) : NULL;

	return state && state->final && d->type->archive;
}

/* Both say the same, byte for byte, and only the second lies in the place of its type. */
bool rules_goes_home(struct judging *j, const struct ops_document *before,
		     const struct ops_document *after)
{
	const struct type *t = after->type;
	const char *place = is_archived(after) ? t->archive : t->place;

	return place && !strcmp(before->type->name, t->name) &&
	       before->doc->len == after->doc->len &&
	       !memcmp(before->doc->text, after->doc->text, after->doc->len) &&
	       in_place(j, place, after) && !in_place(j, place, before);
}

void rules_place(struct judging *j, const struct ops_document *d)
{
	const struct type *t = d->type;
	bool archived = is_archived(d);

	/* Packets are in the place of what they are about; types with paths of
	 * their own are in place wherever those match. */
	if (!t->place || type_is(t, "packet") ||
	    in_place(j, archived ? t->archive : t->place, d))
		return;
	if (archived)
		rule_error(j, "doc.place", d, t->status, "ops complete and ops cancel "
			   "move it", "a %s with status %s belongs into the archive, "
			   "as %s", t->name, d->status, t->archive);
	else if (t->archive && in_place(j, t->archive, d))
		rule_error(j, "doc.place", d, t->status, NULL,
			   "a %s with status %s does not belong into the archive",
			   t->name, d->status ? d->status : "none");
	else if (t->patterns.nr == 1 + (t->archive != NULL))
		rule_error(j, "doc.place", d, NULL, "move it, or mend the field",
			   "its path is not %s", t->place);
}

void rules_name(struct judging *j, const struct change *change)
{
	const char *id = change->after->id;
	size_t len = strspn(id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			    "0123456789-_.");

	if (j->genesis || (*id && !id[len] && *id != '-' && *id != '.'))
		return;
	findings_add(j->findings, "doc.path", OPS_ERROR, change->path, 0, 0,
		     "choose another file name",
		     "the id '%s' is more than letters, digits, '-', '_' and '.', or "
		     "begins with one of the last", id);
}

static const char *lower(struct arena *arena, const char *text)
{
	char *copy = arena_str(arena, text), *c;

	for (c = copy; c && *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return copy;
}

/* The names of a directory by their small letters, read once in a judgement: a
 * commit may add as many documents as it likes. */
struct folded {
	struct map *first, *second;
};

static int fold_directory(struct folded **out, struct judging *j, const char *dir)
{
	struct folded *f = map_get(j->folded, dir);
	struct snap_entry *list;
	const char *small;
	size_t i, nr;
	int ret;

	if (f) {
		*out = f;
		return 0;
	}
	f = arena_alloc(j->arena, sizeof(*f));
	if (!f || !(f->first = map_new(j->arena)) || !(f->second = map_new(j->arena)))
		return OPS_ENOMEM;
	ret = snap_list(&list, &nr, world_snap(j->c->after), dir, j->arena, NULL);
	if (ret && ret != OPS_EINVALID)
		return ret;
	for (i = 0; ret == 0 && i < nr; i++) {
		small = lower(j->arena, list[i].name);
		if (!small || map_put(map_has(f->first, small) ? f->second : f->first, small,
				      (void *)(size_t)list[i].name))
			return OPS_ENOMEM;
	}
	if (map_put(j->folded, dir, f))
		return OPS_ENOMEM;
	*out = f;
	return 0;
}

int rules_same_but_case(const char **out, struct judging *j, const char *path)
{
	const char *dir = arena_dup(j->arena, path, path_directory_len(path));
	const char *small = lower(j->arena, path_name(path)), *first, *second;
	struct folded *f;
	int ret;

	*out = NULL;
	if (!j->folded)
		j->folded = map_new(j->arena);
	if (!dir || !small || !j->folded)
		return OPS_ENOMEM;
	ret = fold_directory(&f, j, dir);
	if (ret)
		return ret;
	first = map_get(f->first, small);
	second = map_get(f->second, small);
	if (first && strcmp(first, path_name(path)))
		*out = first;
	else if (second)
		*out = second;
	return 0;
}

bool rules_path(struct judging *j, const char *path, const struct snap_entry *after)
{
	return after ? world_misnamed(path, j->findings) : path_fault(path) != NULL;
}

/*
 * A file that is no document: it must not pass for one on a disk that ignores
 * the case of letters or by characters that are not seen, nor stand, as a link, where
 * the directories of documents belong.
 */
int rules_stray(struct judging *j, const char *path,
		const struct snap_entry *after)
{
	const struct config *c = j->config;
	const struct conf *dirs = conf_get(c->root, "directories");
	bool resembles;
	size_t i;

	if (config_governs_folded(&resembles, c, path))
		return OPS_ENOMEM;
	if (resembles) {
		findings_add(j->findings, "doc.path", OPS_ERROR, path, 0, 0,
			     "write directories and endings as the configuration does",
			     "the path differs from that of a document in the case of "
			     "letters only");
		return 0;
	}
	for (i = 0; dirs && i < conf_count(dirs); i++) {
		const struct conf *dir = conf_at(dirs, i)->value;

		if (dir->value && path_below(dir->value, path))
			(void)rules_path(j, path, after);
		if (dir->value && !snap_entry_is_file(after) &&
		    (!strcmp(dir->value, path) || path_below(path, dir->value) ||
		     path_below(dir->value, path))) {
			findings_add(j->findings, "doc.mode", OPS_ERROR, path, 0, 0,
				     "put a directory there",
				     "the documents in '%s' must be regular files in "
				     "real directories", dir->value);
			break;
		}
	}
	return 0;
}
