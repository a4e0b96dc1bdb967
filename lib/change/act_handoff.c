/* SPDX-License-Identifier: MIT */
/*
 * "handoff.*": the packets of a handoff, with what the machine knows filled in: whose
 * task it is, until when, from which commit, what is open, how the gates stand.
 *
 * Moving the task is a transition like any other; nothing here writes its owner.
 */

#include <string.h>

#include "change/draft.h"
#include "judge/judge.h"
#include "model/handoff.h"

struct step {
	struct draft *d;
	struct ops_document *task;
	struct packets all;
	struct handoff handoff;
	struct ops_setting *fields;
	size_t fields_nr;
};

static void add(struct step *s, const char *name, const char *value)
{
	if (value && *value) {
		s->fields[s->fields_nr].name = name;
		s->fields[s->fields_nr++].value = value;
	}
}

static int begin(struct step *s, struct draft *d, const struct ops_request *r,
		 struct ops_error *err)
{
	size_t i;
	int ret = draft_find(&s->task, d, r->target, "task", err);

	s->d = d;
	if (ret == 0)
		ret = world_packets(&s->all.list, &s->all.nr, d->now, s->task->id,
				    d->findings, err);
	if (ret)
		return ret;
	handoff_open(&s->handoff, &s->all, d->repo->now);
	s->fields = arena_array(d->arena, r->fields_nr + 8, sizeof(*s->fields));
	if (!s->fields)
		return error_nomem(err);
	for (i = 0; i < r->fields_nr; i++)
		s->fields[i] = r->fields[i];
	s->fields_nr = r->fields_nr;
	return 0;
}

/* Record a packet of a kind with what was gathered, and the reason as a section. */
static int record(struct step *s, const char *action, const struct ops_request *r,
		  struct ops_error *err)
{
	struct ops_request request = *r;
	struct ops_setting *sections;

	sections = arena_array(s->d->arena, r->sections_nr + 2, sizeof(*sections));
	if (!sections)
		return error_nomem(err);
	if (r->sections_nr)
		memcpy(sections, r->sections, r->sections_nr * sizeof(*sections));
	request.action = action;
	request.sections = sections;
	request.fields = s->fields;
	request.fields_nr = s->fields_nr;
	if (r->reason) {
		sections[request.sections_nr].name = "Reason";
		sections[request.sections_nr++].value = r->reason;
		request.reason = NULL;
	}
	request.to = NULL;
	return act_packet(s->d, &request, err);
}

static const char *deadline(struct draft *d)
{
	char text[DATE_TIME_LEN + 1];

	date_time_format(text, d->repo->now + (int64_t)d->config->handoff_limit);
	return arena_str(d->arena, text);
}

/* Items on one line; commas are what parts them. */
static const char *joined(struct draft *d, const struct names *names)
{
	const char *text = names->nr ? names->list[0] : "";
	size_t i;

	for (i = 1; text && i < names->nr; i++)
		text = arena_printf(d->arena, "%s, %s", text, names->list[i]);
	return text;
}

static int start(struct step *s, const struct ops_request *r, struct ops_error *err)
{
	const struct agent *to = r->to ? roster_agent_named(s->d->roster, r->to) : NULL;
	const char *owner = document_text(s->task, "Assigned-To");
	struct ops_request request = *r;

	if (!r->to)
		return error_set(err, OPS_EUSAGE, "name the agent to hand it to");
	if (!to)
		return error_set(err, OPS_ENOTFOUND, "'%s' is not in the roster", r->to);
	/* The packet would lack its owner, which nobody can mend. */
	if (!owner && !judge_hands_over(s->task, s->d->findings))
		return error_set(err, OPS_EREFUSED, "'handoff start' is refused");
	add(s, "To", to->id);
	add(s, "Owner", owner);
	add(s, "Deadline", deadline(s->d));
	if (!r->reason)
		request.reason = arena_printf(s->d->arena, "%s goes on with it.", to->id);
	return record(s, "packet." HANDOFF, &request, err);
}

static int package(struct step *s, const struct ops_request *r, struct ops_error *err)
{
	struct names open = { NULL, 0 }, gates = { NULL, 0 }, locks = { NULL, 0 };
	struct draft *d = s->d;
	char *hex = arena_alloc(d->arena, OID_HEX + 1);
	int ret = handoff_open_packets(&open, d->arena, &s->all);

	if (ret == 0)
		ret = handoff_locks(&locks, d->arena, d->config, s->task);
	if (ret || !hex)
		return error_nomem(err);
	ret = handoff_gates(&gates, d->arena, d->config, s->task, d->now, d->now,
			    d->findings, err);
	if (ret)
		return ret;
	oid_hex(hex, &d->plan->tip);
	add(s, "Base", hex);
	add(s, "Open", joined(d, &open));
	add(s, "Locks", joined(d, &locks));
	add(s, "Gates", joined(d, &gates));
	return record(s, "packet." HANDOFF_PACKAGE, r, err);
}

int act_handoff(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	const char *step = r->action + strlen("handoff.");
	struct step s = { 0 };
	int ret = begin(&s, d, r, err);

	if (ret)
		return ret;
	if (!strcmp(step, "start"))
		return start(&s, r, err);
	if (!s.handoff.start)
		return error_set(err, OPS_ENOTFOUND, "no handoff of '%s' is open", s.task->id);
	if (!strcmp(step, "package"))
		return package(&s, r, err);
	if (!strcmp(step, "reject")) {
		add(&s, "Package", s.handoff.package ? s.handoff.package->id : NULL);
		return record(&s, "packet." HANDOFF_REJECTION, r, err);
	}
	if (!strcmp(step, "extend")) {
		add(&s, "Deadline", deadline(d));
		add(&s, "Settles", s.handoff.rejection ? s.handoff.rejection->id : NULL);
		return record(&s, "packet." HANDOFF_EXTENSION, r, err);
	}
	if (!strcmp(step, "cancel"))
		return record(&s, "packet." HANDOFF_CANCELLATION, r, err);
	return error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
}
