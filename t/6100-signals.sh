#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Whose a signal is, what it has to tell, and pipelines as data: before anything is done.

test_description='signals and pipelines as data'
. "$(dirname "$0")/test-lib.sh"

# signal WORD...: as the coordinator.
signal () {
	ops --as $LEAD signal "$@"
}

# configure TEXT: ops.yaml with these lines more, one version on; not committed.
configure () {
	git checkout -q 05-PROCESSES/ops.yaml &&
	cat >>05-PROCESSES/ops.yaml &&
	test_sed 05-PROCESSES/ops.yaml "s/^version: .*/version: 2/"
}

test_expect_success 'a small organisation' '
	ops_world && echo work >work.c
'

test_expect_success 'what is for nobody here is ignored, in whatever words' '
	for name in SCHED:RUN hello "" ": " OPS
	do
		ops_unchanged 0 signal "$name" task_description=x >said &&
		test_grep "^IGNORED$" said || return 1
	done &&
	ops_json result.verdict IGNORED ops --as $LEAD signal DEPLOY:NOW
'

test_expect_success 'what is for another coordinator is said to be' '
	ops_json result.route COORD_TOOLING ops --as $LEAD signal TOOL:REVIEW task_description=x &&
	ops_json result.verdict ROUTED ops --as $LEAD signal OPS:SKILL task_description=x \
		skill_requirements="a linter" &&
	ops_unchanged 0 signal OPS:AGENT task_description=x agent_requirements=y &&
	ops_refused signal.context signal TOOL:SKILL task_description=x &&
	test_grep "skill_requirements.*is missing" "$TEST_ROOT/refused.err" &&
	ops_refused signal.context signal OPS:AGENT task_description=x &&
	test_grep "agent_requirements.*is missing" "$TEST_ROOT/refused.err"
'

test_expect_success 'small letters, and signals that are not there, are told' '
	ops_unchanged 2 signal ops:commit &&
	test_grep "OPS:COMMIT.*signals are written in capitals" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 signal Ops:Audit &&
	ops_unchanged 2 signal OPS:NOTHING &&
	test_grep "there is no signal .OPS:NOTHING.; there are OPS:COMMIT," \
		"$TEST_ROOT/refused.err" &&
	ops_unchanged 2 signal &&
	ops_unchanged 2 signal --resume x OPS:AUDIT &&
	ops_unchanged 2 signal --abort x &&
	ops_unchanged 2 signal -m why OPS:AUDIT &&
	ops_unchanged 4 signal --resume no-such-run
'

test_expect_success 'everything that is missing is named, once' '
	ops_refused signal.context signal OPS:COMMIT &&
	for item in task_description changed_files commit_context user_facing
	do
		grep -c "$item. of the context of OPS:COMMIT is missing" \
			"$TEST_ROOT/refused.err" >count &&
		test_write_lines 1 >expected && test_cmp expected count || return 1
	done &&
	ops_refused signal.context signal OPS:RELEASE task_description=x &&
	test_grep "version. of the context.*is missing" "$TEST_ROOT/refused.err" &&
	ops_refused signal.context signal OPS:HANDOFF task_description=x &&
	test_grep "originating_domain" "$TEST_ROOT/refused.err" &&
	ops_refused signal.context signal OPS:AUDIT task_description=x resuming=yes &&
	test_grep "partial_results. of the context.*is missing" "$TEST_ROOT/refused.err" &&
	ops_refused signal.context signal OPS:COMMIT task_description=x changed_files=, \
		commit_context=y user_facing=no &&
	test_grep "changed_files" "$TEST_ROOT/refused.err"
'

test_expect_success 'what is unknown, said twice, or of another kind is named' '
	cat >context.json <<-\EOF &&
	{"task_description": "it", "changed_files": ["work.c"], "commit_context": "why",
	 "user_facing": false, "colour": "red", "mood": 3}
	EOF
	ops_refused signal.context signal --context context.json OPS:COMMIT &&
	test_grep "colour.*is not known" "$TEST_ROOT/refused.err" &&
	test_grep "mood.*is not known" "$TEST_ROOT/refused.err" &&
	ops_refused signal.context signal OPS:COMMIT task_description=x changed_files=/etc/passwd \
		commit_context=y user_facing=no &&
	ops_refused signal.context signal OPS:COMMIT task_description=x changed_files=work.c \
		commit_context=y user_facing=perhaps &&
	ops_refused signal.context signal OPS:RELEASE task_description=x version=v1 &&
	ops_refused signal.context signal OPS:PR_STATUS task_description=x pr_number=-1 &&
	ops_unchanged 2 signal OPS:AUDIT task_description=x Task-Description=y &&
	echo "{\"a\":" >broken.json &&
	ops_unchanged 1 signal --context broken.json OPS:AUDIT &&
	echo "[1]" >list.json &&
	ops_unchanged 1 signal --context list.json OPS:AUDIT &&
	ops_unchanged 4 signal --context nowhere.json OPS:AUDIT &&
	ops_unchanged 4 signal --task nothing-7k2f OPS:AUDIT task_description=x
