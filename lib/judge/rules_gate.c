/* SPDX-License-Identifier: MIT */
/*
 * Gates: requests with all their parts, decisions by those who may, about what
 * is there now, with evidence that is there now; never about one's own work.
 *
 * What a decision rests on (other gates, the request it answers) must have been
 * recorded before it: one commit cannot both ask and answer.
 */

#include <string.h>

#include "judge/rules.h"

static int state_of(struct gate_status *s, struct judging *j, const struct gate *g,
		    struct ops_document *task)
{
	return gate_evaluate(s, g, task, j->c->before, j->c->after, j->findings, NULL);
}

/* "requested", "stale", …; "not requested" for none. */
static const char *state_text(const struct gate_status *s)
{
	return s->state == GATE_NONE ? "not requested" :
	       s->state == GATE_REQUESTED ? "requested and not decided" :
	       gate_state_name(s->state);
}

static const char *said(const struct gate_status *s)
{
	return s->reason ? s->reason : "";
}

static const char *lift_remedy(struct judging *j, const struct gate *g,
			       const struct ops_document *task)
{
	return arena_printf(j->arena, "a block stands until it is lifted: ops gate lift "
			    "%s %s", task->id, g->name);
}

/* The status in which the change finds a task. */
static const char *status_before(const struct judging *j, const struct ops_document *task)
{
	size_t i;

	for (i = 0; i < j->changes_nr; i++)
		if (j->changes[i].after == task)
			return j->changes[i].from;
	return task->status;
}

int rules_gates_approved(struct judging *j, const struct names *gates,
			 struct ops_document *task, const struct ops_document *at,
			 const char *rule, const char *what)
{
	struct gate_status s;
	const struct gate *g;
	const char *use;
	size_t i;
	int ret;

	for (i = 0; i < gates->nr; i++) {
		g = config_gate(j->config, gates->list[i]);
		if (!g)
			continue;
		ret = state_of(&s, j, g, task);
		if (ret)
			return ret;
		if (s.state == GATE_APPROVED)
			continue;
		use = s.state == GATE_STALE ? "gate.stale" :
		      s.state == GATE_BLOCKED ? "gate.blocked" : rule;
		rule_error(j, use, at, NULL, s.state == GATE_REQUESTED ?
			   arena_printf(j->arena, "wait for the decision of gate '%s'",
					g->name) : s.state == GATE_BLOCKED ?
			   lift_remedy(j, g, task) :
			   gate_remedy(j->arena, g, task, status_before(j, task)),
			   "%s needs gate '%s' approved; it is %s%s%s", what, g->name,
			   state_text(&s), *said(&s) ? ": " : "", said(&s));
	}
	return 0;
}

int rules_unblocked(struct judging *j, const struct names *asked,
		    struct ops_document *task, const char *what)
{
	const struct gate *g = j->config->gates;
	struct gate_status s;
	size_t i;
	int ret;

	for (i = 0; i < j->config->gates_nr; i++) {
		if (names_have(asked, g[i].name))
			continue;
		ret = state_of(&s, j, &g[i], task);
		if (ret)
			return ret;
		if (s.state == GATE_BLOCKED)
			rule_error(j, "gate.blocked", task, NULL,
				   lift_remedy(j, &g[i], task),
				   "'%s' is refused: gate '%s' is blocked%s%s", what,
				   g[i].name, *said(&s) ? ": " : "", said(&s));
	}
	return 0;
}

int rules_evidence(struct judging *j, struct ops_document *d, const char *field,
		   size_t least)
{
	const char *const *list;
	const char *path, *blank, *digest;
	size_t i, nr;
	int ret;

	if (document_list(&list, &nr, d, field))
		return OPS_ENOMEM;
	if (nr < least)
		rule_error(j, "gate.evidence", d, field,
			   arena_printf(j->arena, "name the files it rests on%s",
					strcmp(field, "Evidence") ? "" : " with --evidence"),
			   "%s needs evidence (at least %zu file%s)",
			   strcmp(field, "Evidence") ? field : "an approval here", least,
			   least == 1 ? "" : "s");
	for (i = 0; i < nr; i++) {
		blank = strrchr(list[i], ' ');
		if (!blank || strncmp(blank + 1, "sha256:", 7))
			continue;	/* field.value says so */
		path = arena_dup(j->arena, list[i], (size_t)(blank - list[i]));
		if (!path)
			return OPS_ENOMEM;
		ret = world_file_digest(&digest, j->c->after, path, NULL);
		if (ret)
			return ret;
		if (world_digest_fault(digest) || strcmp(digest, blank + 8))
			rule_error(j, "gate.evidence", d, field,
				   "commit the file, then name it again",
				   "evidence '%s' %s", path, world_digest_fault(digest) ?
				   world_digest_fault(digest) : "is not what its digest says");
	}
	return 0;
}

static int rules_subject(struct judging *j, struct ops_document *d,
			 const struct gate *g, struct ops_document *task)
{
	const char *text = document_text(d, "Subject");
	char subject[SUBJECT_LEN + 1];

	if (gate_subject(subject, g, task))
		return OPS_ENOMEM;
	if (text && !j->c->carried && strcmp(text, subject))
		rule_error(j, "gate.subject", d, "Subject",
			   "ops gate show prints what it is now",
			   "it is not about the task as it is now");
	return 0;
}

static void rules_gate_state(struct judging *j, struct ops_document *d,
			     const struct gate *g, const struct ops_document *task)
{
	if (g->states.nr && task->status && !names_have(&g->states, task->status))
		rule_error(j, "gate.state", d, "Gate", NULL,
			   "gate '%s' is for tasks in status %s, and '%s' is %s",
			   g->name, names_text(&g->states, j->arena, " or "), task->id,
			   task->status);
}

