#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Gates: asked for with all parts, in their order, decided on evidence by those who
# may, about what is there now; a block stands until it is lifted.

test_description='gates'
. "$(dirname "$0")/test-lib.sh"

# gate_is GATE STATE [ID]
gate_is () {
	ops gate show "${3-swap-7k2f}" "$1" >shown &&
	test_grep "^gate $1 of ${3-swap-7k2f}: recorded as $2" shown
}

ask_pre () {
	ops --as $LEAD gate request "$1" pre-governance -s Scope=a -s Approach=b \
		-s "Risk Assessment"=c -s Documentation=d
}

test_expect_success 'a request needs every part' '
	ops_world &&
	ops_task swap-7k2f &&
	gate_is pre-governance none &&
	ops_refused gate.request-parts ops --as $LEAD gate request swap-7k2f pre-governance \
		-s Scope=a -s Approach=b -s "Risk Assessment"=c &&
	test_grep "Documentation" "$TEST_ROOT/refused.err" &&
	ops_refused gate.request-parts ops --as $LEAD gate request swap-7k2f pre-governance \
		-s Scope=a -s Approach=b -s "Risk Assessment"=c -s Documentation= &&
	ops_refused gate.request-parts ops --as $LEAD gate request swap-7k2f pre-governance &&
	test_grep -c "gate.request-parts" "$TEST_ROOT/refused.err" >count &&
	test_grep -x 4 count
'

test_expect_success 'by who may ask, at a gate that is there, in its states' '
	ops_refused power.missing ops --as $DEV gate request swap-7k2f pre-governance \
		-s Scope=a -s Approach=b -s "Risk Assessment"=c -s Documentation=d &&
	ops_unchanged 2 ops --as $LEAD gate request swap-7k2f no-such-gate &&
	ops_unchanged 4 ops --as $LEAD gate request no-such-task pre-governance &&
	ops_unchanged 2 ops --as $LEAD gate request swap-7k2f &&
	ops_refused gate.state ops --as $LEAD gate request swap-7k2f post-governance \
		-s Outputs=a -s "Test Results"=b -s Documentation=c &&
	test_grep gate.order "$TEST_ROOT/refused.err"
'

test_expect_success 'no decision without a request' '
	ops_refused gate.no-request ops --as $GOV gate approve swap-7k2f pre-governance &&
	ask_pre swap-7k2f &&
	gate_is pre-governance requested &&
	ops_refused gate.decided ask_pre swap-7k2f
'

test_expect_success 'only by who holds the power of the gate' '
	for who in $LEAD $DEV $QA $BOSS $ARCH
	do
		ops_refused gate.power ops --as $who gate approve swap-7k2f pre-governance &&
		ops_refused gate.power ops --as $who gate reject swap-7k2f pre-governance -m no &&
		ops_refused gate.power ops --as $who gate block swap-7k2f pre-governance -m no \
			-s "Lifted When"=never || return 1
	done
'

test_expect_success 'a rejection says why, and can be asked about again' '
	ops_refused section.missing ops --as $GOV gate reject swap-7k2f pre-governance &&
	ops_refused section.missing ops --as $GOV gate reject swap-7k2f pre-governance -m "too wide" &&
	test_grep "fix: -s .Missing Evidence=" "$TEST_ROOT/refused.err" &&
	test_grep "fix: -s .Next Action=" "$TEST_ROOT/refused.err" &&
	ops --as $GOV gate reject swap-7k2f pre-governance -m "too wide" -s "Missing Evidence=a log" -s "Next Action=run it" &&
	gate_is pre-governance rejected &&
	test_grep "too wide" shown &&
	ops_refused gate.missing ops --as $LEAD assign swap-7k2f $DEV &&
	ask_pre swap-7k2f &&
	gate_is pre-governance requested &&
	ops --as $GOV gate approve swap-7k2f pre-governance &&
	gate_is pre-governance approved &&
	ops_refused gate.no-request ops --as $GOV gate approve swap-7k2f pre-governance &&
	ops_refused gate.decided ask_pre swap-7k2f
'

