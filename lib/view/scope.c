/* SPDX-License-Identifier: MIT */
/*
 * Who holds which paths, as plain data.  What holds, and what meets, is decided by
 * lib/model/scope.c.
 */
#include "ops/scope.h"

#include <stdlib.h>
#include <string.h>

#include "model/lease.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/map.h"
#include "view/view.h"

struct holding {
	struct ops_view *view;
	const char *path;
	struct ops_scope_holder *list;	/* on the heap, until all are there */
	size_t nr, room;
	struct arena *scratch;
	struct map *words;	/* what comes again and again */
	struct ops_error *err;
};

/* NULL: out of memory. */
static const char *joined(struct arena *arena, const struct scope *scope)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < scope->nr; i++) {
		buf_str(&b, i ? ", " : "");
		buf_str(&b, scope->patterns[i]);
	}
	text = buf_failed(&b) ? NULL : arena_dup(arena, b.data, b.len);
	buf_release(&b);
	return text;
}

static int add_holder(struct holding *h, const struct ops_document *d,
		      const struct scope *scope, const char *example)
{
	struct arena *arena = h->view->arena;
	struct ops_scope_holder *one;

	if (array_room(&h->list, h->nr, &h->room, sizeof(*h->list)) < 0)
		return error_nomem(h->err);
	one = &h->list[h->nr];
	one->task = arena_str(arena, d->id);
	one->path = arena_str(arena, d->path);
	one->owner = map_word(h->words, document_text(d, "Assigned-To"));
	one->status = map_word(h->words, d->status);
	one->patterns = joined(arena, scope);
	one->example = example ? arena_str(arena, example) : NULL;
	if (!one->task || !one->path || !one->owner || !one->status || !one->patterns ||
	    (example && !one->example))
		return error_nomem(h->err);
	h->nr++;
	return 0;
}

static int begin(struct holding *h)
{
	h->words = map_new(h->view->arena);
	return h->words ? 0 : error_nomem(h->err);
}

/* Give what was found, if all went well, to the view. */
static int end(const struct ops_scope_holder **out, size_t *nr, struct holding *h, int ret)
{
	struct ops_scope_holder *list = NULL;

	if (ret == 0 && h->nr) {
		list = arena_array(h->view->arena, h->nr, sizeof(*list));
		if (list)
			memcpy(list, h->list, h->nr * sizeof(*list));
		else
			ret = error_nomem(h->err);
	}
	*out = list;
	*nr = list ? h->nr : 0;
	free(h->list);
	return ret;
}

static int hold_one(struct ops_document *d, void *payload, struct ops_error *err)
{
	struct holding *h = payload;
	struct scope scope;

	if (!scope_held(h->view->config, d))
		return 0;
	arena_clear(h->scratch);
	if (scope_read(&scope, h->scratch, h->view->config, d))
		return error_nomem(err);
	if (h->path && !scope_has(&scope, h->path))
		return 0;
	return add_holder(h, d, &scope, NULL);
}

int ops_scope_holders(const struct ops_scope_holder **out, size_t *nr,
		      struct ops_view *view, const char *path,
		      struct ops_findings *findings, struct ops_error *err)
{
	struct holding h = { .view = view, .path = path, .err = err };
	const struct type *task = config_type(view->config, "task");
	const char *fault = path ? path_fault(path) : NULL;
	int ret = 0;

	if (fault)
		return error_set(err, OPS_EUSAGE, "the path '%.200s' %s", path, fault);
	h.scratch = arena_new();
	if (!h.scratch)
		return error_nomem(err);
	ret = begin(&h);
	if (ret == 0 && task)
		ret = world_each(view->world, task, false, false, hold_one, &h, findings,
				 err);
	arena_free(h.scratch);
	return end(out, nr, &h, ret);
}

static int meet_one(const struct scope_meeting *meeting, void *payload)
{
	struct holding *h = payload;
	struct scope scope;

	if (scope_read(&scope, h->view->arena, h->view->config, meeting->task))
		return error_nomem(h->err);
	return add_holder(h, meeting->task, &scope, meeting->example);
}

/* The scope of a document of the view, wherever it came from. */
static int scope_of(struct scope *out, struct ops_view *view,
		    const struct ops_document *task, struct ops_error *err)
{
	if (!type_is(task->type, "task"))
		return error_set(err, OPS_EUSAGE, "'%s' is of type '%s', and scopes are of "
				 "tasks", task->id, task->type->name);
	if (!task->doc)
		return error_set(err, OPS_EINVALID, "'%s' cannot be read", task->path);
	if (scope_read(out, view->arena, view->config,
		       (struct ops_document *)(size_t)task))
		return error_nomem(err);
	return 0;
}

int ops_scope_meetings(const struct ops_scope_holder **out, size_t *nr,
		       struct ops_view *view, const struct ops_document *task,
		       struct ops_findings *findings, struct ops_error *err)
{
	struct holding h = { .view = view, .err = err };
	struct scope scope;
	int ret = scope_of(&scope, view, task, err);

	if (ret == 0)
		ret = begin(&h);
	if (ret == 0)
		ret = scope_meetings(view->world, &scope, "**", task->id,
				     document_text(task, "Assigned-To"), meet_one, &h,
				     findings, err);
	return end(out, nr, &h, ret);
}

int ops_scope_of(const char **out, struct ops_view *view,
		 const struct ops_document *task, struct ops_error *err)
{
	struct scope scope;
	int ret = scope_of(&scope, view, task, err);

	if (ret)
		return ret;
	*out = joined(view->arena, &scope);
	return *out ? 0 : error_nomem(err);
}

static int fill_lease(struct ops_lease *out, struct ops_view *view, const struct lease *l)
{
	const char *expires = document_text(l->document, "Expires");
	const char *token = document_text(l->document, "Token");

	out->id = l->document->id;
	out->path = l->document->path;
	out->task = l->task ? l->task : "";
	out->owner = l->owner ? l->owner : "";
	out->paths = joined(view->arena, &l->paths);
	out->token = token ? token : "";
	out->expires = expires ? expires : "";
	out->state = !l->lives ? "orphaned" :
		     view->repo->now > l->expires ? "expired" : "held";
	return out->paths ? 0 : OPS_ENOMEM;
}

int ops_scope_leases(const struct ops_lease **out, size_t *nr, struct ops_view *view,
		     const char *path, const char *task, struct ops_findings *findings,
		     struct ops_error *err)
{
	struct leases all;
	struct ops_lease *list;
	size_t i, found = 0;
	int ret = leases_held(&all, view->world, findings, err);

	if (ret)
		return ret;
	list = arena_array(view->arena, all.nr + 1, sizeof(*list));
	if (!list)
		return error_nomem(err);
	for (i = 0; i < all.nr; i++) {
		const struct lease *l = &all.list[i];

		if ((path && !scope_has(&l->paths, path)) ||
		    (task && (!l->task || !reference_same(l->task, task))))
			continue;
		if (fill_lease(&list[found++], view, l))
			return error_nomem(err);
	}
	*out = list;
	*nr = found;
	return 0;
}

const char *ops_scope_critical(const struct ops_view *view, const char *path)
{
	const struct names *critical = &view->config->critical;
	size_t i;

	for (i = 0; i < critical->nr; i++)
		if (path_match(critical->list[i], path))
			return critical->list[i];
	return NULL;
}
