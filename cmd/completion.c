/* SPDX-License-Identifier: MIT */
/*
 * ops completion: a completion script for a shell, made from the option tables.
 *
 * Commands and options are written into the script; ids of tasks are asked of
 * `ops list` when they are needed.  Nothing here reads a repository.  What goes
 * into the script comes from our own tables only.
 */

#include <stdio.h>
#include <string.h>

#include "command.h"
#include "out.h"
#include "util/buf.h"
#include "util/error.h"

static const char *const usage[] = {
	"ops completion bash",
	"ops completion zsh",
	"ops completion fish",
	NULL
};

/* Append the first words of all commands, each once; or, for a group, the second. */
static void add_words(struct buf *b, const char *group)
{
	const struct command *c = NULL;
	const char *last = "";
	size_t last_len = 0;

	while ((c = command_next(c))) {
		const char *word = c->name;
		size_t len;

		if (group && !command_in_group(c, group))
			continue;
		if (group)
			word += strlen(group) + 1;
		len = strcspn(word, " ");
		if (len == last_len && !memcmp(word, last, len))
			continue;
		buf_char(b, ' ');
		buf_add(b, word, len);
		last = word;
		last_len = len;
	}
}

/* Append the aliases, as more first words. */
static void add_aliases(struct buf *b)
{
	const struct alias *a = NULL;

	while ((a = alias_next(a)))
		buf_printf(b, " %s", a->name);
}

/* The cases of a shell that put a command in the place of its alias. */
static void add_alias_cases(struct buf *b, const char *indent)
{
	const struct alias *a = NULL;

	while ((a = alias_next(a)))
		buf_printf(b, "%s%s) command='%s' ;;\n", indent, a->name, a->of);
}

/* The first command of the next group, a group being the commands of one page; begin
 * with NULL. */
static const struct command *next_group(const struct command *command)
{
	const struct command *c = command;

	while ((c = command_next(c))) {
		size_t len = strcspn(c->name, " ");

		if (c->name[len] && (!command || strncmp(c->name, command->name, len + 1)))
			return c;
	}
	return NULL;
}

/* The name of a group; the buffer holds the longest. */
static const char *group_name(char out[32], const struct command *first)
{
	snprintf(out, 32, "%.*s", (int)strcspn(first->name, " "), first->name);
	return out;
}

static void add_options(struct buf *b, const struct opt *table)
{
	for (; table && table->kind != OPT_END; table++)
		if (table->name)
			buf_printf(b, " --%s", table->name);
}

/* The words of options that have a choice, as the cases of a shell. */
static void add_choices(struct buf *b, const char *before, const char *after)
{
	const struct command *c = NULL;

	while ((c = command_next(c)))
		for (const struct opt *o = c->options; o && o->kind != OPT_END; o++) {
			if (o->kind != OPT_CHOICE)
				continue;
			buf_printf(b, "\t\t'%s --%s') %s", c->name, o->name, before);
			for (const char *at = o->value; *at; at++)
				buf_char(b, *at == '|' ? ' ' : *at);
			buf_printf(b, "%s ;;\n", after);
		}
}

/* The options before a command that have a value, as patterns of a shell. */
static void add_valued(struct buf *b, const char *between)
{
	const struct opt *o;
	const char *sep = "";

	for (o = common_options; o->kind != OPT_END; o++) {
		if (o->letter && o->value) {
			buf_printf(b, "%s-%c", sep, o->letter);
			sep = between;
		}
		if (o->name && o->value) {
			buf_printf(b, "%s--%s", sep, o->name);
			sep = between;
		}
	}
}

/* Whether the name of a group is that of a command as well. */
static bool is_command(const char *name)
{
	const struct command *c = NULL;

	while ((c = command_next(c)))
		if (!strcmp(c->name, name))
			return true;
	return false;
}

/* Of each group its words, between those two; an id may stand there, too, where the group is a
 * command itself. */
static void add_groups(struct buf *b, const char *indent, const char *begin, const char *end)
{
	const struct command *group = NULL;
	char name[32];

	while ((group = next_group(group))) {
		buf_printf(b, "%s%s) %s", indent, group_name(name, group), begin);
		add_words(b, name);
		buf_printf(b, "%s%s ;;\n", end, is_command(name) ? " ids=too" : "");
	}
}

/* Of each command its options, between those two. */
static void add_commands(struct buf *b, const char *indent, const char *begin, const char *end)
{
	const struct command *c = NULL;

	while ((c = command_next(c))) {
		buf_printf(b, "%s'%s') %s", indent, c->name, begin);
		add_options(b, c->options);
		buf_printf(b, "%s ;;\n", end);
	}
}