test_expect_success 'one that comes after the approval takes nothing back, and says so' '
	ops_task late-no-1 && ops_step Requested late-no-1 &&
	ops --as $GOV gate reject late-no-1 pre-governance -m no -s "Missing Evidence=a log" -s "Next Action=run it" 2>err &&
	test_grep ! gate.stands err && ask_pre late-no-1 && ops --as $GOV gate approve late-no-1 pre-governance &&
	ops --as $GOV gate reject late-no-1 pre-governance -m no -s "Missing Evidence=a log" -s "Next Action=run it" 2>err &&
	test_grep "warning gate.stands: gate .pre-governance. stays approved" err && ops gate show late-no-1 pre-governance >shown && test_grep "recorded as approved" shown &&
	sed -n "s/^  fix: ops //p" err >fix && ops --as $GOV $(cat fix) -m no -s "Lifted When=a log" && ops gate show late-no-1 pre-governance >shown &&
	test_grep "recorded as blocked" shown && rm err fix shown
'

test_expect_success 'an edit of what was approved makes it stale' '
	ops --as $LEAD edit swap-7k2f -f Priority=LOW 2>err && test_grep ! gate.ends err &&
	gate_is pre-governance approved &&
	ops --as $LEAD edit swap-7k2f -s "Scope=- \`src/*.c\`" 2>err &&
	test_grep "warning gate.ends: gate .pre-governance. approved what stood there" err &&
	test_grep "fix: ops gate request swap-7k2f pre-governance" err &&
	gate_is pre-governance stale &&
	test_grep "changed afterwards" shown &&
	ops_refused gate.stale ops --as $LEAD assign swap-7k2f $DEV &&
	ops_refused gate.stale ops --as $GOV gate approve swap-7k2f pre-governance &&
	ask_pre swap-7k2f &&
	ops --as $LEAD edit swap-7k2f -s "Scope=- \`src/*.h\`" 2>err &&
	test_grep "warning gate.ends: gate .pre-governance. was asked for what stood there" err &&
	ask_pre swap-7k2f &&
	ops --as $GOV gate approve swap-7k2f pre-governance &&
	gate_is pre-governance approved
'

test_expect_success 'ticking a box of the criteria is not another task' '
	ops_step Assigned swap-7k2f && ops_step In-Progress swap-7k2f &&
	sed "s/^- \[ \] .make check/- [x] \`make check/" 05-PROCESSES/active-tasks/swap-7k2f.md >ticked &&
	ops --as $DEV edit swap-7k2f --from ticked &&
	test_grep "^- \[x\]" 05-PROCESSES/active-tasks/swap-7k2f.md &&
	gate_is pre-governance approved
'

test_expect_success 'what is edited when the gate decides no more is put back' '
	cp 05-PROCESSES/active-tasks/swap-7k2f.md approved && ops --as $LEAD edit swap-7k2f -s "Scope=- \`lib/*.c\`" &&
	ops_refused gate.stale ops --as $DEV submit swap-7k2f -s Outputs=a -s "Test Results=b" -e reports/test.log &&
	test_grep "fix: that gate decides no more when the status is In-Progress: .ops edit swap-7k2f. to what" \
		"$TEST_ROOT/refused.err" &&
	ops_refused gate.state ask_pre swap-7k2f && ops --as $LEAD edit swap-7k2f --from approved &&
	gate_is pre-governance approved && ops_step Review swap-7k2f
'

