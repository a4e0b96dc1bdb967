/* SPDX-License-Identifier: MIT */
/*
 * ops recover: settle what a killed process left behind.
 *
 * Any writing command does that by itself; this one does nothing else, and is there
 * for the reader of an error message who wants to know.  It is no WRITES command: it
 * finishes or undoes an act of somebody else and makes none.
 */

#include "command.h"
#include "out.h"
#include "request.h"

static const char *const usage[] = {
	"ops recover",
	NULL
};

static int run(struct session *s, const struct args *args)
{
	char notes[1024] = "";
	int ret;

	(void)args;
	if ((ret = ops_repo_recover(notes, s->repo, &s->err)) < 0)
		return ret;
	if (!notes[0])
		out_say(s->out, "nothing to recover\n");
	request_notes(s, s->out, notes);
	return 0;
}

const struct command cmd_recover[] = {
	{ "recover", "Settle what a killed process left behind", NEED_REPO, usage, NULL,
	  0, 0, 0, run },
	{ .name = NULL }
};
