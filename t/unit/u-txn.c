/* SPDX-License-Identifier: MIT */
/*
 * The transaction: what it writes, what it refuses, and that a refusal leaves
 * no trace.
 */
#include "job.h"

#include "store/lock.h"

UNIT_TEST(one_act_is_one_commit)
{
	char hex[OID_HEX + 1];

	trash_make();
	done(RUN("active/1.md=new\n", "-active/2.md", "done/2024/2.md=two\n",
		 "exec.sh=ran\n"));
	oid_hex(hex, &result.commit);
	trash_clean("r");
	trash_do("cd r && test $(git rev-parse HEAD) = %s && "
		 "test $(git rev-list --count HEAD) = 2 && "
		 "test \"$(git log -1 --format='%%an %%ae %%ad %%cd' --date=raw)\" = "
		 "'A U Thor author@example.org 1700000000 +0130 1700000000 -0530' && "
		 "git log -1 --format=%%B | grep -q body && "
		 "test \"$(git diff --name-status HEAD~1 | tr '\\t\\n' ' ,')\" = "
		 "'M active/1.md,D active/2.md,A done/2024/2.md,M exec.sh,' && "
		 "test \"$(cat done/2024/2.md)\" = two && test ! -e active/2.md && "
		 "test -x exec.sh && git ls-files -s exec.sh | grep -q ^100755 && "
		 "git reflog | head -1 | grep -q 'commit: test: change' && "
		 "git reflog show main | head -1 | grep -q 'test: change'", hex);
	/* Directories that became empty go with their last file. */
	done(RUN("-done/2024/2.md", "-done/old.md"));
	trash_clean("r");
	trash_do("test ! -e r/done");
	trash_end();
}

UNIT_TEST(nothing_is_written_without_the_judge)
{
	struct job job = { .changes = { "a=1" }, .refuse = true };
	struct store_options where = { .directory = "r" };

	trash_make();
	remember_tip();
	trash_do("find r -type f | sort | xargs sha1sum >all");
	refused(run_in("r", &job), OPS_EREFUSED, "no");
	trash_do("find r -type f ! -path r/.git/ops/lock | sort | xargs sha1sum | "
		 "cmp - all");
	job.refuse = false;
	trash_do("rm -r r/.git/ops");
	ck_assert_int_eq(run_with(&where, (struct txn_options){ .dry_run = true },
				  &job), 0);
	ck_assert(!result.committed);
	ck_assert_uint_eq(job.judged, 2);
	trash_do("find r -type f | sort | xargs sha1sum | cmp - all");
	job.nothing = true;
	ck_assert_int_eq(run_in("r", &job), 0);
	ck_assert(!result.committed);
	ck_assert_uint_eq(job.judged, 2);
	ck_assert_int_eq(RUN("other=x\n"), 0);
	ck_assert(!result.committed);
	ck_assert_ptr_nonnull(strstr(result.notes, "nothing changed"));
	trash_end();
}

UNIT_TEST(work_of_the_user_is_refused_by_name)
{
	static const struct {
		const char *before, *change, *part;
	} cases[] = {
		{ "echo edit >>active/1.md", "active/1.md=x", "'active/1.md' has" },
		{ "echo edit >>active/1.md; git add .", "active/1.md=x", "staged" },
		{ "echo edit >>active/1.md; git add .; "
		  "git show HEAD:active/1.md >active/1.md",
		  "active/1.md=x", "staged" },
		{ "echo edit >>active/1.md", "-active/1.md", "'active/1.md' has" },
		{ "rm active/1.md", "active/1.md=x", "was removed" },
		{ "rm active/1.md", "-active/1.md", "was removed" },
		{ "git rm -q --cached active/1.md", "active/1.md=x", "staged" },
		{ "git rm -q active/1.md", "active/1.md=x", "staged" },
		{ "echo n >new", "new=x", "'new' is in the work tree already" },
		{ "echo n >new; git add new", "new=x", "staged" },
		{ "echo n >new; git add -N new", "new=x", "staged" },
		{ "echo n >new; git add new; rm new", "new=x", "staged" },
		{ "ln -s other new", "new=x", "'new' is in" },
		{ "mkdir new", "new=x", "'new' is in" },
		{ "echo n >new", "new/x=x", "'new/x' is in" },
		{ "ln -s active new", "new/x=x", "'new/x' is in" },
		{ "echo n >new; git add new; rm new", "new/x=x", "staged" },
		{ "mkdir new; echo n >new/x; git add new; rm -r new", "new=x", "staged" },
		{ "rm active/1.md; ln -s ../other active/1.md", "active/1.md=x",
		  "changes of yours" },
		{ "mv active moved; ln -s moved active", "active/1.md=x",
		  "changes of yours" },
		{ "chmod -x exec.sh; git add exec.sh", "exec.sh=x", "staged" },
	};
	size_t i;

	trash_make();
	remember_tip();
	for (i = 0; i < UNIT_COUNT(cases); i++) {
		trash_do("cd r && %s", cases[i].before);
		trash_do("cd r && git status --porcelain >../before");
		refused(RUN("done/old.md=x", cases[i].change), OPS_EREFUSED,
			cases[i].part);
		trash_do("cd r && git status --porcelain | cmp - ../before && "
			 "git reset -q --hard && git clean -qfd");
	}
	trash_end();
}

