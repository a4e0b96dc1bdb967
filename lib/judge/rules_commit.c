/* SPDX-License-Identifier: MIT */
/*
 * Standing rules: what holds for every commit, whatever files it touches.
 *
 * What a file costs that no rule asks about is one comparison; files are noted while
 * the difference is walked, and judged when message and actor are known.
 *
 * Of a merge only its own files are seen, and its message is git's: so form and change
 * log are not asked of it.  Files that two sides changed are nobody's in particular: a task is
 * asked for by what it adds beside those.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/scope.h"
#include "text/line_set.h"
#include "util/map.h"
#include "util/path.h"
#include "util/shape.h"
#include "util/utf8.h"

#define CHANGELOG_MAX (16u << 20)	/* bytes of a change log that are compared */

static bool is_merge(const struct judging *j)
{
	return j->c->only != NULL;
}

/* Whether a file of the change is work that a task is asked for. */
static bool is_work(const struct judging *j, const char *path)
{
	return !is_merge(j) || map_has(j->c->added, path);
}

/* Whether the message may name a task; it is not parsed yet. */
static bool may_name_task(const struct judge_case *c)
{
	static const char name[] = "Ops-Task:";
	size_t i, len = sizeof(name) - 1;

	for (i = 0; c->message && i + len <= c->message_len; i++)
		if (!memcmp(c->message + i, name, len))
			return true;
	return false;
}

int rules_commit_begin(struct judging *j)
{
	const struct standing *s = &j->config->standing;
	int ret;

	j->names_task = s->scope.on && may_name_task(j->c);
	j->asks_files = j->names_task || s->scope.required || s->secrets.on ||
		j->c->strict || s->changelog.on || s->sensitive.paths.nr ||
		j->config->leased.nr || roster_has_limits(j->roster);
	ret = rules_leases_begin(j);
	j->asks_files |= j->leases != NULL;
	return ret;
}

/* Whether the change log tells more than it did: has a line that it had not. */
static int tells_more(bool *out, struct judging *j, const struct snap_entry *after)
{
	const char *path = j->config->standing.changelog.file;
	struct blob was = { NULL, 0, NULL }, is = { NULL, 0, NULL };
	struct line_set lines = LINE_SET_INIT;
	int ret = after ? snap_read(&is, world_snap(j->c->after), path, CHANGELOG_MAX, NULL) :
			  OPS_ENOTFOUND;

	*out = ret == OPS_EINVALID;	/* too large to be read; it was changed */
	if (ret == 0)
		ret = snap_read(&was, world_snap(j->c->before), path, CHANGELOG_MAX, NULL);
	if (ret == 0)
		ret = line_set_fill(&lines, was.data, was.len);
	if (ret == 0 || ret == OPS_ENOTFOUND)
		*out = line_set_grows(&lines, is.data, is.len);
	line_set_release(&lines);
	blob_release(&was);
	blob_release(&is);
	return ret == OPS_ENOMEM || ret == OPS_EIO ? ret : 0;
}

/* A file that is no document. */
static int note_other(struct judging *j, const char *path, const struct snap_entry *after)
{
	const struct standing *s = &j->config->standing;

	j->touches_others = true;
	j->works |= is_work(j, path);
	if (after && !snap_entry_is_file(after)) {
		j->links = j->links ? j->links : map_new(j->arena);
		if (!j->links || map_put(j->links, path, j))
			return OPS_ENOMEM;
	}
	if (s->changelog.on && !strcmp(path, s->changelog.file))
		return tells_more(&j->tells_users, j, after);
	if (s->changelog.on && !j->touches_shown && (!s->changelog.paths.nr ||
			standing_paths_have(&s->changelog.paths, path)))
		j->touches_shown = arena_str(j->arena, path);
	return 0;
}

int rules_commit_file(struct judging *j, const char *path, const struct type *type,
		      const struct snap_entry *before, const struct snap_entry *after)
{
	const struct standing *s = &j->config->standing;
	bool ours = type || !strcmp(path, CONFIG_PATH);
	bool sensitive;
	bool noted = (j->names_task || j->leases || j->config->leased.nr) && !ours;
	int ret = standing_paths_guard(&sensitive, &s->sensitive.paths, path,
				       !after || snap_entry_is_file(after));

	if (ret == 0 && !ours)
		ret = note_other(j, path, after);
	if (ret)
		return ret;
	if (roster_has_limits(j->roster) &&
	    names_add(&j->touched, j->arena, arena_str(j->arena, path)))
		return OPS_ENOMEM;
	if ((noted || sensitive) &&
	    names_add(sensitive ? &j->sensitive : &j->files, j->arena,
		      arena_str(j->arena, path)))
		return OPS_ENOMEM;
	if (sensitive && noted &&
	    names_add(&j->files, j->arena, j->sensitive.list[j->sensitive.nr - 1]))
		return OPS_ENOMEM;
	return s->secrets.on || j->c->strict ? rules_secrets(j, path, before, after) : 0;
}

