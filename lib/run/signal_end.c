/* SPDX-License-Identifier: MIT */
/*
 * The end of a run: a result of each agent, one made of them, and who is told.
 *
 * Counts what is done; what the numbers mean is held against them by the judge.
 */

#include <string.h>

#include "model/packet.h"
#include "run/signal.h"
#include "util/json.h"

static const char *seconds(struct signal_run *run, int64_t n)
{
	return arena_printf(run->arena, "%lds", (long)n);
}

/* What one agent did in the run. */
struct share {
	const char *agent;
	size_t done, of;
	int64_t seconds;
	struct buf summary, issues, labels, times, table;
};

static void add_deliverables(struct buf *out, const struct json *output)
{
	const struct json *list = json_get(output, "deliverables"), *item;
	const struct json *type, *value;

	for (item = list ? json_first(list) : NULL; item; item = json_next(item)) {
		type = json_first(item);
		value = type ? json_next(type) : NULL;
		if (type && value && json_text(type) && json_text(value))
			buf_printf(out, "| %s | %s |\n", json_text(type), json_text(value));
	}
}

static void add_to_part(struct share *p, const struct run_step *at)
{
	p->of++;
	p->done += at->state == STEP_DONE;
	p->seconds += at->seconds;
	if (at->state == STEP_DONE) {
		buf_printf(&p->labels, "%s%s", p->labels.len ? " + " : "",
			   at->label ? at->label : at->step->name);
		buf_printf(&p->times, "%s%lds", p->times.len ? " + " : "", (long)at->seconds);
	}
	if (at->summary)
		buf_printf(&p->summary, "%s%s", p->summary.len ? "\n" : "", at->summary);
	if (at->issues)
		buf_printf(&p->issues, "%s%s", p->issues.len ? "\n" : "", at->issues);
	else if (at->state != STEP_DONE)
		buf_printf(&p->issues, "%s- step '%s' was not done", p->issues.len ? "\n" : "",
			   at->step->name);
	add_deliverables(&p->table, at->output);
}

static void part_release(struct share *p)
{
	buf_release(&p->summary);
	buf_release(&p->issues);
	buf_release(&p->labels);
	buf_release(&p->times);
	buf_release(&p->table);
}

/* "PASSED (2/2 = 100%)" */
static const char *gate_text(struct signal_run *run, size_t done, size_t of)
{
	return arena_printf(run->arena, "%s (%zu/%zu = %zu%%)",
			    of && done * 100 >= of * run->config->ratio ? "PASSED" : "FAILED",
			    done, of, of ? done * 100 / of : 0);
}

static const char *keep(struct signal_run *run, const struct buf *b, const char *otherwise)
{
	return buf_failed(b) ? NULL : arena_str(run->arena, b->len ? b->data : otherwise);
}

static const char *table_of(struct signal_run *run, const struct buf *rows)
{
	return buf_failed(rows) ? NULL : rows->len ?
	       arena_printf(run->arena, "| Type | Value |\n|------|-------|\n%s", rows->data) :
	       "- none";
}

static const char *contribution(struct signal_run *run, const struct share *p)
{
	if (buf_failed(&p->labels) || buf_failed(&p->times))
		return NULL;
	return arena_printf(run->arena, "- %s: %s (%s)", p->agent, p->labels.len ?
			    p->labels.data : "nothing", p->times.len ? p->times.data : "0s");
}

/* The parts of the run: one for each agent that had a step. */
static size_t divide(struct share *parts, struct signal_run *run)
{
	size_t i, k, nr = 0;

	for (i = 0; i < run->steps_nr; i++) {
		const struct run_step *at = &run->steps[i];

		if (at->state == STEP_SKIPPED || (at->step->wait && at->state != STEP_FAILED))
			continue;
		for (k = 0; k < nr && strcmp(parts[k].agent, at->doer); k++)
			;
		if (k == nr) {
			parts[nr] = (struct share){ at->doer, 0, 0, 0, BUF_INIT, BUF_INIT, BUF_INIT,
						   BUF_INIT, BUF_INIT };
			nr++;
		}
		add_to_part(&parts[k], at);
	}
	return nr;
}

