/* SPDX-License-Identifier: MIT */
/*
 * Checking a work tree, the index or a revision: every governed document by
 * itself, the world as a whole, and for what is not committed yet the change
 * against the tip, as if its author committed it now.
 *
 * The severities of the configuration are for what lies there.  What the change
 * would be refused for is never less than that, because a commit is not asked how
 * grave its author finds it.
 */

#include <string.h>

#include "model/elsewhere.h"
#include "store/history.h"
#include "store/work.h"
#include "text/links.h"
#include "util/path.h"
#include "view/check_fix.h"

bool check_wanted(const struct checking *c, const char *path)
{
	const struct ops_check_options *o = c->options;
	size_t i;

	if (c->range && !(path && map_has(c->range, path)))
		return false;
	for (i = 0; i < o->paths_nr; i++)
		if (path && (!strcmp(o->paths[i], path) || path_below(o->paths[i], path)))
			return true;
	return o->paths_nr == 0;
}

/* Whether what a document says can still be put right: a record never, and what is
 * finished stays as it was true. */
static bool can_change(const struct ops_document *d)
{
	const struct state *state = d->status ? type_state(d->type, d->status) : NULL;

	return !d->type->append_only && !(state && state->final);
}

/* What a linter asks, beside the rules that a change is judged by. */
static int lint(struct checking *c, struct ops_document *d, struct ops_error *err)
{
	const struct links *links = doc_links(d->doc);
	int ret = links ? 0 : error_nomem(err);

	if (ret == 0 && !d->type->unlinked && can_change(d))
		ret = check_links(c, d->path, d->type, d->doc, links, err);
	if (ret == 0 && can_change(d))
		check_fresh(c, d);
	return ret ? ret : check_allows(c, d->path, d->doc, links, d->doc->text,
					d->doc->len, d->doc->arena, err);
}

/* Whether some link is only a fragment. */
static bool leads_into_itself(const struct links *links)
{
	size_t i;

	for (i = 0; links && i < links->nr; i++)
		if (links->list[i].kind != LINK_COMMENT && links->list[i].text[0] == '#')
			return true;
	return false;
}

/* What will be asked for and can be found in a document alone.  Without memory who asks
 * tries again. */
static void prepare(struct doc *doc, const void *of_type)
{
	const struct type *type = of_type;

	(void)doc_conflict(doc);
	if (type_needs_sections(type))
		(void)doc_read_body(doc);
	if (!type->unlinked && leads_into_itself(doc_links(doc)))
		(void)doc_anchors(doc);
}

int check_count(struct checking *c, const char *path, struct ops_error *err)
{
	int ret = 0;

	c->result->documents++;
	if (c->options->each && check_wanted(c, path))
		ret = c->options->each(path, c->options->payload);
	return ret ? error_set(err, ret, "the documents could not be listed") : 0;
}

int check_document(struct ops_document *d, void *checking, struct ops_error *err)
{
	struct checking *c = checking;
	int ret = check_count(c, d->path, err);

	if (ret)
		return ret;
	check_past_begin(c);
	if (d->doc) {
		ret = judge_document(d, c->repo->now, c->findings, err);
		if (ret == 0)
			ret = lint(c, d, err);
	} else {
		c->result->unreadable++;
	}
	check_past_end(c, ret == 0 && (d->doc || d->malformed), d);
	if (ret == 0)
		ret = check_mend(c, d->path, d->type, d->doc != NULL, err);
	c->judged = ops_findings_count(c->findings);
	return ret;
}

static int check_change(struct checking *c, struct ops_error *err)
{
	struct judge_case k = { 0 };
	struct snap *snap = NULL;
	struct world *before = NULL;
	struct oid tip;
	int ret = store_tip(&tip, c->repo->store, err);

	if (ret && ret != OPS_ENOTFOUND)
		return ret;
	ret = ret ? snap_of_nothing(&snap, err) :
	      snap_of_commit(&snap, c->repo->store, &tip, err);
	if (ret == 0)
		ret = world_open(&before, snap, c->repo->cache, err);
	if (ret == 0) {
		k.before = before;
		k.after = c->world;
		k.claimed = c->repo->actor;
		/* As when they act: their own address, unless nobody is claimed. */
		k.author = c->repo->actor ? NULL : c->repo->email;
		k.now = c->repo->now;
		k.signer = &signer_pending;
		ret = judge_change(&k, c->refusals, err);
		world_share_roster(c->world, NULL);
	}
	world_close(before);
	snap_free(snap);
	return ret;
}

static int note_path(const char *path, const struct snap_entry *before,
		     const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct checking *c = payload;

	(void)before;
	return after && map_put(c->range, path, c) ? error_nomem(err) : 0;
}

