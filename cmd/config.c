/* SPDX-License-Identifier: MIT */
/*
 * ops config: print the effective configuration, and where each value comes from.
 *
 * It shows what the library computed from the built-in configuration and ops.yaml; it
 * never reads either, so what is printed is what is in force.  A prefix that names
 * nothing is an error: a slip must not look like an empty answer.
 */

#include "command.h"
#include "out.h"
#include "util/error.h"

struct config_options {
	const char *at;
};

static const char *const usage[] = {
	"ops config [--at REV] [PREFIX]",
	NULL
};

static const struct opt options[] = {
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct config_options, at),
	  "the configuration of revision REV" },
	OPT_TABLE_END
};

static void print(struct session *s, const struct ops_config_value *values, size_t nr)
{
	out_list(s->out, "values");
	for (size_t i = 0; i < nr; i++) {
		out_style(s->out, STYLE_BOLD);
		out_say(s->out, "%s", values[i].key);
		out_style(s->out, STYLE_PLAIN);
		out_say(s->out, " = %s", values[i].value);
		out_style(s->out, STYLE_DIM);
		out_say(s->out, "  (%s)\n", values[i].origin);
		out_style(s->out, STYLE_PLAIN);
		out_map(s->out, NULL);
		out_string(s->out, "key", values[i].key);
		out_string(s->out, "value", values[i].value);
		out_string(s->out, "origin", values[i].origin);
		out_end(s->out);
	}
	out_end(s->out);
}

static int run(struct session *s, const struct args *args)
{
	const struct config_options *o = args->options;
	const char *prefix = args->nr ? args->words[0] : NULL;
	const struct ops_config_value *values = NULL;
	struct ops_view *view = NULL;
	size_t nr = 0;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, o->at, &s->err)) < 0)
		goto out;
	ret = ops_view_config(&values, &nr, view, prefix, s->findings, &s->err);
	if (ret < 0)
		goto out;
	if (prefix && !nr) {
		ret = error_set(&s->err, OPS_ENOTFOUND,
				"no configuration at or below '%s'", prefix);
		goto out;
	}
	out_string(s->out, "commit", ops_view_commit(view));
	print(s, values, nr);
out:
	ops_view_close(view);
	return ret;
}

const struct command cmd_config[] = {
	{ "config", "Print the effective configuration and its origin",
	  NEED_REPO | PAGED, usage, options, sizeof(struct config_options), 0, 1, run },
	{ .name = NULL }
};
