#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every rule is documented and shown at work.  A rule id is a string such as
# "task.transition" in the code of the library.  Each stands in
# docs/ops-rules.7, and has in t/judge a case it accepts and one it refuses: a
# case says which rules it is about in a line `rule: ID...`, and after it which
# ids it expects in `expect: ID...` or `expect: accepted`.

test_description='every rule is documented and tested'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

# rules ROOT: ids in the code.  The names of powers have the same form and are
# found in the built-in configuration; file names are known by their ending.
rules () {
	sed -n '/^powers:/,/^[a-z]*:$/s/^  \([a-z.-]*\):.*/\1/p' \
		"$1"/lib/model/builtin.yaml >powers 2>/dev/null
	find "$1/lib/text" "$1/lib/model" "$1/lib/judge" -name '*.c' 2>/dev/null |
	while read -r f
	do
		$CC -fpreprocessed -dD -E -P "$f" 2>/dev/null | grep -v '^ *# *include'
	done | grep -o '"[a-z][a-z]*\.[a-z][a-z-]*"' | tr -d '"' | sort -u |
		grep -v -E '\.(yaml|md|c|h)$' | grep -v -x -F -f powers
}

# shown DIR: "ID accepted" and "ID refused", for what the cases there show.
shown () {
	find "$1" -name '*.case' -exec cat {} + 2>/dev/null | awk '
	/^rule:/ { n = split($0, rule, /[ :]+/); next }
	/^expect:/ {
		for (i = 2; i <= n; i++)
			print rule[i], index($0 " ", " " rule[i] " ") ? "refused" : "accepted"
		n = 0
	}' | sort -u
}

# faults ROOT: one line for each thing missing of the rules in the file "ids".
faults () {
	shown "$1/t/judge" >shown
	sed 's/\\-/-/g' "$1/docs/ops-rules.7" 2>/dev/null |
		grep -o '[a-z][a-z]*\.[a-z][a-z-]*' | sort -u >documented
	while read -r rule
	do
		grep -q -x -F "$rule" documented || echo "$rule: not in docs/ops-rules.7"
		for outcome in accepted refused
		do
			grep -q -x -F "$rule $outcome" shown || echo "$rule: no $outcome case"
		done
	done <ids
}

test_expect_success 'what is missing is seen' '
	mkdir -p copy/lib/judge copy/lib/model copy/docs copy/t/judge &&
	test_write_lines "powers:" "  task.create: make" "other:" >copy/lib/model/builtin.yaml &&
	cat >copy/lib/judge/a.c <<-\EOF &&
	/* "not.this" */
	rule(j, "task.one", "ops.yaml"); rule(j, "task.two", "task.create");
	EOF
	rules copy >ids &&
	test_write_lines task.one task.two >expected &&
	test_cmp expected ids &&
	test_write_lines ".B task.one" >copy/docs/ops-rules.7 &&
	test_write_lines "rule: task.one" "expect: accepted" >copy/t/judge/a.case &&
	test_write_lines "rule: task.one task.two" "expect: task.one" >copy/t/judge/b.case &&
	faults copy >found &&
	cat >expected <<-\EOF &&
	task.two: not in docs/ops-rules.7
	task.two: no refused case
	EOF
	test_cmp expected found
'

test_expect_success 'every rule is documented, accepts and refuses' '
	rules "$TEST_SOURCE" >ids &&
	test -s ids &&
	faults "$TEST_SOURCE" >found &&
	test_must_be_empty found
'

test_expect_success 'no case is about a rule that is not there' '
	sed -n "s/^rule://p" "$TEST_DIRECTORY"/judge/*.case | tr -s " " "\n" | sort -u |
		sed "/^\$/d" >named &&
	test -s named &&
	comm -23 named ids >found &&
	test_must_be_empty found
'

# named DIR: the words after "ops" in what the library says, that could be commands.
named () {
	find "$1/lib" -name "*.c" -exec cat {} + | grep -oE "\"[^\"]*\"" |
		grep -oE "(\"|[ ;:,(])ops [a-z][a-z-]*" | sed "s/.*ops //" | sort -u |
		grep -vxE "already|and|does|keeps|on|repository|signs|write|seal"
}

test_expect_success PERL 'what a remedy names is a command' '
	ops help --json >help.json &&
	perl -ne "print \"\$1\n\" while /\"name\":\"([a-z-]+)/g" help.json | sort -u >commands &&
	mkdir -p planted/lib && echo "rule(j, \"x.y\", \"ops frobnicate %s\");" >planted/lib/a.c &&
	named planted >words && comm -23 words commands >found &&
	echo frobnicate >expected && test_cmp expected found &&
	named "$TEST_SOURCE" >words && test $(wc -l <words) -gt 20 &&
	comm -23 words commands >found && test_must_be_empty found
'

test_expect_success 'a record that a hand edit left out is made by the command that is named' '
	ops_world && ops_task_at Approved &&
	test_sed "$(ops_path swap-7k2f)" "s/^Status: .*/Status: Assigned/" &&
	test_expect_code 1 ops check >out && test_grep "fix: ops assign swap-7k2f AGENT writes it" out &&
	git checkout -q . &&
	ops --as $LEAD assign swap-7k2f $DEV
'

test_done
