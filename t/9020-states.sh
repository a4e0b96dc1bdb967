#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A repository in the middle of something, or of a kind that cannot be opened: each has
# its answer.

test_description='special states of a repository'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

# stopped_by WORD: a writer ends with 3, says why, and changes nothing; readers go on.
stopped_by () {
	ops_unchanged 3 ops --as $LEAD edit swap-7k2f -f Priority=LOW &&
	test_grep -i -e "$1" "$TEST_ROOT/refused.err" &&
	ops_unchanged 3 ops --json --as $LEAD edit swap-7k2f -f Priority=LOW &&
	"$TEST_BUILD/t/json-get" error.status "$TEST_ROOT/refused.out" >../said &&
	test_grep -x environment ../said &&
	ops_json result.id swap-7k2f ops show swap-7k2f
}

test_expect_success 'no repository at all' '
	mkdir ../nothing &&
	for command in list "show x" "new task x" check log config "audit verify" recover "start x"
	do
		test_expect_code 3 ops -C ../nothing $command 2>err || return 1
		test_grep -i "repository" err || return 1
	done &&
	test_expect_code 3 ops -C ../no-such-directory list
'

test_expect_success 'an unborn branch' '
	git init -q ../unborn && (
		cd ../unborn &&
		echo "edit first-1 field:Priority=LOW" >../acts &&
		for command in list log "audit verify" "--as $LEAD new task x" "--as $LEAD batch ../acts" \
			"--as $LEAD batch --each ../acts" "--as $LEAD orchestrate"
		do
			test_expect_code 3 ops $command 2>../err && test_grep "run ops init" ../err || exit 1
		done &&
		ops init && ops list &&
		test -z "$(git status --porcelain)"
	)
'

test_expect_success 'a repository without ops' '
	git init -q ../without && (
		cd ../without && test_commit code src.c x &&
		for command in list "show x" "--as $LEAD new task x" config log
		do
			test_expect_code 3 ops $command 2>../err || exit 1
			test_grep "ops init\|not an ops repository\|no ops" ../err || exit 1
		done
	)
'

test_expect_success 'a detached HEAD: reading, no writing' '
	rm -f err &&
	ops_world && ops_task swap-7k2f && ops_task other-1 &&
	git checkout -q --detach &&
	stopped_by detached &&
	git checkout -q main
'

test_expect_success 'a merge in progress' '
	git checkout -q -b side && test_commit side src.c side &&
	git checkout -q main && test_commit main src.c main &&
	test_must_fail git merge side &&
	stopped_by merge &&
	git merge --abort
'

test_expect_success 'a rebase in progress' '
	git checkout -q side &&
	test_must_fail git rebase main &&
	stopped_by rebase &&
	git rebase --abort && git checkout -q main
'

test_expect_success 'an interactive one' '
	GIT_SEQUENCE_EDITOR="sed -i s/^pick/edit/" git rebase -q -i HEAD~ &&
	stopped_by rebase &&
	git rebase --abort
'

test_expect_success 'a cherry-pick, a revert, an am' '
	test_must_fail git cherry-pick side &&
	stopped_by cherry-pick &&
	git cherry-pick --abort &&
	test_commit again src.c again &&
	test_must_fail git revert HEAD~ &&
	stopped_by revert &&
	git revert --abort &&
	git format-patch -1 --stdout side >../patch &&
	test_expect_code 128 git am ../patch &&
	stopped_by "am " &&
	git am --abort
'

test_expect_success 'a bisection' '
	git bisect start HEAD HEAD~3 &&
	stopped_by "bisect\|detached" &&
	git bisect reset
'

test_expect_success 'within a hook nothing is written' '
	git stash list >../before &&
	ops_unchanged 3 env GIT_INDEX_FILE=.git/index ops --as $LEAD edit swap-7k2f -f Priority=LOW &&
	test_grep -i hook "$TEST_ROOT/refused.err" &&
	GIT_DIR=.git ops list
'

test_expect_success 'a split index' '
	git update-index --split-index &&
	test_might_fail ops --as $LEAD edit swap-7k2f -f Priority=LOW 2>../err &&
	if git diff --quiet HEAD~ HEAD -- $T
	then
		stopped_by "split"
	else
		test -z "$(git status --porcelain -uno)"
	fi &&
	git update-index --no-split-index
'

test_expect_success 'a sparse index' '
	git sparse-checkout set --cone --sparse-index 05-PROCESSES &&
	git ls-files --sparse >../entries && test_grep "^reports/$" ../entries &&
	test_might_fail ops --as $LEAD edit other-1 -f Priority=LOW 2>../err &&
	if test_grep "^Priority: LOW" 05-PROCESSES/active-tasks/other-1.md
	then
		test -z "$(git status --porcelain -uno)" && git fsck --strict
	else
		stopped_by sparse
	fi &&
	git sparse-checkout disable
'

test_expect_success 'a sparse checkout that leaves the state out' '
	git sparse-checkout set reports &&
	test_path_is_missing $T &&
	git show HEAD:$T >../tip &&
	test_might_fail ops --as $LEAD edit swap-7k2f -f Complexity=5 &&
	test -z "$(git status --porcelain -uno)" &&
	git sparse-checkout disable
'

test_expect_success 'a shallow clone: acts, but no audit' '
	git clone -q --depth 2 "file://$TRASH" ../shallow && (
		cd ../shallow &&
		ops --as $LEAD edit swap-7k2f -f Complexity=7 &&
		ops_json result.fields.Complexity 7 ops show swap-7k2f &&
		test_expect_code 3 ops audit verify
	)
'

test_expect_success 'a shallow clone does not know what was done by a key before' '
	ops --as $LEAD --key before edit swap-7k2f -f Complexity=8 &&
	ops --as $LEAD edit swap-7k2f -f Complexity=4 && ops --as $LEAD edit swap-7k2f -f Complexity=5 &&
	git clone -q --depth 2 "file://$TRASH" ../keys && (
		cd ../keys && git config user.email u@example.org && git config user.name u &&
		ops_unchanged 3 ops --as $LEAD --key before edit swap-7k2f -f Complexity=8 &&
		test_grep "git fetch --unshallow" "$TEST_ROOT/refused.err" &&
		echo "edit swap-7k2f field:Complexity=8" >../acts &&
		ops_unchanged 3 ops --as $LEAD --key before batch --each ../acts &&
		ops --as $LEAD edit swap-7k2f -f Complexity=6 && git fetch -q --unshallow &&
		ops_unchanged 0 ops --as $LEAD --key before edit swap-7k2f -f Complexity=8 &&
		ops --as $LEAD --key after edit swap-7k2f -f Complexity=9 &&
		ops_unchanged 0 ops --as $LEAD --key after edit swap-7k2f -f Complexity=9
	)
'

test_expect_success 'a repository of SHA-256' '
	git init -q --object-format=sha256 ../sha256 && (
		cd ../sha256 && test_commit code src.c x &&
		for command in init list "--as $LEAD new task x" "audit verify"
		do
			test_expect_code 3 ops $command 2>../err || exit 1
			test_grep -i "sha256\|sha-256\|format\|extension" ../err || exit 1
		done &&
		test -z "$(git status --porcelain)"
	)
'

test_expect_success 'a repository with a broken HEAD, or none' '
	git init -q ../broken && echo nonsense >../broken/.git/HEAD &&
	test_expect_code 3 ops -C ../broken list &&
	test_expect_code 3 ops -C ../broken --as $LEAD new task x
'

test_done
