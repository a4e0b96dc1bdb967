#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The quality gate: checks that ops does itself and commands the repository names, their
# ratio, and what a rejection says: the reason, what is missing, the next action.

test_description='the quality gate'
. "$(dirname "$0")/test-lib.sh"

# as_dev MESSAGE: commit what is there as the assignee.
as_dev () {
	git add -A src && ops_commit_as $DEV "$1"
}

test_expect_success 'a task at work, with nothing done: no check of commits passes' '
	ops_world && ops_task_at In-Progress &&
	test_expect_code 1 ops quality swap-7k2f >out &&
	test_grep "^FAILED commit-format (mandatory)$" out &&
	test_grep "no commit names the task" out && test_grep "next: " out &&
	test_grep "^Quality Gate: FAILED (2/5 = 40%)$" out
'

test_expect_success 'conventional commits in scope pass, whatever the rules enforce' '
	mkdir -p src/match && echo 1 >src/match/a.c &&
	as_dev "feat(match): swap

Ops-Task: swap-7k2f" &&
	ops quality swap-7k2f >out &&
	test_grep "^Quality Gate: PASSED (5/5 = 100%)$" out &&
	ops_json result.commits 1 ops quality swap-7k2f &&
	ops quality --set RELEASE_MANAGER swap-7k2f >out &&
	test_grep "^Quality Gate: PASSED (2/2 = 100%)$" out
'

test_expect_success 'a mandatory check is not made up for by the others' '
	printf "key = \"AKIA%s\"\n" IOSFODNN7ABCDEFG >src/match/b.c &&
	as_dev "fix(match): keys

Ops-Task: swap-7k2f" &&
	test_expect_code 1 ops quality swap-7k2f >out &&
	test_grep "secret.shape" out && test_grep "made void" out &&
	test_grep "^Quality Gate: FAILED (4/5 = 80%)$" out &&
	test_grep ! AKIA out && git reset -q --hard HEAD~1
'

test_expect_success 'a message without form, a link that leads nowhere' '
	echo "[x](gone.md)" >src/match/README.md && echo 2 >src/match/a.c &&
	as_dev "Changed it

Ops-Task: swap-7k2f" &&
	test_expect_code 1 ops quality swap-7k2f >out &&
	test_grep "message.form" out && test_grep "link\." out &&
	ops quality --range HEAD~2..HEAD~1 swap-7k2f &&
	test_expect_code 1 ops quality --set meta-updater swap-7k2f &&
	git reset -q --hard HEAD~1
'

test_expect_success 'the approval gate: objective, scope, conflicts, evidence' '
	test_expect_code 1 ops quality --set approval swap-7k2f >out &&
	test_grep "not met: .make check-match. passes" out &&
	test_grep "FAILED evidence (mandatory)" out &&
	test_grep "^passed scope" out && test_grep "^passed conflicts" out &&
	test_grep "FAILED (2/4 = 50%)" out &&
	ops --as $DEV packet new result swap-7k2f Status=COMPLETE \
		Quality-Gate="PASSED (1/1 = 100%)" Summary=Done. Deliverables="- src/match/a.c" \
		Agent-Contributions="- codegen" Next-Steps=None. -e reports/test.log &&
	sed -i "s/^- \[ \]/- [x]/" "$(ops_path swap-7k2f)" && ops_commit_as $DEV "docs: it is met" &&
	ops quality --set approval swap-7k2f >out &&
	test_grep "^Quality Gate: PASSED (4/4 = 100%)$" out &&
	echo changed >>reports/test.log && git commit -q -a -m "docs: another log" &&
	test_expect_code 1 ops quality --set approval swap-7k2f >out &&
	test_grep "still as it was" out
'

