# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# The test harness: read by every t/NNNN-name.sh as
#
#	test_description='what it shows'
#	. "$(dirname "$0")/test-lib.sh"
#
# Prints TAP.  Each script works in a repository of its own in a fresh
# directory, with a fixed home, clock, time zone and locale, and ends with
# test_done, which checks the repository once more.  Options of a script: -v
# (show output), -x (trace), -i (stop at the first failure), --run=1,3-5.
# The vocabulary is git's where git has the word; t/README.md lists it all.

# --- surroundings ---

# A script that is not below t/ says where t/ is.
: "${TEST_DIRECTORY:=$(cd "$(dirname "$0")" && pwd)}"
while test ! -f "$TEST_DIRECTORY/test-lib.sh" && test "$TEST_DIRECTORY" != /
do
	TEST_DIRECTORY=$(dirname "$TEST_DIRECTORY")
done
TEST_SOURCE=$(dirname "$TEST_DIRECTORY")
TEST_FIXTURES=$TEST_DIRECTORY/fixtures
TEST_NAME=$(basename "$0" .sh)
TEST_BUILD=${OPS_BUILD:-$TEST_SOURCE/build}
OPS_CORPUS=${OPS_CORPUS:-$TEST_SOURCE/../shared/corpus}
OPS_PROGRAM=${OPS_TEST_INSTALLED:-$TEST_BUILD}/ops
export TEST_DIRECTORY TEST_SOURCE TEST_FIXTURES TEST_NAME TEST_BUILD
export OPS_CORPUS OPS_PROGRAM

verbose='' trace='' immediate='' run_list=''
for arg
do
	case $arg in
	-v) verbose=t ;;
	-x) trace=t verbose=t ;;
	-i) immediate=t ;;
	--run=*) run_list=${arg#--run=} ;;
	*) echo "usage: $0 [-v] [-x] [-i] [--run=LIST]" >&2; exit 2 ;;
	esac
done

# Nothing of the caller's git or ops reaches a test.
for name in $(env | sed -n 's/^\(GIT_[A-Z0-9_]*\)=.*/\1/p;s/^\(OPS_[A-Z0-9_]*\)=.*/\1/p')
do
	case $name in
	OPS_TEST_INSTALLED|OPS_VALGRIND|OPS_SANITIZE|OPS_CORPUS|OPS_BUILD|OPS_PROGRAM|OPS_TEST_EXAMPLES) ;;
	*) unset "$name" ;;
	esac
done
unset CDPATH NO_COLOR XDG_CONFIG_HOME XDG_CACHE_HOME EMAIL VISUAL
TZ=UTC LC_ALL=C LANG=C TERM=dumb EDITOR=: PAGER=cat COLUMNS=80
export TZ LC_ALL LANG TERM EDITOR PAGER COLUMNS
umask 022
: "${CC:=cc}"

# A program that a sanitizer or valgrind stopped ends with 126 or a signal, which
# no test takes for a refusal.
ASAN_OPTIONS=exitcode=126:abort_on_error=0:handle_sigill=1:${ASAN_OPTIONS-}
LSAN_OPTIONS=exitcode=126:print_suppressions=0:suppressions=$TEST_DIRECTORY/lsan.supp:${LSAN_OPTIONS-}
UBSAN_OPTIONS=exitcode=126:print_stacktrace=1:${UBSAN_OPTIONS-}
export ASAN_OPTIONS LSAN_OPTIONS UBSAN_OPTIONS

