/* SPDX-License-Identifier: MIT */
/*
 * The branch of state somewhere else.
 *
 * Must never force a push, and never take a failed one for one that did not happen: who
 * asks has to look again.  What the other side says is bounded, and only shown.
 */
#include "store/upstream.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "store/lock.h"
#include "store/ref.h"
#include "store/repo.h"
#include "util/arena.h"

#define WORDS_MAX 20000
#define LEFT_MS 1000		/* longer than git needs for a ref */

static int config_text(const char **out, struct store *s, struct arena *arena,
		       const char *section, const char *name, const char *key,
		       struct ops_error *err)
{
	struct ops_error found = { 0 };
	const char *full = arena_printf(arena, "%s.%s.%s", section, name, key);
	int rc = full ? store_config(out, s, arena, full, &found) : OPS_ENOMEM;

	if (rc == OPS_ENOTFOUND) {
		*out = NULL;
		return 0;
	}
	return rc < 0 ? error_set(err, rc, "%s", found.message) : 0;
}

static bool is_ref(const char *ref)
{
	int valid = 0;

	return git_reference_name_is_valid(&valid, ref) == 0 && valid;
}

static bool is_branch(const char *ref)
{
	return !strncmp(ref, "refs/heads/", 11) && is_ref(ref);
}

int upstream_find(struct upstream *out, struct store *s, struct arena *arena,
		  const char *remote, struct ops_error *err)
{
	const char *branch = store_branch(s), *ref = NULL, *url = NULL, *name = remote;
	int rc = 0;

	if (!branch)
		return error_set(err, OPS_EENVIRONMENT, "no branch is checked out and none is "
				 "configured (git config ops.branch), so there is nothing to "
				 "synchronise");
	branch += strlen("refs/heads/");
	if (!name)
		rc = config_text(&name, s, arena, "branch", branch, "remote", err);
	if (rc == 0)
		rc = config_text(&ref, s, arena, "branch", branch, "merge", err);
	if (rc < 0)
		return rc;
	if (!name)
		name = "origin";
	if (!*name || *name == '-' || !strcmp(name, "."))
		return error_set(err, OPS_EENVIRONMENT, "the upstream of '%s' is no remote: "
				 "'%s'", branch, name);
	rc = config_text(&url, s, arena, "remote", name, "url", err);
	if (rc < 0)
		return rc;
	if (!url)
		return error_set(err, remote ? OPS_EUSAGE : OPS_EENVIRONMENT, remote ?
				 "there is no remote '%s': git remote lists them" :
				 "there is no remote '%s': git remote add NAME ADDRESS makes one",
				 name);
	out->remote = name;
	out->ref = ref && is_branch(ref) ? ref : arena_printf(arena, "refs/heads/%s", branch);
	out->fetched = arena_printf(arena, "refs/ops/fetched/%s/%s", name, branch);
	out->seen = arena_printf(arena, "refs/ops/seen/%s/%s", name, branch);
	if (!out->ref || !out->fetched || !out->seen)
		return error_nomem(err);
	return is_ref(out->seen) ? 0 : error_set(err, OPS_EENVIRONMENT,
						  "'%s' is no name for a remote", name);
}

/* A ref that git may write when it asks a remote, and where it would be looked for. */
struct aside {
	const char *ref;
	struct arena *arena;
};

/* Whether a refspec of `fetch` has git write the ref, by the names that git completes. */
static bool writes(const char *spec, void *payload)
{
	const struct aside *a = payload;
	const char *to = *spec == '^' ? NULL : strchr(spec, ':'), *star;
	size_t len = strlen(a->ref), head, tail;

	if (!to || !*++to)
		return false;
	if (strncmp(to, "refs/", 5))
		to = arena_printf(a->arena, "refs/%s%s", strncmp(to, "heads/", 6) &&
				  strncmp(to, "tags/", 5) && strncmp(to, "remotes/", 8) ?
				  "heads/" : "", to);
	star = to ? strchr(to, '*') : NULL;
	if (!star)
		return !to || !strcmp(to, a->ref);
	head = (size_t)(star - to);
	tail = strlen(star + 1);
	return len >= head + tail && !strncmp(to, a->ref, head) &&
	       !strcmp(star + 1, a->ref + len - tail);
}

