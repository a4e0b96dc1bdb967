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

#define RESULT_PARTS 11		/* that the result of an agent has at most */

static const char *seconds(struct signal_run *run, int64_t n)
{
	return arena_printf(run->arena, "%lds", (long)n);
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
	s[nr++] = (struct ops_setting){ "Quality-Gate", share_gate(run, p->done, p->of,
								   p->mandatory) };
	s[nr++] = (struct ops_setting){ "Summary", share_text(run, &p->summary,
							      "Nothing was done.") };
	s[nr++] = (struct ops_setting){ "Deliverables", share_table(run, &p->table) };
	s[nr++] = (struct ops_setting){ "Agent Contributions", share_contribution(run, p) };
	if (p->issues.len)
		s[nr++] = (struct ops_setting){ "Issues", share_text(run, &p->issues, "") };
	s[nr++] = (struct ops_setting){ "Next Steps", next };
	if (p->mandatory)
		s[nr++] = (struct ops_setting){ "Failed-Mandatory", p->mandatory };
	for (i = 0; i < nr; i++)
		if (!s[i].value)
			return error_nomem(err);
	*r = (struct ops_request){ .action = "packet.result", .target = run->id, .sections = s,
				   .sections_nr = nr };
	return 0;
}

/* What is on record about the run now. */
struct tip {
	struct snap *snap;
	struct world *world;
	struct packets all;
};

static int tip_open(struct tip *t, struct signal_run *run, struct ops_error *err)
{
	int ret = repo_tip(&t->snap, &t->world, run->repo, err);

	return ret ? ret : world_packets(&t->all.list, &t->all.nr, t->world, run->id,
					 run->findings, err);
}

static void tip_close(struct tip *t)
{
	world_close(t->world);
	snap_free(t->snap);
}

/* A result that the coordinator recorded; those of programs are their own. */
static bool is_result(const struct ops_document *p)
{
	return !strcmp(p->type->name, "result") && !document_text(p, "Run");
}

/* The results of its agents. */
static int find_results(struct ops_setting **list, size_t *nr, struct signal_run *run,
			struct ops_error *err)
{
	struct tip t = { NULL, NULL, { NULL, 0 } };
	size_t i;
	int ret = tip_open(&t, run, err);

	*nr = 0;
	*list = ret ? NULL : arena_array(run->arena, t.all.nr + 1, sizeof(**list));
	if (ret == 0 && !*list)
		ret = error_nomem(err);
	for (i = 0; ret == 0 && i < t.all.nr; i++) {
		const struct ops_document *p = t.all.list[i];

		if (!is_result(p) || !document_text(p, "Agent"))
			continue;
		(*list)[*nr].name = "Of";
		(*list)[(*nr)++].value = arena_str(run->arena, p->id);
		if (!(*list)[*nr - 1].value)
			ret = error_nomem(err);
	}
	tip_close(&t);
	return ret;
}

/* The message of a packet that was recorded just now; of the last result, if `id` is NULL. */
static int read_message(const char **out, struct signal_run *run, const char *id,
			struct ops_error *err)
{
	struct tip t = { NULL, NULL, { NULL, 0 } };
	struct buf text = BUF_INIT;
	size_t i;
	int ret = tip_open(&t, run, err);

	for (i = 0; ret == 0 && i < t.all.nr; i++)
		if (id ? !strcmp(t.all.list[i]->id, id) : is_result(t.all.list[i])) {
			buf_clear(&text);
			packet_markdown(&text, t.all.list[i]);
		}
	if (ret == 0 && (buf_failed(&text) || !(*out = arena_str(run->arena, text.data))))
		ret = error_nomem(err);
	buf_release(&text);
	tip_close(&t);
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
	text = share_text(run, &b, "Nothing was done.");
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
	struct ops_setting s[8], event[EVENT_FIELDS], detail;
	struct ops_request list[3] = { { .action = "synthesize", .target = run->id } };
	struct buf issues = BUF_INIT, table = BUF_INIT;
	const char *parties = NULL;
	struct ops_outcome *outcome = NULL;
	bool passed = nr && complete * 100 >= nr * run->config->ratio;
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
				       parties ? "\n" : "", share_contribution(run, &parts[i]));
		if (!parties)
			break;
	}
	s[fields++] = (struct ops_setting){ "Signal", run->signal };
	s[fields++] = (struct ops_setting){ "Summary", whole_summary(run) };
	s[fields++] = (struct ops_setting){ "Deliverables", share_table(run, &table) };
	s[fields++] = (struct ops_setting){ "Agent Contributions", nr ? parties : "- none" };
	if (issues.len)
		s[fields++] = (struct ops_setting){ "Issues", share_text(run, &issues, "") };
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
		  issues.len ? share_text(run, &issues, "") :
		  nr ? "The quality gate was not passed." : "No step of it was to be done.");
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
	struct ops_setting *s = arena_array(run->arena, RESULT_PARTS * nr + 1,
					    sizeof(*s));
	struct ops_setting *there;
	size_t i, has = 0;
	int ret = list && s ? find_results(&there, &has, run, err) : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++)
		ret = add_result(&list[i], &s[RESULT_PARTS * i], run, &parts[i], next, err);
	return ret || has ? ret : record_acts(NULL, run, list, nr, "results", err);
}

/* A run without coordination leaves one result. */
static int record_fast(struct signal_run *run, const struct share *p, const char *status,
		       const char *next, struct ops_error *err)
{
	struct ops_setting s[RESULT_PARTS];
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
	nr = share_all(parts, run);
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
	*gate = share_gate(run, complete, nr, NULL);
	for (i = 0; i < nr; i++)
		share_release(&parts[i]);
	return ret ? ret : *gate ? 0 : error_nomem(err);
}
