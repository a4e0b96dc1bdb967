/* SPDX-License-Identifier: MIT */
/*
 * Handoffs: a task moves from its owner to another, and has exactly one at every
 * commit.  These are the checks that the kinds of packets and the transition ask for
 * by name; see model/handoff.h for the states.
 *
 * The time is that of the commit, of a package no earlier than any since the handoff began.
 * What a step rests on was recorded before it.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/handoff.h"

#define NOT_AT_WORK "'%s' is %s: nobody works on it who could hand it over"

static const struct agent *named(const struct judging *j, const char *name)
{
	return name ? roster_agent_named(j->roster, name) : NULL;
}

static bool same_person(const struct judging *j, const char *a, const char *b)
{
	const struct agent *x = named(j, a), *y = named(j, b);

	return x && y && x->principal == y->principal;
}

static bool acts_as(const struct judging *j, const char *name)
{
	const struct agent *a = named(j, name);

	return a && j->c->actor && a == j->c->actor;
}

static int packets_of(struct packets *out, struct judging *j,
		      const struct ops_document *about)
{
	return world_packets(&out->list, &out->nr, j->c->before, about->id, j->findings,
			     NULL);
}

/* A deadline lies within the time limit from now. */
static void rules_deadline(struct judging *j, const struct ops_document *d)
{
	const char *text = document_text(d, "Deadline");
	int64_t until;

	if (text && date_time_parse(&until, text) &&
	    until > j->c->now + (int64_t)j->config->handoff_limit)
		rule_error(j, "handoff.limit", d, "Deadline", NULL,
			   "the deadline is more than %u seconds away",
			   j->config->handoff_limit);
}

/* Whether the status allows it: that of a transition with the check `handoff`. */
static bool may_move(const struct ops_document *task)
{
	size_t i;

	for (i = 0; i < task->type->transitions_nr; i++) {
		const struct transition *tr = &task->type->transitions[i];

		if (names_have(&tr->checks, "handoff") && task->status &&
		    names_have(&tr->from, task->status))
			return true;
	}
	return false;
}

/* An act that cannot be drafted, for want of an owner, is refused by the same words. */
bool judge_hands_over(const struct ops_document *task, struct ops_findings *findings)
{
	unsigned line, column;

	if (may_move(task))
		return true;
	document_place(task, task->type->status, &line, &column);
	findings_add(findings, "handoff.state", OPS_ERROR, task->path, line, column, NULL,
		     NOT_AT_WORK, task->id, task->status ? task->status : "without a status");
	return false;
}

static void check_start(struct judging *j, struct ops_document *d,
			struct ops_document *task, const struct packets *all)
{
	const char *to = document_text(d, "To"), *owner = document_text(d, "Owner");
	const char *assignee = document_text(task, "Assigned-To");
	const struct agent *receiver = named(j, to);
	struct handoff open;

	handoff_open(&open, all, j->c->now);
	if (!may_move(task))
		rule_error(j, "handoff.state", d, "About", NULL,
			   NOT_AT_WORK, task->id,
			   task->status ? task->status : "without a status");
	if (open.start || rules_second(j, d, "About"))
		rule_error(j, "handoff.state", d, "About", "ops handoff status",
			   "'%s' is being handed to '%s' already", task->id,
			   open.start ? open.to : "somebody");
	if (!assignee || !owner || strcmp(owner, assignee))
		rule_error(j, "handoff.owner", d, "Owner", NULL,
			   "it is the handoff of '%s', and '%s' belongs to '%s'",
			   owner ? owner : "nobody", task->id,
			   assignee ? assignee : "nobody");
	if (to && (!receiver || !receiver->active || !agent_holds(receiver, "work")))
		rule_error(j, "handoff.receiver", d, "To", "ops list --type agent",
			   "'%s' %s", to, !receiver ? "is not in the roster" :
			   receiver->active ? "does not hold the power 'work'" :
			   "is not active");
	if (to && assignee && same_person(j, to, assignee))
		rule_error(j, "handoff.receiver", d, "To", "name somebody else",
			   "'%s' is who has it: nobody hands over to themselves", to);
	rules_deadline(j, d);
}

