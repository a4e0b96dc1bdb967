/* SPDX-License-Identifier: MIT */
/*
 * Which commits a range has, parents before children.
 *
 * Commits are read as their bytes are: replace refs and grafts are never asked, so that
 * they hide no parents.  Where a shallow clone is cut off there are none, and who lists it
 * has to say so (store_is_cut()).
 *
 * Of a long history next to nothing is in memory: what the walk has met is a bit for each
 * (seen.c), what it has still to finish and what it found lies in files (spill.c).
 */
#include <stdlib.h>
#include <string.h>

#include "store/history_inside.h"
#include "store/repo.h"
#include "store/seen.h"
#include "util/array.h"

/*
 * A commit that was met lies on the stack until all that it stands on was listed: its id, the
 * ids of those parents that were not looked at yet, the first of them last, and how many.
 */
struct walk {
	struct store *store;
	const struct oid *hide;		/* or NULL */
	struct seen seen;
	struct spill stack, found;
	size_t depth;			/* commits on the stack */
	/* So many of them, from the bottom, are of the line; until the walk first turns that is
	 * not known, and `turned` false. */
	size_t line_depth;
	bool turned, descends;
	unsigned char *line;
	size_t line_room;
	size_t met, listed, max;
};

const char *history_parents(size_t *nr, const char *raw, size_t len)
{
	const char *end = raw + len, *tree = memchr(raw, '\n', len);
	const char *lines = tree ? tree + 1 : end, *line;
	char hex[OID_HEX + 1] = "";
	struct oid id;

	*nr = 0;
	for (line = lines; end - line >= HISTORY_PARENT && !memcmp(line, "parent ", 7) &&
	     line[HISTORY_PARENT - 1] == '\n'; line += HISTORY_PARENT) {
		memcpy(hex, line + 7, OID_HEX);
		if (!oid_parse(&id, hex))
			break;
		++*nr;
	}
	return lines;
}

void history_parent(struct oid *out, const char *lines, size_t i)
{
	char hex[OID_HEX + 1] = "";

	memcpy(hex, history_parent_line(lines, i) + 7, OID_HEX);
	(void)oid_parse(out, hex);
}

int history_too_many(size_t max, struct ops_error *err)
{
	return error_set(err, OPS_EREFUSED, "more than %zu new commits at once: "
			 "send them in parts", max);
}

static int push_commit(struct walk *w, const struct oid *id, const char *lines, size_t nr,
		       struct ops_error *err)
{
	struct oid parent;
	size_t i;
	int ret = spill_add(&w->stack, id, sizeof(*id), err);

	for (i = nr; ret == 0 && i-- > 0;) {
		history_parent(&parent, lines, i);
		ret = spill_add(&w->stack, &parent, sizeof(parent), err);
	}
	if (ret == 0)
		ret = spill_add(&w->stack, &nr, sizeof(nr), err);
	w->depth++;
	return ret;
}

/* The bytes of a commit, and where they name its parents. */
static int read_commit(struct object *out, const char **lines, size_t *nr, struct walk *w,
		       const struct oid *id, struct ops_error *err)
{
	int ret = repo_object(out, w->store, id, GIT_OBJECT_COMMIT, HISTORY_COMMIT_MAX, err);

	if (ret)
		return ret;
	*lines = history_parents(nr, out->data, out->len);
	if (store_is_cut(w->store, id))
		*nr = 0;
	return 0;
}

/* Look at a commit, and go on with it unless it was met before. */
static int enter(struct walk *w, const struct oid *id, struct ops_error *err)
{
	struct object object = { 0 };
	const char *lines;
	bool fresh;
	size_t nr;
	int ret = seen_add(&fresh, &w->seen, w->store, id, err);

	if (ret == 0 && !fresh && !w->turned) {
		w->turned = true;
		w->line_depth = w->depth;
	}
	if (ret || !fresh)
		return ret;
	if (w->max && ++w->met > w->max)
		return history_too_many(w->max, err);
	ret = read_commit(&object, &lines, &nr, w, id, err);
	if (ret == 0)
		ret = push_commit(w, id, lines, nr, err);
	object_release(&object);
	return ret;
}

