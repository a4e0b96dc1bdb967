#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Two clones and a server with its hook: who is faster, who is told, what is kept.

test_description='synchronising clones'
. "$(dirname "$0")/test-lib.sh"

SERVER=$TEST_ROOT/server.git
OTHER=$TEST_ROOT/other

# there COMMAND...: in the other clone.
there () {
	(cd "$OTHER" && "$@")
}

# keep_tip, same_tip: branch, index and files are as they were; what was fetched is not asked.
tip () {
	git rev-parse HEAD && git ls-files --stage && git status --porcelain -uno
}
keep_tip () {
	tip >"$TEST_ROOT/tip"
}
same_tip () {
	tip >"$TEST_ROOT/tip.now" && test_cmp "$TEST_ROOT/tip" "$TEST_ROOT/tip.now"
}

# stays N COMMAND...: it ends with N, its words are in err of $TEST_ROOT, and nothing moved.
stays () {
	wanted=$1
	shift
	keep_tip && test_expect_code "$wanted" "$@" 2>"$TEST_ROOT/err" && same_tip
}

same_trees () {
	test "$(git rev-parse HEAD)" = "$(there git rev-parse HEAD)" &&
	test "$(git rev-parse HEAD)" = "$(git -C "$SERVER" rev-parse main)" &&
	git diff --quiet HEAD && git diff --cached --quiet HEAD &&
	there git diff --quiet HEAD && there git diff --cached --quiet HEAD
}

test_expect_success 'without a remote there is nothing to synchronise' '
	ops_world && ops_unchanged 3 ops sync && test_grep "there is no remote" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 ops sync elsewhere
'

test_expect_success 'an empty server gets all of it' '
	ops_task_at Approved swap-7k2f && ops_task other-1 &&
	git init -q --bare -b main "$SERVER" && git remote add origin "$SERVER" &&
	test_expect_code 1 ops sync --check >out && test_grep "recorded here and not published" out &&
	ops_json result.state published ops sync && ops sync --check &&
	ops --git-dir "$SERVER" hooks install && git clone -q "$SERVER" "$OTHER" &&
	there git config user.email other@example.org && there git config user.name other && same_trees
'

# It is published, and who cannot read the answer learns so.
test_expect_success 'whose answer is lost hears where both sides are' '
	test_tick && ops --as $LEAD edit other-1 -f Priority=HIGH &&
	test_expect_code 3 ops sync >/dev/full 2>err &&
	test_grep "No space left on device; this clone is at $(git rev-parse HEAD), .* at $(git -C "$SERVER" rev-parse main)$" err &&
	test_expect_code 3 ops sync --check >/dev/full 2>err && test_grep "on device$" err &&
	there ops sync && same_trees
'

test_expect_success 'what is recorded here is published, and arrives there' '
	test_tick && ops --as $LEAD edit other-1 -f Priority=LOW &&
	ops_json result.ahead 0 ops sync &&
	test_expect_code 1 there ops sync --check && there ops sync >out && test_grep "received 1" out &&
	same_trees && test_grep "^Priority: LOW" "$OTHER/05-PROCESSES/active-tasks/other-1.md"
'

# A rename that was lost with the power leaves git's lock on a ref that only a sync writes.
test_expect_success 'a lock that nobody holds is in the way of no sync' '
	test_tick && ops --as $LEAD edit other-1 -f Priority=MEDIUM &&
	for ref in seen fetched
	do
		: >.git/refs/ops/$ref/origin/main.lock || return 1
	done && ops sync && test -z "$(find .git/refs -name "*.lock")" && there ops sync && same_trees
'

test_expect_success 'acts on different tasks, and different fields of one, all arrive' '
	test_tick && ops_task mine-1 && ops --as $LEAD edit other-1 -f Due=2026-04-04 &&
	test_tick && there ops_task yours-1 && there ops --as $LEAD edit other-1 -f Priority=HIGH &&
	ops sync && there ops_json result.acts.# 2 ops sync && ops sync && same_trees &&
	there ops audit verify && test_grep "^Due: 2026-04-04" 05-PROCESSES/active-tasks/other-1.md &&
	test_grep "^Priority: HIGH" 05-PROCESSES/active-tasks/other-1.md &&
	there git log -1 --format=%B >message && test_grep "^Ops-Actor: $LEAD" message
'

