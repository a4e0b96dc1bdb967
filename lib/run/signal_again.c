/* SPDX-License-Identifier: MIT */
/*
 * Programs that were begun when a run was cut off.
 *
 * What a program did before its end, only it knows.  So it is begun once, unless its pipeline
 * says that it may be repeated; and a result that was recorded is its end, whoever died then.
 *
 * Must never begin anything, and never take for done what no result says.
 */
#include <stdlib.h>
#include <string.h>

#include "change/draft.h"
#include "model/packet.h"
#include "run/answer.h"
#include "run/signal.h"
#include "util/json.h"

#define LOG_MAX (32 << 20)	/* bytes: what may be printed, twice */

/* The answer, out of what it printed: that is kept byte for byte, with its digest. */
static int read_answer(struct json **answer, const struct ops_document *p,
		       const struct blob *log, struct ops_error *err)
{
	const char *number = document_text(p, "Printed"), *digest = document_text(p, "Output");
	struct run_progress progress = { 0 };
	struct buf printed = BUF_INIT;
	char hex[DIGEST_HEX + 1], why[256];
	enum run_status status;
	size_t at = 0, len = number ? strtoul(number, NULL, 10) : 0;
	int ret = 0;

	*answer = NULL;
	digest_of(log->data, log->len, hex);
	if (!digest || strncmp(digest, "sha256:", 7) || strcmp(digest + 7, hex) ||
	    len > log->len)
		return 0;
	buf_add(&printed, log->data, len);
	if (!buf_failed(&printed)) {
		while (answer_progress(&progress, &printed, &at))
			;
		ret = answer_read(answer, &status, why, sizeof(why), &printed, at);
	}
	ret = ret || buf_failed(&printed) ? error_nomem(err) : 0;
	buf_release(&printed);
	return ret;
}

/* The words of its answer, if it gave one that was kept. */
static int answer_of(const char **words, const char **summary, struct signal_run *run,
		     const struct run_step *at, const struct ops_document *p,
		     struct ops_error *err)
{
	const char *path = act_run_log(run->arena, run->config, run->task ? run->task : run->id,
				       at->begun_as);
	struct json *answer = NULL;
	struct buf b = BUF_INIT;
	struct blob log;
	int ret = path ? snap_read(&log, run->snap, path, LOG_MAX, err) : error_nomem(err);

	*words = *summary = NULL;
	if (ret)	/* it is not kept of all that is printed */
		return ret == OPS_ENOTFOUND ? 0 : ret;
	ret = read_answer(&answer, p, &log, err);
	blob_release(&log);
	if (ret == 0 && answer) {
		*summary = arena_str(run->arena, json_text(json_get(answer, "summary")));
		if (json_write(&b, answer, false) && !buf_failed(&b))
			*words = arena_str(run->arena, b.data);
		if (!*words || !*summary)
			ret = error_nomem(err);
	}
	json_free(answer);
	buf_release(&b);
	return ret;
}

/* Its result is its end. */
static int take_result(struct signal_run *run, struct run_step *at,
		       const struct ops_document *p, struct ops_error *err)
{
	const char *status = document_text(p, "Status"), *ended = document_text(p, "Ended");
	const char *duration = document_text(p, "Duration"), *issues;
	struct ops_run r = { .status = status ? status : "FAILED", .packet = p->id, .why = "",
			     .ended = ended ? ended : "ended" };
	int64_t seconds = 0;
	int ret = answer_of(&r.answer, &r.summary, run, at, p, err);

	if (duration && duration_parse(&seconds, duration))
		r.ms = (unsigned)seconds * 1000;
	if (ret == 0)
		ret = step_take(run, at, &r, err);
	issues = ret == 0 && !r.answer ? run_section(run, p, "Issues") : NULL;
	if (issues)
		at->issues = issues;
	return ret;
}

/* Nobody knows what it did. */
static int give_up(struct signal_run *run, struct run_step *at, struct ops_error *err)
{
	at->state = STEP_FAILED;
	at->summary = arena_printf(run->arena, "Step '%s' was cut off.", at->step->name);
	at->issues = arena_printf(run->arena, "- %s was begun%s%s, and how it ended is not on "
				  "record: look at what it did; it is not begun again by itself",
				  at->doer, at->begun_as ? " as " : "",
				  at->begun_as ? at->begun_as : "");
	return at->summary && at->issues ? 0 : error_nomem(err);
}

static const struct ops_document *result_of(const struct packets *all, const char *id)
{
	const char *run;
	size_t i;

	for (i = 0; id && i < all->nr; i++) {
		run = document_text(all->list[i], "Run");
		if (!strcmp(all->list[i]->type->name, "result") && run && !strcmp(run, id))
			return all->list[i];
	}
	return NULL;
}

int step_take_up(struct signal_run *run, struct ops_error *err)
{
	struct packets all = { NULL, 0 };
	const struct ops_document *result;
	bool looked = false;
	size_t i;
	int ret = 0;

	for (i = 0; ret == 0 && i < run->steps_nr; i++) {
		struct run_step *at = &run->steps[i];

		if (!at->program || !at->begun || at->state != STEP_AHEAD)
			continue;
		if (!looked)
			ret = world_packets(&all.list, &all.nr, run->world,
					    run->task ? run->task : run->id, run->findings, err);
		looked = true;
		result = ret ? NULL : result_of(&all, at->begun_as);
		if (ret == 0 && result)
			ret = take_result(run, at, result, err);
		else if (ret == 0 && at->step->repeat && at->attempt < at->step->attempts)
			continue;
		else if (ret == 0)
			ret = give_up(run, at, err);
		if (ret == 0)
			ret = step_record(run, at, err);
	}
	return ret;
}
