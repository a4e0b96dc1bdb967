# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# The worlds of the fault matrix: repositories where each act that is tried is legal.
# Read by t/crash/faults.sh.
#
#	faults_worlds			makes ../world-plain, ../world-behind, ../world-signed and ../world-many
#	faults_world_plain		the first alone
#	faults_world_work		../world-work: handoffs at each step, an agent that runs
#	faults_world_more		../world-more, ../world-alarm, ../world-moved: conflicts, leases,
#					keys, packets, passes; an emergency; tasks to be moved
#	faults_world_signals		../world-commit and ../world-chain: pipelines, of steps of ops'
#					own and of programs

# keep NAME: the repository as it is now, small and fast to copy.
faults_keep () {
	rm -rf .git/hooks/*.sample .git/logs .git/description && git repack -q -ad && git prune &&
		git pack-refs --all && cp -a . "../world-$1"
}

# One task at each step from which a command is tried.
faults_tasks () {
	ops_task_at Queued new-1 && ops_task_at Queued other-1 && ops_task_at Requested asked-1 &&
		ops_task_at Approved free-1 && ops_task_at Assigned given-1 &&
		ops_task_at In-Progress busy-1 && ops_task_at Review shown-1 &&
		ops_task_at Decided done-1 && ops_task_at Blocked stuck-1
}

faults_world_plain () {
	ops_world && faults_tasks >/dev/null && test_tick &&
		test_write_lines "edit other-1 field:Priority=LOW" "new task id=third-1 field:Title=Third" \
			"edit new-1 field:Priority=HIGH" >"$TEST_ROOT/acts" &&
		for i in $(seq 100)
		do
			echo "new task id=many-$i field:Title=Many"
		done >"$TEST_ROOT/acts-pack" && sed 40q "$TEST_ROOT/acts-pack" >"$TEST_ROOT/acts-many" &&
		faults_keep plain
}

# The index is as before the last act, and git made a commit since.
faults_behind () {
	cp -a ../world-plain ../world-behind && (cd ../world-behind && cp .git/index ../index &&
		ops --as $LEAD edit new-1 -f Priority=LOW >/dev/null && mv ../index .git/index &&
		echo x >behind.c && git add behind.c && git commit -q -m "x" behind.c &&
		test_must_fail git diff --cached --quiet HEAD)
}

faults_worlds () {
	# A server brings to its disk what it takes, as ops server install has it.
	faults_world_plain && faults_behind && git init -q --bare -b main server.git && rm -rf server.git/hooks/*.sample &&
		git -C server.git config core.fsync committed,reference && mv server.git .. &&
		mkdir ../world-many && cp -a . ../world-many/clone && mv ../server.git ../world-many &&
		(cd ../world-many/clone && git remote add origin ../server.git && ops sync >/dev/null &&
			ops --as $LEAD assign free-1 codegen >/dev/null) &&
		faults_signed
}

# The same, where whoever decides at a gate signs.
faults_signed () {
	ssh-keygen -q -t ed25519 -N "" -C "" -f "$TEST_ROOT/key" &&
		ops --as $BOSS edit $GOV -f "Keys=$(cat "$TEST_ROOT/key.pub")" >/dev/null &&
		git config user.signingKey "$TEST_ROOT/key" && git config gpg.format ssh &&
		git config commit.gpgSign true && faults_keep signed
}

# Handoffs at each step, and an agent that is a program.
faults_world_work () {
	test_write_lines "Completed:" "- [x] all" "Current State: builds" "Pending:" "- [ ] none" \
		"Risks: none" "Findings: none" "Next: rest" "Failing-Checks: none" >"$TEST_ROOT/package" &&
		mkdir "$TEST_ROOT/work" && cd "$TEST_ROOT/work" && git init -q -b main . &&
		ops_world && for task in busy-1 hand-1 pack-1 late-1
		do
			ops_task_at In-Progress $task || return 1
		done >/dev/null && for task in hand-1 pack-1 late-1
		do
			ops --as $DEV handoff start $task docwriter || return 1
		done && for task in pack-1 late-1
		do
			ops --as $DEV handoff package -e reports/test.log -F "$TEST_ROOT/package" $task || return 1
		done && ops --as docwriter handoff reject -m thin late-1 &&
		mkdir tools && test_write_lines "#!/bin/sh" "cat >/dev/null" \
		"echo '{\"status\": \"COMPLETE\", \"summary\": \"done\"}'" >tools/agent &&
		chmod +x tools/agent && git add tools && git commit -q -m "chore: a tool" &&
		test_sed "$(ops_path codegen)" "2i\\Command: [tools/agent]" &&
		ops_commit_as $BOSS "chore: a program" && faults_keep work && cd .. && rm -rf work &&
		cd "$TRASH" || return 1
}

# A branch with work to commit, and two agents whose effects are looked at afterwards.
faults_world_signals () {
	mkdir "$TEST_ROOT/work" && cd "$TEST_ROOT/work" && git init -q -b main . &&
		signal_world && echo new >new.c && faults_keep commit &&
		cd .. && rm -rf work && mkdir work && cd work && git init -q -b main . &&
		mkdir .git/agents && : >.git/agents/effects && agent_world .git/agents &&
		faults_keep chain && cd .. && rm -rf work &&
		cd "$TRASH" || return 1
}

# What the other acts need: a task that is frozen and one whose conflict is decided; a lease, a
# dependency, a force, a question, a block, a key. Then an emergency, an agent that is gone, and
# tasks that have to be moved: each in a world of its own.
faults_world_more () {
	mkdir "$TEST_ROOT/work" && cd "$TEST_ROOT/work" && git init -q -b main . && ops_world &&
		{ faults_tasks && faults_more; } >/dev/null && faults_keep more &&
		faults_kept_with alarm ops --as $LEAD emergency declare AGENT_CASCADE_FAILURE -m down &&
		faults_kept_with gone ops --as $BOSS act deactivate $DEV &&
		faults_kept_with moved faults_move && cd .. && rm -rf work && cd "$TRASH" || return 1
}

# faults_kept_with NAME COMMAND...: what is kept, with this beside.
faults_kept_with () {
	kept=$1
	shift
	test_tick && "$@" >/dev/null && faults_keep "$kept" && git reset -q --hard HEAD~
}

faults_more () {
	ops_task_at Requested barred-1 && ops_task_at In-Progress leased-1 &&
		ops_task_at Assigned frozen-1 && ops_task_at Assigned parted-1 && test_tick &&
		ops --as $GOV gate block barred-1 pre-governance -m no -s "Lifted When=later" &&
		for task in frozen-1 parted-1
		do
			ops --as $LEAD conflict freeze --kind TASK_DISPUTE --with given-1 -m x $task || return 1
		done && ops --as $LEAD conflict decide --owner Production/$DEV --merge-path "in turn" -m x parted-1 &&
		ops --as $LEAD edit other-1 -f Depends-On=new-1 &&
		ops --as $DEV scope lock --path src/match/a.c leased-1 &&
		ops --as $LEAD taskforce new --title Force --size 2 busy-1 &&
		ops --as $DEV ask busy-1 QUESTION=which CONTEXT=none FILES=src/match/a.c OPTIONS="1. one" \
			RECOMMENDED=one BLOCKING=no &&
		ops --as $DEV packet new result busy-1 Status=COMPLETE Quality-Gate="PASSED (1/1 = 100%)" \
			Duration=75s Summary=done Next-Steps=none Agent-Contributions="- $DEV: all (75s)" \
			Deliverables=none &&
		ssh-keygen -q -t ed25519 -N "" -C "" -f "$TEST_ROOT/kept" &&
		ssh-keygen -q -t ed25519 -N "" -C "" -f "$TEST_ROOT/fresh" &&
		ops --as $BOSS key add $GOV "@$TEST_ROOT/kept.pub"
}

# Tasks lie elsewhere from now on, those that are there do not yet.
faults_move () {
	awk '/^version:/ { print "version: " $2 + 1; next } /^types:/ { exit } 1' \
		05-PROCESSES/ops.yaml >"$TEST_ROOT/ops.yaml" &&
		test_write_lines "types:" "  task:" "    place: \"{tasks}/{shard}/{id}.md\"" \
			"    paths: [\"05-PROCESSES/active-tasks/*.md\"]" >>"$TEST_ROOT/ops.yaml" &&
		ops --as $GOV edit 05-PROCESSES/ops.yaml --from "$TEST_ROOT/ops.yaml"
}
