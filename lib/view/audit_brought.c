/* SPDX-License-Identifier: MIT */
/*
 * Documents that a merge has as no side has them, because both changed them.
 *
 * Who merges did nothing to such a document when it says what comes of doing one side
 * again, commit by commit, after the other one, as ops sync would; and what each of those
 * commits did is judged there once more, as the act of whoever made it: both ways, for of
 * two sides neither was first.  Of more than two each is the first once, and the others come
 * in turn, so that any two of them are tried both ways.  What the merge makes of it otherwise
 * is its own change, and judged as such elsewhere; so is a task of which something cannot be
 * done again, whoever decided about that.
 *
 * Must never find a document that says anything which none of the commits made it say.
 */
#include "view/audit_brought.h"

#include <stdint.h>
#include <string.h>

#include "change/carry.h"
#include "store/seen.h"
#include "view/audit_inside.h"
#include "view/audit_unfit.h"

struct bringing {
	struct judged *j;
	struct map *own;		/* paths in question */
	struct snap *line;		/* an overlay over one side, with what was done again */
	struct arena *arena;		/* of one commit */
	struct ops_findings *found;
	struct seen done;		/* commits, of the way at hand */
	struct unfit unfit;		/* what cannot be done again */
};

/* What a commit did there, as paths. */
struct deed {
	struct map *paths;
	const struct bringing *b;
	bool asked;			/* one of those in question is among them */
};

static int note_deed(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct deed *d = payload;
	bool unfit = false;
	int ret = map_has(d->b->own, path) ? unfit_has(&unfit, &d->b->unfit, path, err) : 0;

	(void)before;
	(void)after;
	d->asked |= map_has(d->b->own, path) && !unfit;
	return ret == 0 && map_put(d->paths, path, d) ? error_nomem(err) : ret;
}

/* Let the line have what a commit made of it. */
static int take_over(struct bringing *b, const struct deed *d, struct snap *after,
		     struct ops_error *err)
{
	struct ops_error none = { 0 };
	struct snap_entry entry;
	struct blob blob;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < map_count(d->paths); i++) {
		const char *path = map_at(d->paths, i)->key;

		ret = snap_find(&entry, after, path, &none);
		if (ret == OPS_ENOTFOUND) {
			ret = snap_remove(b->line, path, err);
			continue;
		}
		if (ret == 0)
			ret = snap_read(&blob, after, path, SIZE_MAX, &none);
		if (ret)
			return error_set(err, ret, "%s", none.message);
		ret = snap_put_mode(b->line, path, blob.data, blob.len, entry.mode == SNAP_EXEC,
				    err);
		blob_release(&blob);
	}
	return ret;
}

int audit_claim(const char **out, const struct commit *c, struct arena *arena,
		struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct message m;
	int ret = ignored ? message_parse(&m, arena, c->message, c->message_len, ignored,
					  NULL) : OPS_ENOMEM;

	*out = ret ? NULL : message_trailer(&m, "Ops-Actor");
	ops_findings_free(ignored);
	return ret == OPS_ENOMEM ? error_nomem(err) : 0;
}

void audit_say_joined(struct ops_findings *out, const struct ops_finding *f,
		      const struct oid *id, const char *by)
{
	char hex[OID_HEX + 1];

	oid_hex(hex, id);
	findings_add(out, f->rule, f->severity, f->path, f->line, f->column,
		     "make it again on top of what it joins: " TAKE_MERGE_BACK ", and ops sync "
		     "does it, and leaves out what is not legal there; where that stops at a "
		     "commit of git's, git rebase -i does",
		     "%s (in %.10s, by %s)", f->message, hex, by);
}

/* Keep what is said of the documents in question, and of none that lies as it was made. */
static void keep(struct bringing *b, const struct ops_findings *found, const struct deed *d,
		 const struct commit *c)
{
	size_t i;

	for (i = 0; i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		if (f->severity != OPS_ERROR ||
		    (f->path && map_has(d->paths, f->path) && !map_has(b->own, f->path)))
			continue;
		audit_say_joined(b->found, f, &c->id, "what it joins");
	}
}

static int judge(struct bringing *b, const struct commit *c, struct world *before,
		 struct snap *after, const struct deed *d, struct ops_error *err)
{
	struct signer signer = { 0 };
	struct judge_case k = audit_case(c, &signer, NULL);
	struct ops_findings *found = ops_findings_new();
	struct world *now = NULL;
	int ret = found ? audit_claim(&k.claimed, c, b->arena, err) : error_nomem(err);