static bool is_true(const char *value, void *payload)
{
	int is = 0;

	(void)payload;
	return git_config_parse_bool(&is, value) || is;
}

int upstream_apart(struct store *s, const struct upstream *u, struct arena *arena,
		   struct ops_error *err)
{
	const char *const refs[] = { store_branch(s), u->seen, u->fetched };
	const char *fetch = arena_printf(arena, "remote.%s.fetch", u->remote);
	const char *mirror = arena_printf(arena, "remote.%s.mirror", u->remote);
	bool is = false;
	size_t i;
	int rc = fetch && mirror ? store_config_some(&is, s, mirror, is_true, NULL, err) :
		 error_nomem(err);

	if (rc == 0 && is)
		return error_set(err, OPS_EENVIRONMENT, "'%s' is a mirror of this repository, "
				 "which git overwrites as a whole: 'git config --unset %s' makes "
				 "a remote of it", u->remote, mirror);
	for (i = 0; rc == 0 && !is && i < sizeof(refs) / sizeof(*refs); i++)
		rc = store_config_some(&is, s, fetch, writes, &(struct aside){ refs[i], arena },
				       err);
	if (rc == 0 && is)
		return error_set(err, OPS_EENVIRONMENT, "'%s' has git write what it fetches over "
				 "'%s': git config --replace-all %s "
				 "'+refs/heads/*:refs/remotes/%s/*'", fetch, refs[i - 1], fetch,
				 u->remote);
	return rc;
}

/*
 * The lock of a ref that only a sync writes, one at a time: if it stays while this is the one, it
 * is of a git that was killed, or whose rename was lost with the power.
 */
static int drop_left(struct store *s, const char *ref, struct ops_error *err)
{
	struct file_id first, now;
	char *path = ref_lock_path(s, ref);
	uint64_t begun = wait_clock_ms();
	int rc = path ? file_identify(&first, path, err) : error_nomem(err);

	while (rc == 0 && wait_clock_ms() - begun < LEFT_MS) {
		wait_for(20);
		rc = file_identify(&now, path, err);
		if (rc == 0 && !file_same(&first, &now, false))
			break;
	}
	if (rc == 0 && file_same(&first, &now, false) && unlink(path) && errno != ENOENT)
		rc = error_set(err, OPS_EIO, "cannot delete '%s', which a dead process left: %s",
			       path, strerror(errno));
	free(path);
	return rc == OPS_ENOTFOUND ? 0 : rc;
}

int upstream_fetch(struct oid *tip, struct store *s, const struct upstream *u,
		   const struct gitprog *how, struct ops_error *err)
{
	struct arena *arena = arena_new();
	const char *spec = arena ? arena_printf(arena, "+%s:%s", u->ref, u->fetched) : NULL;
	const char *args[] = { "-c", "core.fsync=all", "-c", "maintenance.auto=false", "-c",
			       "gc.auto=0", "fetch", "--quiet", "--no-tags",
			       "--no-write-fetch-head", "--no-recurse-submodules", "--",
			       u->remote, spec, NULL };
	struct gitprog talking = *how;
	struct child_result result;
	int rc;

	talking.remote = u->remote;
	child_result_init(&result);
	rc = spec ? drop_left(s, u->fetched, err) : error_nomem(err);
	if (rc == 0)
		rc = gitprog_run(&result, s, &talking, args, err);
	if (rc == 0 && result.timed_out)
		rc = error_set(err, OPS_ETIMEOUT, "'%s' did not answer in %u s", u->remote,
			       how->timeout_ms / 1000);
	else if (rc == 0 && result.code == 0)
		rc = ref_value(tip, s, u->fetched, err);
	else if (rc == 0 && strstr(result.err.data, "couldn't find remote ref"))
		memset(tip, 0, sizeof(*tip));
	else if (rc == 0)
		rc = error_set(err, OPS_EENVIRONMENT, "cannot fetch from '%s': %s", u->remote,
			       gitprog_words(arena, &result));
	child_result_release(&result);
	arena_free(arena);
	return rc;
}

