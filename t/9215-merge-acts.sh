#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Two sides that worked on the same things, brought together by stock git and by ops sync:
# clone, server and audit say the same of a merge, and who is refused can go on.

test_description='merges of what people and agents did side by side'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

# The server of all pairs; each gets a copy of its own.
test_expect_success 'a server, and tasks in each state' '
	ops_world && git branch -M main &&
	for state in Queued Requested Approved Assigned In-Progress Review Asked Decided
	do
		ops_task_at $state "$(echo $state | tr "[:upper:]" "[:lower:]")-1" || return 1
	done &&
	git gc -q && git clone -q --bare . "$TEST_ROOT/base.git" &&
	git -C "$TEST_ROOT/base.git" remote remove origin &&
	ops --git-dir "$TEST_ROOT/base.git" hooks install
'

# side DIRECTORY COMMANDS: a clone in which they were done.
side () {
	git clone -q "$TEST_ROOT/server.git" "$TEST_ROOT/$1" && test_tick &&
	( cd "$TEST_ROOT/$1" && set -e && eval "$2" )
}

# sides OURS THEIRS: theirs is published, ours is in `mine`, with hooks.
sides () {
	rm -rf "$TEST_ROOT/server.git" "$TEST_ROOT/mine" "$TEST_ROOT/other" "$TEST_ROOT/unseen" &&
	cp -a "$TEST_ROOT/base.git" "$TEST_ROOT/server.git" &&
	side other "$2" && side mine "$1" &&
	git -C "$TEST_ROOT/other" push -q origin HEAD:main &&
	git -C "$TEST_ROOT/mine" fetch -q && ops -C "$TEST_ROOT/mine" hooks install &&
	cp -a "$TEST_ROOT/mine" "$TEST_ROOT/unseen" && test_tick
}

# merge DIRECTORY MERGER [OPTION...]: upstream into what is there.
merge () {
	merge_in=$1 merge_by=$2
	shift 2
	git -C "$TEST_ROOT/$merge_in" "$@" -c user.name="$merge_by" \
		-c user.email="$merge_by@example.org" merge --no-edit origin/main
}

# said: what a merge that was tried is, from its status and words.
said () {
	found=$(attack_rules "$TEST_ROOT/$2")
	test "$1" != 0 || found=passes
	! grep -q ^CONFLICT "$TEST_ROOT/$2" || found=conflict
	echo "${found:-$(cat "$TEST_ROOT/$2")}"
}

# pair WANTED SYNC MERGER OURS THEIRS: a merge by MERGER passes, is in conflict, or is
# refused by these rules, wherever it is judged; and ops sync, in the clone where the merge
# was refused, ends with SYNC.
pair () {
	wanted=$1 sync=$2 merger=$3
	sides "$4" "$5" || return 1
	status=0
	merge mine "$merger" >"$TEST_ROOT/hook" 2>&1 || status=$?
	test "$(said $status hook)" = "$wanted" || { cat "$TEST_ROOT/hook"; return 1; }
	if test "$wanted" != conflict
	then
		merge unseen "$merger" -c core.hooksPath=/dev/null >out 2>&1 || return 1
		status=0
		git -C "$TEST_ROOT/unseen" -c core.hooksPath=/dev/null push -q origin main \
			>"$TEST_ROOT/push" 2>&1 || status=$?
		test "$(said $status push)" = "$wanted" || { cat "$TEST_ROOT/push"; return 1; }
		status=0
		ops -C "$TEST_ROOT/unseen" audit verify >"$TEST_ROOT/audit" 2>&1 || status=$?
		test "$(said $status audit)" = "$wanted" || { cat "$TEST_ROOT/audit"; return 1; }
	fi
	case $wanted in
	passes)
		git -C "$TEST_ROOT/mine" reset -q --hard ORIG_HEAD &&
		git -C "$TEST_ROOT/server.git" update-ref refs/heads/main \
			"$(git -C "$TEST_ROOT/mine" rev-parse origin/main)" ;;
	conflict)
		git -C "$TEST_ROOT/mine" merge --abort ;;
	*)
		test_grep "fix: make it again on top.*ops sync\|fix: let one side release" "$TEST_ROOT/hook" &&
		git -C "$TEST_ROOT/mine" merge --abort ;;
	esac || return 1
	test_expect_code "$sync" ops -C "$TEST_ROOT/mine" --as "$merger" sync >out 2>&1 &&
	ops -C "$TEST_ROOT/mine" audit verify >out && test_grep " 0 refused" out &&
	ops -C "$TEST_ROOT/mine" check >out
}

EDIT='ops --as $LEAD edit'

test_expect_success 'an act and an edit, by whoever merges' '
	pair passes 0 $LEAD "$EDIT assigned-1 -f Priority=LOW" "ops --as \$DEV start assigned-1" &&
	pair passes 0 $QA "ops --as \$DEV block in-progress-1 -m wait" "$EDIT in-progress-1 -f Priority=LOW"
'

test_expect_success 'several acts and an edit' '
	pair passes 0 $LEAD "$EDIT assigned-1 -f Priority=LOW" "ops --as \$DEV accept assigned-1 && ops --as \$DEV start assigned-1"
'

test_expect_success 'an act that records, and an edit: the record comes along' '
	pair passes 0 $LEAD "$EDIT approved-1 -f Priority=LOW" "ops --as \$LEAD assign approved-1 \$DEV"
