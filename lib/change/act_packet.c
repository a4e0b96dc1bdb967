/* SPDX-License-Identifier: MIT */
/*
 * "packet.KIND": recording a packet of any kind, as its definition says.
 *
 * What it says comes as named parts.  Nothing is refused here for being incomplete: the
 * judge names all that is missing.
 */

#include <string.h>

#include "change/parts.h"
#include "change/uses.h"
#include "model/packet.h"

/* Fields that name packets get the whole id; Answers that is left out, the only open
 * packet it could name. */
static int name_packets(struct parts *p, struct draft *d, const char *about,
			bool has_text, struct ops_error *err)
{
	const struct ops_document *found;
	struct packets all;
	size_t i, k;
	int ret = world_packets(&all.list, &all.nr, d->now, about, d->findings, err);

	for (i = 0; ret == 0 && i < p->kind->fields_nr; i++) {
		const struct field *f = &p->kind->fields[i];
		struct ops_setting *given = NULL;

		if (f->kind != FIELD_PACKET)
			continue;
		for (k = 0; k < p->fields_nr; k++)
			if (p->fields[k].name == f->name)
				given = &p->fields[k];
		if (!given && (has_text || !f->required || p->fields_nr == PARTS_MAX))
			continue;
		ret = packet_find(&found, &all, given ? given->value : NULL, &f->values,
				  err);
		if (ret)
			return ret;
		if (!given) {
			given = &p->fields[p->fields_nr++];
			given->name = f->name;
		}
		given->value = arena_str(d->arena, found->id);
		if (!given->value)
			return error_nomem(err);
	}
	return ret;
}

int act_packet(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	const char *name = r->action + strlen("packet.");
	struct packet_want want = { 0 };
	struct ops_request request = { 0 };
	struct parts *p = arena_alloc(d->arena, sizeof(*p));
	struct ops_document *doc;
	int ret;

	if (!p)
		return error_nomem(err);
	p->kind = config_type(d->config, name);
	if (!p->kind || !p->kind->base || !p->kind->base->abstract)
		return error_set(err, OPS_EUSAGE, "there is no kind of packet '%.60s'", name);
	ret = packet_form_check(p->kind, err);
	if (ret)
		return ret;
	ret = r->evidence_nr ? uses_check(r, uses_of_kind(p->kind) | (USE_ANY & ~USE_EVIDENCE),
					  err) : 0;
	if (ret == 0)
		ret = draft_find(&doc, d, r->target, NULL, err);
	if (ret == 0)
		ret = parts_gather(p, d, r, NULL, &want.text, err);
	if (ret == 0)
		ret = name_packets(p, d, doc->id, want.text != NULL, err);
	if (ret)
		return ret;
	request.evidence = r->evidence;
	request.evidence_nr = r->evidence_nr;
	request.sections = p->sections;
	request.sections_nr = p->sections_nr;
	request.reason = r->reason;
	want.kind = name;
	want.about = doc;
	want.fields = p->fields;
	want.fields_nr = p->fields_nr;
	want.request = &request;
	if (!draft_act(d, r->action, doc))
		return error_nomem(err);
	draft_say_why(d, r);
	return draft_packet(d, &want, err);
}