test_expect_success 'a race for a task: one owner, and the loser is told to whom' '
	test_tick && ops --as $LEAD assign swap-7k2f $DEV && test_tick &&
	there ops --as $LEAD assign swap-7k2f docwriter && there ops --as $LEAD edit yours-1 -f Priority=LOW &&
	lost=$(there git rev-parse HEAD~) &&
	ops sync && winner=$(git rev-parse HEAD) &&
	test_expect_code 1 there ops --json sync >answer &&
	"$TEST_BUILD/t/json-get" result.acts.0.state answer >state && test_grep -x lost state &&
	"$TEST_BUILD/t/json-get" result.acts.0.winner answer >by && test_grep -x $winner by &&
	"$TEST_BUILD/t/json-get" result.acts.0.why answer >why && test_grep Assigned-To why &&
	"$TEST_BUILD/t/json-get" result.acts.1.state answer >state && test_grep -x published state &&
	test "$(there git rev-parse refs/ops/lost/$(echo $lost | cut -c 1-12))" = $lost &&
	ops sync && same_trees && test_grep "^Assigned-To: Production/$DEV$" 05-PROCESSES/active-tasks/swap-7k2f.md &&
	test_grep "^Priority: LOW" 05-PROCESSES/active-tasks/yours-1.md && ops audit verify
'

test_expect_success 'in words' '
	test_tick && ops --as $DEV block swap-7k2f -m "wait" && test_tick && there ops --as $DEV start swap-7k2f &&
	ops sync && test_expect_code 1 there ops sync >out &&
	test_grep "^lost [0-9a-f]\{7\} $DEV chore(ops): start swap-7k2f: " out &&
	test_grep "^  won: [0-9a-f]\{7\} $DEV chore(ops): block swap-7k2f" out && test_grep "^  kept: refs/ops/lost/" out &&
	same_trees && ops --as $LEAD unblock swap-7k2f && ops sync && there ops sync && same_trees
'

test_expect_success 'what is still possible after what others did is done' '
	test_tick && ops_task both-1 && ops_step Requested both-1 && ops_step Approved both-1 && ops_step Assigned both-1 &&
	ops sync && there ops sync && test_tick && ops --as $DEV accept both-1 &&
	there ops --as $LEAD cancel both-1 -m "no" && ops sync &&
	there ops_json result.acts.0.state published ops sync && ops sync && same_trees &&
	test_grep "^Accepted: " 05-PROCESSES/completed-tasks/*/*/both-1.md && ops audit verify
'

test_expect_success 'the same act on both sides is done once' '
	test_tick && ops --as $DEV start swap-7k2f && there ops --as $DEV start swap-7k2f &&
	ops sync && there ops_json result.acts.0.state done ops sync && same_trees
'

test_expect_success 'an act that is not legal there any more is lost, with the rule' '
	test_tick && ops_task gate-1 && ops_step Requested gate-1 && ops sync && there ops sync &&
	test_tick && ops --as $LEAD edit gate-1 -s Objective="match 20 000 orders in 1 s" && ops sync &&
	there ops --as $GOV gate approve gate-1 pre-governance -m "bounded" &&
	test_expect_code 1 there ops --json sync >answer &&
	"$TEST_BUILD/t/json-get" "result.acts.0.rules.0" answer >rule && test_grep "gate" rule &&
	"$TEST_BUILD/t/json-get" result.acts.0.winner_subject answer >by && test_grep "edit gate-1" by && same_trees
'

test_expect_success 'a task that was edited there and archived here goes to the archive with the edit' '
	test_tick && ops_task moved-1 && ops sync && there ops sync &&
	test_tick && ops --as $LEAD edit moved-1 -f Priority=CRITICAL && ops sync &&
	there ops --as $LEAD cancel moved-1 -m "no" && there ops sync && ops sync && same_trees &&
	test_path_is_missing 05-PROCESSES/active-tasks/moved-1.md &&
	test_grep "^Priority: CRITICAL" 05-PROCESSES/completed-tasks/*/*/moved-1.md && ops audit verify
'

test_expect_success 'one that was archived there is not edited here' '
	test_tick && ops_task moved-2 && ops sync && there ops sync &&
	test_tick && ops --as $LEAD cancel moved-2 -m "no" && ops sync &&
	there ops --as $LEAD edit moved-2 -f Priority=LOW && there ops_task after-1 &&
	test_expect_code 1 there ops sync >out && test_grep "^lost .*not legal there any more" out && test_grep "doc.frozen" out &&
	test_grep "won: .*cancel moved-2" out && ops sync && same_trees && ops audit verify
