/* SPDX-License-Identifier: MIT */
/*
 * "scope.lock", "scope.release" and "scope.expire": leases of the scope of a task.
 *
 * What stands in the way and is over is ended in the same commit; what is not over is
 * left for the judge to name.
 */

#include <string.h>

#include "change/draft.h"
#include "model/lease.h"
#include "util/path.h"

struct locking {
	struct draft *d;
	struct leases all;
	struct ops_document *task;
	const char *token, *paths;
	int64_t seconds;
};

static int read_fields(struct locking *l, const struct ops_request *r,
		       struct ops_error *err)
{
	size_t i;

	l->seconds = l->d->config->lease_usual;
	for (i = 0; i < r->fields_nr; i++) {
		const char *name = r->fields[i].name, *value = r->fields[i].value;

		if (!strcmp(name, "Token")) {
			if (!lease_token(value))
				return error_set(err, OPS_EUSAGE, "'%.40s' is no token: it is "
						 "a number as 'ops scope show' has it", value);
			l->token = value;
		} else if (!strcmp(name, "Paths")) {
			l->paths = value;
		} else if (!strcmp(name, "For")) {
			if (!duration_parse(&l->seconds, value))
				return error_set(err, OPS_EUSAGE, "'%.40s' is no time such as "
						 "8h", value);
		} else {
			return error_set(err, OPS_EUSAGE, "'%s' has no use for the field "
					 "'%.60s'", r->action, name);
		}
	}
	return 0;
}

/* "a, b" of the scope of the task. */
static int all_paths(struct locking *l, struct ops_error *err)
{
	struct names names = { NULL, 0 };
	struct scope scope;
	size_t i;

	if (scope_read(&scope, l->d->arena, l->d->config, l->task))
		return error_nomem(err);
	for (i = 0; i < scope.nr; i++) {
		if (strchr(scope.patterns[i], ','))
			return error_set(err, OPS_EUSAGE, "'%.200s' has a comma, and cannot be "
					 "leased", scope.patterns[i]);
		if (names_add(&names, l->d->arena, scope.patterns[i]))
			return error_nomem(err);
	}
	if (!names.nr)
		return error_set(err, OPS_EUSAGE, "the scope of '%s' names no paths in `code`",
				 l->task->id);
	l->paths = names_text(&names, l->d->arena, ", ");
	return *l->paths ? 0 : error_nomem(err);
}

static int end_one(struct draft *d, const struct lease *lease, const char *action,
		   struct ops_error *err)
{
	struct ops_request q = { .action = action, .target = lease->document->path };

	return act_transition(d, &q, err);
}

/* Whether a lease keeps from this one, and is over. */
static bool is_in_the_way(const struct locking *l, const struct lease *other,
			  const struct scope *wanted)
{
	char example[PATH_MAX_BYTES + 1];

	return lease_is_stale(other, l->d->repo->now) &&
	       ((other->task && !strcmp(other->task, l->task->id)) ||
		scope_meet(example, wanted, &other->paths, "**") != PATHS_APART);
}

static int make_way(struct locking *l, struct ops_error *err)
{
	struct scope wanted = { NULL, 0 };
	struct names names = { NULL, 0 };
	const char *at = l->paths;
	bool found = !l->token;
	size_t i, len;
	int ret = 0;

	for (; *at; at += len) {
		at += strspn(at, ", ");
		len = path_item_len(at);
		if (len && names_add(&names, l->d->arena, arena_dup(l->d->arena, at, len)))
			return error_nomem(err);
	}
	wanted.patterns = names.list;
	wanted.nr = names.nr;
	for (i = 0; ret == 0 && i < l->all.nr; i++) {
		const struct lease *other = &l->all.list[i];
		bool mine = other->task && !strcmp(other->task, l->task->id);
		bool meant = mine && l->token && lease_token(l->token) == other->token;

		found = found || meant;
		if (meant && !lease_is_stale(other, l->d->repo->now))
			ret = end_one(l->d, other, "renew", err);
		else if (is_in_the_way(l, other, &wanted))
			ret = end_one(l->d, other, "expire", err);
	}
	/* Who thinks to go on with a lease has lost it: a new one would hide that. */
	return ret || found ? ret : error_set(err, OPS_ENOTFOUND, "no lease of '%s' with the "
					      "token %s is held: ops scope show tells which are",
					      l->task->id, l->token);
}

