# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# The words tests are written in; read by test-lib.sh.  Those of git mean what
# they mean in git's own tests.  Each says on its output what it missed.

# --- the clock ---

# Prints "SECONDS YYYY-MM-DDTHH:MM:SSZ" for either of the two.
test_time () {
	awk -v t="$1" '
	function days(y, m, d) {	# since 1970-01-01; years begin in March
		if (m <= 2) y--
		m = (m + 9) % 12
		return 365 * y + int(y / 4) - int(y / 100) + int(y / 400) + \
			int((153 * m + 2) / 5) + d - 719469
	}
	BEGIN {
		if (t ~ /T/)
			e = days(substr(t, 1, 4) + 0, substr(t, 6, 2) + 0, \
				substr(t, 9, 2) + 0) * 86400 + substr(t, 12, 2) * 3600 + \
				substr(t, 15, 2) * 60 + substr(t, 18, 2)
		else
			e = t
		n = int(e / 86400)
		y = 1970 + int(n / 366)
		while (days(y + 1, 1, 1) <= n) y++
		m = 1
		while (m < 12 && days(y, m + 1, 1) <= n) m++
		s = e - n * 86400
		printf "%d %04d-%02d-%02dT%02d:%02d:%02dZ\n", e, y, m, \
			n - days(y, m, 1) + 1, s / 3600, s / 60 % 60, s % 60
	}'
}

# test_clock TIME: it is now YYYY-MM-DD[THH:MM:SSZ], for ops and for git.
test_clock () {
	test_now=$1
	case $test_now in
	*-*T*) ;;
	*-*) test_now=${test_now}T12:00:00Z ;;
	esac
	test_now=$(test_time "$test_now")
	OPS_NOW=${test_now#* }
	test_now=${test_now% *}
	GIT_AUTHOR_DATE="$test_now +0000"
	GIT_COMMITTER_DATE=$GIT_AUTHOR_DATE
	export OPS_NOW GIT_AUTHOR_DATE GIT_COMMITTER_DATE
}

# test_tick [SECONDS]: time passes, a minute if nothing is said.
# shellcheck disable=SC2120
test_tick () {
	test_clock "$((test_now + ${1:-60}))"
}

# --- what a test may need ---

test_set_prereq () {
	test_prereqs="$test_prereqs$1 "
}

# test_have_prereq A,!B: all of them.
test_have_prereq () {
	for prereq in $(echo "$1" | tr , ' ')
	do
		case $prereq in
		!*) case $test_prereqs in *" ${prereq#!} "*) return 1 ;; esac ;;
		*) case $test_prereqs in *" $prereq "*) ;; *) return 1 ;; esac ;;
		esac
	done
}

for test_tool in strace shellcheck mandoc valgrind perl
do
	command -v $test_tool >/dev/null 2>&1 || continue
	test_set_prereq "$(echo $test_tool | tr '[:lower:]' '[:upper:]')"
done
test "$(id -u)" = 0 || test_set_prereq NOT_ROOT
test ! -d "$OPS_CORPUS" || test_set_prereq CORPUS
test -n "$OPS_SANITIZE$OPS_VALGRIND" || test_set_prereq PLAIN_BUILD
test ! -f "$TEST_BUILD/libops.so" || test_set_prereq SHARED_LIBRARY
test -n "$OPS_TEST_INSTALLED" || test_set_prereq BUILD_TREE

# --- expectations ---

# test_must_fail CMD...: it fails on purpose, not by crashing, by being absent, or
# by a sanitizer.
test_must_fail () {
	"$@"
	status=$?
	if test $status -eq 0
	then
		echo "test_must_fail: succeeded: $*"
	elif test $status -ge 126
	then
		echo "test_must_fail: not an answer, status $status: $*"
	else
		return 0
	fi
	return 1
}

# test_might_fail CMD...: success or refusal, but no crash.
test_might_fail () {
	"$@"
	status=$?
	test $status -lt 126 && return 0
	echo "test_might_fail: status $status: $*"
	return 1
}

# test_expect_code N CMD...
test_expect_code () {
	wanted=$1
	shift
	"$@"
	status=$?
	test $status -eq "$wanted" && return 0
	echo "test_expect_code: status $status instead of $wanted: $*"
	return 1
}

# test_cmp EXPECTED ACTUAL
test_cmp () {
	test $# -eq 2 || test_bug "test_cmp needs two files"
	diff -u "$1" "$2"
}

# test_grep [!] [OPTIONS] PATTERN FILE
test_grep () {
	negate=
	if test "$1" = '!'
	then
		negate=t
		shift
	fi
	for file
	do
		: the last one
	done
	test -f "$file" || test_bug "test_grep: no file '$file'"
	if grep "$@"
	then
		test -n "$negate" || return 0
		echo "test_grep: found, and should not be: $*"
	else
		test -z "$negate" || return 0
		echo "test_grep: not found: $*"
	fi
	echo "test_grep: '$file' holds:"
	cat "$file"
	return 1
}

