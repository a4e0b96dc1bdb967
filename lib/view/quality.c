/* SPDX-License-Identifier: MIT */
/*
 * Checks of the work on a task, and the gate by their ratio (catalogue D3-D5).
 *
 * Each check has one answer: passed, or why not and what to do next.  Nothing is recorded
 * here; only a command the user allowed is started.
 */
#include "ops/quality.h"

#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "model/packet.h"
#include "model/scope.h"
#include "ops/check.h"
#include "run/order.h"
#include "run/record.h"
#include "util/map.h"
#include "util/path.h"
#include "util/utf8.h"
#include "view/view.h"

struct quality_made {
	struct ops_quality public;	/* first: freed by its address */
	struct arena *arena;
	struct ops_view *view;
};

struct looking {
	struct ops_repo *repo;
	struct arena *arena;
	struct world *world;
	const struct config *config;
	struct ops_document *task;	/* or the run of a pipeline */
	bool is_run;
	const char *mark;		/* that the messages of its commits have */
	struct oid *commits;
	size_t commits_nr;
	const char *revision;		/* where files are looked at */
	struct names touched;
	struct map *known;		/* of those */
	struct ops_findings *unread;	/* what could not be read: the caller's */
};

void ops_quality_free(struct ops_quality *quality)
{
	struct quality_made *q = (struct quality_made *)quality;

	if (!q)
		return;
	ops_view_close(q->view);
	arena_free(q->arena);
	free(q);
}

static int fail(struct looking *l, struct ops_quality_check *c, const char *why,
		const char *next)
{
	c->passed = false;
	c->why = why ? arena_str(l->arena, why) : NULL;
	c->next = next;
	return c->why && c->next ? 0 : OPS_ENOMEM;
}

/* --- commits --- */

static int note_file(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct looking *l = payload;
	const char *copy;

	(void)before;
	if (!after || map_has(l->known, path))
		return 0;
	copy = arena_str(l->arena, path);
	if (!copy || map_put(l->known, copy, l) || names_add(&l->touched, l->arena, copy))
		return error_nomem(err);
	return 0;
}

/* Open what a commit does; both may be NULL afterwards. */
static int open_sides(struct snap *snaps[2], struct looking *l, const struct commit *c,
		      struct ops_error *err)
{
	int ret = c->parents_nr ? snap_of_commit(&snaps[0], l->repo->store, &c->parents[0], err) :
		  snap_of_nothing(&snaps[0], err);

	return ret ? ret : snap_of_commit(&snaps[1], l->repo->store, &c->id, err);
}

/* Whether a commit is one of the work; then its files are noted. */
static int take_commit(struct looking *l, const struct oid *id, bool any, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct ops_findings *ignored = ops_findings_new();
	struct snap *snaps[2] = { NULL, NULL };
	struct message m = { 0 };
	struct commit c;
	const char *task;
	int ret = arena && ignored ? commit_read(&c, l->repo->store, id, arena, err) :
		  error_nomem(err);

	if (ret == 0 && c.parents_nr < 2 &&
	    (any || memmem(c.message, c.message_len, l->mark, strlen(l->mark)))) {
		(void)message_parse(&m, arena, c.message, c.message_len, ignored, NULL);
		task = message_trailer(&m, "Ops-Task");
		if (!message_trailer(&m, "Ops-Action") &&
		    (any || l->is_run || (task && !strcmp(task, l->task->id)))) {
			l->commits[l->commits_nr++] = *id;
			ret = open_sides(snaps, l, &c, err);
			if (ret == 0)
				ret = snap_diff(snaps[0], snaps[1], note_file, l, err);
		}
	}
	snap_free(snaps[1]);
	snap_free(snaps[0]);
	ops_findings_free(ignored);
	arena_free(arena);
	return ret;
}

