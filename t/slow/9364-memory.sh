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
. "$TEST_DIRECTORY/crash/faults.sh"
allocations_or_skip

trap 'rm -rf "$faults_work"; test_exit' EXIT
unset SSH_AUTH_SOCK
full="assign approve approve-signed complete batch sync"

both () {
	name=$1 bad=0
	shift
	faults_row allocations "$name" once "$@" || bad=1
	faults_row allocations "$name" "ever on" --sticky "$@" || bad=1
	return $bad
}

test_expect_success 'a world for it' '
	faults_worlds && faults_world_work && faults_world_more
'

for name in ${FAULTS_ONLY:-$full}
do
	test_expect_success "$name: wholly old or wholly new" "
		both $name --sample ${FAULTS_SAMPLE:-100}
	"
done

for name in $(test -n "${FAULTS_ONLY-}" || echo "batch-each $faults_others")
do
	test_expect_success "$name: wholly old or wholly new, a tenth" "
		both $name --sample 10
	"
done

test_done
