#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops check --format: what other programs read is whole, and no path and no value gets
# out of its place in it.

test_description='findings for other programs'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks
esc=$(printf '\033')
evil="$T/a%41,b:c<d>&\"e' \$x.md"

# get PATH FILE: a value of JSON; SARIF: against the part of its schema that we write.
get () {
	"$TEST_BUILD/t/json-get" "$1" "$2"
}

sarif () {
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" "$1"
}

# well_formed FILE: XML with every tag closed in its order, no other markup, and no
# reference but the five that need no declaration.
well_formed () {
	if command -v xmllint >/dev/null
	then
		xmllint --noout "$1" || return 1
	fi
	awk '
	NR == 1 { if (!/^<\?xml version="1\.0" encoding="UTF-8"\?>$/) bad++; next }
	{ text = text $0 "\n" }
	END {
		gsub(/&(amp|lt|gt|quot|apos);/, "", text)
		if (index(text, "&")) bad++
		while (match(text, /<[^<>]*>/)) {
			before = substr(text, 1, RSTART - 1)
			tag = substr(text, RSTART + 1, RLENGTH - 2)
			text = substr(text, RSTART + RLENGTH)
			if (before ~ /[<>]/) bad++
			if (tag ~ /^\//) { if (stack[depth--] != substr(tag, 2)) bad++; continue }
			if (tag !~ /^[a-z-]+( [a-z]+="[^"]*")*\/?$/) bad++
			name = tag; sub(/[ \/].*/, "", name)
			if (tag !~ /\/$/) stack[++depth] = name
		}
		exit bad || depth || text ~ /[<>]/
	}' "$1"
}

test_expect_success 'the checks themselves see faults' '
	x="<?xml version=\"1.0\" encoding=\"UTF-8\"?>" &&
	test_write_lines "$x" "<a b=\"1\"><c/>&lt;</a>" >good && well_formed good &&
	for bad in "<a>" "<a></b>" "<a>&x;</a>" "<a b=\"<\"/>" "<a b=1/>" "<a>></a>"
	do
		test_write_lines "$x" "$bad" >bad &&
		test_must_fail well_formed bad 2>/dev/null || return 1
	done &&
	echo "{\"\$schema\": 1, \"version\": \"2.1.0\", \"runs\": [{}]}" >bad &&
	test_must_fail sarif bad >/dev/null
'

test_expect_success 'nothing found' '
	ops_world && git config user.email $LEAD@example.org && ops_task swap-7k2f &&
	test_write_lines "format: 1" "version: 2" "severity: {doc.overdue: \"off\"}" \
		>05-PROCESSES/ops.yaml && ops_commit_as $GOV "config: what is old is old" &&
	ops check --format sarif >answer && sarif answer &&
	test "$(get "runs.0.results.#" answer)" = 0 &&
	ops check --format junit >answer && well_formed answer &&
	test_grep "<testsuites tests=\"16\" failures=\"0\"" answer &&
	test $(grep -c "<testcase .*/>" answer) = 16 &&
	ops check --format github >answer && test_must_be_empty answer &&
	ops check --format text >one && ops check >two && test_cmp one two
'

test_expect_success 'json is --json, also when it cannot' '
	for words in "" "--at HEAD" "--at no-such-revision" "--at" "--bogus"
	do
		test_might_fail ops check --json $words >one 2>one.err
		test_might_fail ops check --format json $words >two 2>two.err
		test_might_fail ops check --format=json $words >three 2>three.err
		test_cmp one two && test_cmp one three && test_cmp one.err two.err || return 1
	done &&
	get format two &&
	ops check --json --format json >two &&
	test_expect_code 2 ops check --json --format sarif &&
	test_expect_code 2 ops check --format xml 2>said &&
	test_grep "none of text|json|sarif|junit|github" said &&
	test_expect_code 2 ops check --format "" &&
	test_expect_code 2 ops check --format tex
'

test_expect_success 'a hostile name and hostile values' '
	test_write_lines --- "Title: x" "Status: Queued" "Version: 1.0.0" "Owner: x" \
		"Priority: \"]]></failure><a b=\\u0022&%0A::error::x,y:z\"" \
		"Due: \"::stop-commands::t\"" --- >"$evil" &&
	test_write_lines --- "Title: x" --- >"$T/esc${esc}[31m
::error::line.md"
'

test_expect_success 'SARIF' '
	test_expect_code 1 ops check --format sarif >answer && sarif answer &&
	LC_ALL=C test_grep ! "[^ -~]" answer &&
	test_expect_code 1 ops check --json >plain &&
	for n in $(seq 0 $(($(get "result.findings.#" plain) - 1)))
	do
		f=result.findings.$n r=runs.0.results.$n &&
		test "$(get $f.rule plain)" = "$(get $r.ruleId answer)" &&
		test "$(get $f.severity plain)" = "$(get $r.level answer)" &&
		rule=$(get $r.ruleIndex answer) &&
		test "$(get "runs.0.tool.driver.rules.$rule.id" answer)" = \
			"$(get $r.ruleId answer)" &&
		get $r.message.text answer >said && get $f.message plain >message &&
		head -n 1 said | test_cmp message - || return 1
	done &&
	get "runs.0.results.*.locations.0.physicalLocation.artifactLocation.uri" answer |
		sort -u >uris &&
	test_grep -x -F "$T/a%2541%2Cb%3Ac%3Cd%3E%26%22e%27%20%24x.md" uris &&
	test_grep -x -F "$T/esc%1B%5B31m%0A%3A%3Aerror%3A%3Aline.md" uris &&
	test_grep "\"startLine\": 6" answer && test_grep "\"startColumn\": 11" answer
'

test_expect_success 'rules come with what the manual says, findings with a fingerprint' '
	get "runs.0.tool.driver.rules.*.id" answer >ids &&
	for n in $(seq 0 $(($(wc -l <ids) - 1)))
	do
		r=runs.0.tool.driver.rules.$n &&
		id=$(get $r.id answer) && get $r.shortDescription.text answer >short &&
		get $r.help.text answer >help && test_grep ! -x -F "$id" short &&
		test -s help && get $r.fullDescription.text answer | test_cmp help - || return 1
	done &&
	get "runs.0.results.*.partialFingerprints.opsFinding/v1" answer >prints &&
	test_line_count = "$(get "runs.0.results.#" answer)" prints &&
	test "$(sort -u prints | wc -l)" = "$(wc -l <prints)" &&
	cp "$evil" kept && test_when_finished "mv kept \"\$evil\"" &&
	test_sed "$evil" "s/^Title:/# above\n&/" &&
	test_expect_code 1 ops check --format sarif >moved &&
	get "runs.0.results.*.partialFingerprints.opsFinding/v1" moved >after &&
	test_cmp prints after &&
	test_sed "$evil" "s/^Title: x/Title: y/" "s/^Due: .*/Due: never/" &&
	test_expect_code 1 ops check --format sarif >changed &&
	get "runs.0.results.*.partialFingerprints.opsFinding/v1" changed >after &&
	test "$(sort prints after | uniq -u | wc -l)" = 2
'

test_expect_success 'two findings that say the same are two' '
	test_when_finished "rm twice.md" && echo "[a](gone.md) [b](gone.md)" >twice.md &&
	test_expect_code 1 ops check --format sarif twice.md >answer && sarif answer &&
	get "runs.0.results.*.partialFingerprints.opsFinding/v1" answer | sort -u >prints &&
	test_line_count = 3 prints
'

test_expect_success 'every rule that a check can name is explained' '
	grep -h -o -E "(findings_add\(c->findings|found\(r), \"[a-z.-]*" "$TEST_SOURCE"/lib/view/check*.c |
		sed "s/.*\"//" | sort -u >named &&
	test_line_count -gt 8 named &&
	while read -r rule
	do
		sed "s/\\\\-/-/g" "$TEST_SOURCE/docs/ops-rules.7" | grep -x -F ".B $rule" || return 1
	done <named
'

test_expect_success 'JUnit' '
	test_expect_code 1 ops check --format junit >answer && well_formed answer &&
	test_grep "tests=\"18\" failures=\"2\"" answer &&
	test $(grep -c "<testcase " answer) = 18 &&
	test $(grep -c "<failure " answer) = 2 &&
	test_grep -F "name=\"$T/a%41,b:c&lt;d&gt;&amp;&quot;e&apos; \$x.md\" file=" answer &&
	test_grep -F "]]&gt;&lt;/failure&gt;&lt;a b=&quot;&amp;%0A" answer &&
	test_grep -F "name=\"$T/esc\\x1b[31m\\x0a::error::line.md\"" answer &&
	test_grep ! "$esc" answer
'

test_expect_success 'GitHub' '
	test_expect_code 1 ops check --format github >answer &&
	test_expect_code 1 ops check --json >plain &&
	test_line_count = "$(get "result.findings.#" plain)" answer &&
	test_grep ! -v -E "^::(error|warning|notice) (file=[^,:]*,(line=[0-9]+,(col=[0-9]+,)?)?)?title=[a-z.-]+::" answer &&
	test_grep -F "file=$T/a%2541%2Cb%3Ac<d>&\"e'\'' \$x.md,line=6,col=11,title=field.value::" answer &&
	test_grep -F "&%250A::error::x" answer &&
	test_grep -F "file=$T/esc\\x1b[31m\\x0a%3A%3Aerror%3A%3Aline.md,title=doc.path::" answer &&
	test_grep ! "^::stop" answer
'

test_expect_success 'only the paths that are asked for' '
	test_expect_code 1 ops check --format junit "$evil" >answer && well_formed answer &&
	test_grep "tests=\"1\" failures=\"1\"" answer &&
	ops check --format junit 05-PROCESSES/policies >answer &&
	test_grep "failures=\"0\"" answer && test_grep ! active-tasks answer &&
	rm -f "$evil" $T/esc*
'

test_expect_success 'what is about the change, and about no document' '
	test_when_finished "git checkout -q -f" &&
	test_sed $T/swap-7k2f.md "s/^Priority: HIGH/Priority: LOW/" &&
	test_expect_code 1 env GIT_AUTHOR_EMAIL=nobody@example.org ops check --format junit >answer &&
	well_formed answer && test_grep "name=\"the change\">" answer &&
	test_grep "type=\"actor.unknown\"" answer &&
	test_expect_code 1 env GIT_AUTHOR_EMAIL=nobody@example.org ops check --format sarif >answer &&
	sarif answer && test_grep "\"locations\": \[\]" answer &&
	test_expect_code 1 env GIT_AUTHOR_EMAIL=nobody@example.org ops check --format github >answer &&
	test_grep "^::error title=actor.unknown::" answer &&
	echo "version: [" >05-PROCESSES/ops.yaml &&
	test_when_finished "git checkout -q -f" &&
	test_might_fail ops check --format junit >answer && well_formed answer &&
	test_grep "name=\"05-PROCESSES/ops.yaml\"" answer
'

test_expect_success 'completion knows the choices' '
	ops completion bash >script && bash -n script &&
	test_grep "check --format.) words=.text json sarif junit github." script &&
	ops completion zsh >script && test_grep "compadd -- text json sarif junit github" script &&
	ops completion fish >script && test_grep -F -e "-l format -r -f -a \"text json" script
'

test_done