test_must_be_empty () {
	test_path_is_file "$1" || return 1
	test ! -s "$1" && return 0
	echo "'$1' is not empty:"
	cat "$1"
	return 1
}

# test_line_count = N FILE (or -gt, -le, ...)
test_line_count () {
	lines=$(($(wc -l <"$3")))
	test "$lines" "$1" "$2" && return 0
	echo "'$3' has $lines lines, which is not $1 $2:"
	cat "$3"
	return 1
}

test_path_is_file () {
	test -f "$1" && return 0
	echo "no file '$1'"
	return 1
}

test_path_is_dir () {
	test -d "$1" && return 0
	echo "no directory '$1'"
	return 1
}

test_path_is_missing () {
	test ! -e "$1" && test ! -h "$1" && return 0
	echo "'$1' is there"
	return 1
}

# test_when_finished SCRIPT: run it after this test, passed or not, last one
# first; the test fails if it does.
test_when_finished () {
	test_cleanup="{ $*
	} && $test_cleanup"
}

test_write_lines () {
	printf '%s\n' "$@"
}

# test_commit MESSAGE [FILE [TEXT]]: a commit made by git alone.
test_commit () {
	test_write_lines "${3-$1}" >"${2-file}" &&
	git add -- "${2-file}" &&
	test_tick 60 &&
	git commit -q -m "$1"
}

# --- ops ---

# Everything a refused command must leave alone, in directory $1.
test_state () (
	cd "$1" || exit 1
	git rev-parse -q --verify HEAD
	git symbolic-ref -q HEAD
	git for-each-ref
	test -n "$(git rev-parse --show-toplevel 2>/dev/null)" || exit 0
	git ls-files --stage
	cd "$(git rev-parse --show-toplevel)" || exit 1
	find . -path ./.git -prune -o -print | sort
	find . -path ./.git -prune -o -type f -exec cksum {} + | sort
	find . -path ./.git -prune -o -type l -exec ls -l {} +
)

# ops_unchanged N CMD...: CMD (mostly ops; git, to see a hook refuse) ends with N and
# changes no branch, index entry or file.  Its output is kept in refused.out and
# refused.err of $TEST_ROOT.
ops_unchanged () {
	wanted=$1
	shift
	where=. last=''
	for word
	do
		test "$last" != -C || where=$word
		last=$word
	done
	test_state "$where" >"$TEST_ROOT/before" 2>&1
	"$@" >"$TEST_ROOT/refused.out" 2>"$TEST_ROOT/refused.err"
	status=$?
	test_state "$where" >"$TEST_ROOT/after" 2>&1
	cat "$TEST_ROOT/refused.out"
	cat "$TEST_ROOT/refused.err" >&2
	if test $status -ne "$wanted"
	then
		echo "status $status instead of $wanted: $*" >&2
		return 1
	fi
	diff -u "$TEST_ROOT/before" "$TEST_ROOT/after" >&2 && return 0
	echo "something was changed: $*" >&2
	return 1
}

# ops_refused RULE CMD...: CMD ends with 1, names RULE in a finding, and changes
# nothing, as above.
ops_refused () {
	rule=$1
	shift
	ops_unchanged 1 "$@" || return 1
	pattern=$(printf '%s\n' "$rule" | sed 's/\./\\./g')
	case " $* " in
	*" --json "*)
		grep -q "\"rule\": *\"$pattern\"" "$TEST_ROOT/refused.out" ;;
	*)
		grep -Eq "(^|[][ :(])$pattern(\$|[][ :),])" "$TEST_ROOT/refused.err" ;;
	esac && return 0
	echo "ops_refused: no finding of rule $rule: $*" >&2
	return 1
}

# ops_runs_left: the processes that agents of this script's runs left, each as its
# file of /proc. An agent sees the PATH of the script, whose directory is its own.
ops_runs_left () {
	for left in $(grep -l -a -s OPS_RUN_ID=run- /proc/[0-9]*/environ)
	do
		! grep -q -a -s -F "$TEST_ROOT/bin:" "$left" || echo "$left"
	done
}

# ops_json PATH VALUE ops...: run with --json, it succeeds and holds VALUE at the
# dotted PATH (result.tasks.0.id; a last part `#` counts).
ops_json () {
	json_path=$1 json_value=$2
	shift 2
	test "$1" = ops || test_bug "ops_json PATH VALUE ops..."
	shift
	ops --json "$@" >"$TEST_ROOT/answer" || {
		status=$?
		cat "$TEST_ROOT/answer"
		echo "ops_json: status $status: ops $*"
		return 1
	}
	json_found=$("$TEST_BUILD/t/json-get" "$json_path" "$TEST_ROOT/answer") || {
		cat "$TEST_ROOT/answer"
		return 1
	}
	test "$json_found" = "$json_value" && return 0
	echo "ops_json: $json_path is '$json_found', not '$json_value': ops $*"
	cat "$TEST_ROOT/answer"
	return 1
}

