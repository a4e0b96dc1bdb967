/* SPDX-License-Identifier: MIT */
/*
 * ops server: set a bare repository up to take only what is legal, or see whether it is.
 *
 * The answer of both is the same: each thing that matters, what is there now, and what to
 * do about it.  Owners and modes are looked at only; who is to be kept out is known to
 * whoever runs the machine.
 */

#include "command.h"
#include "out.h"

static const char *const usage_install[] = { "ops server install", NULL };
static const char *const usage_doctor[] = { "ops server doctor", NULL };

static void show_one(struct session *s, const struct ops_server_check *c)
{
	out_map(s->out, NULL);
	out_string(s->out, "name", c->name);
	out_bool(s->out, "ok", c->ok);
	out_string(s->out, "value", c->value[0] ? c->value : NULL);
	out_string(s->out, "why", c->why);
	out_string(s->out, "advice", c->ok ? NULL : c->advice);
	out_end(s->out);
	out_style(s->out, c->ok ? STYLE_GREEN : STYLE_RED);
	out_say(s->out, "%s", c->ok ? "ok     " : "differs");
	out_style(s->out, STYLE_PLAIN);
	out_say(s->out, " %s: %s\n", c->name, c->value[0] ? c->value : "not set");
	if (!c->ok)
		out_say(s->out, "          so that %s: %s\n", c->why, c->advice);
}

static int run(struct session *s, int (*act)(struct ops_server *out, struct ops_repo *repo,
					     struct ops_error *err))
{
	struct ops_server server;
	int ret = act(&server, s->repo, &s->err);

	if (ret)
		return ret;
	out_list(s->out, "checks");
	for (size_t i = 0; i < server.nr; i++)
		show_one(s, &server.checks[i]);
	out_end(s->out);
	out_bool(s->out, "ok", server.ok);
	s->found = !server.ok;
	return 0;
}

static int run_install(struct session *s, const struct args *args)
{
	(void)args;
	return run(s, ops_server_install);
}

static int run_doctor(struct session *s, const struct args *args)
{
	(void)args;
	return run(s, ops_server_doctor);
}

#define SERVER(name, summary) \
	{ "server " #name, summary, NEED_REPO | ANSWERS_FINDINGS, usage_##name, NULL, 0, 0, 0, \
	  run_##name }

const struct command cmd_server[] = {
	SERVER(install, "Set a bare repository up to take only what is legal"),
	SERVER(doctor, "See whether a bare repository takes only what is legal"),
	{ .name = NULL }
};
