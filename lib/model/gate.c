/* SPDX-License-Identifier: MIT */
/*
 * Gates: what a decision is about, and what the packets add up to.
 *
 * Never looks at dates or order: see gate.h.  A packet that cannot be read
 * was reported by world_packets() and counts for nothing, which can only close
 * a gate, never open one... except a Block, so the judge refuses while any
 * packet of a task is unreadable.
 */

#include "model/gate.h"

#include <string.h>

#include "model/shelf.h"
#include "util/buf.h"

const char *gate_state_name(enum gate_state state)
{
	static const char *const names[] = { "none", "requested", "approved", "blocked",
					     "rejected", "stale" };

	return names[state];
}

/* A field in canonical form: its value as text, items separated by newlines. */
static void subject_field(struct buf *b, struct ops_document *task, const char *name)
{
	const struct yaml_node *node = doc_field(task->doc, name);
	size_t i;

	buf_str(b, name);
	buf_char(b, ':');
	if (node && node->kind == YAML_SCALAR)
		buf_add(b, node->value, node->len);
	for (i = 0; node && node->kind == YAML_LIST && i < node->nr; i++)
		buf_printf(b, "\n- %s", node->items[i]->kind == YAML_SCALAR ?
			   node->items[i]->value : "");
	for (i = 0; node && node->kind == YAML_MAP && i < node->nr; i++)
		buf_printf(b, "\n%s: %s", node->pairs[i].key->value,
			   node->pairs[i].value->kind == YAML_SCALAR ?
			   node->pairs[i].value->value : "");
	buf_char(b, '\n');
}

int gate_subject(char out[SUBJECT_LEN + 1], const struct gate *gate,
		 struct ops_document *task)
{
	const char *known = task->shelved ? shelved_note(task->shelved, gate) : NULL;
	const struct sections *sections;
	struct buf b = BUF_INIT;
	char hex[DIGEST_HEX + 1];
	size_t i;

	if (known) {
		memcpy(out, known, SUBJECT_LEN + 1);
		return 0;
	}
	sections = doc_sections(task->doc);
	if (!sections)
		return OPS_ENOMEM;
	for (i = 0; i < gate->subject_fields.nr; i++)
		subject_field(&b, task, gate->subject_fields.list[i]);
	for (i = 0; i < gate->subject_sections.nr; i++) {
		const char *name = gate->subject_sections.list[i];
		const struct section *one = section_find(sections, name);

		buf_str(&b, "## ");
		buf_str(&b, name);
		buf_char(&b, '\n');
		if (one)
			section_canonical(&b, sections, one);
	}
	if (buf_failed(&b)) {
		buf_release(&b);
		return OPS_ENOMEM;
	}
	world_text_digest(hex, task->world, b.data, b.len);
	buf_release(&b);
	memcpy(out, "sha256:", 7);
	memcpy(out + 7, hex, DIGEST_HEX + 1);
	return task->shelved ? shelved_add_note(task->shelved, gate, out) : 0;
}

static bool text_is(const struct ops_document *d, const char *field,
		    const char *value)
{
	const char *text = document_text(d, field);

	return text && !strcmp(text, value);
}

static bool is_decision(const struct ops_document *d, const struct gate *gate,
			const char *decision)
{
	return !strcmp(d->type->name, "decision") && text_is(d, "Gate", gate->name) &&
	       (!decision || text_is(d, "Decision", decision));
}

static bool is_request(const struct ops_document *d, const struct gate *gate)
{
	return !strcmp(d->type->name, "request") && text_is(d, "Gate", gate->name);
}

/* Whether some decision of this gate (and kind, if not NULL) answers `id`. */
static bool answered(struct ops_document *const *list, size_t nr,
		     const struct gate *gate, const char *kind, const char *id)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (is_decision(list[i], gate, kind) && text_is(list[i], "Answers", id))
			return true;
	return false;
}

/* Text of a section of a packet, on one line, for a reason. */
static const char *section_line(struct ops_document *d, const char *name)
{
	const struct sections *sections = doc_sections(d->doc);
	const struct section *one = sections ? section_find(sections, name) : NULL;
	struct buf b = BUF_INIT;
	const char *text = NULL;
	size_t i;

	if (one) {
		section_text(&b, sections, one);
		for (i = 0; i < b.len; i++)
			if (b.data[i] == '\n' || b.data[i] == '\r')
				b.data[i] = ' ';
		text = buf_failed(&b) ? NULL : arena_str(world_arena(d->world), b.data);
	}
	buf_release(&b);
	return text;
}

