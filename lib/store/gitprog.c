/* SPDX-License-Identifier: MIT */
/*
 * Running git itself.
 *
 * The repository is named by options, so variables of the environment that would name
 * another are left out; everything else (proxies, agents, GIT_SSH_COMMAND, the user's
 * configuration) is what the user set.  What git prints is hostile: it is bounded, and
 * only shown.
 */
#include "store/gitprog.h"

#include <stdlib.h>
#include <string.h>

#include "util/arena.h"

#define OUTPUT_MAX (8 * 1024 * 1024)
#define ARGS_MAX 32
#define WORDS_MAX 300

/* As `git rev-parse --local-env-vars`, and what would make a hook of us. */
static const char *const local[] = {
	"GIT_ALTERNATE_OBJECT_DIRECTORIES", "GIT_CONFIG", "GIT_CONFIG_PARAMETERS",
	"GIT_CONFIG_COUNT", "GIT_OBJECT_DIRECTORY", "GIT_DIR", "GIT_WORK_TREE",
	"GIT_IMPLICIT_WORK_TREE", "GIT_GRAFT_FILE", "GIT_INDEX_FILE",
	"GIT_NO_REPLACE_OBJECTS", "GIT_REPLACE_REF_BASE", "GIT_PREFIX",
	"GIT_SHALLOW_FILE", "GIT_COMMON_DIR", "GIT_QUARANTINE_PATH", "GIT_EDITOR",
	"GIT_TERMINAL_PROMPT", "LC_ALL", "LANGUAGE", "GIT_NAMESPACE"
};

static bool is_local(const char *variable)
{
	size_t len = strcspn(variable, "="), i;

	for (i = 0; i < sizeof(local) / sizeof(*local); i++)
		if (strlen(local[i]) == len && !strncmp(local[i], variable, len))
			return true;
	return false;
}

static const char *const *environment(struct arena *arena, const struct gitprog *how,
				      const char **path)
{
	const char **list;
	size_t nr = 0, i;

	while (how->env && how->env[nr])
		nr++;
	list = arena_array(arena, nr + 6, sizeof(*list));
	if (!list)
		return NULL;
	*path = NULL;
	for (nr = i = 0; how->env && how->env[i]; i++) {
		if (!strncmp(how->env[i], "PATH=", 5) && how->env[i][5])
			*path = how->env[i] + 5;
		if (!is_local(how->env[i]))
			list[nr++] = how->env[i];
	}
	/* Its words are read by a program, too. */
	list[nr++] = "LC_ALL=C";
	list[nr++] = "GIT_NO_REPLACE_OBJECTS=1";
	if (!how->asks) {
		list[nr++] = "GIT_TERMINAL_PROMPT=0";
		list[nr++] = "SSH_ASKPASS_REQUIRE=never";
	}
	return list;
}

int gitprog_run(struct child_result *result, struct store *s, const struct gitprog *how,
		const char *const *args, struct ops_error *err)
{
	const char *argv[ARGS_MAX + 8] = { "git" };
	struct child_request request = { .argv = argv, .max = OUTPUT_MAX };
	const char *work = how->git_dir ? how->work_dir : store_work_dir(s);
	struct arena *arena = arena_new();
	size_t nr = 1;
	int ret;

	if (!arena)
		return error_nomem(err);
	argv[nr++] = arena_printf(arena, "--git-dir=%s", how->git_dir ? how->git_dir :
				  store_git_dir(s));
	if (work)
		argv[nr++] = arena_printf(arena, "--work-tree=%s", work);
	if (how->git_dir) {
		argv[nr++] = "-c";
		argv[nr++] = "core.hooksPath=/dev/null";
		argv[nr++] = "-c";
		argv[nr++] = "core.fsmonitor=false";
	}
	while (*args && nr < ARGS_MAX)
		argv[nr++] = *args++;
	argv[nr] = NULL;
	request.env = environment(arena, how, &request.path);
	request.dir = work ? work : store_git_dir(s);
	request.in = how->in;
	request.in_len = how->in_len;
	request.timeout_ms = how->timeout_ms;
	request.asks = how->asks;
	ret = argv[1] && (!work || argv[2]) && request.env ?
	      child_run(result, &request, err) : error_nomem(err);
	arena_free(arena);
	return ret;
}

/* The first line that says something: the cause stands before what came of it. */
const char *gitprog_words(struct arena *arena, const struct child_result *result)
{
	const char *line = result->err.data, *words;
	size_t len = 0;

	for (; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (len && strncmp(line, "hint:", 5) && strncmp(line, "warning:", 8) &&
		    strncmp(line, "To ", 3))
			break;
	}
	words = *line ? arena_dup(arena, line, len < WORDS_MAX ? len : WORDS_MAX) : NULL;
	return words ? words : "it said nothing";
}
