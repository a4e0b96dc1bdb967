/* SPDX-License-Identifier: MIT */
/*
 * The program: its list of commands, its common options, and the one place where the
 * environment and the clock are read.
 *
 * What a command needs is fulfilled here before its run() is called; what came of
 * it becomes words in report.c; standard output is checked once, at the end.
 * main.c knows no command but by its value in the list.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "command.h"
#include "heap.h"
#include "help.h"
#include "names.h"
#include "out.h"
#include "report.h"
#include "sync.h"
#include "term.h"
#include "util/arena.h"
#include "util/date.h"
#include "util/error.h"

#define WAIT_MS_DEFAULT 10000
#define WAIT_MS_MAX 3600000

/* As `ops help` shows them. */
static const struct command *const commands[] = {
	cmd_init, cmd_config, cmd_key, cmd_hooks, cmd_server, cmd_completion, cmd_help,
	cmd_status, cmd_next, cmd_list, cmd_show, cmd_log, cmd_thread, cmd_deps, cmd_scope,
	cmd_conflict, cmd_emergency, cmd_taskforce,
	cmd_new, cmd_edit, cmd_check, cmd_review, cmd_relocate, cmd_act,
	cmd_plan, cmd_assign, cmd_dispatch, cmd_transition, cmd_checkpoint, cmd_handoff,
	cmd_rebalance, cmd_breakdown, cmd_orchestrate, cmd_run, cmd_program, cmd_synthesize,
	cmd_signal,
	cmd_packet,
	cmd_gate, cmd_quality, cmd_review_hard, cmd_vet, cmd_waive,
	cmd_sync, cmd_resolve, cmd_batch, cmd_recover,
	cmd_audit, cmd_trust, cmd_ci,
	cmd_hook, cmd_hook_notice, cmd_merge_driver,
	NULL
};

/* More names of some of them. */
static const struct alias aliases[] = {
	{ "conflict-resolve", "conflict decide" },
	{ "replan", "rebalance" },
	{ "scope-lock", "scope lock" },
	{ "sync-status", "status" },
	{ NULL, NULL }
};

/* The first of each chapter. */
static const struct {
	const struct command *first;
	const char *title;
} chapters[] = {
	{ cmd_init, "Setting up" },
	{ cmd_status, "Looking" },
	{ cmd_new, "Documents" },
	{ cmd_plan, "Work" },
	{ cmd_packet, "Conversations" },
	{ cmd_gate, "Decisions" },
	{ cmd_sync, "Many hands" },
	{ cmd_audit, "Judging what is there" },
	{ cmd_hook, "Called by git" },
};

const struct opt common_options[] = {
	{ OPT_LIST, 'C', NULL, "DIR", offsetof(struct globals, directories),
	  "run as if started in DIR" },
	{ OPT_TEXT, 0, "git-dir", "DIR", offsetof(struct globals, git_dir),
	  "use the git repository DIR; look for no other" },
	{ OPT_TEXT, 0, "as", "ACTOR", offsetof(struct globals, actor),
	  "who acts: the id of an agent of the roster" },
	{ OPT_TEXT, 0, "key", "KEY", offsetof(struct globals, key),
	  "an act: do it once, however often this key asks for it" },
	{ OPT_FLAG, 0, "json", NULL, offsetof(struct globals, json),
	  "print one JSON object" },
	{ OPT_TEXT, 0, "color", "WHEN", offsetof(struct globals, color),
	  "always, never, or auto (on a terminal)" },
	{ OPT_FLAG, 0, "no-pager", NULL, offsetof(struct globals, no_pager),
	  "print straight to the terminal" },
	{ OPT_FLAG, 'h', "help", NULL, offsetof(struct globals, help),
	  "print this help" },
	OPT_TABLE_END
};

static const struct opt version_options[] = {
	{ OPT_FLAG, 0, "version", NULL, offsetof(struct globals, version),
	  "print the version" },
	OPT_TABLE_END
};