	if (ret == 0)
		ret = world_open(&now, after, b->j->v->repo->cache, err);
	if (ret == 0) {
		signature_check(&signer, &b->j->v->repo->verifier, c);
		k.before = before;
		k.after = now;
		k.message = NULL;	/* it speaks of where it was made */
		ret = judge_change(&k, found, err);
	}
	if (ret == 0)
		keep(b, found, d, c);
	world_close(now);
	ops_findings_free(found);
	return ret;
}

/* Positive: it does not fit; so does what cannot be read, or put there. */
static int carry(struct bringing *b, const struct commit *c, struct world *before,
		 struct snap *after, struct ops_error *err)
{
	struct replayed end = { .config = NULL };
	struct carrying carrying = { .arena = b->arena, .ours = b->line, .after = after,
				     .world = before, .documents = true, .out = &end };
	struct store *s = b->j->v->repo->store;
	struct ops_error found = { 0 };
	int ret = world_config(&carrying.config, before, &found);

	if (ret == 0)
		ret = snap_of_commit(&carrying.base, s, &c->parents[0], &found);
	if (ret == 0)
		ret = snap_of_commit(&carrying.theirs, s, &c->id, &found);
	if (ret == 0)
		ret = carry_over(&carrying, &found);
	snap_free(carrying.theirs);
	snap_free(carrying.base);
	if (ret == OPS_ENOMEM || ret == OPS_EIO)
		return error_set(err, ret, "%s", found.message);
	return ret ? 1 : 0;
}

