# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Words of the tests of signals; read after test-lib.sh.

# signal_agent ID: one of the four that a coordinator has, in the roster.
signal_agent () {
	test_tick &&
	ops --as $BOSS new agent --id "$1" "$1" -f Department=Operations \
		-f Email="$1@example.org" -f Reports-To=$LEAD -f Spawned-By=$LEAD >/dev/null
}

# signal_world: the standard repository with those four, on a branch for work.
signal_world () {
	ops_world &&
	for agent in release-manager meta-updater knowledge-curator ci-liaison
	do
		signal_agent $agent || return 1
	done &&
	git checkout -q -b swap-matching &&
	test_tick
}

# signal WORD...: as the coordinator.
signal () {
	ops --as $LEAD signal "$@"
}

# signal_run: the id of the only run, or of the last that began.
signal_run () {
	git log --format= --name-only --diff-filter=A -- 05-PROCESSES/signals |
		sed -n "1s/.*\/\(.*\)\.md/\1/p"
}

# signal_events [RUN]: what its coordinator told, one line for each kind, with its number.
signal_events () {
	cat 05-PROCESSES/packets/"${1-$(signal_run)}"/*-run-event-* |
		sed -n "s/^Event: //p" | sort | uniq -c | sed "s/^ *//"
}

# signal_result FILE: the message in what `ops signal` printed, without its last line.
signal_result () {
	sed -n '/^## Ops Result/,$p' "$1" | sed '$d'
}

# signal_status RUN: what its document says.
signal_status () {
	sed -n "s/^Status: //p" "05-PROCESSES/signals/$1.md"
}
