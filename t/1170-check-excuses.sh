#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What a document excuses: with a reason, of its form alone, and never for a change.

test_description='excuses in documents'
. "$(dirname "$0")/test-lib.sh"

P=05-PROCESSES/prompts/delivery-prompt.md
T=05-PROCESSES/active-tasks/swap-7k2f.md

get () {
	"$TEST_BUILD/t/json-get" "$1" "$2"
}

test_expect_success 'in the text: for the line it ends, or the next' '
	ops_world && git config user.email $LEAD@example.org && ops_task swap-7k2f &&
	mkdir docs && cat >docs/a.md <<-\EOF &&
	[a](a1.md) <!-- ops-allow link.broken: made later -->

	<!-- ops-allow link.broken: the site has it -->

	[b](b1.md) and [c](c1.md)
	EOF
	ops check docs/a.md >found && test_grep "0 errors, 0 warnings, 3 suppressed" found &&
	test_grep ! link.broken found &&
	ops check --show-suppressed docs/a.md >found &&
	test_grep "^docs/a.md:1:5: suppressed link.broken: there is no" found &&
	test_grep -A1 "^docs/a.md:1:5:" found | grep -q "because: made later" &&
	test_grep -A1 "^docs/a.md:5:20:" found | grep -q "because: the site has it" &&
	echo "[d](d1.md)" >>docs/a.md && test_expect_code 1 ops check docs/a.md >found &&
	test_grep "^docs/a.md:6:5: error link.broken" found && test_grep "3 suppressed" found
'

test_expect_success 'in the header: for the whole field' '
	test_sed $T "s/^Priority: .*/Priority: URGENT # ops-allow field.value: as it was/" \
		"s/^Estimated-Hours:.*//" &&
	sed "/^Priority/a # ops-allow field.value: guessed\n\n# and more\nEstimated-Hours:\n  many" $T >$T.new &&
	mv $T.new $T && ops_commit_as $LEAD "an old fault" &&
	ops check --at HEAD --show-suppressed $T >found &&
	test_grep -A1 "^$T:[0-9]*:11: suppressed field.value: .*URGENT" found |
		grep -q "because: as it was" &&
	test_grep -A1 "suppressed field.value: .*many" found | grep -q "because: guessed" &&
	ops check >found && test_grep "2 suppressed" found
'

test_expect_success 'for the document' '
	cat >docs/b.md <<-\EOF &&
	<!-- ops-allow-file link.broken, link.anchor: examples, all of them -->
	[a](a1.md)

	[b](#b)
	EOF
	ops check docs/b.md >found && test_grep "2 suppressed" found &&
	test_write_lines --- "# ops-allow-file section.missing doc.placeholder: short" \
		"Title: \"[x y]\"" --- >docs/c.md &&
	ops check docs/c.md >found && test_grep "allow.unused" found
'

test_expect_success 'JUnit and GitHub have them, when they are asked for' '
	ops check --format junit --show-suppressed docs/b.md >answer &&
	test_grep -A1 "suppressed link.broken: there is no" answer >found &&
	test_grep "because: examples, all of them" found &&
	test_grep "failures=.0." answer &&
	ops check --format junit docs/b.md >answer && test_grep ! suppressed answer &&
	ops check --format github --show-suppressed docs/b.md >answer &&
	test_grep "^::notice file=docs/b.md,line=2,col=[0-9]*,title=suppressed link.broken::there is .*%0Abecause: examples" answer &&
	ops check --format github docs/b.md >answer && test_grep ! suppressed answer
'

test_expect_success 'json and SARIF have them, when they are asked for' '
	test_expect_code 1 ops check --json docs/a.md --show-suppressed >answer &&
	test "$(get result.suppressed answer)" = 3 &&
	test "$(get "result.suppressions.#" answer)" = 3 &&
	test "$(get result.suppressions.0.reason answer)" = "made later" &&
	test "$(get result.suppressions.0.severity answer)" = error &&
	test_expect_code 1 ops check --json docs/a.md >answer && test "$(get result.suppressed answer)" = 3 &&
	test_must_fail get "result.suppressions.#" answer &&
	test_expect_code 1 ops check --format sarif docs/a.md >answer && test_grep ! suppressions answer &&
	test_expect_code 1 ops check --format sarif --show-suppressed docs/a.md >answer &&
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" answer &&
	test "$(grep -c "\"kind\": \"inSource\"" answer)" = 3 &&
	test_grep -F "\"justification\": \"made later\"" answer &&
	test "$(get "runs.0.results.#" answer)" = 5
