#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The texts that no console block holds to the program: the catalogue names rules,
# commands and scripts that are there; the page about the configuration names every
# key that is read, and shows the example that the tutorial runs.

test_description='catalogue and configuration page agree with the program'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

DOCS=$TEST_SOURCE/docs
PAGE=$DOCS/ops-config.7

# plain PAGE: its text without markup.
plain () {
	sed -e '/^\.\\"/d' -e 's/^\.[A-Z][A-Z]* *//' -e 's/\\f[A-Z]//g' -e 's/\\-/-/g' \
		-e 's/\\&//g' -e 's/\\e/\\/g' "$1"
}

# keys: what the readers of the configuration accept, from their source.
keys () {
	cat "$TEST_SOURCE"/lib/model/config_read.c "$TEST_SOURCE"/lib/model/type_read.c \
		"$TEST_SOURCE"/lib/model/type_packet.c "$TEST_SOURCE"/lib/model/standing.c "$TEST_SOURCE"/lib/model/waiver.c \
		"$TEST_SOURCE"/lib/model/emergency.c "$TEST_SOURCE"/lib/model/conflict_def.c \
		"$TEST_SOURCE"/lib/model/running.c "$TEST_SOURCE"/lib/model/quality.c |
		tr '\n\t' '  ' | sed 's/"  *"//g' | grep -o 'conf_keys([^;]*"[a-z -]*")' |
		sed 's/.*"\([a-z -]*\)")$/\1/' | tr ' ' '\n' | sort -u | sed '/^$/d'
	grep -o '{ "[a-z-]*", \(FIELD\|SET\)_' "$TEST_SOURCE"/lib/model/type_read.c |
		grep -o '[a-z-]\{2,\}'
	grep -o '{ "[a-z]*", check_' "$TEST_SOURCE"/lib/judge/rules_task.c |
		grep -o '[a-z]\{3,\}' | grep -v -x check
}

test_expect_success 'ops-config(7) has every key, kind and check' '
	plain "$PAGE" | tr -cs "a-z-" "\n" | sort -u >words &&
	keys | sort -u >keys &&
	for known in format not-by kinds-by evidence timestamp increment dependencies
	do
		grep -q -x -e "$known" keys || return 1
	done &&
	comm -23 keys words >missing &&
	test_must_be_empty missing
'

test_expect_success 'its example is the one that the tutorial runs' '
	sed "s/-/\\\\-/g" "$TEST_SOURCE/examples/types/decision-records.yaml" >example &&
	sed -n "/^# Decision records/,/^\.fi/p" "$PAGE" | sed "\$d" >shown &&
	test_cmp example shown &&
	grep -q "cp ../examples/types/decision-records.yaml" "$DOCS/tutorial.md"
'

# code COLUMN: the words in backquotes of that column of the tables.
code () {
	awk -F "|" -v column="$1" '/^\| [A-Z][0-9]+ \|/ { print $column }' \
		"$DOCS/catalogue.md" | grep -o '`[^`]*`' | tr -d '`' | sort -u
}

test_expect_success 'the rules and commands of the catalogue are there' '
	code 4 >named &&
	test -s named &&
	grep "^ops " named | sed "s/ --.*//;s/^ops //" >commands &&
	grep -v "^ops " named >ids &&
	while read -r command
	do
		ops $command -h >/dev/null || echo "$command"
	done <commands >missing &&
	test_must_be_empty missing &&
	while read -r id
	do
		grep -r -q -F "\"$id\"" "$TEST_SOURCE/lib" || echo "$id"
	done <ids >missing &&
	test_must_be_empty missing
'

test_expect_success 'and so are the tests' '
	awk -F "|" "/^\| [A-Z][0-9]+ \|/ { print \$5 }" "$DOCS/catalogue.md" |
		tr -d " \`" | tr , "\n" | sort -u >named &&
	awk -F "|" "/^\| [A-Z][0-9]+ \|/ { print \$4 }" "$DOCS/catalogue.md" |
		grep -o "u-[a-z]*" >>named &&
	while read -r name
	do
		case $name in
		judge|t/crash) test -d "$TEST_DIRECTORY/${name#t/}" ;;
		u-*) test -f "$TEST_DIRECTORY/unit/$name.c" ;;
		*) test -f "$TEST_DIRECTORY/$name.sh" ;;
		esac || echo "$name"
	done <named >missing &&
	test_must_be_empty missing
'

test_expect_success 'a row has one number' '
	grep -o "^| [A-Z][0-9]* |" "$DOCS/catalogue.md" | sort >numbers &&
	test -s numbers &&
	uniq -d numbers >twice &&
	test_must_be_empty twice
'

test_expect_success 'the page has each of its chapters once' '
	grep "^\.S[HS]" "$PAGE" | sort | uniq -d >twice && test_must_be_empty twice
'

test_expect_success 'the page has every type that is built in' '
	ops init built-in >/dev/null && ops -C built-in config types --json >types &&
	grep -o "types\\.[a-z-]*\\." types | sed "s/types\\.//;s/\\.$//" | sort -u >built-in.types &&
	test_grep -x path-review built-in.types &&
	plain "$PAGE" | tr -cs "a-z-" "\n" | sort -u >words &&
	comm -23 built-in.types words >missing && test_must_be_empty missing
'

test_expect_success 'ops(1) has every command, and names every page' '
	plain "$DOCS/ops.1" >page &&
	sed -n "/^COMMANDS/,/^OPTIONS/p" page >commands &&
	ops help --json >help && grep -o "{\"name\":\"[^\"]*" help | cut -d \" -f 4 >names &&
	test_grep -x "gate request" names &&
	while read -r first second
	do
		grep -E -q "^ops (.*, )?$first( |,|\$)" commands &&
		{ test -z "$second" || grep -E "^ops (.*, )?$first( |,|\$)" commands | grep -q -w -e "$second"; } ||
			echo "$first $second"
	done <names >missing && test_must_be_empty missing &&
	sed -n "/^SEE ALSO/,\$ p" page | tr -d ", " >also &&
	for file in "$DOCS"/ops-*.[17]
	do
		name=$(basename "$file") &&
		grep -q -x -F "${name%.?}(${name##*.})" also || echo "$name"
	done >missing && test_must_be_empty missing
'

test_expect_success 'and README has every command in its table' '
	sed -n "/^## Commands/,/^Each has/p" "$TEST_SOURCE/README.md" | tr -cs "a-z-" "\n" | sort -u >words &&
	cut -d " " -f 1 names | sort -u | grep -v -x hook >firsts &&
	comm -23 firsts words >missing && test_must_be_empty missing
'

test_done