static int add_result(struct ops_request *r, struct ops_setting *s, struct signal_run *run,
		      const struct share *p, const char *next, struct ops_error *err)
{
	const char *status = p->done == p->of ? "COMPLETE" : p->done ? "PARTIAL" : "ESCALATED";
	size_t nr = 0, i;

	s[nr++] = (struct ops_setting){ "Status", status };
	s[nr++] = (struct ops_setting){ "Signal", run->signal };
	s[nr++] = (struct ops_setting){ "Agent", p->agent };
	s[nr++] = (struct ops_setting){ "Duration", seconds(run, p->seconds) };
	s[nr++] = (struct ops_setting){ "Quality-Gate", gate_text(run, p->done, p->of) };
	s[nr++] = (struct ops_setting){ "Summary", keep(run, &p->summary, "Nothing was done.") };
	s[nr++] = (struct ops_setting){ "Deliverables", table_of(run, &p->table) };
	s[nr++] = (struct ops_setting){ "Agent Contributions", contribution(run, p) };
	if (p->issues.len)
		s[nr++] = (struct ops_setting){ "Issues", keep(run, &p->issues, "") };
	s[nr++] = (struct ops_setting){ "Next Steps", next };
	for (i = 0; i < nr; i++)
		if (!s[i].value)
			return error_nomem(err);
	*r = (struct ops_request){ .action = "packet.result", .target = run->id, .sections = s,
				   .sections_nr = nr };
	return 0;
}

/* The results of its agents, which the coordinator recorded; those of programs are their
 * own. */
static int find_results(struct ops_setting **list, size_t *nr, struct signal_run *run,
			struct ops_error *err)
{
	struct snap *snap = NULL;
	struct world *world = NULL;
	struct packets all = { NULL, 0 };
	size_t i;
	int ret = repo_tip(&snap, &world, run->repo, err);

	*nr = 0;
	if (ret == 0)
		ret = world_packets(&all.list, &all.nr, world, run->id, run->findings, err);
	*list = ret ? NULL : arena_array(run->arena, all.nr + 1, sizeof(**list));
	if (ret == 0 && !*list)
		ret = error_nomem(err);
	for (i = 0; ret == 0 && i < all.nr; i++) {
		const struct ops_document *p = all.list[i];

		if (strcmp(p->type->name, "result") || document_text(p, "Run") ||
		    !document_text(p, "Agent"))
			continue;
		(*list)[*nr].name = "Of";
		(*list)[(*nr)++].value = arena_str(run->arena, p->id);
		if (!(*list)[*nr - 1].value)
			ret = error_nomem(err);
	}
	world_close(world);
	snap_free(snap);
	return ret;
}

/* The message of a packet that was recorded just now. */
static int read_message(const char **out, struct signal_run *run, const char *id,
			struct ops_error *err)
{
	struct buf text = BUF_INIT;
	struct snap *snap = NULL;
	struct world *world = NULL;
	struct packets all;
	size_t i;
	int ret = repo_tip(&snap, &world, run->repo, err);

	if (ret == 0)
		ret = world_packets(&all.list, &all.nr, world, run->id, run->findings, err);
	for (i = 0; ret == 0 && i < all.nr; i++)
		if (id ? !strcmp(all.list[i]->id, id) :
		    !strcmp(all.list[i]->type->name, "result") &&
		    !document_text(all.list[i], "Run")) {
			buf_clear(&text);
			packet_markdown(&text, all.list[i]);
		}
	if (ret == 0 && (buf_failed(&text) || !(*out = arena_str(run->arena, text.data))))
		ret = error_nomem(err);
	buf_release(&text);
	world_close(world);
	snap_free(snap);
	return ret;
}

/* "Committed 3 files. Prepared the review." */
static const char *whole_summary(struct signal_run *run)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t i;

	for (i = 0; i < run->steps_nr; i++)
		if (run->steps[i].summary && run->steps[i].state != STEP_SKIPPED)
			buf_printf(&b, "%s%s", b.len ? " " : "", run->steps[i].summary);
	text = keep(run, &b, "Nothing was done.");
	buf_release(&b);
	return text;
}

static const char *next_steps(struct signal_run *run, bool all)
{
	const char *next;
	size_t i;

	for (i = run->steps_nr; i > 0; i--) {
		next = json_text(json_get(run->steps[i - 1].output, "next"));
		if (next)
			return next;
	}
	return all ? "None." : "Settle the issues, then send the signal again.";
}

/* One result of all, the end of the run, and who is told. */
static int record_whole(const char **id, struct signal_run *run, const struct share *parts,
			size_t nr, size_t complete, const char *status, const char *next,
			struct ops_error *err)
{
	static const char *const ends[][2] = {
		{ "COMPLETE", "conclude" }, { "PARTIAL", "conclude-in-part" },
		{ "FAILED", "fail" }, { "ESCALATED", "give-up" }
	};
	struct ops_setting s[8], event[4], detail;
	struct ops_request list[3] = { { .action = "synthesize", .target = run->id } };
	struct buf issues = BUF_INIT, table = BUF_INIT;
	const char *parties = NULL;
	struct ops_outcome *outcome = NULL;
	bool passed = complete * 100 >= nr * run->config->ratio;
	size_t i, fields = 0;
	struct ops_setting *of;
	int ret = find_results(&of, &list[0].fields_nr, run, err);

