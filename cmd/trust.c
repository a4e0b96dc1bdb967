/* SPDX-License-Identifier: MIT */
/*
 * ops trust: tell the beginning of the history, and pin it.
 *
 * The anchor is written into a directory of the user, never into the repository; whether
 * a digest is the right one is decided by the library.
 */

#include "command.h"
#include "out.h"
#include "report.h"
#include "util/error.h"

struct trust_options {
	bool forget;
};

static const char *const usage[] = {
	"ops trust [DIGEST]",
	"ops trust --forget",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 0, "forget", NULL, offsetof(struct trust_options, forget),
	  "give up the anchor: the next beginning is taken on first use" },
	OPT_TABLE_END
};

static int run(struct session *s, const struct args *args)
{
	const struct trust_options *o = args->options;
	const char *digest = args->nr ? args->words[0] : NULL;
	struct ops_trust trust;
	int ret;

	if (o->forget && digest)
		return error_set(&s->err, OPS_EUSAGE,
				 "--forget and a digest cannot go together");
	ret = ops_repo_trust(&trust, s->findings, s->repo, digest, o->forget, &s->err);
	if (ret < 0)
		return ret;
	out_say(s->out, "beginning: %s\ndigest: sha256:%s\nanchor: %s\n", trust.commit,
		trust.digest, trust.anchor);
	out_string(s->out, "commit", trust.commit);
	out_string(s->out, "digest", trust.digest);
	out_string(s->out, "anchor", trust.anchor);
	out_string(s->out, "before", trust.before);
	return 0;
}

const struct command cmd_trust[] = {
	{ "trust", "Tell and pin the commit that a history begins with", NEED_REPO, usage,
	  options, sizeof(struct trust_options), 0, 1, run },
	{ .name = NULL }
};