const struct command *command_next(const struct command *command)
{
	if (!command)
		return commands[0];
	for (size_t i = 0; commands[i]; i++)
		for (const struct command *c = commands[i]; c->name; c++)
			if (c == command)
				return c[1].name ? c + 1 : commands[i + 1];
	return NULL;
}

const struct alias *alias_next(const struct alias *alias)
{
	const struct alias *next = alias ? alias + 1 : aliases;

	return next->name ? next : NULL;
}

const char *command_chapter(const struct command *command)
{
	for (size_t i = 0; i < sizeof(chapters) / sizeof(chapters[0]); i++)
		if (chapters[i].first == command)
			return chapters[i].title;
	return NULL;
}

bool command_in_group(const struct command *command, const char *group)
{
	size_t len = strlen(group);

	return !strncmp(command->name, group, len) && command->name[len] == ' ';
}

static void read_environment(struct environment *env)
{
	const char *no_color = getenv("NO_COLOR");

	env->all = (const char *const *)environ;
	env->actor = getenv("OPS_ACTOR");
	env->now = getenv("OPS_NOW");
	env->wait = getenv("OPS_WAIT");
	env->namespace = getenv("GIT_NAMESPACE");
	env->home = getenv("HOME");
	env->config_home = getenv("XDG_CONFIG_HOME");
	env->git_dir = getenv("GIT_DIR");
	env->author_name = getenv("GIT_AUTHOR_NAME");
	env->author_email = getenv("GIT_AUTHOR_EMAIL");
	env->ceiling = getenv("GIT_CEILING_DIRECTORIES");
	/* From here on it is an option: libgit2 would load the whole index with the repository. */
	env->index_file = getenv("GIT_INDEX_FILE");
	unsetenv("GIT_INDEX_FILE");
	env->other_index = env->index_file || getenv("GIT_QUARANTINE_PATH");
	env->inside_hook = env->git_dir || env->other_index;
	env->ssh_agent = getenv("SSH_AUTH_SOCK");
	env->gnupg_home = getenv("GNUPGHOME");
	env->pager = getenv("GIT_PAGER");
	if (!env->pager)
		env->pager = getenv("PAGER");
	env->editor = getenv("GIT_EDITOR");
	if (!env->editor)
		env->editor = getenv("VISUAL");
	if (!env->editor)
		env->editor = getenv("EDITOR");
	env->temporary = getenv("TMPDIR");
	env->terminal = getenv("TERM");
	env->no_color = no_color && *no_color;
	if (env->actor && !*env->actor)
		env->actor = NULL;
}

/* The time: OPS_NOW, else the clock and the offset of the local time zone. */
static int read_clock(struct session *s)
{
	time_t now = time(NULL);
	struct tm local;

	if (s->env->now && !(s->command->needs & SERVES)) {
		if (!date_time_parse(&s->where.now, s->env->now))
			return error_set(&s->err, OPS_EENVIRONMENT, "OPS_NOW is '%.40s', not"
					 " a time written YYYY-MM-DDTHH:MM:SSZ", s->env->now);
		return 0;
	}
	s->where.now = now;
	if (localtime_r(&now, &local))
		s->where.utc_offset = (int)(local.tm_gmtoff / 60);
	return 0;
}

int session_renew(struct session *s)
{
	int ret = read_clock(s);

	if (ret)
		return ret;
	ops_repo_close(s->repo);
	s->repo = NULL;
	return ops_repo_open(&s->repo, &s->where, &s->err);
}

static int read_wait(struct session *s)
{
	char *end;
	unsigned long ms;

	s->where.wait_ms = s->command->needs & AFTER_GIT ? 0 : WAIT_MS_DEFAULT;
	if (!s->env->wait || s->command->needs & (SERVES | AFTER_GIT))
		return 0;
	errno = 0;
	ms = strtoul(s->env->wait, &end, 10);
	if (*s->env->wait < '0' || *s->env->wait > '9' || *end || errno ||
	    ms > WAIT_MS_MAX)
		return error_set(&s->err, OPS_EENVIRONMENT, "OPS_WAIT is '%.40s', not a"
				 " number of milliseconds up to an hour", s->env->wait);
	s->where.wait_ms = (unsigned)ms;
	return 0;
}

