/* SPDX-License-Identifier: MIT */
/*
 * The draft's own primitives: putting documents, noting acts, finding what a
 * request names in the world so far.
 */

#include "change/draft.h"

#include <string.h>

#include "model/packet.h"

int draft_put(struct draft *d, const char *path, const struct buf *text,
	      struct ops_error *err)
{
	if (buf_failed(text))
		return error_nomem(err);
	return snap_put(d->plan->after, path, text->data, text->len, err);
}

bool draft_is_same(const struct ops_document *doc, const struct buf *text)
{
	return !buf_failed(text) && doc->doc->len == text->len &&
	       !memcmp(doc->doc->text, text->data, text->len);
}

int draft_remove(struct draft *d, const char *path, struct ops_error *err)
{
	return snap_remove(d->plan->after, path, err);
}

bool draft_says(const char *reason)
{
	return reason && reason[strspn(reason, " \t\r\n")];
}

void draft_say_why(struct draft *d, const struct ops_request *r)
{
	if (draft_says(r->reason))
		buf_printf(&d->body, "Reason: %s\n", r->reason);
}

struct ops_act *draft_act(struct draft *d, const char *action,
			  const struct ops_document *doc)
{
	struct ops_act *act, *list;

	if (d->acts_nr == d->acts_room) {
		d->acts_room = d->acts_room ? d->acts_room * 2 : 4;
		list = arena_array(d->arena, d->acts_room, sizeof(*list));
		if (!list)
			return NULL;
		if (d->acts_nr)
			memcpy(list, d->acts, d->acts_nr * sizeof(*list));
		d->acts = list;
	}
	act = &d->acts[d->acts_nr++];
	memset(act, 0, sizeof(*act));
	act->action = arena_str(d->arena, action);
	if (doc) {
		act->type = doc->type->name;
		act->id = arena_str(d->arena, doc->id);
		act->path = arena_str(d->arena, doc->path);
		if (!act->id || !act->path)
			return NULL;
	}
	return act->action ? act : NULL;
}

int draft_find(struct ops_document **out, struct draft *d, const char *name,
	       const char *type, struct ops_error *err)
{
	if (!name || !*name)
		return error_set(err, OPS_EUSAGE, "the document to act on is not named");
	return world_find(out, d->now, name, type, d->findings, err);
}

void draft_tell(struct ops_findings *found, const struct config *config, struct snap *before)
{
	const struct type *kind;
	const struct ops_finding *f;
	struct snap_entry there;
	bool others = false;
	size_t i;

	for (i = 0; i < ops_findings_count(found); i++) {
		f = ops_findings_at(found, i);
		if (f->path && snap_find(&there, before, f->path, NULL) == OPS_ENOTFOUND)
			findings_draft(found, i);
		else if (f->severity == OPS_ERROR)
			others = true;
	}
	for (i = ops_findings_count(found); others && i > 0; i--) {
		f = ops_findings_at(found, i - 1);
		kind = f->draft ? packet_kind_of_file(config, f->path) : NULL;
		if (kind && !strcmp(kind->name, "dispatch"))
			findings_drop(found, i - 1);
	}
}
