/* SPDX-License-Identifier: MIT */
/*
 * Recovery from deaths and power cuts, and races with ourselves and with git.
 */
#include "job.h"

#include <sys/wait.h>

#include "store/journal.h"
#include "store/lock.h"

/* A journal as a process would leave it that died right after the commit, in
 * `boot`, or this one when NULL. */
static void leave_journal(const char *boot, bool was_done)
{
	struct arena *arena = arena_new();
	struct journal j;

	ck_assert_int_eq(journal_read(&j, "r/.git", arena, &err), 0);
	ck_assert(j.done);
	if (boot)
		snprintf(j.boot, sizeof(j.boot), "%s", boot);
	ck_assert_int_eq(journal_write(&j, "r/.git", &err), 0);
	if (was_done)
		ck_assert_int_eq(journal_done("r/.git", &err), 0);
	arena_free(arena);
}

static void recovers(const char *note)
{
	struct store *s = trash_open("r");

	memset(&result, 0, sizeof(result));
	ck_assert_msg(txn_recover(&result, s, 100, &err) == 0, "%s", err.message);
	ck_assert_msg(note ? strstr(result.notes, note) != NULL : !result.notes[0],
		      "'%s'", result.notes);
	store_close(s);
	trash_sound("r");
}

UNIT_TEST(interrupted_changes_are_finished)
{
	trash_make();
	done(RUN("active/1.md=new\n", "-active/2.md", "made/x=1\n"));
	trash_do("cd r && git checkout -q HEAD~1 -- . && git rm -qr --cached made && "
		 "rm -r made");
	leave_journal(NULL, false);
	recovers("was finished");
	trash_clean("r");
	trash_do("test ! -e r/.git/ops/journal");
	recovers(NULL);
	trash_end();
}

UNIT_TEST(edits_after_a_death_are_left)
{
	trash_make();
	done(RUN("active/1.md=new\n", "-active/2.md", "active/3.md=new\n"));
	trash_do("cd r && git checkout -q HEAD~1 -- . && echo edit >active/1.md && "
		 "rm active/3.md && echo edit >>active/2.md");
	leave_journal(NULL, false);
	recovers("'active/1.md' has changes of yours");
	trash_do("cd r && test \"$(git status --porcelain | tr '\\n' ,)\" = "
		 "' M active/1.md, D active/3.md,?? active/2.md,'");
	trash_end();
}

UNIT_TEST(a_later_commit_is_not_undone_by_recovery)
{
	trash_make();
	done(RUN("active/1.md=new\n"));
	trash_do("cd r && git revert --no-edit HEAD >/dev/null");
	leave_journal(NULL, false);
	recovers("was finished");
	trash_clean("r");
	trash_do("test \"$(cat r/active/1.md)\" = 'task 1'");
	trash_end();
}

UNIT_TEST(unpublished_changes_are_forgotten)
{
	trash_make();
	done(RUN("active/1.md=new\n"));
	trash_do("cd r && git reset -q --hard HEAD~1");
	leave_journal(NULL, false);
	recovers("was undone");
	trash_clean("r");
	trash_end();
}

UNIT_TEST(power_cuts_are_looked_for)
{
	trash_make();
	done(RUN("active/1.md=a longer text\n", "active/2.md=two\n", "new=1\n"));
	/* Same boot and done: not even looked at. */
	leave_journal(NULL, true);
	trash_do("cd r && printf 'a lon\\0\\0' >active/1.md && : >active/2.md && rm new");
	recovers(NULL);
	trash_do("test ! -s r/active/2.md");
	/* Another boot: torn, empty and lost files are brought back. */
	leave_journal("00000000-dead-dead-dead-000000000000", true);
	recovers(NULL);
	trash_clean("r");
	/* But not what is plainly the user's. */
	done(RUN("active/1.md=x\n"));
	leave_journal("00000000-dead-dead-dead-000000000000", true);
	trash_do("echo edit >r/active/1.md");
	recovers("'active/1.md' has changes of yours");
	trash_do("test $(cat r/active/1.md) = edit");
	trash_end();
}

/* A lock that the journal names. */
static void leave_lock(const char *path, bool ref, const char *boot)
{
	struct arena *arena = arena_new();
	struct journal j;

	trash_do("touch %s", path);
	ck_assert_int_eq(journal_read(&j, "r/.git", arena, &err), 0);
	ck_assert_int_eq(file_identify(ref ? &j.ref_lock : &j.index_lock, path,
				       &err), 0);
	if (boot)
		snprintf(j.boot, sizeof(j.boot), "%s", boot);
	ck_assert_int_eq(journal_write(&j, "r/.git", &err), 0);
	arena_free(arena);
}

