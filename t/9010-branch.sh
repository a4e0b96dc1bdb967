#!/bin/sh
# SPDX-License-Identifier: MIT
#
# State on a branch of its own, in bare repositories, and in linked work trees.

test_description='the branch of state'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'ops init --branch leaves what is checked out alone' '
	test_commit "code" src.c "int x;" &&
	git rev-parse main >main.before &&
	ops init --branch ops-state --from "$TEST_FIXTURES/world" >said &&
	test_grep "ops-state" said &&
	git rev-parse main | test_cmp main.before - &&
	git symbolic-ref HEAD >head && test_grep -x refs/heads/main head &&
	test_path_is_missing 05-PROCESSES &&
	git diff --exit-code HEAD && git diff --cached --exit-code HEAD &&
	test "$(git config ops.branch)" = ops-state
'

test_expect_success 'a life, whatever is checked out' '
	rm -f main.before said head &&
	git checkout -q -b feature &&
	git ls-files --stage >../index.before &&
	ops_task_at In-Progress >/dev/null &&
	git checkout -q main &&
	for step in Review Signed Asked Decided Complete
	do
		test_tick && ops_step $step swap-7k2f >/dev/null || return 1
	done &&
	git checkout -q feature &&
	git ls-files --stage >../index.after && test_cmp ../index.before ../index.after &&
	test_path_is_missing 05-PROCESSES && test -z "$(git status --porcelain)" &&
	ops_json result.fields.Status Complete ops show swap-7k2f &&
	git rev-list --count main >../count && test_grep -x 1 ../count &&
	ops audit verify && ops check --at ops-state
'

test_expect_success 'not even a merge in the work tree matters' '
	git checkout -q -b one && test_commit one src.c 1 &&
	git checkout -q feature && test_commit two src.c 2 &&
	test_must_fail git merge -q one &&
	ops_task other-1 &&
	git merge --abort &&
	git checkout -q --detach &&
	ops --as $LEAD edit other-1 -f Priority=LOW &&
	git checkout -q main
'

test_expect_success 'checked out, its files follow' '
	git checkout -q ops-state &&
	ops --as $LEAD edit other-1 -f Priority=HIGH &&
	test_grep "^Priority: HIGH" 05-PROCESSES/active-tasks/other-1.md &&
	test -z "$(git status --porcelain)" &&
	git checkout -q main
'

test_expect_success 'checked out in another work tree it is not moved under it' '
	git worktree add -q ../linked ops-state &&
	ops_unchanged 3 ops --as $LEAD edit other-1 -f Priority=LOW &&
	test_grep "another work tree" "$TEST_ROOT/refused.err" &&
	ops --as $LEAD -C ../linked edit other-1 -f Priority=LOW &&
	test -z "$(git -C ../linked status --porcelain)" &&
	test_grep "^Priority: LOW" ../linked/05-PROCESSES/active-tasks/other-1.md &&
	ops_json result.fields.Priority LOW ops show other-1 &&
	git worktree remove ../linked
'

test_expect_success 'linked work trees share the state' '
	git worktree add -q -b third ../third main &&
	ops --as $LEAD -C ../third edit other-1 -f Priority=MEDIUM &&
	ops_json result.fields.Priority MEDIUM ops show other-1 &&
	test -z "$(git -C ../third status --porcelain)" &&
	git worktree remove ../third
'

test_expect_success 'a linked work tree with state on its own branch' '
	git init -q ../plain && (
		cd ../plain && ops_world && ops_task swap-7k2f &&
		git worktree add -q -b side ../plain-side &&
		ops --as $LEAD -C ../plain-side edit swap-7k2f -f Priority=LOW &&
		test_grep "^Priority: LOW" ../plain-side/05-PROCESSES/active-tasks/swap-7k2f.md &&
		test_grep "^Priority: HIGH" 05-PROCESSES/active-tasks/swap-7k2f.md &&
		test -z "$(git status --porcelain)" && test -z "$(git -C ../plain-side status --porcelain)" &&
		ops --as $LEAD edit swap-7k2f -f Due=2026-03-02 &&
		ops audit verify && ops -C ../plain-side audit verify
	)
