/* SPDX-License-Identifier: MIT */
/*
 * ops batch: many acts as one commit, or none.
 *
 * Reads lines of two forms, which may be mixed:
 *	{"action": "start", "target": "swap-7k2f"}
 *	start swap-7k2f reason="why not"
 * and hands them to the library in one call.  The first line that is no act ends it,
 * by name and number, before anything was decided.
 */

#include <stdlib.h>
#include <string.h>

#include "acts.h"
#include "command.h"
#include "input.h"
#include "request.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

#define ACTS_MAX 100000

static const char *const usage[] = {
	"ops batch [--dry-run] [FILE]",
	NULL
};

static const struct opt options[] = {
	ACT_DRY_RUN,
	OPT_TABLE_END
};

struct acts {
	struct ops_request *list;
	size_t nr, cap;
};

static struct ops_request *add(struct acts *acts, struct arena *arena)
{
	if (acts->nr == acts->cap) {
		size_t cap = acts->cap ? 2 * acts->cap : 16;
		struct ops_request *grown = arena_array(arena, cap, sizeof(*grown));

		if (!grown)
			return NULL;
		if (acts->nr)
			memcpy(grown, acts->list, acts->nr * sizeof(*grown));
		acts->list = grown;
		acts->cap = cap;
	}
	return &acts->list[acts->nr++];
}

static bool is_blank(const char *line, size_t len)
{
	size_t at = 0;

	while (at < len && (line[at] == ' ' || line[at] == '\t'))
		at++;
	return at == len || line[at] == '#';
}

static int read_lines(struct acts *acts, struct session *s, const char *text, size_t len,
		      const char *name)
{
	size_t at = 0;
	unsigned number = 0;
	int ret = 0;

	while (!ret && at < len) {
		const char *line = text + at;
		const char *newline = memchr(line, '\n', len - at);
		size_t nr = newline ? (size_t)(newline - line) : len - at;
		struct ops_request *request;

		number++;
		at += nr + (newline != NULL);
		if (nr && line[nr - 1] == '\r')
			nr--;
		if (is_blank(line, nr))
			continue;
		if (acts->nr == ACTS_MAX) {
			ret = error_set(&s->err, OPS_EUSAGE, "more than %d acts", ACTS_MAX);
		} else if (!(request = add(acts, s->arena))) {
			ret = error_nomem(&s->err);
		} else {
			ret = acts_read(request, s->arena, line, nr, &s->err);
			request->line = number;
		}
	}
	if (ret < 0)
		error_prefix(&s->err, "%s:%u", name, number);
	return ret;
}

/* The library says "line 3: …"; here it is said as for lines that are no acts. */
static void name_line(struct ops_error *err, const char *name)
{
	char *end, *rest = err->message + 5;
	unsigned long number;

	if (strncmp(err->message, "line ", 5))
		return;
	number = strtoul(rest, &end, 10);
	if (end == rest || strncmp(end, ": ", 2))
		return;
	memmove(err->message, end + 2, strlen(end + 2) + 1);
	error_prefix(err, "%s:%lu", name, number);
}

static int run(struct session *s, const struct args *args)
{
	const struct act_options *o = args->options;
	const char *name = args->nr ? args->words[0] : "-";
	struct acts acts = { NULL, 0, 0 };
	struct buf input = BUF_INIT;
	int ret;

	if ((ret = input_read(&input, name, INPUT_BATCH_MAX, &s->err)) < 0)
		goto out;
	ret = read_lines(&acts, s, input.data, input.len, input_name(name));
	if (ret < 0)
		goto out;
	if (!acts.nr) {
		ret = error_set(&s->err, OPS_EUSAGE, "'%s' holds no acts",
				input_name(name));
		goto out;
	}
	ret = request_send(s, acts.list, acts.nr, o->dry_run);
	if (ret < 0)
		name_line(&s->err, input_name(name));
out:
	buf_release(&input);
	return ret;
}

const struct command cmd_batch[] = {
	{ "batch", "Carry out many acts as one commit, or none", NEED_REPO | WRITES,
	  usage, options, sizeof(struct act_options), 0, 1, run },
	{ .name = NULL }
};