int rules_guarded(bool *out, struct judging *j, const struct names *patterns,
		  const char *path)
{
	return standing_paths_guard(out, patterns, path, !map_get(j->links, path));
}

/* --- the message --- */

/* The type of "type(scope)!: what"; the rest of its form in *fault. */
static size_t subject_type(const char *subject, bool *breaks, const char **fault)
{
	size_t type = strspn(subject, "abcdefghijklmnopqrstuvwxyz"), at = type, scope;

	*fault = NULL;
	*breaks = false;
	if (subject[at] == '(') {
		scope = strcspn(subject + at, ")");
		if (scope < 2 || !subject[at + scope])
			*fault = "has a scope that is empty or does not close";
		else
			at += scope + 1;
	}
	if (subject[at] == '!') {
		*breaks = true;
		at++;
	}
	if (!type || subject[at] != ':')
		*fault = *fault ? *fault : "does not begin with 'type: ' or 'type(scope): '";
	else if (subject[at + 1] != ' ' || !subject[at + 2] || subject[at + 2] == ' ')
		*fault = "has not one blank and a description after ':'";
	return type;
}

static bool type_is_among(const struct names *types, const char *subject, size_t len)
{
	size_t i;

	for (i = 0; i < types->nr; i++)
		if (strlen(types->list[i]) == len && !memcmp(types->list[i], subject, len))
			return true;
	return false;
}

static size_t characters(const char *text)
{
	size_t nr = 0;

	for (; *text; text++)
		nr += ((unsigned char)*text & 0xc0) != 0x80;
	return nr;
}

/* Whether a second line follows the subject at once. */
static bool runs_on(const struct judge_case *c)
{
	const char *lf = memchr(c->message, '\n', c->message_len);
	const char *end = c->message + c->message_len;

	return lf && lf + 1 < end && lf[1] != '\n' && lf[1] != '\r';
}

static void rules_form(struct judging *j, const char *subject)
{
	const struct standing *s = &j->config->standing;
	const char *fault = NULL;
	size_t i, type;
	bool breaks;

	for (i = 0; i < s->messages.exempt.nr; i++)
		if (shape_form(s->messages.exempt.list[i], subject, strlen(subject)))
			return;
	type = subject_type(subject, &breaks, &fault);
	if (!fault && !type_is_among(&s->messages.types, subject, type))
		fault = arena_printf(j->arena, "begins with '%.*s:', which is none of the types",
				     (int)type, subject);
	if (!fault && characters(subject) > s->messages.subject_max)
		fault = arena_printf(j->arena, "is longer than %zu characters",
				     s->messages.subject_max);
	if (!fault && runs_on(j->c))
		fault = "is not followed by a blank line";
	if (fault)
		findings_add(j->findings, "message.form", OPS_ERROR, NULL, 1, 1,
			     arena_printf(j->arena, "write 'type(scope): what it does', of: %s",
					  names_text(&s->messages.types, j->arena, ", ")),
			     "the subject '%.60s' %s", subject, fault);
}

static void rules_changelog(struct judging *j, const char *subject)
{
	const struct standing *s = &j->config->standing;
	const char *fault;
	bool breaks = false;
	size_t type;

	if (!j->touches_shown || j->tells_users)
		return;
	if (s->changelog.types.nr) {
		if (!subject)
			return;	/* it is not known yet what this is */
		type = subject_type(subject, &breaks, &fault);
		if (fault || !(breaks || type_is_among(&s->changelog.types, subject, type)))
			return;
	}
	findings_add(j->findings, "changelog.missing", OPS_ERROR, s->changelog.file, 0, 0,
		     "tell there what users will see, in the same commit",
		     "'%s' is of concern to users, and the change is not told in '%s'",
		     j->touches_shown, s->changelog.file);
}

/* --- the task --- */

/* The document of that id and type (NULL: any) before the change; NULL: none, or unreadable. */
static int named_before(struct ops_document **out, struct judging *j, const char *id,
			const char *type)
{
	struct ops_error ignored = { 0 };
	const char *path;
	int ret = world_exact_path(&path, j->c->before, id, type, &ignored);

	*out = NULL;
	if (ret == 0)
		ret = world_document(out, j->c->before, path, j->findings, &ignored);
	return ret == OPS_ENOMEM || ret == OPS_EIO ? ret : 0;
}

int rules_task_named(struct ops_document **out, struct judging *j, const char *name)
{
	return named_before(out, j, name, "task");
}

