/* SPDX-License-Identifier: MIT */
/*
 * The judge: finds out what a change does to which documents, and asks every
 * group of rules about it.
 *
 * Invariants: nothing here or in rules_*.c reads a clock, an environment or a
 * file outside the two snapshots; rules only add findings; every rule that can
 * be asked is asked, whatever others found.
 */

#include "judge/rules.h"

#include <string.h>

#include "util/buf.h"
#include "util/map.h"
#include "util/path.h"

void rule_error(struct judging *j, const char *rule, const struct ops_document *d,
		const char *field, const char *remedy, const char *fmt, ...)
{
	unsigned line, column;
	va_list ap;

	document_place(d, field, &line, &column);
	va_start(ap, fmt);
	findings_vadd(j->findings, rule, OPS_ERROR, d->path, line, column, remedy, fmt, ap);
	va_end(ap);
}

bool rules_earlier(const struct change *change, const struct ops_document *d)
{
	return change->kind == CHANGE_CREATED && change->after && change->after->doc &&
	       change->after != d && change->after->type == d->type &&
	       strcmp(change->after->path, d->path) < 0;
}

bool rules_second(const struct judging *j, const struct ops_document *d, const char *field)
{
	const char *value = document_text(d, field), *other;
	size_t i;

	for (i = 0; value && i < j->changes_nr; i++) {
		if (!rules_earlier(&j->changes[i], d))
			continue;
		other = document_text(j->changes[i].after, field);
		if (other && !strcmp(other, value))
			return true;
	}
	return false;
}

/* Read one side of a difference.  An unreadable one stays NULL. */
static int read_side(struct ops_document **out, struct world *w, const char *path,
		     struct ops_findings *findings, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = world_document(out, w, path, findings, &found);

	if (ret == 0 || ret == OPS_EINVALID)
		return 0;
	if (ret == OPS_ENOTFOUND)
		return 0;	/* by the configuration after it is nothing: config.alone */
	return error_set(err, ret, "%s", found.message);
}

struct change *rules_change(struct judging *j)
{
	struct change *list = arena_room(j->arena, j->changes, j->changes_nr, &j->room,
					 sizeof(*list));

	if (!list)
		return NULL;
	j->changes = list;
	return &j->changes[j->changes_nr++];
}

static int add_difference(const char *path, const struct snap_entry *before,
			  const struct snap_entry *after, void *payload,
			  struct ops_error *err)
{
	struct judging *j = payload;
	struct ops_findings *ignored = NULL;
	const struct type *type;
	struct change *change;
	int ret = 0;

	if (!rules_bounded(j, path, j->config->commit_files))
		return OPS_EREFUSED;
	if (j->c->only && !j->c->only(path, j->c->payload))
		return 0;
	type = config_type_of_path(j->config, path);
	if (j->asks_files)
		ret = rules_commit_file(j, path, type, before, after);
	if (ret)
		return error_set(err, ret, "'%s' could not be judged", path);
	if (!strcmp(path, CONFIG_PATH)) {
		j->c->configures = true;
		return rules_config(j, before, after);
	}
	if (!j->governed && (type || config_type_of_path(j->config_after, path)))
		j->governed = arena_str(j->arena, path);
	if (!type)
		return after ? rules_stray(j, path, after) : 0;
	/* Nothing reads what has such a name: it must not come unread, and may go. */
	if (rules_path(j, path, after))
		return 0;
	change = rules_change(j);
	if (!change)
		return error_nomem(err);
	change->kind = !before ? CHANGE_CREATED : after ? CHANGE_MODIFIED :
		       CHANGE_DELETED;
	change->path = change->old_path = arena_str(j->arena, path);
	change->type = type;
	change->odd_mode = after && !snap_entry_is_file(after);
	if (!change->path)
		return error_nomem(err);
	if (before && snap_entry_is_file(before)) {
		/* What was wrong before is not this change's fault. */
		ignored = ops_findings_new();
		if (!ignored)
			return error_nomem(err);
		ret = read_side(&change->before, j->c->before, path, ignored, err);
		ops_findings_free(ignored);
	}
	if (ret == 0 && after && snap_entry_is_file(after))
		ret = read_side(&change->after, j->c->after, path, j->findings, err);
	if (change->after)
		change->type = change->after->type;
	else if (change->before)
		change->type = change->before->type;
	return ret;
}

