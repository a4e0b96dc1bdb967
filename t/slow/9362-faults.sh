#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The fault matrix at length, in a table: every system call of a command is killed, ended by a
# signal, and fails with each error, once and from there on.  In full for the first seven,
# a tenth (of a fixed seed) of all others.  Minutes; t/9262-faults.sh tries a few of them.
#
# FAULTS_ONLY="assign batch" tries these alone; FAULTS_SAMPLE=10 a tenth of the first, too.

test_description='every fault at every system call'
TEST_NO_VERIFY='each case is a repository of its own, and looked at there'
. "$(dirname "$0")/../test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"
. "$TEST_DIRECTORY/agent-words.sh"
. "$TEST_DIRECTORY/crash/faults.sh"

unset SSH_AUTH_SOCK
errors=EIO,ENOSPC,EDQUOT,ENOMEM,EMFILE,EACCES,EROFS
full="assign approve approve-signed complete batch batch-each sync"
killed="run handoff handoff-package handoff-accept handoff-reject handoff-mediate commit chain"

all_of () {
	name=$1 bad=0
	shift
	faults_row faults "$name" "KILL, TERM" --kinds KILL,TERM "$@" || bad=1
	faults_row faults "$name" "errors once" --kinds $errors,EINTR "$@" || bad=1
	faults_row faults "$name" "errors ever on" --sticky --kinds EIO,ENOSPC,EMFILE,EROFS "$@" || bad=1
	return $bad
}

test_expect_success 'a world for it' '
	faults_worlds && faults_world_work && faults_world_more && faults_world_signals
'

for name in ${FAULTS_ONLY:-$full}
do
	test_expect_success "$name: wholly old or wholly new" "
		all_of $name --sample ${FAULTS_SAMPLE:-100}
	"
done

for name in $(test -n "${FAULTS_ONLY-}" || echo "batch-pack $faults_others")
do
	test_expect_success "$name: wholly old or wholly new, a tenth" "
		all_of $name --sample 10
	"
done

# Whatever an agent was at: it is gone, and the next command goes on; of a pipeline every call
# before which something can be otherwise.
for name in ${FAULTS_ONLY:-$killed}
do
	test_expect_success "$name: killed at every call" "
		faults_row faults $name KILL --kinds KILL --sample ${FAULTS_SAMPLE:-100}
	"
done

for name in ${FAULTS_ONLY:-assign approve batch}
do
	test_expect_success "$name: killed, and killed again while it recovers" "
		faults_row faults $name \"KILL, twice\" --kinds KILL --sample ${FAULTS_TWICE:-10} --twice 7
	"
done

rm -rf "$faults_work"
test_done