static const struct gate *gate_of(const struct judging *j, const struct ops_document *d)
{
	const char *name = document_text(d, "Gate");

	return name ? config_gate(j->config, name) : NULL;
}

int rules_request(struct judging *j, struct ops_document *d, struct ops_document *task)
{
	const struct gate *g = gate_of(j, d);
	struct gate_status s;
	size_t i;
	int ret;

	if (!g)
		return 0;	/* field.reference says so */
	rules_need_power(j, NULL, &g->request_by, d, task, NULL,
			 "ask for a decision at this gate");
	rules_gate_state(j, d, g, task);
	for (i = 0; i < g->request_sections.nr; i++) {
		ret = rules_section(j, "gate.request-parts", d,
				    g->request_sections.list[i], "the request");
		if (ret)
			return ret;
	}
	ret = rules_gates_approved(j, &g->after, task, d, "gate.order", "this request");
	if (ret == 0)
		ret = rules_subject(j, d, g, task);
	if (ret == 0)
		ret = rules_evidence(j, d, "Evidence", 0);
	if (ret == 0)
		ret = state_of(&s, j, g, task);
	if (ret)
		return ret;
	if (s.state == GATE_APPROVED || s.state == GATE_REQUESTED)
		rule_error(j, "gate.decided", d, "Gate", NULL,
			   "gate '%s' is %s already", g->name,
			   gate_state_name(s.state));
	return 0;
}

/* The packet a decision answers: an open request, or for Lift an open block. */
static int rules_answers(struct judging *j, struct ops_document *d,
			 const struct gate *g, const struct gate_status *s,
			 const char *decision)
{
	const char *answers = document_text(d, "Answers");
	bool lift = !strcmp(decision, "Lift");

	if (lift && s->state != GATE_BLOCKED) {
		rule_error(j, "gate.lift", d, "Decision", NULL,
			   "gate '%s' is not blocked", g->name);
		return 0;
	}
	if (!lift && s->state != GATE_REQUESTED) {
		/* Sending work back needs no request. */
		if (strcmp(decision, "Approve"))
			return 0;
		rule_error(j, s->state == GATE_STALE ? "gate.stale" :
			   s->state == GATE_BLOCKED ? "gate.blocked" : "gate.no-request",
			   d, "Answers",
			   s->state == GATE_BLOCKED ? "ops gate lift comes first" :
			   "it has to be asked for: ops gate request",
			   "gate '%s' is %s%s%s", g->name, state_text(s),
			   *said(s) ? ": " : "", said(s));
		return 0;
	}
	if (!answers || strcmp(answers, s->packet->id))
		rule_error(j, "gate.answers", d, "Answers",
			   arena_printf(j->arena, "write Answers: %s", s->packet->id),
			   "it must answer '%s'", s->packet->id);
	return 0;
}

/* One person counts once, however often they approve. */
static int rules_once(struct judging *j, struct ops_document *d, const struct gate *g,
		      const struct gate_status *s, const struct ops_document *task)
{
	const struct agent *a = j->c->actor;
	bool has = false;
	int ret = 0;

	if (a && g->approvals > 1 && s->state == GATE_REQUESTED)
		ret = gate_has_approved(&has, g, s->packet->id, task, j->c->before,
					j->roster, a, j->findings, NULL);
	if (has)
		rule_error(j, "gate.once", d, "From", "let somebody else decide",
			   "'%s' has approved it already, and gate '%s' needs %zu persons",
			   a->id, g->name, g->approvals);
	return ret;
}

static int rules_own_work(struct judging *j, struct ops_document *d,
			  struct ops_document *task)
{
	const struct agent *a = j->c->actor;
	const char *how;
	int ret;

	if (!a)
		return 0;
	ret = gate_contributor(&how, task, j->c->before, j->roster, a, j->findings,
			       NULL);
	if (ret)
		return ret;
	if (how)
		rule_error(j, "gate.self-approval", d, "From",
			   "let somebody decide who had no part in it",
			   "nobody approves their own work: '%s' %s", a->id, how);
	return 0;
}

int rules_decision(struct judging *j, struct ops_document *d, struct ops_document *task)
{
	static const char *const power_of_gate[] = { "power-of-gate" };
	struct names powers = { (const char **)(size_t)power_of_gate, 1 };
	const char *decision = document_text(d, "Decision");
	const struct gate *g = gate_of(j, d);
	struct gate_status s;
	bool approve, lift;
	int ret;

	if (!g || !decision)
		return 0;	/* said by the rules for fields */
	approve = !strcmp(decision, "Approve");
	lift = !strcmp(decision, "Lift");
	rules_need_power(j, "gate.power", &powers, d, task, g, "decide at this gate");
	ret = state_of(&s, j, g, task);
	if (ret == 0)
		ret = rules_answers(j, d, g, &s, decision);
	if (ret == 0)
		ret = rules_subject(j, d, g, task);
	if (ret == 0)
		ret = rules_evidence(j, d, "Evidence", approve ? g->evidence : 0);
	if (ret == 0 && approve)
		ret = rules_gates_approved(j, &g->after, task, d, "gate.order",
					   "this approval");
	if (ret == 0 && (approve || lift))
		ret = rules_own_work(j, d, task);
	if (ret == 0 && approve)
		ret = rules_once(j, d, g, &s, task);
	if (ret == 0 && approve)
		rules_gate_state(j, d, g, task);
	return ret;
}