'

test_expect_success 'code of people goes along, and a conflict in it stops, with nothing lost' '
	test_commit code src.c "int x;" && ops sync && there ops sync && same_trees &&
	test_commit "here" src.c "int here;" && ops sync &&
	there test_commit "there" other.c "int there;" && there ops sync && ops sync && same_trees &&
	test_commit "here again" src.c "int again;" && ops sync && there test_commit "there again" src.c "long x;" &&
	there ops_task stuck-1 && (cd "$OTHER" && stays 1 ops sync && test_grep "git merge or git rebase" ../err) &&
	there git reset -q --hard HEAD~2 && there ops sync && same_trees
'

test_expect_success 'executable files, and files that are removed' '
	printf "#!/bin/sh\n" >run.sh && chmod +x run.sh && git rm -q src.c && git add run.sh &&
	test_tick && git commit -q -m "run" && ops sync && there ops_task moded-1 && there ops sync &&
	test -x "$OTHER/run.sh" && test_path_is_missing "$OTHER/src.c" && ops sync && same_trees &&
	chmod -x run.sh && test_tick && git commit -q -a -m "mode" && ops sync && there ops sync &&
	test ! -x "$OTHER/run.sh" && same_trees
'

test_expect_success 'a mode that changes goes along, but not with a text that both changed' '
	test_write_lines a b c d e f g >modes.sh && git add modes.sh && test_tick && git commit -q -m "modes" &&
	ops sync && there ops sync && test_commit "between" between.c "x" && ops sync &&
	chmod +x "$OTHER/modes.sh" && there git commit -q -a -m "mode alone" && there ops sync && ops sync &&
	test -x modes.sh && same_trees &&
	test_sed modes.sh "s/^a/A/" && git commit -q -a -m "text" && ops sync &&
	chmod -x "$OTHER/modes.sh" && (cd "$OTHER" && test_sed modes.sh "s/^g/G/") &&
	there git commit -q -a -m "text and mode" &&
	(cd "$OTHER" && stays 1 ops sync && test_grep "changes the mode of .modes.sh" ../err) &&
	there git pull -q --rebase && there ops sync && ops sync && same_trees && test ! -x modes.sh
'

test_expect_success 'what the user edits is not overwritten' '
	test_tick && ops --as $LEAD edit mine-1 -f Priority=LOW && ops sync &&
	echo "my words" >>"$OTHER/05-PROCESSES/active-tasks/mine-1.md" && there ops_task dirty-1 &&
	(cd "$OTHER" && stays 1 ops sync) && test_grep "mine-1.md. has changes of yours" ../err &&
	test "$(git -C "$SERVER" rev-parse main)" = "$(git rev-parse HEAD)" &&
	there git checkout -q 05-PROCESSES/active-tasks/mine-1.md &&
	echo "my words" >"$OTHER/free.txt" && there ops sync && test_path_is_file "$OTHER/free.txt" &&
	rm "$OTHER/free.txt" && ops sync && same_trees
'

test_expect_success 'a dry run publishes and moves nothing' '
	test_tick && ops --as $LEAD edit mine-1 -f Priority=HIGH && there ops_task dry-1 && there ops sync &&
	keep_tip && git -C "$SERVER" rev-parse main >before &&
	ops sync --dry-run >out && test_grep "would publish" out && same_tip &&
	git -C "$SERVER" rev-parse main >after && test_cmp before after && ops sync && there ops sync && same_trees
'

test_expect_success 'the server says no: told in its words, and recorded here' '
	test_tick && ops_task refused-1 && keep_tip &&
	printf "#!/bin/sh\necho the office is closed\nexit 1\n" >"$SERVER/hooks/update" && chmod +x "$SERVER/hooks/update" &&
	test_expect_code 1 ops sync 2>err && test_grep "does not take your commits" err &&
	test_grep "^error push.refused: .*the office is closed" err && same_tip &&
	rm "$SERVER/hooks/update" && ops sync && there ops sync && same_trees
'