/* Why a piece of evidence no longer holds; NULL when it does. */
static int evidence_fault(const char **why, struct ops_document *decision,
			  struct world *files, struct ops_error *err)
{
	struct arena *arena = world_arena(decision->world);
	const char *const *list;
	const char *path, *blank, *digest;
	size_t i, nr;
	int ret;

	*why = NULL;
	if (document_list(&list, &nr, decision, "Evidence"))
		return error_nomem(err);
	for (i = 0; i < nr && !*why; i++) {
		blank = strrchr(list[i], ' ');
		if (!blank || strncmp(blank + 1, "sha256:", 7)) {
			*why = arena_printf(arena, "evidence '%s' has no digest",
					    list[i]);
			continue;
		}
		path = arena_dup(arena, list[i], (size_t)(blank - list[i]));
		if (!path)
			return error_nomem(err);
		ret = world_file_digest(&digest, files, path, err);
		if (ret)
			return ret;
		if (!*digest)
			*why = arena_printf(arena, "evidence '%s' is gone", path);
		else if (strcmp(digest, blank + 8))
			*why = arena_printf(arena, "evidence '%s' changed afterwards",
					    path);
	}
	return 0;
}

/* Whether two decisions are by one person, as the roster knows them. */
static bool one_person(const struct roster *roster, const struct ops_document *a,
		       const struct ops_document *b)
{
	const char *x = document_text(a, "From"), *y = document_text(b, "From");
	const struct agent *one = x ? roster_agent_named(roster, x) : NULL;
	const struct agent *other = y ? roster_agent_named(roster, y) : NULL;

	if (one && other)
		return one->principal == other->principal;
	/* Who left the roster is still not two. */
	return !x || !y || !strcmp(x, y);
}

/* How many persons are among those of `list` that answer what `at` answers. */
static size_t persons(const struct roster *roster, struct ops_document *const *list,
		      const bool *holds, size_t at)
{
	const char *answers = document_text(list[at], "Answers");
	size_t i, k, count = 0;

	for (i = 0; i <= at; i++) {
		if (!holds[i] || (i != at && (!answers ||
					      !text_is(list[i], "Answers", answers))))
			continue;
		for (k = 0; k < i; k++)
			if (holds[k] && answers && text_is(list[k], "Answers", answers) &&
			    one_person(roster, list[k], list[i]))
				break;
		count += k == i;
	}
	return count;
}

/*
 * Approvals: as soon as enough persons approved in answer to one request, the gate is
 * approved.  s->packet is the one with which it was.
 */
static int weigh_approvals(struct gate_status *s, struct ops_document *const *list,
			   size_t nr, const char *subject, struct world *recorded,
			   struct world *files, struct ops_error *err)
{
	bool *holds = arena_array(world_arena(recorded), nr + 1, sizeof(*holds));
	const struct roster *roster;
	const char *why;
	size_t i, count;
	int ret = holds ? world_roster(&roster, recorded, err) : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++) {
		if (!is_decision(list[i], s->gate, "Approve"))
			continue;
		why = "what was approved changed afterwards";
		if (text_is(list[i], "Subject", subject))
			ret = evidence_fault(&why, list[i], files, err);
		if (ret)
			return ret;
		holds[i] = !why;
		count = holds[i] ? persons(roster, list, holds, i) : 0;
		if (holds[i] && count >= s->gate->approvals) {
			s->state = GATE_APPROVED;
			s->packet = list[i];
			s->reason = NULL;
			s->approvals = count;
			return 0;
		}
		if (count > s->approvals)
			s->approvals = count;
		if (why) {
			s->state = GATE_STALE;
			s->packet = list[i];
			s->reason = why;
		}
	}
	return ret;
}

/* Whether anything is recorded about a gate. */
static bool asked(struct ops_document *const *list, size_t nr, const struct gate *gate)
{
	size_t i;

	for (i = 0; i < nr; i++)
		if (is_request(list[i], gate) || is_decision(list[i], gate, NULL))
			return true;
	return false;
}

/* Whether a request has its answer: any decision, or enough approvals. */
static bool settled(struct ops_document *const *list, size_t nr, const struct gate *gate,
		    const char *id)
{
	if (gate->approvals <= 1)
		return answered(list, nr, gate, NULL, id);
	return answered(list, nr, gate, "Reject", id) ||
	       answered(list, nr, gate, "Block", id);
}

int gate_evaluate(struct gate_status *out, const struct gate *gate,
		  struct ops_document *task, struct world *recorded,
		  struct world *files, struct ops_findings *findings,
		  struct ops_error *err)
{
	struct gate_status s = { gate, GATE_NONE, NULL, NULL, 0 };
	struct ops_document *const *list;
	struct ops_document *rejected = NULL;
	char subject[SUBJECT_LEN + 1];
	size_t i, nr;
	int ret = world_packets(&list, &nr, recorded, task->id, findings, err);

