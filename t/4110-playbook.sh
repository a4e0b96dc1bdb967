#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A team at work by the orchestrator's playbook: a precise order, a structured question
# and a quick answer, a review that changes nothing, a defect, an escalation after it was
# tried, a rejection that says what is missing, an approval that rests on evidence.

test_description='the playbook of an orchestrator'
. "$(dirname "$0")/test-lib.sh"

P=05-PROCESSES/packets/swap-7k2f

test_expect_success 'dispatch: every message has its six parts' '
	ops_world &&
	ops_task_at Approved &&
	ops --as $LEAD assign swap-7k2f $DEV >dispatch &&
	cat >expected <<-\EOF &&
	TASK: Swap the matching algorithm (swap-7k2f)
	SCOPE:
	NOT-YOUR-JOB: - The order book (`src/book/`)
	DONE-WHEN:
	VERIFY: Run `make check-match bench-match` and read both logs.
	PRIORITY: HIGH
	EOF
	grep "^[A-Z-]*:" dispatch >parts &&
	test_cmp expected parts &&
	ops --as $DEV accept swap-7k2f && ops --as $DEV start swap-7k2f
'

test_expect_success 'questions: a structured packet, and what is incomplete comes back' '
	cat >question <<-\EOF &&
	QUESTION: Do equal prices match in order of time or of size?
	CONTEXT: The old matcher did both, by accident.
	FILES: src/match/order.c
	OPTIONS:
	1. time
	2. size
	EOF
	ops_refused field.missing ops --as $DEV ask swap-7k2f -F question &&
	sed -n "s/.*: .\([A-Z]*\). is missing.*/\1/p" "$TEST_ROOT/refused.err" | sort >missing &&
	test_write_lines BLOCKING RECOMMENDED >expected &&
	test_cmp expected missing &&
	test_write_lines "RECOMMENDED: time" "BLOCKING: yes" >>question &&
	ops --as $DEV ask swap-7k2f -F question &&
	ops_json result.packets.0.blocks yes ops packet list --open swap-7k2f
'

test_expect_success 'answers: chosen option, rationale, constraints, next step' '
	test_tick &&
	ops --as $LEAD answer swap-7k2f -F - <<-\EOF &&
	CHOSEN: time
	RATIONALE: it is what the exchange promises
	CONSTRAINTS: no new index
	NEXT STEP: write the test first
	EOF
	ops_json result.packets.# 0 ops packet list --open swap-7k2f
'

test_expect_success 'no-op: a review that changes nothing is logged, and nobody is told' '
	ops --as $LEAD packet new no-op swap-7k2f Reviewed="the first checkpoint" \
		Reason="the trajectory is healthy" >said &&
	test_grep ! "TASK:" said &&
	cksum <"$(ops_path swap-7k2f)" >after &&
	git show HEAD~:"$(ops_path swap-7k2f)" | cksum >before &&
	test_cmp before after
'

test_expect_success 'debug: BUG, ROOT, FIX, TEST, RESULT, and no drift' '
	cat >debug <<-\EOF &&
	BUG: equal prices swap places
	ROOT: the sort is not stable
	FIX: compare the time as well
	TEST: t/match.sh, a thousand equal orders
	RESULT: all in order
	FILES: src/match/sort.c
	RISKY: no
	EOF
	sed "s|^FILES:.*|&, src/book/book.c|" debug >drift &&
	ops_refused packet.drift ops --as $DEV debug swap-7k2f -F drift &&
	ops --as $DEV debug swap-7k2f -F debug
'

