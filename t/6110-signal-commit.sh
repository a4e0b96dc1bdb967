#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Swap matching is finished: code is committed by the release manager, noted by the updater
# of documents because users see it, and its review prepared.  The example of a coordinator's
# handbook, from the order to the result.

test_description='OPS:COMMIT and OPS:PR, from the order to the result'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

# work: three files of a finished piece of work.
work () {
	mkdir -p app test &&
	echo "def match(a, b): return a != b" >app/swap_matcher.py &&
	echo "route = match" >app/swaps.py &&
	echo "assert match(1, 2)" >test/test_swap_matcher.py
}

# order [WORD...]: the signal for it.
order () {
	signal OPS:COMMIT --context context.json "$@"
}

test_expect_success 'work is done; what else lies around is nobody its business' '
	signal_world && work && echo mine >note.txt && echo edit >>reports/review.txt &&
	cat >context.json <<-\EOF
	{"signal": "OPS:COMMIT",
	 "task_description": "Add automatic swap matching.\nCommit it and prepare the review.",
	 "changed_files": ["app/swap_matcher.py", "app/swaps.py", "test/test_swap_matcher.py"],
	 "commit_context": "Finds compatible pairs for swaps by rotation and preference.",
	 "user_facing": true, "commit_scope": "swaps",
	 "test_plan": "run test/test_swap_matcher.py",
	 "originating_domain": "COORD_SCHEDULING"}
	EOF
'