/* A revision of what was typed up to `end`; nothing there is the tip. */
static int resolve(struct oid *out, struct checking *c, const char *text, const char *end,
		   struct ops_error *err)
{
	const char *revision = end > text ? arena_dup(c->arena, text, (size_t)(end - text)) :
					    NULL;

	if (end > text && !revision)
		return error_nomem(err);
	return revision ? store_resolve(out, c->repo->store, revision, err) :
	       store_tip(out, c->repo->store, err);
}

/* "A..B": the snapshot of B, and in c->range what it changed since it left A. */
static int open_range(struct checking *c, const char *dots, struct ops_error *err)
{
	const char *revision = c->options->revision, *to = dots + strspn(dots, ".");
	struct snap *from = NULL;
	struct oid a, b, base;
	int ret = to - dots > 3 ? error_set(err, OPS_EUSAGE, "'%s' is no range", revision) :
		  resolve(&a, c, revision, dots, err);

	if (ret == 0)
		ret = resolve(&b, c, to, to + strlen(to), err);
	if (ret == 0) {
		ret = history_merge_base(&base, c->repo->store, &a, &b, err);
		/* Without a common beginning everything is new. */
		ret = ret == 0 ? snap_of_commit(&from, c->repo->store, &base, err) :
		      ret == OPS_ENOTFOUND ? snap_of_nothing(&from, err) : ret;
	}
	if (ret == 0)
		ret = snap_of_commit(&c->snap, c->repo->store, &b, err);
	c->range = ret ? NULL : map_new(c->arena);
	if (ret == 0)
		ret = c->range ? snap_diff(from, c->snap, note_path, c, err) :
		      error_nomem(err);
	snap_free(from);
	return ret;
}

static int open_what(struct checking *c, struct ops_error *err)
{
	const struct ops_check_options *o = c->options;
	const char *dots = o->revision ? strstr(o->revision, "..") : NULL;
	struct oid oid;
	int ret;

	if (o->what == OPS_CHECK_WORK_TREE && store_branch(c->repo->store) &&
	    !store_branch_is_head(c->repo->store))
		return error_set(err, OPS_EENVIRONMENT, "the state is on '%s', which is not "
				 "checked out here: ops check --at %s",
				 store_branch(c->repo->store),
				 store_branch(c->repo->store) + strlen("refs/heads/"));
	if (o->what == OPS_CHECK_WORK_TREE)
		return snap_of_work_tree(&c->snap, c->repo->store, err);
	if (o->what == OPS_CHECK_STAGED)
		return snap_of_index(&c->snap, c->repo->store, err);
	if (dots)
		return open_range(c, dots, err);
	ret = o->revision ? store_resolve(&oid, c->repo->store, o->revision, err) :
	      store_tip(&oid, c->repo->store, err);
	return ret ? ret : snap_of_commit(&c->snap, c->repo->store, &oid, err);
}

/* Lay over it a text for a file of the work tree, as that would be stored. */
static int put(struct snap *over, const struct checking *c, const char *path,
	       const char *text, size_t len, struct ops_error *err)
{
	bool files = c->options->what == OPS_CHECK_WORK_TREE && work_may_be_converted(text, len);
	struct blob stored = { NULL, 0, NULL };
	int ret = files ? work_as_stored(&stored, c->repo->store, path, text, len, err) : 0;

	if (ret == 0)
		ret = stored.owner ? snap_put(over, path, stored.data, stored.len, err) :
		      snap_put(over, path, text, len, err);
	blob_release(&stored);
	return ret;
}

/* Lay over the snapshot what stands in for files of it. */
static int lay_over(struct snap **over, struct checking *c, struct ops_error *err)
{
	const struct ops_check_options *o = c->options;
	const char *fault = o->text && o->paths_nr ? path_fault(o->paths[0]) : NULL;
	int ret;

	const struct mended *one = c->mended ? c->mended->list : NULL;

	if (!o->text && !o->config && !one)
		return 0;
	if (o->text && (!o->paths_nr || !*o->paths[0] || fault))
		return error_set(err, OPS_EUSAGE, "the text needs the path of a file%s%s",
				 fault ? ", and this one " : "", fault ? fault : "");
	ret = snap_overlay(over, c->snap, err);
	if (ret == 0 && o->text)
		ret = put(*over, c, o->paths[0], o->text, o->text_len, err);
	if (ret == 0 && o->config)
		ret = snap_put(*over, CONFIG_PATH, o->config, o->config_len, err);
	for (; ret == 0 && one; one = one->next)
		if (!one->dropped)
			ret = put(*over, c, one->path, one->text, one->len, err);
	return ret;
}