UNIT_TEST(other_work_of_the_user_is_left_alone)
{
	trash_make();
	trash_do("cd r && echo staged >>active/1.md && git add . && "
		 "echo edited >>active/2.md && echo new >new && echo added >added && "
		 "git add added && git rm -q --cached other && "
		 "git status --porcelain >../before");
	done(RUN("active/3.md=x\n"));
	trash_do("cd r && git status --porcelain | cmp - ../before && "
		 "test \"$(git diff --name-only HEAD~1 HEAD)\" = active/3.md");
	trash_end();
}

UNIT_TEST(edits_in_the_second_of_an_act_are_still_seen)
{
	int i;

	/* Same size, same second as the index: git looks at times only as long
	 * as the index is not newer. */
	trash_make();
	for (i = 0; i < 20; i++) {
		trash_do("cd r && git reset -q --hard && echo task %c >active/1.md && "
			 "git add active/1.md && git commit -q --allow-empty -m x && "
			 "echo edit %c >active/1.md", 'a' + i, 'a' + i);
		done(RUN("+other=x"));
		trash_do("sleep 0.05; cd r && git status --porcelain | "
			 "grep -q '^ M active/1.md'");
	}
	trash_end();
}

UNIT_TEST(first_commit_needs_leave)
{
	struct store_options where = { .directory = "r" };
	struct job job = { .changes = { "a/b=1\n", "c=2\n" } };
	struct txn_options how = { .create_branch = true };

	trash_enter();
	trash_do("git init -q -b main/line r");
	ck_assert_int_eq(run_in("r", &job), OPS_EENVIRONMENT);
	ck_assert_int_eq(run_with(&where, how, &job), 0);
	ck_assert(result.committed);
	trash_clean("r");
	trash_do("cd r && test $(git rev-list --count HEAD) = 1 && "
		 "git reflog | grep -q initial");
	where.branch = "main";
	ck_assert_int_eq(run_with(&where, how, &job), OPS_EENVIRONMENT);
	where.branch = "main/line/x";
	ck_assert_int_eq(run_with(&where, how, &job), OPS_EENVIRONMENT);
	trash_do("git -C r pack-refs --all");
	ck_assert_int_eq(run_with(&where, how, &job), OPS_EENVIRONMENT);
	where.branch = "main/other";
	ck_assert_int_eq(run_with(&where, how, &job), 0);
	trash_do("cd r && test $(git rev-list --count main/other) = 1");
	trash_end();
}

UNIT_TEST(bare_and_other_branches_have_no_work_tree)
{
	struct store_options bare = { .directory = "b.git", .git_dir = "b.git" };
	struct store_options state = { .directory = "r", .branch = "state" };
	struct txn_options how = { .create_branch = true };
	struct job job = { .changes = { "active/1.md=x\n", "new=1\n" } };

	trash_make();
	trash_do("git clone -q --bare r b.git && cd r && echo mine >>active/1.md && "
		 "git update-index --split-index");
	ck_assert_int_eq(run_with(&bare, how, &job), 0);
	ck_assert(result.committed);
	trash_sound("b.git");
	trash_do("test $(git -C b.git rev-list --count main) = 2");
	ck_assert_int_eq(run_with(&state, how, &job), 0);
	ck_assert_int_eq(run_with(&state, how,
				  &(struct job){ .changes = { "new=2\n" } }), 0);
	ck_assert(result.committed);
	trash_do("cd r && test \"$(git status --porcelain)\" = ' M active/1.md' && "
		 "test $(git rev-list --count state) = 2 && "
		 "test $(git rev-list --count HEAD) = 1");
	trash_end();
}