static int find_commits(struct looking *l, const char *range, struct ops_error *err)
{
	const char *dots = range ? strstr(range, "..") : NULL, *base = NULL;
	struct history h = { .nr = 0 };
	struct oid tip, hide;
	struct ops_error ignored = { 0 };
	bool bounded = false;
	struct commit c;
	size_t i;
	int ret;

	if (range && !dots)
		return error_set(err, OPS_EUSAGE, "write a range as A..B");
	/* Before a run there is nothing of it. */
	if (l->is_run && !dots)
		base = document_text(l->task, "Base");
	if (base && oid_parse(&hide, base))
		bounded = commit_read(&c, l->repo->store, &hide, l->arena, &ignored) == 0;
	ret = l->is_run ? store_resolve(&tip, l->repo->store, "HEAD", err) :
	      view_tip(&tip, l->repo, err);
	if (ret == 0 && dots) {
		const char *from = arena_dup(l->arena, range, (size_t)(dots - range));

		l->revision = arena_str(l->arena, dots[2] ? dots + 2 : "HEAD");
		ret = !from || !l->revision ? error_nomem(err) :
		      store_resolve(&hide, l->repo->store, from, err);
		if (ret == 0)
			ret = store_resolve(&tip, l->repo->store, l->revision, err);
		bounded = true;
	}
	if (ret == 0)
		ret = history_list(&h, l->repo->store, &tip, bounded ? &hide : NULL, 0, err);
	if (ret == 0) {
		l->commits = arena_array(l->arena, h.nr + 1, sizeof(*l->commits));
		ret = l->commits ? 0 : error_nomem(err);
	}
	for (i = 0; ret == 0 && i < h.nr; i++)
		ret = take_commit(l, &h.list[i], dots != NULL, err);
	history_release(&h);
	return ret;
}

/* The first error, as words; NULL: none. */
static const char *first_error(struct arena *arena, const struct ops_findings *findings,
			       const char *prefix, bool links, bool others)
{
	size_t i;

	for (i = 0; i < ops_findings_count(findings); i++) {
		const struct ops_finding *f = ops_findings_at(findings, i);
		bool link = !strncmp(f->rule, "link.", 5);

		if (f->severity == OPS_ERROR && ((link && links) || (!link && others)))
			return arena_printf(arena, "%s%s%s%s (%s)", prefix, f->path ? f->path : "",
					    f->path ? ": " : "", f->message, f->rule);
	}
	return NULL;
}

/* Ask one commit for a standing rule. */
static int ask_commit(const char **why, struct looking *l, const struct oid *id,
		      unsigned which, struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	struct snap *snaps[2] = { NULL, NULL };
	struct world *worlds[2] = { NULL, NULL };
	struct arena *arena = arena_new();
	struct judge_case k = { .now = l->repo->now, .lenient = true };
	char hex[OID_HEX + 1];
	struct commit c;
	int ret = found && arena ? commit_read(&c, l->repo->store, id, arena, err) :
		  error_nomem(err);

	if (ret == 0)
		ret = open_sides(snaps, l, &c, err);
	if (ret == 0)
		ret = world_open(&worlds[0], snaps[0], l->repo->cache, err);
	if (ret == 0)
		ret = world_open(&worlds[1], snaps[1], l->repo->cache, err);
	if (ret == 0) {
		k.before = worlds[0];
		k.after = worlds[1];
		k.message = c.message;
		k.message_len = c.message_len;
		k.author = c.author.email;
		ret = judge_standing(&k, which, found, err);
	}
	if (ret == 0) {
		oid_hex(hex, id);
		*why = first_error(l->arena, found, arena_printf(l->arena, "%.10s: ", hex), true,
				   true);
	}
	world_close(worlds[1]);
	world_close(worlds[0]);
	snap_free(snaps[1]);
	snap_free(snaps[0]);
	arena_free(arena);
	ops_findings_free(found);
	return ret;
}

static int check_commits(struct looking *l, struct ops_quality_check *c, unsigned which,
			 const char *next, struct ops_error *err)
{
	const char *why = NULL;
	size_t i;
	int ret = 0;

	if (!l->commits_nr && l->is_run)
		return fail(l, c, "the run has made no commit", "check after its commits");
	if (!l->commits_nr && l->revision)
		return fail(l, c, "no commit of the range is work on files", "name one with "
			    "commits that are no merges and no acts of ops");
	if (!l->commits_nr)
		return fail(l, c, "no commit names the task", "end the messages of its commits "
			    "with a paragraph Ops-Task, or name a range");
	for (i = 0; ret == 0 && !why && i < l->commits_nr; i++)
		ret = ask_commit(&why, l, &l->commits[i], which, err);
	return ret || !why ? ret : fail(l, c, why, next);
}

/* --- files and documents --- */

