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
#include "util/map.h"
#include "util/path.h"

static int held(struct leases *out, struct judging *j)
{
	struct ops_findings *ignored = ops_findings_new();
	int ret = ignored ? leases_held(out, j->c->before, ignored, NULL) : OPS_ENOMEM;

	ops_findings_free(ignored);
	return ret;
}

/* --- taking one --- */

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
	for (i = 0; i < nr && rules_spend(j, JUDGE_MATCH_STEPS * (scope.nr + 1)); i++)
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
		rule_error(j, "lease.limit", l->document, "Expires",
			   "take one anew (ops scope lock); of a rebase, git rebase -i drops this",
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
	ret = rules_lease_token(&last, j, task->id);
	if (ret == 0 && l->token != last + 1)
		rule_error(j, "lease.token", l->document, "Token", "ops scope lock counts",
			   "the next token of '%s' is %lu", task->id, last + 1);
	return ret ? ret : rules_paths(j, l, task);
}

/* What cannot be read may be a lease of anything. */
static void rules_unreadable(struct judging *j, const char *at)
{
	const struct names *all = j->leases ? &j->leases->unreadable : NULL;

	if (all && all->nr)
		findings_add(j->findings, "lease.unreadable", OPS_ERROR, at, 0, 0,
			     "mend it in a commit of its own: ops check says what is wrong",
			     "the lease '%s'%s cannot be read, so nobody knows what is leased",
			     all->list[0], all->nr > 1 ? ", as others," : "");
}

int rules_lease(struct judging *j, struct ops_document *d)
{
	struct ops_document *task = NULL;
	struct lease l;
	int ret = lease_read(&l, j->arena, d);

	if (ret == 0 && l.task)
		ret = rules_task_named(&task, j, document_text(d, "Task"));
	if (ret == 0 && l.task && !task)
		rule_error(j, "lease.task", d, "Task", NULL, "'%s' is no active task", l.task);
	rules_unreadable(j, d->path);
	rules_until(j, &l);
	if (ret == 0 && task)
		ret = rules_of_task(j, &l, task);
	return ret ? ret : rules_lease_apart(j, d);
}

/* --- ending one --- */

/* By others only when it is over; to renew it, with the next one in the same commit. */
int rules_lease_ends(struct judging *j, struct change *change)
{
	const char *task = document_text(change->before, "Task");
	const struct lease *l = NULL;
	bool renewed;
	int ret;

	if (!strcmp(change->transition->action, "renew")) {
		task = task ? reference_id(j->arena, task) : NULL;
		ret = rules_lease_renewed(&renewed, j, task);
		if (ret == 0 && !renewed)
			rule_error(j, "lease.token", change->after, NULL,
				   "ops scope lock --token", "it is renewed, and there is no "
				   "next one in the same commit");
		return ret;
	}
	ret = rules_lease_held(&l, j, change->before->id);
	if (l && !lease_is_stale(l, j->c->now))
		rule_error(j, "lease.held", change->after, change->type->status,
			   "ask its holder to release it", "'%s' holds it until %s",
			   l->owner, document_text(change->before, "Expires"));
	return ret;
}

/* --- commits --- */

/* Whether files have to be noted. */
int rules_leases_begin(struct judging *j)
{
	struct leases *all = arena_alloc(j->arena, sizeof(*all));
	int ret = all ? held(all, j) : OPS_ENOMEM;

	if (ret == 0 && (all->unreadable.nr || map_count(all->tokens)))
		j->leases = all;
	return ret;
}

/* The lease whose token the commit carries. */
static int carried(const struct lease **out, struct judging *j, const char *task,
		   const char *text)
{
	unsigned long token = lease_token(text);
	const struct lease *l;
	int64_t late;
	int ret;

	*out = NULL;
	if (!text)
		return 0;
	l = task && j->leases ? leases_of(j->leases, task) : NULL;
	if (!task || !token || !l || l->token != token) {
		findings_add(j->findings, "lease.token", OPS_ERROR, NULL, 0, 0,
			     "ops scope show says what is leased; what was made by an old "
			     "token is to be looked at again", !task ?
			     "Ops-Lease stands without an Ops-Task" : !token ?
			     "'%.40s' is no token" : l ? "token %s of '%s' is not in force: "
			     "its lease was renewed, or was never given" :
			     "token %s of '%s' is not in force: no lease of it is held",
			     text, task ? task : "");
		return 0;
	}
	if (!j->c->actor || !l->owner ||
	    roster_agent_named(j->roster, l->owner) != j->c->actor) {
		findings_add(j->findings, "lease.token", OPS_ERROR, NULL, 0, 0, NULL,
			     "token %s is of '%s', not of who commits", text,
			     l->owner ? l->owner : "nobody");
		return 0;
	}
	ret = rules_late(&late, j, l->document->path);
	if (ret == 0 && late > l->expires)
		findings_add(j->findings, "lease.expired", OPS_ERROR, NULL, 0, 0,
			     arena_printf(j->arena, "ops scope lock --token %s %s", text,
					  task),
			     "the lease of '%s' expired at %s", task,
			     document_text(l->document, "Expires"));
	else if (ret == 0)
		*out = l;
	return ret;
}

static int rules_leased_file(struct judging *j, const char *path,
			     const struct lease *mine)
{
	bool ours = mine && scope_has(&mine->paths, path);
	bool guarded;
	const struct lease *l = rules_lease_of_file(j, path, mine);
	int ret = rules_guarded(&guarded, j, &j->config->leased, path);

	if (l)
		findings_add(j->findings, "lease.held", OPS_ERROR, path, 0, 0,
			     "wait for its release; its holder ends the message with "
			     "Ops-Task and Ops-Lease",
			     "it is leased to '%s' of %s until %s", l->task, l->owner,
			     document_text(l->document, "Expires"));
	else if (!ours && ret == 0 && guarded)
		findings_add(j->findings, "lease.missing", OPS_ERROR, path, 0, 0,
			     "ops scope lock TASK, and name task and token in the message",
			     "it is changed only with a lease");
	if (!ours && !j->unread) {
		rules_unreadable(j, path);
		j->unread = true;
	}
	return ret;
}

int rules_leased(struct judging *j)
{
	const char *task = message_trailer(&j->c->parsed, "Ops-Task");
	const char *token = message_trailer(&j->c->parsed, "Ops-Lease");
	const struct lease *mine;
	size_t i;
	int ret;

	if (!j->c->message)
		return 0;	/* it may still name its task */
	ret = carried(&mine, j, task, token);
	if (ret == 0 && j->leases && j->files.nr)
		ret = rules_lease_files(j);
	for (i = 0; ret == 0 && (j->leases || j->config->leased.nr) && i < j->files.nr; i++)
		ret = rules_leased_file(j, j->files.list[i], mine);
	return ret;
}
