#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The message of an assignment has its six fields, rendered from the task, and an
# order that nobody could carry out is refused.

test_description='dispatch messages'
. "$(dirname "$0")/test-lib.sh"

test_expect_success 'the six fields, in their order' '
	ops_world &&
	ops_task_at Approved &&
	ops --json --as $LEAD assign swap-7k2f $DEV >answer &&
	"$TEST_BUILD/t/json-get" result.acts.0.message answer >message &&
	cat >expected <<-\EOF &&
	TASK: Swap the matching algorithm (swap-7k2f)
	  Match 10 000 orders in less than 20 ms, with the same result as before.
	SCOPE:
	  - `src/match/*.c`
	  - `t/match.sh`
	NOT-YOUR-JOB: - The order book (`src/book/`)
	DONE-WHEN:
	  - [ ] `make check-match` passes
	  - [ ] `make bench-match` prints less than 20 ms
	VERIFY: Run `make check-match bench-match` and read both logs.
	PRIORITY: HIGH
	EOF
	sed "\${/^$/d;}" message >found &&
	test_cmp expected found
'

test_expect_success 'ops dispatch prints it again, and what became of it' '
	ops dispatch swap-7k2f >again &&
	sed "/^\$/,\$d" again >found &&
	test_cmp expected found &&
	test_grep "not acknowledged, last heard never$" again &&
	ops_json result.parts.PRIORITY HIGH ops dispatch swap-7k2f &&
	ops_json result.acknowledged null ops dispatch swap-7k2f --format json &&
	ops dispatch --format markdown swap-7k2f >markdown &&
	test_grep "^## NOT-YOUR-JOB$" markdown && test_grep "^- .src/match/\*.c.$" markdown
'

test_expect_success 'is kept as a packet to the agent' '
	P=$(ls 05-PROCESSES/packets/swap-7k2f/*-dispatch-*.md) &&
	test_grep "^To: Production/codegen$" $P &&
	test_grep "^From: $LEAD$" $P &&
	for part in TASK SCOPE NOT-YOUR-JOB DONE-WHEN VERIFY PRIORITY
	do
		test_grep "^## $part$" $P || return 1
	done
'

test_expect_success 'an acknowledgement and a heartbeat are seen, and silence' '
	test_tick && ops --as $DEV accept swap-7k2f && ops --as $DEV start swap-7k2f &&
	ops dispatch swap-7k2f >state &&
	test_grep "acknowledged 2026-01-15, last heard never$" state &&
	test_tick && ops --as $DEV checkpoint swap-7k2f --progress 10 &&
	ops_json result.heartbeat "$OPS_NOW" ops dispatch swap-7k2f &&
	was=$test_now && test_tick 259200 &&
	ops_json result.stalled false ops dispatch swap-7k2f &&
	test_tick 1 && ops dispatch swap-7k2f >state &&
	test_grep ": stalled$" state && test_clock "$was"
'

test_expect_success 'defaults for what the task does not say' '
	sed -e "/^## Not Your Job/,/^## Acc/{/^## Acc/!d;}" -e "/^## Verification/,/^## Time/{/^## Time/!d;}" \
		"$TEST_FIXTURES/task.md" >draft &&
	ops --as $LEAD new task --id terse-1 --from draft &&
	test_tick && ops_step Requested terse-1 && test_tick && ops_step Approved terse-1 &&
	ops --as $LEAD assign terse-1 $DEV >said &&
	test_grep "^NOT-YOUR-JOB: Everything outside SCOPE" said &&
	test_grep "^VERIFY: Every point of DONE-WHEN" said
'

# refused_with TITLE SED-EXPRESSION RULE TEXT: the draft, so edited, is not dispatched.
n=0
refused_with () {
	n=$((n + 1))
	test_title=$1 change=$2 rule_wanted=$3 text_wanted=$4
	test_expect_success "$test_title" '
		sed "$change" "$TEST_FIXTURES/task.md" >draft &&
		! cmp -s draft "$TEST_FIXTURES/task.md" &&
		ops --as $LEAD new task --id bad-$n --from draft &&
		test_tick && ops_step Requested bad-$n && test_tick && ops_step Approved bad-$n &&
		{ test $rule_wanted != task.dispatch || test_expect_code 1 ops dispatch bad-$n; } &&
		ops_refused $rule_wanted ops --as $LEAD assign bad-$n $DEV &&
		test_grep "bad-$n.md:[0-9]*:[0-9]*: error.*$text_wanted" "$TEST_ROOT/refused.err"
	'
}

refused_with 'a vague verb with nothing to measure' \
	's/^Match .*/Improve the matching./;s/^- \[ \] .*/- [ ] It is better/' \
	task.dispatch vague
refused_with 'a scope without bounds' \
	's|^- `src/match/\*.c`|- Everything needed|;s|^- `t/match.sh`|- And its tests|' \
	task.dispatch Scope
refused_with 'nothing to verify by' \
	'/^## Verification/,/^## Timeline/{/^## Timeline/!d;};s/^- \[ \] .*/- It is done/' \
	task.dispatch verify
refused_with 'no objective' '/^Match /d' task.parts Objective
refused_with 'no acceptance criteria' '/^- \[ \]/d' task.parts 'Acceptance Criteria'
refused_with 'no timeline' '/^One working week/d' task.parts Timeline
refused_with 'no dependencies, not even None' '/^None\.$/d' task.parts Dependencies
refused_with 'no resources' '/^The recorded/d' task.parts Resources
refused_with 'only a placeholder for resources' 's/^The recorded.*/[Resources]/' task.parts Resources
refused_with 'no due date' '/^Due:/d' field.missing Due
refused_with 'due in the past' 's/^Due:.*/Due: 2026-01-14/' task.timeline past
refused_with 'no prompt' '/^Prompt:/d' prompt.missing prompt
refused_with 'a prompt that is not approved' 's/^Prompt:.*/Prompt: draft-prompt/' \
	prompt.unapproved draft-prompt
refused_with 'a prompt past its review' 's/^Prompt:.*/Prompt: old-prompt/' \
	prompt.expired old-prompt

test_expect_success 'a vague verb with a number is an order' '
	sed "s/^Match .*/Improve the matching to 20 ms./" "$TEST_FIXTURES/task.md" >draft &&
	ops --as $LEAD new task --id good-1 --from draft &&
	test_tick && ops_step Requested good-1 && test_tick && ops_step Approved good-1 &&
	ops --as $LEAD assign good-1 $DEV
'

test_expect_success 'to whom' '
	ops_task_at Approved whom-1 &&
	ops_unchanged 4 ops --as $LEAD assign whom-1 nobody &&
	ops_unchanged 2 ops --as $LEAD assign whom-1 &&
	ops_refused task.assignee ops --as $LEAD assign whom-1 $GOV &&
	ops --as $BOSS act deactivate scout &&
	ops_refused task.assignee ops --as $LEAD assign whom-1 scout &&
	ops --as $LEAD assign whom-1 Production/docwriter &&
	ops_json result.fields.Assigned-To Production/docwriter ops show whom-1
'

test_expect_success 'a dry run shows the message and changes nothing' '
	ops_task_at Approved dry-1 &&
	ops_unchanged 0 ops --as $LEAD assign --dry-run dry-1 $DEV &&
	test_grep "^would assign dry-1: Queued -> Assigned" "$TEST_ROOT/refused.out" &&
	test_grep "^DONE-WHEN:" "$TEST_ROOT/refused.out"
'

test_done
