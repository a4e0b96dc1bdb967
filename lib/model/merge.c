/* SPDX-License-Identifier: MIT */
/*
 * Merging three versions of a document.
 *
 * What cannot be read is merged by lines, as git would.  A result without conflict that
 * cannot be read back is not believed: then all of the document is in conflict.
 */

#include "model/merge.h"

#include <string.h>

int merge_conflict(struct merge *m, enum conflict_kind kind, const char *name,
		   struct ops_error *err)
{
	struct conflict *list;
	size_t i;

	for (i = 0; i < m->conflicts_nr; i++)
		if (m->conflicts[i].kind == kind && !strcmp(m->conflicts[i].name, name))
			return 0;
	list = arena_room(m->arena, m->conflicts, m->conflicts_nr, &m->conflicts_room,
			  sizeof(*list));
	if (!list)
		return error_nomem(err);
	m->conflicts = list;
	m->conflicts[m->conflicts_nr].kind = kind;
	m->conflicts[m->conflicts_nr++].name = name;
	return 0;
}

static void add_lines(struct buf *out, const char *text, size_t len)
{
	buf_add(out, text, len);
	if (len && text[len - 1] != '\n')
		buf_char(out, '\n');
}

void merge_markers(struct buf *out, const char *ours, size_t ours_len,
		   const char *theirs, size_t theirs_len)
{
	buf_str(out, "<<<<<<< ours\n");
	add_lines(out, ours, ours_len);
	buf_str(out, "=======\n");
	add_lines(out, theirs, theirs_len);
	buf_str(out, ">>>>>>> theirs\n");
}

static bool same(struct side a, struct side b)
{
	if (!a.text || !b.text)
		return a.text == b.text;
	return a.len == b.len && !memcmp(a.text, b.text, a.len);
}

static int take(struct merge *m, struct side side, struct ops_error *err)
{
	if (side.text)
		buf_add(&m->text, side.text, side.len);
	return buf_failed(&m->text) ? error_nomem(err) : 0;
}

/* Both versions, whole. */
static int give_up(struct merge *m, struct side ours, struct side theirs,
		   struct ops_error *err)
{
	buf_clear(&m->text);
	merge_markers(&m->text, ours.text ? ours.text : "", ours.len,
		      theirs.text ? theirs.text : "", theirs.len);
	m->conflicts_nr = 0;
	if (buf_failed(&m->text))
		return error_nomem(err);
	return merge_conflict(m, CONFLICT_DOCUMENT, "", err);
}

static int by_lines(struct merge *m, struct side base, struct side ours,
		    struct side theirs, struct ops_error *err)
{
	bool clean;
	int ret = merge_text(&m->text, &clean, base, ours, theirs, err);

	if (ret == 0 && buf_failed(&m->text))
		ret = error_nomem(err);
	return ret || clean ? ret : merge_conflict(m, CONFLICT_DOCUMENT, "", err);
}

unsigned merge_flags_at(const struct config *config, const char *path)
{
	return !strcmp(path, config->decisions) || !strcmp(path, config->patterns) ?
	       MERGE_ENTRIES : 0;
}

static int by_entries(struct merge *m, struct side base, struct side ours,
		      struct side theirs, struct ops_error *err)
{
	int ret = merge_entries(&m->text, m->arena, base, ours, theirs, err);

	if (ret <= 0)
		return ret == 0 && buf_failed(&m->text) ? error_nomem(err) : ret;
	buf_clear(&m->text);
	return by_lines(m, base, ours, theirs, err);
}

/* NULL: not there, or it cannot be read. */
static int read_side(struct doc **out, struct merge *m, struct side side,
		     struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct ops_error found = { 0 };
	int ret;

	*out = NULL;
	if (!ignored)
		return error_nomem(err);
	ret = side.text ? doc_parse(out, m->arena, NULL, side.text, side.len, 0, ignored,
				    &found) : 0;
	ops_findings_free(ignored);
	return ret == 0 || ret == OPS_EINVALID ? 0 : error_set(err, ret, "%s",
							       found.message);
}

static int merge_parts(struct merging *g, struct ops_error *err)
{
	const struct doc *o;
	struct buf *out = &g->m->text;
	int ret = merge_lists(g, err);

	if (ret)
		return ret;
	o = g->ours;
	buf_add(out, o->text, o->header_at);
	ret = merge_header(out, g, err);
	if (ret)
		return ret;
	buf_add(out, o->text + o->header_at + o->header_len,
		o->body_at - o->header_at - o->header_len);
	ret = merge_body(out, g, err);
	return ret == 0 && buf_failed(out) ? error_nomem(err) : ret;
}

int merge_document(struct merge *m, const struct type *type, struct side base,
		   struct side ours, struct side theirs, unsigned flags,
		   struct ops_error *err)
{
	struct merging g = { .m = m, .type = type, .flags = flags,
			     .hunk_ours = BUF_INIT, .hunk_theirs = BUF_INIT };
	struct doc *again;
	int ret;

	if (same(ours, theirs) || same(base, theirs))
		return take(m, ours, err);
	if (same(base, ours))
		return take(m, theirs, err);
	if (!type && flags & MERGE_ENTRIES)
		return by_entries(m, base, ours, theirs, err);
	if (!type)
		return by_lines(m, base, ours, theirs, err);
	if (type->append_only || !ours.text || !theirs.text)
		return give_up(m, ours, theirs, err);
	ret = read_side(&g.base, m, base, err);
	if (ret == 0)
		ret = read_side(&g.ours, m, ours, err);
	if (ret == 0)
		ret = read_side(&g.theirs, m, theirs, err);
	if (ret)
		return ret;
	if (!g.ours || !g.theirs || (base.text && !g.base))
		return by_lines(m, base, ours, theirs, err);
	ret = merge_parts(&g, err);
	buf_release(&g.hunk_ours);
	buf_release(&g.hunk_theirs);
	if (ret || m->conflicts_nr)
		return ret;
	ret = read_side(&again, m, (struct side){ m->text.data, m->text.len }, err);
	return ret || again ? ret : give_up(m, ours, theirs, err);
}
