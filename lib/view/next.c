/* SPDX-License-Identifier: MIT */
/*
 * Judging the commit that git is about to make of the index, for its hooks.
 *
 * A hook is not told all: whether a commit is amended, or what a merge joins.  So this
 * may let pass what it should not, and must never refuse what is legal; the commit
 * itself is judged when the branch is to move there.
 */

#include "ops/audit.h"

#include <string.h>

#include "judge/judge.h"
#include "model/repo.h"
#include "util/arena.h"
#include "util/buf.h"

struct next {
	struct ops_repo *repo;
	struct world *after;
	const char *message;	/* as git will clean it; NULL */
	size_t len;
};

/* Who acts: whoever the message claims, else the author.  Before there is a message an
 * author nobody knows may still be about to claim somebody. */
static int find_claim(struct judge_case *k, struct next *n, struct ops_error *err)
{
	const struct roster *roster;
	int ret;

	k->author = n->repo->email;
	if (n->message || !n->repo->actor)
		return 0;
	ret = world_roster(&roster, k->before, err);
	if (ret == 0 && !(k->author && roster_agent_of_email(roster, k->author))) {
		k->claimed = n->repo->actor;
		k->author = NULL;
	}
	return ret;
}

/* Judge it as a child of `parent` (NULL: as the first commit). */
static int judge_after(struct ops_findings *findings, struct next *n,
		       const struct oid *parent, struct ops_error *err)
{
	struct judge_case k = { 0 };
	struct snap *snap = NULL;
	struct world *before = NULL;
	int ret = parent ? snap_of_commit(&snap, n->repo->store, parent, err) :
		  snap_of_nothing(&snap, err);

	if (ret == 0)
		ret = world_open(&before, snap, n->repo->cache, err);
	if (ret == 0) {
		k.before = before;
		k.after = n->after;
		k.message = n->message;
		k.message_len = n->len;
		k.now = n->repo->now;
		k.signer = &signer_pending;
		k.lenient = true;	/* only this change is in question */
		ret = find_claim(&k, n, err);
	}
	if (ret == 0)
		ret = judge_change(&k, findings, err);
	world_share_roster(n->after, NULL);
	world_close(before);
	snap_free(snap);
	return ret;
}

/* Whether it is legal in the place of the last commit. */
static int legal_amended(bool *legal, struct next *n, const struct oid *tip,
			 struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct ops_findings *found = ops_findings_new();
	struct commit c;
	int ret = arena && found ? commit_read(&c, n->repo->store, tip, arena, err) :
		  error_nomem(err);

	*legal = false;
	/* An amended merge is judged as a merge, later. */
	if (ret == 0 && c.parents_nr > 1)
		*legal = true;
	else if (ret == 0)
		ret = judge_after(found, n, c.parents_nr ? c.parents : NULL, err);
	if (ret == 0 && !ops_findings_refuse(found))
		*legal = true;
	ops_findings_free(found);
	arena_free(arena);
	return ret;
}

static int judge_next(struct ops_findings *findings, struct next *n, struct ops_error *err)
{
	struct ops_findings *found = ops_findings_new();
	struct oid tip;
	bool legal = false;
	size_t i;
	int ret = found ? store_tip(&tip, n->repo->store, err) : error_nomem(err);

	if (ret == 0) {
		ret = judge_after(found, n, &tip, err);
		if (ret == 0 && ops_findings_refuse(found))
			ret = legal_amended(&legal, n, &tip, err);
	} else if (ret == OPS_ENOTFOUND) {
		ret = judge_after(found, n, NULL, err);
	}
	for (i = 0; ret == 0 && !legal && i < ops_findings_count(found); i++) {
		const struct ops_finding *f = ops_findings_at(found, i);

		findings_add(findings, f->rule, f->severity, f->path, f->line, f->column,
			     f->remedy, "%s", f->message);
	}
	if (ret == 0 && findings_failed(findings))
		ret = error_nomem(err);
	ops_findings_sort(findings);
	ops_findings_free(found);
	return ret;
}

/* HEAD's branch may be one that not everybody moves. */
static int judge_branch(struct ops_findings *findings, struct next *n,
			struct ops_error *err)
{
	struct landing l = { .after = world_snap(n->after), .author = n->repo->email,
			     .committer = n->repo->email };
	const char *branch = store_branch(n->repo->store);
	struct oid tip;
	int ret = store_tip(&tip, n->repo->store, err);

	if (ret == OPS_ENOTFOUND || strncmp(branch, "refs/heads/", 11))
		return 0;
	l.branch = branch + 11;
	if (ret == 0)
		ret = snap_of_commit(&l.before, n->repo->store, &tip, err);
	if (ret == 0)
		ret = world_open(&l.authority, l.before, n->repo->cache, err);
	if (ret == 0)
		ret = judge_landing(&l, findings, err);
	world_close(l.authority);
	snap_free(l.before);
	return ret;
}

int ops_quote_messages(char **out, const char *text, size_t len, struct ops_error *err)
{
	struct buf b = BUF_INIT;

	message_quote(&b, text, len);
	*out = buf_detach(&b);
	return *out ? 0 : error_nomem(err);
}

static int comment_char(char *out, struct ops_repo *repo, struct ops_error *err)
{
	static const char key[] = "core.commentchar";
	const char *comment = "#";
	int ret = store_config(&comment, repo->store, repo->arena, key, NULL);

	*out = '#';
	if (ret && ret != OPS_ENOTFOUND)
		return error_set(err, ret, "cannot read git config '%s'", key);
	/* "auto", and what newer versions of git take for longer words, are not followed. */
	if (comment[0] && !comment[1])
		*out = *comment;
	return 0;
}

int ops_repo_message_end(size_t *out, struct ops_repo *repo, const char *text, size_t len,
			 struct ops_error *err)
{
	char comment;
	int ret = comment_char(&comment, repo, err);

	if (ret == 0)
		*out = message_end(text, len, comment);
	return ret;
}

static int clean(struct buf *text, struct next *n, const char *message, size_t len,
		 struct ops_error *err)
{
	char comment;
	int ret;

	if (!message)
		return 0;
	if (len > MESSAGE_MAX * 16)
		return error_set(err, OPS_EINVALID, "the message is larger than %d bytes",
				 MESSAGE_MAX * 16);
	ret = comment_char(&comment, n->repo, err);
	if (ret)
		return ret;
	message_clean(text, message, len, comment);
	if (buf_failed(text))
		return error_nomem(err);
	n->message = text->data;
	n->len = text->len;
	return 0;
}

int ops_repo_check_commit(struct ops_findings *findings, struct ops_repo *repo,
			  const char *message, size_t len, struct ops_error *err)
{
	struct next n = { repo, NULL, NULL, 0 };
	const char *busy = store_busy_state(repo->store);
	struct buf text = BUF_INIT;
	struct snap *snap = NULL;
	int ret;

	/* A detached HEAD moves no branch; a merge has more parents than HEAD. */
	if (!store_branch_is_head(repo->store) || (busy && !strcmp(busy, "merge")))
		return 0;
	ret = clean(&text, &n, message, len, err);
	if (ret == 0)
		ret = snap_of_index(&snap, repo->store, err);
	if (ret == 0)
		ret = world_open(&n.after, snap, repo->cache, err);
	if (ret == 0)
		ret = judge_next(findings, &n, err);
	if (ret == 0)
		ret = judge_branch(findings, &n, err);
	world_close(n.after);
	snap_free(snap);
	buf_release(&text);
	return ret;
}