/* Check all documents, but those of which it is known what would be found. */
static int check_all_documents(struct checking *c, struct ops_error *err)
{
	int ret = check_past_open(c, err);

	if (ret == 0)
		ret = world_each_prepared(c->world, prepare, c->past ? &check_past_spared : NULL,
					  check_document, c, c->findings, err);
	check_past_close(c, ret == 0);
	return ret;
}

static int check_world(struct checking *c, struct ops_error *err)
{
	const struct ops_check_options *o = c->options;
	int ret = world_config(&c->config, c->world, err);

	if (ret == 0 && c->range)
		ret = check_range(c, err);
	else if (ret == 0 && o->paths_nr)
		ret = check_named(c, err);
	else if (ret == 0 && c->config->present)
		ret = check_all_documents(c, err);
	else if (ret == 0 && o->what == OPS_CHECK_REVISION)
		ret = elsewhere_error(c->repo->store, o->revision, err);
	if (ret == 0 && c->config->present)
		ret = judge_world(c->world, c->findings, err);
	if (ret == 0 && o->what != OPS_CHECK_REVISION && !o->config &&
	    store_branch_is_head(c->repo->store))
		ret = check_change(c, err);
	return ret;
}

/*
 * The configuration that says how grave things are: as all authority that of the tip,
 * so that a change does not excuse itself; without a tip, or for a revision, its own.
 */
static int severities(const struct config **out, struct checking *c, struct ops_error *err)
{
	struct world *tip = NULL;
	struct snap *snap = NULL;
	struct oid oid;
	int ret = c->options->what == OPS_CHECK_REVISION || c->options->config ?
		  OPS_ENOTFOUND : store_tip(&oid, c->repo->store, err);

	if (ret == OPS_ENOTFOUND)
		return world_config(out, c->world, err);
	if (ret == 0)
		ret = snap_of_commit(&snap, c->repo->store, &oid, err);
	if (ret == 0)
		ret = world_open(&tip, snap, c->repo->cache, err);
	if (ret == 0)
		ret = world_config(out, tip, err);
	/* The configuration belongs to the cache, not to the world it was read from. */
	world_close(tip);
	snap_free(snap);
	return ret;
}

static void copy(struct ops_findings *to, const struct ops_finding *f,
		 enum ops_severity severity)
{
	findings_add(to, f->rule, severity, f->path, f->line, f->column, f->remedy, "%s",
		     f->message);
	if (f->suppressed && !findings_failed(to))
		findings_suppress(to, ops_findings_count(to) - 1, f->suppressed);
}

/* Copy what is asked for; `config` says how grave it is, or is NULL. */
static void take(struct ops_findings *to, const struct ops_findings *from,
		 struct checking *c, const struct config *config)
{
	size_t i;

	for (i = 0; i < ops_findings_count(from); i++) {
		const struct ops_finding *f = ops_findings_at(from, i);
		const struct severity_rule *rule = config ? config_severity(config, f->rule) :
							    NULL;

		if (!check_wanted(c, f->path) || (rule && rule->off))
			continue;
		if (!f->suppressed) {
			copy(to, f, rule ? rule->severity : f->severity);
			continue;
		}
		c->result->suppressed++;
		if (c->options->suppressed)
			copy(c->options->suppressed, f, rule ? rule->severity : f->severity);
	}
}

/* A path is there, or was in the tip: else its name is a slip, not an answer. */
static int check_paths(struct checking *c, struct ops_error *err)
{
	const struct ops_check_options *o = c->options;
	struct snap_entry entry;
	struct snap *tip = NULL;
	struct oid oid;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < o->paths_nr; i++) {
		ret = snap_find(&entry, c->snap, o->paths[i], err);
		if (ret != OPS_ENOTFOUND)
			continue;
		ret = tip ? 0 : store_tip(&oid, c->repo->store, err);
		if (ret == 0 && !tip)
			ret = snap_of_commit(&tip, c->repo->store, &oid, err);
		if (ret == 0)
			ret = snap_find(&entry, tip, o->paths[i], err);
		if (ret == OPS_ENOTFOUND)
			error_set(err, ret, "there is no '%s' (paths are counted from the "
				  "top of the repository)", o->paths[i]);
	}
	snap_free(tip);
	return ret;
}

/* Check it all into c->findings and c->refusals, then hand out what is asked for. */
static int check_all(struct checking *c, struct ops_findings *findings,
		     struct ops_error *err)
{
	const struct config *config = NULL;
	struct snap *over = NULL, *below;
	int ret = open_what(c, err);

