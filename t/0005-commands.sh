#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What belongs to a command: its page, its schema, its help, a test.  Walks the
# commands as `ops help --json` lists them, so a new one cannot be forgotten.

test_description='every command is whole'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

DOCS=$TEST_SOURCE/docs

# words FILE PATH
words () {
	"$TEST_BUILD/t/json-get" "$2" "$1"
}

# synopsis PAGE: its lines without markup.  Pages in mdoc are left to mandoc.
synopsis () {
	if grep -q '^\.Dd' "$1"
	then
		mandoc -T ascii "$1" | col -b |
			sed -n '/^SYNOPSIS/,/^DESCRIPTION/p' | sed -e 1d -e '$d'
	else
		awk '
		/^\.SH/ { on = /SYNOPSIS/; next }
		!on || /^\.\\"/ { next }
		/^\.(B|I) / { sub(/^\.. /, "") }
		/^\.(BR|RB|BI|IB|IR|RI) / {
			$1 = ""
			gsub(/ /, "")
		}
		/^\./ { next }
		{
			gsub(/\\f[A-Z]|\\f\[[A-Z]*\]|\\&|"/, "")
			gsub(/\\-/, "-")
			gsub(/\\e/, "\\")
			# What goes on in the next line is one usage.
			printf "%s%s", /^[ \t]/ ? " " : "\n", $0
		}
		END { print "" }' "$1"
	fi | sed -e 's/^[ 	]*//' -e 's/[ 	][ 	]*/ /g' -e 's/ $//' -e '/^$/d'
}

# faults HELP DOCS TESTS: one line for each thing that is missing.
faults () {
	help=$1 docs=$2 tests=$3
	words "$help" 'result.commands.*.name' | while read -r name
	do
		page=$docs/ops-${name%% *}.1
		test -f "$page" || echo "$name: no page ${page##*/}"
		schema=$docs/json/$(echo "$name" | tr ' ' -).schema.json
		test -f "$schema" || echo "$name: no schema ${schema##*/}"
		grep -qE "(^|[^a-z-])ops( -C [^ ]+| --as [^ ]+| --[a-z-]+)* $name( |\"|'|\$)" \
			"$tests"/[1-9]*.sh 2>/dev/null || echo "$name: no test calls it"
	done
	rm -rf usages && mkdir usages
	n=0
	words "$help" 'result.commands.*.name' | while read -r name
	do
		words "$help" "result.commands.$n.usage.*" >>"usages/${name%% *}"
		n=$((n + 1))
	done
	for usage in usages/*
	do
		group=${usage##*/}
		test -f "$docs/ops-$group.1" || continue
		sed -e 's/^ops //' -e 's/^[ 	]*//' -e 's/[ 	][ 	]*/ /g' "$usage" >usage
		synopsis "$docs/ops-$group.1" | sed 's/^ops //' >synopsis
		cmp -s usage synopsis || {
			echo "$group: usage (-) and SYNOPSIS (+) differ:"
			diff -u usage synopsis | sed 1,2d
		}
	done
}

test_expect_success 'a missing page, schema, test, or usage is seen' '
	mkdir -p docs/json tests &&
	cat >help <<-\EOF &&
	{"format": 1, "command": "help", "result": {"commands": [
	{"name": "gate list", "summary": "s", "usage": ["gate list [--all] TASK"], "options": []},
	{"name": "gate show", "summary": "s", "usage": ["gate show TASK GATE"], "options": []}]}}
	EOF
	cat >docs/ops-gate.1 <<-\EOF &&
	.TH OPS-GATE 1
	.SH NAME
	ops-gate \- gates
	.SH SYNOPSIS
	.nf
	\fBops gate list\fR [\fB\-\-all\fR] \fITASK\fR
	.B ops gate show
	.fi
	.SH DESCRIPTION
	More.
	EOF
	>docs/json/gate-list.schema.json &&
	echo "ops_refused a.b ops --json gate list x" >tests/1000-gate.sh &&
	faults help docs tests >found &&
	test_grep "gate show: no schema gate-show.schema.json" found &&
	test_grep "gate show: no test calls it" found &&
	test_grep ! "gate list: no" found &&
	test_grep "gate: usage" found &&
	sed "s/^.B ops gate show/ops gate show TASK GATE/" docs/ops-gate.1 >page &&
	mv page docs/ops-gate.1 &&
	faults help docs tests >found &&
	test_grep ! "usage" found &&
	rm docs/ops-gate.1 &&
	faults help docs tests >found &&
	test_grep "gate list: no page ops-gate.1" found