/* The lists of a package say what there is, no more and no less. */
static int rules_list(struct judging *j, const struct ops_document *d,
		      const struct ops_document *at, const char *field,
		      const struct names *is, const char *rule)
{
	const char *const *list;
	struct names said = { NULL, 0 };
	size_t i, nr;

	if (document_list(&list, &nr, d, field))
		return OPS_ENOMEM;
	for (i = 0; i < nr; i++) {
		if (names_add(&said, j->arena, list[i]))
			return OPS_ENOMEM;
		if (!names_have(is, list[i]))
			rule_error(j, rule, at, at == d ? field : NULL, "ops handoff package",
				   "%s of the package has '%s', which is not so now", field,
				   list[i]);
	}
	for (i = 0; i < is->nr; i++)
		if (!names_have(&said, is->list[i]))
			rule_error(j, rule, at, at == d ? field : NULL, "ops handoff package",
				   "%s of the package lacks '%s'", field, is->list[i]);
	return 0;
}

static int rules_package(struct judging *j, const struct ops_document *package,
			 const struct ops_document *at, struct ops_document *task,
			 const struct packets *all, const char *rule)
{
	struct names open = { NULL, 0 }, gates = { NULL, 0 }, locks = { NULL, 0 };
	int ret = handoff_open_packets(&open, j->arena, all);

	if (ret == 0)
		ret = rules_list(j, package, at, "Open", &open, rule);
	if (ret == 0)
		ret = handoff_locks(&locks, j->arena, j->config, task);
	if (ret == 0)
		ret = rules_list(j, package, at, "Locks", &locks, rule);
	if (ret == 0)
		ret = handoff_gates(&gates, j->arena, j->config, task, j->c->before,
				    j->c->after, j->findings, NULL);
	return ret ? ret : rules_list(j, package, at, "Gates", &gates, rule);
}

/* The handoff that a packet is about, if it is open. */
static bool is_of_open(struct judging *j, struct ops_document *d,
		       const struct packets *all, struct handoff *h)
{
	const char *answers = document_text(d, "Answers");

	handoff_open(h, all, j->c->now);
	if (h->start && answers && !strcmp(h->start->id, answers))
		return true;
	rule_error(j, "handoff.state", d, "Answers", "ops handoff status",
		   "the handoff '%s' is not open", answers ? answers : "");
	return false;
}

static int check_package(struct judging *j, struct ops_document *d,
			 struct ops_document *task, const struct packets *all)
{
	struct handoff h;
	int64_t late;
	int ret;

	if (!is_of_open(j, d, all, &h))
		return 0;
	ret = rules_late(&late, j, h.start->path);
	if (ret)
		return ret;
	handoff_read(&h, all, h.start, late);
	if (h.state != HANDOFF_REQUESTED)
		rule_error(j, h.state == HANDOFF_LATE ? "handoff.late" : "handoff.state", d,
			   "Answers", h.state == HANDOFF_PACKAGED ?
			   "the receiver accepts or rejects it" :
			   "somebody else mediates: ops handoff mediate",
			   "a package is not asked for: the handoff is %s%s%s",
			   handoff_state_name(h.state),
			   h.state == HANDOFF_LATE ? ", its deadline was " : "",
			   h.state == HANDOFF_LATE && h.deadline ? h.deadline : "");
	return rules_package(j, d, d, task, all, "handoff.package");
}

static void check_receiver(struct judging *j, struct ops_document *d,
			   const struct handoff *h)
{
	if (j->c->actor && !acts_as(j, h->to))
		rule_error(j, "handoff.receiver", d, "From",
			   arena_printf(j->arena, "ask %s", h->to ? h->to : "them"),
			   "it is handed to '%s', and '%s' answers", h->to ? h->to : "nobody",
			   j->c->actor->id);
}

/* Neither who has it nor who gets it. */
static void check_mediator(struct judging *j, struct ops_document *d,
			   const struct handoff *h)
{
	const char *who = j->c->actor ? j->c->actor->id : NULL;

	if (who && (same_person(j, who, h->owner) || same_person(j, who, h->to)))
		rule_error(j, "handoff.mediator", d, "From", "let somebody else mediate",
			   "'%s' is a side of this handoff", who);
	rules_deadline(j, d);
}

