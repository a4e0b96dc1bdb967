#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A run that is cut off while a program does a step: the program is begun once, unless its
# pipeline lets it be repeated; a result that is on record is its end.

test_description='programs of a run that was cut off'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"
. "$TEST_DIRECTORY/agent-words.sh"

TMPDIR=$TEST_ROOT/tmp
export TMPDIR
mkdir "$TMPDIR"

# cut WORD...: that signal is sent, and ops killed while an agent works.
cut () {
	: >"$TMPDIR/effects" && : >"$TMPDIR/hang" && test_tick &&
	{ "$OPS_PROGRAM" --as $LEAD signal "$@" >said 2>&1 & } &&
	pid=$! && tries=0 &&
	until test -s "$TMPDIR/effects" || test $tries -gt 600
	do
		tries=$((tries + 1)) && sleep 0.05
	done &&
	test -s "$TMPDIR/effects" && kill -9 $pid && rm "$TMPDIR/hang" &&
	{ wait $pid || : ; } 2>/dev/null && tries=0 &&
	until ops_runs_left >left && test ! -s left || test $tries -gt 200
	do
		tries=$((tries + 1)) && sleep 0.05
	done &&
	test_must_be_empty left && rm left said
}

test_expect_success 'agents with effects, and pipelines of them' '
	agent_world
'

test_expect_success 'a program that was cut off is not begun again, and nobody is waited for' '
	cut OPS:CHAIN task_description=x && RUN=$(signal_run) && test_tick &&
	test_expect_code 1 signal --resume "$RUN" >said &&
	test "$(agent_effects knowledge-curator)" = 1 &&
	test "$(agent_effects meta-updater)" = 0 &&
	test_grep "^ESCALATED: OPS:CHAIN" said &&
	test_grep "failed: first, by KNOWLEDGE_CURATOR: Step .first. was cut off" said &&
	test_grep "was begun as run-[a-z0-9]*, and how it ended is not on record" said &&
	test "$(signal_status "$RUN")" = Escalated &&
	FILE=$(echo 05-PROCESSES/packets/$RUN/*-escalation-*) &&
	test_grep "^- attempt 1: KNOWLEDGE_CURATOR was begun as run-" "$FILE" &&
	ops_unchanged 1 ops --as $LEAD signal --resume "$RUN"
'

test_expect_success 'one that may be repeated is begun again' '
	cp 05-PROCESSES/ops.yaml "$TEST_ROOT/ops.yaml" &&
	test_sed 05-PROCESSES/ops.yaml "s/only: {agent: KNOWLEDGE_CURATOR}/only: {agent: KNOWLEDGE_CURATOR, repeat: yes}/" \
		"s/^version: .*/version: 3/" &&
	ops_commit_as $GOV "chore: again" &&
	cut OPS:ONCE task_description=x && RUN=$(signal_run) && test_tick &&
	signal --resume "$RUN" >said && test_grep "^COMPLETE: OPS:ONCE" said &&
	test "$(agent_effects knowledge-curator)" = 2 &&
	sed -n "s/^Run: //p" 05-PROCESSES/packets/$RUN/*-run-event-* | sort -u >runs &&
	test_line_count = 2 runs && rm runs &&
	grep -h "^Attempt: " 05-PROCESSES/packets/$RUN/*-run-step-* >attempt &&
	echo "Attempt: 2" >expected && test_cmp expected attempt && rm attempt expected
'

test_expect_success 'but no oftener than the step has attempts' '
	test_sed 05-PROCESSES/ops.yaml "s/repeat: yes}/repeat: yes, attempts: 2}/" \
		"s/^version: .*/version: 4/" && ops_commit_as $GOV "chore: twice" &&
	cut OPS:ONCE task_description=x && RUN=$(signal_run) &&
	cut --resume "$RUN" && test_tick &&
	test_expect_code 1 signal --resume "$RUN" >said && test_grep "^ESCALATED" said &&
	test "$(agent_effects knowledge-curator)" = 1 &&
	grep -h "^- attempt 2: " 05-PROCESSES/packets/$RUN/*-escalation-* >/dev/null
'

test_expect_success 'a result that is on record is the end of its step' '
	: >"$TMPDIR/effects" && test_tick && signal OPS:CHAIN task_description=y >whole &&
	RUN=$(signal_run) && rm -f "$TMPDIR/meta-updater.json" &&
	git reset -q --hard "$(git log --reverse --format=%H --diff-filter=A -- \
		"05-PROCESSES/packets/$RUN/*-result-*" | head -n 1)" && : >"$TMPDIR/effects" &&
	test_must_fail ls 05-PROCESSES/packets/$RUN/*-run-step-* &&
	ls 05-PROCESSES/packets/$RUN/*-result-* >results && test_line_count = 1 results && rm results &&
	test_tick && signal --resume "$RUN" >said && test_grep "^COMPLETE: OPS:CHAIN" said &&
	test "$(agent_effects knowledge-curator)" = 0 && test "$(agent_effects meta-updater)" = 1 &&
	test "$("$TEST_BUILD/t/json-get" input.from "$TMPDIR/meta-updater.json")" = knowledge-curator &&
	test_grep "done: first, by KNOWLEDGE_CURATOR: knowledge-curator did it." said &&
	ls 05-PROCESSES/packets/$RUN/*-run-step-* >steps && test_line_count = 2 steps && rm steps
'

test_expect_success 'only a program is repeated' '
	cp 05-PROCESSES/ops.yaml "$TEST_ROOT/ops.yaml" &&
	cat >>05-PROCESSES/ops.yaml <<-\EOF &&
	  wrong:
	    steps:
	      look: {agent: META_UPDATER, do: audit-knowledge, repeat: yes}
	EOF
	test_expect_code 1 ops check >said && test_grep "config.invalid.*repeat. of step .look. is of no program" said &&
	cp "$TEST_ROOT/ops.yaml" 05-PROCESSES/ops.yaml
'

test_done