static int enter_directories(struct session *s)
{
	const struct opt_list *list = &s->globals->directories;

	for (size_t i = 0; i < list->nr; i++)
		if (chdir(list->values[i]) < 0)
			return error_set(&s->err, OPS_EENVIRONMENT, "cannot go to '%s': %s",
					 list->values[i], strerror(errno));
	return 0;
}

/* "$XDG_CONFIG_HOME/ops", else "$HOME/.config/ops"; only a place that is told in full, and no
 * home is made for who has none. */
static int find_private(struct session *s)
{
	const char *base = s->env->config_home, *home = s->env->home;
	struct stat st;

	if (base && *base == '/')
		s->where.private_dir = arena_printf(s->arena, "%s/ops", base);
	else if (home && *home == '/' && stat(home, &st) == 0 && S_ISDIR(st.st_mode))
		s->where.private_dir = arena_printf(s->arena, "%s/.config/ops", home);
	else
		return 0;
	return s->where.private_dir ? 0 : error_nomem(&s->err);
}

static void progress(const char *what, size_t done, size_t known, void *payload)
{
	term_progress(payload, what, done, known);
}

/* Fulfil what the command needs. */
static int prepare(struct session *s)
{
	const struct environment *env = s->env;
	char *directory;
	int ret;

	if ((ret = enter_directories(s)) < 0 || (ret = read_clock(s)) < 0 ||
	    (ret = read_wait(s)) < 0)
		return ret;
	directory = getcwd(NULL, 0);
	if (!directory && errno == ENOMEM)
		return error_nomem(&s->err);
	if (!directory)
		return error_set(&s->err, OPS_EENVIRONMENT,
				 "cannot tell the current directory: %s", strerror(errno));
	s->where.directory = arena_str(s->arena, directory);
	free(directory);
	if (!s->where.directory)
		return error_nomem(&s->err);
	s->where.git_dir = s->globals->git_dir ? s->globals->git_dir : env->git_dir;
	s->where.ceiling = env->ceiling;
	s->where.home = env->home;
	s->where.ssh_agent = env->ssh_agent;
	s->where.decides = (s->command->needs & (WRITES | READS_ANEW)) == WRITES;
	s->where.progress = progress;
	s->where.progress_payload = s->term;
	if ((ret = find_private(s)) < 0)
		return ret;
	/* What a hook is given may be the pusher's. */
	s->where.gnupg_home = env->other_index ? NULL : env->gnupg_home;
	if (!(s->command->needs & SERVES)) {
		s->where.actor = s->globals->actor ? s->globals->actor : env->actor;
		s->where.key = s->globals->key;
		s->where.author_name = env->author_name;
		s->where.author_email = env->author_email;
		s->where.environment = env->all;
	}
	s->where.serves = s->command->needs & SERVES;
	if (s->where.serves && env->namespace && *env->namespace)
		return error_set(&s->err, OPS_EENVIRONMENT, "this repository is served in parts "
				 "(GIT_NAMESPACE), of which no branch of state is known");
	s->where.index_file = env->index_file;
	s->where.inside_hook = s->command->needs & AFTER_GIT ? env->other_index :
			       env->inside_hook;
	if (!(s->command->needs & NEED_REPO))
		return 0;
	return ops_repo_open(&s->repo, &s->where, &s->err);
}

/* Who has read enough of an answer wants to hear no more: end as every filter does. */
static void end_by_pipe(void)
{
	signal(SIGPIPE, SIG_DFL);
	raise(SIGPIPE);
}