test_expect_success 'one of several that the server does not take: what it says to do takes that one out alone' '
	for n in 1 2 3
	do
		ops_task some-$n || return 1
	done && bad=$(git rev-parse HEAD~) && keep_tip && cp "$SERVER/hooks/pre-receive" hook.kept &&
	printf "#!/bin/sh\nread old new ref\ngit rev-list \$old..\$new | grep $bad\n test \$? != 0\n" >"$SERVER/hooks/pre-receive" &&
	chmod +x "$SERVER/hooks/pre-receive" && test_expect_code 1 ops sync 2>err && test_grep "push.refused: $bad" err && same_tip &&
	sed -n "s/.*\(git rebase -i\) COMMIT~.*/\1 $bad~/p" err >remedy && test_line_count = 1 remedy &&
	GIT_SEQUENCE_EDITOR="sed -i 1d" sh ./remedy && cp hook.kept "$SERVER/hooks/pre-receive" && rm hook.kept remedy err && ops sync &&
	test_path_is_missing 05-PROCESSES/active-tasks/some-2.md && test_path_is_file 05-PROCESSES/active-tasks/some-3.md &&
	git log --format=%s | grep -c "new task some-" >../count && test_grep -x 2 ../count && there ops sync && same_trees
'

test_expect_success 'a hand-made commit that the hook of the server refuses' '
	test_sed 05-PROCESSES/active-tasks/mine-1.md "s/^Status: Queued/Status: Complete/" && git add -u && test_tick &&
	GIT_AUTHOR_EMAIL=$DEV@example.org git commit -q -m "done, I think" && keep_tip &&
	test_expect_code 1 ops sync 2>err && test_grep "recorded here" err && same_tip &&
	git reset -q --hard HEAD~ && ops sync
'

test_expect_success 'what the hook of the server says is told line by line, in JSON too' '
	cp "$SERVER/hooks/pre-receive" hook.kept && test_tick && ops_task lines-1 &&
	printf "#!/bin/sh\nfor i in 1 2 3 4 5 6 7 8 9; do echo \"line \$i\"; done\nexit 1\n" >"$SERVER/hooks/update" &&
	chmod +x "$SERVER/hooks/update" && keep_tip && test_expect_code 1 ops sync 2>err &&
	grep -c "^error push.refused: line [1-9]$" err >nr && echo 9 >nine && test_cmp nine nr &&
	test_grep "git rebase -i COMMIT~. takes it out" err && same_tip && test_expect_code 1 ops --json sync >answer &&
	"$TEST_BUILD/t/json-get" findings.8.message answer >said && test_grep "^line 9" said &&
	rm "$SERVER/hooks/update" hook.kept && ops sync && there ops sync && same_trees
'

test_expect_success 'a hand-made commit is judged here, whatever the server has; the remedy works' '
	ops --git-dir "$SERVER" hooks uninstall && test_tick &&
	test_sed 05-PROCESSES/active-tasks/mine-1.md "s/^Status: Queued/Status: Complete/" &&
	git commit -q -a -m "typo" && bad=$(git rev-parse --short=10 HEAD) && keep_tip &&
	git -C "$SERVER" rev-parse main >before && test_expect_code 1 ops sync 2>err &&
	test_grep "task.transition.*(in $bad" err && test_grep "first $bad, so nothing was published" err && same_tip &&
	test_expect_code 1 ops sync --dry-run 2>/dev/null && test_expect_code 1 ops --json sync >answer &&
	"$TEST_BUILD/t/json-get" findings.0.rule answer >rule && test_grep . rule &&
	git -C "$SERVER" rev-parse main >after && test_cmp before after &&
	sed -n "s/.*\(git reset --soft [0-9a-f~]*\).*/\1/p" err >remedy && test_grep "^git reset --soft $bad~$" remedy &&
	sh ./remedy && test_grep "^Status: Complete" 05-PROCESSES/active-tasks/mine-1.md &&
	git checkout -q HEAD 05-PROCESSES/active-tasks/mine-1.md && ops sync && there ops sync && same_trees
'

test_expect_success 'one below others, one not checked out, and one on top of what came in' '
	test_sed 05-PROCESSES/active-tasks/mine-1.md "s/^Status: Queued/Status: Complete/" && test_tick &&
	git commit -q -a -m "typo" && bad=$(git rev-parse --short=10 HEAD) && test_commit "above" above.c "int a;" &&
	stays 1 ops sync && test_grep "git rebase -i $bad~. takes it out" ../err &&
	git config ops.branch main && git checkout -q -b elsewhere && stays 1 ops sync &&
	test_grep "git branch -f main $bad~. takes it back" ../err && git checkout -q main &&
	git config --unset ops.branch && git branch -q -D elsewhere &&
	there ops_task below-1 && there ops sync && test_expect_code 1 ops sync 2>err &&
	test_grep "^05-PROCESSES/active-tasks/mine-1.md.* error task.transition" err &&
	test_grep "not legal on top of the upstream" err && git reset -q --hard HEAD~2 &&
	ops sync && there ops sync && same_trees && ops --git-dir "$SERVER" hooks install
