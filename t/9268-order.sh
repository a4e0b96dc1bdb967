#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What is on the disk before what: a writing command is traced, on this file system and on one
# without an ordered log, and each of its renames is held against the syncs before it.

test_description='the order of syncs and renames'
TEST_NO_VERIFY='each case is a repository of its own, and looked at there'
. "$(dirname "$0")/test-lib.sh"
if ! test_have_prereq STRACE || ! test_have_prereq PLAIN_BUILD
then
	skip_all='the program is traced'
	test_done
fi
. "$TEST_DIRECTORY/crash/faults.sh"

trap 'rm -rf "$faults_work"; test_exit' EXIT
unset SSH_AUTH_SOCK
calls=write,pwrite64,rename,renameat,renameat2,link,linkat,unlink,unlinkat,fsync,fdatasync,sync_file_range,syncfs

# traced DIR NAME: the command of that name of the matrix, in a copy below DIR; its calls in ./calls.
traced () {
	faults_of "$2" && rm -rf "$1/copy" && cp -a "$TEST_ROOT/world-$world" "$1/copy" && (
		cd "$1/copy" && IFS='|'
		# shellcheck disable=SC2086
		strace -f -y -s 16 -e trace=$calls -o "$TRASH/calls" "$OPS_PROGRAM" --as "$as" $words >/dev/null
	)
}

in_order () {
	awk -v plain="$(grep -c syncfs "$1")" -f "$TEST_DIRECTORY/crash/order.awk" "$1" >found && tail -n 1 found >moves && grep "^[1-9][0-9]* moves" moves &&
		test "$(wc -l <found)" = 1
}

test_expect_success 'strace works' '
	strace -f -e trace=write -o calls echo >/dev/null && test_set_prereq TRACES && faults_worlds
'

for place in "$TEST_ROOT" "$faults_work"
do
	for name in assign approve-signed complete batch batch-each
	do
		test_expect_success TRACES "$name, on $(stat -f -c %T "$place")" "
			traced '$place' $name && in_order calls
		"
	done
done

# without PATTERN: the trace without the first line of it is seen to be wrong.
without () {
	awk -v p="$1" '!gone && $0 ~ p { gone = 1; next } { print } END { exit !gone }' calls >less &&
		! in_order less
}

test_expect_success TRACES 'each sync that is left out is seen' '
	traced "$TEST_ROOT" complete && in_order calls && case $(stat -f -c %T "$TEST_ROOT") in
	ext*|xfs) data=WAIT_BEFORE ;;
	*) data=fdatasync ;;
	esac && without "objects.*$data|$data.*objects" && without "ref.hold.*$data|$data.*ref.hold" &&
	without "journal.new.*$data|$data.*journal.new" && without "fsync.*/ops>" && without "fsync.*refs/heads>" &&
	without "[.]tmp>.*$data|$data.*[.]tmp>" && without "index.new.*$data|$data.*index.new"
'

test_expect_success TRACES 'and where nothing is ordered, each of these, too' '
	traced "$faults_work" complete && in_order calls && if grep -q syncfs calls
	then
		without "syncfs.*journal.new" && without "syncfs.*/ops>" && without "syncfs.*refs/heads>"
	fi
'

test_done
