# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# The worlds of the fault matrix, and what is asked there: read by t/9262-faults.sh, which
# tries a few, and by t/slow/9362-faults.sh, which tries all.
#
#	faults_worlds			makes ../world-plain, ../world-signed and ../world-many
#	faults_world_plain		the first alone
#	faults_world_work		../world-work: handoffs at each step, an agent that runs
#	faults_world_signals		../world-commit and ../world-chain: pipelines, of steps of ops'
#					own and of programs
#	faults NAME OPTION...		has t/helper/fault-tool try the command of that name
#	allocations NAME OPTION...	the same, with its allocations
#	allocations_or_skip		end here where no allocation can be made to fail
#	faults_row TRY NAME COLUMN OPTION...	have faults or allocations try it: a row of a table

# The program, linked with its libraries if there is such a build: it starts in a tenth of
# the time, and so leaves more calls that matter.
faults_program=$TEST_BUILD/static/ops
test -x "$faults_program" || faults_program=$OPS_PROGRAM

# All copies lie in memory where there is such a directory.
faults_work=$TEST_ROOT/cases
test ! -d /dev/shm || test ! -w /dev/shm || faults_work=$(mktemp -d /dev/shm/ops-faults.XXXXXX)

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

faults_worlds () {
	# A server brings to its disk what it takes, as ops server install has it.
	faults_world_plain && git init -q --bare -b main server.git && rm -rf server.git/hooks/*.sample &&
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

# What is asked: the words of a command, its world, options; the agents that may run there.
faults_of () {
	world=plain options='' as=$LEAD agents=''
	case $1 in
	assign) words="assign|free-1|codegen" ;;
	approve) words="gate|approve|asked-1|pre-governance" as=$GOV ;;
	approve-signed) words="gate|approve|asked-1|pre-governance" as=$GOV world=signed ;;
	complete) words="complete|done-1" ;;
	batch) words="batch|$TEST_ROOT/acts" ;;
	batch-pack) words="batch|$TEST_ROOT/acts-pack" ;;
	batch-each) words="batch|--each|$TEST_ROOT/acts-many" options="--commits 40" ;;
	sync) words=sync world=many options="--dir clone --server server.git" ;;
	new) words="new|task|--id|fourth-1|Fourth" ;;
	edit) words="edit|other-1|-f|Priority=LOW" ;;
	request) words="gate|request|new-1|pre-governance|-s|Scope=a|-s|Approach=b|-s|Risk Assessment=c|-s|Documentation=d" ;;
	block-gate) words="gate|block|asked-1|pre-governance|-m|no|-s|Lifted When=later" as=$GOV ;;
	accept) words="accept|given-1" as=$DEV ;;
	start) words="start|given-1" as=$DEV ;;
	checkpoint) words="checkpoint|busy-1|--progress|5|-m|x" as=$DEV ;;
	block) words="block|busy-1|-m|waits" as=$DEV ;;
	unblock) words="unblock|stuck-1|-m|goes" as=$DEV ;;
	submit) words="submit|busy-1|-s|Outputs=a|-s|Test Results=b|-e|reports/test.log" as=$DEV ;;
	cancel) words="cancel|new-1|-m|never" ;;
	flag) words="review|--flag" ;;
	reassign) words="act|reassign|--to|docwriter|-m|other|given-1" ;;
	handoff) words="handoff|start|busy-1|docwriter" as=$DEV ;;
	handoff-package) words="handoff|package|-e|reports/test.log|-F|$TEST_ROOT/package|hand-1" as=$DEV world=work ;;
	handoff-accept) words="handoff|accept|pack-1" as=docwriter world=work ;;
	handoff-reject) words="handoff|reject|-m|thin|pack-1" as=docwriter world=work ;;
	handoff-mediate) words="handoff|mediate|--cancel|-m|enough|late-1" as=$BOSS world=work ;;
	run) words="run|-q|codegen|busy-1" world=work agents=codegen ;;
	commit)
		words="--key|order|signal|OPS:COMMIT|task_description=Add it|changed_files=new.c"
		words="$words|commit_context=why|user_facing=yes|test_plan=x"
		world=commit options="--commits 0 --changes" ;;
	chain)
		words="--key|order|signal|OPS:CHAIN|task_description=Chain it"
		world=chain options="--commits 0 --changes" agents="knowledge-curator meta-updater" ;;
	waive) words="waive|gate.self-approval|--until|2026-02-01|-m|x" as=$GOV ;;
	*) return 1 ;;
	esac
}

# fault_tool NAME PROGRAM OPTION...
fault_tool () {
	faults_of "$1" || return 1
	program=$2
	shift 2
	case $world in
	many) next=sync ;;
	signed) next=recover ;;	# another actor's key is not at hand there
	commit | chain) next="--as|$as|$words" ;;
	*) next="--as|$LEAD|new|task|Next" ;;
	esac
	(
		# shellcheck disable=SC2086
		set -- $options "$@" "$TEST_ROOT/world-$world" "$program" --as "$as"
		IFS='|'
		# shellcheck disable=SC2086
		set -- "$@" $words --
		case $world in
		work | commit | chain) set -- "$@" sh "$TEST_DIRECTORY/crash/again.sh" $world ;;
		esac
		# shellcheck disable=SC2086
		set -- "$TEST_BUILD/t/fault-tool" --work "$faults_work" "$@" "$faults_program" $next
		IFS=' '
		# shellcheck disable=SC2086
		test -z "$agents" ||
			set -- sh "$TEST_DIRECTORY/crash/allow.sh" "$TEST_ROOT/world-$world" \
				"$faults_work" $agents -- "$@"
		OPS_WAIT=300 exec "$@"
	)
}

faults () {
	name=$1
	shift
	fault_tool "$name" "$faults_program" "$@"
}

# Of a program that finds its libraries when it starts: of another nothing can be counted.
allocations () {
	name=$1
	shift
	fault_tool "$name" "$OPS_PROGRAM" --alloc "$TEST_BUILD/t/alloc-fault.so" "$@"
}

allocations_or_skip () {
	test_have_prereq PLAIN_BUILD && test_have_prereq SHARED_LIBRARY && test -z "${OPS_TEST_INSTALLED-}" && return
	skip_all='the program is loaded with what lets its allocations fail'
	test_done
}

# The row goes to the terminal, with what was not as it has to be.
faults_row () {
	try=$1 name=$2 column=$3
	shift 3
	$try "$name" "$@" >"$TEST_ROOT/out" 2>&1
	code=$?
	{
		tail -n 1 "$TEST_ROOT/out" | sed "s/^/# $(printf '%-16s %-20s' "$name" "$column") /"
		grep "^not ok" "$TEST_ROOT/out" | sed "s/^/# /" | head -n 20
	} >&5
	test $code = 0
}
