#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What comes after a run that was killed: nothing of its agents is left, and the next command
# works.  Of a signal that is the same order again, and then there is one run of it, no step of
# which was done twice, in a history that is legal.
#
#   again.sh WORLD COMMAND...	in the repository; WORLD as in faults.sh

world=$1
shift

# What carries the mark of an agent, and came of this test: its PATH begins as ours.
tries=0
until test -z "$(grep -l -a -s OPS_RUN_ID=run- /proc/[0-9]*/environ |
	xargs -r grep -l -a -s -F "PATH=${PATH%%:*}:")"
do
	tries=$((tries + 1))
	test $tries -lt 100 || exit 1
	sleep 0.05
done

test "$world" != work || exec "$@"
"$@"
code=$?
run=$(find 05-PROCESSES/signals -name "*.md")
test -f "$run" && git fsck --strict --no-dangling --no-progress && "$1" audit verify || exit 1
status=$(sed -n "s/^Status: //p" "$run")
run=${run##*/}
sed -n "s/^Step: //p" "05-PROCESSES/packets/${run%.md}"/*-run-step-* | sort >.git/ended
test -z "$(uniq -d .git/ended)" || exit 1
ended=$(wc -l <.git/ended)
case $world in
commit)
	test "$code,$status,$ended" = 0,Complete,6 &&
		test "$(grep -c "^- Add it" CHANGELOG.md)" = 1 &&
		git log --format=%B | sed -n "s,^Signal-Step: .*/,,p" | sort >.git/ended &&
		printf "%s\n" commit commit-changelog | cmp -s - .git/ended
	;;
chain)
	# the first program may run once, the second as often as it likes, but after the first
	first=$(grep -c knowledge-curator .git/agents/effects)
	second=$(grep -c meta-updater .git/agents/effects)
	case $code,$status,$ended in
	0,Complete,2) test "$first" = 1 && test "$second" -ge 1 ;;
	1,Escalated,1) test "$first" -le 1 && test "$second" = 0 ;;
	*) exit 1 ;;
	esac
	;;
*)
	exit 2
	;;
esac
