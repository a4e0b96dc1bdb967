/* SPDX-License-Identifier: MIT */
/*
 * Reading what synchronising is about: commits that are here and not there, acts that are
 * there already, and who has done what there meanwhile.
 */
#include "change/sync.h"

#include <string.h>

#include "util/map.h"
#include "util/path.h"

#define PENDING_MAX 10000	/* as one push may bring */

/* The first line of a message. */
static const char *subject_of(struct arena *arena, const struct commit *c)
{
	const char *lf = memchr(c->message, '\n', c->message_len);

	return arena_dup(arena, c->message, lf ? (size_t)(lf - c->message) : c->message_len);
}

static int parse(struct message *m, struct arena *arena, const struct commit *c,
		 struct ops_error *err)
{
	struct ops_findings *ignored = ops_findings_new();
	int ret = ignored ? message_parse(m, arena, c->message, c->message_len, ignored,
					  NULL) : OPS_ENOMEM;

	ops_findings_free(ignored);
	if (ret == OPS_EINVALID) {
		memset(m, 0, sizeof(*m));
		return 0;
	}
	return ret ? error_nomem(err) : 0;
}

/* --- here --- */

struct reading {
	struct syncing *y;
	size_t room;
	bool counts;		/* one round to count, one to read */
};

static int read_pending(struct syncing *y, const struct oid *id, struct ops_error *err)
{
	struct pending *p = &y->list[y->nr];
	struct ops_sync_act *a = &y->acts[y->nr];
	char hex[OID_HEX + 1];
	int ret = commit_read(&p->c, y->repo->store, id, y->arena, err);

	if (ret == 0)
		ret = parse(&p->message, y->arena, &p->c, err);
	if (ret)
		return ret;
	oid_hex(hex, id);
	p->act = a;
	p->id = message_trailer(&p->message, "Ops-Id");
	a->commit = arena_str(y->arena, hex);
	a->state = "recorded";
	a->action = message_trailer(&p->message, "Ops-Action");
	a->actor = message_trailer(&p->message, "Ops-Actor");
	if (!a->actor)
		a->actor = p->c.author.email;
	a->document = message_trailer(&p->message, "Ops-Doc");
	a->subject = subject_of(y->arena, &p->c);
	y->nr++;
	return a->commit && a->subject ? 0 : error_nomem(err);
}

static int one_here(const struct oid *id, void *payload, struct ops_error *err)
{
	struct reading *r = payload;

	if (!r->counts)
		return read_pending(r->y, id, err);
	if (++r->room > PENDING_MAX)
		return error_set(err, OPS_EREFUSED, "more than %d commits are recorded here "
				 "alone: push them with git, in parts", PENDING_MAX);
	return 0;
}

int sync_read_here(struct syncing *y, struct ops_error *err)
{
	const struct oid *hide = oid_is_zero(&y->there) ? NULL : &y->there;
	struct reading r = { y, 0, true };
	int ret = 0;

	y->nr = 0;
	if (oid_is_zero(&y->here) || oid_equal(&y->here, &y->there))
		return 0;
	ret = history_walk(y->repo->store, &y->here, hide, false, one_here, &r, err);
	if (ret)
		return ret;
	y->list = arena_array(y->arena, r.room + 1, sizeof(*y->list));
	y->acts = arena_array(y->arena, r.room + 1, sizeof(*y->acts));
	if (!y->list || !y->acts)
		return error_nomem(err);
	r.counts = false;
	return history_walk(y->repo->store, &y->here, hide, false, one_here, &r, err);
}

/* --- there --- */

static int put_winner(struct syncing *y, const char *path, struct winner *w,
		      struct ops_error *err)
{
	const char *stem, *key;
	size_t len = path_stem(path, &stem);
	const struct winner *old;

	key = arena_dup(y->arena, stem, len);
	old = key ? map_get(y->winners, key) : NULL;
	if (!key || ((!old || (w->status && !old->status)) && map_put(y->winners, key, w)))
		return error_nomem(err);
	return 0;
}

struct naming {
	struct syncing *y;
	struct winner *w;
};

static int name_path(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct naming *n = payload;

	(void)before;
	(void)after;
	return put_winner(n->y, path, n->w, err);
}

/* A commit that says nothing about itself. */
static int name_by_tree(struct syncing *y, const struct commit *c, struct winner *w,
			struct ops_error *err)
{
	struct naming n = { y, w };
	struct snap *a = NULL, *b = NULL;
	int ret = c->parents_nr ? snap_of_commit(&a, y->repo->store, &c->parents[0], err) :
		  snap_of_nothing(&a, err);

	if (ret == 0)
		ret = snap_of_commit(&b, y->repo->store, &c->id, err);
	if (ret == 0)
		ret = snap_diff(a, b, name_path, &n, err);
	snap_free(a);
	snap_free(b);
	return ret;
}