/* Close standard output; what could not be written is an error of its own, and the
 * reader must know whether the act it was about has happened. */
static int close_output(struct session *s, int result)
{
	bool bad = fflush(stdout) || ferror(stdout);
	int why = errno;

	bad |= fclose(stdout) != 0;
	if (!bad || s->term->pager)	/* leaving the pager early is no error */
		return result;
	if (result > EXIT_REFUSED)
		return result;
	if (why == EPIPE && !(s->command && s->command->needs & (WRITES | SERVES | AFTER_GIT)))
		end_by_pipe();
	out_say(s->talk, "ops: cannot write to standard output: %s",
		why ? strerror(why) : "closed");
	report_fate(s);
	return EXIT_ENVIRONMENT;
}

/* Whether it is a writing command in a repository that is there. */
static bool both(const struct command *c)
{
	return (c->needs & (WRITES | NEED_REPO)) == (WRITES | NEED_REPO);
}

/* Run the command, or say what is wrong (`ret`) with the command line. */
static int run(struct session *s, const struct args *args, int ret)
{
	int result;

	s->understood = !ret;
	report_begin(s);
	if (!ret)
		ret = prepare(s);
	if (!ret && s->command->needs & PAGED && !s->globals->json &&
	    !s->globals->no_pager)
		term_page(s->term, s->env);
	if (!ret && both(s->command))
		ret = sync_before(s);
	if (!ret)
		ret = s->command->run(s, args);
	if (!ret && both(s->command))
		sync_after(s);
	result = report_end(s, ret);
	result = close_output(s, result);
	term_wait(s->term);
	if (!ret && both(s->command))
		ops_repo_upkeep(s->repo);
	ops_repo_close(s->repo);
	return result;
}

/* --format json, of a command that has it, is --json. */
static bool format_is_json(const struct command *c, const void *options)
{
	for (const struct opt *o = c->options; o && o->kind != OPT_END; o++)
		if (o->kind == OPT_CHOICE && !strcmp(o->name, "format")) {
			const char *word = *(const char *const *)
				(const void *)((const char *)options + o->at);

			return word && !strcmp(word, "json");
		}
	return false;
}

static bool asks_json(int argc, char **argv)
{
	for (int i = 1; i < argc && strcmp(argv[i], "--"); i++)
		if (!strcmp(argv[i], "--json") || !strcmp(argv[i], "--format=json") ||
		    (!strcmp(argv[i], "--format") && i + 1 < argc &&
		     !strcmp(argv[i + 1], "json")))
			return true;
	return false;
}

/* Everything after the common options: which command, its options, its words. */
static int read_command(struct session *s, struct globals *globals, struct args *args,
			struct names *names, int argc, char **argv)
{
	struct opt_list words = { NULL, 0, 0 };
	struct opt_target targets[2] = { { NULL, NULL }, { common_options, globals } };
	const struct command *c;
	size_t taken = 1;
	int ret;

	if (!argc && globals->help) {
		s->command = cmd_help;
		return 0;
	}
	if (!argc)
		return error_set(&s->err, OPS_EUSAGE,
				 "no command given; 'ops help' lists them");
	if ((ret = names_find(names, &taken, argc, argv, &s->err)) < 0)
		return ret;
	s->command = c = names->command;
	args->words = (const char *const *)argv;
	args->nr = names->group ? 1 : taken;
	if (names->group) {
		globals->json |= asks_json(argc, argv);
		return 0;
	}
	if (c->options_size && !(targets[0].base = arena_alloc(s->arena, c->options_size)))
		return error_nomem(&s->err);
	targets[0].table = c->options;
	args->options = targets[0].base;
	ret = opt_parse(&words, NULL, s->arena, targets, 2, false, argc - (int)taken,
			argv + taken, &s->err);
	if (ret < 0 || globals->help)
		return ret;
	globals->json |= format_is_json(c, args->options);
	args->words = words.values;
	args->nr = words.nr;
	if (globals->key && !both(c))
		return error_set(&s->err, OPS_EUSAGE, "'ops %s' has no use for --key", c->name);
	if (words.nr < c->min)
		return error_set(&s->err, OPS_EUSAGE, "'ops %s' needs more arguments", c->name);
	if (words.nr > c->max)
		return error_set(&s->err, OPS_EUSAGE, "'ops %s' has no use for '%s'",
				 c->name, words.values[c->max]);
	return 0;
}

