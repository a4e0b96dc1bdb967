/* SPDX-License-Identifier: MIT */
/*
 * Leases: who takes one, of what, with which number, and when others may end it; and the
 * commits that change what is leased.
 *
 * What is leased is what was before the change.  A lease keeps others out until it is
 * ended on record, never by the passing of time alone: a clock only decides when that
 * may be recorded, and is the committer's claim like that of every other rule.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/lease.h"
#include "util/path.h"

static int held(struct leases *out, struct judging *j)
{
	struct ops_findings *ignored = ops_findings_new();
	int ret = ignored ? leases_held(out, j->c->before, ignored, NULL) : OPS_ENOMEM;

	ops_findings_free(ignored);
	return ret;
}

/* --- taking one --- */

/* Whether the change ends a lease that was held. */
static bool is_ended(const struct judging *j, const struct lease *l)
{
	const struct state *state;
	size_t i;

	for (i = 0; i < j->changes_nr; i++) {
		const struct change *c = &j->changes[i];

		if (!c->before || !c->after || strcmp(c->before->id, l->document->id) ||
		    !type_is(c->type, "lease"))
			continue;
		state = c->after->status ? type_state(c->type, c->after->status) : NULL;
		return state && state->final;
	}
	return false;
}

static void rules_apart(struct judging *j, const struct lease *l, const struct lease *other)
{
	char example[PATH_MAX_BYTES + 1];
	bool same = l->task && other->task && !strcmp(l->task, other->task);

	if (!same && scope_meet(example, &l->paths, &other->paths, "**") == PATHS_APART)
		return;
	rule_error(j, "lease.held", l->document, "Paths", lease_is_stale(other, j->c->now) ?
		   "end it in the same commit: ops scope lock does" :
		   "wait for its release, or take other paths",
		   "%s%s is leased to '%s' (token %lu) until it is released or expires",
		   same ? "'" : *example ? "'" : "some of it",
		   same ? arena_printf(j->arena, "%s'", l->task) :
		   *example ? arena_printf(j->arena, "%s'", example) : "",
		   other->task ? other->task : "nobody", other->token);
}

/* Nothing of it is leased to somebody else, be it in the same commit. */
static int rules_alone(struct judging *j, const struct lease *l, const struct leases *all)
{
	struct lease other;
	size_t i;

	for (i = 0; i < all->nr; i++)
		if (!is_ended(j, &all->list[i]))
			rules_apart(j, l, &all->list[i]);
	for (i = 0; i < j->changes_nr; i++) {
		const struct change *c = &j->changes[i];

		if (c->kind != CHANGE_CREATED || !c->after || c->after == l->document ||
		    !type_is(c->type, "lease") ||
		    strcmp(c->after->path, l->document->path) > 0)
			continue;
		if (lease_read(&other, j->arena, c->after))
			return OPS_ENOMEM;
		rules_apart(j, l, &other);
	}
	return 0;
}

/* A pattern of the scope as it stands there, or one path in it. */
static int rules_paths(struct judging *j, const struct lease *l,
		       struct ops_document *task)
{
	struct names patterns = { NULL, 0 };
	const char *const *paths;
	struct scope scope;
	size_t i, nr;

	if (scope_read(&scope, j->arena, j->config, task) ||
	    document_list(&paths, &nr, l->document, "Paths"))
		return OPS_ENOMEM;
	for (i = 0; i < scope.nr; i++)
		if (names_add(&patterns, j->arena, scope.patterns[i]))
			return OPS_ENOMEM;
	for (i = 0; i < nr; i++)
		if (!names_have(&patterns, paths[i]) &&
		    (path_fault(paths[i]) || strpbrk(paths[i], "*?[{") ||
		     !scope_has(&scope, paths[i])))
			rule_error(j, "lease.paths", l->document, "Paths",
				   arena_printf(j->arena, "ops scope show %s", task->id),
				   "'%s' is neither a pattern of the scope of '%s' nor a file "
				   "in it", paths[i], task->id);
	return 0;
}

static void rules_until(struct judging *j, const struct lease *l)
{
	if (l->expires == INT64_MIN)
		return;		/* field.missing and field.value say so */
	if (l->expires <= j->c->now)
		rule_error(j, "lease.limit", l->document, "Expires", NULL,
			   "it is over before it begins");
	else if (l->expires - j->c->now > (int64_t)j->config->lease_longest)
		rule_error(j, "lease.limit", l->document, "Expires",
			   "take a shorter one, and renew it", "it is longer than the %u "
			   "seconds that a lease may be", j->config->lease_longest);
}

static int rules_of_task(struct judging *j, const struct lease *l, struct ops_document *task)
{
	static const char *const who[] = { "assignee", "assign" };
	struct names powers = { (const char **)(size_t)who, 2 };
	const char *owner = document_text(task, "Assigned-To");
	unsigned long last = 0;
	int ret;

	if (!scope_held(j->config, task))
		rule_error(j, "lease.task", l->document, "Task", NULL,
			   "nobody works on '%s' (status %s)", task->id,
			   task->status ? task->status : "none");
	else if (!l->owner || strcmp(owner, l->owner))
		rule_error(j, "lease.task", l->document, "Assigned-To", NULL,
			   "it is for '%s', and '%s' belongs to '%s'",
			   l->owner ? l->owner : "nobody", task->id, owner);
	rules_need_power(j, NULL, &powers, l->document, task, NULL, "lock its scope");
	ret = lease_last_token(&last, j->c->before, task->id, j->findings, NULL);
	if (ret == 0 && l->token != last + 1)
		rule_error(j, "lease.token", l->document, "Token", "ops scope lock counts",
			   "the next token of '%s' is %lu", task->id, last + 1);
	return ret ? ret : rules_paths(j, l, task);
}

