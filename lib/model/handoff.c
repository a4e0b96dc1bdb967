/* SPDX-License-Identifier: MIT */
/*
 * Handoffs as their packets add up to: see handoff.h.  Computes; who may do what, and
 * when, is the judge's to say.
 */

#include "model/handoff.h"

#include <string.h>

#include "model/gate.h"
#include "model/scope.h"
#include "util/date.h"

const char *handoff_state_name(enum handoff_state state)
{
	static const char *const names[] = { "none", "requested", "late", "packaged",
					     "rejected", "accepted", "cancelled" };

	return names[state];
}

static bool is_kind(const struct ops_document *p, const char *kind)
{
	return !strcmp(p->type->name, kind);
}

static bool names_packet(const struct ops_document *p, const char *field,
			 const struct ops_document *other)
{
	const char *text = document_text(p, field);

	return text && !strcmp(text, other->id);
}

/* Whether some packet of a kind, about this handoff, names `other` in a field. */
static bool is_named_by(const struct packets *all, const struct ops_document *start,
			const char *kind, const char *field,
			const struct ops_document *other)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (is_kind(all->list[i], kind) && names_packet(all->list[i], field, other) &&
		    names_packet(all->list[i], "Answers", start))
			return true;
	return false;
}

/* The deadline of a handoff or of an extension, if it is later. */
static void put_off(struct handoff *h, const struct ops_document *p)
{
	const char *text = document_text(p, "Deadline");
	int64_t until;

	if (text && date_time_parse(&until, text) && (!h->deadline || until > h->until)) {
		h->deadline = text;
		h->until = until;
	}
}

void handoff_read(struct handoff *out, const struct packets *all,
		  const struct ops_document *start, int64_t now)
{
	struct handoff h = { HANDOFF_REQUESTED, start, NULL, NULL, NULL, NULL, NULL, 0 };
	bool accepted = false, cancelled = false;
	size_t i;

	h.owner = document_text(start, "Owner");
	h.to = document_text(start, "To");
	put_off(&h, start);
	for (i = 0; i < all->nr; i++) {
		const struct ops_document *p = all->list[i];

		if (!names_packet(p, "Answers", start))
			continue;
		if (is_kind(p, HANDOFF_EXTENSION))
			put_off(&h, p);
		else if (is_kind(p, HANDOFF_PACKAGE) &&
			 !is_named_by(all, start, HANDOFF_REJECTION, "Package", p))
			h.package = p;
		else if (is_kind(p, HANDOFF_REJECTION) &&
			 !is_named_by(all, start, HANDOFF_EXTENSION, "Settles", p))
			h.rejection = p;
		accepted = accepted || is_kind(p, HANDOFF_ACCEPTANCE);
		cancelled = cancelled || is_kind(p, HANDOFF_CANCELLATION);
	}
	if (accepted)
		h.state = HANDOFF_ACCEPTED;
	else if (cancelled)
		h.state = HANDOFF_CANCELLED;
	else if (h.rejection)
		h.state = HANDOFF_REJECTED;
	else if (h.package)
		h.state = HANDOFF_PACKAGED;
	else if (!h.deadline || now > h.until)
		h.state = HANDOFF_LATE;
	*out = h;
}

void handoff_open(struct handoff *out, const struct packets *all, int64_t now)
{
	size_t i;

	memset(out, 0, sizeof(*out));
	for (i = 0; i < all->nr; i++)
		if (is_kind(all->list[i], HANDOFF) && packet_is_open(all, all->list[i])) {
			handoff_read(out, all, all->list[i], now);
			return;
		}
}

int handoff_open_packets(struct names *out, struct arena *arena,
			 const struct packets *all)
{
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (!is_kind(all->list[i], HANDOFF) && packet_is_open(all, all->list[i]) &&
		    names_add(out, arena, all->list[i]->id))
			return OPS_ENOMEM;
	return 0;
}

int handoff_locks(struct names *out, struct arena *arena, const struct config *config,
		  struct ops_document *task)
{
	struct scope scope;
	size_t i;

	if (scope_read(&scope, arena, config, task))
		return OPS_ENOMEM;
	for (i = 0; i < scope.nr; i++)
		if (!strchr(scope.patterns[i], ',') && !names_have(out, scope.patterns[i]) &&
		    names_add(out, arena, scope.patterns[i]))
			return OPS_ENOMEM;
	return 0;
}

int handoff_gates(struct names *out, struct arena *arena, const struct config *config,
		  struct ops_document *task, struct world *recorded, struct world *files,
		  struct ops_findings *findings, struct ops_error *err)
{
	struct gate_status s;
	const char *text;
	size_t i;
	int ret;

	for (i = 0; i < config->gates_nr; i++) {
		ret = gate_evaluate(&s, &config->gates[i], task, recorded, files, findings,
				    err);
		if (ret)
			return ret;
		text = arena_printf(arena, "%s: %s", s.gate->name,
				    gate_state_name(s.state));
		if (!text || names_add(out, arena, text))
			return error_nomem(err);
	}
	return 0;
}
