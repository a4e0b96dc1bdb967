#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Steps that agents do themselves: programs the user allowed, side by side or in a chain,
# with what the signal tells and what the one before gave.

test_description='pipelines of agents that are programs'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

TMPDIR=$TEST_ROOT/tmp
export TMPDIR
mkdir "$TMPDIR"

# program AGENT WORD...: make it that program, and allow it.
program () {
	file=$(ops_path "$1") && agent=$1 && shift && list= &&
	for word
	do
		list="$list${list:+, }\"$word\""
	done &&
	sed "2i\\
Command: [$list]" "$file" >"$TEST_ROOT/entry" && cp "$TEST_ROOT/entry" "$file" &&
	ops_commit_as $BOSS "chore: give $agent a program"
}

# configure: ops.yaml with these lines more, committed.
configure () {
	cat >>05-PROCESSES/ops.yaml &&
	version=$(sed -n "s/^version: //p" 05-PROCESSES/ops.yaml) &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: $((version + 1))/" &&
	ops_commit_as $GOV "chore: pipelines of our own"
}

test_expect_success 'agents that are programs, and pipelines of them' '
	signal_world && mkdir tools &&
	cat >tools/agent <<-\EOF &&
	#!/bin/sh
	# Keeps its packet, waits, and answers with its name.
	cat >"$TMPDIR/$OPS_ACTOR.json"
	case $1 in
	slow) sleep 1 ;;
	fail) echo "{\"status\": \"FAILED\", \"summary\": \"No.\", \"issues\": [\"# it broke\"]}"; exit 0 ;;
	esac
	echo "{\"progress\": 50}"
	echo "{\"status\": \"COMPLETE\", \"summary\": \"$OPS_ACTOR did it.\","
	echo " \"deliverables\": [\"by $OPS_ACTOR\"], \"output\": {\"from\": \"$OPS_ACTOR\"}}"
	EOF
	chmod +x tools/agent && git add tools && git commit -q -m "chore: a tool" &&
	program knowledge-curator tools/agent slow && program meta-updater tools/agent slow &&
	program release-manager tools/agent slow && program ci-liaison tools/agent fail &&
	configure <<-\EOF && test_tick
	signals:
	  "OPS:CHAIN": {agents: [KNOWLEDGE_CURATOR], pipeline: chain}
	  "OPS:NOBODY": {agents: [A], pipeline: nobody}
	pipelines:
	  chain:
	    pattern: chain
	    steps:
	      extract: {agent: KNOWLEDGE_CURATOR, kind: patterns}
	      document: {agent: META_UPDATER, kind: doc_update}
	  nobody:
	    steps:
	      alone: {agent: NO_SUCH_AGENT}
	EOF
'

test_expect_success 'nothing is begun that the user did not allow, or that nobody does' '
	ops_refused run.not-allowed signal OPS:CHAIN task_description=x &&
	grep -c run.not-allowed "$TEST_ROOT/refused.err" >count &&
	test_write_lines 2 >expected && test_cmp expected count &&
	ops_refused run.agent signal OPS:NOBODY task_description=x &&
	for agent in knowledge-curator meta-updater release-manager ci-liaison
	do
		ops program allow $agent >/dev/null || return 1
	done
'

test_expect_success 'a chain: what one gives is what the next one gets' '
	signal OPS:CHAIN task_description="Put it together" >said &&
	test_grep "^COMPLETE: OPS:CHAIN" said &&
	test_grep "done: extract, by KNOWLEDGE_CURATOR: knowledge-curator did it." said &&
	J="$TEST_BUILD/t/json-get" &&
	test "$($J context.task_description "$TMPDIR/knowledge-curator.json")" = "Put it together" &&
	test "$($J input.from "$TMPDIR/meta-updater.json")" = knowledge-curator &&
	test "$($J limits.seconds "$TMPDIR/knowledge-curator.json")" = 180 &&
	test "$($J limits.seconds "$TMPDIR/meta-updater.json")" = 120 &&
	signal_events >found &&
	test_write_lines "1 COORD_OPS:COMPLETE" "1 COORD_OPS:HANDOFF" "2 COORD_OPS:SPAWN" \
		>expected && test_cmp expected found &&
	grep -l "^Run: run-" 05-PROCESSES/packets/"$(signal_run)"/*-result-* >runs &&
	test_line_count = 2 runs && test_grep "PASSED (2/2 = 100%)" said
'

test_expect_success 'an audit by four agents, side by side; one fails, and the rest counts' '
	test_tick && begin=$(date +%s) &&
	test_expect_code 1 signal OPS:AUDIT task_description=x >said && end=$(date +%s) &&
	test_grep "^PARTIAL: OPS:AUDIT" said && test_grep "FAILED (3/4 = 75%)" said &&
	test_grep "failed: pipelines, by CI_LIAISON: No." said &&
	test_grep "^- # it broke$" said &&
	echo "# $((end - begin)) s for three that take one" &&
	signal_events >found && test_grep "1 COORD_OPS:ESCALATE" found &&
	test_grep "1 COORD_OPS:FAILURE" found && test_grep "4 COORD_OPS:SPAWN" found
'

test_expect_success 'what somebody ends begins nothing more' '
	test_tick && rm "$TMPDIR"/*.json && git rev-parse HEAD >before &&
	{ signal OPS:CHAIN task_description=x >../said 2>../told & } && pid=$! &&
	while ! test -f "$TMPDIR/knowledge-curator.json"; do sleep 0.1; done &&
	signal --abort "$(signal_run)" -m "not now" >ended && test_expect_code 1 wait $pid &&
	test_grep "packet.ended" ../told && test_path_is_missing "$TMPDIR/meta-updater.json" &&
	test "$(signal_status "$(signal_run)")" = Aborted
'

test_expect_success 'a pipeline of which nothing is to be done is not begun' '
	configure <<-\EOF && test_tick &&
	  never:
	    steps:
	      alone: {agent: META_UPDATER, when: {push: yes}}
	EOF
	test_sed 05-PROCESSES/ops.yaml "s/^pipelines:/  \"OPS:NEVER\": {agents: [A], pipeline: never}\n&/" &&
	git commit -q --amend --no-edit --no-verify -a &&
	ops_unchanged 1 signal OPS:NEVER task_description=x &&
	test_grep "no step of pipeline .never." "$TEST_ROOT/refused.err"
'

test_expect_success 'a program that was changed since is not run' '
	echo "# more" >>tools/agent && git commit -q -am "chore: more" && test_tick &&
	ops_refused run.not-allowed signal OPS:CHAIN task_description=x
'

test_done
