/* SPDX-License-Identifier: MIT */
/*
 * A gate that is asked for too early: what the transition behind it will need is not there
 * yet, and filling it in afterwards makes the decision stale.  And a decision that an edit is
 * about to make stale.
 *
 * Warns only, and only who acts: what they do is legal, and the judge refuses the transition
 * by the same data when it comes to that.
 */

#include "change/advice.h"

#include <string.h>

#include "model/dispatch.h"
#include "model/gate.h"

static bool sets(const struct transition *tr, const char *field)
{
	size_t i;

	for (i = 0; i < tr->sets_nr; i++)
		if (!strcmp(tr->sets[i].field, field))
			return true;
	return false;
}

static void list_one(struct buf *b, const char *before, const char *name)
{
	buf_printf(b, "%s%s'%s'", b->len ? ", " : "", before, name);
}

static int list_missing(struct buf *b, const struct ops_document *doc,
			const struct transition *tr)
{
	const struct sections *sections = doc_sections(doc->doc);
	const struct section *one;
	const char *text;
	size_t i;

	for (i = 0; i < doc->type->fields_nr; i++) {
		const struct field *f = &doc->type->fields[i];

		text = document_text(doc, f->name);
		if (names_have(&f->required_in, tr->to) && !sets(tr, f->name) &&
		    (!text || !*text))
			list_one(b, "", f->name);
	}
	for (i = 0; sections && i < tr->sections.nr; i++) {
		one = section_find(sections, tr->sections.list[i]);
		if (!one || section_is_empty(sections, one))
			list_one(b, "section ", tr->sections.list[i]);
	}
	return sections && !buf_failed(b) ? 0 : OPS_ENOMEM;
}

/* What a good order needs beyond that, which only the whole text can tell. */
static int warn_order(struct draft *d, struct ops_document *doc,
		      const struct transition *tr, struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	size_t i;
	int ret = found ? dispatch_check(d->config, doc, found, err) : error_nomem(err);

	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		findings_add(d->findings, "gate.early", OPS_WARNING, f->path, f->line, f->column,
			     f->remedy, "'%s' will be refused as it stands: %s", tr->action,
			     f->message);
	}
	ops_findings_free(found);
	return ret;
}

static int warn_about(struct draft *d, struct ops_document *doc, const char *gate,
		      const struct transition *tr, struct ops_error *err)
{
	struct buf missing = BUF_INIT;
	int ret = list_missing(&missing, doc, tr) ? error_nomem(err) : 0;

	if (ret == 0 && missing.len)
		findings_add(d->findings, "gate.early", OPS_WARNING, doc->path, 0, 0,
			     arena_printf(d->arena, "ops edit %s -f NAME=VALUE -s SECTION=TEXT, "
					  "then request it again", doc->id),
			     "'%s' will also need %s: fill that in first, for what the gate '%s' "
			     "decides about must not change after it", tr->action, missing.data,
			     gate);
	else if (ret == 0 && names_have(&tr->checks, "dispatch"))
		ret = warn_order(d, doc, tr, err);
	buf_release(&missing);
	return ret;
}

int warn_early(struct draft *d, struct ops_document *doc, const char *gate,
	       struct ops_error *err)
{
	size_t i;

	for (i = 0; doc->status && i < doc->type->transitions_nr; i++) {
		const struct transition *tr = &doc->type->transitions[i];

		if (names_have(&tr->from, doc->status) && names_have(&tr->gates, gate))
			return warn_about(d, doc, gate, tr, err);
	}
	return 0;
}

int warn_stands(struct draft *d, struct ops_document *doc, const char *gate,
		struct ops_error *err)
{
	const struct gate *g = config_gate(d->config, gate);
	struct ops_findings *unread = ops_findings_new();	/* which is the judge's to say */
	struct gate_status s = { .state = GATE_NONE };
	int ret = !unread ? error_nomem(err) :
		  g ? gate_evaluate(&s, g, doc, d->now, d->now, unread, err) : 0;

	if (ret == 0 && s.state == GATE_APPROVED)
		findings_add(d->findings, "gate.stands", OPS_WARNING, doc->path, 0, 0,
			     arena_printf(d->arena, "ops gate block %s %s", doc->id, gate),
			     "gate '%s' stays approved: a rejection takes no approval back, a "
			     "block does", gate);
	ops_findings_free(unread);
	return ret;
}

/* What the edit makes of what a gate decides about. */
static int warn_end(struct draft *d, const struct gate *gate, struct ops_document *doc,
		    struct ops_document *edited, struct ops_findings *unread,
		    struct ops_error *err)
{
	char was[SUBJECT_LEN + 1], is[SUBJECT_LEN + 1];
	struct gate_status s;
	int ret = gate_evaluate(&s, gate, doc, d->now, d->now, unread, err);

	if (ret || (s.state != GATE_APPROVED && s.state != GATE_REQUESTED))
		return ret;
	if (gate_subject(was, gate, doc) || gate_subject(is, gate, edited))
		return error_nomem(err);
	if (strcmp(was, is))
		findings_add(d->findings, "gate.ends", OPS_WARNING, doc->path, 0, 0,
			     gate_remedy(d->arena, gate, edited, edited->status),
			     "gate '%s' %s, and this edit ends that", gate->name,
			     s.state == GATE_APPROVED ? "approved what stood there" :
			     "was asked for what stood there");
	return 0;
}

int warn_ends(struct draft *d, struct ops_document *doc, const struct buf *text,
	      struct ops_error *err)
{
	const char *copy = arena_dup(d->arena, text->data, text->len);
	struct ops_findings *unread = ops_findings_new();	/* which is the judge's to say */
	struct ops_document *edited;
	size_t i;
	int ret = !copy || !unread ? error_nomem(err) :
		  world_document_of(&edited, d->now, doc->path, copy, text->len, unread, err);

	for (i = 0; ret == 0 && i < d->config->gates_nr; i++)
		ret = warn_end(d, &d->config->gates[i], doc, edited, unread, err);
	ops_findings_free(unread);
	return ret == OPS_EINVALID ? 0 : ret;
}