static int lock(struct locking *l, const struct ops_request *r, struct ops_error *err)
{
	struct draft *d = l->d;
	char until[DATE_TIME_LEN + 1];
	unsigned long last = 0;
	struct ops_setting fields[6];
	struct ops_request q = { .action = "new", .target = "lease", .fields = fields,
				 .fields_nr = 6 };
	const char *owner, *token;
	size_t i;
	int ret = read_fields(l, r, err);

	if (ret == 0)
		ret = draft_find(&l->task, d, r->target, "task", err);
	if (ret == 0 && !l->paths)
		ret = all_paths(l, err);
	if (ret == 0)
		ret = make_way(l, err);
	if (ret == 0)
		ret = lease_last_token(&last, d->now, &l->all, l->task->id, d->findings, err);
	if (ret)
		return ret;
	owner = document_text(l->task, "Assigned-To");
	token = arena_printf(d->arena, "%lu", last + 1);
	date_time_format(until, d->repo->now + l->seconds);
	fields[0] = (struct ops_setting){ "Title", arena_printf(d->arena, "Lease of %s",
								 l->task->id) };
	fields[1] = (struct ops_setting){ "Task", l->task->id };
	fields[2] = (struct ops_setting){ "Assigned-To", owner ? owner : "nobody" };
	fields[3] = (struct ops_setting){ "Paths", l->paths };
	fields[4] = (struct ops_setting){ "Token", token };
	fields[5] = (struct ops_setting){ "Expires", arena_str(d->arena, until) };
	for (i = 0; i < 6; i++)
		if (!fields[i].value)
			return error_nomem(err);
	ret = act_new(d, &q, err);
	if (ret)
		return ret;
	d->acts[d->acts_nr - 1].message =
		arena_printf(d->arena, "Ops-Task: %s\nOps-Lease: %lu\n", l->task->id,
			     last + 1);
	return d->acts[d->acts_nr - 1].message ? 0 : error_nomem(err);
}

/* All leases of a task, or one by its id. */
static int release(struct locking *l, const struct ops_request *r, struct ops_error *err)
{
	size_t i, nr = 0;
	int ret = 0;

	if (!r->target)
		return error_set(err, OPS_EUSAGE, "name the task whose lease is released");
	if (world_find(&l->task, l->d->now, r->target, "task", l->d->findings, err))
		return act_transition(l->d, &(struct ops_request){ .action = "release",
				      .target = r->target }, err);
	for (i = 0; ret == 0 && i < l->all.nr; i++)
		if (l->all.list[i].task && !strcmp(l->all.list[i].task, l->task->id)) {
			ret = end_one(l->d, &l->all.list[i], "release", err);
			nr++;
		}
	return ret || nr ? ret : error_set(err, OPS_ENOTFOUND, "no lease of '%s' is held",
					   l->task->id);
}

/* Every lease that is over. */
static int expire(struct locking *l, struct ops_error *err)
{
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < l->all.nr; i++)
		if (lease_is_stale(&l->all.list[i], l->d->repo->now))
			ret = end_one(l->d, &l->all.list[i], "expire", err);
	return ret;
}

int act_scope(struct draft *d, const struct ops_request *r, struct ops_error *err)
{
	struct locking l = { .d = d };
	int ret = leases_held(&l.all, d->now, d->findings, err);

	if (ret)
		return ret;
	if (!strcmp(r->action, "scope.lock"))
		return lock(&l, r, err);
	if (!strcmp(r->action, "scope.release"))
		return release(&l, r, err);
	if (!strcmp(r->action, "scope.expire"))
		return expire(&l, err);
	return error_set(err, OPS_EUSAGE, "there is no action '%s'", r->action);
}
