/* SPDX-License-Identifier: MIT */
/*
 * ops key: the keys of the roster, and what git needs to verify with them.
 *
 * A key is given and ended by an edit of the agent's document, which is judged like
 * any other: nobody gives themselves a key.
 */

#include <string.h>
#include <unistd.h>

#include "command.h"
#include "input.h"
#include "out.h"
#include "report.h"
#include "request.h"
#include "util/arena.h"
#include "util/error.h"

struct look_options {
	const char *at;
};

struct key_options {
	const char *since;
	bool dry_run;
};

#define USAGE(name, text) \
	static const char *const usage_##name[] = { text, NULL }

USAGE(list, "ops key list [--at REV]");
USAGE(signers, "ops key allowed-signers [--at REV]");
USAGE(add, "ops key add [--dry-run] AGENT KEY|@FILE");
USAGE(retire, "ops key retire [--dry-run] AGENT KEY");
USAGE(revoke, "ops key revoke [--since COMMIT] [--dry-run] AGENT KEY");

static const struct opt look_options[] = {
	{ OPT_TEXT, 0, "at", "REV", offsetof(struct look_options, at),
	  "the keys as they are in revision REV" },
	OPT_TABLE_END
};

static const struct opt key_options[] = {
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct key_options, dry_run),
	  "decide and judge, but change nothing" },
	OPT_TABLE_END
};

static const struct opt revoke_options[] = {
	{ OPT_TEXT, 0, "since", "COMMIT", offsetof(struct key_options, since),
	  "what it signed after COMMIT is disputed" },
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct key_options, dry_run),
	  "decide and judge, but change nothing" },
	OPT_TABLE_END
};

static int run_list(struct session *s, const struct args *args)
{
	static const struct out_column columns[] = {
		{ "agent", "AGENT", SHRINK_NEVER }, { "state", "STATE", SHRINK_NEVER },
		{ "name", "KEY", SHRINK_FIRST }, { "since", NULL, SHRINK_NEVER },
		{ "text", NULL, SHRINK_NEVER },
	};
	const struct look_options *o = args->options;
	struct ops_view *view = NULL;
	const struct ops_key *keys;
	size_t nr;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, o->at, &s->err)) < 0 ||
	    (ret = ops_view_keys(&keys, &nr, view, s->findings, &s->err)) < 0)
		goto out;
	out_string(s->out, "commit", ops_view_commit(view));
	out_table(s->out, "keys", columns, sizeof(columns) / sizeof(columns[0]));
	for (size_t i = 0; i < nr; i++) {
		const char *cells[] = { keys[i].agent, keys[i].state, keys[i].name,
					keys[i].since, keys[i].text };

		out_row(s->out, cells);
	}
	out_table_end(s->out);
	if (!nr)
		out_say(s->out, "no keys; ops key add AGENT KEY adds one\n");
	ret = report_assurance(s, view);
out:
	ops_view_close(view);
	return ret;
}

/* ssh-keygen's lines, with the agents' ids for principals. */
static int run_signers(struct session *s, const struct args *args)
{
	const struct look_options *o = args->options;
	struct ops_view *view = NULL;
	const struct ops_key *keys;
	size_t nr;
	int ret;

	if ((ret = ops_view_open(&view, s->repo, o->at, &s->err)) < 0 ||
	    (ret = ops_view_keys(&keys, &nr, view, s->findings, &s->err)) < 0)
		goto out;
	out_list(s->out, "signers");
	for (size_t i = 0; i < nr; i++) {
		const char *text = keys[i].text;
		size_t len = text ? strcspn(text, " ") : 0;
		char *plain;

		if (!keys[i].signs || strncmp(keys[i].name, "SHA256:", 7) || !text[len])
			continue;
		len += 1 + strcspn(text + len + 1, " ");
		if (!(plain = arena_dup(s->arena, text, len))) {
			ret = error_nomem(&s->err);
			goto out;
		}
		out_say(s->out, "%s namespaces=\"git\" %s\n", keys[i].agent, plain);
		out_map(s->out, NULL);
		out_string(s->out, "agent", keys[i].agent);
		out_string(s->out, "key", plain);
		out_end(s->out);
	}
	out_end(s->out);
out:
	ops_view_close(view);
	return ret;
}

static int run_act(struct session *s, const struct args *args)
{
	const struct key_options *o = args->options;
	struct ops_request request = { .target = args->words[0], .text = args->words[1] };
	const char *text;
	int ret;

	request.action = arena_printf(s->arena, "key.%s", strchr(s->command->name, ' ') + 1);
	if (!request.action)
		return error_nomem(&s->err);
	if (*request.text != '@' && access(request.text, F_OK) == 0)
		return error_set(&s->err, OPS_EUSAGE, "'%s' is a file: write @%s to have its key "
				 "read", request.text, request.text);
	if (*request.text == '@') {
		ret = input_text(&text, s->arena, request.text + 1, INPUT_FILE_MAX, &s->err);
		request.text = ret ? NULL : arena_dup(s->arena, text, strcspn(text, "\r\n"));
		if (ret)
			return ret;
		if (!request.text)
			return error_nomem(&s->err);
	}
	request.to = o->since;
	return request_send(s, &request, 1, o->dry_run);
}

#define LOOK(name, word, summary) \
	{ "key " word, summary, NEED_REPO | PAGED, usage_##name, look_options, \
	  sizeof(struct look_options), 0, 0, run_##name }
#define ACT(name, summary, table) \
	{ "key " #name, summary, NEED_REPO | WRITES, usage_##name, table, \
	  sizeof(struct key_options), 2, 2, run_act }

const struct command cmd_key[] = {
	LOOK(list, "list", "List the keys of the roster and what has become of them"),
	LOOK(signers, "allowed-signers", "Print the file git verifies signatures with"),
	ACT(add, "Give an agent a key", key_options),
	ACT(retire, "End a key that is no longer used", key_options),
	ACT(revoke, "End a key that somebody else may have", revoke_options),
	{ .name = NULL }
};
