/* SPDX-License-Identifier: MIT */
/*
 * ops help: the list of commands, the help of one, and all of it for programs.
 *
 * Everything comes from the command values and their option tables; no text about
 * a command is written here.  Needs no repository.
 */

#include "help.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <fcntl.h>
#include <unistd.h>

#include "command.h"
#include "names.h"
#include "out.h"
#include "report.h"
#include "term.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

struct help_options {
	bool all;
};

static const char *const usage[] = {
	"ops help [--all]",
	"ops help COMMAND",
	"ops help --json [COMMAND]",
	NULL
};

static const struct opt options[] = {
	{ OPT_FLAG, 'a', "all", NULL, offsetof(struct help_options, all),
	  "print the usage of every command" },
	OPT_TABLE_END
};

static void print_table(struct out *o, const char *title, const struct opt *table)
{
	struct buf text = BUF_INIT;

	if (table && table->kind != OPT_END) {
		buf_printf(&text, "\n%s\n", title);
		opt_describe(&text, table);
	}
	out_buf(o, NULL, &text);
	buf_release(&text);
}

/* "also: replan", below the help of a command that has more names. */
static void print_aliases(struct out *o, const struct command *command)
{
	const struct alias *a = NULL;

	while ((a = alias_next(a)))
		if (!strcmp(a->of, command->name))
			out_say(o, "\nalso: ops %s\n", a->name);
}

void help_print(struct session *s, const struct command *command, const char *group)
{
	const struct command *c = NULL;

	report_usage(s->out, command, group);
	if (!group) {
		out_say(s->out, "\n%s\n", command->summary);
		print_aliases(s->out, command);
		print_table(s->out, "Options:", command->options);
		print_table(s->out, "Common options:", common_options);
		return;
	}
	out_say(s->out, "\n");
	while ((c = command_next(c)))
		if (command_in_group(c, group))
			out_say(s->out, "  %s: %s\n", c->name, c->summary);
	out_say(s->out, "\n'ops %s COMMAND -h' has the options of each.\n", group);
}

/* The rows of all aliases. */
static void add_alias_rows(struct session *s)
{
	const char *heading[] = { "More names", " " };
	const struct alias *a = NULL;

	out_row(s->out, heading);
	while ((a = alias_next(a))) {
		const char *name = arena_printf(s->arena, "  %s", a->name);
		const char *what = arena_printf(s->arena, "The same as ops %s", a->of);
		const char *cells[] = { name ? name : a->name, what ? what : a->of };

		out_row(s->out, cells);
	}
}

static void print_overview(struct session *s, bool all)
{
	static const struct out_column columns[] = {
		{ NULL, "Command", SHRINK_NEVER }, { NULL, "What it does", SHRINK_NEVER }
	};
	const struct command *c = NULL;

	out_say(s->out, "usage: ops [OPTIONS] COMMAND [ARGUMENTS]\n\n");
	if (all) {
		while ((c = command_next(c)))
			for (size_t i = 0; c->usage[i]; i++)
				out_say(s->out, "%s\n", c->usage[i]);
	} else {
		out_table(s->out, NULL, columns, 2);
		while ((c = command_next(c))) {
			const char *title = command_chapter(c);
			const char *name = arena_printf(s->arena, "  %s", c->name);
			const char *heading[] = { title, " " };
			const char *cells[] = { name ? name : c->name, c->summary };

			if (title)
				out_row(s->out, heading);
			out_row(s->out, cells);
		}
		add_alias_rows(s);
		out_table_end(s->out);
	}
	print_table(s->out, "Common options:", common_options);
	out_say(s->out, "\n'ops COMMAND -h' has the options of a command,"
		" 'ops help COMMAND' its page.\n");
}

static void add_options(struct out *o, const struct opt *table)
{
	for (; table && table->kind != OPT_END; table++) {
		struct buf names = BUF_INIT;

		opt_names(&names, table);
		out_map(o, NULL);
		out_buf(o, "names", &names);
		out_string(o, "help", table->help);
		out_end(o);
		buf_release(&names);
	}
}

/* The page of a command: a group has one for all of its commands. */
static void page_name(char out[40], const char *name)
{
	snprintf(out, 40, "ops-%.*s", (int)strcspn(name, " "), name);
}

