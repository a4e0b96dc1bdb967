#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Kill a command, or fail one of its calls, at every system call it makes.
#
#   kill-matrix.sh [options] PREPARE-SCRIPT COMMAND...
#
# PREPARE-SCRIPT is run as `sh PREPARE-SCRIPT DIR` and makes a git repository
# in DIR.  COMMAND is run inside a copy of it, once without harm to count its
# calls, then once for each call of each name.  Afterwards:
#
#   - the branch is where it was, or one commit further; git fsck is content;
#   - NEXT (by default COMMAND again) exits 0 by itself;
#   - then no lock is left, git status is empty, git fsck is content, and what
#     was published is still in the history.
#
# With --error the call fails instead, and exit status 0 must mean that the
# commit is there, any other that it is not, but for 7 (outcome unknown) and
# when the output names the commit (then only the output failed).
#
#   --next COMMAND   what to run afterwards (for sh -c)
#   --signal NAME    KILL (default), TERM, INT...
#   --error NAMES    ENOSPC,EIO...: fail the call once
#   --sticky         the call fails from then on
#   --twice N        kill recovery as well, at every Nth of its calls
#   --branch NAME    the branch that moves (default: the one in HEAD)
#   --bare           there is no work tree
#   --only NAMES     only these calls (comma-separated)
#   --most N         at most so many cases, evenly spread over all there are
#   --jobs N         at a time (default: the number of processors)
#   --keep           keep the directories of failed cases
#
# The last line is "N cases, N failures"; the exit status is 1 with failures.

set -u

NEXT='' SIGNAL=KILL ERRORS='' STICKY='' TWICE='' BRANCH='' BARE='' ONLY='' KEEP='' MOST=''
JOBS=$(nproc 2>/dev/null || echo 2)

usage () {
	sed -n '5,6s/^# //p' "$0" >&2
	exit 2
}

while test $# -gt 0
do
	case "$1" in
	--next) NEXT=$2; shift 2 ;;
	--signal) SIGNAL=$2; shift 2 ;;
	--error) ERRORS=$2; shift 2 ;;
	--sticky) STICKY=+; shift ;;
	--twice) TWICE=$2; shift 2 ;;
	--branch) BRANCH=$2; shift 2 ;;
	--bare) BARE=t; shift ;;
	--only) ONLY=$2; shift 2 ;;
	--most) MOST=$2; shift 2 ;;
	--jobs) JOBS=$2; shift 2 ;;
	--keep) KEEP=t; shift ;;
	--case) break ;;
	-*) usage ;;
	*) break ;;
	esac
done

# --- one case, in a process of its own ---

state () {	# prints old, new or a complaint
	now=$(git -C "$W" rev-parse -q --verify "$MATRIX_BRANCH^{commit}" 2>/dev/null)
	if test "$now" = "$MATRIX_TIP"
	then
		echo old
	elif test -n "$now" && test "$(git -C "$W" rev-parse -q --verify "$now^" 2>/dev/null)" = "$MATRIX_TIP"
	then
		echo new
	else
		echo "the branch is at '$now'"
	fi
}

healthy () {	# prints what is wrong
	out=$(git -C "$W" fsck --strict --no-dangling --no-progress 2>&1 |
		grep -v -e '^notice: ' -e 'unborn branch' )
	test -z "$out" || echo "fsck: $out"
}

settled () {
	out=$(find "$W" -name '*.lock' 2>/dev/null)
	test -z "$out" || echo "locks left: $out"
	if test -z "$MATRIX_BARE"
	then
		out=$(git -C "$W" status --porcelain 2>&1)
		test -z "$out" || echo "status: $out"
	fi
	healthy
}

run_next () {
	(cd "$W" && sh -c "$MATRIX_NEXT") >"$W.next" 2>&1
}

one_case () {	# CALL N WHAT
	W=$MATRIX_DIR/case.$1.$2.$3
	cp -a "$MATRIX_DIR/base" "$W"
	case $3 in
	SIG*) inject="inject=$1:signal=${3#SIG}:when=$2" ;;
	*) inject="inject=$1:error=$3:when=$2$MATRIX_STICKY" ;;
	esac
	# --seccomp-bpf would be faster, but then nothing is injected.
	# shellcheck disable=SC2016,SC2086
	(cd "$W" && strace -f -o /dev/null -e trace="$1" -e "$inject" \
		sh -c 'exec "$@"' sh $MATRIX_COMMAND) >"$W.out" 2>&1
	status=$?
	before=$(state)
	wrong=
	case $before in old|new) ;; *) wrong=$before ;; esac
	case $3 in
	SIG*) ;;
	*)
		case $status,$before in
		0,old) wrong="exit 0 but nothing was published" ;;
		0,new|7,*) ;;
		*,new)	# all right if it says so: only its output failed
			grep -q "$(git -C "$W" rev-parse "$MATRIX_BRANCH")" "$W.out" ||
				wrong="exit $status but it was published" ;;
		esac
		;;
	esac
	wrong="$wrong$(healthy)"
	published=$(git -C "$W" rev-parse -q --verify "$MATRIX_BRANCH^{commit}" 2>/dev/null)
	if test -n "$MATRIX_TWICE"
	then
		n=1
		while (cd "$W" && strace -f -o "$W.trace" -e inject=all:signal=KILL:when=$n \
			sh -c "$MATRIX_NEXT") >/dev/null 2>&1; test $? -gt 128
		do
			n=$((n + MATRIX_TWICE))
			test $n -lt 4000 || break
		done
	fi
	run_next || wrong="$wrong next: exit $? $(cat "$W.next")"
	wrong="$wrong$(settled)"
	if test -n "$published" &&
	   ! git -C "$W" merge-base --is-ancestor "$published" "$MATRIX_BRANCH" 2>/dev/null
	then
		wrong="$wrong the published commit is lost"
	fi
	if test -n "$wrong"
	then
		echo "not ok $1 $2 $3 (exit $status, $before): $wrong"
		test -n "$MATRIX_KEEP" || rm -rf "$W" "$W".*
	else
		echo "ok $1 $2 $3 $before"
		rm -rf "$W" "$W".*
	fi
}