test_expect_success 'the order is carried out' '
	base=$(git rev-parse HEAD) && order >said 2>talk &&
	RUN=$(signal_run) && test_grep "^Base: $base$" 05-PROCESSES/signals/$RUN.md &&
	signal_result said >found &&
	cat >expected <<-EOF &&
	## Ops Result: OPS:COMMIT

	**Status:** COMPLETE
	**Duration:** 0s
	**Quality Gate:** PASSED (2/2 = 100%)

	### Summary
	Committed 3 files. Added an entry to CHANGELOG.md. Committed CHANGELOG.md. The checks of META_UPDATER: PASSED (2/2 = 100%). The checks of RELEASE_MANAGER: PASSED (2/2 = 100%). Prepared the review of 2 commits.

	### Deliverables
	| Type | Value |
	|------|-------|
	| Commit | \`$(git log --format=%H --grep="Signal-Step: $RUN/commit\$" | cut -c 1-9)\` |
	| PR text | .git/ops/pull-request-$RUN.md |
	| CHANGELOG | Entry added under [Unreleased] > Added |

	### Agent Contributions
	- RELEASE_MANAGER: Commit + CHANGELOG commit + PR (0s + 0s + 0s)
	- META_UPDATER: CHANGELOG (0s)

	### Issues
	- open in the checklist: nothing is left uncommitted

	### Next Steps
	Awaiting human PR approval.

	EOF
	sed -i "s/ [0-9]s/ 0s/g;s/([0-9]s/(0s/g" found && test_cmp expected found &&
	test "$(signal_status "$RUN")" = Complete
'

test_expect_success 'the commit is the agent its own, in the conventional form, of these files' '
	C=$(git log --format=%H --grep="Signal-Step: $RUN/commit\$") &&
	git log -1 --format="%an <%ae>%n%s%n%b" $C >found &&
	cat >expected <<-EOF &&
	release-manager <release-manager@example.org>
	feat(swaps): add automatic swap matching
	Finds compatible pairs for swaps by rotation and preference.

	Signal-Step: $RUN/commit
	Agent: RELEASE_MANAGER

	EOF
	test_cmp expected found &&
	git show --format= --name-only $C >found &&
	test_write_lines app/swap_matcher.py app/swaps.py test/test_swap_matcher.py >expected &&
	test_cmp expected found &&
	git status --porcelain >left &&
	test_grep "^ M reports/review.txt$" left && test_grep "^?? note.txt$" left
'

test_expect_success 'the change log has an entry, committed by itself' '
	cat >expected <<-\EOF &&
	# Changelog

	## [Unreleased]

	### Added

	- Add automatic swap matching.
	EOF
	test_cmp expected CHANGELOG.md &&
	C=$(git log --format=%H --grep="Signal-Step: $RUN/commit-changelog\$") &&
	git show --format=%s --name-only $C >found &&
	test_write_lines "docs: note the change in the changelog" "" CHANGELOG.md >expected &&
	test_cmp expected found
'

test_expect_success 'the text for the review says what, why, how it is tested, and what was checked' '
	TEXT=.git/ops/pull-request-$RUN.md &&
	head -n 1 $TEXT >found && echo "# feat(swaps): add automatic swap matching" >expected &&
	test_cmp expected found &&
	test_grep "^Finds compatible pairs" $TEXT &&
	test_grep "^- \`app/swaps.py\`$" $TEXT &&
	test_grep "^run test/test_swap_matcher.py$" $TEXT &&
	test_grep "^- \[x\] commit messages have the conventional form$" $TEXT &&
	test_grep "^- \[x\] the changelog has an entry for what users see$" $TEXT &&
	test_grep "^- \[x\] the work is on a branch of its own$" $TEXT &&
	test_grep "^Prepared by RELEASE_MANAGER for OPS:COMMIT, run $RUN\.$" $TEXT
'

test_expect_success 'what the coordinator told is on record, and who did what' '
	signal_events >found &&
	test_write_lines "1 COORD_OPS:COMPLETE" "6 COORD_OPS:SPAWN" >expected &&
	test_cmp expected found &&
	ops thread "$RUN" >said && test_grep "Added an entry to CHANGELOG.md" said &&
	grep -l "^Outcome: DONE" 05-PROCESSES/packets/$RUN/*-run-step-* >steps &&
	test_line_count = 6 steps &&
	grep -l "^Agent: META_UPDATER" 05-PROCESSES/packets/$RUN/*-result-* >results &&
	test_line_count = 1 results
'

test_expect_success 'nothing is committed twice: what has no change is refused, and escalated' '
	test_tick &&
	test_expect_code 1 order >said &&
	test_grep "^ESCALATED: OPS:COMMIT" said &&
	test_grep "is not changed: there is nothing to commit" said &&
	signal_events >found &&
	test_write_lines "1 COORD_OPS:ESCALATE" "1 COORD_OPS:FAILURE" "1 COORD_OPS:SPAWN" \
		>expected &&
	test_cmp expected found &&
	RUN=$(signal_run) && test "$(signal_status "$RUN")" = Escalated &&
	ops packet list --kind escalation "$RUN" >said && test_line_count = 2 said
'

test_expect_success 'a simple commit skips coordination' '
	echo more >>app/swaps.py && test_tick &&
	git rev-list HEAD | wc -l >before &&
	ops_json result.pipeline simple-commit ops --as $LEAD signal OPS:COMMIT simple=yes \
		task_description="Use it" changed_files=app/swaps.py commit_context=why \
		user_facing=no commit_type=fix &&
	test "$(git rev-list HEAD | wc -l)" = $(($(cat before) + 3)) &&
	RUN=$(signal_run) &&
	git log -1 --format=%s HEAD~ >found && test_write_lines "fix: use it" >expected &&
	test_cmp expected found &&
	ls 05-PROCESSES/packets/$RUN >packets && test_line_count = 1 packets &&
	test_grep result packets && test "$(signal_status "$RUN")" = Complete
'

test_expect_success 'a look leaves nothing on record' '
	ops_unchanged 0 signal OPS:PR_STATUS task_description=look pr_number=456 >said &&
	test_grep "456: Branch swap-matching has no upstream" said
'

# refused_for WORDS ORDER...: the run is escalated for that reason, nothing is committed
# of the file, and the index is as it was.
refused_for () {
	words=$1
	shift
	test_tick &&
	git ls-files --stage | grep -v 05-PROCESSES >before
	test_expect_code 1 signal OPS:COMMIT "$@" >said 2>&1 &&
	test_grep -e "$words" said &&
	git ls-files --stage | grep -v 05-PROCESSES >after &&
	test_cmp before after &&
	git log --format= --name-only -20 >names && test_grep ! "^secret.py$" names
}

test_expect_success 'secrets, types nobody knows, and files that are not there are refused' '
	printf "api_key = \"ghp_%s\"\n" 0123456789abcdefghijABCDEFGHIJ012345 >secret.py &&
	refused_for secret.shape task_description=x changed_files=secret.py commit_context=y \
		user_facing=no &&
	! grep -r ghp_0123 05-PROCESSES &&
	echo fine >secret.py &&
	refused_for "is no type of commit" task_description=x changed_files=secret.py \
		commit_context=y user_facing=no commit_type=wonder &&
	refused_for "is not changed" task_description=x changed_files=app/swaps.py,nowhere.py \
		commit_context=y user_facing=no
'

test_expect_success 'a header that does not parse is put right, and tried again' '
	cat >05-PROCESSES/prompts/retry.md <<-\EOF &&
	---
	Title: Retry: with care
	Version: 0.1.0
	Status: Draft
	Owner: System Architect
	Applies-To: all
	Last-Reviewed: 2026-01-02
	Next-Review: 2026-04-02
	Created-By: system-architect
	---
	Retry.
	EOF
	test_tick &&
	test_might_fail signal OPS:COMMIT task_description="Write a prompt" \
		changed_files=05-PROCESSES/prompts/retry.md commit_context=why user_facing=no \
		>said &&
	test_grep "^Title: [\"'\'']Retry: with care" 05-PROCESSES/prompts/retry.md &&
	RUN=$(signal_run) &&
	grep -h "^Attempt: 2" 05-PROCESSES/packets/$RUN/*-run-step-* &&
	rm -f 05-PROCESSES/prompts/retry.md
'

test_expect_success 'a commit for a task names it, is whose work it is, and stays in its scope' '
	git add -A && git commit -q -m "chore: tidy" -- app note.txt secret.py context.json &&
	git checkout -q . && git reset -q && ops_task_at In-Progress >/dev/null && test_tick &&
	mkdir -p src/match && echo match >src/match/all.c && echo other >app/other.py &&
	test_expect_code 1 signal OPS:COMMIT --task swap-7k2f task_description="Match" \
		changed_files=app/other.py commit_context=why user_facing=no >said &&
	test_grep "scope.outside" said && test_tick &&
	signal OPS:COMMIT --task swap task_description="Match faster" \
		changed_files=src/match/all.c commit_context=why user_facing=no test_plan=x &&
	RUN=$(signal_run) &&
	git log -1 --format="%an %cn%n%(trailers:only)" --grep="Signal-Step: $RUN/commit\$" >found &&
	test_write_lines "Codegen release-manager" "Ops-Task: swap-7k2f" "" >expected &&
	test_cmp expected found
'

test_expect_success 'by a key, an order that is sent again is the first one' '
	echo again >>app/swaps.py && test_tick &&
	ops --as $LEAD --key order-7 --json signal OPS:COMMIT simple=yes task_description="Again" \
		changed_files=app/swaps.py commit_context=why user_facing=no >first &&
	git rev-parse HEAD >before &&
	ops --as $LEAD --key order-7 --json signal OPS:COMMIT simple=yes task_description="Again" \
		changed_files=app/swaps.py commit_context=why user_facing=no >second &&
	git rev-parse HEAD >after && test_cmp before after &&
	"$TEST_BUILD/t/json-get" result.run first >a && "$TEST_BUILD/t/json-get" result.run second >b &&
	test_cmp a b && "$TEST_BUILD/t/json-get" result.verdict second >c &&
	test_write_lines COMPLETE >expected && test_cmp expected c
'

test_done