	below = c->snap;
	if (ret == 0)
		ret = lay_over(&over, c, err);
	if (ret == 0 && over)
		c->snap = over;
	if (ret == 0)
		ret = check_paths(c, err);
	if (ret == 0)
		ret = world_open(&c->world, c->snap, c->repo->cache, err);
	if (ret == 0)
		ret = check_world(c, err);
	if (ret == 0)
		ret = check_links_guess(c, err);
	if (ret == 0)
		ret = severities(&config, c, err);
	if (ret == 0 && (findings_failed(c->findings) || findings_failed(c->refusals)))
		ret = error_nomem(err);
	if (ret == 0) {
		take(findings, c->findings, c, config);
		take(findings, c->refusals, c, NULL);
		ops_findings_sort(findings);
		if (c->options->suppressed)
			ops_findings_sort(c->options->suppressed);
	}
	world_close(c->world);
	snap_free(over);
	snap_free(below);
	return ret;
}

/* One check. */
static int check_once(struct ops_check_result *result, struct ops_findings *findings,
		      struct ops_repo *repo, const struct ops_check_options *options,
		      struct mending *mending, const struct mending *mended,
		      struct ops_error *err)
{
	struct ops_check_result found = { 0 };
	struct checking c = { .repo = repo, .options = options, .result = &found,
			      .findings = ops_findings_new(),
			      .refusals = ops_findings_new(), .arena = arena_new(),
			      .mending = mending, .mended = mended };
	int ret;

	c.visited = c.arena ? map_new(c.arena) : NULL;
	ret = c.findings && c.refusals && c.visited ? check_all(&c, findings, err) :
	      error_nomem(err);
	ops_findings_free(c.findings);
	ops_findings_free(c.refusals);
	check_links_end(&c);
	arena_free(c.arena);
	if (ret == 0)
		*result = found;
	return ret;
}

/* Check, and once more over what would be mended, until all of that is better. */
static int fix_and_check(struct ops_check_result *result, struct ops_findings *findings,
			 struct ops_repo *repo, const struct ops_check_options *options,
			 struct mending *m, struct ops_error *err)
{
	struct ops_check_options silent = *options;
	struct ops_findings *before = ops_findings_new(), *after = NULL;
	bool dropped = true;
	int ret = before ? 0 : error_nomem(err);

	silent.each = NULL;
	silent.suppressed = NULL;
	if (ret == 0)
		ret = check_once(result, before, repo, &silent, m, NULL, err);
	while (ret == 0 && m->list && dropped) {
		ops_findings_free(after);
		after = ops_findings_new();
		ret = after ? check_once(result, after, repo, &silent, NULL, m, err) :
		      error_nomem(err);
		if (ret == 0)
			ret = check_fix_compare(&dropped, m, before, after, err);
	}
	if (ret == 0 && options->fix == OPS_FIX_WRITE)
		ret = check_fix_write(m, repo, err);
	if (ret == 0)
		ret = check_once(result, findings, repo, options, NULL, m, err);
	if (ret == 0)
		ret = check_fix_tell(m, options, err);
	ops_findings_free(before);
	ops_findings_free(after);
	return ret;
}

/* Whole paths, as editors pass them, counted from the top of the work tree. */
static int own_paths(struct ops_check_options *o, struct arena *arena,
		     const struct ops_repo *repo)
{
	const char *top = store_work_dir(repo->store);
	const char **paths = arena_array(arena, o->paths_nr + 1, sizeof(*paths));
	size_t i;

	if (!paths)
		return OPS_ENOMEM;
	for (i = 0; i < o->paths_nr; i++) {
		paths[i] = o->paths[i];
		if (top && *paths[i] == '/' && path_below(top, paths[i]))
			paths[i] += strlen(top) + 1;
		else if (top && !strcmp(top, paths[i]))
			paths[i] = "";
	}
	o->paths = paths;
	return 0;
}

int ops_repo_check_with(struct ops_check_result *result, struct ops_findings *findings,
			struct ops_repo *repo, const struct ops_check_options *options,
			struct ops_error *err)
{
	struct mending m = { NULL, NULL, NULL };
	struct ops_check_options own = *options;
	int ret;

	if (own.fix && (own.what != OPS_CHECK_WORK_TREE || own.text))
		return error_set(err, OPS_EUSAGE, "only files of the work tree are put right");
	m.last = &m.list;
	m.arena = arena_new();
	ret = m.arena && own_paths(&own, m.arena, repo) == 0 ? 0 : error_nomem(err);
	if (ret == 0)
		ret = own.fix ? fix_and_check(result, findings, repo, &own, &m, err) :
		      check_once(result, findings, repo, &own, NULL, NULL, err);
	arena_free(m.arena);
	return ret;
}

int ops_repo_check(struct ops_check_result *result, struct ops_findings *findings,
		   struct ops_repo *repo, enum ops_check_what what,
		   const char *revision, const char *const *paths, size_t nr,
		   struct ops_error *err)
{
	struct ops_check_options options = { .what = what, .revision = revision,
					     .paths = paths, .paths_nr = nr };

	return ops_repo_check_with(result, findings, repo, &options, err);
}