/* Which command it is: what comes before it is passed over, `at` is its place. */
static void add_bash_command(struct buf *b)
{
	buf_str(b, "\tlocal cur=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]}\n"
		"\tlocal command= next= at=1 words= ids=\n"
		"\tif [ \"$cur\" = = ]; then\n\t\tcur=\n"
		"\telif [ \"$before\" = = ]; then\n\t\tbefore=${COMP_WORDS[COMP_CWORD-2]}\n\tfi\n"
		"\twhile [ \"$at\" -lt \"$COMP_CWORD\" ]; do\n\t\tcase ${COMP_WORDS[at]} in\n"
		"\t\t");
	add_valued(b, "|");
	buf_str(b, ")\n\t\t\t[ \"${COMP_WORDS[at+1]}\" != = ] || at=$((at + 1))\n"
		"\t\t\tat=$((at + 2)) ;;\n\t\t-*) at=$((at + 1)) ;;\n\t\t*) break ;;\n"
		"\t\tesac\n\tdone\n\tif [ \"$at\" -gt \"$COMP_CWORD\" ]; then\n\t\treturn\n"
		"\telif [ \"$at\" -eq \"$COMP_CWORD\" ]; then\n\t\twords='");
	add_words(b, NULL);
	add_aliases(b);
	add_options(b, common_options);
	buf_str(b, " --version'\n\telse\n\t\tcommand=${COMP_WORDS[at]} next=${COMP_WORDS[at+1]}\n"
		"\t\tcase $command in\n");
	add_alias_cases(b, "\t\t");
	add_groups(b, "\t\t", "words='", "'");
	buf_str(b, "\t\tesac\n\t\tcase \"$words \" in *\" $next \"*)\n"
		"\t\t\t[ $((at + 1)) -eq \"$COMP_CWORD\" ] || command=\"$command $next\" ;;\n"
		"\t\tesac\n\t\t[ $((at + 1)) -eq \"$COMP_CWORD\" ] || words=\n");
}

static void add_bash(struct buf *b)
{
	buf_str(b, "# bash completion of ops; load it with:"
		"  . <(ops completion bash)\n"
		"_ops_complete()\n{\n");
	add_bash_command(b);
	buf_str(b, "\t\tcase \"$command $before\" in\n");
	add_choices(b, "words='", "' ids=");
	buf_str(b, "\t\tesac\n\t\tcase $cur in\n\t\t-*)\n\t\t\tcase $command in\n");
	add_commands(b, "\t\t\t", "words='", "'");
	buf_str(b, "\t\t\tesac\n\t\t\twords=\"$words");
	add_options(b, common_options);
	buf_str(b, "\" ;;\n\t\t*)\n\t\t\tif [ -z \"$words\" ] || [ -n \"$ids\" ]; then\n"
		"\t\t\t\twords+=\" $(ops list 2>/dev/null | sed -n '2,$s/ .*//p')\"\n"
		"\t\t\tfi ;;\n\t\tesac\n\tfi\n"
		"\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n}\n"
		"complete -o default -F _ops_complete ops git-ops\n");
}

static void add_zsh_command(struct buf *b)
{
	buf_str(b, "\tlocal command at=2 ids=\n\tlocal -a options parts\n"
		"\twhile (( at < CURRENT )); do\n\t\tcase $words[at] in\n\t\t");
	add_valued(b, "|");
	buf_str(b, ") (( at += 2 )) ;;\n\t\t-*) (( at += 1 )) ;;\n\t\t*) break ;;\n\t\tesac\n"
		"\tdone\n\tif (( at > CURRENT )); then\n\t\t_files\n\t\treturn\n\tfi\n"
		"\tif (( CURRENT == at )); then\n\t\tcompadd --");
	add_words(b, NULL);
	add_aliases(b);
	add_options(b, common_options);
	buf_str(b, " --version\n\t\treturn\n\tfi\n\tcommand=$words[at]\n\tcase $command in\n");
	add_alias_cases(b, "\t");
	add_groups(b, "\t", "parts=(", " )");
	buf_str(b, "\tesac\n\tif (( CURRENT == at + 1 )); then\n"
		"\t\tif (( $#parts )) && [[ $PREFIX != -* ]]; then\n\t\t\tcompadd -- $parts\n"
		"\t\t\t[[ -n $ids ]] || return\n\t\tfi\n"
		"\telif (( $parts[(Ie)$words[at+1]] )); then\n"
		"\t\tcommand=\"$command $words[at+1]\"\n\tfi\n");
}

static void add_zsh(struct buf *b)
{
	buf_str(b, "#compdef ops git-ops\n"
		"# zsh completion of ops; put it into a file _ops of $fpath\n"
		"_ops()\n{\n");
	add_zsh_command(b);
	buf_str(b, "\tcase \"$command $words[CURRENT-1]\" in\n");
	add_choices(b, "compadd -- ", "; return");
	buf_str(b, "\tesac\n\tif [[ $PREFIX == -* ]]; then\n\t\tcase $command in\n");
	add_commands(b, "\t\t", "options=(", " )");
	buf_str(b, "\t\tesac\n\t\tcompadd -- $options");
	add_options(b, common_options);
	buf_str(b, "\n\telse\n\t\tcompadd --"
		" ${(f)\"$(ops list 2>/dev/null | sed -n '2,$s/ .*//p')\"}\n"
		"\t\t_files\n\tfi\n}\n_ops \"$@\"\n");
}

