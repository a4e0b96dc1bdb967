/* SPDX-License-Identifier: MIT */
/*
 * A hard review: each piece of evidence that anything about a task rests on, compared
 * again with the bytes of the file as it is now.
 *
 * Believes no state that was computed before; what a gate says of itself is not asked.
 */
#include "ops/view.h"

#include <string.h>

#include "model/gate.h"
#include "view/view.h"

struct reviewing {
	struct ops_view *view;
	struct ops_review_item *list;
	size_t nr, room;
};

static int add(struct reviewing *r, const struct ops_review_item *item,
	       struct ops_error *err)
{
	struct ops_review_item *list = arena_room(r->view->arena, r->list, r->nr, &r->room,
						  sizeof(*list));

	if (!list)
		return error_nomem(err);
	r->list = list;
	r->list[r->nr++] = *item;
	return 0;
}

/* "<path> sha256:<hex>" */
static int look_at_file(struct reviewing *r, struct ops_review_item *item,
			const char *text, struct ops_error *err)
{
	const char *blank = strrchr(text, ' '), *digest;
	int ret;

	if (!blank || strncmp(blank + 1, "sha256:", 7))
		return 0;
	item->path = arena_dup(r->view->arena, text, (size_t)(blank - text));
	item->digest = arena_str(r->view->arena, blank + 1);
	if (!item->path || !item->digest)
		return error_nomem(err);
	ret = world_file_digest(&digest, r->view->world, item->path, err);
	if (ret)
		return ret;
	item->verdict = !*digest ? "missing" :
			strcmp(digest, blank + 8) ? "changed" : "unchanged";
	return add(r, item, err);
}

/* The text of the task that a request or a decision is about. */
static int look_at_subject(struct reviewing *r, struct ops_review_item *item,
			   const struct ops_document *p, struct ops_document *task,
			   struct ops_error *err)
{
	const char *subject = document_text(p, "Subject");
	const struct gate *gate = item->gate ? config_gate(r->view->config, item->gate) : NULL;
	char is[SUBJECT_LEN + 1];

	if (!gate || !subject)
		return 0;
	if (gate_subject(is, gate, task))
		return error_nomem(err);
	item->path = task->path;
	item->digest = subject;
	item->verdict = strcmp(is, subject) ? "changed" : "unchanged";
	return add(r, item, err);
}

static int look_at(struct reviewing *r, const struct ops_document *p,
		   struct ops_document *task, struct ops_error *err)
{
	struct ops_review_item item = { .packet = p->id, .kind = p->type->name };
	const char *const *list;
	size_t i, k, nr;
	int ret;

	item.gate = document_text(p, "Gate");
	item.by = document_text(p, "From");
	item.decision = document_text(p, "Decision");
	ret = look_at_subject(r, &item, p, task, err);
	for (i = 0; ret == 0 && i < p->type->fields_nr; i++) {
		const struct field *f = &p->type->fields[i];

		if (f->kind != FIELD_LIST || f->of != FIELD_EVIDENCE)
			continue;
		if (document_list(&list, &nr, p, f->name))
			return error_nomem(err);
		for (k = 0; ret == 0 && k < nr; k++)
			ret = look_at_file(r, &item, list[k], err);
	}
	return ret;
}

int ops_view_review(const struct ops_review_item **out, size_t *nr, struct ops_view *view,
		    const struct ops_document *task, struct ops_findings *findings,
		    struct ops_error *err)
{
	struct reviewing r = { .view = view };
	struct ops_document *const *packets;
	struct ops_document *doc;
	size_t i, count = 0;
	int ret = world_document(&doc, view->world, task->path, findings, err);

	if (ret == 0)
		ret = world_packets(&packets, &count, view->world, task->id, findings, err);
	for (i = 0; ret == 0 && i < count; i++)
		ret = look_at(&r, packets[i], doc, err);
	*out = r.list;
	*nr = r.nr;
	return ret;
}
