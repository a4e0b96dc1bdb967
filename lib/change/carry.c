/* SPDX-License-Identifier: MIT */
/*
 * What a commit did, done again on another snapshot: document by document through the same
 * merge that git's driver uses, each field of authority by itself.
 *
 * What comes of it lies in an overlay, and nobody was asked whether it is legal.  What cannot
 * be carried over whole is not carried over at all.  Never writes.
 */
#include "change/carry.h"

#include <string.h>

#include "model/merge.h"
#include "util/path.h"

#define FILE_BYTES_MAX ((size_t)64 << 20)

struct carried {
	const char *path, *stem;
	size_t stem_len;
	bool had, has;
	struct snap_entry before, after;
};

/* --- what it did --- */

static int note_item(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct carrying *c = payload;
	struct carried *list, *one;

	if (c->documents && strcmp(path, CONFIG_PATH) && !config_type_of_path(c->config, path))
		return 0;
	list = arena_room(c->arena, c->items, c->nr, &c->room, sizeof(*list));
	if (!list)
		return error_nomem(err);
	c->items = list;
	one = &list[c->nr++];
	one->path = arena_str(c->arena, path);
	one->stem_len = one->path ? path_stem(one->path, &one->stem) : 0;
	one->had = before != NULL;
	one->has = after != NULL;
	if (before)
		one->before = *before;
	if (after)
		one->after = *after;
	return one->path ? 0 : error_nomem(err);
}

static int end(struct carrying *c, enum replay_end how, const char *path, const char *why)
{
	c->out->end = how;
	c->out->path = path;
	c->out->why = why;
	return why ? 1 : OPS_ENOMEM;
}

static bool is_file(const struct snap_entry *e)
{
	return e->mode == SNAP_FILE || e->mode == SNAP_EXEC;
}

/* --- carrying it over; positive: it ended otherwise --- */

struct texts {
	struct blob base, ours, theirs;
};

static struct side side_of(const struct blob *b, bool there)
{
	struct side side = { there ? b->data : NULL, there ? b->len : 0 };

	return side;
}

/* Where the versions of one file lie. */
struct places {
	const char *base, *ours, *theirs;	/* base NULL: there was none */
	const char *to;
};

static int merge_file(struct carrying *c, const struct places *at, struct ops_error *err)
{
	const struct type *type = config_type_of_path(c->config, at->to);
	struct merge m = { .arena = c->arena, .text = BUF_INIT };
	struct texts t = { .base = { 0 } };
	int ret = snap_read(&t.theirs, c->theirs, at->theirs, FILE_BYTES_MAX, err);

	if (ret == 0)
		ret = snap_read(&t.ours, c->ours, at->ours, FILE_BYTES_MAX, err);
	if (ret == 0 && at->base)
		ret = snap_read(&t.base, c->base, at->base, FILE_BYTES_MAX, err);
	if (ret == 0)
		ret = merge_document(&m, type, side_of(&t.base, at->base), side_of(&t.ours, true),
				     side_of(&t.theirs, true), MERGE_ACT |
				     (c->later ? MERGE_OURS_LAST : 0) |
				     merge_flags_at(c->config, at->to), err);
	if (ret == 0 && m.conflicts_nr)
		ret = end(c, REPLAY_CONFLICT, at->to, *m.conflicts[0].name ?
			  arena_printf(c->arena, "'%s' of '%s' was changed there meanwhile",
				       m.conflicts[0].name, at->to) :
			  arena_printf(c->arena, "'%s' was changed there meanwhile", at->to));
	if (ret == 0)
		ret = snap_put(c->after, at->to, m.text.data, m.text.len, err);
	blob_release(&t.base);
	blob_release(&t.ours);
	blob_release(&t.theirs);
	buf_release(&m.text);
	return ret;
}

/* What a new packet says of the commit it was recorded on, it says of the one it is recorded
 * on there. */
static int rebase_fields(struct buf *out, struct carrying *c, const struct carried *one,
			 const struct blob *text, struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct doc_edit edits[4];
	char was[OID_HEX + 1], is[OID_HEX + 1];
	struct ops_error found = { 0 };
	struct ops_document *d;
	size_t i, nr = 0;
	int ret = ignored ? world_document_of(&d, c->world, one->path, text->data, text->len,
					      ignored, &found) : OPS_ENOMEM;

	oid_hex(was, c->parent);
	oid_hex(is, c->onto);
	for (i = 0; ret == 0 && i < d->type->fields_nr && nr < 4; i++) {
		const struct field *f = &d->type->fields[i];
		const char *value = f->kind == FIELD_COMMIT ? document_text(d, f->name) : NULL;

		if (value && !strcmp(value, was))
			edits[nr++] = (struct doc_edit){ .kind = DOC_SET, .name = f->name,
							 .value = is };
	}
	if (ret == 0 && nr)
		ret = doc_edit(out, d->doc, edits, nr, &found);
	ops_findings_free(ignored);
	/* of what is no document nothing is said; the judge looks at it */
	return ret == OPS_ENOMEM || ret == OPS_EIO ? error_set(err, ret, "%s", found.message) : 0;
}

