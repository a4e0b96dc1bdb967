/* SPDX-License-Identifier: MIT */
/*
 * Moving documents to where their types' places are now, after the configuration gave them
 * others, as an act that changes no byte of any.  Of very many the first are moved, so that what
 * one commit holds and judges is bounded; whoever asks asks again until nothing has to be.
 *
 * What came to an end stays where it is: nothing after the end changes.  A place that asks
 * for more than the document says (a random part, a time) is nobody's to compute again.
 */

#include <string.h>

#include "change/draft.h"
#include "util/path.h"

#define PART 4096		/* documents of one commit */

struct moving {
	struct draft *d;
	const struct type *type;
	struct ops_act *act;
	size_t nr;
};

struct placing {
	const struct ops_document *doc;
	char shard[TYPE_SHARD + 1];
};

static const char *place_value(const char *name, void *payload)
{
	struct placing *p = payload;

	if (!strcmp(name, "id"))
		return p->doc->id;
	if (!strcmp(name, "shard") && !type_field(p->doc->type, name)) {
		type_shard(p->shard, p->doc->id);
		return p->shard;
	}
	return document_text(p->doc, name);
}

static int move_one(struct ops_document *doc, void *payload, struct ops_error *err)
{
	struct moving *m = payload;
	struct draft *d = m->d;
	const struct state *state = doc->doc && doc->status ?
				    type_state(doc->type, doc->status) : NULL;
	struct placing p = { doc, "" };
	const char *missing, *path;
	struct snap_entry entry;
	int ret;

	if (!doc->doc || (state && state->final && doc->type->archive))
		return 0;
	path = type_place(d->arena, doc->type->place, place_value, &p, &missing);
	if (!path)
		return missing ? 0 : error_nomem(err);
	if (!strcmp(path, doc->path))
		return 0;
	if (path_fault(path))
		return error_set(err, OPS_EUSAGE, "path '%s' %s", path, path_fault(path));
	if (snap_find(&entry, d->plan->after, path, NULL) == 0)
		return error_set(err, OPS_EEXISTS, "'%s' is there already, so '%s' cannot be "
				 "moved there", path, doc->path);
	ret = snap_put(d->plan->after, path, doc->doc->text, doc->doc->len, err);
	if (ret == 0)
		ret = draft_remove(d, doc->path, err);
	if (ret == 0 && !m->nr++) {
		m->act = draft_act(d, "relocate", doc);
		if (!m->act || !(m->act->path = arena_str(d->arena, path)))
			return error_nomem(err);
	}
	/* Enough: the rest is another commit's. */
	return ret ? ret : m->nr == PART;
}

/* They are gathered first: what is walked does not change meanwhile. */
int act_relocate(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct moving m = { d, NULL, NULL, 0 };
	size_t i;
	int ret = 0;

	(void)r;
	for (i = 0; ret == 0 && i < d->config->types_nr; i++) {
		m.type = &d->config->types[i];
		if (m.type->place && !m.type->abstract && !type_is(m.type, "packet"))
			ret = world_each(d->now, m.type, false, false, move_one, &m,
					 d->findings, err);
	}
	if (ret > 0)
		ret = 0;
	if (ret == 0 && m.nr > 1)
		buf_printf(&d->body, "%zu documents went to where their types lie now.\n",
			   m.nr);
	if (ret == 0 && m.act)
		m.act->message = arena_printf(d->arena, "%zu documents moved", m.nr);
	return ret;
}