static int name_by_trailers(struct syncing *y, const struct message *m, struct winner *w,
			    struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < m->trailers_nr; i++) {
		const char *after = i + 1 < m->trailers_nr ? m->trailers[i + 1].name : "";
		struct winner *one = w;

		if (strcmp(m->trailers[i].name, "Ops-Doc"))
			continue;
		if (!strcmp(after, "Ops-Status")) {
			one = arena_alloc(y->arena, sizeof(*one));
			if (!one)
				return error_nomem(err);
			*one = *w;
			one->status = true;
		}
		ret = put_winner(y, m->trailers[i].value, one, err);
	}
	return ret;
}

static int note_act(struct syncing *y, const char *act, const struct message *m,
		    const struct winner *w, struct ops_error *err)
{
	struct told *told = arena_alloc(y->arena, sizeof(*told));

	if (!told)
		return error_nomem(err);
	told->by = w;
	told->message = *m;
	return map_put(y->theirs, act, told) ? error_nomem(err) : 0;
}

static int one_there(const struct oid *id, void *payload, struct ops_error *err)
{
	struct syncing *y = payload;
	struct winner *w = arena_alloc(y->arena, sizeof(*w));
	struct commit c;
	struct message m;
	const char *act;
	char hex[OID_HEX + 1];
	int ret = w ? commit_read(&c, y->repo->store, id, y->arena, err) : error_nomem(err);

	if (ret == 0)
		ret = parse(&m, y->arena, &c, err);
	if (ret)
		return ret;
	oid_hex(hex, id);
	y->behind++;
	w->commit = arena_str(y->arena, hex);
	w->actor = message_trailer(&m, "Ops-Actor");
	if (!w->actor)
		w->actor = c.author.email;
	w->subject = subject_of(y->arena, &c);
	act = message_trailer(&m, "Ops-Id");
	if (!w->commit || !w->subject)
		return error_nomem(err);
	ret = act ? note_act(y, act, &m, w, err) : 0;
	if (ret)
		return ret;
	return m.trailers_nr ? name_by_trailers(y, &m, w, err) : name_by_tree(y, &c, w, err);
}

static int count_there(const struct oid *id, void *payload, struct ops_error *err)
{
	struct syncing *y = payload;

	(void)id;
	(void)err;
	y->behind++;
	return 0;
}

int sync_read_there(struct syncing *y, struct ops_error *err)
{
	const struct oid *hide = oid_is_zero(&y->here) ? NULL : &y->here;

	y->behind = 0;
	y->theirs = map_new(y->arena);
	y->winners = map_new(y->arena);
	if (!y->theirs || !y->winners)
		return error_nomem(err);
	if (oid_is_zero(&y->there) || oid_equal(&y->here, &y->there))
		return 0;
	return history_walk(y->repo->store, &y->there, hide, false,
			    y->nr ? one_there : count_there, y, err);
}

static bool same_trailer(const struct message *a, const struct message *b, const char *name)
{
	const char *x = message_trailer(a, name), *y = message_trailer(b, name);

	return x && y && !strcmp(x, y);
}

/* Whether both are about one document, wherever it lies. */
static bool share_document(const struct message *a, const struct message *b)
{
	const char *x, *y;
	size_t i, k, len;

	for (i = 0; i < a->trailers_nr; i++) {
		if (strcmp(a->trailers[i].name, "Ops-Doc"))
			continue;
		len = path_stem(a->trailers[i].value, &x);
		for (k = 0; k < b->trailers_nr; k++)
			if (!strcmp(b->trailers[k].name, "Ops-Doc") &&
			    path_stem(b->trailers[k].value, &y) == len && !memcmp(x, y, len))
				return true;
	}
	return !message_trailer(a, "Ops-Doc") && !message_trailer(b, "Ops-Doc");
}

bool sync_same_act(const struct told *told, const struct pending *p)
{
	const struct message *a = &told->message, *b = &p->message;

	/* What makes documents makes others when it is asked for again by its key. */
	return same_trailer(a, b, "Ops-Actor") && same_trailer(a, b, "Ops-Action") &&
	       (!strcmp(p->act->action, "new") || !strcmp(p->act->action, "batch") ||
		share_document(a, b));
}

int sync_find_winner(struct syncing *y, struct pending *p, const char *path,
		     struct ops_error *err)
{
	const struct winner *w = NULL;
	const char *stem, *key;
	size_t i, len;

	for (i = 0; !w && i <= p->message.trailers_nr; i++) {
		const char *at = path;

		if (i)
			at = strcmp(p->message.trailers[i - 1].name, "Ops-Doc") ? NULL :
			     p->message.trailers[i - 1].value;
		if (!at)
			continue;
		len = path_stem(at, &stem);
		key = arena_dup(y->arena, stem, len);
		if (!key)
			return error_nomem(err);
		w = map_get(y->winners, key);
	}
	if (w) {
		p->act->winner = w->commit;
		p->act->winner_actor = w->actor;
		p->act->winner_subject = w->subject;
	}
	return 0;
}
