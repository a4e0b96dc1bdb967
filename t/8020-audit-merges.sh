#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Old branches give no old rights: what a merge brings is judged at what it joins,
# and what it silently takes back is named.

test_description='audit of merges with stale branches'
TEST_NO_VERIFY='illegal merges are made on purpose'
. "$(dirname "$0")/test-lib.sh"

A=05-PROCESSES/agents

# fresh: the branch main as it was after the first test, and no evil one.
fresh () {
	git checkout -q -f main && git reset -q --hard start &&
	{ git branch -q -D evil 2>/dev/null || :; }
}

test_expect_success 'a history with a beginning before ops' '
	{ git checkout -q -b main 2>/dev/null || :; } &&
	git commit -q --allow-empty -m before && ops_world && ops_task_at Decided &&
	git tag start && ops audit verify
'

test_expect_success 'a branch cut before ops brings nobody in' '
	fresh && git checkout -q -b evil "$(git rev-list --max-parents=0 HEAD)" &&
	mkdir -p $A/Executive &&
	git show main:$A/Executive/meta-orchestrator.md |
		sed "s/^Name:.*/Name: Mallory/; s/^Email:.*/Email: m@evil.example/" \
		>$A/Executive/mallory.md &&
	git add $A && git commit -q -m tidy && git checkout -q main &&
	git merge -q --no-edit evil &&
	test_expect_code 1 ops audit verify >found &&
	test_grep "by the rules of what it joins" found
'

test_expect_success 'nor a task that is complete already' '
	fresh && git checkout -q -b evil "$(git rev-list --max-parents=0 HEAD)" &&
	mkdir -p 05-PROCESSES/completed-tasks/2026/01 &&
	git show main:05-PROCESSES/active-tasks/swap-7k2f.md |
		sed "s/^Status: Review/Status: Complete/" \
		>05-PROCESSES/completed-tasks/2026/01/done-9z9z.md &&
	git add 05-PROCESSES && git commit -q -m done && git checkout -q main &&
	git merge -q --no-edit evil &&
	test_expect_code 1 ops audit verify >found &&
	test_grep doc.initial found
'

test_expect_success 'an entry too large to be read ends no audit' '
	fresh && git checkout -q -b evil &&
	{ cat $A/Quality/validator.md && head -c 2000000 /dev/zero | tr "\\0" x; } >large &&
	mv large $A/Quality/validator.md && git commit -q -a -m large && git checkout -q main &&
	git merge -q --ff-only evil && git checkout -q -b late start && test_tick && ops_task late-1 &&
	git checkout -q main && git merge -q --no-edit late && git branch -q -D late &&
	test_expect_code 1 ops audit verify >found &&
	test_grep doc.limit found && test_grep "^$(git rev-list --count HEAD) commits: .* 1 refused" found
'

# A file too large to be merged here is changed on both sides of a branch, which joins them.
test_expect_success 'nor does a file too large to be merged' '
	fresh && ops_task_at Assigned other-1 && head -c 70000000 /dev/zero >large && git add large &&
	git commit -q -m "feat: large" && git branch evil && echo 1 >>large && git commit -q -a -m "feat: one" &&
	git checkout -q evil && echo 2 >>large && git commit -q -a -m "feat: two" &&
	ops --as $DEV start other-1 && { git merge -q main || git commit -q -a -m "merge main"; } &&
	git checkout -q main && ops --as $LEAD edit other-1 -f Priority=LOW && git merge -q --no-edit evil &&
	ops audit verify >found && test_grep "^$(git rev-list --count HEAD) commits: .* 0 refused" found
'

test_expect_success 'what both sides changed cannot be taken from one alone' '
	fresh && git checkout -q -b evil &&
	ops --as meta-orchestrator edit validator -f Domain=testing &&
	git checkout -q main && ops --as meta-orchestrator act deactivate validator &&
	git checkout -q evil -- $A/Quality/validator.md &&
	git reset -q --hard "$(git commit-tree "$(git write-tree)" -p HEAD -p evil -m merge)" &&
	test_expect_code 1 ops audit verify >found &&
	test_grep merge.dropped found
