#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The power is cut at every call of a command that changes something, in a table: on images of
# ext4, of ext4 that does not order data, and of xfs, which drop what was not brought to their disk;
# once as it is, and once when their log has just been written, which leaves names without
# bytes. What was said to be done is there afterwards, and the next command settles the rest.
#
# In full for the first seven, a tenth (of a fixed seed) of all others.
#
# POWER_ONLY="assign batch" tries these alone; POWER_SAMPLE=10 a tenth. Needs root and loop devices.

test_description='power cuts'
TEST_NO_VERIFY='each case is a repository of its own, and looked at there'
. "$(dirname "$0")/../test-lib.sh"
. "$TEST_DIRECTORY/crash/faults.sh"

devices=''
trap 'for device in $devices; do losetup -d "$device"; done; rm -rf "$faults_work"; test_exit' EXIT
unset SSH_AUTH_SOCK

if ! test_have_prereq PLAIN_BUILD || test "$(id -u)" != 0 || ! command -v losetup >/dev/null || ! losetup -f >/dev/null 2>&1
then
	skip_all='power is cut by root, on a loop device'
	test_done
fi

# image NAME TYPE OPTIONS: a file system in a file, ready as $power of that name.
image () {
	truncate -s 320M "$faults_work/$1.img" && case $2 in
	ext4) mkfs.ext4 -q -O ^has_journal "$faults_work/$1.img" && tune2fs -O has_journal "$faults_work/$1.img" ;;
	*) mkfs.xfs -q "$faults_work/$1.img" ;;
	esac >/dev/null 2>&1 && device=$(losetup -f --show "$faults_work/$1.img") && devices="$devices $device" &&
	mkdir -p "$faults_work/$1" && eval "power_$1=$2:$device:$3:$faults_work/$1"
}

# cut_at NAME KIND PERCENT
cut_at () {
	bad=0
	eval "on=\$power_$2"
	faults_row faults "$1" "$2" --power "$on" --sample "$3" || bad=1
	faults_row faults "$1" "$2, log written" --power "$on" --log --sample "$3" || bad=1
	return $bad
}

test_expect_success 'a world for it' '
	faults_worlds && faults_world_work && faults_world_more && mkdir -p "$faults_work"
'

test_expect_success 'images' '
	image ext ext4 - && image late ext4 data=writeback
'

if command -v mkfs.xfs >/dev/null && grep -q xfs /proc/filesystems
then
	test_expect_success 'an image of xfs' '
		image xfs xfs -
	'
fi

test_expect_success STRACE 'who does not wait for the disk is found out' '
	test_write_lines "#!/bin/sh" "exec strace -f -qq -o /dev/null -e trace=fsync,fdatasync,sync_file_range,syncfs \
		-e inject=fsync,fdatasync,sync_file_range,syncfs:retval=0 \"$OPS_PROGRAM\" \"\$@\"" >careless && chmod +x careless &&
	test_expect_code 1 fault_tool assign "$PWD/careless" --power "$power_ext" --sample 0 >found &&
	grep "^not ok at its end" found && rm careless
'

for name in ${POWER_ONLY:-assign approve approve-signed complete batch batch-each sync}
do
	for kind in ext late ${power_xfs:+xfs}
	do
		test_expect_success "$name on $kind: done is done, and the rest is settled" "
			cut_at $name $kind ${POWER_SAMPLE:-100}
		"
	done
done

for name in $(test -n "${POWER_ONLY-}" || echo "batch-pack $faults_others")
do
	for kind in ext late ${power_xfs:+xfs}
	do
		test_expect_success "$name on $kind, a tenth" "
			cut_at $name $kind 10
		"
	done
done

test_done