UNIT_TEST(our_own_locks_are_removed_and_no_others)
{
	trash_make();
	done(RUN("active/1.md=new\n"));
	leave_lock("r/.git/refs/heads/main.lock", true, NULL);
	leave_lock("r/.git/index.lock", false, NULL);
	recovers("was finished");
	done(RUN("active/1.md=newer\n"));
	leave_lock("r/.git/refs/heads/main.lock", true, "00000000-0000-dead");
	leave_lock("r/.git/index.lock", false, "00000000-0000-dead");
	recovers("was finished");
	/* One that git made after our death. */
	done(RUN("active/1.md=newest\n"));
	leave_journal(NULL, false);
	trash_do("touch r/.git/index.lock");
	ck_assert_int_eq(RUN("active/1.md=x\n"), OPS_EBUSY);
	trash_do("test -e r/.git/index.lock && rm r/.git/index.lock");
	ck_assert_int_eq(RUN("active/1.md=x\n"), 0);
	trash_sound("r");
	/* In a copy of a clone that died no identity fits. */
	leave_lock("r/.git/refs/heads/main.lock", true, NULL);
	leave_lock("r/.git/index.lock", false, NULL);
	trash_do("cp -a r c && rm -rf r && mv c r");
	recovers("was finished");
	trash_clean("r");
	trash_end();
}

UNIT_TEST(torn_journals_were_never_in_effect)
{
	struct arena *arena = arena_new();
	struct journal j;
	struct stat st;
	int i;

	trash_make();
	done(RUN("active/1.md=new\n"));
	trash_do("cp r/.git/ops/journal j");
	ck_assert_int_eq(stat("j", &st), 0);
	for (i = 0; i < st.st_size - (int)strlen("\ndone\n"); i += 7) {
		trash_do("head -c %d j >r/.git/ops/journal", i);
		ck_assert_int_eq(journal_read(&j, "r/.git", arena, &err),
				 OPS_ENOTFOUND);
	}
	recovers(NULL);
	trash_do("test ! -e r/.git/ops/journal && "
		 "sed 's/^tree yes/tree no /' j >r/.git/ops/journal");
	ck_assert_int_eq(journal_read(&j, "r/.git", arena, &err), OPS_ENOTFOUND);
	arena_free(arena);
	trash_end();
}

/* --- races --- */

static void race(int processes, int rounds, bool create)
{
	struct store_options where = { .directory = "r" };
	struct txn_options how = { .wait_ms = 60000, .create_branch = create };
	struct job job;
	char change[64];
	int i, n, status;
	pid_t pid;

	for (i = 0; i < processes; i++) {
		pid = fork();
		ck_assert_int_ge(pid, 0);
		if (pid)
			continue;
		for (n = 0; n < rounds; n++) {
			memset(&job, 0, sizeof(job));
			snprintf(change, sizeof(change), "+log/all=%d.%d", i, n);
			job.changes[0] = change;
			if (run_with(&where, how, &job) != 0 || result.notes[0]) {
				fprintf(stderr, "# %d: %s%s\n", i, err.message,
					result.notes);
				_exit(1);
			}
		}
		_exit(0);
	}
	for (i = 0; i < processes; i++) {
		ck_assert_int_gt(wait(&status), 0);
		ck_assert_int_eq(status, 0);
	}
	trash_do("cd r && test $(sort -u log/all | wc -l) = %d && "
		 "test $(wc -l <log/all) = %d", processes * rounds,
		 processes * rounds);
}

UNIT_TEST(eight_race_for_the_first_commit)
{
	int i;

	for (i = 0; i < 5; i++) {
		trash_enter();
		trash_do("git init -q -b main r");
		race(8, 1, true);
		trash_clean("r");
		trash_do("cd r && test $(git rev-list --count HEAD) = 8 && "
			 "test $(git rev-list --max-parents=0 HEAD | wc -l) = 1");
		trash_end();
	}
}

UNIT_TEST(git_beside_us_loses_nothing)
{
	trash_make();
	trash_do("cd r && (i=0; while [ $i -lt 60 ]; do echo $i >add.$i; "
		 "until git add add.$i 2>/dev/null; do sleep 0.002; done; "
		 "git status --porcelain >/dev/null; i=$((i+1)); done; "
		 "touch ../added) & cd r && (while [ ! -e ../added ]; do "
		 "git pack-refs --all; git repack -qd; sleep 0.02; done; "
		 "touch ../packed) >/dev/null 2>&1 &");
	race(4, 20, false);
	trash_do("while [ ! -e packed ]; do sleep 0.05; done; cd r && "
		 "test $(git status --porcelain | grep -c '^A  add') = 60 && "
		 "test $(git status --porcelain | wc -l) = 60 && "
		 "test $(git rev-list --count HEAD) = 81");
	trash_end();
}

UNIT_MAIN("recover", interrupted_changes_are_finished,
	  edits_after_a_death_are_left,
	  a_later_commit_is_not_undone_by_recovery,
	  unpublished_changes_are_forgotten, power_cuts_are_looked_for,
	  our_own_locks_are_removed_and_no_others,
	  torn_journals_were_never_in_effect, eight_race_for_the_first_commit,
	  git_beside_us_loses_nothing)