/* List the commit on top, of which nothing is left to be looked at. */
static int leave(struct walk *w, struct ops_error *err)
{
	struct oid id;
	int ret = spill_take(&id, &w->stack, sizeof(id), err);

	if (ret == 0)
		ret = spill_add(&w->found, &id, sizeof(id), err);
	if (ret == 0 && w->listed % 8 == 0) {
		if (array_room(&w->line, w->listed / 8, &w->line_room, 1) < 0)
			ret = error_nomem(err);
		else
			w->line[w->listed / 8] = 0;
	}
	if (ret)
		return ret;
	w->depth--;
	if (!w->turned || w->depth < w->line_depth) {
		w->turned = true;
		w->line_depth = w->depth;
		w->line[w->listed / 8] |= (unsigned char)(1u << w->listed % 8);
	}
	w->listed++;
	return 0;
}

static int walk(struct walk *w, const struct oid *tip, struct ops_error *err)
{
	struct oid id;
	size_t left;
	int ret = enter(w, tip, err);

	while (ret == 0 && w->depth) {
		ret = spill_take(&left, &w->stack, sizeof(left), err);
		if (ret == 0 && !left) {
			ret = leave(w, err);
			continue;
		}
		if (ret == 0)
			ret = spill_take(&id, &w->stack, sizeof(id), err);
		left--;
		if (ret == 0)
			ret = spill_add(&w->stack, &left, sizeof(left), err);
		if (ret)
			break;
		w->descends = w->descends || (w->hide && oid_equal(&id, w->hide));
		ret = enter(w, &id, err);
	}
	return ret;
}

/* Take in all that `hide` has, which may be far more than there is to list. */
static int hide_all(struct walk *w, struct ops_error *err)
{
	struct object object = { 0 };
	struct oid id = *w->hide;
	const char *lines;
	bool fresh;
	size_t nr;
	int ret = spill_add(&w->stack, &id, sizeof(id), err);

	/* Some may be there, but not what they stand on. */
	seen_release(&w->seen);
	while (ret == 0 && spill_len(&w->stack)) {
		ret = spill_take(&id, &w->stack, sizeof(id), err);
		if (ret == 0)
			ret = seen_add(&fresh, &w->seen, w->store, &id, err);
		if (ret || !fresh)
			continue;
		ret = read_commit(&object, &lines, &nr, w, &id, err);
		while (ret == 0 && nr-- > 0) {
			history_parent(&id, lines, nr);
			ret = spill_add(&w->stack, &id, sizeof(id), err);
		}
		object_release(&object);
	}
	return ret;
}

int history_list(struct history *out, struct store *s, const struct oid *tip,
		 const struct oid *hide, size_t max, struct ops_error *err)
{
	struct walk w = { .store = s, .hide = hide, .max = max, .stack = { .store = s },
			  .found = { .store = s } };
	bool much = false;
	void *list = NULL;
	int ret = 0;

	if (hide)
		ret = history_hide(&much, &w.seen, s, tip, hide, max, err);
	if (ret == 0 && much)
		ret = hide_all(&w, err);
	if (ret == 0)
		ret = walk(&w, tip, err);
	if (ret == 0)
		ret = spill_all(&list, &w.found, err);
	seen_release(&w.seen);
	spill_release(&w.stack);
	if (ret) {
		spill_release(&w.found);
		free(w.line);
		return ret;
	}
	out->list = list;
	out->nr = w.listed;
	out->line = w.line;
	/* What lies between the two is never hidden. */
	out->descends = hide && (w.descends || oid_equal(tip, hide));
	out->bytes = w.found;
	return 0;
}

void history_rest(struct history *h, size_t nr)
{
	spill_rest(&h->bytes, nr * sizeof(*h->list));
}

void history_release(struct history *h)
{
	spill_release(&h->bytes);
	free(h->line);
	memset(h, 0, sizeof(*h));
}
