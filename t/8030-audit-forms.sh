#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops audit verify: which commits it judges, in which form it tells, and what it says
# of a history that is not whole.

test_description='ranges and forms of an audit'
TEST_NO_VERIFY='illegal commits are made on purpose'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/hand-1.md

test_expect_success 'a history with an old and a new policy, and a fault under each' '
	test_commit "before ops" && ops_world && ops_task hand-1 &&
	test_sed $T "s/^Status: Queued/Status: Complete/" &&
	ops_commit_as $LEAD "done, by hand" && git tag old-fault &&
	test_sed $T "s/^Status: Complete/Status: Queued/" &&
	ops_commit_as $LEAD "not done" && git tag legal &&
	test_write_lines "format: 1" "version: 2" >05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "another policy" && git tag policy &&
	test_commit "code" src.c "int x;" && git tag code &&
	test_sed $T "s/^Priority: HIGH/Priority: LOW/" &&
	ops_commit_as stranger "less urgent" && git tag new-fault &&
	test_commit "more code" src.c "int y;" &&
	ops_audit_names task.transition old-fault &&
	ops_audit_names actor.unknown new-fault
'

test_expect_success 'since the present policy, the commit that brought it included' '
	test_expect_code 1 ops audit verify --since-policy >found &&
	test_grep "^4 commits: 0 before ops, 2 without documents, 2 judged, 1 refused$" found &&
	test_grep "^refused $(git rev-parse --short=7 new-fault)" found &&
	ops_json result.first "$(git rev-parse policy)" ops audit verify --since-policy code &&
	ops_json result.commits 2 ops audit verify --since-policy code &&
	ops_json result.commits 1 ops audit verify --since-policy policy &&
	test_expect_code 1 ops audit verify --since-policy legal >found &&
	test_grep "^4 commits: 0 before ops, 4 judged" found &&
	test_expect_code 2 ops audit verify --since-policy legal..code 2>err &&
	test_grep "only the end" err
'

test_expect_success 'and a policy that somebody had no power to bring' '
	git checkout -q -b worse code && test_sed 05-PROCESSES/ops.yaml "s/version: 2/version: 3/" &&
	ops_commit_as $DEV "my policy" &&
	test_expect_code 1 ops audit verify --since-policy >found &&
	test_grep power.protected found &&
	git checkout -q main
'

test_expect_success 'without a configuration there is no policy to begin with' '
	first=$(git rev-list --max-parents=0 HEAD) &&
	ops_json result.commits 1 ops audit verify --since-policy "$first" &&
	ops_json result.before_ops 1 ops audit verify --since-policy "$first"
'

test_expect_success 'findings for other programs, each with its commit' '
	test_expect_code 1 ops audit verify --format sarif >answer &&
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" answer &&
	"$TEST_BUILD/t/json-get" "runs.0.results.*.ruleId" answer >rules &&
	test_grep -x task.transition rules && test_grep -x actor.unknown rules &&
	"$TEST_BUILD/t/json-get" "runs.0.results.*.message.text" answer >messages &&
	test_grep "commit $(git rev-parse --short=10 old-fault)" messages &&
	test_expect_code 1 ops audit verify --format junit >answer &&
	test_grep "<failure type=\"actor.unknown\"" answer &&
	test_grep "<testcase .*file=\"$T\"" answer &&
	test_expect_code 1 ops audit verify --format github >answer &&
	test_grep "^::error file=$T,.*title=task.transition::" answer &&
	test_grep "^::error title=actor.unknown::.*commit $(git rev-parse --short=10 new-fault)" \
		answer &&
	test_grep ! assurance answer &&
	test_expect_code 1 ops audit verify --format json >answer &&
	test_expect_code 1 ops --json audit verify >again &&
	test_cmp answer again &&
	test_expect_code 1 ops audit verify --format text >answer &&
	test_expect_code 1 ops audit verify >again &&
	test_cmp answer again
'

test_expect_success 'and none at all' '
	ops audit verify --format sarif code..code >answer &&
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" answer &&
	ops audit verify --format github legal..code >answer &&
	test_must_be_empty answer &&
	ops audit verify --format junit legal..code >answer &&
	test_grep "tests=\"0\" failures=\"0\"" answer
'

test_expect_success 'forms that there are not' '
	test_expect_code 2 ops audit verify --format html &&
	test_expect_code 2 ops --json audit verify --format sarif
'

test_expect_success 'neither grafts nor replace refs hide a commit' '
	git clone -q . ../copy && (
		cd ../copy &&
		git config advice.graftFileDeprecated false &&
		git rev-parse policy >.git/info/grafts &&
		test "$(git rev-list --count HEAD)" = 4 &&
		test_expect_code 1 ops audit verify >found &&
		test_grep "^refused $(git rev-parse --short=7 old-fault)" found &&
		rm .git/info/grafts &&
		git replace old-fault^{} legal^{} &&
		test_expect_code 1 ops audit verify >found &&
		test_grep "^refused $(git rev-parse --short=7 old-fault)" found
	)
'

test_expect_success 'what is there of a shallow clone is judged, and the rest counted' '
	git clone -q --depth 4 "file://$TRASH" ../shallow &&
	test_expect_code 1 ops -C ../shallow audit verify >found 2>err &&
	test_grep "^refused $(git rev-parse --short=7 new-fault)" found &&
	test_grep "^4 commits: .* 1 refused, 1 not to be judged here$" found &&
	test_grep "shallow: 1 commit cannot be judged.*unshallow" err &&
	git clone -q --depth 2 --branch code "file://$TRASH" ../short &&
	test_expect_code 3 ops -C ../short audit verify >found 2>err &&
	test_grep " 0 refused, 1 not to be judged here$" found &&
	test_expect_code 3 ops --json -C ../short audit verify >answer 2>err &&
	"$TEST_BUILD/t/json-get" result.unjudged answer >said &&
	test_grep -x 1 said &&
	test_expect_code 3 ops -C ../short audit verify --since-policy &&
	ops -C ../short audit verify HEAD~..HEAD
'

test_expect_success 'a merge in a shallow clone is not judged by half' '
	git checkout -q -b side code && ops_task side-1 &&
	git checkout -q -b both code && ops_task main-1 && test_tick &&
	git merge -q --no-edit side && test_commit "on top" src.c "int z;" &&
	ops audit verify legal.. &&
	git clone -q --depth 3 --branch both "file://$TRASH" ../merged &&
	test_expect_code 3 ops -C ../merged audit verify >found &&
	test_grep " 0 refused, [3-9] not to be judged here$" found
'

test_expect_success 'a damaged list of where it was cut off is not a whole history' '
	echo nonsense >../short/.git/shallow &&
	test_expect_code 3 ops -C ../short audit verify
'

test_done
