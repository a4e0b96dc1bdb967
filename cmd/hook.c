/* SPDX-License-Identifier: MIT */
/*
 * ops hook: what the scripts of `ops hooks install` call when git is about to commit,
 * to move a ref, or to take a push.
 *
 * It asks the library and shows the answer.  Status 0 lets git go on; anything else,
 * also that there was no answer, stops it.  On a server nothing that the pusher could
 * have set is believed: neither actor nor time.  The hooks that stop nothing are
 * hook_notice.c's.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "out.h"
#include "report.h"
#include "util/arena.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/error.h"

#define LINE_MAX_BYTES 8192
#define MESSAGE_BYTES_MAX (1024 * 1024)

static const char *const usage_pre_commit[] = { "ops hook pre-commit", NULL };
static const char *const usage_commit_msg[] = { "ops hook commit-msg FILE", NULL };
static const char *const usage_transaction[] = {
	"ops hook reference-transaction STATE", NULL
};
static const char *const usage_pre_receive[] = { "ops hook pre-receive", NULL };
static const char *const usage_pre_push[] = { "ops hook pre-push REMOTE URL", NULL };
static const char *const usage_update[] = { "ops hook update REF OLD NEW", NULL };

static int each(const struct ops_audit_commit *commit, void *payload)
{
	report_commit(payload, commit);
	return 0;
}

static int run_pre_commit(struct session *s, const struct args *args)
{
	int ret = ops_repo_check_commit(s->findings, s->repo, NULL, 0, &s->err);

	(void)args;
	if (!ret)
		report_findings(s->out, "", s->findings);
	return ret;
}

int hook_read_message(struct buf *text, const char *path, struct ops_error *err)
{
	char chunk[65536];
	FILE *file = fopen(path, "r");
	bool bad;
	size_t n;

	if (!file)
		return error_set(err, OPS_EENVIRONMENT, "cannot open '%s': %s", path,
				 strerror(errno));
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0 &&
	       text->len <= MESSAGE_BYTES_MAX)
		buf_add(text, chunk, n);
	bad = ferror(file);
	fclose(file);
	if (bad || text->len > MESSAGE_BYTES_MAX)
		return error_set(err, OPS_EENVIRONMENT, "cannot read '%s': %s", path,
				 bad ? "reading failed" : "it is too large");
	return buf_failed(text) ? error_nomem(err) : 0;
}

static int run_commit_msg(struct session *s, const struct args *args)
{
	struct buf text = BUF_INIT;
	int ret = hook_read_message(&text, args->words[0], &s->err);

	if (!ret)
		ret = ops_repo_check_commit(s->findings, s->repo, text.data ? text.data : "",
					    text.len, &s->err);
	if (!ret)
		report_findings(s->out, "", s->findings);
	buf_release(&text);
	return ret;
}

static int judge_update(struct session *s, struct ops_audit_result *sum,
			const struct ops_ref_update *update)
{
	struct ops_audit_result one = { .commits = 0 };
	int ret = ops_audit_update(&one, s->findings, s->repo, update, each, s, &s->err);

	sum->commits += one.commits;
	sum->judged += one.judged;
	sum->refused += one.refused;
	return ret;
}

static void show_sum(struct session *s, const struct ops_audit_result *sum)
{
	out_end(s->out);
	out_number(s->out, "commits", (double)sum->commits);
	out_number(s->out, "judged", (double)sum->judged);
	out_number(s->out, "refused", (double)sum->refused);
	report_findings(s->out, "", s->findings);
	s->found = sum->refused != 0;
}

/* A line "OLD NEW REF" of git; parts belong to the line. */
static int split_line(struct ops_ref_update *update, char *line, ssize_t len,
		      struct ops_error *err)
{
	char *now, *ref;

	if (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	now = strchr(line, ' ');
	ref = now ? strchr(now + 1, ' ') : NULL;
	if (!ref || (size_t)len != strlen(line) || len > LINE_MAX_BYTES)
		return error_set(err, OPS_EUSAGE, "'%.80s' is no line 'OLD NEW REF' of git",
				 line);
	*now = *ref = '\0';
	update->old = line;
	update->now = now + 1;
	update->ref = ref + 1;
	return 0;
}

/* Nothing was changed and nothing is held, so this may be the end at any time. */
static void out_of_time(int signal)
{
	static const char words[] = "ops: judging this push takes longer than it may; send "
		"it in parts\n";

	(void)signal;
	(void)!write(STDERR_FILENO, words, sizeof(words) - 1);
	_exit(EXIT_TIMEOUT);
}

/* What a push may be, and how long it may take from here. */
static int begin_push(size_t *commits, struct session *s)
{
	struct ops_push_limits limits;
	int ret = ops_server_limits(&limits, s->repo, &s->err);

	if (ret)
		return ret;
	*commits = limits.commits;
	signal(SIGALRM, out_of_time);
	alarm(limits.seconds);
	return 0;
}

/* A line "REF NEW THEIR-REF THEIR-OLD" of git, on its way to a remote. */
static int split_push(struct ops_ref_update *update, char *line, ssize_t len,
		      struct ops_error *err)
{
	char *word[4] = { line, NULL, NULL, NULL };
	size_t i;

