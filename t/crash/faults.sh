# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What is asked in the worlds of the fault matrix: read by t/9262-faults.sh, which tries a few,
# and by t/slow/9362-faults.sh, which tries all.
#
#	faults NAME OPTION...		has t/helper/fault-tool try the command of that name
#	allocations NAME OPTION...	the same, with its allocations
#	allocations_or_skip		end here where no allocation can be made to fail
#	faults_row TRY NAME COLUMN OPTION...	have faults or allocations try it: a row of a table

# Memory fails in the program that finds its libraries when it starts: of the other nothing
# can be counted.
alloc_program=$TEST_BUILD/shared/ops

# All copies lie in memory where there is such a directory.
faults_work=$TEST_ROOT/cases
test ! -d /dev/shm || test ! -w /dev/shm || faults_work=$(mktemp -d /dev/shm/ops-faults.XXXXXX)

. "$TEST_DIRECTORY/crash/fault-worlds.sh"

# Each writing command but those that are tried in full.
faults_others="new edit edit-behind request block-gate reject lift accept start checkpoint block unblock submit rework
	cancel flag reassign waive key-add key-retire key-revoke deps-cut scope-lock scope-release scope-freeze conflict-freeze
	conflict-decide conflict-resume emergency emergency-end force force-end review vet quality plan rebalance breakdown
	orchestrate recover relocate synthesize packet ask answer debug escalate incident retro session
	handoff handoff-package handoff-accept handoff-reject handoff-mediate"

# The id of the force there is in world-more.
faults_force () {
	basename "$TEST_ROOT"/world-more/05-PROCESSES/taskforces/*.md .md
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
	edit-behind) words="edit|other-1|-f|Priority=LOW" world=behind ;;
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
	reject) words="gate|reject|shown-1|quality|-m|no|-s|Missing Evidence=a|-s|Next Action=b" as=$QA ;;
	rework) words="rework|shown-1|-m|no|-s|Missing Evidence=a|-s|Next Action=b" as=$QA ;;
	lift) words="gate|lift|barred-1|pre-governance|-m|over" as=$GOV world=more ;;
	key-add) words="key|add|$GOV|@$TEST_ROOT/fresh.pub" as=$BOSS world=more ;;
	key-retire) words="key|retire|$GOV|@$TEST_ROOT/kept.pub" as=$BOSS world=more ;;
	key-revoke) words="key|revoke|$GOV|@$TEST_ROOT/kept.pub" as=$BOSS world=more ;;
	deps-cut) words="deps|cut|other-1|new-1|-m|x" world=more ;;
	scope-lock) words="scope|lock|--path|src/match/b.c|busy-1" as=$DEV world=more ;;
	scope-release) words="scope|release|leased-1" as=$DEV world=more ;;
	scope-freeze) words="scope|freeze|--with|busy-1|-m|x|given-1" world=more ;;
	conflict-freeze) words="conflict|freeze|--kind|TASK_DISPUTE|--with|busy-1|-m|x|given-1" world=more ;;
	conflict-decide) words="conflict|decide|--owner|Production/$DEV|--merge-path|in turn|-m|x|frozen-1" world=more ;;
	conflict-resume)
		words="conflict|resume|--contract|reports/test.log|--regression|reports/test.log|-m|x|parted-1" world=more ;;
	emergency) words="emergency|declare|AGENT_CASCADE_FAILURE|-m|down" world=more ;;
	emergency-end) words="emergency|end|AGENT_CASCADE_FAILURE|-m|over" world=alarm ;;
	force) words="taskforce|new|--size|2|leased-1" world=more ;;
	force-end) words="taskforce|end|-m|over|$(faults_force)" world=more ;;
	review) words="review|old-prompt|-m|seen" as=$GOV world=more ;;
	vet) words="vet|busy-1|-m|seen|reports/test.log" as=$ARCH world=more ;;
	quality) words="quality|--record|busy-1" as=$QA world=more ;;
	plan) words="plan|--apply" world=more ;;
	rebalance) words="rebalance|--apply" world=more ;;
	breakdown) words="breakdown|-c|first|-c|second|new-1" world=more ;;
	orchestrate) words="orchestrate|--once" world=gone options="--commits 0" ;;
	recover) words="recover|--tasks" world=gone options="--commits 0" ;;
	relocate) words=relocate world=moved ;;
	synthesize) words="synthesize|busy-1|Signal=OPS:COMMIT|Summary=done" world=more ;;
	packet) words="packet|new|no-op|busy-1|Reviewed=all|Reason=well" world=more ;;
	ask)
		words="ask|busy-1|QUESTION=which|CONTEXT=none|FILES=src/match/b.c|OPTIONS=1. one|RECOMMENDED=one"
		words="$words|BLOCKING=yes" as=$DEV world=more ;;
	answer) words="answer|busy-1|CHOSEN=one|RATIONALE=x|CONSTRAINTS=none|NEXT-STEP=y" world=more ;;
	debug)
		words="debug|busy-1|BUG=a|ROOT=b|FIX=c|TEST=d|RESULT=e|FILES=src/match/b.c|RISKY=no" as=$DEV world=more ;;
	escalate)
		words="escalate|busy-1|Type=QualityGate|Cause=Tests-Failing|Signal=OPS:CI|Context=a|Issue=b|Attempts=- c
- d"
		words="$words|Partial Results=d|Recommended Action=e|Options=1. Retry: f" world=more ;;
	incident) words="incident|busy-1|SCOPE=a|IMPACT=b|Department=Production" as=$DEV world=more ;;
	retro) words="retro|busy-1|Went-Well=a|Went-Badly=b|Recommendations=- c" world=more ;;
	session)
		words="handoff|session|Title=S|Completed=- [x] a|Current State=b|Pending=- [ ] c|Risks=d|Findings=e|Next=f"
		words="$words|Decisions=- One: two" as=docwriter world=more ;;
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
	signed | alarm) next=recover ;;	# another actor's key is not at hand, or nothing goes on
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
		set -- "$TEST_BUILD/t/fault-tool" --work "$faults_work" "$@" "$OPS_PROGRAM" $next
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
	fault_tool "$name" "$OPS_PROGRAM" "$@"
}

allocations () {
	name=$1
	shift
	fault_tool "$name" "$alloc_program" --alloc "$TEST_BUILD/t/alloc-fault.so" "$@"
}

allocations_or_skip () {
	test_have_prereq PLAIN_BUILD && test -x "$alloc_program" && test -z "${OPS_TEST_INSTALLED-}" && return
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
