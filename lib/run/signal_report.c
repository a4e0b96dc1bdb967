/* SPDX-License-Identifier: MIT */
/*
 * How a run stands, or what it came to: a report of its agents, in Markdown.
 *
 * Says what is on record and nothing else; an agent that has no part in the run is named
 * as skipped, so that nobody wonders.
 */

#include <string.h>

#include "model/packet.h"
#include "run/signal.h"
#include "util/date.h"

static const char *state_of(const struct signal_run *run, const struct share *p)
{
	bool failed = false, ahead = false;
	size_t i;

	for (i = 0; i < run->steps_nr; i++) {
		if (strcmp(run->steps[i].doer, p->agent))
			continue;
		failed |= run->steps[i].state == STEP_FAILED;
		ahead |= run->steps[i].state == STEP_AHEAD;
	}
	if (failed)
		return p->done ? "PARTIAL" : "FAILED";
	if (!ahead)
		return "SUCCESS";
	return run->ended ? p->done ? "PARTIAL" : "FAILED" : p->done ? "IN PROGRESS" : "PENDING";
}

/* The first item of a list, without its mark. */
static void add_first(struct buf *out, const char *list)
{
	const char *text = list && !strncmp(list, "- ", 2) ? list + 2 : list ? list : "";

	buf_add(out, text, strcspn(text, "|\r\n"));
}

static void add_row(struct buf *out, const struct signal_run *run, const struct share *p)
{
	const char *state = state_of(run, p);

	buf_printf(out, "| %s | %s | ", p->agent, state);
	if (strcmp(state, "PENDING"))
		buf_printf(out, "%lds | ", (long)p->seconds);
	else
		buf_str(out, "- | ");
	if (!strcmp(state, "FAILED") && p->issues.len)
		add_first(out, p->issues.data);
	else
		buf_str(out, p->labels.len ? p->labels.data : "-");
	buf_str(out, " |\n");
}

/* Agents that other signals are for, and who have no step here. */
static void add_skipped(struct buf *out, const struct signal_run *run,
			const struct share *shares, size_t nr)
{
	const struct signals *s = &run->config->signals;
	struct names seen = { NULL, 0 };
	size_t i, k, n;

	for (i = 0; i < s->nr; i++)
		for (k = 0; k < s->list[i].agents.nr; k++) {
			const char *name = s->list[i].agents.list[k];

			for (n = 0; n < nr && strcmp(shares[n].agent, name); n++)
				;
			if (n < nr || names_have(&seen, name))
				continue;
			buf_printf(out, "| %s | SKIPPED | - | Not applicable for %s |\n", name,
				   run->signal);
			if (names_add(&seen, run->arena, name))
				out->failed = true;
		}
}

static void add_made(struct buf *out, const struct signal_run *run)
{
	size_t i, before = out->len;

	for (i = 0; i < run->steps_nr; i++)
		share_made(out, &run->steps[i], "- ", ": ", "");
	if (out->len == before)
		buf_str(out, "None yet.\n");
}

static int add_escalations(struct buf *out, struct signal_run *run, struct ops_error *err)
{
	struct packets all;
	const char *gist;
	size_t i, before = out->len;
	int ret = world_packets(&all.list, &all.nr, run->world, run->id, run->findings, err);

	for (i = 0; ret == 0 && i < all.nr; i++) {
		if (strcmp(all.list[i]->type->name, "escalation"))
			continue;
		gist = run_section(run, all.list[i], "Issue");
		buf_printf(out, "- %s, %s: ", all.list[i]->id,
			   packet_is_open(&all, all.list[i]) ? "open" : "answered");
		add_first(out, gist);
		buf_char(out, '\n');
	}
	if (out->len == before)
		buf_str(out, "None\n");
	return ret;
}

static int write_report(struct buf *out, const char **gate, struct signal_run *run,
			const struct share *shares, size_t nr, struct ops_error *err)
{
	char time[DATE_TIME_LEN + 1];
	size_t i, complete = 0;
	bool some = false;

	date_time_format(time, run->now);
	for (i = 0; i < nr; i++)
		complete += shares[i].done == shares[i].of;
	*gate = share_gate(run, complete, nr, NULL);
	if (!*gate)
		return error_nomem(err);
	buf_printf(out, "## Ops Quality Report\n\n**Timestamp:** %s\n**Signal:** %s\n", time,
		   run->signal);
	buf_printf(out, "**Status:** %s\n**Agents Spawned:** %zu\n\n### Results\n\n",
		   run->ended ? run->ended : run->waiting ? "Waiting" : "Running", nr);
	buf_str(out, "| Agent | Status | Duration | Notes |\n"
		"|-------|--------|----------|-------|\n");
	for (i = 0; i < nr; i++)
		add_row(out, run, &shares[i]);
	add_skipped(out, run, shares, nr);
	if (run->ended)
		buf_printf(out, "\n**Quality Gate:** %s\n", *gate);
	buf_str(out, "\n### Deliverables\n\n");
	add_made(out, run);
	for (i = 0; i < nr; i++)
		if (shares[i].issues.len && run->ended) {
			buf_printf(out, "%s%s\n", some ? "" : "\n### Issues\n\n",
				   shares[i].issues.data);
			some = true;
		}
	buf_str(out, "\n### Escalations\n\n");
	return add_escalations(out, run, err);
}

int run_report(const char **message, const char **gate, struct signal_run *run,
	       struct ops_error *err)
{
	struct share *shares = arena_array(run->arena, run->steps_nr + 1, sizeof(*shares));
	struct buf text = BUF_INIT;
	size_t i, nr;
	int ret;

	if (!shares)
		return error_nomem(err);
	nr = share_all(shares, run);
	ret = write_report(&text, gate, run, shares, nr, err);
	if (ret == 0 && (buf_failed(&text) || !(*message = arena_str(run->arena, text.data))))
		ret = error_nomem(err);
	buf_release(&text);
	for (i = 0; i < nr; i++)
		share_release(&shares[i]);
	return ret;
}