UNIT_TEST(linked_work_trees_keep_apart)
{
	trash_make();
	trash_do("cd r && git worktree add -q ../w -b side && "
		 "git worktree add -q ../v -b third");
	done(run_in("w", &(struct job){ .changes = { "active/1.md=w\n" } }));
	trash_clean("w");
	trash_clean("r");
	trash_do("test $(git -C r rev-list --count side) = 2 && "
		 "test $(cat w/active/1.md) = w && test ! -e r/.git/ops/journal && "
		 "test -e r/.git/worktrees/w/ops/journal");
	done(RUN("active/1.md=r\n"));
	trash_clean("r");
	remember_tip();
	trash_do("git -C r config ops.branch third");
	refused(RUN("active/1.md=x"), OPS_EENVIRONMENT, "another work tree");
	trash_do("git -C r config ops.branch main");
	refused(run_in("w", &(struct job){ .changes = { "a=1" } }),
		OPS_EENVIRONMENT, "another work tree");
	trash_end();
}

UNIT_TEST(special_states_are_refused)
{
	static const struct {
		const char *make, *part, *undo;
	} cases[] = {
		{ "git checkout -q --detach", "detached", "git checkout -q main" },
		{ "git merge -q side 2>&1 | grep -q CONFLICT", "merge",
		  "git merge --abort" },
		{ "git rebase -q side >/dev/null 2>&1 || :", "rebase",
		  "git rebase --abort" },
		{ "git cherry-pick side >/dev/null 2>&1 || :", "cherry-pick",
		  "git cherry-pick --abort" },
		{ "git bisect start >/dev/null", "bisect", "git bisect reset" },
		{ "git update-index --split-index", "split",
		  "git update-index --no-split-index" },
		{ "git sparse-checkout set --cone --sparse-index active", "sparse",
		  "git sparse-checkout disable" },
		{ "git -c index.skipHash=true version >/dev/null; "
		  "head -c -20 .git/index >i; head -c 20 /dev/zero >>i; mv i .git/index",
		  "checksum", "rm .git/index; git reset -q" },
		{ "echo damaged >.git/index", "malformed",
		  "rm .git/index; git reset -q" },
	};
	struct store_options hook = { .directory = "r", .inside_hook = true };
	struct job job = { .changes = { "active/1.md=x" } };
	size_t i;

	trash_make();
	trash_do("cd r && git checkout -q -b side && echo side >other && "
		 "git commit -qam side && git checkout -q main && "
		 "echo main >other && git commit -qam main");
	remember_tip();
	for (i = 0; i < UNIT_COUNT(cases); i++) {
		int rc;

		trash_do("cd r && { %s; }", cases[i].make);
		rc = run_in("r", &job);
		ck_assert_msg(rc == OPS_EENVIRONMENT || rc == OPS_EIO, "%zu: %d", i,
			      rc);
		ck_assert_msg(strstr(err.message, cases[i].part), "%zu: %s", i,
			      err.message);
		trash_do("cd r && { %s; } >/dev/null 2>&1 && "
			 "test ! -e .git/ops/journal && "
			 "test $(git rev-parse main) = $(cat ../tip)", cases[i].undo);
	}
	refused(run_with(&hook, (struct txn_options){ 0 }, &job), OPS_EENVIRONMENT,
		"hook");
	done(run_in("r", &job));
	trash_clean("r");
	trash_end();
}

UNIT_TEST(sparse_checkouts_are_kept)
{
	trash_make();
	trash_do("cd r && git sparse-checkout set --cone active 2>/dev/null && "
		 "test ! -e done/old.md");
	done(RUN("done/old.md=new\n", "active/1.md=x\n"));
	trash_clean("r");
	trash_do("cd r && test ! -e done/old.md && git sparse-checkout disable && "
		 "test $(cat done/old.md) = new");
	trash_clean("r");
	trash_end();
}

UNIT_TEST(line_endings_are_converted_as_git_does)
{
	trash_make();
	trash_do("cd r && echo '*.md text eol=crlf' >.gitattributes && "
		 "git add . && git commit -q -m attr && rm -r active && "
		 "git checkout -q active && grep -q '\r' active/1.md");
	done(RUN("+active/1.md=more", "active/new.md=one\ntwo\n", "plain=a\nb\n"));
	trash_clean("r");
	trash_do("cd r && test $(grep -c '\r' active/1.md) = 2 && "
		 "test $(grep -c '\r' active/new.md) = 2 && ! grep -q '\r' plain && "
		 "git checkout -q . && rm .git/index && git reset -q");
	trash_clean("r");
	trash_end();
}