'

test_expect_success 'no end past a block of the other side' '
	fresh && git branch -q evil &&
	ops --as governance-orchestrator gate block swap-7k2f post-governance -m "wait" \
		--section "Lifted When=we know" &&
	git checkout -q evil && ops --as operations-orchestrator complete swap-7k2f &&
	git checkout -q main && git merge -q --no-edit evil &&
	test_expect_code 1 ops audit verify >found &&
	test_grep gate.blocked found
'

test_expect_success 'no end past a question of the other side, unless it was answered' '
	fresh && git branch -q evil &&
	ops --as codegen ask swap-7k2f QUESTION=which CONTEXT=two FILES=a OPTIONS=b \
		RECOMMENDED=c BLOCKING=yes &&
	git checkout -q evil && ops --as operations-orchestrator complete swap-7k2f &&
	git checkout -q main && git merge -q --no-edit evil &&
	test_expect_code 1 ops audit verify >found &&
	test_grep packet.open found &&
	git reset -q --hard HEAD^1 &&
	ops --as operations-orchestrator answer swap-7k2f CHOSEN=a RATIONALE=b CONSTRAINTS=c \
		NEXT-STEP=d &&
	git merge -q --no-edit evil &&
	ops audit verify >found && test_grep " 0 refused" found
'

test_expect_success 'an incident after the end is no fault of a merge' '
	fresh && git branch -q other && ops --as operations-orchestrator complete swap-7k2f &&
	ops --as codegen incident swap-7k2f SCOPE=all IMPACT=none Department=Production &&
	git checkout -q other &&
	ops --as operations-orchestrator new task --id other-1a1a \
		--from "$TEST_SOURCE/examples/retry-task.md" &&
	git checkout -q main &&
	git -c merge.directoryRenames=false merge -q --no-edit other &&
	ops audit verify >found && test_grep " 0 refused" found
'

test_expect_success 'two clones that work side by side merge cleanly' '
	fresh && git checkout -q -b evil &&
	ops --as meta-orchestrator new agent "Late Comer" -f Department=Production \
		-f Role=agent -f Email=late@example.org &&
	ops --as operations-orchestrator new task --id other-1a1a \
		--from "$TEST_SOURCE/examples/retry-task.md" &&
	git checkout -q main &&
	ops --as operations-orchestrator cancel swap-7k2f -m "not wanted any more" &&
	git -c merge.directoryRenames=false merge -q --no-edit evil &&
	ops audit verify >found && test_grep " 0 refused" found
'

# joined NR NAME: a commit that has merged the first so many of `starts`, one after the other.
joined () {
	last= &&
	for start in $(head -n "$1" starts)
	do
		last=$(git commit-tree "HEAD^{tree}" ${last:+-p} $last -p "$start" -m "chore: $2") || return 1
	done &&
	echo "$last"
}

# merge_of NR: two sides that began at so many commits at once, and their merge.
merge_of () {
	git commit-tree "HEAD^{tree}" -p "$(joined "$1" one)" -p "$(joined "$1" two)" \
		-m "chore: merge"
}

test_expect_success 'sides that began at very many commits are not judged' '
	fresh &&
	for n in $(seq 65)
	do
		git commit-tree "HEAD^{tree}" -p HEAD -m "chore: start $n" || return 1
	done >starts &&
	fewer=$(merge_of 64) && more=$(merge_of 65) &&
	test "$(git merge-base --all $more^1 $more^2 | wc -l)" -eq 65 &&
	git reset -q --hard $fewer && ops audit verify >found && test_grep " 0 refused" found &&
	git reset -q --hard $more && test_expect_code 1 ops audit verify >found 2>&1 &&
	test_grep "began at more than 64 commits is not judged" found
'

test_done
