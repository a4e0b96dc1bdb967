/* SPDX-License-Identifier: MIT */
/*
 * Asking git to pack what thousands of acts have left.
 *
 * Must never be called while a lock is held, never wait for the work itself, and never
 * delete anything: what is still of use to whom is git's to know.
 */
#include "store/upkeep.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>

#include "store/file.h"
#include "util/arena.h"

#define AUTO 6700		/* git's own defaults */
#define PACKS 50
#define DIRECTORIES 256
#define START_MS 60000		/* what git does before it goes to the background */

static long number(struct store *s, struct arena *arena, const char *key, long otherwise)
{
	const char *text;
	char *end;
	long value;

	if (store_config(&text, s, arena, key, NULL))
		return otherwise;
	value = strtol(text, &end, 10);
	return *text && !*end ? value : otherwise;
}

static bool is_off(struct store *s, struct arena *arena, const char *key)
{
	const char *text;

	return store_config(&text, s, arena, key, NULL) == 0 &&
	       (!strcmp(text, "false") || !strcmp(text, "no") || !strcmp(text, "off") ||
		!strcmp(text, "0"));
}

/* Whether a directory has more than `max` names that end in `ending`. */
static bool has_more(struct store *s, const char *name, const char *ending, long max)
{
	char *path = file_join(store_common_dir(s), name);
	DIR *dir = path ? opendir(path) : NULL;
	const struct dirent *e;
	size_t len, tail = strlen(ending);
	long nr = 0;

	while (dir && nr <= max && (e = readdir(dir))) {
		len = strlen(e->d_name);
		nr += *e->d_name != '.' && len >= tail &&
		      !strcmp(e->d_name + len - tail, ending);
	}
	if (dir)
		(void)closedir(dir);
	free(path);
	return nr > max;
}

bool upkeep_is_due(struct store *s)
{
	struct arena *arena = arena_new();
	long loose, packs;
	bool due = false;

	if (arena && !is_off(s, arena, UPKEEP_CONFIG) && !is_off(s, arena, "maintenance.auto")) {
		loose = number(s, arena, "gc.auto", AUTO);
		packs = number(s, arena, "gc.autopacklimit", PACKS);
		/* One directory in so many stands for all of them, as git has it. */
		due = loose > 0 &&
		      (has_more(s, "objects/17", "", (loose + DIRECTORIES - 1) / DIRECTORIES) ||
		       (packs > 0 && has_more(s, "objects/pack", ".pack", packs)));
	}
	arena_free(arena);
	return due;
}

void upkeep_ask(struct store *s, const char *const *env)
{
	static const char *const args[] = {
		"-c", "gc.autoDetach=true", "gc", "--auto", "--quiet", NULL
	};
	struct gitprog how = { .env = env, .timeout_ms = START_MS, .leaves = true };
	struct child_result result;

	child_result_init(&result);
	(void)gitprog_run(&result, s, &how, args, NULL);
	child_result_release(&result);
}
