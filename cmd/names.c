/* SPDX-License-Identifier: MIT */
/*
 * Names of commands: finding one, running one that somebody else provides, and
 * guessing which one a typing error meant.  A guess is only ever said, never
 * acted upon.
 */

#include "names.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "command.h"
#include "util/error.h"
#include "util/near.h"

#define NAME_MAX_LEN 31

/* The nearest command, or group of them, to what was typed; false if none is near. */
static bool nearest(char found[NAME_MAX_LEN + 1], const char *typed)
{
	const struct command *c = NULL;
	struct near_best best = near_best_of(typed);

	while ((c = command_next(c)))
		for (int whole = 0; whole < 2; whole++) {
			size_t len = whole ? strlen(c->name) : strcspn(c->name, " ");
			char name[NAME_MAX_LEN + 1];

			snprintf(name, sizeof(name), "%.*s", (int)len, c->name);
			near_try(&best, name);
			if (best.name == name)
				best.name = memcpy(found, name, sizeof(name));
		}
	return best.name;
}

/* Say which commands a group has. */
static int group_error(const char *group, const char *typed, struct ops_error *err)
{
	char both[2 * NAME_MAX_LEN + 2], all[400], near[NAME_MAX_LEN + 1];
	const struct command *c = NULL;
	size_t len = 0, skip = strlen(group) + 1;

	snprintf(both, sizeof(both), "%.31s %.31s", group, typed ? typed : "");
	if (typed && nearest(near, both) && strcmp(near, group))
		return error_set(err, OPS_EUSAGE, "there is no 'ops %s %.60s';"
				 " did you mean 'ops %s'?", group, typed, near);
	all[0] = '\0';
	while ((c = command_next(c)) && len < sizeof(all))
		if (command_in_group(c, group))
			len += (size_t)snprintf(all + len, sizeof(all) - len, "%s%s",
						len ? ", " : "", c->name + skip);
	return error_set(err, OPS_EUSAGE, "'ops %s' needs one of: %s", group, all);
}

/* The command of an alias; NULL. */
static const struct command *by_alias(const char *name)
{
	const struct alias *a = NULL;
	const struct command *c = NULL;

	while ((a = alias_next(a)))
		if (!strcmp(a->name, name))
			while ((c = command_next(c)))
				if (!strcmp(c->name, a->of))
					return c;
	return NULL;
}

int names_find(struct names *out, size_t *taken, int argc, char **argv,
	       struct ops_error *err)
{
	const struct command *c = NULL;
	const char *group = NULL, *second = argc > 1 ? argv[1] : NULL;

	while ((c = command_next(c))) {
		if (!strcmp(c->name, argv[0])) {
			out->command = c;
			*taken = 1;
			return 0;
		}
		if (!command_in_group(c, argv[0]))
			continue;
		group = argv[0];
		if (second && !strcmp(second, c->name + strlen(group) + 1)) {
			out->command = c;
			*taken = 2;
			return 0;
		}
	}
	if (!group && (out->command = by_alias(argv[0]))) {
		*taken = 1;
		return 0;
	}
	if (!group)
		return OPS_ENOTFOUND;
	if (second && (!strcmp(second, "-h") || !strcmp(second, "--help"))) {
		out->group = group;
		return 0;
	}
	return group_error(group, second && second[0] != '-' ? second : NULL, err);
}

int names_exec(char **argv, const char *actor, struct ops_error *err)
{
	const char *name = argv[0];
	char near[NAME_MAX_LEN + 1] = "";
	bool is_near = nearest(near, name);
	char program[NAME_MAX_LEN + 5];

	if (!strchr(name, '/') && *name && strlen(name) <= NAME_MAX_LEN) {
		snprintf(program, sizeof(program), "ops-%s", name);
		argv[0] = program;
		if (actor)
			setenv("OPS_ACTOR", actor, 1);
		signal(SIGPIPE, SIG_DFL);
		execvp(program, argv);
		argv[0] = (char *)name;
		if (errno != ENOENT)
			return error_set(err, OPS_EENVIRONMENT, "cannot run '%s': %s",
					 program, strerror(errno));
		signal(SIGPIPE, SIG_IGN);
	}
	if (is_near)
		return error_set(err, OPS_EUSAGE, "there is no command '%.60s';"
				 " did you mean 'ops %s'?", name, near);
	return error_set(err, OPS_EUSAGE, "there is no command '%.60s';"
			 " 'ops help' lists them", name);
}
