/* SPDX-License-Identifier: MIT */
/*
 * Linked work trees of runs.
 *
 * A tree lies below the common directory, beside a lock that its user holds: a tree whose
 * lock is free belongs to nobody who lives, and the next run removes it.  git makes and
 * reads the tree; it is told where it is, so that a `.git` the agent put there means nothing, and
 * it runs no hook.
 *
 * Must never move a branch that somebody else could use, or keep a change unjudged in one.
 */
#include "run/tree.h"

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "judge/judge.h"
#include "model/scope.h"
#include "store/gitprog.h"
#include "store/objects.h"
#include "util/buf.h"
#include "util/utf8.h"

#define GIT_MS 120000
#define PREFIX "tree-"

/* Run git, whose failure is an error. */
static int git(struct buf *said, struct arena *arena, struct ops_repo *repo,
	       const struct run_tree *tree, const char *const *args, struct ops_error *err)
{
	struct gitprog how = {
		.env = repo->env, .timeout_ms = GIT_MS, .works = true,
		.git_dir = tree ? tree->git_dir : store_common_dir(repo->store),
		.work_dir = tree ? tree->path : NULL,
	};
	struct child_result r;
	int ret;

	child_result_init(&r);
	ret = gitprog_run(&r, repo->store, &how, args, err);
	if (ret == 0 && r.code)
		ret = error_set(err, OPS_EIO, "git %s failed: %s", args[0],
				gitprog_words(arena, &r));
	if (ret == 0 && said)
		buf_add(said, r.out.data, r.out.len);
	child_result_release(&r);
	return ret;
}

static int remove_one(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)st;
	(void)ftw;
	(void)(type == FTW_DP || type == FTW_D || type == FTW_DNR ? rmdir(path) : unlink(path));
	return 0;
}

static int open_up(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	(void)ftw;
	if (type == FTW_D || type == FTW_DNR)
		(void)chmod(path, st->st_mode | S_IRWXU);
	return 0;
}

void tree_remove_all(const char *path)
{
	(void)nftw(path, open_up, 16, FTW_PHYS | FTW_MOUNT);
	(void)nftw(path, remove_one, 16, FTW_DEPTH | FTW_PHYS | FTW_MOUNT);
}

/* Remove the tree of that name, and what git knows of it. */
static void clear_away(struct ops_repo *repo, const char *name)
{
	static const char *const prune[] = { "worktree", "prune", "--expire=now", NULL };
	struct arena *arena = arena_new();
	const char *path = arena ? arena_printf(arena, "%s/ops/%s",
						store_common_dir(repo->store), name) : NULL;
	const char *lock = path ? arena_printf(arena, "%s.lock", path) : NULL;

	if (lock) {
		tree_remove_all(path);
		(void)git(NULL, arena, repo, NULL, prune, NULL);
		(void)unlink(lock);
	}
	arena_free(arena);
}

/* Trees whose user died. */
static void clear_dead(struct ops_repo *repo, struct arena *arena)
{
	const char *dir = arena_printf(arena, "%s/ops", store_common_dir(repo->store));
	DIR *list = dir ? opendir(dir) : NULL;
	struct dirent *e;

	while (list && (e = readdir(list))) {
		const char *name;
		struct lock lock;
		size_t len = strlen(e->d_name);

		if (strncmp(e->d_name, PREFIX, strlen(PREFIX)) || len < 6 ||
		    strcmp(e->d_name + len - 5, ".lock"))
			continue;
		name = arena_dup(arena, e->d_name, len - 5);
		if (!name || lock_take_named(&lock, repo->store, e->d_name, 0, NULL))
			continue;
		clear_away(repo, name);
		lock_drop(&lock);
	}
	if (list)
		(void)closedir(list);
}

/* Note which directory it is. */
static int identify(struct run_tree *tree, struct ops_error *err)
{
	struct stat st;

	if (lstat(tree->path, &st) < 0)
		return error_set(err, OPS_EIO, "cannot look at '%s': %s", tree->path,
				 strerror(errno));
	tree->device = st.st_dev;
	tree->inode = st.st_ino;
	return 0;
}

/* Whoever worked there may have removed it, or put a link in its place. */
static int check_place(const struct run_tree *tree, struct ops_error *err)
{
	struct stat st;

	if (lstat(tree->path, &st) < 0 || !S_ISDIR(st.st_mode) ||
	    st.st_dev != tree->device || st.st_ino != tree->inode)
		return error_set(err, OPS_EIO, "its work tree is not there any more");
	return 0;
}