static int check_files(struct looking *l, struct ops_quality_check *c, bool links,
		       struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	struct names paths = { NULL, 0 };
	struct ops_check_result result;
	const char *why = NULL;
	size_t i;
	int ret = found ? names_add(&paths, l->arena, l->task->path) : OPS_ENOMEM;

	for (i = 0; ret == 0 && i < l->touched.nr; i++) {
		const char *path = l->touched.list[i];
		size_t len = strlen(path);

		if (len > 3 && !strcmp(path + len - 3, ".md") && !names_have(&paths, path))
			ret = names_add(&paths, l->arena, path);
	}
	for (i = 0; ret == 0 && !why && i < paths.nr; i++) {
		ret = ops_repo_check(&result, found, l->repo, OPS_CHECK_REVISION, l->revision,
				     &paths.list[i], 1, err);
		if (ret == OPS_ENOTFOUND)
			ret = 0;	/* it went again */
		why = first_error(l->arena, found, "", links, !links);
	}
	ops_findings_free(found);
	return ret || !why ? ret : fail(l, c, why, links ? "mend the link: ops check" :
					"mend the document: ops check");
}

static int check_open(struct looking *l, struct ops_quality_check *c, struct ops_error *err)
{
	struct packets all;
	size_t i;
	int ret = world_packets(&all.list, &all.nr, l->world, l->task->id, l->unread, err);

	for (i = 0; ret == 0 && i < all.nr; i++)
		if (packet_blocks(&all, all.list[i], NULL))
			return fail(l, c, arena_printf(l->arena, "%s is open", all.list[i]->id),
				    "have it answered: ops thread");
	return ret;
}

static int check_objective(struct looking *l, struct ops_quality_check *c)
{
	const struct sections *s = doc_sections(l->task->doc);
	const struct section *one = s ? section_find(s, "Acceptance Criteria") : NULL;
	size_t i, nr = 0;

	for (i = 0; one && i < s->checks_nr; i++) {
		if (s->checks[i].mark < one->start || s->checks[i].mark >= one->end)
			continue;
		nr++;
		if (!s->checks[i].checked)
			return fail(l, c, arena_printf(l->arena, "not met: %.200s",
						       s->checks[i].text),
				    "show that it is met, and mark it");
	}
	return nr ? 0 : fail(l, c, "the task has no acceptance criteria to be met",
			     "write them as a checklist");
}

static int first_meeting(const struct scope_meeting *m, void *payload)
{
	const char **why = payload;

	*why = *why ? *why : arena_printf(world_arena(m->task->world), "%s of %s holds %s, too%s",
					  m->task->id, m->owner ? m->owner : "nobody",
					  *m->example ? m->example : "some of its scope",
					  *m->example ? "" :
					  " (the patterns are too hard to keep apart)");
	return 0;
}

static int check_conflicts(struct looking *l, struct ops_quality_check *c,
			   struct ops_error *err)
{
	const char *why = NULL;
	struct scope scope;
	int ret = scope_read(&scope, l->arena, l->config, l->task) ? error_nomem(err) :
		  scope_meetings(l->world, &scope, "**", l->task->id,
				 document_text(l->task, "Assigned-To"), first_meeting, &why,
				 l->unread, err);

	return ret || !why ? ret : fail(l, c, why, "settle who has it: ops scope who");
}

/* Whether each "<path> sha256:<hex>" of a list is so. */
static int evidence_holds(bool *out, struct looking *l, const struct ops_document *p,
			  struct ops_error *err)
{
	const char *const *list, *digest, *blank;
	size_t i, nr;
	int ret = document_list(&list, &nr, p, "Evidence") ? error_nomem(err) : 0;

	*out = nr > 0;
	for (i = 0; ret == 0 && *out && i < nr; i++) {
		const char *path;

		blank = strrchr(list[i], ' ');
		path = blank ? arena_dup(l->arena, list[i], (size_t)(blank - list[i])) : NULL;
		if (blank && !path)
			return error_nomem(err);
		*out = path != NULL;
		if (path)
			ret = world_file_digest(&digest, l->world, path, err);
		if (ret == 0 && path)
			*out = !strncmp(blank, " sha256:", 8) && !strcmp(blank + 8, digest);
	}
	return ret;
}

