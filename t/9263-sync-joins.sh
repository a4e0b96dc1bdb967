#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Synchronising where a clone has merges of its own, and where two clones write into the same
# file of entries.

test_description='synchronising merges and entries'
. "$(dirname "$0")/test-lib.sh"

SERVER=$TEST_ROOT/server.git

test_expect_success 'two clones and a server' '
	ops_world && ops_task first-1 >/dev/null && ops_task second-1 >/dev/null && git init -q --bare -b main "$SERVER" &&
	git remote add origin "$SERVER" && ops sync >/dev/null && ops --git-dir "$SERVER" hooks install >/dev/null &&
	git clone -q "$SERVER" ../other && ops hooks install >/dev/null && (cd ../other && ops hooks install >/dev/null)
'

# session DECISION PATTERN
session () {
	ops --as docwriter handoff session Title="Session $1" Completed="- [x] it" "Current State=green" \
		"Pending=- [ ] more" Risks=none Findings=some Next=go "Decisions=- $1: because of $1" \
		"Patterns=- $2: as often" >/dev/null
}

test_expect_success 'two clones that decide at once: both decisions stay' '
	session Alpha "Pattern one" && (cd ../other && test_tick && session Beta "Pattern two") &&
	ops sync >/dev/null && (cd ../other && ops sync >/dev/null) && ops sync >/dev/null &&
	test_grep "because of Alpha" DECISIONS.md && test_grep "because of Beta" DECISIONS.md &&
	test_grep "Pattern one" PATTERNS.md && test_grep "Pattern two" PATTERNS.md &&
	grep -c "^## ADR-" DECISIONS.md >count && test_grep -x 2 count && test_must_fail grep "<<<<" DECISIONS.md &&
	test "$(git rev-parse HEAD)" = "$(git -C ../other rev-parse HEAD)" && ops audit verify
'

test_expect_success 'git merge keeps both, too' '
	git checkout -q -b side && session Gamma "Pattern three" && git checkout -q main && test_tick &&
	session Delta "Pattern four" && git merge -q -m "Merge side" side &&
	test_grep "because of Gamma" DECISIONS.md && test_grep "because of Delta" DECISIONS.md &&
	grep -c "^## ADR-" DECISIONS.md >count && test_grep -x 4 count && ops check
'

test_expect_success 'the same decision changed by both is a conflict, and says so' '
	git checkout -q -b left && sed -i "s/because of Alpha/because of left/" DECISIONS.md && git commit -q -a -m "docs: left" &&
	git checkout -q main && sed -i "s/because of Alpha/because of right/" DECISIONS.md &&
	git commit -q -a -m "docs: right" && test_must_fail git merge -m x left && git merge --abort && git reset -q --hard HEAD~ &&
	git branch -q -D left
'

test_expect_success 'a merge of acts that nobody has yet becomes one line' '
	(cd ../other && ops sync >/dev/null && ops --as $LEAD edit second-1 -f Priority=LOW && ops sync >/dev/null) &&
	test "$(git rev-list --merges --count origin/main..HEAD)" = 1 &&
	ops --json sync >answer && "$TEST_BUILD/t/json-get" "result.acts.*.state" answer >states &&
	grep -c published states >count && test_grep -x 2 count && grep -c done states >count && test_grep -x 1 count &&
	test "$(git rev-list --merges --count HEAD)" = 0 && test_grep "because of Gamma" DECISIONS.md &&
	test_grep "because of Delta" DECISIONS.md && git log --format=%B | grep "^Ops-Id" | sort | uniq -d >doubled &&
	test_must_be_empty doubled && ops audit verify
'

test_expect_success 'so does one of three, where two of them changed one task' '
	git branch one && git branch two && ops --as $LEAD edit first-1 -f Due=2026-03-03 && git checkout -q one &&
	ops --as $LEAD edit second-1 -f Type=one && git checkout -q two && test_tick && ops --as $LEAD edit second-1 -s Resources="the logs" &&
	git checkout -q main && git merge -q -m "Merge both" one two && test "$(git log -1 --format=%P | wc -w)" = 3 &&
	(cd ../other && ops sync >/dev/null && ops --as $LEAD edit second-1 -f Priority=MEDIUM && ops sync >/dev/null) &&
	ops sync >/dev/null && test "$(git rev-list --merges --count HEAD)" = 0 && ops_json result.fields.Type one ops show second-1 &&
	ops show second-1 >out && test_grep "the logs" out && rm out && ops_json result.fields.Priority MEDIUM ops show second-1 &&
	ops_json result.fields.Due 2026-03-03 ops show first-1 && ops audit verify && git branch -q -D one two
'

test_expect_success 'what is said in one of three besides is not left out' '
	git branch one && git branch two && ops --as $LEAD edit first-1 -f Type=here && git checkout -q one &&
	ops --as $LEAD edit second-1 -f Type=two && git checkout -q two && test_tick && ops --as $LEAD edit second-1 -s Resources="no logs" &&
	git checkout -q main && git merge -q --no-commit one two && echo by hand >hand.txt && git add hand.txt && git commit -q -m "Merge" &&
	(cd ../other && ops sync >/dev/null && ops --as $LEAD edit second-1 -f Priority=LOW && ops sync >/dev/null) &&
	test_expect_code 1 ops sync 2>err && test_grep "in which .hand.txt. was decided by hand" err && rm err &&
	git reset -q --hard origin/main && ops sync && git branch -q -D one two
