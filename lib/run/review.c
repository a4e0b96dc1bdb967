/* SPDX-License-Identifier: MIT */
/*
 * Commands of the configuration about a review: see review.h.
 *
 * Each runs like a check: below a guard, within its time, in a clean environment, and only as
 * the user allowed it.
 */
#include "run/review.h"

#include <string.h>

#include "run/order.h"
#include "util/utf8.h"

/* The value for the hole that `at` begins with. */
static const char *value_of(size_t *len, const char **name, const struct review_words *words,
			    const char *at)
{
	const struct { const char *hole, *item, *value; } all[] = {
		{ "{title}", "pr_title", words->title }, { "{file}", "a file", words->file },
		{ "{branch}", "a branch", words->branch }, { "{base}", "pr_base", words->base },
		{ "{number}", "pr_number", words->number }
	};
	size_t i;

	for (i = 0; i < sizeof(all) / sizeof(*all); i++) {
		*len = strlen(all[i].hole);
		*name = all[i].item;
		if (!strncmp(at, all[i].hole, *len))
			return all[i].value;
	}
	*len = 0;
	return NULL;
}

/* One word of the command, with its holes filled. */
static int fill_word(const char **out, struct op_call *c, const struct review_words *words,
		     const char *word, struct ops_error *err)
{
	struct buf b = BUF_INIT;
	const char *at = word, *value, *name;
	size_t len;
	int ret = 0;

	while (ret == 0 && *at) {
		value = *at == '{' ? value_of(&len, &name, words, at) : NULL;
		if (*at != '{') {
			buf_char(&b, *at++);
		} else if (value) {
			buf_str(&b, value);
			at += len;
		} else {
			ret = error_set(err, OPS_EREFUSED, "the command for a review wants %.*s, "
					"and the context does not say %s", (int)len, at, name);
		}
	}
	/* what was put in must not become an option */
	if (ret == 0 && *word == '{' && b.len && b.data[0] == '-')
		ret = error_set(err, OPS_EREFUSED, "'%.60s' for %.20s would be an option of the "
				"command for a review", b.data, word);
	if (ret == 0)
		*out = buf_failed(&b) ? NULL : arena_str(c->arena, b.data ? b.data : "");
	buf_release(&b);
	return ret ? ret : *out ? 0 : error_nomem(err);
}

static int fill(struct order *o, struct op_call *c, const struct review_words *words,
		struct ops_error *err)
{
	size_t i, nr = o->program.argv.nr;
	const char **argv = arena_array(c->arena, nr + 1, sizeof(*argv));
	int ret = argv ? 0 : error_nomem(err);

	for (i = 0; ret == 0 && i < nr; i++)
		ret = fill_word(&argv[i], c, words, o->program.argv.list[i], err);
	o->run.argv = argv;
	return ret;
}

/* Its output, or why there is none worth having. */
static int take(const char **said, struct op_call *c, const struct order *o,
		const struct run_result *r, struct ops_error *err)
{
	struct buf b = BUF_INIT;
	const char *words;
	size_t len;

	if (r->status == RUN_COMPLETE) {
		*said = arena_dup(c->arena, r->out.data ? r->out.data : "", r->out.len);
		return *said ? 0 : error_nomem(err);
	}
	len = r->err.data ? strcspn(r->err.data, "\r\n") : 0;
	utf8_display(&b, r->err.data ? r->err.data : "", len < 200 ? len : 200, false);
	words = buf_failed(&b) ? "" : arena_str(c->arena, b.data ? b.data : "");
	buf_release(&b);
	c->retry = true;	/* what is out of reach may come back */
	c->type = "Resource";
	return error_set(err, OPS_EREFUSED, "%.60s: %s%s%s", o->program.argv.list[0],
			 *r->why ? r->why : run_end_text(r->end), words && *words ? ": " : "",
			 words ? words : "");
}

int review_command(const char **said, struct op_call *c, const struct quality_check *command,
		   const struct review_words *words, const char *in, struct ops_error *err)
{
	struct run_result *r = NULL;
	struct order *o;
	bool allowed = false;
	int ret = order_check(&o, &allowed, c->arena, c->run->repo, c->run->world, command,
			      c->run->id ? c->run->id : "", err);

	if (ret == 0 && !allowed)
		ret = error_set(err, OPS_EREFUSED, "you have not allowed it to run %s", o->words);
	if (ret == 0)
		ret = fill(o, c, words, err);
	if (ret)
		return ret;
	o->run.packet = in;
	o->run.packet_len = in ? strlen(in) : 0;
	ret = run_agent(&r, &o->run, err);
	if (ret)
		return ret;
	ret = take(said, c, o, r, err);
	run_result_free(r);
	return ret;
}

int review_check_allowed(struct signal_run *run, const struct run_step *at,
			 struct ops_error *err)
{
	const struct signals *s = &run->config->signals;
	const char *operation = at->step->operation ? at->step->operation : "";
	const struct quality_check *command = !strcmp(operation, "pull-request") ?
		&s->review_open : !strcmp(operation, "review-status") ? &s->review_status : NULL;
	struct order *o;
	bool allowed = false;
	int ret;

	if (!command || !command->command.nr)
		return 0;
	ret = order_check(&o, &allowed, run->arena, run->repo, run->world, command, "", err);
	if (ret == 0 && !allowed)
		findings_add(run->findings, "run.not-allowed", OPS_ERROR, NULL, 0, 0,
			     arena_printf(run->arena, "look at it, then: ops program allow %s",
					  o->run.agent),
			     "the repository wants to run %s for step '%s', and you have not "
			     "allowed that", o->words, at->step->name);
	return ret;
}

const char *review_address(struct arena *arena, const char *said)
{
	const char *line, *found = NULL;
	size_t len, most = 0;

	for (line = said; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if ((!strncmp(line, "https://", 8) || !strncmp(line, "http://", 7)) &&
		    len < 400 && strcspn(line, " \t\r|`<>\\\"") >= len &&
		    utf8_clean_to(line, len, false) == len) {
			found = line;
			most = len;
		}
	}
	return found ? arena_dup(arena, found, most) : NULL;
}