static int check_evidence(struct looking *l, struct ops_quality_check *c, struct ops_error *err)
{
	struct packets all;
	const char *status;
	bool holds = false;
	size_t i;
	int ret = world_packets(&all.list, &all.nr, l->world, l->task->id, l->unread, err);

	for (i = 0; ret == 0 && !holds && i < all.nr; i++) {
		status = document_text(all.list[i], "Status");
		if (all.list[i]->doc && !strcmp(all.list[i]->type->name, "result") && status &&
		    !strcmp(status, "COMPLETE"))
			ret = evidence_holds(&holds, l, all.list[i], err);
	}
	return ret || holds ? ret : fail(l, c, "no result that is COMPLETE has evidence that is "
					 "still as it was", "run an agent, or record a result with "
					 "evidence: ops packet new result");
}

/* --- commands --- */

static int check_command(struct looking *l, struct ops_quality_check *c,
			 const struct quality_check *check, struct ops_error *err)
{
	struct run_result *r;
	struct order *o;
	bool allowed = false;
	int ret = order_check(&o, &allowed, l->arena, l->repo, l->world, check, l->task->id,
			      err);

	if (ret)
		return ret;
	if (!allowed)
		return fail(l, c, arena_printf(l->arena, "you have not allowed it to run %s",
					       o->words),
			    arena_printf(l->arena, "look at it, then: ops program allow %s",
					 o->run.agent));
	ret = run_agent(&r, &o->run, err);
	if (ret)
		return ret;
	c->ms = r->ms;
	if (r->status != RUN_COMPLETE)
		ret = fail(l, c, *r->why ? r->why : run_end_text(r->end),
			   arena_printf(l->arena, "run it: %s", o->words));
	run_result_free(r);
	return ret;
}

static int check_one(struct looking *l, struct ops_quality_check *c,
		     const struct quality_check *check, struct ops_error *err)
{
	switch (check->does) {
	case QUALITY_MESSAGES:
		return check_commits(l, c, JUDGE_MESSAGES, "amend the message", err);
	case QUALITY_SECRETS:
		return check_commits(l, c, JUDGE_SECRETS, "take it out, and have it made void "
				     "where it came from", err);
	case QUALITY_SCOPE:
		return check_commits(l, c, JUDGE_SCOPE, "leave it to another task, or have the "
				     "scope changed", err);
	case QUALITY_CHANGELOG:
		return check_commits(l, c, JUDGE_CHANGELOG, "tell in the change log what users "
				     "will see", err);
	case QUALITY_LINKS:
		return check_files(l, c, true, err);
	case QUALITY_DOCUMENTS:
		return check_files(l, c, false, err);
	case QUALITY_OPEN:
		return check_open(l, c, err);
	case QUALITY_OBJECTIVE:
		return check_objective(l, c);
	case QUALITY_CONFLICTS:
		return check_conflicts(l, c, err);
	case QUALITY_EVIDENCE:
		return check_evidence(l, c, err);
	case QUALITY_COMMAND:
		break;
	}
	return check_command(l, c, check, err);
}

/* --- the gate --- */

/* Which checks: of the set of that name, or of an agent's entry. */
static int choose(struct names *out, struct looking *l, const char *name, struct ops_error *err)
{
	const struct quality_set *set = quality_set_named(&l->config->quality, name);
	const struct roster *roster;
	const struct agent *a;
	struct ops_document *entry;
	const char *const *list;
	int ret = world_roster(&roster, l->world, err);

	if (ret)
		return ret;
	a = roster_agent_named(roster, name);
	if (a) {
		ret = world_document(&entry, l->world, a->path, l->unread, err);
		if (ret == 0 && document_list(&list, &out->nr, entry, "Checks"))
			ret = error_nomem(err);
		if (ret)
			return ret;
		out->list = (const char **)(size_t)list;
		if (out->nr)
			return 0;
		set = set ? set : a->name ? quality_set_named(&l->config->quality, a->name) :
		      NULL;
	}
	if (!set)
		return error_set(err, OPS_ENOTFOUND, a ? "'%.100s' has no checks" :
				 "there is no set of checks '%.100s'", name);
	*out = set->checks;
	return 0;
}

