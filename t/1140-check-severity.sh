#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The severities of the configuration: they are for what lies there, and excuse nobody.

test_description='severities'
. "$(dirname "$0")/test-lib.sh"

CONFIG=05-PROCESSES/ops.yaml
T=05-PROCESSES/active-tasks/swap-7k2f.md

# severities N LINE...: version N of the configuration, in force.
severities () {
	n=$1 && shift &&
	test_write_lines "format: 1" "version: $n" "severity:" "$@" >$CONFIG &&
	ops_commit_as $GOV "config: version $n"
}

test_expect_success 'a fault that was there before its rules' '
	ops_world && git config user.email $LEAD@example.org && ops_task swap-7k2f &&
	test_sed $T "s/^Priority: HIGH/Priority: URGENT/" &&
	ops_commit_as $LEAD "an old fault" &&
	test_expect_code 1 ops check >found &&
	test_grep "^$T:[0-9]*:11: error field.value" found
'

test_expect_success 'the configuration says how grave it is' '
	severities 2 "  field.value: warning" &&
	ops check >found && test_grep "^$T:[0-9]*:11: warning field.value" found &&
	test_grep "0 errors, 2 warnings" found &&
	ops check --at HEAD && ops check --staged &&
	ops check --format sarif >answer && test_grep "\"level\": \"warning\"" answer &&
	ops check --format junit >answer && test_grep "<system-out>.*warning field.value" answer &&
	test_grep "failures=\"0\"" answer &&
	ops check --format github >answer && test_grep "^::warning file=" answer &&
	ops config severity >found && test_grep "severity.field.value = warning" found &&
	severities 3 "  field.value: note" &&
	ops check >found && test_grep "note field.value" found &&
	severities 4 "  field.value: \"off\"" &&
	ops check >found && test_grep ! field.value found &&
	severities 5 "  field.value: error" &&
	test_expect_code 1 ops check >found && test_grep "error field.value" found &&
	test_expect_code 1 ops check --at HEAD &&
	ops check --at HEAD~
'

test_expect_success 'what a change is refused for stays an error' '
	severities 6 "  field.value: \"off\"" "  field.missing: \"off\"" &&
	ops check &&
	test_when_finished "git checkout -q -f" &&
	test_sed $T "s/^Due:.*/Due: tomorrow/" &&
	test_expect_code 1 ops check >found &&
	test_grep "error field.value: .*tomorrow" found &&
	git add -A && test_expect_code 1 ops check --staged >found &&
	test_grep "error field.value: .*tomorrow" found &&
	git reset -q --hard &&
	ops_refused field.value ops --as $LEAD edit swap-7k2f -f Priority=LATER &&
	test_sed $T "s/^Due:.*/Due: tomorrow/" &&
	ops_commit_as $LEAD "past the check" &&
	ops_audit_names field.value
'

test_expect_success 'a change does not excuse itself' '
	git reset -q --hard HEAD~ && severities 7 "  field.missing: note" &&
	test_expect_code 1 ops check >found && test_grep "error field.value" found &&
	test_when_finished "git checkout -q -f" &&
	test_write_lines "format: 1" "version: 8" "severity: {field.value: \"off\"}" >$CONFIG &&
	test_expect_code 1 env GIT_AUTHOR_EMAIL=$GOV@example.org ops check >found &&
	test_grep "error field.value" found && test_grep ! config. found
'

test_expect_success 'powers and what cannot be read have no severity' '
	for rule in power.missing config.invalid yaml.syntax gate.missing section.duplicate
	do
		test_write_lines "format: 1" "version: 8" "severity: {$rule: note}" >$CONFIG &&
		test_expect_code 1 ops check $CONFIG >found &&
		git checkout -q $CONFIG &&
		test_grep "config.invalid: unknown key .$rule." found || return 1
	done
'

TEST_NO_VERIFY='a bad edit was committed on purpose'
test_done