'

test_expect_success 'an upstream with commits that are not legal is not taken' '
	ops --git-dir "$SERVER" hooks uninstall &&
	there test_sed 05-PROCESSES/active-tasks/mine-1.md "s/^Status: Queued/Status: Complete/" && test_tick &&
	there git commit -q -a -m "done, I think" && there git push -q origin main &&
	stays 1 ops sync && bad=$(there git rev-parse --short=10 HEAD) &&
	test_grep "1 is not legal, first $bad, so none was taken" ../err && test_grep task.transition ../err &&
	there git reset -q --soft HEAD~ && there git checkout -q HEAD 05-PROCESSES &&
	there git push -q --force-with-lease origin main && ops sync && same_trees
'

test_expect_success 'a clone that has it goes on when it is taken back; a person may take it with git' '
	git clone -q "$SERVER" ../third && good=$(git rev-parse HEAD) &&
	there test_sed 05-PROCESSES/active-tasks/mine-1.md "s/^Status: Queued/Status: Complete/" && test_tick &&
	there git commit -q -a -m "done, I think" && there git push -q origin main && stays 1 ops sync &&
	(cd ../third && ops hooks install && test_expect_code 1 ops sync && git fetch -q origin &&
	 test_expect_code 128 git merge -q --ff-only origin/main &&
	 git -c core.hooksPath=/dev/null merge -q --ff-only origin/main && ops sync &&
	 test_expect_code 1 ops audit verify >out && test_grep "done, I think" out) &&
	there git reset -q --hard HEAD~ && there git push -q --force-with-lease origin main &&
	(cd ../third && test_expect_code 1 ops sync && test_expect_code 1 ops sync --rewritten &&
	 test "$(git rev-parse HEAD)" = $good && ops sync && ops audit verify) &&
	rm -rf ../third && ops --git-dir "$SERVER" hooks install && ops sync && same_trees
'

test_expect_success 'an upstream that was rewritten is not taken by itself' '
	test_tick && ops --as $LEAD edit mine-1 -f Priority=MEDIUM && ops sync && old=$(git rev-parse HEAD) &&
	test_tick && ops_task local-1 && git -C "$SERVER" update-ref refs/heads/main main~1 && keep_tip &&
	test_expect_code 1 ops sync 2>err && test_grep "the upstream was rewritten" err && same_tip &&
	test "$(git rev-parse refs/ops/seen/origin/main)" = $old &&
	test_expect_code 1 ops sync --rewritten >out && test_grep "^lost .*edit mine-1.*rewritten" out &&
	test "$(git rev-parse refs/ops/lost/$(echo $old | cut -c 1-12))" = $old &&
	test_path_is_file 05-PROCESSES/active-tasks/local-1.md && ops sync --check && there ops sync && same_trees
'

test_expect_success 'another history under the same name' '
	git init -q --bare -b main ../alien.git && (mkdir ../alien && cd ../alien && ops_world && git push -q ../alien.git main) &&
	git remote add alien ../alien.git && keep_tip &&
	test_expect_code 1 ops sync alien 2>err && test_grep "no commit in common" err && same_tip
'

test_expect_success 'offline, and a remote that hangs' '
	test_tick && ops_task alone-1 && keep_tip && git remote add gone ../gone.git &&
	test_expect_code 3 ops sync gone 2>err && test_grep "what is recorded here stays so" err && same_tip &&
	printf "#!/bin/sh\nexec sleep 60\n" >../hang && chmod +x ../hang &&
	git remote add hang ext::"$TEST_ROOT/hang" && git config --global protocol.ext.allow always &&
	git config --global ops.allowLocal remote.url &&
	test_expect_code 6 ops sync --timeout 1 hang 2>err && test_grep "did not answer in 1 s" err && same_tip &&
	ops sync && there ops sync && same_trees
'

test_expect_success 'a detached HEAD, a merge in progress, a hook' '
	git checkout -q --detach && ops_unchanged 3 ops sync && git checkout -q main &&
	git checkout -q -b side HEAD~ && test_commit "side" side.c "s" && git checkout -q main &&
	test_commit "main" main.c "m" && git merge -q --no-commit side && ops_unchanged 3 ops sync && git merge --abort &&
	git branch -q -D side && git reset -q --hard HEAD~ && GIT_INDEX_FILE=.git/index ops_unchanged 3 ops sync
