/* SPDX-License-Identifier: MIT */
/*
 * Running git itself.
 *
 * The repository is named by options, so variables of the environment that would name
 * another are left out; everything else (proxies, agents, GIT_SSH_COMMAND, the user's
 * configuration) is what the user set.  What the repository set is asked for before, and
 * must not run anything.  What git prints is hostile: it is bounded, and only shown.
 */
#include "store/gitprog.h"

#include <stdlib.h>
#include <string.h>

#include "store/distrust.h"
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

/* The words of one call. */
struct words {
	const char *argv[ARGS_MAX + 12];
	size_t nr;
};

static const char *work_of(struct store *s, const struct gitprog *how)
{
	return how->git_dir ? how->work_dir : store_work_dir(s);
}

static bool begin_words(struct words *w, struct store *s, const struct gitprog *how,
			struct arena *arena)
{
	const char *work = work_of(s, how);

	w->nr = 0;
	w->argv[w->nr++] = "git";
	w->argv[w->nr++] = arena_printf(arena, "--git-dir=%s", how->git_dir ? how->git_dir :
					  store_git_dir(s));
	if (work)
		w->argv[w->nr++] = arena_printf(arena, "--work-tree=%s", work);
	return w->argv[w->nr - 1] && w->argv[1];
}

static void add_words(struct words *w, const char *const *args)
{
	size_t i;

	for (i = 0; args[i] && i < ARGS_MAX; i++)
		w->argv[w->nr++] = args[i];
	w->argv[w->nr] = NULL;
}

/* What core.hooksPath has to be, when what the repository sets may stand. */
static int look(const char **hooks, struct store *s, struct child_request *request,
		const struct gitprog *how, struct arena *arena, struct ops_error *err)
{
	static const char *const list[] = { "config", "--list", "-z", "--show-scope", NULL };
	struct child_request asking = *request;
	struct child_result result;
	struct words w;
	int ret;

	*hooks = "core.hooksPath=/dev/null";
	if (how->plain)
		return 0;
	child_result_init(&result);
	ret = begin_words(&w, s, how, arena) ? 0 : error_nomem(err);
	if (ret == 0) {
		add_words(&w, list);
		asking.argv = w.argv;
		asking.in = NULL;
		asking.in_len = 0;
		ret = child_run(&result, &asking, err);
	}
	if (ret == 0 && (result.code != 0 || result.too_much))
		ret = error_set(err, OPS_EENVIRONMENT, "git cannot list its configuration: %s",
				gitprog_words(arena, &result));
	if (ret == 0)
		ret = distrust_check(hooks, s, arena, result.out.data, result.out.len,
				     how, err);
	if (ret == 0 && how->git_dir)
		*hooks = "/dev/null";
	if (ret == 0 && *hooks) {
		*hooks = arena_printf(arena, "core.hooksPath=%s", *hooks);
		ret = *hooks ? 0 : error_nomem(err);
	}
	child_result_release(&result);
	return ret;
}

int gitprog_run(struct child_result *result, struct store *s, const struct gitprog *how,
		const char *const *args, struct ops_error *err)
{
	const char *safe[] = { "-c", "core.fsmonitor=false", "-c", NULL, NULL };
	struct child_request request = { .max = OUTPUT_MAX };
	const char *work = work_of(s, how);
	struct arena *arena = arena_new();
	struct words w;
	int ret;

	if (!arena)
		return error_nomem(err);
	request.env = environment(arena, how, &request.path);
	request.dir = work ? work : how->git_dir ? how->git_dir : store_git_dir(s);
	request.in = how->in;
	request.in_len = how->in_len;
	request.timeout_ms = how->timeout_ms;
	request.leaves = how->leaves;
	request.asks = how->asks;
	ret = request.env && begin_words(&w, s, how, arena) ? 0 : error_nomem(err);
	if (ret == 0)
		ret = look(&safe[3], s, &request, how, arena, err);
	if (ret == 0) {
		if (!safe[3])
			safe[2] = NULL;
		add_words(&w, safe);
		add_words(&w, args);
		request.argv = w.argv;
		ret = child_run(result, &request, err);
	}
	arena_free(arena);
	return ret;
}

/* The first line that says something: the cause stands before what came of it.  After one that
 * ends in a colon it stands in the next. */
const char *gitprog_words(struct arena *arena, const struct child_result *result)
{
	const char *line = result->err.data, *words, *next;
	size_t len = 0;

	for (; *line; line += len + (line[len] == '\n')) {
		len = strcspn(line, "\n");
		if (len && strncmp(line, "hint:", 5) && strncmp(line, "warning:", 8) &&
		    strncmp(line, "To ", 3))
			break;
	}
	/* What the other side says is filled up with blanks, and ssh ends lines as a terminal. */
	while (len && (line[len - 1] == ' ' || line[len - 1] == '\r'))
		len--;
	next = line + strcspn(line, "\n");
	words = *line ? arena_dup(arena, line, len < WORDS_MAX ? len : WORDS_MAX) : NULL;
	if (words && line[len - 1] == ':' && *next)
		words = arena_printf(arena, "%s %.*s", words,
				     (int)strcspn(next + 1, "\r\n"), next + 1);
	return words ? words : "it said nothing";
}
