#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What `make demo` shows is true: the demo checks itself, and a demo that goes wrong
# says so.

test_description='the demo goes as said'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

# demo PROGRAM: runs it with that program, in a directory of its own.
demo () {
	mkdir -p here &&
	OPS=$1 TMPDIR=$PWD/here sh "$TEST_SOURCE/examples/demo.sh"
}

test_expect_success 'it goes through to the end' '
	demo "$OPS_PROGRAM" >found &&
	tail -n 1 found >last &&
	test_grep "^The demo went as said\.$" found &&
	test_grep "^Its repository is $PWD/here/" last
'

test_expect_success 'the eight steps, five refusals and the forged commit are there' '
	for line in "^new retry-7k2f: Queued " "^assign retry-7k2f: Queued -> Assigned " \
		"^DONE-WHEN:" "^start retry-7k2f: Assigned -> In-Progress " \
		"^submit retry-7k2f: In-Progress -> Review " \
		"^rework retry-7k2f: Review -> In-Progress " \
		"^post-governance  approved " "^complete retry-7k2f: Review -> Complete " \
		" commits: 0 before ops, .* 0 refused$" " commits: 0 before ops, .* 1 refused$" \
		"^refused [0-9a-f]\{7\} .* docs: mend a typo$"
	do
		test_grep "$line" found >/dev/null || return 1
	done &&
	grep -c "^ops: the change is refused; nothing was changed$" found >count &&
	test_write_lines 5 >expected &&
	test_cmp expected count
'

test_expect_success 'lines fit a terminal, but for those without a blank' '
	sed "\$d" found | awk "length > 80 && / /" >long &&
	test_must_be_empty long
'

test_expect_success 'the repository it leaves is sound' '
	repo=$(sed -n "s/.*Its repository is //p" found) &&
	git -C "$repo" fsck --strict &&
	test_expect_code 1 ops -C "$repo" audit verify
'

test_expect_success 'it fails when the program refuses nothing, or everything' '
	for fake in "exit 0" "exit 1"
	do
		test_write_lines "#!/bin/sh" "$fake" >fake &&
		chmod +x fake &&
		test_expect_code 1 demo "$PWD/fake" >out 2>err || return 1
		test_grep "^demo: FAILED: " err >/dev/null || return 1
	done
'

test_expect_success 'and when one act that must be refused is not' '
	cat >fake <<-EOF &&
	#!/bin/sh
	case "\$*" in
	*"edit release-policy"*) exit 0 ;;
	esac
	exec "$OPS_PROGRAM" "\$@"
	EOF
	test_expect_code 1 demo "$PWD/fake" >out 2>err &&
	test_grep "^demo: FAILED: .*edit release-policy.* was not refused" err
'

test_done