static int copy_file(struct carrying *c, const struct carried *one, struct ops_error *err)
{
	struct buf rebased = BUF_INIT;
	struct blob text = { 0 };
	int ret = snap_read(&text, c->theirs, one->path, FILE_BYTES_MAX, err);

	if (ret == 0 && !one->had && c->parent && c->onto &&
	    config_type_of_path(c->config, one->path))
		ret = rebase_fields(&rebased, c, one, &text, err);
	if (ret == 0 && buf_failed(&rebased))
		ret = error_nomem(err);
	if (ret == 0)
		ret = snap_put_mode(c->after, one->path, rebased.len ? rebased.data : text.data,
				    rebased.len ? rebased.len : text.len,
				    one->after.mode == SNAP_EXEC, err);
	buf_release(&rebased);
	blob_release(&text);
	return ret;
}

/* What stands at a path; *is false: nothing. */
static int find_at(struct snap_entry *e, bool *is, struct snap *snap, const char *path,
		   struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = snap_find(e, snap, path, &found);

	*is = ret == 0;
	return ret == 0 || ret == OPS_ENOTFOUND ? 0 : error_set(err, ret, "%s", found.message);
}

static int find_there(struct snap_entry *e, bool *is, struct carrying *c, const char *path,
		      struct ops_error *err)
{
	return find_at(e, is, c->ours, path, err);
}

/* The item that a document moved from, when it was made at `one`; NULL. */
static const struct carried *moved_from(const struct carrying *c, const struct carried *one)
{
	const struct type *type = config_type_of_path(c->config, one->path);
	size_t i;

	for (i = 0; type && !one->had && i < c->nr; i++)
		if (c->items[i].had && !c->items[i].has &&
		    c->items[i].stem_len == one->stem_len &&
		    !memcmp(c->items[i].stem, one->stem, one->stem_len) &&
		    config_type_of_path(c->config, c->items[i].path) == type)
			return &c->items[i];
	return NULL;
}

/* The item that a document moved to, when it went from `one`; NULL. */
static const struct carried *moved_to(const struct carrying *c, const struct carried *one)
{
	size_t i;

	for (i = 0; i < c->nr; i++)
		if (c->items[i].has && moved_from(c, &c->items[i]) == one)
			return &c->items[i];
	return NULL;
}

static int gone_there(struct carrying *c, const char *path)
{
	return end(c, REPLAY_CONFLICT, path,
		   arena_printf(c->arena, "'%s' is not there any more", path));
}

/* A document that it moved: what changed there meanwhile comes along. */
static int carry_move(struct carrying *c, const struct carried *from, const struct carried *to,
		      struct ops_error *err)
{
	const struct places places = { from->path, from->path, to->path, to->path };
	struct snap_entry e, at;
	bool is, taken, same;
	int ret = find_there(&e, &is, c, from->path, err);

	if (ret == 0)
		ret = find_there(&at, &taken, c, to->path, err);
	if (ret)
		return ret;
	if (!is)
		return gone_there(c, from->path);
	if (taken)
		return end(c, REPLAY_CONFLICT, to->path,
			   arena_printf(c->arena, "'%s' is there already", to->path));
	ret = snap_same_file(&same, from->path, c->ours, &e, c->base, &from->before, err);
	if (ret)
		return ret;
	return same ? copy_file(c, to, err) : merge_file(c, &places, err);
}

static int carry_map(struct carrying *c, const char *was, const char *is)
{
	if (!c->elsewhere)
		c->elsewhere = map_new(c->arena);
	return c->elsewhere ? map_put(c->elsewhere, was, (char *)(size_t)is) : OPS_ENOMEM;
}

