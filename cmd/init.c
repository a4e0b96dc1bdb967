/* SPDX-License-Identifier: MIT */
/*
 * ops init: make a directory an ops repository.
 *
 * All the work is one call of the library; a git repository that is there already is
 * kept and committed to.  It runs without an open repository (there may be none), and
 * never reads the files of --from itself: they become documents, and the library
 * judges them.
 */

#include <string.h>

#include "command.h"
#include "out.h"
#include "request.h"

struct init_options {
	const char *from, *branch;
	bool bare, anew;
};

static const char *const usage[] = {
	"ops init [--from DIR] [--branch NAME] [--bare] [--anew] [DIR]",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "from", "DIR", offsetof(struct init_options, from),
	  "begin with the files below DIR: a roster, prompts, policies" },
	{ OPT_TEXT, 'b', "branch", "NAME", offsetof(struct init_options, branch),
	  "keep all state on branch NAME, whatever is checked out" },
	{ OPT_FLAG, 0, "bare", NULL, offsetof(struct init_options, bare),
	  "if there is no git repository, create a bare one" },
	{ OPT_FLAG, 0, "anew", NULL, offsetof(struct init_options, anew),
	  "begin a state although another branch holds one" },
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct init_options *o = args->options;
	struct ops_init_options init = { .from = o->from, .branch = o->branch,
					 .bare = o->bare, .anew = o->anew };
	struct ops_init_result result = { .created = false };
	int ret;

	if (args->nr)
		s->where.directory = args->words[0];
	ret = ops_repo_init(&result, s->findings, &s->where, &init, &s->err);
	if (ret < 0)
		return ret;
	s->committed = true;
	memcpy(s->commit, result.commit, sizeof(s->commit));
	out_say(s->out, "init: %s on branch %s (%.7s)\n", result.created ?
		"created a git repository, its state is" : "the state is",
		result.branch, result.commit);
	out_string(s->out, "commit", result.commit);
	out_string(s->out, "branch", result.branch);
	out_bool(s->out, "created", result.created);
	request_notes(s, s->talk, result.notes);
	if (!o->from)
		out_say(s->talk, "nobody is in the roster yet: %s\n", OPS_FIRST_AGENT);
	return 0;
}

const struct command cmd_init[] = {
	{ "init", "Make a directory an ops repository", WRITES, usage, options,
	  sizeof(struct init_options), 0, 1, run },
	{ .name = NULL }
};