static const char *move_key(struct judging *j, const struct change *c,
			    const struct ops_document *d)
{
	return arena_printf(j->arena, "%s/%s", c->type->name, d->id);
}

/* A document that went from one place of its type to another is one change.  A commit may
 * move as many as it likes, so each is looked up. */
static int pair_moves(struct judging *j)
{
	struct map *made = map_new(j->arena);
	struct change *to;
	const char *key;
	size_t i, nr = 0;

	if (!made)
		return OPS_ENOMEM;
	for (i = 0; i < j->changes_nr; i++) {
		struct change *c = &j->changes[i];

		if (c->kind != CHANGE_CREATED || !c->after)
			continue;
		key = move_key(j, c, c->after);
		if (!key || (!map_has(made, key) && map_put(made, key, c)))
			return OPS_ENOMEM;
	}
	for (i = 0; i < j->changes_nr; i++) {
		struct change *gone = &j->changes[i];

		if (gone->kind != CHANGE_DELETED || !gone->before)
			continue;
		key = move_key(j, gone, gone->before);
		if (!key)
			return OPS_ENOMEM;
		to = map_get(made, key);
		if (!to || to->kind != CHANGE_CREATED)
			continue;
		to->kind = CHANGE_MOVED;
		to->old_path = gone->path;
		to->before = gone->before;
		gone->kind = CHANGE_PAIRED;
	}
	for (i = 0; i < j->changes_nr; i++)
		if (j->changes[i].kind != CHANGE_PAIRED)
			j->changes[nr++] = j->changes[i];
	j->changes_nr = nr;
	return 0;
}

static void rules_deleted(struct judging *j, const struct change *change)
{
	if (change->type->append_only)
		findings_add(j->findings, "packet.append-only", OPS_ERROR, change->path,
			     0, 0, "record a new one that says what is true now",
			     "documents of type '%s' are never deleted", change->type->name);
	else
		findings_add(j->findings, "doc.deleted", OPS_ERROR, change->path, 0, 0,
			     change->type->states_nr ?
			     "move it to a final state instead" : NULL,
			     "documents of type '%s' are never deleted", change->type->name);
}

/* Types whose meaning the judge knows itself: what it asks of them besides what they say. */
static const struct {
	const char *type;
	bool changed;		/* of one that is changed as well, not only of a new one */
	bool genesis;		/* in the first commit as well */
	int (*rules)(struct judging *j, struct ops_document *d);
} known_types[] = {
	{ "emergency", false, false, rules_emergency },
	{ "lease", false, false, rules_lease },
	{ "signal", false, true, rules_signal },
	{ "taskforce", true, false, rules_taskforce },
	{ "waiver", false, true, rules_waiver },
};

static int judge_one(struct judging *j, struct change *change)
{
	size_t i;
	int ret = 0;

	if (change->kind == CHANGE_DELETED) {
		rules_deleted(j, change);
		return 0;
	}
	if (change->odd_mode) {
		findings_add(j->findings, "doc.mode", OPS_ERROR, change->path, 0, 0,
			     "put a regular file there",
			     "a governed document must be a regular file");
		return 0;
	}
	if (change->type->append_only && change->kind != CHANGE_CREATED) {
		findings_add(j->findings, "packet.append-only", OPS_ERROR, change->path,
			     0, 0, "record a new one that says what is true now",
			     "documents of type '%s' are never changed", change->type->name);
		return 0;
	}
	if (!change->after)
		return 0;	/* unreadable: reported when it was read */
	if (change->kind == CHANGE_CREATED)
		rules_name(j, change);
	ret = rules_document(j, change->after);
	if (ret == 0)
		ret = type_is(change->type, "packet") ? rules_packet(j, change) :
		      rules_state(j, change);
	if (ret == 0)
		ret = rules_near(j, change->after, change);
	if (ret == 0 && type_is(change->type, "agent"))
		ret = rules_roster(j, change);
	for (i = 0; ret == 0 && i < sizeof(known_types) / sizeof(*known_types); i++)
		if (type_is(change->type, known_types[i].type) &&
		    (change->kind == CHANGE_CREATED || known_types[i].changed) &&
		    (!j->genesis || known_types[i].genesis))
			ret = known_types[i].rules(j, change->after);
	return ret;
}