TEST_ROOT=$(mktemp -d "${TMPDIR:-/tmp}/ops-$TEST_NAME.XXXXXX") || exit 3
TEST_ROOT=$(cd "$TEST_ROOT" && pwd -P)
TRASH=$TEST_ROOT/trash
TEST_JSON=$TEST_ROOT/json
HOME=$TEST_ROOT/home
GIT_CONFIG_NOSYSTEM=1
GIT_CONFIG_GLOBAL=$HOME/.gitconfig
GIT_CEILING_DIRECTORIES=$TEST_ROOT
GIT_TERMINAL_PROMPT=0
PATH=$TEST_ROOT/bin:$PATH
export TEST_ROOT TRASH TEST_JSON HOME PATH
export GIT_CONFIG_NOSYSTEM GIT_CONFIG_GLOBAL GIT_CEILING_DIRECTORIES GIT_TERMINAL_PROMPT
mkdir "$TRASH" "$TEST_JSON" "$HOME" "$TEST_ROOT/bin" || exit 3
cat >"$GIT_CONFIG_GLOBAL" <<\EOF
[user]
	name = Test Author
	email = author@example.com
[init]
	defaultBranch = main
[commit]
	gpgsign = false
[advice]
	detachedHead = false
[gc]
	auto = 0
[maintenance]
	auto = false
[receive]
	autogc = false
EOF

# `ops` in a test is this: it keeps a copy of every JSON answer for test_done.  Tests take
# branches back, so audits forget where they were, unless TEST_REMEMBERS is set.
# A test that needs the bare program ($OPS_PROGRAM), because it kills it or
# closes its output, calls that.
cat >"$TEST_ROOT/bin/ops" <<\EOF
#!/bin/sh
case "$TEST_REMEMBERS $*" in
" "*"audit verify"*)
	rm -f "$TEST_ROOT"/*/.git/ops/seen-* "$TEST_ROOT"/*/ops/seen-* ;;
esac
if test -n "$OPS_VALGRIND"
then
	set -- valgrind -q --error-exitcode=126 --leak-check=full \
		--suppressions="$TEST_DIRECTORY/valgrind.supp" "$OPS_PROGRAM" "$@"
else
	set -- "$OPS_PROGRAM" "$@"
fi
for arg
do
	test "$arg" != -- || break
	test "$arg" = --json || continue
	kept=$(mktemp "$TEST_JSON/XXXXXX") || exit 126
	"$@" >"$kept"
	status=$?
	cat "$kept"
	test $status -lt 126 || rm -f "$kept"
	exit $status
done
exec "$@"
EOF
chmod +x "$TEST_ROOT/bin/ops"
ln -s ops "$TEST_ROOT/bin/git-ops"

# --- reporting ---

# shellcheck disable=SC2034 # test_prereqs is for test-words.sh
test_count=0 test_failures=0 test_finished='' test_prereqs=' ' test_cleanup=''
: "${skip_all:=}"

exec 5>&1 6<&0
if test -n "$verbose"
then
	exec 4>&1
else
	exec 4>"$TEST_ROOT/output"
fi

test_exit () {
	status=$?
	if test -z "$test_finished"
	then
		echo "Bail out! $TEST_NAME stopped before test_done (status $status)" >&5
		status=1
	fi
	cd /
	if test "$test_failures" = 0 && test -n "$test_finished" && test -z "$TEST_KEEP"
	then
		chmod -R u+rwX "$TEST_ROOT" 2>/dev/null
		rm -rf "$TEST_ROOT"
	else
		echo "# left for you: $TRASH" >&5
	fi
	exit $status
}
trap test_exit EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

# A mistake in the script itself ends it.
test_bug () {
	echo "# bug in the test: $*" >&5
	exit 1
}

test_ok () {
	echo "ok $test_count - $1" >&5
}

# test_failure TITLE [SCRIPT]: also shows what the test printed.
test_failure () {
	test_failures=$((test_failures + 1))
	echo "not ok $test_count - $1" >&5
	test -z "$2" || printf '%s\n' "$2" | sed 's/^/#	/' >&5
	test -n "$verbose" || sed 's/^/# /' "$TEST_ROOT/output" >&5
	test -z "$immediate" || { test_finished=t; exit 1; }
}