	if (ret)
		return ret;
	/* What nobody asked for needs no digest. */
	if (!asked(list, nr, gate)) {
		*out = s;
		return 0;
	}
	for (i = 0; i < nr; i++) {
		if (!is_decision(list[i], gate, "Block") ||
		    answered(list, nr, gate, "Lift", list[i]->id))
			continue;
		s.state = GATE_BLOCKED;
		s.packet = list[i];
		s.reason = section_line(list[i], "Reason");
		*out = s;
		return 0;
	}
	if (gate_subject(subject, gate, task))
		return error_nomem(err);
	ret = weigh_approvals(&s, list, nr, subject, recorded, files, err);
	if (ret)
		return ret;
	for (i = 0; i < nr && s.state != GATE_APPROVED; i++) {
		if (is_decision(list[i], gate, "Reject") &&
		    text_is(list[i], "Subject", subject))
			rejected = list[i];
		if (!is_request(list[i], gate) ||
		    settled(list, nr, gate, list[i]->id))
			continue;
		if (text_is(list[i], "Subject", subject)) {
			s.state = GATE_REQUESTED;
			s.packet = list[i];
			s.reason = s.approvals ?
				arena_printf(world_arena(task->world), "%zu of %zu approvals",
					     s.approvals, gate->approvals) : NULL;
		} else if (s.state == GATE_NONE) {
			s.state = GATE_STALE;
			s.packet = list[i];
			s.reason = "what the request is about changed afterwards";
		}
	}
	if (rejected && s.state != GATE_APPROVED && s.state != GATE_REQUESTED) {
		s.state = GATE_REJECTED;
		s.packet = rejected;
		s.reason = section_line(rejected, "Reason");
	}
	*out = s;
	return 0;
}

static bool same_person(const struct roster *roster, const struct agent *agent,
			const char *name)
{
	const struct agent *other = name ? roster_agent_named(roster, name) : NULL;

	return other && other->principal == agent->principal;
}

const char *gate_remedy(struct arena *arena, const struct gate *gate,
			const struct ops_document *task, const char *status)
{
	if (!gate->states.nr || !status || names_have(&gate->states, status))
		return arena_printf(arena, "ops gate request %s %s", task->id, gate->name);
	return arena_printf(arena, "that gate decides no more when the status is %s: 'ops "
			    "edit %s' to what was approved, which git log -p %s shows, or cancel "
			    "it for a new one", status, task->id, task->path);
}

int gate_has_approved(bool *out, const struct gate *gate, const char *request,
		      const struct ops_document *task, struct world *recorded,
		      const struct roster *roster, const struct agent *agent,
		      struct ops_findings *findings, struct ops_error *err)
{
	struct ops_document *const *list;
	size_t i, nr;
	int ret = world_packets(&list, &nr, recorded, task->id, findings, err);

	*out = false;
	for (i = 0; ret == 0 && i < nr; i++)
		if (is_decision(list[i], gate, "Approve") &&
		    text_is(list[i], "Answers", request) &&
		    same_person(roster, agent, document_text(list[i], "From")))
			*out = true;
	return ret;
}

int gate_contributor(const char **how, struct ops_document *task,
		     struct world *recorded, const struct roster *roster,
		     const struct agent *agent, struct ops_findings *findings,
		     struct ops_error *err)
{
	struct ops_document *const *list;
	size_t i, nr;
	int ret = world_packets(&list, &nr, recorded, task->id, findings, err);

	if (ret)
		return ret;
	*how = NULL;
	if (same_person(roster, agent, document_text(task, "Created-By")))
		*how = "created it";
	if (same_person(roster, agent, document_text(task, "Assigned-To")))
		*how = "is assigned to it";
	for (i = 0; i < nr && !*how; i++) {
		const char *kind = list[i]->type->name;
		const char *from = document_text(list[i], "From");

		if (!strcmp(kind, "dispatch") &&
		    same_person(roster, agent, document_text(list[i], "To")))
			*how = "was assigned to it";
		else if (!strcmp(kind, "checkpoint") && same_person(roster, agent, from))
			*how = "recorded progress on it";
		else if (!strcmp(kind, "request") && same_person(roster, agent, from))
			*how = "asked for a decision about it";
		else if (list[i]->type->packet.part && same_person(roster, agent, from))
			*how = "worked on it";
	}
	return 0;
}
