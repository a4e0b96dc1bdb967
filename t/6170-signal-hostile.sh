#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The git of a signal commits, tags and takes in what others pushed: nothing that the
# configuration of the clone names for that is run, unless the user allowed it elsewhere.

test_description='signals in a clone whose configuration names programs'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

CANARY=$TEST_ROOT/canary

# order FILE: a commit of it is wanted.
order () {
	echo "$1" >"$1" && test_tick &&
	"$OPS_PROGRAM" --as $LEAD signal OPS:COMMIT task_description="Add $1" simple=yes \
		changed_files="$1" commit_context=why user_facing=no test_plan=x >said 2>err
}

# hostile KEY VALUE [KEY VALUE]: with these no commit is made and nothing is run; without, it is.
hostile () {
	rm -f "$CANARY" && git config "$1" "$2" && { test -z "$3" || git config "$3" "$4"; } &&
	test_expect_code 1 order hostile.c && test_path_is_missing "$CANARY" &&
	test_grep "ops.allowLocal" said &&
	git log --format=%s | test_must_fail grep -q "Add hostile.c" || return 1
	git config --unset "$1"
	test -z "$3" || git config --unset "$3"
}

test_expect_success 'a program of the clone' '
	signal_world && printf "#!/bin/sh\n: >\"%s\"\ncat\n" "$CANARY" >"$TEST_ROOT/trap" &&
	chmod +x "$TEST_ROOT/trap" && order honest.c && test_grep "^COMPLETE" said &&
	echo "*.c filter=evil" >.gitattributes && git add .gitattributes && git commit -q -m "chore: attributes"
'

test_expect_success 'signs nothing, and verifies nothing' '
	hostile commit.gpgSign true gpg.program "$TEST_ROOT/trap" &&
	hostile tag.gpgSign true gpg.program "$TEST_ROOT/trap" &&
	hostile log.showSignature true gpg.ssh.program "$TEST_ROOT/trap"
'

test_expect_success 'filters no file' '
	hostile filter.evil.clean "$TEST_ROOT/trap" && hostile filter.evil.process "$TEST_ROOT/trap" &&
	hostile filter.evil.smudge "$TEST_ROOT/trap"
'

test_expect_success 'merges nothing, but for the driver of ops' '
	hostile merge.evil.driver "$TEST_ROOT/trap" && hostile merge.ops.driver "$TEST_ROOT/trap" &&
	ops hooks install >/dev/null && order installed.c && test_grep "^COMPLETE" said
'

test_expect_success 'and what the user allows is left to git' '
	git config filter.evil.clean "$TEST_ROOT/trap" && rm -f "$CANARY" &&
	git config --global ops.allowLocal filter && order filtered.c && test_path_is_file "$CANARY"
'

test_done
