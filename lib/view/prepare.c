/* SPDX-License-Identifier: MIT */
/*
 * The trailers of a hand edit that git is about to commit, for its prepare-commit-msg
 * hook: what ops would have written, had the edit been made with ops.
 *
 * Must never make a commit illegal that is legal without: what it makes is judged before
 * it is handed out, and nothing is handed out when in doubt.  Nothing here is believed
 * later; trailers are compared with what the commit does like anybody's.
 */

#include "ops/audit.h"

#include <stdlib.h>
#include <string.h>

#include "judge/judge.h"
#include "model/repo.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/random.h"

/* The word for one change, as acts call themselves. */
static const char *action_of(const struct change *c, struct arena *arena)
{
	const char *decision;
	char *word;

	if (c->transition)
		return c->transition->action;
	if (c->after && type_is(c->type, "packet")) {
		decision = document_text(c->after, "Decision");
		if (!strcmp(c->type->name, "request"))
			return "gate.request";
		if (!decision || strcmp(c->type->name, "decision"))
			return c->type->name;
		word = arena_printf(arena, "gate.%s", decision);
		if (word && word[5] >= 'A' && word[5] <= 'Z')
			word[5] = (char)(word[5] - 'A' + 'a');
		return word;
	}
	return c->kind == CHANGE_CREATED ? "new" : "edit";
}

/* One word for all of it: that of the transition, if there is one. */
static const char *common_action(const struct judge_case *k, struct arena *arena)
{
	const char *word = NULL, *one;
	bool moved = false;
	size_t i;

	for (i = 0; i < k->changes_nr; i++) {
		const struct change *c = &k->changes[i];

		one = action_of(c, arena);
		/* The records of a transition are part of it. */
		if (!one || (moved && type_is(c->type, "packet")))
			continue;
		if (c->transition && !moved)
			word = one;
		else if (word && strcmp(word, one))
			return "batch";
		word = one;
		moved = moved || c->transition;
	}
	return word ? word : "edit";
}

static int write_trailers(struct buf *out, const struct judge_case *k,
			  const struct config *config, struct arena *arena,
			  struct ops_error *err)
{
	struct trailer *list = arena_array(arena, 2 * k->changes_nr + 5, sizeof(*list));
	struct message m = { .subject = "x", .body = "" };
	struct buf text = BUF_INIT;
	char id[33];
	size_t i, nr = 0;
	int ret;

	if (!list)
		return error_nomem(err);
	if (!random_hex128(id))
		return error_set(err, OPS_EIO, "the system has no random numbers");
	list[nr++] = (struct trailer){ "Ops-Action", common_action(k, arena) };
	for (i = 0; i < k->changes_nr; i++) {
		const struct change *c = &k->changes[i];

		list[nr++] = (struct trailer){ "Ops-Doc", c->path };
		/* Of an edit it would say where it was made, and not what it did. */
		if (c->transition && c->from && c->to)
			list[nr++] = (struct trailer){ "Ops-Status",
				arena_printf(arena, "%s -> %s", c->from, c->to) };
	}
	if (k->configures)
		list[nr++] = (struct trailer){ "Ops-Doc", CONFIG_PATH };
	list[nr++] = (struct trailer){ "Ops-Actor", k->actor->id };
	list[nr++] = (struct trailer){ "Ops-Policy",
		arena_printf(arena, "%u", config->version) };
	list[nr++] = (struct trailer){ "Ops-Id", id };
	for (i = 0; i < nr; i++)
		if (!list[i].value)
			return error_nomem(err);
	m.trailers = list;
	m.trailers_nr = nr;
	ret = message_write(&text, &m, err);
	/* Without the subject, "x", and the two ends of lines after it. */
	if (ret == 0)
		buf_str(out, text.data + 3);
	if (ret == 0 && buf_failed(out))
		ret = error_nomem(err);
	buf_release(&text);
	return ret;
}

static int propose(struct buf *out, struct ops_repo *repo, struct world *before,
		   struct world *after, struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	struct judge_case k = { .before = before, .after = after, .now = repo->now,
				.signer = &signer_pending, .lenient = true, .author = repo->email };
	const struct config *config;
	int ret = found ? judge_change(&k, found, err) : error_nomem(err);

	if (ret == 0 && k.actor && (k.changes_nr || k.configures) &&
	    !ops_findings_refuse(found)) {
		ret = world_config(&config, before, err);
		if (ret == 0 && config->present)
			ret = write_trailers(out, &k, config, world_arena(after), err);
	}
	ops_findings_free(found);
	return ret;
}

int ops_repo_commit_trailers(char **out, struct ops_repo *repo, struct ops_error *err)
{
	const char *busy = store_busy_state(repo->store);
	struct snap *snap = NULL, *old = NULL;
	struct world *before = NULL, *after = NULL;
	struct buf text = BUF_INIT;
	struct oid tip;
	int ret = 0;

	if (!store_branch_is_head(repo->store) || busy)
		goto out;
	ret = store_tip(&tip, repo->store, err);
	if (ret == OPS_ENOTFOUND) {	/* the first commit */
		ret = 0;
		goto out;
	}
	if (ret == 0)
		ret = snap_of_commit(&old, repo->store, &tip, err);
	if (ret == 0)
		ret = world_open(&before, old, repo->cache, err);
	if (ret == 0)
		ret = snap_of_index(&snap, repo->store, err);
	if (ret == 0)
		ret = world_open(&after, snap, repo->cache, err);
	if (ret == 0)
		ret = propose(&text, repo, before, after, err);
out:
	if (after)
		world_share_roster(after, NULL);
	world_close(after);
	snap_free(snap);
	world_close(before);
	snap_free(old);
	if (ret == 0)
		*out = text.len ? buf_detach(&text) : NULL;
	buf_release(&text);
	return ret;
}