int rules_ended_as(const char **out, struct judging *j, const char *id, const char *type)
{
	struct ops_document *d;
	const struct state *state;
	int ret = named_before(&d, j, id, type);

	state = ret == 0 && d && d->status ? type_state(d->type, d->status) : NULL;
	*out = state && state->final ? d->status : NULL;
	return ret;
}

static void wrong_task(struct judging *j, const char *name, const char *why)
{
	findings_add(j->findings, "scope.task", OPS_ERROR, NULL, 0, 0,
		     "name the task this work is for, and act as its assignee",
		     "Ops-Task names '%s', which %s", name, why);
}

static int rules_scope(struct judging *j, const char *name, struct ops_document *task)
{
	const struct standing *s = &j->config->standing;
	static const char *const assignee[] = { "assignee" };
	struct names powers = { (const char **)(size_t)assignee, 1 };
	struct scope scope;
	size_t i, outside = 0;

	if (!task) {
		wrong_task(j, name, "is no task");
		return 0;
	}
	if (!rules_may(j, &powers, task, NULL))
		wrong_task(j, name, "is not assigned to who acts");
	if (s->scope.states.nr && (!task->status ||
				   !names_have(&s->scope.states, task->status)))
		wrong_task(j, name, arena_printf(j->arena, "is not being worked on (status %s)",
						 task->status ? task->status : "none"));
	if (scope_read(&scope, j->arena, j->config, task))
		return OPS_ENOMEM;
	for (i = 0; i < j->files.nr; i++) {
		if (!is_work(j, j->files.list[i]) || scope_has(&scope, j->files.list[i]) ||
		    ++outside > NAMES_SHOWN)
			continue;
		findings_add(j->findings, "scope.outside", OPS_ERROR, j->files.list[i], 0, 0,
			     "leave it to another task, or have the scope changed and "
			     "approved first", "it is not in the scope of '%s'", name);
	}
	if (outside > NAMES_SHOWN)
		findings_add(j->findings, "scope.outside", OPS_ERROR, NULL, 0, 0, NULL,
			     "%zu more files are not in the scope of '%s'",
			     outside - NAMES_SHOWN, name);
	return 0;
}

/* --- paths that security rests on --- */

static bool may_review(const struct judging *j, const struct agent *a, const void *payload)
{
	const struct names *by = payload;
	size_t i;

	(void)j;
	for (i = 0; i < by->nr; i++)
		if (agent_holds(a, by->list[i]))
			return true;
	return false;
}

static int rules_sensitive(struct judging *j, const char *name)
{
	struct ops_document *const *packets = NULL;
	const struct names *by = &j->config->standing.sensitive.by;
	size_t i, nr = 0;
	bool reviewed;
	int ret;

	if (!j->c->message)
		return 0;	/* it may still name its task */
	ret = j->sensitive.nr ? rules_reviews(&packets, &nr, j) : 0;

	for (i = 0; ret == 0 && i < j->sensitive.nr; i++) {
		ret = rules_reviewed(&reviewed, j, j->sensitive.list[i], packets, nr,
				     may_review, by);
		if (ret == 0 && !reviewed)
			findings_add(j->findings, "sensitive.unreviewed", OPS_ERROR,
				     j->sensitive.list[i], 0, 0, name ?
				     arena_printf(j->arena, "have who holds '%s' record it: "
						  "ops vet %s", by->nr ? by->list[0] : "vet",
						  name) :
				     "name the task that it was reviewed for: Ops-Task",
				     "security rests on it, and no review of it as it is here "
				     "is on record");
	}
	return ret;
}

int rules_commit(struct judging *j)
{
	const struct standing *s = &j->config->standing;
	const char *subject = j->c->parsed.subject;
	const char *name = message_trailer(&j->c->parsed, "Ops-Task");
	struct ops_document *task = NULL;
	int ret = 0;

	if (j->genesis)
		return 0;
	if ((s->secrets.on || j->c->strict) && j->c->message)
		ret = rules_secrets_message(j);
	if (ret == 0 && (s->messages.on || j->c->strict) && subject && !is_merge(j))
		rules_form(j, subject);
	if (s->changelog.on && !is_merge(j))
		rules_changelog(j, subject);
	if (ret == 0 && name)
		ret = rules_task_named(&task, j, name);
	if (ret == 0 && task)
		ret = rules_frozen(j, task);
	if (ret == 0 && name && j->names_task && (j->works || !is_merge(j)))
		ret = rules_scope(j, name, task);
	if (s->scope.required && !name && j->c->message && j->works &&
	    !rules_has_order(j, subject))
		findings_add(j->findings, "scope.unnamed", OPS_ERROR, NULL, 0, 0,
			     "end the message with a paragraph 'Ops-Task: ID'",
			     "the commit does not name the task it is for");
	if (ret == 0)
		ret = rules_leased(j);
	return ret ? ret : rules_sensitive(j, name);
}