'

test_expect_success 'who may not order work may not send signals; a dry run plans' '
	ops_refused power.missing ops --as $DEV signal OPS:AUDIT task_description=x &&
	ops_refused actor.unknown ops --as nobody signal OPS:AUDIT task_description=x &&
	ops_unchanged 0 signal --dry-run OPS:AUDIT task_description=x >said &&
	test_grep "^PLANNED: OPS:AUDIT, pipeline full-audit" said &&
	test_grep "todo: git-history, by RELEASE_MANAGER" said &&
	ops_json result.steps.# 4 ops --as $LEAD signal --dry-run OPS:AUDIT task_description=x &&
	ops_json result.pattern parallel ops --as $LEAD signal --dry-run OPS:AUDIT \
		task_description=x
'

test_expect_success 'a pipeline with a circle is a mistake with its line, and so is any slip' '
	configure <<-\EOF &&
	pipelines:
	  mine:
	    steps:
	      one: {do: commit, after: [two]}
	      two: {do: commit, after: [one]}
	EOF
	LINE=$(grep -n "      one: " 05-PROCESSES/ops.yaml | sed "s/:.*//") &&
	test_expect_code 1 ops check >found &&
	test_grep "ops.yaml:$LINE:7: .*config.invalid.*has a cycle: one and two wait" found &&
	for slip in "pipeline: nowhere" "agents: [A]" "requires: [nothing], pipeline: commit" \
		"pipeline: commit, colour: red" "fast: {pipeline: gone}"
	do
		configure <<-EOF &&
		signals: {"OPS:MINE": {$slip}}
		EOF
		test_expect_code 1 ops check >found &&
		test_grep "ops.yaml:.*config.invalid" found || return 1
	done &&
	for slip in "do: nonsense" "command: nothing" "agent: [a]" "wait: rain" "kind: x" \
		"do: commit, wait: approval" "otherwise: commit" "do: commit, after: [z]" \
		"do: commit, attempts: 11" "do: commit, timeout: soon" \
		"do: commit, when: {nothing: [yes]}"
	do
		configure <<-EOF &&
		pipelines: {mine: {steps: {a: {$slip}}}}
		EOF
		test_expect_code 1 ops check >found &&
		test_grep "ops.yaml:.*config.invalid" found || return 1
	done &&
	configure <<-\EOF &&
	pipelines: {mine: {pattern: spiral, steps: {}}}
	signals: {"SCHED:RUN": {pipeline: commit}, "OPS:*": {pipeline: commit}}
	release: {tag: v, files: {../x: "{version}", y: version}}
	context: {items: {x: odd}, always: [y]}
	operations-audit: {fresh: soon, messages: 101}
	EOF
	test_expect_code 1 ops check >found &&
	grep -c config.invalid found >count && test_write_lines 11 >expected &&
	test_cmp expected count &&
	git checkout -q 05-PROCESSES/ops.yaml
'

test_expect_success 'a pipeline of our own, for a signal of our own' '
	configure <<-\EOF &&
	context: {items: {reviewer: line}}
	signals:
	  "OPS:CHECK":
	    title: Look at the documentation twice
	    agents: [META_UPDATER]
	    requires: [reviewer]
	    pipeline: twice
	pipelines:
	  twice:
	    pattern: chain
	    steps:
	      last: {agent: META_UPDATER, do: audit-knowledge, after: [first]}
	      first: {agent: META_UPDATER, do: audit-knowledge, after: []}
	EOF
	ops_commit_as $GOV "feat: a signal of our own" && test_tick &&
	ops_refused signal.context signal OPS:CHECK task_description=x &&
	ops_json result.steps.0.name first ops --as $LEAD signal OPS:CHECK task_description=x \
		reviewer=alice &&
	RUN=$(basename 05-PROCESSES/signals/*.md .md) &&
	grep -h "^Event: " 05-PROCESSES/packets/$RUN/*-run-event-* | sort >events &&
	test_write_lines "Event: COORD_OPS:COMPLETE" "Event: COORD_OPS:HANDOFF" \
		"Event: COORD_OPS:SPAWN" "Event: COORD_OPS:SPAWN" >expected &&
	test_cmp expected events
'

test_done