'

test_expect_success 'a first commit that is refused leaves an empty repository, and says so' '
	cp -r "$TEST_FIXTURES/world" ../files && test_sed ../files/05-PROCESSES/agents/*/codegen.md "/^Name:/d" &&
	test_expect_code 1 ops init --from ../files ../refused 2>err &&
	test_grep "^ops: there is a git repository now, without a commit: " err &&
	test_grep "fix: add .Name: …. to the header" err && test_must_fail git -C ../refused rev-parse -q --verify HEAD &&
	test_expect_code 1 ops init --from ../files ../refused 2>err && test_grep ! "there is a git repository now" err &&
	ops init --from "$TEST_FIXTURES/world" ../refused && rm -rf ../refused ../files
'

test_expect_success 'a bare repository' '
	mkdir ../bare && (
		cd ../bare &&
		ops init --bare --from "$TEST_FIXTURES/world" &&
		git rev-parse --is-bare-repository >said && test_grep -x true said &&
		ops () {
			command ops --git-dir "$TEST_ROOT/bare" "$@"
		} &&
		for step in Queued Requested Approved Assigned
		do
			ops_step $step swap-7k2f >/dev/null || exit 1
		done &&
		ops_json result.fields.Status Assigned ops show swap-7k2f &&
		ops audit verify && git fsck --strict
	) &&
	ops --git-dir ../bare list >said && test_grep "^swap-7k2f " said &&
	ops --git-dir ../bare --as $DEV accept swap-7k2f &&
	ops_json result.fields.Accepted 2026-01-15 ops --git-dir ../bare show swap-7k2f
'

test_expect_success 'a clone of a bare one, and back' '
	git clone -q ../bare ../clone && (
		cd ../clone &&
		ops --as $DEV start swap-7k2f &&
		git push -q origin HEAD
	) &&
	ops_json result.fields.Status In-Progress ops --git-dir ../bare show swap-7k2f
'

test_expect_success 'a plain clone is told where the state is, and what it is told works' '
	git clone -q "$TRASH" ../unaware && (
		cd ../unaware && git config user.email u@example.org && git config user.name u &&
		for command in list status next "show other-1" "--as $LEAD edit other-1 -f Priority=LOW" \
			"run codegen other-1" trust log
		do
			test_expect_code 3 ops $command 2>../err || exit 1
			test_grep "no state of ops on .main., but .origin/ops-state. holds one" ../err || exit 1
			test_grep ! "ops init" ../err || exit 1
		done &&
		test_expect_code 1 ops init 2>../err && test_grep "origin/ops-state. holds a state" ../err &&
		test_expect_code 1 ops init --branch new 2>../err && test -z "$(git config ops.branch)" &&
		test -z "$(git branch --list new)" &&
		test_expect_code 3 ops list 2>../err && sed -n "s/.*holds one: //p" ../err >../advice &&
		sh ../advice && ops list --all >said && test_grep other-1 said && ops status >said &&
		test_expect_code 3 ops ci 2>../err && test_grep ".HEAD. holds no state of ops, but .ops-state. does" ../err &&
		test_expect_code 3 ops check 2>../err && sed -n "s/.*here: //p" ../err >../advice &&
		test_grep "^ops check --at ops-state$" ../advice && sh ../advice &&
		test_expect_code 3 ops check --at main 2>../err && test_grep "ops-state. does" ../err &&
		ops ci --head ops-state >said && test_grep "^passed" said
	)
'

test_expect_success 'a local branch, one that is behind, a detached HEAD, an unborn one, an odd name' '
	git clone -q "$TRASH" ../aware && (
		cd ../aware && git config user.email u@example.org && git config user.name u &&
		git branch -q ops-state origin/ops-state && test_expect_code 3 ops list 2>../err &&
		test_grep "but .ops-state. holds one: git config ops.branch ops-state$" ../err &&
		git checkout -q --detach main && test_expect_code 3 ops list 2>../err &&
		test_grep "on what is checked out, but .ops-state. holds" ../err && git checkout -q main &&
		git branch -q -D ops-state && git checkout -q -b ops-state main && test_expect_code 3 ops list 2>../err &&
		sed -n "s/.*holds one: //p" ../err >../advice && test_grep "^git pull --ff-only origin ops-state$" ../advice &&
		git update-ref -d refs/heads/ops-state && git rm -q -r -f --cached . && rm -rf src.c &&
		test_expect_code 3 ops list 2>../err && sed -n "s/.*holds one: //p" ../err >../advice &&
		sh ../advice 2>../said && ops list >../said && test_grep ! "^$" ../said &&
		git checkout -q main && git branch -q "x;y" ops-state && git branch -q -D ops-state &&
		git update-ref -d refs/remotes/origin/ops-state && test_expect_code 3 ops list 2>../err &&
		test_grep ! "config ops.branch x;y" ../err && test_grep "but .x;y. holds one: set git config" ../err
	)
'

test_expect_success 'a second state beside the first is begun only when that is said' '
	git clone -q "$TRASH" ../second && (
		cd ../second && git config user.email u@example.org && git config user.name u &&
		test_expect_code 1 ops init 2>../err && test_grep "ops init --anew" ../err &&
		ops init --anew --from "$TEST_FIXTURES/world" && ops list && ops audit verify
	)
'

test_expect_success 'a server that is not told of the branch takes no state that nobody would judge' '
	git init -q --bare -b main ../told.git && ops --git-dir ../told.git server install >/dev/null &&
	git push -q ../told.git main && test_must_fail git push ../told.git ops-state 2>../err &&
	test_grep "ref.unjudged" ../err && test_grep "config ops.branch ops-state" ../err &&
	test_must_fail git push ../told.git main ops-state:other 2>../err &&
	sed -n "s/.*on the server: //p" ../err | sed "s/other/ops-state/" >../advice &&
	test_line_count = 1 ../advice && sh ../advice && git push -q ../told.git ops-state &&
	ops --git-dir ../told.git server doctor >/dev/null &&
	git --git-dir ../told.git config --unset ops.branch &&
	test_expect_code 1 ops --git-dir ../told.git server install >../out &&
	test_grep "^differs its policy: none, but .refs/heads/ops-state. holds" ../out &&
	sed -n "s/.*pushes are judged by it: //p" ../out >../advice && sh ../advice &&
	ops --git-dir ../told.git server doctor >/dev/null &&
	git init -q --bare -b ops-state ../both.git && ops --git-dir ../both.git server install >/dev/null &&
	git push -q ../both.git ops-state:a-topic ops-state main
'

test_expect_success 'where a commit took it away, the commit is named, and no pull that does nothing' '
	git clone -q -b ops-state "$TRASH" ../away && (
		cd ../away && git config user.email u@example.org && git config user.name u &&
		git mv 05-PROCESSES real && ln -s real 05-PROCESSES && git add -A && git commit -q -m "a link" &&
		test_expect_code 3 ops list 2>../err && test_grep "git log -1 -- 05-PROCESSES/ops.yaml" ../err &&
		test_grep ! "git pull" ../err &&
		git revert --no-edit "$(git log -1 --format=%H -- 05-PROCESSES/ops.yaml)" >/dev/null && ops list
	)
'

test_expect_success 'twice is refused, and a bad name is wrong usage' '
	ops_unchanged 1 ops init --branch ops-state &&
	git init -q ../names && (
		cd ../names &&
		for name in "" "a b" ../x "a..b" -x "a.lock" "@{" "x~1"
		do
			test_must_fail ops init --branch="$name" || exit 1
			test -z "$(git for-each-ref)" || exit 1
		done
	)
'

test_done
