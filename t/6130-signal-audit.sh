#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A full audit: four agents at once, each with its part; numbers, what is wrong, and what to
# do about it.

test_description='OPS:AUDIT, in four parts'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

test_expect_success 'a repository with something wrong in each part' '
	signal_world &&
	mkdir -p docs .github/workflows &&
	echo "See [the guide](docs/nowhere.md)." >README.md &&
	echo "# Guide" >docs/guide.md && git add . && git commit -q -m "Write things" &&
	git branch forgotten && git checkout -q forgotten && test_commit "chore: forgotten" f x &&
	git checkout -q swap-matching && git tag v1.0.0 && test_clock 2026-06-01 &&
	printf "on: push\njobs: {a: [}\n" >.github/workflows/ci.yml &&
	printf "# Patterns\n\n## Retry a push\n" >PATTERNS.md &&
	printf "# Decisions\n\n## Use one trunk\n\nIt is simpler.\n" >DECISIONS.md &&
	git add . && git commit -q -m "chore: things" && test_tick
'

test_expect_success 'four agents did their part, and the gate is passed' '
	signal OPS:AUDIT task_description="Audit of the quarter" >said 2>talk &&
	test_grep "^COMPLETE: OPS:AUDIT, pipeline full-audit" said &&
	test_grep "^\*\*Quality Gate:\*\* PASSED (4/4 = 100%)$" said &&
	for part in "RELEASE_MANAGER: Git history" "META_UPDATER: Documentation" \
		"KNOWLEDGE_CURATOR: Knowledge" "CI_LIAISON: Pipelines"
	do
		test_grep "^- $part ([0-9]*s)$" said || return 1
	done &&
	signal_events >found &&
	test_write_lines "1 COORD_OPS:COMPLETE" "4 COORD_OPS:SPAWN" >expected &&
	test_cmp expected found
'

test_expect_success 'git history: stale branches, messages, releases' '
	test_grep "\[MEDIUM\] 1 stale branch: forgotten; merge" said &&
	test_grep "\[HIGH\] .* % of commit messages have the conventional form" said &&
	test_grep "\[MEDIUM\] the last release, v1.0.0, is 136 days ago" said &&
	test_grep "^| Conventional messages | [0-9]*/[0-9]* = [0-9]*% |$" said &&
	test_grep "^| Branches not merged | 1, 1 of them stale |$" said
'

test_expect_success 'documentation: links, freshness' '
	test_grep "\[HIGH\] README.md:1: .*docs/nowhere.md" said &&
	test_grep "\[LOW\] 2 of 4 pages were not looked at for 30 days: README.md, docs/guide.md" \
		said &&
	test_grep "^| Broken links | 1 |$" said
'

test_expect_success 'knowledge: decisions, patterns, sessions' '
	test_grep "\[MEDIUM\] 1 of 1 decisions have no number" said &&
	test_grep "\[LOW\] 1 of 1 patterns say nothing" said &&
	test_grep "\[LOW\] no session was handed on" said
'

test_expect_success 'pipelines: what no machine can read' '
	test_grep "\[HIGH\] .github/workflows/ci.yml:2: " said &&
	test_grep "^| Pipeline files | 1, 1 at fault |$" said
'

test_expect_success 'when all of it is mended nothing is said' '
	rm -r .github && mkdir .ci && echo make >.ci/run && echo "# Read me" >README.md &&
	git branch -q -D forgotten &&
	printf "operations-audit: {messages: 50, release-every: 365d}\n" >>05-PROCESSES/ops.yaml &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 2/" &&
	ops_commit_as $GOV "chore: what is good enough" &&
	printf "# Patterns\n\n## Retry a push\n\nFetch, then push again.\n" >PATTERNS.md &&
	rm DECISIONS.md && echo "# The guide" >docs/guide.md &&
	git add -A && git commit -q -m "docs: mend" && test_tick &&
	ops --as knowledge-curator handoff session Title=One Completed="- [x] all" \
		Current-State=fine Pending="- [ ] none" Risks=none Findings=none Next=rest \
		Decisions="- One trunk: it is simpler" && test_tick &&
	signal OPS:AUDIT task_description="Once more" >said &&
	test_grep ! "^### Issues" said
'

test_expect_success 'one part of it for a signal of its own' '
	test_tick && ops_json result.steps.0.agent META_UPDATER ops --as $LEAD signal OPS:DOCS \
		task_description="look at the documents" && test_tick &&
	ops_json result.gate "PASSED (1/1 = 100%)" ops --as $LEAD signal OPS:KNOWLEDGE \
		task_description=x && test_tick &&
	ops_json result.verdict COMPLETE ops --as $LEAD signal OPS:CI task_description=x &&
	test_tick && ops_json result.verdict COMPLETE ops --as $LEAD signal OPS:BUILD \
		task_description=x
'

test_done