if test "${1-}" = --case
then
	one_case "$2" "$3" "$4"
	exit 0
fi

# --- the matrix ---

test $# -ge 2 || usage
PREPARE=$1
shift
command -v strace >/dev/null || { echo "kill-matrix: strace is missing" >&2; exit 2; }

MATRIX_DIR=$(mktemp -d "${TMPDIR:-/tmp}/kill-matrix.XXXXXX") || exit 2
trap 'test -n "$KEEP" || rm -rf "$MATRIX_DIR"' EXIT
sh "$PREPARE" "$MATRIX_DIR/base" >/dev/null || { echo "kill-matrix: cannot prepare" >&2; exit 2; }
# Commands are split at blanks: words with blanks belong into a script.
MATRIX_COMMAND=$*
MATRIX_NEXT=${NEXT:-$*}
MATRIX_BRANCH=${BRANCH:-$(git -C "$MATRIX_DIR/base" symbolic-ref HEAD)}
MATRIX_TIP=$(git -C "$MATRIX_DIR/base" rev-parse -q --verify "$MATRIX_BRANCH^{commit}" 2>/dev/null)
MATRIX_BARE=$BARE MATRIX_KEEP=$KEEP MATRIX_STICKY=$STICKY MATRIX_TWICE=$TWICE
export MATRIX_DIR MATRIX_COMMAND MATRIX_NEXT MATRIX_BRANCH MATRIX_TIP \
	MATRIX_BARE MATRIX_KEEP MATRIX_STICKY MATRIX_TWICE

# Once without harm: it must work, or nothing here means anything.
W=$MATRIX_DIR/clean
cp -a "$MATRIX_DIR/base" "$W"
if ! (cd "$W" && strace -f -o "$MATRIX_DIR/trace" sh -c 'exec "$@"' sh "$@") \
	>"$MATRIX_DIR/out" 2>&1 || test "$(state)" != new
then
	echo "kill-matrix: the command does not make a commit:" >&2
	cat "$MATRIX_DIR/out" >&2
	exit 2
fi
wrong=$(settled)
test -z "$wrong" || { echo "kill-matrix: without harm: $wrong" >&2; exit 2; }

what=SIG$SIGNAL
test -z "$ERRORS" || what=$(echo "$ERRORS" | tr , ' ')
sed -n 's/^[0-9]* *\([a-z_0-9]*\)(.*/\1/p' "$MATRIX_DIR/trace" |
	sort | uniq -c |
	while read -r count name
	do
		test "$name" != execve || continue
		# A failing futex is a bug of the kernel; libc then aborts.
		test "$name" != futex || test -z "$ERRORS" || continue
		test -z "$ONLY" || case ",$ONLY," in *",$name,"*) ;; *) continue ;; esac
		for w in $what
		do
			n=1
			while test $n -le "$count"
			do
				echo "$name $n $w"
				n=$((n + 1))
			done
		done
	done >"$MATRIX_DIR/cases"

if test -n "$MOST"
then
	awk -v most="$MOST" -v all="$(wc -l <"$MATRIX_DIR/cases")" '
	all <= most || int(NR * most / all) > int((NR - 1) * most / all)' \
		"$MATRIX_DIR/cases" >"$MATRIX_DIR/some" && mv "$MATRIX_DIR/some" "$MATRIX_DIR/cases"
fi

# The shells say "Killed" on standard error.
xargs -P "$JOBS" -L 1 sh "$0" --case <"$MATRIX_DIR/cases" >"$MATRIX_DIR/results" 2>/dev/null

grep '^not ok' "$MATRIX_DIR/results"
cases=$(wc -l <"$MATRIX_DIR/cases")
good=$(grep -c '^ok ' "$MATRIX_DIR/results")
old=$(grep -c '^ok .* old$' "$MATRIX_DIR/results")
echo "old state: $old, new state: $((good - old))"
failures=$((cases - good))
if test -z "$ONLY$ERRORS" && { test "$old" -eq 0 || test "$good" -le "$old"; }
then
	echo "only one of the two states was seen: nothing was injected"
	failures=$((failures + 1))
fi
echo "$cases cases, $failures failures"
test "$failures" -eq 0
