#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Results: what each agent did, and one result made of them, in the form that a
# coordinator reports; what was partial stays partial.

test_description='results and their synthesis'
. "$(dirname "$0")/test-lib.sh"

P=05-PROCESSES/packets/swap-7k2f

# result FROM STATUS GATE DURATION WHAT [WORD...]
result () {
	from=$1 status=$2 gate=$3 duration=$4 what=$5
	shift 5
	test_tick
	ops --as "$from" packet new result swap-7k2f Status="$status" Quality-Gate="$gate" \
		Duration="$duration" Summary="$what" Next-Steps="Awaiting human PR approval." \
		Agent-Contributions="- $from: $what ($duration)" "$@"
}

# last: the id of the last result.
last () {
	ops packet list --kind result swap-7k2f | tail -n 1 | sed "s/ .*//"
}

test_expect_success 'code committed, entry added: two results' '
	ops_world &&
	ops_task_at In-Progress &&
	result $DEV COMPLETE "PASSED (2/2 = 100%)" 75s "Commit and PR" Deliverables="| Type | Value |
|------|-------|
| Commit | \`abc123def\` |
| PR URL | https://github.com/org/repo/pull/789 |" &&
	result docwriter COMPLETE "PASSED (1/1 = 100%)" 60s "CHANGELOG" Deliverables="| Type | Value |
|------|-------|
| CHANGELOG | Entry added under [Unreleased] |"
'

test_expect_success 'one of them, in the form of a coordinator' '
	test_tick &&
	ops --as $LEAD synthesize swap-7k2f Signal=OPS:COMMIT \
		Summary="Code committed and PR created for review." &&
	ops packet show --format markdown "$(last)" >message &&
	sed "\$d" message >found &&
	cat >expected <<-\EOF &&
	## Ops Result: OPS:COMMIT

	**Status:** COMPLETE
	**Duration:** 2m 15s
	**Quality Gate:** PASSED (2/2 = 100%)

	### Summary
	Code committed and PR created for review.

	### Deliverables
	| Type | Value |
	|------|-------|
	| Commit | `abc123def` |
	| PR URL | https://github.com/org/repo/pull/789 |
	| CHANGELOG | Entry added under [Unreleased] |

	### Agent Contributions
	- codegen: Commit and PR (75s)
	- docwriter: CHANGELOG (60s)

	### Next Steps
	Awaiting human PR approval.

	EOF
	test_cmp expected found &&
	grep -c "^  - .*-result-" "$P/$(last).md" >count &&
	test_write_lines 2 >expected && test_cmp expected count
'

test_expect_success 'what was made into one is not made again' '
	test_tick &&
	ops --as $LEAD synthesize swap-7k2f --dry-run >said &&
	ops_json result.packets.# 3 ops packet list --kind result swap-7k2f &&
	ops_task other-1 &&
	ops_unchanged 4 ops --as $LEAD synthesize other-1
'

test_expect_success 'partial success is reported as partial, with what went wrong' '
	result $DEV COMPLETE "PASSED (1/1 = 100%)" 5s "Commit" Deliverables="- commit" &&
	A=$(last) &&
	result docwriter FAILED "FAILED (0/1 = 0%)" 2m "Skill creation" Deliverables="- none" \
		Issues="the header does not parse" &&
	B=$(last) && test_tick &&
	ops --as $LEAD synthesize swap-7k2f --of "$A" --of "${B##*-}" &&
	test_grep "^Status: PARTIAL$" "$P/$(last).md" &&
	test_grep "^Quality-Gate: FAILED (1/2 = 50%)$" "$P/$(last).md" &&
	test_grep "^Duration: 125s$" "$P/$(last).md" &&
	test_grep "^- docwriter: the header does not parse$" "$P/$(last).md" &&
	ops_refused packet.ratio ops --as $LEAD synthesize swap-7k2f --of "$A" --of "$B" \
		Status=FAILED &&
	ops_refused packet.ratio ops --as $LEAD synthesize swap-7k2f --of "$A" --of "$B" \
		Quality-Gate="PASSED (2/2 = 100%)" &&
	ops_unchanged 4 ops --as $LEAD synthesize swap-7k2f --of nothing
'

test_expect_success 'nothing succeeded: failed, or escalated' '
	result $DEV ESCALATED "FAILED (0/1 = 0%)" 1s "Push" Deliverables="- none" \
		Issues="rejected twice" && A=$(last) &&
	result docwriter FAILED "FAILED (0/1 = 0%)" 1s "Docs" Deliverables="- none" \
		Issues="no access" && test_tick &&
	ops --as $LEAD synthesize swap-7k2f --of "$(last)" &&
	test_grep "^Status: FAILED$" "$P/$(last).md" && test_tick &&
	ops --as $LEAD synthesize swap-7k2f --of "$A" &&
	test_grep "^Status: ESCALATED$" "$P/$(last).md" &&
	ops_refused section.missing ops --as $LEAD packet new result swap-7k2f Status=FAILED \
		Quality-Gate="FAILED (0/1 = 0%)" Summary=a Deliverables=b Agent-Contributions=c \
		Next-Steps=d
'

test_expect_success 'an escalation in its form' '
	test_tick &&
	ops --as $LEAD escalate swap-7k2f Type=Boundary Cause=Cross-Domain Signal=OPS:DOCS \
		Context="the guide" Issue="it needs a decision" Attempts="- asked twice" \
		Partial-Results="the draft" Recommended-Action="decide" Options="1. Retry: later" &&
	ID=$(ops packet list --kind escalation swap-7k2f | tail -n 1 | sed "s/ .*//") &&
	ops packet show --format markdown "$ID" >message &&
	test_grep "^## Ops Escalation: OPS:DOCS$" message &&
	test_grep "^\*\*Type:\*\* Boundary$" message &&
	test_grep "^### Recommended Action$" message
'

test_done