/* What it changed of a document that lies elsewhere there: that is where it is done. */
static int carry_after(struct carrying *c, const struct carried *one, struct ops_error *err)
{
	const struct type *type = config_type_of_path(c->config, one->path);
	const char *id = arena_dup(c->arena, one->stem, one->stem_len);
	struct places at = { one->path, NULL, one->path, NULL };
	int ret = id ? OPS_ENOTFOUND : OPS_ENOMEM;

	if (id && type && !type_is(type, "packet") && !type->abstract)
		ret = world_exact_path(&at.ours, c->world, id, type->name, NULL);
	if (ret == OPS_ENOTFOUND || ret == OPS_EAMBIGUOUS)
		return gone_there(c, one->path);
	if (ret)
		return error_set(err, ret, "'%s' could not be looked for", one->path);
	at.to = at.ours = arena_str(c->arena, at.ours);
	if (!at.to || carry_map(c, one->path, at.to))
		return error_nomem(err);
	return merge_file(c, &at, err);
}

/* One that is there and was there, and differs from both versions of it. */
static int carry_onto(struct carrying *c, const struct carried *one,
		      const struct snap_entry *there, struct ops_error *err)
{
	const struct places at = { one->had ? one->path : NULL, one->path, one->path, one->path };

	/* A merge is of texts. */
	if (one->after.mode != (one->had ? one->before.mode : there->mode))
		return end(c, REPLAY_UNFIT, one->path,
			   arena_printf(c->arena, "it changes the mode of '%s'", one->path));
	return merge_file(c, &at, err);
}

static int carry_put(struct carrying *c, const struct carried *one, struct ops_error *err)
{
	const struct carried *from = moved_from(c, one);
	bool is, done = false, kept = false;
	struct snap_entry e;
	int ret = find_there(&e, &is, c, one->path, err);

	if (ret)
		return ret;
	if (from)
		return carry_move(c, from, one, err);
	if (is)
		ret = snap_same_file(&done, one->path, c->ours, &e, c->theirs, &one->after, err);
	if (ret || done)
		return ret;
	if (!is_file(&one->after) || (one->had && !is_file(&one->before)) ||
	    (is && !is_file(&e)))
		return end(c, REPLAY_UNFIT, one->path,
			   arena_printf(c->arena, "'%s' is no regular file", one->path));
	if (one->had && !is)
		return carry_after(c, one, err);
	if (is && one->had)
		ret = snap_same_file(&kept, one->path, c->ours, &e, c->base, &one->before, err);
	if (ret)
		return ret;
	return !is || kept ? copy_file(c, one, err) : carry_onto(c, one, &e, err);
}

static int carry_removal(struct carrying *c, const struct carried *one, struct ops_error *err)
{
	struct snap_entry e;
	bool is, kept;
	int ret = find_there(&e, &is, c, one->path, err);

	if (ret || !is)
		return ret;
	ret = snap_same_file(&kept, one->path, c->ours, &e, c->base, &one->before, err);
	if (ret)
		return ret;
	if (!kept && !moved_to(c, one))
		return end(c, REPLAY_CONFLICT, one->path,
			   arena_printf(c->arena, "'%s' was changed there meanwhile",
					one->path));
	return snap_remove(c->after, one->path, err);
}

/* What it did at one of the paths that are asked for. */
static int note_path(struct carrying *c, const char *path, struct ops_error *err)
{
	struct snap_entry before, after;
	bool had, has, same = false;
	int ret = find_at(&before, &had, c->base, path, err);

	if (ret == 0)
		ret = find_at(&after, &has, c->theirs, path, err);
	if (ret)
		return ret;
	had = had && before.mode != SNAP_DIR;
	has = has && after.mode != SNAP_DIR;
	if (had && has)
		ret = snap_same_file(&same, path, c->base, &before, c->theirs, &after, err);
	if (ret || same || (!had && !has))
		return ret;
	return note_item(path, had ? &before : NULL, has ? &after : NULL, c, err);
}

static int note_items(struct carrying *c, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	if (!c->only)
		return snap_diff(c->base, c->theirs, note_item, c, err);
	for (i = 0; ret == 0 && i < map_count(c->only); i++)
		ret = note_path(c, map_at(c->only, i)->key, err);
	return ret;
}

int carry_over(struct carrying *c, struct ops_error *err)
{
	size_t i;
	int ret = note_items(c, err);

	for (i = 0; ret == 0 && i < c->nr; i++)
		if (path_fault(c->items[i].path))
			return end(c, REPLAY_UNFIT, c->items[i].path,
				   "it has a path that ops does not write");
	/* Removals first: one may make room for what is put. */
	for (i = 0; ret == 0 && i < c->nr; i++)
		if (!c->items[i].has)
			ret = carry_removal(c, &c->items[i], err);
	for (i = 0; ret == 0 && i < c->nr; i++)
		if (c->items[i].has)
			ret = carry_put(c, &c->items[i], err);
	return ret;
}
