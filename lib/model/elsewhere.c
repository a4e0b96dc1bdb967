/* SPDX-License-Identifier: MIT */
/*
 * Where the state is, when it is not where it was looked for.
 *
 * A plain clone of a repository whose state has a branch of its own does not know of that
 * branch; to begin a second history there would be the worst advice. Asked only when no
 * state was found, or before one is begun. Must never choose the branch by itself: which one
 * is judged is for a person to say.
 */
#include "model/elsewhere.h"

#include <string.h>

#include "model/config.h"
#include "store/history.h"
#include "store/ref.h"
#include "store/snap.h"
#include "store/tags.h"
#include "util/arena.h"

#define HEADS "refs/heads/"
#define REMOTES "refs/remotes/"
#define ADVICE_MAX 400		/* so that it fits into an error */

struct looking {
	struct store *s;
	struct arena *arena;
	const char *found;
	unsigned rank;		/* of what was found; smaller is likelier */
};

bool elsewhere_holds(struct store *s, const struct oid *commit)
{
	struct snap *snap = NULL;
	struct snap_entry entry;
	bool holds = snap_of_commit(&snap, s, commit, NULL) == 0 &&
		     snap_find(&entry, snap, CONFIG_PATH, NULL) == 0 &&
		     (entry.mode == SNAP_FILE || entry.mode == SNAP_EXEC);

	snap_free(snap);
	return holds;
}

/* "ops" of "refs/remotes/origin/ops" and of "refs/heads/ops". */
static const char *branch_of(const char *ref)
{
	const char *slash;

	if (!strncmp(ref, HEADS, strlen(HEADS)))
		return ref + strlen(HEADS);
	slash = strchr(ref + strlen(REMOTES), '/');
	return slash ? slash + 1 : ref + strlen(REMOTES);
}

static unsigned rank_of(const char *ref)
{
	static const char *const likely[] = { "ops", "main", "master" };
	const char *name = branch_of(ref);
	unsigned i;

	for (i = 0; i < 3 && strcmp(name, likely[i]); i++)
		;
	return 2 * i + !strncmp(ref, REMOTES, strlen(REMOTES));
}

static int look(const char *ref, const struct oid *value, void *payload,
		struct ops_error *err)
{
	struct looking *l = payload;
	const char *branch = store_branch(l->s);

	if ((branch && !strcmp(ref, branch)) || (l->found && rank_of(ref) >= l->rank) ||
	    !elsewhere_holds(l->s, value))
		return 0;
	l->rank = rank_of(ref);
	l->found = arena_str(l->arena, ref);
	return l->found ? 0 : error_nomem(err);
}

int elsewhere_find(const char **ref, struct store *s, struct arena *arena,
		   struct ops_error *err)
{
	struct looking l = { s, arena, NULL, 0 };
	int ret = tags_each(s, HEADS, look, &l, err);

	if (ret == 0)
		ret = tags_each(s, REMOTES, look, &l, err);
	if (ret == 0)
		*ref = l.found;
	return ret;
}

/* What a shell takes as it stands; a name of another kind is not put into a command. */
static bool is_plain(const char *text)
{
	return text[strspn(text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
			   "0123456789._/-")] == '\0' && *text != '-';
}

const char *elsewhere_advice(struct store *s, const char *ref, struct arena *arena)
{
	const char *branch = store_branch(s), *name = branch_of(ref), *remote = NULL;
	const char *git = "git";

	if (!is_plain(ref))
		return "set git config ops.branch to the branch that holds it";
	if (!strncmp(ref, REMOTES, strlen(REMOTES)))
		remote = arena_dup(arena, ref + strlen(REMOTES),
				   (size_t)(name - ref) - strlen(REMOTES) - 1);
	if (store_is_bare(s) && is_plain(store_git_dir(s)))
		git = arena_printf(arena, "git --git-dir %s", store_git_dir(s));
	if (!git || !remote)
		return git ? arena_printf(arena, "%s config ops.branch %s", git, name) : NULL;
	if (!branch || strcmp(branch + strlen(HEADS), name))
		return arena_printf(arena, "%s fetch %s %s:%s && %s config ops.branch %s", git,
				    remote, name, name, git, name);
	return store_branch_is_head(s) && !store_is_bare(s) ?
		arena_printf(arena, "%s pull --ff-only %s %s", git, remote, name) :
		arena_printf(arena, "%s fetch %s %s:%s", git, remote, name, name);
}

static const char *short_name(const char *ref)
{
	return ref + (!strncmp(ref, HEADS, strlen(HEADS)) ? strlen(HEADS) : strlen(REMOTES));
}

/* Nothing there, at a revision that somebody named: where it is, to be named instead. */
static int not_at(struct store *s, const char *revision, const char *ref,
		  struct ops_error *err)
{
	const char *branch = store_branch(s);
	struct oid tip;

	if (branch && store_tip(&tip, s, NULL) == 0 && elsewhere_holds(s, &tip))
		ref = branch;
	return error_set(err, OPS_EENVIRONMENT, "'%.200s' holds no state of ops%s%.300s%s",
			 revision, ref ? ", but '" : "", ref ? short_name(ref) : "",
			 ref ? "' does: name that" : ": it is not an ops repository there");
}

/* Whether this branch has all that a ref has: then a commit of its own took the state away,
 * and nothing that is fetched brings it back. */
static bool was_here(struct store *s, const char *ref)
{
	struct oid tip, there, base;

	return store_tip(&tip, s, NULL) == 0 && ref_value(&there, s, ref, NULL) == 0 &&
	       history_merge_base(&base, s, &tip, &there, NULL) == 0 &&
	       oid_equal(&base, &there);
}

int elsewhere_error(struct store *s, const char *revision, struct ops_error *err)
{
	struct arena *arena = arena_new();
	const char *ref, *branch = store_branch(s), *advice;
	int ret = arena ? elsewhere_find(&ref, s, arena, err) : error_nomem(err);

	if (ret)
		goto out;
	if (revision) {
		ret = not_at(s, revision, ref, err);
	} else if (!ref) {
		ret = error_set(err, OPS_EENVIRONMENT, "this is not an ops repository yet: run "
				"ops init");
	} else {
		advice = was_here(s, ref) ? "a commit since then took it away, which git log -1 -- "
			 CONFIG_PATH " names, and git revert takes back" :
			 elsewhere_advice(s, ref, arena);
		ret = !advice ? error_nomem(err) :
		      error_set(err, OPS_EENVIRONMENT, "there is no state of ops on %s%.150s%s, "
				"but '%.150s' holds one: %.*s", branch ? "'" : "",
				branch ? branch + strlen(HEADS) : "what is checked out",
				branch ? "'" : "", short_name(ref), ADVICE_MAX, advice);
	}
out:
	arena_free(arena);
	return ret;
}
