/* SPDX-License-Identifier: MIT */
/*
 * ops synthesize: one result of the results about a task.
 *
 * What is counted and carried over is the library's business; words NAME=TEXT say it
 * otherwise, and the judge holds the numbers against the status.
 */

#include <string.h>

#include "input.h"
#include "out.h"
#include "packets.h"
#include "util/arena.h"
#include "util/error.h"

struct synthesize_options {
	struct act_options act;
	struct opt_list of;
};

static const char *const usage[] = {
	"ops synthesize [--of PACKET]... [-e PATH]... TASK [NAME=TEXT]...",
	NULL
};

static const struct opt options[] = {
	{ OPT_LIST, 0, "of", "PACKET", offsetof(struct synthesize_options, of),
	  "only this result, and others so named (repeatable)" },
	ACT_EVIDENCE,
	ACT_DRY_RUN,
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct synthesize_options *o = args->options;
	struct opt_list words = { (const char **)(size_t)(args->words + 1), args->nr - 1,
				  args->nr - 1 };
	struct ops_setting *of = arena_array(s->arena, o->of.nr + 1, sizeof(*of));
	struct ops_request request = { .action = "synthesize", .target = args->words[0] };
	int ret;

	if (!of)
		return error_nomem(&s->err);
	for (size_t i = 0; i < o->of.nr; i++) {
		of[i].name = "Of";
		of[i].value = o->of.values[i];
	}
	ret = input_settings(&request.sections, s->arena, &words, true, &s->err);
	if (ret < 0)
		return ret;
	request.sections_nr = words.nr;
	request.fields = of;
	request.fields_nr = o->of.nr;
	request.evidence = o->act.evidence.values;
	request.evidence_nr = o->act.evidence.nr;
	return request_send(s, &request, 1, o->act.dry_run);
}

const struct command cmd_synthesize[] = {
	{ "synthesize", "Make one result of many", NEED_REPO | WRITES, usage, options,
	  sizeof(struct synthesize_options), 1, ANY_WORDS, run },
	{ .name = NULL }
};