/* What the other side said: lines "remote: ...", without those words. */
static const char *remote_words(struct arena *arena, const char *text)
{
	struct buf b = BUF_INIT;
	const char *copy;
	size_t len;

	for (; *text; text += len + (text[len] == '\n')) {
		const char *line = text;
		size_t keep;

		len = strcspn(text, "\n");
		if (strncmp(line, "remote: ", 8))
			continue;
		keep = len - 8;
		while (keep && (line[8 + keep - 1] == ' ' || line[8 + keep - 1] == '\r'))
			keep--;
		if (!keep)
			continue;
		if (b.len + keep > WORDS_MAX) {
			buf_printf(&b, "\n(it says more)");
			break;
		}
		buf_printf(&b, "%s%.*s", b.len ? "\n" : "", (int)keep, line + 8);
	}
	copy = b.len && !buf_failed(&b) ? arena_dup(arena, b.data, b.len) : NULL;
	buf_release(&b);
	return copy;
}

/* The line "!\t<from>:<to>\t[rejected] (why)" of --porcelain. */
static enum push_end read_end(const char **words, const struct child_result *result,
			      struct arena *arena)
{
	const char *line = result->out.data;
	const char *said = remote_words(arena, result->err.data);

	while (line && *line && *line != '!') {
		line = strchr(line, '\n');
		line = line ? line + 1 : NULL;
	}
	if (!line || !*line) {
		*words = gitprog_words(arena, result);
		return PUSH_UNKNOWN;
	}
	line = strchr(line, '[') ? strchr(line, '[') : line;
	*words = said ? said : arena_dup(arena, line, strcspn(line, "\n"));
	if (!*words)
		*words = "it was rejected";
	return strncmp(line, "[rejected]", 10) ? PUSH_REFUSED : PUSH_MOVED;
}

int upstream_push(enum push_end *end, const char **words, struct store *s,
		  const struct upstream *u, const struct oid *what,
		  const struct gitprog *how, struct arena *arena, struct ops_error *err)
{
	char hex[OID_HEX + 1];
	const char *spec;
	struct gitprog talking = *how;
	struct child_result result;
	int rc;

	oid_hex(hex, what);
	talking.remote = u->remote;
	spec = arena_printf(arena, "%s:%s", hex, u->ref);
	child_result_init(&result);
	if (spec) {
		const char *args[] = { "-c", "core.fsync=all", "push", "--porcelain",
				       "--no-follow-tags", "--no-recurse-submodules", "--",
				       u->remote, spec, NULL };

		rc = gitprog_run(&result, s, &talking, args, err);
	} else {
		rc = error_nomem(err);
	}
	*words = "";
	if (rc == OPS_EIO || (rc == OPS_ENOMEM && spec)) {
		/* It may have run, and nobody heard what it said. */
		*words = "its answer was lost";
		*end = PUSH_UNKNOWN;
		rc = 0;
	} else if (rc == 0 && result.timed_out) {
		*words = "it did not answer in time";
		*end = PUSH_UNKNOWN;
	} else if (rc == 0) {
		*end = result.code == 0 ? PUSH_DONE : read_end(words, &result, arena);
	}
	child_result_release(&result);
	return rc;
}

int upstream_note(struct store *s, const char *ref, const struct oid *what,
		  const struct gitprog *how, struct ops_error *err)
{
	char hex[OID_HEX + 1];
	const char *args[] = { "-c", "core.fsync=all", "update-ref", "--no-deref", ref, hex,
			       NULL };
	struct gitprog alone = *how;
	struct child_result result;
	struct arena *arena = arena_new();
	int rc;

	oid_hex(hex, what);
	alone.asks = false;
	alone.plain = true;
	child_result_init(&result);
	rc = arena ? drop_left(s, ref, err) : error_nomem(err);
	if (rc == 0)
		rc = gitprog_run(&result, s, &alone, args, err);
	if (rc == 0 && result.code != 0)
		rc = error_set(err, OPS_EIO, "cannot write '%s': %s", ref,
			       gitprog_words(arena, &result));
	child_result_release(&result);
	arena_free(arena);
	return rc;
}