test_expect_success 'a risky fix has its rollback trigger before it starts' '
	sed "s/^RISKY: no/RISKY: yes/" debug >risky &&
	ops_refused field.missing ops --as $DEV debug swap-7k2f -F risky &&
	ops_unchanged 4 ops --as $DEV debug swap-7k2f -F risky ROLLBACK-TRIGGER=later &&
	ops --as $DEV packet new rollback-trigger swap-7k2f TRIGGER="one order out of place" \
		ROLLBACK="git revert, and the old sort" >said &&
	T=$(sed -n "s/.*-rollback-trigger-//p" said) &&
	ops --as $DEV debug swap-7k2f -F risky ROLLBACK-TRIGGER="$T" &&
	test_grep "^ROLLBACK-TRIGGER: .*-rollback-trigger-$T$" $P/*-debug-*.md
'

test_expect_success 'escalate real blockers only, with what was tried' '
	cat >escalation <<-\EOF &&
	Type: QualityGate
	Cause: Tests-Failing
	Signal: OPS:CI
	Context: the nightly benchmark, run by codegen
	Issue: it fails on one machine of three
	Attempts:
	- a second run
	Partial Results: two machines are green
	Recommended Action: take the third out
	Options:
	1. Retry: when the machine was replaced
	2. Abort: nothing to clean up
	3. Delegate: to Research
	EOF
	ops_refused packet.items ops --as $LEAD escalate swap-7k2f -F escalation &&
	sed "s/^- a second run/&\\
- an older kernel/" escalation >tried &&
	ops --as $LEAD escalate swap-7k2f -F tried &&
	ops_refused power.own-work ops --as $LEAD answer swap-7k2f CHOSEN=Abort RATIONALE=x \
		CONSTRAINTS=none NEXT-STEP=y &&
	ops --as $BOSS answer swap-7k2f CHOSEN="Retry" RATIONALE="the machine is old" \
		CONSTRAINTS="this week" NEXT-STEP="replace it"
'

test_expect_success 'reject with the reason, the missing evidence, the next action' '
	ops_step Review swap-7k2f &&
	ops --as $QA gate reject swap-7k2f quality -m "no benchmark was run" \
		-s "Missing Evidence=the log of make bench-match" \
		-s "Next Action=run it and commit the log" &&
	D=$(grep -l "^Decision: Reject" $P/*-decision-*.md) &&
	test_grep "^## Missing Evidence$" "$D" && test_grep "^## Next Action$" "$D" &&
	ops --as $QA rework swap-7k2f -m "run the benchmark" -s "Missing Evidence=a log" -s "Next Action=run it"
'

test_expect_success 'approve on evidence' '
	ops_step Review swap-7k2f &&
	ops_refused gate.evidence ops --as $QA gate approve swap-7k2f quality &&
	ops_step Signed swap-7k2f && ops_step Asked swap-7k2f && ops_step Decided swap-7k2f
'

test_expect_success 'do not close with an unresolved blocking question' '
	test_tick &&
	sed "s/^QUESTION:.*/QUESTION: May the old matcher go?/" question >late &&
	ops --as $DEV ask swap-7k2f -F late &&
	ops_refused packet.open ops --as $LEAD complete swap-7k2f &&
	test_grep "May the old matcher go" "$TEST_ROOT/refused.err" &&
	ops --as $LEAD answer swap-7k2f CHOSEN=yes RATIONALE=unused CONSTRAINTS=none \
		NEXT-STEP="a task of its own"
'

test_expect_success 'an incident needs its report and governance before the fix goes out' '
	test_tick &&
	ops --as docwriter incident swap-7k2f SCOPE="all orders of one broker" \
		IMPACT="none matched for an hour" Department=Production &&
	test_grep "^To: Meta-Orchestrator, Governance Orchestrator$" $P/*-incident-*.md &&
	ops_refused packet.open ops --as $LEAD complete swap-7k2f &&
	ops_refused packet.order ops --as $GOV packet new sign-off swap-7k2f Reason=seen &&
	ops --as $DEV packet new incident-report swap-7k2f SUMMARY="an empty book" \
		ROOT-CAUSE="a division by zero" RESOLUTION="an early return" \
		PREVENTION="a test with an empty book" &&
	ops_refused power.missing ops --as $LEAD packet new sign-off swap-7k2f Reason=seen &&
	ops --as $GOV packet new sign-off swap-7k2f Reason="the cause is gone" &&
	ops --as $LEAD complete swap-7k2f
'

test_expect_success 'and look back: recommendations are recorded' '
	ops --as $LEAD retro swap-7k2f Went-Well="questions were answered in a minute" \
		Went-Badly="the benchmark ran late" \
		Recommendations="- run it at each checkpoint" &&
	test_grep "^- run it at each checkpoint$" $P/*-retrospective-*.md &&
	ops_json result.packets.# 0 ops thread --open swap-7k2f
'

test_done
