#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Two sides of a merge that changed one task and did one thing each about it: what could
# not be recorded one after the other, whoever is first, is brought in by no merge, and
# what could is.  What ops itself says of both orders is held against t/attack/pairs.list,
# and so is what clone, server and audit say of the merge.

test_description='pairs of acts about one task, on both sides of a merge'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/attack/attack-lib.sh"

PAIRS=$TEST_DIRECTORY/attack/pairs.list

ask () {
	ops --as $DEV ask $T QUESTION=which CONTEXT=two FILES=a OPTIONS=b RECOMMENDED=c BLOCKING=yes
}

edit () {
	case $SIDE in
	one) ops --as $LEAD edit $T -f Priority=LOW "$@" ;;
	*) ops --as $LEAD edit $T -f Estimated-Hours=7 "$@" ;;
	esac
}

# at COMMIT: a clean work tree of it.
at () {
	git checkout -q -f -B work "$1"
}

# do_act SIDE NAME: here, by its line of the list.
do_act () {
	SIDE=$1
	body=$(awk -F '\t' -v name="$2" '$1 == "act" && $2 == name { print $3 }' "$PAIRS")
	test -n "$body" || test_bug "no act '$2'"
	( set -e; eval "$body" ) >"$TEST_ROOT/done" 2>&1 </dev/null
}

# said STATUS FILE: the rules in what was said, if it failed.
said () {
	found=$(attack_rules "$2")
	test "$1" != 0 || found=ok
	echo "${found:-none}"
}

# after FIRST SIDE NAME: what ops says of that act after the branch FIRST.
after () {
	at "$1" && { do_act "$2" "$3"; said $? "$TEST_ROOT/done"; }
}

# side SIDE NAME: a branch where that was done, made once.
side () {
	git rev-parse -q --verify "refs/heads/$T/$1/$2" >/dev/null ||
	{ at base && do_act "$1" "$2" && git branch "$T/$1/$2"; } ||
	{ cat "$TEST_ROOT/done"; return 1; }
}

# merged WHO OPTION...: merge what is asked about, as somebody who has nothing to say.
merged () {
	by $QA git "$@" -c merge.directoryRenames=false merge -q --no-edit "$T/two/$TWO" >"$TEST_ROOT/merge" 2>&1
}


# is WANTED FOUND OF FILE
is () {
	test "$1" = "$2" && return
	echo "$T: $ONE, $TWO: $3: '$2' and not '$1'"
	test ! -f "$4" || cat "$4"
	return 1
}

# pair TASK ONE TWO FIRST-ONE FIRST-TWO MERGE
pair () {
	T=$1 ONE=$2 TWO=$3
	wanted=${6#*=}
	side one "$ONE" && side two "$TWO" &&
	is "$4" "$(after "$T/one/$ONE" two "$TWO")" "the second after the first" "$TEST_ROOT/done" &&
	is "$5" "$(after "$T/two/$TWO" one "$ONE")" "the first after the second" "$TEST_ROOT/done" &&
	at "$T/one/$ONE" && test_tick &&
	{ merged -c core.hooksPath="$TEST_ROOT/hooks"; is "$wanted" "$(said $? "$TEST_ROOT/merge")" "hook" "$TEST_ROOT/merge"; } &&
	at "$T/one/$ONE" && merged -c core.hooksPath=/dev/null &&
	{ ops audit verify base.. >"$TEST_ROOT/audit"; is "$wanted" "$(said $? "$TEST_ROOT/audit")" "audit" "$TEST_ROOT/audit"; } &&
	{ git push -q "$TEST_ROOT/server.git" HEAD:main 2>"$TEST_ROOT/push"; is "$wanted" "$(said $? "$TEST_ROOT/push")" "server" "$TEST_ROOT/push"; } &&
	git -C "$TEST_ROOT/server.git" update-ref refs/heads/main "$(git rev-parse base)"
}

test_expect_success 'what the table says of a merge follows from what it says of the orders' '
	awk -F "\t" "/^#/ || /^act/ || /^\$/ { next }
		NF != 6 { print \"not read: \" \$0; next }
		\$6 ~ /^same=ok\$/ && \$4 != \"ok\" && \$5 != \"ok\" && \$2 == \$3 { n++; next }
		\$6 ~ /^late=[a-z]/ && (\$4 == \"ok\") != (\$5 == \"ok\") { n++; next }
		\$6 ~ /=/ { print; next }
		(\$6 == \"ok\") != (\$4 == \"ok\" || \$5 == \"ok\") { print; next }
		{ n++ }
		END { if (n < 25) print n \" pairs\" }" "$PAIRS" >wrong &&
	test_must_be_empty wrong
'

test_expect_success 'a server, and tasks in several states' '
	handoff_package &&
	ops_world && git branch -M main && ops_task_at Requested asked-1 && ops_task_at Approved fit-1 &&
	ops_task_at Assigned given-1 && ops_task_at Assigned other-1 && ops_task_at In-Progress begun-1 &&
	ops_task_at In-Progress frozen-1 &&
	ops --as $LEAD conflict freeze --kind TASK_DISPUTE --with other-1 -m "whose" frozen-1 &&
	ops_task_at In-Progress packed-1 && ops --as $DEV handoff start packed-1 docwriter &&
	ops --as $DEV handoff package packed-1 -e reports/test.log -F "$TEST_ROOT/package" && test_tick &&
	git gc -q && git branch base && git clone -q --bare . "$TEST_ROOT/server.git" &&
	ops --git-dir "$TEST_ROOT/server.git" hooks install &&
	ops hooks install && mkdir "$TEST_ROOT/hooks" && cp .git/hooks/* "$TEST_ROOT/hooks" &&
	git config core.hooksPath /dev/null
'

for task in $(awk -F '\t' '!/^#/ && NF == 6 { print $1 }' "$PAIRS" | uniq)
do
	test_expect_success "pairs about $task" '
		grep "^$task	" "$PAIRS" >"$TEST_ROOT/pairs" && wrong=0 &&
		while read -r t one two first second merge
		do
			pair "$t" "$one" "$two" "$first" "$second" "$merge" || wrong=$((wrong + 1))
		done <"$TEST_ROOT/pairs" &&
		at main && test $wrong = 0
	'
done

test_done