/* One line of fish for each option of a table. */
static void add_fish_options(struct buf *b, const char *condition,
			     const struct opt *table)
{
	for (; table && table->kind != OPT_END; table++) {
		buf_printf(b, "complete -c ops%s", condition);
		if (table->letter)
			buf_printf(b, " -s %c", table->letter);
		if (table->name)
			buf_printf(b, " -l %s", table->name);
		buf_str(b, table->value ? " -r" : "");
		buf_str(b, table->kind == OPT_CHOICE ? " -f -a \"" : "");
		for (const char *at = table->value; table->kind == OPT_CHOICE && *at; at++)
			buf_char(b, *at == '|' ? ' ' : *at);
		buf_str(b, table->kind == OPT_CHOICE ? "\"" : "");
		buf_printf(b, " -d \"%s\"\n", table->help);
	}
}

static void add_fish_alias_cases(struct buf *b)
{
	const struct alias *a = NULL;

	while ((a = alias_next(a)))
		buf_printf(b, "\t\t\t\tcase %s\n\t\t\t\t\tset command '%s'\n", a->name, a->of);
}

/* Which command it is, as in bash: what comes before it is passed over, and a second word
 * counts right behind the first. */
static void add_fish_command(struct buf *b)
{
	const struct command *c = NULL;

	buf_str(b, "function __ops_command\n\tset -l skip\n\tset -l command\n"
		"\tfor word in (commandline -opc)[2..-1]\n"
		"\t\tif set -q skip[1]\n\t\t\tset -e skip[1]\n"
		"\t\telse if set -q command[1]\n"
		"\t\t\tswitch \"$command $word\"\n\t\t\t\tcase");
	while ((c = command_next(c)))
		if (strchr(c->name, ' '))
			buf_printf(b, " '%s'", c->name);
	buf_str(b, "\n\t\t\t\t\tset command \"$command $word\"\n\t\t\tend\n\t\t\tbreak\n"
		"\t\telse\n\t\t\tswitch $word\n\t\t\t\tcase ");
	add_valued(b, " ");
	buf_str(b, "\n\t\t\t\t\tset skip 1\n\t\t\t\tcase '-*'\n");
	add_fish_alias_cases(b);
	buf_str(b, "\t\t\t\tcase '*'\n\t\t\t\t\tset command $word\n"
		"\t\t\tend\n\t\tend\n\tend\n\techo $command\nend\n"
		"function __ops_in\n\tset -l command (__ops_command)\n"
		"\tcontains -- \"$command\" $argv\nend\n");
}

/* The second words of each group, right behind its name. */
static void add_fish_groups(struct buf *b)
{
	const struct command *group = NULL;
	char name[32];

	while ((group = next_group(group))) {
		group_name(name, group);
		buf_printf(b, "complete -c ops -f -n \"__ops_in %s; and string match -q -- %s "
			   "(commandline -opc)[-1]\" -a \"", name, name);
		add_words(b, name);
		buf_str(b, "\"\n");
	}
}

/* The groups behind whose name nothing stands but a second word. */
static void add_bare_groups(struct buf *b)
{
	const struct command *group = NULL;
	char name[32];

	while ((group = next_group(group)))
		if (!is_command(group_name(name, group)))
			buf_printf(b, " %s", name);
}

static void add_fish(struct buf *b)
{
	const struct command *c = NULL;
	struct buf condition = BUF_INIT;

	buf_str(b, "# fish completion of ops; load it with:"
		"  ops completion fish | source\n");
	add_fish_command(b);
	buf_str(b, "complete -c ops -f -n \"__ops_in ''\" -a \"");
	add_words(b, NULL);
	add_aliases(b);
	buf_str(b, "\"\ncomplete -c ops -n \"__ops_in ''\" -l version -d \"print the version\"\n");
	add_fish_groups(b);
	while ((c = command_next(c))) {
		buf_clear(&condition);
		buf_printf(&condition, " -n \"__ops_in '%s'\"", c->name);
		add_fish_options(b, condition.data, c->options);
	}
	add_fish_options(b, "", common_options);
	buf_str(b, "complete -c ops -n \"not __ops_in ''");
	add_bare_groups(b);
	buf_str(b, "\" -a \"(ops list 2>/dev/null | sed -n '2,\\$s/ .*//p')\"\n");
	b->failed |= buf_failed(&condition);
	buf_release(&condition);
}

static int run(struct session *s, const struct args *args)
{
	const char *shell = args->words[0];
	struct buf script = BUF_INIT;

	if (!strcmp(shell, "bash"))
		add_bash(&script);
	else if (!strcmp(shell, "zsh"))
		add_zsh(&script);
	else if (!strcmp(shell, "fish"))
		add_fish(&script);
	else
		return error_set(&s->err, OPS_EUSAGE, "no completion for '%.40s'; there is"
				 " one for bash, zsh and fish", shell);
	out_string(s->out, "shell", shell);
	out_buf(s->out, "script", &script);
	buf_release(&script);
	return 0;
}

const struct command cmd_completion[] = {
	{ "completion", "Print a completion script for a shell", 0, usage, NULL, 0,
	  1, 1, run },
	{ .name = NULL }
};