/* Whether the change makes a file readable that could not be read before. */
static bool mends(const struct judging *j, const char *path)
{
	size_t i;

	for (i = 0; path && i < j->changes_nr; i++)
		if (!strcmp(j->changes[i].path, path) && !j->changes[i].before &&
		    j->changes[i].after)
			return true;
	return false;
}

/* Entries of the roster in force that could not be read have no powers: say so. */
static void rules_unreadable_roster(struct judging *j)
{
	const struct ops_findings *list = roster_findings(j->roster);
	const struct ops_finding *f;
	size_t i;

	for (i = 0; !j->c->lenient && i < ops_findings_count(list); i++) {
		f = ops_findings_at(list, i);
		if (mends(j, f->path))
			continue;
		findings_add(j->findings, "roster.unreadable", f->severity, f->path,
			     f->line, f->column, f->remedy, "%s (%s)", f->message,
			     f->rule);
	}
}

static int judge_begin(struct judging *j, struct ops_error *err)
{
	struct world *authority = j->c->authority ? j->c->authority : j->c->before;
	const struct config *before, *after;
	int ret = world_config(&before, authority, err);

	if (ret == 0)
		ret = world_config(&after, j->c->after, err);
	if (ret)
		return ret;
	j->steps = JUDGE_STEPS_MAX;
	j->c->before_ops = !before->present && !after->present;
	j->genesis = !before->present;
	j->config = j->genesis ? after : before;
	j->config_after = after;
	j->today = date_from_epoch(j->c->now);
	j->arena = world_arena(j->c->after);
	if (j->c->before_ops)
		return 0;
	if (before->broken && after->broken && !j->c->lenient)
		findings_add(j->findings, "config.broken", OPS_ERROR, CONFIG_PATH, 0, 0,
			     "ops check " CONFIG_PATH,
			     "the configuration in force has mistakes, so only the "
			     "built-in rules are known");
	ret = world_roster(&j->roster, authority, err);
	if (ret)
		return ret;
	j->bootstrap = !roster_anyone_holds(j->roster, "roster");
	ret = j->genesis ? 0 : rules_commit_begin(j);
	return ret ? error_set(err, ret, "the leases could not be read") : 0;
}

int judge_change(struct judge_case *c, struct ops_findings *findings,
		 struct ops_error *err)
{
	size_t i, from = ops_findings_count(findings);
	struct judging j = { 0 };
	int ret;

	j.c = c;
	j.findings = findings;
	ret = judge_begin(&j, err);
	if (ret || c->before_ops)
		return ret;
	ret = snap_diff(world_snap(c->before), world_snap(c->after), add_difference, &j,
			err);
	if (ret && !j.unbounded)
		return ret;
	if (pair_moves(&j))
		return error_nomem(err);
	rules_unreadable_roster(&j);
	for (i = 0; i < j.changes_nr; i++)
		if (type_is(j.changes[i].type, "agent"))
			break;
	/* Of what is not judged here, a merge may have agents as well. */
	if (i == j.changes_nr && !j.genesis && !c->configures && !c->only)
		world_share_roster(c->after, c->before);
	rules_dated(&j);
	ret = rules_actor(&j);
	if (ret == 0)
		rules_signature(&j);
	for (i = 0; ret == 0 && i < j.changes_nr; i++) {
		j.change = &j.changes[i];
		ret = judge_one(&j, &j.changes[i]);
	}
	j.change = NULL;
	if (ret == 0)
		ret = rules_configured(&j);
	if (ret == 0)
		ret = rules_roster_held(&j);
	if (ret == 0)
		ret = rules_message(&j);
	if (ret == 0)
		ret = rules_commit(&j);
	if (ret == 0)
		ret = rules_agent(&j);
	if (ret == 0)
		ret = rules_waive(&j, from);
	if (ret)
		return ret == OPS_ENOMEM ? error_nomem(err) :
		       error_set(err, ret, "the change could not be judged");
	if (findings_failed(findings))
		return error_nomem(err);
	c->changes = j.changes;
	c->changes_nr = j.changes_nr;
	return 0;
}

