/* SPDX-License-Identifier: MIT */
/*
 * Acts that only record a packet: progress, requests and decisions at gates,
 * and the flagging of documents past their review.
 */

#include <string.h>

#include "change/advice.h"
#include "change/uses.h"

/* Note the act on the document that the packet is about; its status stays. */
static int note(struct draft *d, const char *action, const struct ops_document *doc,
		const struct ops_request *r, struct ops_error *err)
{
	if (!draft_act(d, action, doc))
		return error_nomem(err);
	if (r)
		draft_say_why(d, r);
	return 0;
}

int act_record(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct record_field with[8];
	struct record_rule rule = { NULL, with, 0 };
	struct packet_want want = { 0 };
	struct ops_document *doc;
	size_t i;
	int ret = draft_find(&doc, d, r->target, NULL, err);

	if (ret)
		return ret;
	/* A transition may have the name of a kind. */
	for (i = 0; i < doc->type->transitions_nr; i++)
		if (!strcmp(doc->type->transitions[i].action, r->action))
			return act_transition(d, r, err);
	ret = uses_check(r, uses_of_kind(config_type(d->config, r->action)) | USE_FIELDS |
			 USE_REASON | USE_ONCE, err);
	if (ret)
		return ret;
	if (r->fields_nr > sizeof(with) / sizeof(*with))
		return error_set(err, OPS_EUSAGE, "too many fields");
	for (i = 0; i < r->fields_nr; i++) {
		with[i].name = r->fields[i].name;
		with[i].value = r->fields[i].value;
	}
	rule.with_nr = r->fields_nr;
	want.kind = r->action;
	want.about = doc;
	want.rule = &rule;
	want.request = r;
	ret = note(d, r->action, doc, r, err);
	return ret ? ret : draft_packet(d, &want, err);
}

int act_gate(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	static const struct {
		const char *action, *kind, *decision;
	} verbs[] = {
		{ "gate.request", "request", NULL },
		{ "gate.approve", "decision", "Approve" },
		{ "gate.reject", "decision", "Reject" },
		{ "gate.block", "decision", "Block" },
		{ "gate.lift", "decision", "Lift" },
	};
	struct packet_want want = { 0 };
	struct ops_document *doc;
	size_t i;
	int ret;

	for (i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].action, r->action))
			break;
	if (i == sizeof(verbs) / sizeof(*verbs))
		return error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
	if (!r->gate)
		return error_set(err, OPS_EUSAGE, "the gate is not named");
	ret = draft_find(&doc, d, r->target, "task", err);
	if (ret)
		return ret;
	want.kind = verbs[i].kind;
	want.decision = verbs[i].decision;
	want.gate = r->gate;
	want.about = doc;
	want.request = r;
	buf_printf(&d->body, "Gate: %s\n", r->gate);
	ret = note(d, verbs[i].action, doc, r, err);
	if (ret == 0 && !strcmp(want.kind, "request"))
		ret = warn_early(d, doc, r->gate, err);
	else if (ret == 0 && want.decision && !strcmp(want.decision, "Reject"))
		ret = warn_stands(d, doc, r->gate, err);
	return ret ? ret : draft_packet(d, &want, err);
}

/* Whether this expiry of the document was flagged already. */
static int flagged(bool *out, struct draft *d, const struct ops_document *doc,
		   const char *next, struct ops_error *err)
{
	struct ops_document *const *list;
	size_t i, nr;
	int ret = world_packets(&list, &nr, d->now, doc->id, d->findings, err);

	*out = false;
	for (i = 0; ret == 0 && i < nr; i++) {
		const char *text = document_text(list[i], "Next-Review");

		if (!strcmp(list[i]->type->name, "flag") && text &&
		    !strcmp(text, next))
			*out = true;
	}
	return ret;
}

static int flag_one(struct ops_document *doc, void *payload, struct ops_error *err)
{
	struct draft *d = payload;
	const char *next = doc->doc ? document_text(doc, "Next-Review") : NULL;
	struct record_field with[2] = { { "Document", doc->path },
					{ "Next-Review", next } };
	struct record_rule rule = { "flag", with, 2 };
	struct packet_want want = { 0 };
	struct ops_request request = { 0 };
	const struct state *state;
	struct date date;
	bool done;
	int ret;

	if (!next || !date_parse(&date, next) || date_compare(date, d->today) >= 0)
		return 0;
	state = doc->status ? type_state(doc->type, doc->status) : NULL;
	if (state && state->final)
		return 0;
	ret = flagged(&done, d, doc, next, err);
	if (ret || done)
		return ret;
	request.reason = arena_printf(d->arena, "'%s' is past its review date %s.",
				      doc->path, next);
	want.kind = "flag";
	want.about = doc;
	want.rule = &rule;
	want.request = &request;
	ret = note(d, "flag", doc, NULL, err);
	return ret ? ret : draft_packet(d, &want, err);
}

int act_flag(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct ops_document *doc;
	size_t i;
	int ret = 0;

	if (r->target) {
		ret = draft_find(&doc, d, r->target, NULL, err);
		return ret ? ret : flag_one(doc, d, err);
	}
	for (i = 0; ret == 0 && i < d->config->types_nr; i++) {
		const struct type *t = &d->config->types[i];

		if (type_field(t, "Next-Review") && !type_is(t, "packet"))
			ret = world_each(d->now, t, false, true, flag_one, d,
					 d->findings, err);
	}
	return ret;
}
