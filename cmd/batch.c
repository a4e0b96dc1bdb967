/* SPDX-License-Identifier: MIT */
/*
 * ops batch: many acts as one commit, or none.
 *
 * Reads lines of two forms, which may be mixed:
 *	{"action": "start", "target": "swap-7k2f"}
 *	start swap-7k2f reason="why not"
 * and hands them to the library in one call, or with --each in one that makes a commit of
 * each.  The first line that is no act ends it, by name and number, before anything was
 * decided.
 */

#include <stdlib.h>
#include <string.h>

#include "acts.h"
#include "command.h"
#include "input.h"
#include "out.h"
#include "report.h"
#include "request.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

#define ACTS_MAX 100000

static const char *const usage[] = {
	"ops batch [--dry-run] [FILE]",
	"ops batch --each [FILE]",
	NULL
};

struct batch_options {
	struct act_options act;
	bool each;
};

static const struct opt options[] = {
	ACT_DRY_RUN,
	{ OPT_FLAG, 0, "each", NULL, offsetof(struct batch_options, each),
	  "one commit for each act; one that is refused does not stop the others" },
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
	/* Nobody judged a line that says nothing: that is wrong usage, and no refusal. */
	if (ret == OPS_EINVALID)
		ret = s->err.status = OPS_EUSAGE;
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

/* With --each a key stands for all lines, and each has its own by its number. */
static int give_keys(struct session *s, struct acts *acts, bool each)
{
	for (size_t i = 0; i < acts->nr; i++) {
		if (acts->list[i].key && !each)
			return error_set(&s->err, OPS_EUSAGE, "line %u: a key of one act goes "
					 "with --each", acts->list[i].line);
		if (!each || acts->list[i].key || !s->globals->key)
			continue;
		acts->list[i].key = arena_printf(s->arena, "%s:%u", s->globals->key,
						 acts->list[i].line);
		if (!acts->list[i].key)
			return error_nomem(&s->err);
	}
	return 0;
}

/* Without "line 3: edit: ", which is said already. */
static const char *words_of(const struct ops_request *request, const char *message)
{
	size_t len = strlen(request->action);
	const char *rest = !strncmp(message, "line ", 5) ? strstr(message, ": ") : NULL;

	if (!rest || strncmp(rest + 2, request->action, len) || strncmp(rest + 2 + len, ": ", 2))
		return message;
	return rest + len + 4;
}

struct telling {
	struct session *s;
	const char *name;
};

static int tell(const struct ops_request *request, const struct ops_outcome *outcome,
		const struct ops_findings *findings, const struct ops_error *err, void *payload)
{
	struct telling *t = payload;
	struct session *s = t->s;

	out_map(s->out, NULL);
	out_number(s->out, "line", request->line);
	if (err) {
		report_findings(s->globals->json ? s->out : s->talk, "", findings);
		out_string(s->out, "error", err->message);
		out_say(s->talk, "ops: %s:%u: %s: %s\n", t->name, request->line,
			request->action, words_of(request, err->message));
		s->found = true;
	} else {
		request_show(s, outcome, false, false);
	}
	out_end(s->out);
	if (!s->globals->json)
		out_flush(s->out);
	return 0;
}

static int send_each(struct session *s, const struct acts *acts, const char *name)
{
	struct telling t = { s, name };
	int ret;

	out_list(s->out, "lines");
	ret = ops_repo_change_each(s->repo, acts->list, acts->nr, tell, &t, &s->err);
	out_end(s->out);
	return ret;
}

static int run(struct session *s, const struct args *args)
{
	const struct batch_options *o = args->options;
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
	if (o->each && o->act.dry_run) {
		ret = error_set(&s->err, OPS_EUSAGE, "--dry-run shows a batch, not --each, where "
				"every act is decided on what the one before has done");
		goto out;
	}
	ret = give_keys(s, &acts, o->each);
	if (ret == 0)
		ret = o->each ? send_each(s, &acts, input_name(name)) :
		      request_send(s, acts.list, acts.nr, o->act.dry_run);
	if (ret < 0)
		name_line(&s->err, input_name(name));
out:
	buf_release(&input);
	return ret;
}

const struct command cmd_batch[] = {
	{ "batch", "Carry out many acts as one commit, or none", NEED_REPO | WRITES,
	  usage, options, sizeof(struct batch_options), 0, 1, run },
	{ .name = NULL }
};