'

test_expect_success 'an excuse without a reason excuses nothing' '
	for text in "ops-allow link.broken" "ops-allow link.broken:" "ops-allow link.broken:  "
	do
		echo "[a](a1.md) <!-- $text -->" >docs/d.md &&
		test_expect_code 1 ops check docs/d.md >found &&
		test_grep "^docs/d.md:1:5: error link.broken" found &&
		test_grep "^docs/d.md:1:12: error allow.reason" found || return 1
	done
'

test_expect_success 'an excuse of nothing is found' '
	test_write_lines "[a](a.md) <!-- ops-allow link.broken: gone now -->" \
		"<!-- ops-allow link.anchor: x -->" >docs/d.md &&
	ops check docs/d.md >found &&
	test_grep "^docs/d.md:1:11: warning allow.unused: .*link.broken" found &&
	test_grep "^docs/d.md:2:1: warning allow.unused: .*link.anchor" found
'

test_expect_success 'powers, states and what cannot be read are not excused' '
	for rule in power.missing task.transition doc.header yaml.syntax config.invalid \
		gate.missing allow.unused no.such link "*" ""
	do
		echo "<!-- ops-allow-file $rule: because -->" >docs/d.md &&
		test_expect_code 1 ops check docs/d.md >found &&
		test_grep "^docs/d.md:1:1: error allow.rule: " found || return 1
	done &&
	test_write_lines "<!-- ops-allow-file section.duplicate: I like it -->" "" "## Scope" "" x >>$T &&
	ops_commit_as $LEAD "another scope" && test_expect_code 1 ops check --at HEAD >found &&
	git reset -q --hard HEAD~ && mkdir -p docs &&
	test_grep "error section.duplicate" found && test_grep allow.rule found &&
	test_write_lines --- "# ops-allow-file yaml.unquoted-colon: it is right" "a: b: c" --- \
		>docs/d.md && test_expect_code 1 ops check docs/d.md >found &&
	test_grep yaml.unquoted-colon found
'

test_expect_success 'no change excuses itself' '
	test_when_finished "git checkout -q -f" &&
	test_sed $T "s/^Due: .*/Due: soon # ops-allow field.value: I say so/" &&
	test_expect_code 1 ops check $T >found && test_grep "error field.value: .*soon" found &&
	ops_commit_as $LEAD "past the check" && ops_audit_names field.value &&
	git reset -q --hard HEAD~ &&
	ops_refused field.value ops --as $LEAD edit swap-7k2f -f Due=soon
'

test_expect_success 'what only looks like an excuse is none' '
	test_write_lines "[a](a1.md) \`<!-- ops-allow link.broken: code -->\`" "" \
		"\`\`\`" "<!-- ops-allow link.broken: code -->" "\`\`\`" "[b](b1.md)" \
		"ops-allow link.broken: words" "<!-- see ops-allow link.broken: x -->" \
		"<!-- ops-allowed link.broken: x -->" >docs/d.md &&
	test_expect_code 1 ops check docs/d.md >found && test_grep ! allow found &&
	test_grep "2 errors" found &&
	test_write_lines --- "a: \"x # ops-allow link.broken: quoted\"" "b: |" \
		"  # ops-allow link.broken: text" "c: x#ops-allow link.broken:y" \
		--- "[b](b1.md)" >docs/d.md &&
	test_expect_code 1 ops check docs/d.md >found && test_grep ! allow found &&
	test_grep link.broken found
'

test_expect_success 'a hostile reason is shown and drives nothing' '
	esc=$(printf "\033") &&
	echo "[a](a1.md) <!-- ops-allow link.broken: ]]> \"<x> %0A::error::x -->" >docs/d.md &&
	ops check --show-suppressed --format sarif docs/d.md >answer &&
	"$TEST_BUILD/t/schema-check" "$TEST_FIXTURES/sarif" answer &&
	test_write_lines --- "t: a # ops-allow link.broken: ${esc}[31m" --- >docs/d.md &&
	test_expect_code 1 ops check --show-suppressed docs/d.md >found && test_grep ! "$esc" found
'

TEST_NO_VERIFY='a bad edit was committed on purpose'
test_done