'

test_expect_success 'ops help --json lists the commands' '
	ops help --json >help.json &&
	words help.json "result.commands.*.name" >commands &&
	test -s commands &&
	words help.json "result.commands.*.summary" >summaries &&
	lines=$(wc -l <commands) &&
	test_line_count = $lines summaries &&
	sort -u commands >unique &&
	test_line_count = $lines unique
'

test_expect_success 'each command has its page, its schema and a test' '
	test -s commands &&
	faults help.json "$DOCS" "$TEST_DIRECTORY" >found &&
	test_must_be_empty found
'

test_expect_success 'no page and no schema is without its command' '
	test -s commands &&
	for page in "$DOCS"/ops-*.1
	do
		name=${page##*/ops-} &&
		grep -q "^${name%.1}\( \|\$\)" commands || echo "$page"
	done >found &&
	for schema in "$DOCS"/json/*.schema.json
	do
		name=${schema##*/} &&
		name=${name%.schema.json} &&
		case $name in error|version|agent-answer|agent-task) continue ;; esac &&
		sed "s/ /-/g" commands | grep -q -x -e "$name" || echo "$schema"
	done >>found &&
	test_must_be_empty found
'

test_expect_success '-h works anywhere, within 80 columns, with the usage' '
	test -s commands &&
	n=0 &&
	while read -r name
	do
		ops $name -h >text 2>err || { echo "ops $name -h: status $?"; cat err; return 1; }
		test_must_be_empty err || return 1
		expand text | test_expect_code 1 grep ".\{81\}" || return 1
		words help.json "result.commands.$n.usage.*" >usage || return 1
		tr -s " \n" " " <text >flat && test_expect_code 1 grep "or:  *\[" flat || return 1
		while read -r line
		do
			test_grep -F -e "$line" flat >/dev/null || return 1
		done <usage
		n=$((n + 1))
	done <commands
'

test_expect_success 'help for programs about one command, and about a group' '
	ops_json result.commands.# 1 ops help next --json && ops_json result.commands.0.name next ops help --json next &&
	ops_json result.commands.0.name "gate list" ops --json help gate && ops_json result.aliases.# 0 ops --json help gate &&
	ops_json result.commands.# 7 ops --json help gate &&
	ops_json result.commands.# 1 ops --json help gate show &&
	ops_json result.aliases.0.name replan ops --json help rebalance && ops_json result.commands.0.usage.# 1 ops --json help run &&
	test_expect_code 2 ops emegency 2>err && test_grep "did you mean .ops emergency.?" err &&
	test_expect_code 2 ops gate reqest 2>err && test_grep "did you mean .ops gate request.?" err &&
	test_expect_code 2 ops gate zzzzzzzz 2>err && test_grep "needs one of: list" err &&
	test_expect_code 2 ops help --json no-such && test_expect_code 2 ops help --json gate no-such
'

test_expect_success 'an unknown option is wrong usage, everywhere' '
	test -s commands &&
	while read -r name
	do
		test_expect_code 2 ops $name --no-such-option >text 2>&1 || return 1
		test_grep no-such-option text >/dev/null || return 1
	done <commands &&
	test_expect_code 2 ops no-such-command &&
	test_expect_code 2 ops
'

test_expect_success MANDOC 'mandoc finds no fault in the pages' '
	for page in "$DOCS"/*.[1-8]
	do
		test_path_is_file "$page" &&
		mandoc -T lint -W warning "$page" || return 1
	done
'

test_done