/* The task has to move in the same commit, to who accepts. */
static void rules_moves(struct judging *j, struct ops_document *d,
			const struct ops_document *task)
{
	size_t i;

	for (i = 0; i < j->changes_nr; i++)
		if (j->changes[i].after && j->changes[i].transition &&
		    !strcmp(j->changes[i].after->id, task->id) &&
		    names_have(&j->changes[i].transition->checks, "handoff"))
			return;
	rule_error(j, "handoff.owner", d, "Answers", "ops handoff accept does both",
		   "it is accepted, and '%s' stays where it was", task->id);
}

/* What is accepted: a package nobody rejected, that still tells the truth. */
static int check_acceptance(struct judging *j, struct ops_document *d,
			    struct ops_document *task, const struct packets *all)
{
	const char *accepted = document_text(d, "Package");
	struct ops_document *was, *package;
	struct handoff h;
	size_t i, errors = ops_findings_count(j->findings);
	int ret;

	if (!is_of_open(j, d, all, &h))
		return 0;
	check_receiver(j, d, &h);
	if (h.state != HANDOFF_PACKAGED || !accepted || strcmp(accepted, h.package->id)) {
		rule_error(j, "handoff.state", d, "Package", "ops handoff status",
			   "there is no package to accept: the handoff is %s",
			   handoff_state_name(h.state));
		return 0;
	}
	for (i = 0, package = NULL; i < all->nr; i++)
		if (all->list[i] == h.package)
			package = all->list[i];
	ret = world_find(&was, j->c->before, task->id, task->type->name, j->findings, NULL);
	if (ret)
		return ret == OPS_ENOMEM || ret == OPS_EIO ? ret : 0;
	ret = rules_package(j, package, d, was, all, "handoff.stale");
	if (ret == 0)
		ret = rules_evidence(j, package, "Evidence", 0);
	if (ret == 0 && ops_findings_count(j->findings) == errors)
		rules_moves(j, d, task);
	return ret;
}

int rules_handoff(struct judging *j, struct ops_document *d, struct ops_document *about)
{
	const char *kind = d->type->name;
	struct packets all;
	struct handoff h;
	int ret = packets_of(&all, j, about);

	if (ret)
		return ret;
	if (!strcmp(kind, HANDOFF))
		check_start(j, d, about, &all);
	else if (!strcmp(kind, HANDOFF_PACKAGE))
		return check_package(j, d, about, &all);
	else if (!strcmp(kind, HANDOFF_ACCEPTANCE))
		return check_acceptance(j, d, about, &all);
	else if (is_of_open(j, d, &all, &h)) {
		if (!strcmp(kind, HANDOFF_REJECTION))
			check_receiver(j, d, &h);
		else
			check_mediator(j, d, &h);
	}
	return 0;
}

/* The transition: to whom the open handoff names, from whom it names. */
int rules_handed_over(struct judging *j, struct change *change)
{
	const char *to = document_text(change->after, "Assigned-To");
	const char *from = document_text(change->before, "Assigned-To");
	struct packets all;
	struct handoff h;
	int ret = packets_of(&all, j, change->before);

	if (ret)
		return ret;
	handoff_open(&h, &all, j->c->now);
	if (!h.start || h.state != HANDOFF_PACKAGED)
		rule_error(j, "handoff.state", change->after, "Assigned-To",
			   "ops handoff status", "the handoff is %s: a task moves when its "
			   "package is accepted", handoff_state_name(h.state));
	else if (!named(j, h.to) || named(j, to) != named(j, h.to) || !from || !h.owner ||
		 strcmp(from, h.owner))
		rule_error(j, "handoff.owner", change->after, "Assigned-To", NULL,
			   "it is handed from '%s' to '%s', not from '%s' to '%s'",
			   h.owner ? h.owner : "nobody", h.to ? h.to : "nobody",
			   from ? from : "nobody", to ? to : "nobody");
	return 0;
}