'

test_expect_success 'a push whose answer was lost is recognised' '
	test_tick && there ops_task faster-1 && there ops sync && ops_task unsure-1 && ops_task unsure-2 &&
	printf "#!/bin/sh\necho taken >>taken\nkill -9 \$PPID\n" >"$SERVER/hooks/post-receive" &&
	chmod +x "$SERVER/hooks/post-receive" && ops_json result.acts.1.state published ops sync &&
	test_line_count = 1 "$SERVER/taken" && rm "$SERVER/hooks/post-receive" &&
	there ops sync && same_trees && ops audit verify &&
	git log --format=%B | grep "^Ops-Id" | sort | uniq -d >doubled && test_must_be_empty doubled
'

test_expect_success 'killed after the push, the next call follows' '
	test_tick && there ops_task faster-2 && there ops sync && ops_task killed-1 && old=$(git rev-parse HEAD) &&
	git fetch -q origin && git checkout -q -b replayed origin/main && git cherry-pick $old >/dev/null &&
	git push -q origin replayed:main && git checkout -q main && git branch -q -D replayed &&
	ops_json result.acts.0.state published ops sync && there ops sync && same_trees && ops audit verify
'

test_expect_success 'what is done again is signed again, and what is done by the batch too' '
	ssh-keygen -q -t ed25519 -N "" -C lead -f ../lead && test_tick &&
	ops --as $BOSS edit $LEAD -f "Keys=$(cat ../lead.pub)" && ops sync && there ops sync &&
	there git config gpg.format ssh && there git config commit.gpgsign true &&
	there git config user.signingkey "$TEST_ROOT/lead" && test_tick && ops --as $BOSS new task --id plain-1 -f Title=Plain &&
	there ops_task signed-1 && test_write_lines "edit signed-1 field:Priority=LOW" "edit signed-1 field:Priority=HIGH" >acts &&
	there ops --as $LEAD batch --each ../trash/acts && old=$(there git rev-parse HEAD) && ops sync && there ops sync &&
	test "$(there git rev-parse HEAD)" != "$old" && there git log -3 --format=%H >commits && while read -r c
	do
		there git cat-file commit $c | grep -q "^gpgsig" || return 1
	done <commits &&
	there ops_json result.acts.0.verified $LEAD ops log -n 1 && ops sync && same_trees && ops audit verify &&
	there git config --unset commit.gpgsign
'

test_expect_success 'a package that is recorded again names the commit it is now recorded on' '
	test_tick && ops_task_at In-Progress handed-1 >/dev/null && ops sync && there ops sync && test_tick &&
	there ops --as $DEV handoff start handed-1 docwriter && test_tick && there ops --as $DEV handoff package handed-1 \
		-e reports/test.log "Completed=- [x] a" "Current State=b" "Pending=- [ ] c" Risks=d Findings=e Next=f \
		Failing-Checks=none && base=$(there git rev-parse HEAD~) &&
	test_tick && ops --as $LEAD edit other-1 -f Priority=LOW && ops sync && there ops sync && ops sync && same_trees &&
	test "$(git rev-parse HEAD~)" != "$base" && grep -h "^Base: " 05-PROCESSES/packets/handed-1/*-handoff-package-* >is &&
	echo "Base: $(git rev-parse HEAD~)" >expected && test_cmp expected is && rm is expected && ops audit verify
'

test_expect_success 'state on a branch of its own, and a bare clone' '
	git clone -q --bare "$SERVER" ../bare.git && git -C ../bare.git remote set-url origin "$SERVER" &&
	test_tick && ops --git-dir ../bare.git --as $LEAD new task --id bare-1 --from "$TEST_FIXTURES/task.md" &&
	ops --git-dir ../bare.git sync && ops sync && there ops sync && same_trees && test_path_is_file 05-PROCESSES/active-tasks/bare-1.md &&
	git checkout -q -b feature && git config ops.branch main && test_tick && ops_task branch-1 && ops sync &&
	test_path_is_missing 05-PROCESSES/active-tasks/branch-1.md && git config --unset ops.branch && git checkout -q main &&
	git branch -q -D feature && there ops sync && same_trees
'

test_done