static int do_commit(struct bringing *b, const struct commit *c, struct ops_error *err)
{
	struct deed d = { map_new(b->arena), b, false };
	struct world *before = NULL;
	struct snap *after = NULL;
	int ret = d.paths ? world_open(&before, b->line, b->j->v->repo->cache, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = snap_overlay(&after, b->line, err);
	if (ret == 0)
		ret = carry(b, c, before, after, err);
	if (ret == 0)
		ret = snap_diff(b->line, after, note_deed, &d, err);
	if (ret == 0 && d.asked)
		ret = judge(b, c, before, after, &d, err);
	world_close(before);
	if (ret == 0)
		ret = take_over(b, &d, after, err);
	snap_free(after);
	return ret;
}

/* A merge among them says nothing if what it joins says all of it. */
static int pass_merge(struct bringing *b, const struct commit *c, struct ops_error *err)
{
	struct map *odd;
	size_t i;
	int ret = replay_joins(&odd, b->j->v->repo, c, true, b->arena, err);

	if (ret == 0 && !odd)
		b->unfit.all = true;
	for (i = 0; ret == 0 && i < map_count(odd); i++)
		ret = unfit_add(&b->unfit, map_at(odd, i)->key, err);
	return ret;
}

static int do_again(const struct oid *id, void *payload, struct ops_error *err)
{
	struct bringing *b = payload;
	struct store *s = b->j->v->repo->store;
	struct commit c;
	bool fresh;
	int ret = seen_add(&fresh, &b->done, s, id, err);

	/* A third side may have what the second one has. */
	if (ret || !fresh)
		return ret;
	arena_clear(b->arena);
	ret = commit_read(&c, s, id, b->arena, err);
	if (ret == 0)
		ret = c.parents_nr > 1 ? pass_merge(b, &c, err) :
		      c.parents_nr ? do_commit(b, &c, err) : 1;
	if (ret > 0)
		ret = unfit_add_commit(&b->unfit, b->j, &c, err);
	return ret ? ret : b->unfit.all;
}

/* Whether both worlds have a document there that says the same, or neither has any. */
static int says_same(bool *out, const char *path, struct world *one, struct world *two,
		     struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	struct ops_error found = { 0 };
	struct ops_document *x, *y;
	int first = ignored ? world_document(&x, one, path, ignored, &found) : OPS_ENOMEM;
	int second = first == OPS_ENOMEM ? first :
		     world_document(&y, two, path, ignored, &found);

	*out = first == second && (first == OPS_ENOTFOUND || (first == 0 && judge_same(x, y)));
	ops_findings_free(ignored);
	if (first == OPS_ENOMEM || first == OPS_EIO)
		return error_set(err, first, "%s", found.message);
	if (second == OPS_ENOMEM || second == OPS_EIO)
		return error_set(err, second, "%s", found.message);
	return 0;
}

/* Add to `out` what the line has as the merge has it. */
static int compare(struct map *out, struct bringing *b, struct world *merged,
		   struct ops_error *err)
{
	struct world *w = NULL;
	bool same = false, unfit = false;
	size_t i;
	int ret = world_open(&w, b->line, b->j->v->repo->cache, err);

	for (i = 0; ret == 0 && i < map_count(b->own); i++) {
		const char *path = map_at(b->own, i)->key;

		ret = unfit_has(&unfit, &b->unfit, path, err);
		if (ret == 0 && !unfit)
			ret = says_same(&same, path, w, merged, err);
		if (ret == 0 && !unfit && same && map_put(out, path, out))
			ret = error_nomem(err);
	}
	world_close(w);
	return ret;
}

/* Do again on one side what the others have and it has not, one of them after the other. */
static int one_way(struct map *out, struct bringing *b, const struct commit *c, size_t side,
		   struct world *merged, struct ops_error *err)
{
	struct store *s = b->j->v->repo->store;
	const struct oid *mine = &c->parents[side];
	size_t k, n = c->parents_nr;
	struct snap *tip = NULL;
	int ret = snap_of_commit(&tip, s, mine, err);

	b->line = NULL;
	if (ret == 0)
		ret = snap_overlay(&b->line, tip, err);
	for (k = 1; ret == 0 && !b->unfit.all && k < n; k++)
		ret = history_walk(s, &c->parents[(side + k) % n], mine, false, do_again, b, err);
	if (ret == 0 && !b->unfit.all)
		ret = compare(out, b, merged, err);
	seen_release(&b->done);
	memset(&b->done, 0, sizeof(b->done));
	snap_free(b->line);
	snap_free(tip);
	return ret;
}

/* Those of `own` that are documents, but no packets, which nobody changes. */
static int find_documents(struct map **out, struct judged *j, const struct map *own,
			  struct world *merged, struct ops_error *err)
{
	struct map *found = map_new(j->arena);
	const struct config *config;
	const struct type *type;
	size_t i;
	int ret = found ? world_config(&config, merged, err) : error_nomem(err);

	for (i = 0; ret == 0 && i < map_count(own); i++) {
		type = config_type_of_path(config, map_at(own, i)->key);
		if (type && !type_is(type, "packet") &&
		    map_put(found, map_at(own, i)->key, found))
			ret = error_nomem(err);
	}
	*out = found;
	return ret;
}

/* What is said of the others is not asked: they are the merge's own. */
static void tell(struct ops_findings *out, const struct bringing *b, const struct map *brought)
{
	size_t i;

	for (i = 0; map_count(brought) && i < ops_findings_count(b->found); i++) {
		const struct ops_finding *f = ops_findings_at(b->found, i);

		if (!f->path || !map_has(b->own, f->path) || map_has(brought, f->path))
			findings_add(out, f->rule, f->severity, f->path, f->line, f->column,
				     f->remedy, "%s", f->message);
	}
}

/* All ways; once more when something turned out not to be done again, since what was found
 * about it until then is not asked any more. */
static int all_ways(struct map **out, struct bringing *b, const struct commit *c,
		    struct world *merged, struct ops_error *err)
{
	struct map *brought;
	size_t i, nr;
	int ret;

	do {
		nr = map_count(b->unfit.ids);
		ops_findings_clear(b->found);
		brought = map_new(b->j->arena);
		ret = brought ? 0 : error_nomem(err);
		for (i = 0; ret == 0 && !b->unfit.all && i < c->parents_nr; i++)
			ret = one_way(brought, b, c, i, merged, err);
	} while (ret == 0 && !b->unfit.all && nr < map_count(b->unfit.ids));
	if (ret == 0 && !b->unfit.all)
		*out = brought;
	return ret;
}

int audit_brought(struct map **out, struct judged *j, const struct commit *c,
		  const struct map *own, struct ops_findings *found, struct ops_error *err)
{
	struct bringing b = { .j = j, .arena = arena_new(), .found = ops_findings_new() };
	struct map *brought = map_new(j->arena);
	struct world *merged = NULL;
	struct snap *snap = NULL;
	int ret = b.arena && b.found && brought ? 0 : error_nomem(err);

	b.unfit.arena = j->arena;
	b.unfit.ids = map_new(j->arena);
	if (ret == 0 && !b.unfit.ids)
		ret = error_nomem(err);
	if (ret == 0 && c->parents_nr <= REPLAY_SIDES_MAX)	/* of more, it is its own */
		ret = audit_world(&merged, &snap, j->v->repo, &c->id, err);
	if (ret == 0 && merged)
		ret = world_config(&b.unfit.config, merged, err);
	if (ret == 0 && merged)
		ret = find_documents(&b.own, j, own, merged, err);
	if (ret == 0 && map_count(b.own))
		ret = all_ways(&brought, &b, c, merged, err);
	if (ret == 0 && findings_failed(b.found))
		ret = error_nomem(err);
	if (ret == 0) {
		if (found)
			tell(found, &b, brought);
		*out = brought;
	}
	world_close(merged);
	snap_free(snap);
	ops_findings_free(b.found);
	arena_free(b.arena);
	return ret;
}