	if (len > 0 && line[len - 1] == '\n')
		line[--len] = '\0';
	for (i = 1; i < 4 && (word[i] = strchr(word[i - 1], ' ')); i++)
		*word[i]++ = '\0';
	if (i < 4 || strchr(word[3], ' ') || len > LINE_MAX_BYTES ||
	    (size_t)(word[3] - line) + strlen(word[3]) != (size_t)len)
		return error_set(err, OPS_EUSAGE, "'%.80s' is no line 'REF NEW REF OLD' of git",
				 line);
	update->now = word[1];
	update->ref = word[2];
	update->old = word[3];
	return 0;
}

typedef int split_fn(struct ops_ref_update *update, char *line, ssize_t len,
		     struct ops_error *err);

/* What git moves together, as it is told line by line. */
struct moves {
	struct ops_ref_update *list;
	size_t nr, room;
};

static int add_move(struct moves *m, const struct ops_ref_update *update, struct ops_error *err)
{
	if (array_room(&m->list, m->nr, &m->room, sizeof(*m->list)) < 0)
		return error_nomem(err);
	m->list[m->nr++] = *update;
	return 0;
}

static int read_moves(struct moves *m, struct session *s, split_fn *split,
		      const struct ops_ref_update *like)
{
	struct ops_ref_update update = *like;
	char *line = NULL, *copy;
	size_t room = 0;
	ssize_t len;
	int ret = 0;

	while (!ret && (len = getline(&line, &room, stdin)) >= 0) {
		copy = arena_dup(s->arena, line, (size_t)len);
		ret = copy ? split(&update, copy, len, &s->err) : error_nomem(&s->err);
		/* A transaction also tells of what is neither branch nor seal. */
		if (!ret && (like->server || !strncmp(update.ref, "refs/heads/", 11) ||
			     !strncmp(update.ref, OPS_SEAL_REFS, strlen(OPS_SEAL_REFS))))
			ret = add_move(m, &update, &s->err);
	}
	if (!ret && ferror(stdin))
		ret = error_set(&s->err, OPS_EIO, "cannot read standard input: %s",
				strerror(errno));
	free(line);
	return ret;
}

static int judge_lines(struct session *s, split_fn *split, bool server)
{
	struct ops_audit_result sum = { .commits = 0 };
	struct ops_ref_update like = { .server = server, .push = split == split_push }, update;
	struct moves moves = { NULL, 0, 0 };
	int ret = server ? begin_push(&like.commits, s) : 0;

	out_list(s->out, "found");
	if (!ret)
		ret = read_moves(&moves, s, split, &like);
	for (size_t i = 0; !ret && i < moves.nr; i++) {
		update = moves.list[i];
		update.together = moves.list;
		update.together_nr = moves.nr;
		ret = judge_update(s, &sum, &update);
	}
	free(moves.list);
	if (!ret)
		show_sum(s, &sum);
	return ret;
}

static int run_transaction(struct session *s, const struct args *args)
{
	struct ops_audit_result none = { .commits = 0 };

	if (!strcmp(args->words[0], "prepared"))
		return judge_lines(s, split_line, false);
	/* Before that nothing is certain, and after it nothing can be stopped. */
	out_list(s->out, "found");
	show_sum(s, &none);
	return 0;
}

static int run_pre_push(struct session *s, const struct args *args)
{
	(void)args;
	return judge_lines(s, split_push, false);
}

static int run_pre_receive(struct session *s, const struct args *args)
{
	(void)args;
	return judge_lines(s, split_line, true);
}

static int run_update(struct session *s, const struct args *args)
{
	struct ops_audit_result sum = { .commits = 0 };
	struct ops_ref_update update = {
		.ref = args->words[0], .old = args->words[1], .now = args->words[2],
		.server = true
	};
	int ret = begin_push(&update.commits, s);

	out_list(s->out, "found");
	if (!ret)
		ret = judge_update(s, &sum, &update);
	if (!ret)
		show_sum(s, &sum);
	return ret;
}

#define HOOK(name, summary, needs, usage, words, run) \
	{ "hook " name, summary, NEED_REPO | ANSWERS_FINDINGS | (needs), usage, NULL, 0, \
	  words, words, run }

const struct command cmd_hook[] = {
	HOOK("pre-commit", "Judge what git is about to commit", 0, usage_pre_commit, 0,
	     run_pre_commit),
	HOOK("commit-msg", "Judge what git is about to commit, with its message", 0,
	     usage_commit_msg, 1, run_commit_msg),
	HOOK("reference-transaction", "Judge the commits git is about to move a branch to",
	     0, usage_transaction, 1, run_transaction),
	HOOK("pre-push", "Judge the commits git is about to push", 0, usage_pre_push, 2,
	     run_pre_push),
	HOOK("pre-receive", "Judge the commits of a push, on a server", SERVES,
	     usage_pre_receive, 0, run_pre_receive),
	HOOK("update", "Judge the commits of one ref of a push, on a server", SERVES,
	     usage_update, 3, run_update),
	{ .name = NULL }
};