'

test_expect_success 'what is submitted and edited is not both' '
	pair doc.frozen 1 $LEAD "$EDIT in-progress-1 -f Priority=LOW" "ops_step Review in-progress-1" &&
	pair doc.frozen 0 $DEV "ops_step Review in-progress-1" "$EDIT in-progress-1 -f Priority=LOW"
'

test_expect_success 'what ended and was edited is not both' '
	pair doc.frozen 1 $LEAD "$EDIT assigned-1 -f Priority=LOW" "ops --as \$LEAD cancel assigned-1 -m no" &&
	pair doc.frozen 0 $LEAD "ops --as \$LEAD cancel assigned-1 -m no" "$EDIT assigned-1 -f Priority=LOW"
'

test_expect_success 'edits of different fields, of one field' '
	pair passes 0 $LEAD "$EDIT queued-1 -f Priority=LOW" "$EDIT queued-1 -f Due=2026-03-03" &&
	pair conflict 1 $LEAD "$EDIT queued-1 -f Priority=LOW" "$EDIT queued-1 -f Priority=MEDIUM"
'

test_expect_success 'acts that exclude each other' '
	pair conflict 1 $LEAD "ops --as \$LEAD cancel assigned-1 -m no" "ops --as \$DEV start assigned-1" &&
	pair conflict 1 $LEAD "ops --as \$LEAD assign approved-1 \$DEV" "ops --as \$LEAD assign approved-1 docwriter" &&
	pair conflict 1 $LEAD "ops --as \$LEAD act --to docwriter reassign assigned-1" "ops --as \$DEV start assigned-1"
'

test_expect_success 'who was dismissed gets no task' '
	pair task.assignee 1 $LEAD "ops --as \$LEAD assign approved-1 \$DEV" "ops --as \$BOSS act deactivate \$DEV" &&
	pair actor.inactive 0 $BOSS "ops --as \$BOSS act deactivate \$DEV" "ops --as \$DEV start assigned-1"
'

test_expect_success 'work that begins under a prompt, which is withdrawn' '
	pair prompt.unapproved 1 $DEV "ops --as \$DEV start assigned-1" "ops --as \$ARCH act retire delivery-prompt" &&
	pair prompt.unapproved 0 $ARCH "ops --as \$ARCH act revise delivery-prompt" "ops --as \$DEV start assigned-1" &&
	pair passes 0 $LEAD "ops --as \$DEV start assigned-1" "ops --as \$ARCH act revise delivery-prompt && ops --as \$GOV act approve delivery-prompt" &&
	pair passes 0 $ARCH "ops --as \$ARCH act retire delivery-prompt" "ops_step Review in-progress-1"
'

test_expect_success 'paths are leased to one of two' '
	pair lease.held 1 $DEV "ops --as \$DEV scope lock assigned-1" "ops --as \$DEV scope lock in-progress-1"
'

test_expect_success 'a gate, and its subject' '
	pair passes 1 $GOV "ops --as \$GOV gate approve requested-1 pre-governance -m ok" "$EDIT requested-1 -f Due=2026-03-03 -s Objective=other" &&
	pair gate.stale 1 $LEAD "ops --as \$LEAD assign approved-1 \$DEV" "$EDIT approved-1 -s Objective=other"
'

# policy VERSION LINE: another configuration.
policy () {
	printf "format: 1\nversion: %s\n%s\n" "$1" "$2" >policy.yaml &&
	ops --as $GOV edit 05-PROCESSES/ops.yaml --from policy.yaml && rm policy.yaml
}

test_expect_success 'the configuration, and acts that knew the one before' '
	pair passes 0 $LEAD "policy 2 \"gates: {quality: {approvals: 2}}\"" "ops_step Signed review-1" &&
	pair gate.missing 0 $LEAD "policy 2 \"gates: {quality: {approvals: 2}}\"" "ops --as \$LEAD complete decided-1" &&
	pair conflict 1 $GOV "policy 2 \"thresholds: {configure: 1}\"" "policy 2 \"gates: {quality: {approvals: 2}}\""
'

test_expect_success 'waivers of one rule' '
	WAIVE="ops --as \$GOV waive gate.self-approval -m alone --until" &&
	pair passes 0 $GOV "$WAIVE 2026-03-31" "$WAIVE 2026-02-28"
'

test_expect_success 'documents that go to another place, and edits of them' '
	RELOCATE="policy 2 \"types: {task: {place: \\\"{tasks}/{shard}/{id}.md\\\", paths: [\\\"05-PROCESSES/active-tasks/*.md\\\"]}}\" && ops --as \$LEAD relocate" &&
	pair passes 0 $LEAD "$RELOCATE" "$EDIT assigned-1 -f Priority=LOW" &&
	pair passes 0 $QA "$EDIT assigned-1 -f Priority=LOW" "$RELOCATE"
'

test_expect_success 'such a merge is legal where it is merged again, beside a dismissal' '
	sides "$EDIT assigned-1 -f Priority=LOW" "ops --as \$DEV start assigned-1" &&
	merge mine $LEAD >out && cd "$TEST_ROOT/mine" && git checkout -q -b dismissed origin/main~ && test_tick &&
	ops --as $BOSS act deactivate scout && test_tick &&
	git merge -q --no-edit main && ops audit verify >out && test_grep " 0 refused" out &&
	cd "$TRASH"
'

test_done
