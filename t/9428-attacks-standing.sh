#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Ways around what holds for every commit: secrets, the change log, scopes, leases, files that
# security rests on, waivers; and into the roster and the records of signals.

test_description='attacks on standing rules'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

SAID=$TEST_ROOT/said
KEY=AKIAQRSTUVWXYZ234567
W=05-PROCESSES/policies/waivers
L=05-PROCESSES/leases

# work SUBJECT [TASK [ACTOR [LEASE]]]: a commit of everything for a task, by who works on it.
work () {
	test_tick && printf '%s\n\nOps-Task: %s\n' "$1" "${2-work-1}" >"$SAID"
	test -z "$4" || echo "Ops-Lease: $4" >>"$SAID"
	commit_as "${3-$DEV}" "$(cat "$SAID")"
}

# write FILE [TEXT...]
write () {
	mkdir -p "$(dirname "$1")" && write_to=$1 && shift && test_write_lines "$@" >"$write_to"
}

# vetted FILE [TASK [ACTOR]]: a review of it as it lies there; what else is staged stays so.
vetted () {
	git add -A . &&
	ops --as "${3-$ARCH}" vet "${2-work-1}" -m read \
		--at "$(git commit-tree -p HEAD -m x "$(git write-tree)")" "$1" && test_tick
}

# unsay: what the last commit did is in the work tree, and was never committed.
unsay () {
	git reset -q HEAD~
}

# The id of the newest packet of a kind.
newest () {
	basename "$(grep -l "^Kind: $1\$" $P/*/*.md | sort | tail -n 1)" .md
}

ask () {
	ops --as $DEV ask "$1" QUESTION=which CONTEXT=two FILES=a OPTIONS=b RECOMMENDED=c \
		BLOCKING=yes
}

send_back () {
	ops --as "$1" packet new revision-request work-1 Missing="$2" Reason="of which two"
}

# event RUN WHO: a record of a run, made by hand.
event () {
	write "$P/$1/20260115T120000Z-run-event-zzzz.md" --- "Kind: run-event" "About: $1" "From: $2" \
		"Date: 2026-01-15T12:00:00Z" "Event: COORD_OPS:COMPLETE" "To: META_UPDATER" ---
}

test_expect_success 'a world in which every commit is asked, and its server' '
	ops_world &&
	sed "/^- .src.match/d; s,^- .t/match.sh.,- \`src/match/\`\n- \`t/\`\n- \`CHANGELOG.md\`," \
		"$TEST_FIXTURES/task.md" >../text &&
	for task in work-1 work-2
	do
		ops --as $LEAD new task --id $task --from ../text || return 1
		for step in Requested Approved Assigned In-Progress
		do
			test_tick && ops_step $step $task || return 1
		done
	done &&
	ops --as $BOSS new agent "Arch Twin" -f Department=Executive -f Role=system-architect \
		-f Email=arch-twin@example.org -f Principal=arch &&
	ops --as $BOSS edit $ARCH -f Principal=arch &&
	write 05-PROCESSES/signals/run-1.md --- "Title: The guide" "Signal: OPS:DOCS" \
		"Pipeline: documentation" "Status: Running" "Received: 2026-01-15T12:00:00Z" \
		"Created-By: $LEAD" --- "" "## Task Description" "" "The guide" "" "## Context" "" \
		"\`\`\`json" "{\"signal\": \"OPS:DOCS\", \"task_description\": \"the guide\"}" "\`\`\`" &&
	sed "s/run-1/run-2/" 05-PROCESSES/signals/run-1.md >05-PROCESSES/signals/run-2.md &&
	ops_commit_as $LEAD "docs: two runs" &&
	ops --as $LEAD signal --abort run-2 -m "not needed" &&
	write CHANGELOG.md "## [Unreleased]" "" "- one" && write src/match/match.c "int match;" &&
	write src/match/auth/login.c "int login;" && write src/match/auth/old.c "int old;" &&
	write src/match/schema/a.sql "create" && write t/samples/key "$KEY" &&
	commit_as $DEV "feat: begin" && ask work-1 && test_tick &&
	test_write_lines "format: 1" "version: 2" \
		"standing:" \
		"  messages: {check: on}" \
		"  secrets: {check: on, allow: {paths: [t/samples/]}}" \
		"  changelog: {check: on, paths: [src/]}" \
		"  scope: {check: required}" \
		"  sensitive: {paths: [src/match/auth/]}" \
		"scope: {leased: [src/match/schema/]}" >$CONFIG &&
	ops_commit_as $GOV "chore: what holds for every commit" &&
	ops audit seal begun && attack_begin && ops audit verify
'

attack_list "$TEST_DIRECTORY/attack/standing.list"

test_done