# The standard repository, t/fixtures/world, in the current directory.
ops_world () {
	ops init --from "$TEST_FIXTURES/${1:-world}"
}

# Who acts in the standard repository, by what they do there.
LEAD=operations-orchestrator	# receives, assigns, completes; never decides
GOV=governance-orchestrator	# decides the governance gates
DEV=codegen			# Production: does the work
QA=validator			# Quality: signs it off
ARCH=system-architect		# owns the prompts
BOSS=meta-orchestrator		# keeps the roster

# ops_task ID [OPTION...]: a queued task of that id, t/fixtures/task.md.
ops_task () {
	task_id=$1
	shift
	ops --as $LEAD new task --id "$task_id" --from "$TEST_FIXTURES/task.md" "$@"
}

# ops_step STEP ID: one step of a task's life, by whom it belongs to.
ops_step () {
	case $1 in
	Queued)
		ops_task "$2" ;;
	Requested)
		ops --as $LEAD gate request "$2" pre-governance -s Scope="the matcher" \
			-s Approach="test first" -s "Risk Assessment"="low" \
			-s Documentation="comments" ;;
	Approved)
		ops --as $GOV gate approve "$2" pre-governance -m "bounded" ;;
	Assigned)
		ops --as $LEAD assign "$2" $DEV ;;
	In-Progress)
		ops --as $DEV accept "$2" &&
		ops --as $DEV start "$2" ;;
	Review)
		ops --as $DEV submit "$2" -s Outputs="match.c" -s "Test Results"="pass" \
			-e reports/test.log ;;
	Signed)
		ops --as $QA gate approve "$2" quality -e reports/test.log ;;
	Asked)
		ops --as $LEAD gate request "$2" post-governance -s Outputs="match.c" \
			-s "Test Results"="pass" -s Documentation="comments" ;;
	Decided)
		ops --as $GOV gate approve "$2" post-governance -e reports/review.txt ;;
	Complete)
		ops --as $LEAD complete "$2" ;;
	Blocked)
		ops --as $DEV block "$2" -m "the orders are missing" ;;
	Cancelled)
		ops --as $LEAD cancel "$2" -m "not worth it" ;;
	*)
		test_bug "no step '$1'" ;;
	esac
}

# ops_task_at STATE [ID]: a task brought there by real commands, a minute each.
# STATE is Queued, Requested, Approved, Assigned, In-Progress, Review, Signed,
# Asked, Decided, Complete; Blocked (from In-Progress) or Cancelled (from Queued).
ops_task_at () {
	task=${2-swap-7k2f}
	case $1 in
	Blocked) ops_task_at In-Progress "$task" ;;
	Cancelled) ops_task_at Queued "$task" ;;
	*) ! : ;;
	esac && {
		test_tick
		ops_step "$1" "$task"
		return
	}
	for step in Queued Requested Approved Assigned In-Progress Review Signed \
		Asked Decided Complete
	do
		test_tick
		ops_step $step "$task" || return 1
		test "$1" != $step || return 0
	done
	test_bug "no state '$1'"
}

# Where a document of that id lies in the work tree.
ops_path () {
	find 05-PROCESSES -name "$1.md" ! -path "*/packets/*"
}

# test_sed FILE EXPRESSION...: edit a file in place, as an editor would.
test_sed () {
	sed_file=$1
	shift
	for expression
	do
		sed "$expression" "$sed_file" >"$sed_file.new" || return 1
		cmp -s "$sed_file.new" "$sed_file" && {
			echo "test_sed: '$expression' changes nothing in '$sed_file'"
			return 1
		}
		cat "$sed_file.new" >"$sed_file" && rm "$sed_file.new" || return 1
	done
}

# ops_commit_as ACTOR MESSAGE: a commit of 05-PROCESSES and of all changes to tracked
# files, by git alone, whose author is that agent; hooks are left out.
ops_commit_as () {
	test_tick
	git add -u && git add -A 05-PROCESSES &&
	GIT_AUTHOR_NAME=$1 GIT_AUTHOR_EMAIL=$1@example.org \
		git commit -q --no-verify -m "$2"
}

# ops_audit_names RULE [COMMIT]: the audit refuses that commit (HEAD) by that rule.
ops_audit_names () {
	named=$(git rev-parse --short=7 "${2-HEAD}") || return 1
	test_expect_code 1 ops audit verify >"$TEST_ROOT/audit" 2>&1 || {
		cat "$TEST_ROOT/audit"
		return 1
	}
	awk -v c="$named" -v r="$1:" '
		/^(refused|noted) / { on = $1 == "refused" && $2 == c }
		on && / error / && index($0, " " r) { found = 1 }
		END { exit !found }' "$TEST_ROOT/audit" && return 0
	echo "ops_audit_names: commit $named is not refused by $1:"
	cat "$TEST_ROOT/audit"
	return 1
}