int tree_make(struct run_tree *tree, struct arena *arena, struct ops_repo *repo,
	      const char *run, struct ops_error *err)
{
	const char *common = store_common_dir(repo->store);
	const char *lock = arena_printf(arena, PREFIX "%s.lock", run);
	char hex[OID_HEX + 1];
	int ret = lock ? store_tip(&tree->base, repo->store, err) : error_nomem(err);

	tree->lock.fd = -1;
	if (ret)
		return ret;
	oid_hex(hex, &tree->base);
	clear_dead(repo, arena);
	tree->path = arena_printf(arena, "%s/ops/" PREFIX "%s", common, run);
	tree->git_dir = arena_printf(arena, "%s/worktrees/" PREFIX "%s", common, run);
	if (!tree->path || !tree->git_dir)
		return error_nomem(err);
	ret = lock_take_named(&tree->lock, repo->store, lock, 0, err);
	if (ret == 0) {
		const char *args[] = { "worktree", "add", "-q", "--detach", tree->path, hex,
				       NULL };

		ret = git(NULL, arena, repo, NULL, args, err);
	}
	if (ret == 0)
		ret = identify(tree, err);
	if (ret)
		tree_drop(tree, repo);
	return ret;
}

void tree_drop(struct run_tree *tree, struct ops_repo *repo)
{
	const char *name = tree->path ? strrchr(tree->path, '/') : NULL;

	if (name)
		clear_away(repo, name + 1);
	lock_drop(&tree->lock);
	tree->path = NULL;
}

/* The tree object of what lies there now. */
static int write_tree(struct oid *out, struct run_tree *tree, struct arena *arena,
		      struct ops_repo *repo, struct ops_error *err)
{
	static const char *const add[] = { "add", "-A", "--", ".", NULL };
	static const char *const write[] = { "write-tree", NULL };
	struct buf said = BUF_INIT;
	int ret = check_place(tree, err);

	if (ret == 0)
		ret = git(NULL, arena, repo, tree, add, err);
	if (ret == 0)
		ret = git(&said, arena, repo, tree, write, err);
	if (ret == 0) {
		said.data[strcspn(said.data, "\n")] = '\0';
		if (!oid_parse(out, said.data))
			ret = error_set(err, OPS_EIO, "git write-tree gave no tree");
	}
	buf_release(&said);
	return ret;
}

/* One short line out of what the agent said. */
static const char *subject_of(struct arena *arena, const char *gist)
{
	struct buf b = BUF_INIT;
	const char *text;
	size_t len;

	utf8_display(&b, gist, strcspn(gist, "\n"), false);
	len = b.len;
	if (len > 60)
		for (len = 60; len && (b.data[len] & 0xC0) == 0x80; len--)
			;
	text = buf_failed(&b) ? NULL : arena_printf(arena, "chore: %.*s", (int)len, b.data);
	buf_release(&b);
	return text;
}

static int write_commit(struct oid *out, const struct oid *made, struct run_tree *tree,
			struct arena *arena, struct ops_repo *repo, const struct agent *agent,
			const struct message *m, struct buf *message, struct ops_error *err)
{
	struct signature author, committer;
	struct objects objects;
	struct buf text = BUF_INIT;
	int ret = repo_identity(&author, &committer, repo, agent, err);

	(void)arena;
	objects_init(&objects, repo->store);
	if (ret == 0)
		ret = message_write(message, m, err);
	if (ret == 0)
		ret = objects_commit_text(&text, made, &tree->base, &author, &committer,
					  message->data, err);
	if (ret == 0)
		ret = objects_commit(out, &objects, &text, err);
	if (ret == 0)
		ret = objects_settle(&objects, err);
	objects_release(&objects);
	buf_release(&text);
	return ret;
}

/* What differs, and whether it lies in the task's scope; for histories whose rules do not
 * say so themselves. */
struct comparing {
	struct tree_outcome *out;
	const struct scope *scope;
	const char *task;
	struct ops_findings *findings;	/* NULL: only count */
};

