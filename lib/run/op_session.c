/* SPDX-License-Identifier: MIT */
/*
 * The end of a session: its document with decisions and patterns, in the curator's name;
 * whether what they refer to is there; and one result of many.
 */

#include <string.h>

#include "model/references.h"
#include "ops/check.h"
#include "run/gitwork.h"
#include "util/json.h"

int op_session_handoff(struct op_call *c, struct ops_error *err)
{
	static const char *const parts[][2] = {
		{ "session", "Title" }, { "completed", "Completed" },
		{ "current_state", "Current State" }, { "pending", "Pending" },
		{ "risks", "Risks" }, { "findings", "Findings" }, { "next", "Next" },
		{ "decisions", "Decisions" }, { "patterns", "Patterns" }
	};
	struct ops_setting sections[9];
	/* those of other files are the next step's, in the name of another agent */
	const struct ops_setting references = { "References", "no" };
	struct ops_request r = { .action = "handoff.session", .sections = sections,
				 .fields = &references, .fields_nr = 1 };
	struct ops_outcome *outcome = NULL;
	const char *text;
	size_t i;
	int ret;

	c->label = "Handoff";
	for (i = 0; i < sizeof(parts) / sizeof(*parts); i++)
		if ((text = op_context(c, parts[i][0])))
			sections[r.sections_nr++] = (struct ops_setting){ parts[i][1], text };
	ret = op_change(&outcome, c, &r, 1, arena_printf(c->arena, "do %s", c->at->step->name),
			err);
	if (ret)
		return ret;
	buf_str(&c->summary, "Wrote down what the session leaves.");
	ret = op_deliver(c, "Session handoff", outcome->acts_nr && outcome->acts[0].path ?
			 outcome->acts[0].path : "recorded", err);
	if (ret == 0 && op_context(c, "patterns"))
		ret = op_deliver(c, "Patterns", c->run->config->patterns, err);
	if (ret == 0 && op_context(c, "decisions"))
		ret = op_deliver(c, "Decisions", c->run->config->decisions, err);
	if (ret == 0 && outcome->acts_nr && outcome->acts[0].path)
		ret = op_output(c, "session", outcome->acts[0].path, err);
	ops_outcome_free(outcome);
	return ret;
}

/* Bring the lists of other files up to date, as one commit; *nr is of how many. */
static int write_references(size_t *nr, struct op_call *c, struct ops_error *err)
{
	const struct names *all = &c->run->config->references;
	const char **changed = arena_array(c->arena, all->nr + 1, sizeof(*changed));
	struct snap *snap = NULL;
	struct world *world = NULL;
	struct buf out = BUF_INIT;
	const char *text, *made;
	size_t i, len;
	bool there;
	int ret = changed ? repo_tip(&snap, &world, c->run->repo, err) : error_nomem(err);

	*nr = 0;
	for (i = 0; ret == 0 && i < all->nr; i++) {
		ret = gitwork_read(&text, &len, &there, c, all->list[i], err);
		if (ret || !there)
			continue;
		buf_clear(&out);
		ret = references_update(&out, c->arena, world, all->list[i], text, len,
					c->run->findings, err);
		if (ret || (out.len == len && !memcmp(out.data, text, len)))
			continue;
		ret = gitwork_is_changed(&there, c, all->list[i], err);
		if (ret == 0 && there)
			ret = error_set(err, OPS_EREFUSED, "'%s' has changes that are not "
					"committed, and its references are to be brought up to "
					"date", all->list[i]);
		if (ret == 0)
			ret = gitwork_write(c, all->list[i], true, text, len, &out, err);
		changed[(*nr)++] = all->list[i];
	}
	buf_release(&out);
	world_close(world);
	snap_free(snap);
	if (ret == 0)
		ret = gitwork_made(&made, c, c->at->step->name, err);
	if (ret == 0 && *nr && !made)
		ret = gitwork_commit(&made, c, changed, *nr, "docs: refer to what the session "
				     "left", NULL, err);
	return ret;
}

/* What came before refers to what is there, and is referred to. */
int op_session_references(struct op_call *c, struct ops_error *err)
{
	const char *session = op_earlier(c, c->run->steps[0].step->name, "session");
	const struct config *config = c->run->config;
	const char *all[] = { session, config->decisions, config->patterns }, *paths[3];
	struct ops_check_options options = { .what = OPS_CHECK_REVISION, .paths = paths };
	struct ops_findings *found = ops_findings_new();
	struct ops_check_result result;
	const struct ops_finding *f;
	const char *text;
	size_t i, len, lists = 0, broken = 0;
	bool there;
	int ret = found ? write_references(&lists, c, err) : error_nomem(err);

	c->label = "References";
	for (i = 0; ret == 0 && i < 3; i++) {
		there = i == 0;
		if (i)
			ret = gitwork_read(&text, &len, &there, c, all[i], err);
		if (all[i] && there)
			paths[options.paths_nr++] = all[i];
	}
	if (ret == 0 && options.paths_nr)
		ret = ops_repo_check_with(&result, found, c->run->repo, &options, err);
	for (i = 0; ret == 0 && i < ops_findings_count(found); i++) {
		f = ops_findings_at(found, i);
		if (strncmp(f->rule, "link.", 5))
			continue;
		broken++;
		buf_printf(&c->issues, "%s- %s:%u: %s", c->issues.len ? "\n" : "", f->path, f->line,
			   f->message);
	}
	ops_findings_free(found);
	if (ret == 0 && broken)
		ret = error_set(err, OPS_EREFUSED, "%zu link%s nowhere", broken,
				broken == 1 ? " leads" : "s lead");
	if (ret == 0 && lists)
		buf_printf(&c->summary, "Brought the references of %zu file%s up to date. ", lists,
			   lists == 1 ? "" : "s");
	if (ret == 0)
		buf_printf(&c->summary, "All references of %zu file%s lead somewhere.",
			   options.paths_nr, options.paths_nr == 1 ? "" : "s");
	return ret;
}

int op_synthesize(struct op_call *c, struct ops_error *err)
{
	struct ops_request r = { .action = "synthesize", .target = op_context(c, "document") };
	struct ops_outcome *outcome = NULL;
	const char *id;
	int ret = op_change(&outcome, c, &r, 1, arena_printf(c->arena, "do %s", c->at->step->name),
			    err);

	c->label = "Synthesis";
	if (ret)
		return ret;
	id = outcome->acts_nr && outcome->acts[0].message ? outcome->acts[0].message : "recorded";
	buf_printf(&c->summary, "Made one result of those about %s.", r.target);
	ret = op_deliver(c, "Result", id, err);
	ops_outcome_free(outcome);
	return ret;
}