'

test_expect_success 'nor are the rights that it gave to a file which both changed' '
	printf "1\n2\n3\n4\n5\n" >c.txt && git add c.txt && git commit -q -m "feat: c" && ops sync >/dev/null &&
	git checkout -q -b mode && test_sed c.txt "s/^1/one/" && git commit -q -a -m "feat: one" && git checkout -q main && test_tick &&
	test_sed c.txt "s/^5/five/" && git commit -q -a -m "feat: five" && git merge -q --no-commit mode &&
	chmod +x c.txt && git add c.txt && git commit -q -m "Merge side" &&
	(cd ../other && ops sync >/dev/null && ops --as $LEAD edit second-1 -f Priority=CRITICAL && ops sync >/dev/null) &&
	test_expect_code 1 ops sync 2>err && test_grep "in which .c.txt. was decided by hand" err && rm err &&
	git reset -q --hard HEAD^ && git merge -q --no-commit mode && git commit -q -m "Merge side" && ops sync >/dev/null &&
	test "$(git show HEAD:c.txt | tr "\n" " ")" = "one 2 3 4 five " && git branch -q -D mode
'

# due DATE: by hand, as it was committed with the hooks of a clone.
due () {
	test_sed 05-PROCESSES/active-tasks/first-1.md "s/^Due: .*/Due: $1/" &&
	GIT_AUTHOR_NAME=$LEAD GIT_AUTHOR_EMAIL=$LEAD@example.org git commit -q -a -m "docs: due" && git log -1 --format=%B >message &&
	test_grep "^Ops-Action: edit" message && test_grep ! "^Ops-Status" message && rm message
}

test_expect_success 'an edit by hand of what goes on meanwhile is done again, and rebased' '
	ops --as $LEAD gate request first-1 pre-governance -s Scope=a -s Approach=b -s "Risk Assessment"=c -s Documentation=d &&
	ops --as $GOV gate approve first-1 pre-governance -m fine && ops sync >/dev/null && test_tick &&
	(cd ../other && ops sync >/dev/null && ops --as $LEAD assign first-1 $DEV >/dev/null && ops sync >/dev/null) &&
	due 2026-03-10 && ops sync && ops_json result.fields.Due 2026-03-10 ops show first-1 &&
	ops_json result.fields.Status Assigned ops show first-1 && test_tick &&
	(cd ../other && ops sync >/dev/null && ops --as $DEV start first-1 && ops sync >/dev/null) &&
	due 2026-03-11 && git fetch -q && git rebase -q origin/main && git push -q origin main &&
	ops_json result.fields.Due 2026-03-11 ops show first-1 && ops_json result.fields.Status In-Progress ops show first-1 && ops audit verify
'

test_expect_success 'what a person decided in a merge is not left out' '
	git checkout -q -b odd && ops --as $LEAD edit first-1 -f Type=odd && git checkout -q main && test_tick &&
	ops --as $LEAD edit second-1 -f Type=x && git merge -q --no-commit odd && echo by hand >hand.txt && git add hand.txt &&
	git commit -q -m "Merge odd" && (cd ../other && ops sync >/dev/null && test_tick &&
		ops --as $LEAD edit second-1 -f Priority=HIGH && ops sync >/dev/null) &&
	before=$(git rev-parse HEAD) && test_expect_code 1 ops sync 2>err && test_grep "in which .hand.txt. was decided by hand" err &&
	test "$(git rev-parse HEAD)" = "$before" && git reset -q --hard origin/main && ops sync
'

test_expect_success 'a merge that is not legal is taken back as it says, and what it joins is done again' '
	ops --as $LEAD new task --id third-1 --from "$TEST_FIXTURES/task.md" >/dev/null &&
	for step in Requested Approved Assigned In-Progress
	do
		test_tick && ops_step $step third-1 >/dev/null || return 1
	done && ops sync >/dev/null &&
	(cd ../other && ops sync >/dev/null && test_tick && ops_step Review third-1 >/dev/null && ops sync >/dev/null) &&
	ops --as $LEAD edit third-1 -f Priority=LOW && edit=$(git rev-parse HEAD) && ops --as $LEAD edit second-1 -f Due=2026-03-29 &&
	git fetch -q && git -c core.hooksPath=/dev/null merge -q --no-edit origin/main && test "$(git log -1 --format=%P | wc -w)" = 2 &&
	test_expect_code 1 ops sync 2>err && test_grep "error doc.frozen" err &&
	sed -n "s/.*.\(git reset --keep [0-9a-f]*~\).*/\1/p" err >remedy && test_line_count = 1 remedy &&
	sh ./remedy && rm err remedy && test_expect_code 1 ops sync >out && test_grep lost out && rm out &&
	git rev-parse -q --verify "refs/ops/lost/$(echo $edit | cut -c 1-12)" &&
	ops_json result.fields.Status Review ops show third-1 && ops_json result.fields.Due 2026-03-29 ops show second-1 &&
	ops_json result.state published ops sync && ops audit verify
'

test_done