static int compare(const char *path, const struct snap_entry *before,
		   const struct snap_entry *after, void *payload, struct ops_error *err)
{
	struct comparing *c = payload;

	(void)before;
	(void)after;
	(void)err;
	c->out->files++;
	if (c->findings && !scope_has(c->scope, path) && c->out->files < 20)
		findings_add(c->findings, "scope.outside", OPS_ERROR, path, 0, 0,
			     "leave it to another task, or have the scope changed",
			     "it is not in the scope of '%s'", c->task);
	return 0;
}

static int judge(struct tree_outcome *out, struct run_tree *tree, struct arena *arena,
		 struct ops_repo *repo, const struct agent *agent, const char *task,
		 const struct oid *made, const struct buf *message,
		 struct ops_findings *findings, struct ops_error *err)
{
	struct comparing c = { out, NULL, task, NULL };
	struct snap *was = NULL, *is = NULL;
	struct world *before = NULL, *after = NULL;
	const struct config *config;
	struct ops_document *doc;
	struct scope scope;
	struct judge_case k = { 0 };
	int ret = snap_of_commit(&was, repo->store, &tree->base, err);

	if (ret == 0)
		ret = snap_of_tree(&is, repo->store, made, err);
	if (ret == 0)
		ret = world_open(&before, was, repo->cache, err);
	if (ret == 0)
		ret = world_open(&after, is, repo->cache, err);
	if (ret == 0)
		ret = world_config(&config, before, err);
	if (ret == 0 && !config->standing.scope.on) {
		ret = world_find(&doc, before, task, "task", findings, err);
		if (ret == 0 && scope_read(&scope, arena, config, doc))
			ret = error_nomem(err);
		c.scope = &scope;
		c.findings = findings;
	}
	if (ret == 0)
		ret = snap_diff(was, is, compare, &c, err);
	k.before = before;
	k.after = after;
	k.message = message->data;
	k.message_len = message->len;
	k.author = agent->email;
	k.now = repo->now;
	k.lenient = true;
	if (ret == 0)
		ret = judge_change(&k, findings, err);
	world_close(after);
	world_close(before);
	snap_free(is);
	snap_free(was);
	return ret;
}

static int put_ref(struct tree_outcome *out, struct arena *arena, struct ops_repo *repo,
		   const struct run_tree *tree, struct ops_error *err)
{
	const char *args[] = { "update-ref", "-m", "ops run", out->ref, out->commit,
			       "0000000000000000000000000000000000000000", NULL };

	return git(NULL, arena, repo, tree, args, err);
}

int tree_commit(struct tree_outcome *out, struct run_tree *tree, struct arena *arena,
		struct ops_repo *repo, const struct agent *agent, const char *task,
		const char *run, const char *gist, struct ops_findings *findings,
		struct ops_error *err)
{
	struct trailer trailer = { "Ops-Task", task };
	struct message m = { .trailers = &trailer, .trailers_nr = 1 };
	struct ops_findings *own = ops_findings_new();
	struct buf message = BUF_INIT;
	struct oid made, was, commit;
	struct snap *base = NULL;
	bool same;
	int ret;

	*out = (struct tree_outcome){ 0 };
	m.subject = subject_of(arena, gist);
	m.body = arena_printf(arena, "By %s in %s.\n", agent->id, run);
	ret = m.subject && m.body && own ? write_tree(&made, tree, arena, repo, err) :
	      error_nomem(err);
	if (ret == 0)
		ret = snap_of_commit(&base, repo->store, &tree->base, err);
	same = ret == 0 && snap_tree_oid(&was, base) && oid_equal(&made, &was);
	snap_free(base);
	if (same)
		goto out;
	if (ret == 0)
		ret = write_commit(&commit, &made, tree, arena, repo, agent, &m, &message, err);
	if (ret == 0)
		ret = judge(out, tree, arena, repo, agent, task, &made, &message, own, err);
	if (ret == 0) {
		out->changed = true;
		out->refused = ops_findings_refuse(own);
		ops_findings_copy(findings, own, NULL);
		oid_hex(out->commit, &commit);
		out->ref = out->refused ? arena_printf(arena, "refs/ops/refused/%s", run) :
			   arena_printf(arena, "refs/heads/agents/%s/%s", agent->id, run);
		ret = out->ref ? put_ref(out, arena, repo, tree, err) : error_nomem(err);
	}
out:
	buf_release(&message);
	ops_findings_free(own);
	return ret;
}