test_expect_success 'a command of the repository is a check, if the user allows it' '
	cat >>05-PROCESSES/ops.yaml <<-\EOF &&
	quality:
	  checks:
	    tests: {command: [sh, tools/test], timeout: 5s, mandatory: yes}
	    slow: {command: [sleep, "60"], timeout: 1s}
	  sets:
	    CI_LIAISON: [tests, scope]
	    slowly: [tests, slow]
	    nothing: []
	EOF
	sed -i "s/^version: 1$/version: 2/" 05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "chore: run the tests" &&
	mkdir -p tools && echo "exit 0" >tools/test && git add tools &&
	git commit -q -m "chore: tests" &&
	test_expect_code 1 ops quality --set CI_LIAISON swap-7k2f >out &&
	test_grep "have not allowed it to run sh tools/test" out &&
	test_grep "ops program allow check:tests" out &&
	ops_json result.programs.#  2 ops program list &&
	ops program allow check:tests && ops program allow check:slow &&
	ops quality --set CI_LIAISON swap-7k2f >out && test_grep "PASSED (2/2 = 100%)" out &&
	test_expect_code 1 ops quality --set slowly swap-7k2f >out &&
	test_grep "timed out" out && test_grep "FAILED (1/2 = 50%)" out &&
	echo "exit 1" >tools/test &&
	test_expect_code 1 ops quality --set CI_LIAISON swap-7k2f >out &&
	test_grep "have not allowed" out && git checkout -q tools &&
	test_expect_code 1 ops quality --set nothing swap-7k2f >out &&
	test_grep "FAILED (0/0 = 0%)" out &&
	ops_unchanged 4 ops quality --set nobody swap-7k2f &&
	ops_unchanged 2 ops quality --range HEAD swap-7k2f &&
	test_expect_code 1 ops quality --range HEAD..HEAD swap-7k2f >out &&
	test_grep "no commit of the range is work on files" out && test_grep ! "or name a range" out
'

test_expect_success 'a report on record is evidence for a gate' '
	test_tick && ops_unchanged 0 ops --as $DEV quality --record --dry-run swap-7k2f &&
	ops --as $DEV quality --record swap-7k2f &&
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*quality-report*.md) &&
	test_grep "^Quality-Gate: PASSED (5/5 = 100%)$" "$P" &&
	test_grep "^- secrets: passed (mandatory)$" "$P" &&
	ops_step Review swap-7k2f && test_tick &&
	ops --as $QA gate approve -m "The checks pass." -e "$P" swap-7k2f quality &&
	ops_refused power.missing ops --as $GOV quality --record swap-7k2f
'

test_expect_success 'the checks of an entry count in the result of each run' '
	printf "#!/bin/sh\ncat >/dev/null\n%s\n" \
		"echo \"{\\\"status\\\": \\\"COMPLETE\\\", \\\"summary\\\": \\\"Done.\\\"}\"" >tools/agent &&
	chmod +x tools/agent && git add tools && git commit -q -m "chore: an agent" &&
	F=$(ops_path codegen) &&
	sed "2i\\
Command: [tools/agent]\\
Checks: [scope, tests]" "$F" >"$TEST_ROOT/entry" && cp "$TEST_ROOT/entry" "$F" &&
	ops_commit_as $BOSS "chore: give codegen a program" &&
	ops program allow codegen >said && test_tick &&
	ops --as $LEAD run codegen swap-7k2f >said &&
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-result-*.md | tail -n 1) &&
	test_grep "^Quality-Gate: PASSED (3/3 = 100%)$" "$P" && test_grep "^Status: COMPLETE$" "$P" &&
	echo "exit 1" >tools/test && ops program allow check:tests >said && test_tick &&
	test_might_fail ops --as $LEAD run codegen swap-7k2f >said &&
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-result-*.md | tail -n 1) &&
	test_grep "^Quality-Gate: FAILED (2/3 = 66%)$" "$P" && test_grep "^Status: PARTIAL$" "$P" &&
	test_grep "^- check tests (mandatory): it ended with status 1" "$P" &&
	test_grep "^  - tests$" "$P" && git checkout -q tools
'

test_done