	if (ret)
		return ret;
	list[0].fields = of;
	for (i = 0; i < nr; i++) {
		if (parts[i].issues.len)
			buf_printf(&issues, "%s%s", issues.len ? "\n" : "", parts[i].issues.data);
		buf_str(&table, parts[i].table.data);
		parties = arena_printf(run->arena, "%s%s%s", parties ? parties : "",
				       parties ? "\n" : "", contribution(run, &parts[i]));
	}
	s[fields++] = (struct ops_setting){ "Signal", run->signal };
	s[fields++] = (struct ops_setting){ "Summary", whole_summary(run) };
	s[fields++] = (struct ops_setting){ "Deliverables", table_of(run, &table) };
	s[fields++] = (struct ops_setting){ "Agent Contributions", parties };
	if (issues.len)
		s[fields++] = (struct ops_setting){ "Issues", keep(run, &issues, "") };
	s[fields++] = (struct ops_setting){ "Next Steps", next };
	for (i = 0; i < fields; i++)
		if (!s[i].value) {
			buf_release(&issues);
			buf_release(&table);
			return error_nomem(err);
		}
	list[0].sections = s;
	list[0].sections_nr = fields;
	record_event(&list[1], event, &detail, run, passed ? "COORD_OPS:COMPLETE" :
		  "COORD_OPS:FAILURE", "ORCHESTRATOR", NULL, passed ? NULL :
		  issues.len ? keep(run, &issues, "") : "The quality gate was not passed.");
	list[2] = (struct ops_request){ .target = run->id };
	for (i = 0; i < 4; i++)
		if (!strcmp(ends[i][0], status))
			list[2].action = ends[i][1];
	ret = buf_failed(&issues) ? error_nomem(err) :
	      record_acts(&outcome, run, list, 3, "end", err);
	if (ret == 0)
		*id = outcome->acts_nr && outcome->acts[0].message ?
		      arena_str(run->arena, outcome->acts[0].message) : NULL;
	ops_outcome_free(outcome);
	buf_release(&issues);
	buf_release(&table);
	return ret;
}

static int record_parts(struct signal_run *run, const struct share *parts, size_t nr,
			const char *next, struct ops_error *err)
{
	struct ops_request *list = arena_array(run->arena, nr + 1, sizeof(*list));
	struct ops_setting *s = arena_array(run->arena, 10 * nr + 1, sizeof(*s));
	struct ops_setting *there;
	size_t i, has = 0;
	int ret = list && s ? find_results(&there, &has, run, err) : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++)
		ret = add_result(&list[i], &s[10 * i], run, &parts[i], next, err);
	return ret || has ? ret : record_acts(NULL, run, list, nr, "results", err);
}

/* A run without coordination leaves one result. */
static int record_fast(struct signal_run *run, const struct share *p, const char *status,
		       const char *next, struct ops_error *err)
{
	struct ops_setting s[10];
	struct ops_request list[2];
	int ret = add_result(&list[0], s, run, p, next, err);

	list[1] = (struct ops_request){ .target = run->id, .action =
		!strcmp(status, "COMPLETE") ? "conclude" : !strcmp(status, "PARTIAL") ?
		"conclude-in-part" : "give-up" };
	return ret ? ret : record_acts(NULL, run, list, 2, "end", err);
}

int record_end(const char **verdict, const char **gate, const char **message,
	       struct signal_run *run, struct ops_error *err)
{
	struct share *parts = arena_array(run->arena, run->steps_nr + 1, sizeof(*parts));
	size_t i, nr, complete = 0, some = 0;
	const char *status, *next, *id = NULL;
	int ret = 0;

	if (!parts)
		return error_nomem(err);
	nr = divide(parts, run);
	for (i = 0; i < nr; i++) {
		complete += parts[i].done == parts[i].of;
		some += parts[i].done > 0;
	}
	status = nr && complete == nr ? "COMPLETE" : some ? "PARTIAL" : "ESCALATED";
	next = next_steps(run, nr && complete == nr);
	if (run->id && run->fast && nr == 1)
		ret = record_fast(run, &parts[0], status, next, err);
	else if (run->id && nr)
		ret = record_parts(run, parts, nr, next, err);
	if (ret == 0 && run->id && !run->fast)
		ret = record_whole(&id, run, parts, nr, complete, status, next, err);
	if (ret == 0 && run->id)
		ret = read_message(message, run, id, err);
	*verdict = status;
	*gate = gate_text(run, complete, nr);
	for (i = 0; i < nr; i++)
		part_release(&parts[i]);
	return ret ? ret : *gate ? 0 : error_nomem(err);
}
