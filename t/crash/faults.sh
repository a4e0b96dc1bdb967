# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# The worlds of the fault matrix, and what is asked there: read by t/9262-faults.sh, which
# tries a few, and by t/slow/9362-faults.sh, which tries all.
#
#	faults_worlds			makes ../world-plain, ../world-signed and ../world-many
#	faults_world_plain		the first alone
#	faults NAME OPTION...		has t/helper/fault-tool try the command of that name
#	allocations NAME OPTION...	the same, with its allocations

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
		for i in $(seq 40)
		do
			echo "new task id=many-$i field:Title=Many"
		done >"$TEST_ROOT/acts-many" &&
		faults_keep plain
}

faults_worlds () {
	faults_world_plain && git init -q --bare -b main server.git && rm -rf server.git/hooks/*.sample && mv server.git .. &&
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

# What is asked: the words of a command, its world, options.
faults_of () {
	world=plain options='' as=$LEAD
	case $1 in
	assign) words="assign|free-1|codegen" ;;
	approve) words="gate|approve|asked-1|pre-governance" as=$GOV ;;
	approve-signed) words="gate|approve|asked-1|pre-governance" as=$GOV world=signed ;;
	complete) words="complete|done-1" ;;
	batch) words="batch|$TEST_ROOT/acts" ;;
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
	flag) words="flag|delivery-prompt|-m|odd" ;;
	reassign) words="act|reassign|given-1|docwriter|-m|other" ;;
	handoff) words="handoff|start|busy-1|docwriter" as=$DEV ;;
	waive) words="waive|gate.missing|--until|2026-02-01|-m|x" as=$BOSS ;;
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
	*) next="--as $LEAD new task Next" ;;
	esac
	(
		# shellcheck disable=SC2086
		set -- $options "$@" "$TEST_ROOT/world-$world" "$program" --as "$as"
		IFS='|'
		# shellcheck disable=SC2086
		set -- "$@" $words -- "$faults_program"
		IFS=' '
		# shellcheck disable=SC2086
		OPS_WAIT=300 exec "$TEST_BUILD/t/fault-tool" --work "$faults_work" "$@" $next
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