test_expect_success 'evidence: at least one, committed, by digest' '
	ops_refused gate.evidence ops --as $QA gate approve swap-7k2f quality &&
	ops_unchanged 4 ops --as $QA gate approve swap-7k2f quality -e reports/no-such.log &&
	echo later >reports/uncommitted.log &&
	ops_unchanged 4 ops --as $QA gate approve swap-7k2f quality -e reports/uncommitted.log &&
	ops_unchanged 4 ops --as $QA gate approve swap-7k2f quality -e reports &&
	for path in ../outside /etc/passwd .git/config reports/../reports/test.log
	do
		test_must_fail ops --as $QA gate approve swap-7k2f quality -e $path || return 1
	done &&
	ops --as $QA gate approve swap-7k2f quality -e reports/test.log -e reports/review.txt &&
	digest=$(sha256sum <reports/test.log | cut -d" " -f1) &&
	grep -l "reports/test.log sha256:$digest" 05-PROCESSES/packets/swap-7k2f/*-decision-*.md &&
	gate_is quality approved
'

test_expect_success 'evidence that changed makes it stale; put back, it holds again' '
	echo "13 passed, 0 failed" >reports/test.log &&
	ops_commit_as $DEV "test: run again" &&
	gate_is quality stale &&
	test_grep "reports/test.log.*changed afterwards" shown &&
	ops_refused gate.stale ops_step Asked swap-7k2f &&
	git revert --no-edit HEAD &&
	gate_is quality approved &&
	git rm -q reports/review.txt && ops_commit_as $DEV "drop the review" &&
	gate_is quality stale &&
	test_grep "reports/review.txt.*gone" shown &&
	git reset -q --hard HEAD~
'

test_expect_success 'the order of the gates' '
	ops_step Asked swap-7k2f &&
	gate_is post-governance requested &&
	ops --as $QA rework swap-7k2f -m "one more" -s "Missing Evidence=a log" -s "Next Action=run it" && ops_step Review swap-7k2f &&
	ops_refused gate.order ops_step Asked swap-7k2f &&
	test_grep "quality" "$TEST_ROOT/refused.err" &&
	ops_step Signed swap-7k2f &&
	ops_step Asked swap-7k2f &&
	ops_step Decided swap-7k2f
'

test_expect_success 'a block needs its reason and its way out' '
	ops_unchanged 1 ops --as $GOV gate block swap-7k2f post-governance -m "a complaint" &&
	test_grep "section.missing.*Lifted When" "$TEST_ROOT/refused.err" &&
	ops --as $GOV gate block swap-7k2f post-governance -m "a complaint" \
		-s "Lifted When"="it is answered" &&
	gate_is post-governance blocked &&
	test_grep "a complaint" shown
'

test_expect_success 'it stands until it is lifted' '
	ops_refused gate.blocked ops --as $LEAD complete swap-7k2f &&
	ops_refused gate.blocked ops_step Decided swap-7k2f &&
	ops_refused gate.power ops --as $LEAD gate lift swap-7k2f post-governance -m "please" &&
	ops_refused section.missing ops --as $GOV gate lift swap-7k2f post-governance &&
	ops_refused gate.lift ops --as $QA gate lift swap-7k2f quality -m "nothing there" &&
	ops --as $GOV gate lift swap-7k2f post-governance -m "it was answered" &&
	ops_refused gate.lift ops --as $GOV gate lift swap-7k2f post-governance -m "again" &&
	ops gate list swap-7k2f
'

test_expect_success 'a block of any gate stops every step' '
	ops_task_at Assigned held-1 &&
	ops --as $GOV gate block held-1 pre-governance -m "the plan changed" \
		-s "Lifted When"="a new plan" &&
	ops_refused gate.blocked ops --as $DEV start held-1 &&
	ops --as $LEAD cancel held-1 -m "then not"
'

test_expect_success 'two blocks are lifted one by one' '
	ops_task_at Approved twice-1 &&
	for i in 1 2
	do
		test_tick &&
		ops --as $GOV gate block twice-1 pre-governance -m "reason $i" \
			-s "Lifted When"="said" || return 1
	done &&
	ops --as $GOV gate lift twice-1 pre-governance -m "one" &&
	gate_is pre-governance blocked twice-1 &&
	ops_refused gate.blocked ops --as $LEAD assign twice-1 $DEV &&
	ops --as $GOV gate lift twice-1 pre-governance -m "two" &&
	gate_is pre-governance approved twice-1 &&
	ops --as $LEAD assign twice-1 $DEV
'

test_expect_success 'ops gate show tells what was said' '
	ops_json "result.packets.#" 6 ops gate show twice-1 pre-governance &&
	ops gate show twice-1 pre-governance >shown &&
	test_grep "needs the power .govern." shown &&
	test_grep "Lifted When" shown &&
	tail -n 1 shown >last && test_grep "^assurance: " last &&
	test_expect_code 4 ops gate show twice-1 no-such-gate
'

test_done
