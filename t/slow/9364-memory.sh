#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every allocation of a command fails, once and with all after it, in a table: in full for the
# first, a tenth (of a fixed seed) of all others. t/9267-out-of-memory.sh tries a few of them.
#
# FAULTS_ONLY="assign batch" tries these alone; FAULTS_SAMPLE=10 a tenth of the first, too.

test_description='every allocation fails'
TEST_NO_VERIFY='each case is a repository of its own, and looked at there'
. "$(dirname "$0")/../test-lib.sh"
if ! test_have_prereq PLAIN_BUILD || ! test_have_prereq SHARED_LIBRARY || test -n "${OPS_TEST_INSTALLED-}"
then
	skip_all='the program is loaded with what lets its allocations fail'
	test_done
fi
. "$TEST_DIRECTORY/crash/faults.sh"

trap 'rm -rf "$faults_work"; test_exit' EXIT
unset SSH_AUTH_SOCK
full="assign approve approve-signed complete batch sync"
others="batch-each new edit request block-gate accept start checkpoint block unblock submit cancel flag reassign
	handoff waive"

# row NAME COLUMN OPTION...: try them, and add what came of it to the table.
row () {
	name=$1 column=$2
	shift 2
	allocations "$name" "$@" >"$TEST_ROOT/out" 2>&1
	code=$?
	tail -n 1 "$TEST_ROOT/out" | sed "s/^/# $(printf '%-16s %-8s' "$name" "$column") /"
	grep "^not ok" "$TEST_ROOT/out" | sed "s/^/# /" | head -n 20
	test $code = 0
}

both () {
	name=$1 bad=0
	shift
	row "$name" once "$@" || bad=1
	row "$name" "ever on" --sticky "$@" || bad=1
	return $bad
}

test_expect_success 'a world for it' '
	faults_worlds
'

for name in ${FAULTS_ONLY:-$full}
do
	test_expect_success "$name: wholly old or wholly new" "
		both $name --sample ${FAULTS_SAMPLE:-100} >&5
	"
done

for name in ${FAULTS_ONLY:+none} $others
do
	test -z "${FAULTS_ONLY-}" || break
	test_expect_success "$name: wholly old or wholly new, a tenth" "
		both $name --sample 10 >&5
	"
done

test_done