int rules_lease(struct judging *j, struct ops_document *d)
{
	struct ops_document *task = NULL;
	struct leases all;
	struct lease l;
	int ret = lease_read(&l, j->arena, d);

	if (ret == 0)
		ret = held(&all, j);
	if (ret == 0 && l.task)
		ret = rules_task_named(&task, j, l.task);
	if (ret == 0 && l.task && !task)
		rule_error(j, "lease.task", d, "Task", NULL, "'%s' is no active task", l.task);
	rules_until(j, &l);
	if (ret == 0 && task)
		ret = rules_of_task(j, &l, task);
	return ret ? ret : rules_alone(j, &l, &all);
}

/* --- ending one --- */

/* By others only when it is over; to renew it, with the next one in the same commit. */
int rules_lease_ends(struct judging *j, struct change *change)
{
	struct leases all;
	size_t i;
	int ret = held(&all, j);

	if (ret)
		return ret;
	if (!strcmp(change->transition->action, "renew")) {
		for (i = 0; i < j->changes_nr; i++) {
			const struct change *c = &j->changes[i];
			const char *a = c->after ? document_text(c->after, "Task") : NULL;
			const char *b = document_text(change->before, "Task");

			if (c->kind == CHANGE_CREATED && a && b && !strcmp(a, b) &&
			    type_is(c->type, "lease"))
				return 0;
		}
		rule_error(j, "lease.token", change->after, NULL, "ops scope lock --token",
			   "it is renewed, and there is no next one in the same commit");
		return 0;
	}
	for (i = 0; i < all.nr; i++)
		if (!strcmp(all.list[i].document->id, change->before->id) &&
		    !lease_is_stale(&all.list[i], j->c->now))
			rule_error(j, "lease.held", change->after, change->type->status,
				   "ask its holder to release it", "'%s' holds it until %s",
				   all.list[i].owner,
				   document_text(change->before, "Expires"));
	return 0;
}

/* --- commits --- */

/* Whether files have to be noted. */
int rules_leases_begin(struct judging *j)
{
	struct leases *all = arena_alloc(j->arena, sizeof(*all));
	int ret = all ? held(all, j) : OPS_ENOMEM;

	if (ret == 0 && all->nr)
		j->leases = all;
	return ret;
}

/* The lease whose token the commit carries. */
static const struct lease *carried(struct judging *j, const char *task, const char *text)
{
	unsigned long token = lease_token(text);
	const struct lease *l;

	if (!text)
		return NULL;
	l = task && j->leases ? leases_of(j->leases, task) : NULL;
	if (!task || !token || !l || l->token != token)
		findings_add(j->findings, "lease.token", OPS_ERROR, NULL, 0, 0,
			     "ops scope show says what is leased; what was made by an old "
			     "token is to be looked at again", !task ?
			     "Ops-Lease stands without an Ops-Task" : !token ?
			     "'%.40s' is no token" : l ? "token %s of '%s' is not in force: "
			     "its lease was renewed, or was never given" :
			     "token %s of '%s' is not in force: no lease of it is held",
			     text, task ? task : "");
	else if (!j->c->actor || !l->owner ||
		 roster_agent_named(j->roster, l->owner) != j->c->actor)
		findings_add(j->findings, "lease.token", OPS_ERROR, NULL, 0, 0, NULL,
			     "token %s is of '%s', not of who commits", text,
			     l->owner ? l->owner : "nobody");
	else if (j->c->now > l->expires)
		findings_add(j->findings, "lease.expired", OPS_ERROR, NULL, 0, 0,
			     arena_printf(j->arena, "ops scope lock --token %s %s", text,
					  task),
			     "the lease of '%s' expired at %s", task,
			     document_text(l->document, "Expires"));
	else
		return l;
	return NULL;
}

static void rules_leased_file(struct judging *j, const char *path,
			      const struct lease *mine)
{
	size_t i;

	for (i = 0; j->leases && i < j->leases->nr; i++) {
		const struct lease *l = &j->leases->list[i];

		if (l == mine || !l->lives || !scope_has(&l->paths, path))
			continue;
		findings_add(j->findings, "lease.held", OPS_ERROR, path, 0, 0,
			     "wait for its release; its holder ends the message with "
			     "Ops-Task and Ops-Lease",
			     "it is leased to '%s' of %s until %s", l->task, l->owner,
			     document_text(l->document, "Expires"));
		return;
	}
	if (!(mine && scope_has(&mine->paths, path)) &&
	    standing_paths_have(&j->config->leased, path))
		findings_add(j->findings, "lease.missing", OPS_ERROR, path, 0, 0,
			     "ops scope lock TASK, and name task and token in the message",
			     "it is changed only with a lease");
}

void rules_leased(struct judging *j)
{
	const char *task = message_trailer(&j->c->parsed, "Ops-Task");
	const char *token = message_trailer(&j->c->parsed, "Ops-Lease");
	const struct lease *mine;
	size_t i;

	if (!j->c->message)
		return;		/* it may still name its task */
	mine = carried(j, task, token);
	for (i = 0; (j->leases || j->config->leased.nr) && i < j->files.nr; i++)
		rules_leased_file(j, j->files.list[i], mine);
}