/* As a section, and the gate. */
static int sum_up(struct ops_quality *q, struct looking *l, struct ops_error *err)
{
	struct buf b = BUF_INIT;
	bool mandatory = true;
	size_t i;

	for (i = 0; i < q->checks_nr; i++) {
		const struct ops_quality_check *c = &q->checks[i];

		q->passed_nr += c->passed;
		mandatory &= c->passed || !c->mandatory;
		buf_printf(&b, "- %s: %s%s", c->name, c->passed ? "passed" : "failed",
			   c->mandatory ? " (mandatory)" : "");
		if (!c->passed) {
			buf_str(&b, ", ");
			utf8_display(&b, c->why, strcspn(c->why, "\n"), false);
			buf_str(&b, "; next: ");
			utf8_display(&b, c->next, strcspn(c->next, "\n"), false);
		}
		buf_char(&b, '\n');
	}
	q->passed = q->checks_nr && mandatory &&
		    q->passed_nr * 100 >= q->checks_nr * l->config->ratio;
	q->gate = arena_printf(l->arena, "%s (%zu/%zu = %zu%%)", q->passed ? "PASSED" : "FAILED",
			       q->passed_nr, q->checks_nr,
			       q->checks_nr ? q->passed_nr * 100 / q->checks_nr : 0);
	q->text = buf_failed(&b) ? NULL : arena_str(l->arena, b.data);
	buf_release(&b);
	return q->gate && q->text ? 0 : error_nomem(err);
}

static int do_checks(struct ops_quality *q, struct looking *l, struct ops_error *err)
{
	struct ops_quality_check *checks;
	struct names names = { NULL, 0 };
	size_t i;
	int ret = choose(&names, l, q->set, err);

	if (ret)
		return ret;
	checks = arena_array(l->arena, names.nr + 1, sizeof(*checks));
	if (!checks)
		return error_nomem(err);
	for (i = 0; ret == 0 && i < names.nr; i++) {
		const struct quality_check *check = quality_check_named(&l->config->quality,
									names.list[i]);
		struct ops_quality_check *c = &checks[i];

		c->name = check ? check->name : arena_str(l->arena, names.list[i]);
		c->mandatory = !check || check->mandatory;
		c->why = c->next = "";
		c->passed = true;
		ret = check ? check_one(l, c, check, err) :
		      fail(l, c, "there is no such check", "name one of 'quality.checks'");
		if (ret == OPS_ENOMEM)
			ret = error_nomem(err);
	}
	q->checks = checks;
	q->checks_nr = names.nr;
	return ret ? ret : sum_up(q, l, err);
}

/* The task, or the run, and how its commits are told. */
static int find_work(struct looking *l, const char *name, struct ops_error *err)
{
	struct ops_error ignored = { 0 };
	int ret = world_find(&l->task, l->world, name, "task", l->unread, err);

	l->mark = "Ops-Task: ";
	if (ret != OPS_ENOTFOUND ||
	    world_find(&l->task, l->world, name, "signal", l->unread, &ignored))
		return ret;
	l->is_run = true;
	l->revision = "HEAD";
	l->mark = arena_printf(l->arena, "\nSignal-Step: %s/", l->task->id);
	return l->mark ? 0 : error_nomem(err);
}

static int look(struct quality_made *q, struct ops_repo *repo,
		const struct ops_quality_request *request, struct ops_findings *findings,
		struct ops_error *err)
{
	struct looking l = { .repo = repo, .arena = q->arena, .unread = findings };
	int ret = ops_view_open(&q->view, repo, NULL, err);

	if (ret)
		return ret;
	l.world = q->view->world;
	l.config = q->view->config;
	l.known = map_new(l.arena);
	ret = l.known ? find_work(&l, request->task, err) : error_nomem(err);
	if (ret == 0)
		ret = find_commits(&l, request->range, err);
	if (ret)
		return ret;
	q->public.task = l.task->id;
	q->public.set = arena_str(l.arena, request->set ? request->set : "default");
	q->public.commits = l.commits_nr;
	return q->public.set ? do_checks(&q->public, &l, err) : error_nomem(err);
}

int ops_repo_quality(struct ops_quality **out, struct ops_findings *findings,
		     struct ops_repo *repo, const struct ops_quality_request *request,
		     struct ops_error *err)
{
	struct quality_made *q = calloc(1, sizeof(*q));
	int ret;

	if (q)
		q->arena = arena_new();
	ret = q && q->arena ? look(q, repo, request, findings, err) : error_nomem(err);
	if (ret)
		ops_quality_free(q ? &q->public : NULL);
	else
		*out = &q->public;
	return ret;
}