/* The streams of the session.  False when out of memory. */
static bool open_streams(struct session *s, int *ret)
{
	struct term *term = s->term;
	int color = term_init(term, s->env, *ret < 0 ? NULL : s->globals->color, &s->err);

	if (color < 0 && !*ret)
		*ret = color;
	s->out = out_new(stdout, s->globals->json, term->color_output, term->width);
	s->talk = out_new(stderr, false, term->color_errors, 0);
	s->findings = ops_findings_new();
	return s->out && s->talk && s->findings;
}

static void show_version(struct session *s)
{
	out_map(s->out, NULL);
	out_number(s->out, "format", 1);
	out_string(s->out, "command", "version");
	out_map(s->out, "result");
	out_string(s->out, "version", ops_version());
	out_end(s->out);
	out_end(s->out);
	out_say(s->out, "ops %s\n", ops_version());
}

static int run_program(struct session *s, struct globals *globals, int argc, char **argv)
{
	struct opt_target targets[] = {
		{ common_options, globals }, { version_options, globals }
	};
	struct names names = { NULL, NULL };
	struct args args = { NULL, NULL, 0 };
	size_t used = 0;
	bool asks_help;
	int ret;

	ret = opt_parse(NULL, &used, s->arena, targets, 2, true, argc - 1, argv + 1,
			&s->err);
	if (!ret && !globals->version)
		ret = read_command(s, globals, &args, &names, argc - 1 - (int)used,
				   argv + 1 + used);
	if (ret == OPS_ENOTFOUND) {
		/* not one of ours: perhaps there is a program of that name */
		int missing = enter_directories(s);

		ret = missing ? missing : names_exec(argv + 1 + used, globals->actor,
						     &s->err);
	}
	if (ret < 0)
		globals->json = asks_json(argc, argv);
	if (!open_streams(s, &ret))
		return EXIT_BUG;
	if (ret < 0)
		return run(s, &args, ret);
	asks_help = names.group || (globals->help && names.command);
	if (asks_help && globals->json)
		s->command = cmd_help;	/* which has it for programs, of these words */
	if (globals->version)
		show_version(s);
	else if (asks_help && !globals->json)
		help_print(s, names.group ? NULL : s->command, names.group);
	else
		return run(s, &args, 0);
	if (out_write(s->out) == OPS_ENOMEM) {
		out_say(s->talk, "ops: out of memory\n");
		return EXIT_BUG;
	}
	return close_output(s, EXIT_DONE);
}

int main(int argc, char **argv)
{
	struct environment env = { 0 };
	struct globals globals = { 0 };
	struct term term = { 0 };
	struct session s = { .env = &env, .globals = &globals, .term = &term };
	static char errors[BUFSIZ];
	int result = EXIT_BUG;

	heap_prepare();
	term_guard();
	/* A line is one write: fast where there are thousands, and whole beside other processes. */
	setvbuf(stderr, errors, _IOLBF, sizeof(errors));
	signal(SIGPIPE, SIG_IGN);	/* a lost reader is a failed write, and is seen */
	read_environment(&env);
	s.arena = arena_new();
	if (s.arena)
		result = run_program(&s, &globals, argc, argv);
	if (!s.arena || !s.out || !s.talk || !s.findings)
		fputs("ops: out of memory\n", stderr);
	ops_findings_free(s.findings);
	out_free(s.out);
	out_free(s.talk);
	arena_free(s.arena);
	return result;
}