static int add_file(const char *path, const struct snap_entry *before,
		    const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct judging *j = payload;
	int ret;

	if (!rules_bounded(j, path, j->config->commit_files))
		return OPS_EREFUSED;
	ret = rules_commit_file(j, path, config_type_of_path(j->config, path), before, after);
	return ret ? error_set(err, ret, "'%s' could not be judged", path) : 0;
}

int judge_standing(struct judge_case *c, unsigned which, struct ops_findings *findings,
		   struct ops_error *err)
{
	struct judging j = { .c = c, .findings = findings };
	struct config own;
	int ret = judge_begin(&j, err);

	if (ret || c->before_ops)
		return ret;
	own = *j.config;
	own.standing.messages.on = which & JUDGE_MESSAGES;
	own.standing.secrets.on = which & JUDGE_SECRETS;
	own.standing.scope.on = which & JUDGE_SCOPE;
	own.standing.scope.required = false;
	own.standing.changelog.on = which & JUDGE_CHANGELOG;
	own.standing.sensitive.paths.nr = 0;
	j.config = &own;
	ret = rules_commit_begin(&j);
	if (ret)
		return error_set(err, ret, "the leases could not be read");
	ret = snap_diff(world_snap(c->before), world_snap(c->after), add_file, &j, err);
	if (ret && !j.unbounded)
		return ret;
	ret = rules_actor(&j);
	if (ret == 0)
		ret = rules_commit(&j);
	return ret ? error_set(err, ret, "the commit could not be judged") : 0;
}

static int alone(struct judging *j, struct judge_case *c, struct world *w, int64_t now,
		 struct ops_findings *findings, struct ops_error *err)
{
	c->before = c->after = w;
	c->now = now;
	j->c = c;
	j->findings = findings;
	j->today = date_from_epoch(now);
	j->arena = world_arena(w);
	return world_config(&j->config, w, err);
}

int judge_document(struct ops_document *d, int64_t now,
		   struct ops_findings *findings, struct ops_error *err)
{
	struct judge_case c = { 0 };
	struct judging j = { 0 };
	int ret = alone(&j, &c, d->world, now, findings, err);

	if (ret == 0)
		ret = world_roster(&j.roster, d->world, err);
	if (ret)
		return ret;
	j.arena = d->doc->arena;	/* what is made of a document goes with it */
	ret = rules_document(&j, d);
	if (ret == 0)
		ret = rules_near(&j, d, NULL);
	return ret ? error_set(err, ret, "'%s' could not be judged", d->path) : 0;
}

int judge_world(struct world *w, struct ops_findings *findings,
		struct ops_error *err)
{
	struct judge_case c = { 0 };
	struct judging j = { 0 };
	struct snap_entry entry;
	const struct roster *roster;
	size_t i;
	int ret = alone(&j, &c, w, 0, findings, err);

	if (ret)
		return ret;
	j.genesis = true;	/* of the configuration, only its text is judged */
	if (snap_find(&entry, world_snap(w), CONFIG_PATH, NULL) == 0) {
		ret = rules_config(&j, NULL, &entry);
		if (ret)
			return error_set(err, ret, "cannot read '%s'", CONFIG_PATH);
	}
	ret = world_roster(&roster, w, err);
	for (i = 0; ret == 0 && i < roster_count(roster); i++)
		roster_check_agent(roster, roster_at(roster, i), j.config, findings);
	return ret;
}