/* What goes on in the next line is one usage. */
static void add_usage(struct out *o, const char *const *lines)
{
	for (size_t i = 0; lines[i]; i++) {
		struct buf one = BUF_INIT;

		buf_str(&one, lines[i]);
		for (; lines[i + 1] && report_goes_on(lines[i + 1]); i++)
			buf_str(&one, lines[i + 1] + strspn(lines[i + 1], " ") - 1);
		out_string(o, NULL, buf_failed(&one) ? NULL : one.data);
		buf_release(&one);
	}
}

static bool is_asked(const struct names *only, const struct command *c)
{
	return only->command ? c == only->command :
	       !only->group || command_in_group(c, only->group);
}

/* All of them; or one command, or those of a group. */
static void add_commands(struct out *o, const struct names *only)
{
	const struct command *c = NULL;
	const struct alias *a = NULL;

	out_list(o, "commands");
	while ((c = command_next(c))) {
		char page[40];

		if (!is_asked(only, c))
			continue;
		page_name(page, c->name);
		out_map(o, NULL);
		out_string(o, "name", c->name);
		out_string(o, "summary", c->summary);
		out_string(o, "page", page);
		out_bool(o, "writes", c->needs & WRITES);
		out_list(o, "usage");
		add_usage(o, c->usage);
		out_end(o);
		out_list(o, "options");
		add_options(o, c->options);
		out_end(o);
		out_end(o);
	}
	out_end(o);
	out_list(o, "aliases");
	while ((a = alias_next(a))) {
		if (only->command ? strcmp(a->of, only->command->name) != 0 :
		    only->group && strncmp(a->of, only->group, strlen(only->group)) != 0)
			continue;
		out_map(o, NULL);
		out_string(o, "name", a->name);
		out_string(o, "command", a->of);
		out_end(o);
	}
	out_end(o);
	out_list(o, "common");
	add_options(o, common_options);
	out_end(o);
}

/* Run man(1) for a page.  Whether it is installed is man's own knowledge, so ask
 * it first, in silence. */
static bool show_page(const char *page)
{
	int status = 1;

	for (int step = 0; step < 2; step++) {
		pid_t pid = fork();

		if (!pid) {
			int null = step ? -1 : open("/dev/null", O_WRONLY | O_CLOEXEC);

			signal(SIGPIPE, SIG_DFL);
			if (!step && (null < 0 || dup2(null, STDOUT_FILENO) < 0 ||
				      dup2(null, STDERR_FILENO) < 0))
				_exit(EXIT_ENVIRONMENT);
			execlp("man", "man", step ? page : "-w", step ? NULL : page,
			       (char *)NULL);
			_exit(EXIT_ENVIRONMENT);
		}
		if (pid < 0 || waitpid(pid, &status, 0) < 0 || status)
			return false;
	}
	return true;
}

static int run(struct session *s, const struct args *args)
{
	const struct help_options *o = args->options;
	char *argv[3] = { NULL, NULL, NULL };
	struct names names = { NULL, NULL };
	char page[40], help[] = "-h";
	size_t taken;
	int ret;

	if (!args->nr) {
		if (s->globals->json)
			add_commands(s->out, &names);
		else
			print_overview(s, o && o->all);
		return 0;
	}
	argv[0] = (char *)args->words[0];
	argv[1] = args->nr > 1 ? (char *)args->words[1] : help;
	ret = names_find(&names, &taken, 2, argv, &s->err);
	if (ret < 0)
		return ret == OPS_ENOTFOUND ? error_set(&s->err, OPS_EUSAGE,
			"there is no command '%.60s'", argv[0]) : ret;
	if (s->globals->json) {
		add_commands(s->out, &names);
		return 0;
	}
	page_name(page, names.command ? names.command->name : argv[0]);
	if (!s->term->output || !show_page(page))
		help_print(s, names.command, names.group);
	return 0;
}

const struct command cmd_help[] = {
	{ "help", "Print help about ops or one of its commands", 0, usage, options,
	  sizeof(struct help_options), 0, 2, run },
	{ .name = NULL }
};