# Whether --run wants test number $1.
test_wanted () {
	test -n "$run_list" || return 0
	for part in $(echo "$run_list" | tr , ' ')
	do
		case $part in
		*-*) test "$1" -ge "${part%-*}" && test "$1" -le "${part#*-}" && return 0 ;;
		*) test "$1" -eq "$part" && return 0 ;;
		esac
	done
	return 1
}

test_chain_probe () {
	return 117
}

# In a function of its own, so that `return 1` ends the test and not more.
test_eval () {
	eval "$1"
}

# test_expect_success [PREREQ] TITLE SCRIPT: SCRIPT is `-` to be read from
# standard input.  It is run in this shell, in the trash directory, and must be
# a chain of commands joined by &&: a broken chain would hide a failure, so it
# is refused.
test_expect_success () {
	prereq=
	if test $# -eq 3
	then
		prereq=$1
		shift
	fi
	test $# -eq 2 || test_bug "test_expect_success needs 2 or 3 arguments"
	test_title=$1 test_script=$2
	test "$test_script" != - || test_script=$(cat)
	test_count=$((test_count + 1))
	if ! test_wanted "$test_count"
	then
		echo "ok $test_count - $test_title # SKIP not in --run" >&5
		return
	fi
	if test -n "$prereq" && ! test_have_prereq "$prereq"
	then
		echo "ok $test_count - $test_title # SKIP missing $prereq" >&5
		return
	fi
	test -n "$verbose" || exec 4>"$TEST_ROOT/output"
	cd "$TRASH" || exit 1
	test_eval "test_chain_probe && $test_script" >&4 2>&1 </dev/null
	test $? = 117 || test_bug "broken && chain in: $test_title"
	test_cleanup=:
	test -z "$trace" || set -x
	test_eval "$test_script" >&4 2>&1 </dev/null
	test_status=$?
	test_eval "$test_cleanup" >&4 2>&1 </dev/null
	test_clean_status=$?
	{ set +x; } 2>/dev/null
	cd "$TRASH" || exit 1
	if test "$test_status" = 0 && test "$test_clean_status" = 0
	then
		test_ok "$test_title"
	else
		test_failure "$test_title" "$test_script"
	fi
}

# After the last test: the repository is sound, its history passes the judge,
# and every JSON answer seen matches its schema.  TEST_NO_VERIFY=reason leaves
# the first two out, visibly.
test_done () {
	cd "$TRASH" || exit 1
	unset OPS_ACTOR OPS_BRANCH
	if test -n "$run_list" || ! git rev-parse -q --verify HEAD >/dev/null 2>&1
	then
		:
	elif test -n "$TEST_NO_VERIFY"
	then
		test_count=$((test_count + 1))
		test_ok "the history is verified # SKIP $TEST_NO_VERIFY"
	else
		test_expect_success 'git fsck finds nothing' '
			git fsck --strict --no-dangling
		'
		test_expect_success 'ops audit verify finds nothing' '
			ops audit verify --full
		'
	fi
	if test -z "$run_list" && test -n "$(ls "$TEST_JSON")"
	then
		test_expect_success 'every JSON answer matches its schema' '
			"$TEST_BUILD/t/schema-check" "$TEST_SOURCE/docs/json" "$TEST_JSON"/*
		'
	fi
	test_finished=t
	if test -n "$skip_all"
	then
		test "$test_count" = 0 || test_bug "skip_all after the first test"
		echo "1..0 # SKIP $skip_all" >&5
		exit 0
	fi
	echo "1..$test_count" >&5
	test "$test_failures" = 0 || exit 1
	exit 0
}

# shellcheck source=t/test-words.sh
. "$TEST_DIRECTORY/test-words.sh"

test_clock "${TEST_CLOCK:-2026-01-15T12:00:00Z}"
cd "$TRASH" || exit 1
if test -z "$TEST_NO_REPO"
then
	git init -q . || exit 1
fi
test -z "$OPS_VALGRIND" || command -v valgrind >/dev/null ||
	test_bug "OPS_VALGRIND is set and there is no valgrind"
