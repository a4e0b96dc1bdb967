/* SPDX-License-Identifier: MIT */
/*
 * What each agent did in a run: its steps added up, as its result tells it.
 *
 * Only adds up; nothing is recorded here.
 */

#include <stdlib.h>
#include <string.h>

#include "run/record.h"
#include "run/signal.h"
#include "util/json.h"

void share_made(struct buf *out, const struct run_step *at, const char *before,
		const char *between, const char *after)
{
	const struct json *list = json_get(at->output, "deliverables"), *item;
	const struct json *type, *value;

	for (item = list ? json_first(list) : NULL; item; item = json_next(item)) {
		type = json_first(item);
		value = type ? json_next(type) : NULL;
		if (type && value && json_text(type) && json_text(value))
			buf_printf(out, "%s%s%s%s%s\n", before, json_text(type), between,
				   json_text(value), after);
	}
}

/* A step counts once, one that checked as often as it had checks. */
static void count(struct share *p, const struct run_step *at)
{
	const char *of = json_text(json_get(at->output, "checks"));
	const char *passed = json_text(json_get(at->output, "checks-passed"));
	const char *mandatory = json_text(json_get(at->output, "checks-mandatory"));

	p->of += of ? strtoul(of, NULL, 10) : 1;
	p->done += of ? passed ? strtoul(passed, NULL, 10) : 0 : at->state == STEP_DONE;
	if (mandatory)
		p->mandatory = mandatory;
}

static void add_step(struct share *p, const struct run_step *at)
{
	const char *label = at->label ? at->label : at->step->name;

	count(p, at);
	p->seconds += at->seconds;
	if (at->state == STEP_DONE && *label) {
		buf_printf(&p->labels, "%s%s", p->labels.len ? " + " : "", label);
		buf_printf(&p->times, "%s%lds", p->times.len ? " + " : "", (long)at->seconds);
	}
	if (at->summary)
		buf_printf(&p->summary, "%s%s", p->summary.len ? "\n" : "", at->summary);
	if (at->issues)
		buf_printf(&p->issues, "%s%s", p->issues.len ? "\n" : "", at->issues);
	else if (at->state != STEP_DONE)
		buf_printf(&p->issues, "%s- step '%s' was not done", p->issues.len ? "\n" : "",
			   at->step->name);
	share_made(&p->table, at, "| ", " | ", " |");
}

void share_release(struct share *p)
{
	buf_release(&p->summary);
	buf_release(&p->issues);
	buf_release(&p->labels);
	buf_release(&p->times);
	buf_release(&p->table);
}

const char *share_gate(struct signal_run *run, size_t done, size_t of, const char *mandatory)
{
	return record_ratio(run->arena, run->config->ratio, done, of, mandatory);
}

const char *share_text(struct signal_run *run, const struct buf *b, const char *otherwise)
{
	return buf_failed(b) ? NULL : arena_str(run->arena, b->len ? b->data : otherwise);
}

const char *share_table(struct signal_run *run, const struct buf *rows)
{
	return buf_failed(rows) ? NULL : rows->len ?
	       arena_printf(run->arena, "| Type | Value |\n|------|-------|\n%s", rows->data) :
	       "- none";
}

const char *share_contribution(struct signal_run *run, const struct share *p)
{
	if (buf_failed(&p->labels) || buf_failed(&p->times))
		return NULL;
	return arena_printf(run->arena, "- %s: %s (%s)", p->agent, p->labels.len ?
			    p->labels.data : "nothing", p->times.len ? p->times.data : "0s");
}

size_t share_all(struct share *parts, struct signal_run *run)
{
	size_t i, k, nr = 0;

	for (i = 0; i < run->steps_nr; i++) {
		const struct run_step *at = &run->steps[i];

		if (at->state == STEP_SKIPPED || (at->step->wait && at->state != STEP_FAILED))
			continue;
		for (k = 0; k < nr && strcmp(parts[k].agent, at->doer); k++)
			;
		if (k == nr) {
			parts[nr] = (struct share){ .agent = at->doer, .summary = BUF_INIT,
						   .issues = BUF_INIT, .labels = BUF_INIT,
						   .times = BUF_INIT, .table = BUF_INIT };
			nr++;
		}
		add_step(&parts[k], at);
	}
	return nr;
}