UNIT_TEST(a_branch_that_moves_is_judged_again)
{
	struct job job = {
		.changes = { "+active/1.md=mine" },
		.meanwhile = "cd r && echo git >>active/1.md && git commit -qam git",
	};
	struct job worse = {
		.changes = { "active/1.md=x" },
		.meanwhile = "cd r && git checkout -q -b elsewhere",
	};

	trash_make();
	done(run_in("r", &job));
	ck_assert_uint_eq(job.decided, 2);
	trash_clean("r");
	trash_do("cd r && test $(git rev-list --count HEAD) = 3 && "
		 "test \"$(tr '\\n' , <active/1.md)\" = 'task 1,git,mine,'");
	remember_tip();
	refused(run_in("r", &worse), OPS_ECHANGED, "another branch");
	trash_end();
}

UNIT_TEST(locks_of_git_are_waited_for_and_left)
{
	struct store_options where = { .directory = "r" };
	struct job job = { .changes = { "active/1.md=x\n" } };
	int rc = OPS_EBUSY, tries;

	trash_make();
	remember_tip();
	trash_do("touch r/.git/index.lock");
	ck_assert_int_eq(run_in("r", &job), OPS_EBUSY);
	ck_assert_ptr_nonnull(strstr(err.message, "index.lock"));
	trash_do("test -e r/.git/index.lock && test ! -e r/.git/ops/journal && "
		 "mv r/.git/index.lock r/.git/refs/heads/main.lock");
	ck_assert_int_eq(run_in("r", &job), OPS_EBUSY);
	trash_do("test ! -e r/.git/index.lock && test ! -e r/.git/ops/journal");
	trash_do("(sleep 0.7; rm r/.git/refs/heads/main.lock) &");
	/* A busy machine may sleep longer than one try waits; tries that do not wait are over
	 * before it is gone. */
	for (tries = 0; rc == OPS_EBUSY && tries < 20; tries++)
		rc = run_with(&where, (struct txn_options){ .wait_ms = 60000 }, &job);
	done(rc);
	trash_end();
}

UNIT_TEST(the_lock_says_who_holds_it)
{
	struct store *s;
	struct lock lock = { -1 };
	char pid[32];

	trash_make();
	remember_tip();
	s = trash_open("r");
	ck_assert_int_eq(lock_take(&lock, s, 0, &err), 0);
	ck_assert_int_eq(RUN("a=1"), OPS_EBUSY);
	snprintf(pid, sizeof(pid), "process %ld ", (long)getpid());
	ck_assert_ptr_nonnull(strstr(err.message, pid));
	lock_drop(&lock);
	store_close(s);
	done(RUN("a=1\n"));
	trash_end();
}

UNIT_TEST(empty_objects_are_written_again)
{
	trash_make();
	/* What a power cut leaves where our blob will be. */
	trash_do("cd r && o=$(echo fresh | git hash-object --stdin) && "
		 "d=.git/objects/$(echo $o | cut -c1-2) && mkdir -p $d && "
		 ": >$d/$(echo $o | cut -c3-) && chmod 444 $d/*");
	ck_assert_int_eq(RUN("active/1.md=fresh\n"), 0);
	trash_do("cd r && find .git/objects -name 'tmp_obj_empty_*' -delete");
	trash_clean("r");
	trash_end();
}

UNIT_TEST(persons_and_messages_that_git_cannot_hold_are_refused)
{
	struct store_options where = { .directory = "r", .branch = "main" };

	trash_make();
	remember_tip();
	refused(RUN("../x=1"), OPS_EUSAGE, "leaves the tree");
	refused(RUN("other/x=1"), OPS_EEXISTS, "not a directory");
	where.branch = "absent";
	ck_assert_int_eq(run_with(&where, (struct txn_options){ 0 },
				  &(struct job){ .changes = { "a=1" } }),
			 OPS_EENVIRONMENT);
	trash_end();
}

UNIT_MAIN("txn", one_act_is_one_commit, nothing_is_written_without_the_judge,
	  work_of_the_user_is_refused_by_name,
	  other_work_of_the_user_is_left_alone,
	  edits_in_the_second_of_an_act_are_still_seen,
	  first_commit_needs_leave, bare_and_other_branches_have_no_work_tree,
	  linked_work_trees_keep_apart, special_states_are_refused,
	  sparse_checkouts_are_kept, line_endings_are_converted_as_git_does,
	  a_branch_that_moves_is_judged_again,
	  locks_of_git_are_waited_for_and_left, the_lock_says_who_holds_it,
	  empty_objects_are_written_again,
	  persons_and_messages_that_git_cannot_hold_are_refused)
