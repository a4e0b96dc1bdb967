/* SPDX-License-Identifier: MIT */
/*
 * ops program: which programs the repository names, and which of them may run.
 *
 * A consent is the user's, outside of the repository, and to exactly one program as it is;
 * whether it is still that, the library decides.
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "util/error.h"

struct allow_options {
	const char *digest;
};

static const char *const list_usage[] = { "ops program list [AGENT]", NULL };
static const char *const allow_usage[] = { "ops program allow [--digest DIGEST] AGENT", NULL };
static const char *const forbid_usage[] = { "ops program forbid AGENT", NULL };

static const struct opt allow_options[] = {
	{ OPT_TEXT, 0, "digest", "DIGEST", offsetof(struct allow_options, digest),
	  "only if it is this one, as a list or a refusal told it" },
	OPT_TABLE_END
};

static void show_one(struct session *s, const struct ops_program *p)
{
	out_map(s->out, NULL);
	out_say(s->out, "%s: %s\n    %s\n    in: %s%s%s\n    %s\n", p->name,
		p->allowed ? "allowed" : "not allowed", p->words, p->directory,
		*p->environment ? "; sees: " : "", p->environment, p->digest);
	out_string(s->out, "name", p->name);
	out_string(s->out, "command", p->words);
	out_string(s->out, "directory", p->directory);
	out_string(s->out, "environment", p->environment);
	out_string(s->out, "digest", p->digest);
	out_bool(s->out, "allowed", p->allowed);
	out_end(s->out);
}

static int show(struct session *s, const char *name)
{
	struct ops_programs *programs;
	size_t i;
	int ret = ops_repo_programs(&programs, s->findings, s->repo, name, &s->err);

	if (ret)
		return ret;
	out_list(s->out, "programs");
	for (i = 0; i < programs->nr; i++)
		show_one(s, &programs->list[i]);
	out_end(s->out);
	if (!programs->nr)
		out_say(s->out, "no agent of the roster is a program\n");
	ops_programs_free(programs);
	return 0;
}

static int run_list(struct session *s, const struct args *args)
{
	return show(s, args->nr ? args->words[0] : NULL);
}

static int run_allow(struct session *s, const struct args *args)
{
	const struct allow_options *o = args->options;
	int ret = ops_repo_program_allow(s->repo, args->words[0], o->digest, true,
					 s->findings, &s->err);

	return ret ? ret : show(s, args->words[0]);
}

static int run_forbid(struct session *s, const struct args *args)
{
	int ret = ops_repo_program_allow(s->repo, args->words[0], NULL, false, s->findings,
					 &s->err);

	return ret ? ret : show(s, args->words[0]);
}

const struct command cmd_program[] = {
	{ "program list", "List the programs that the repository names", NEED_REPO, list_usage,
	  NULL, 0, 0, 1, run_list },
	{ "program allow", "Let a program of the repository run, as it is now", NEED_REPO,
	  allow_usage, allow_options, sizeof(struct allow_options), 1, 1, run_allow },
	{ "program forbid", "Let it run no more", NEED_REPO, forbid_usage, NULL, 0, 1, 1,
	  run_forbid },
	{ .name = NULL }
};
