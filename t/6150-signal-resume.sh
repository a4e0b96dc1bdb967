#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A run that is cut off goes on where it was, done by one process at a time, and nothing of
# it is done twice; what can be mended is tried again, then escalated with its attempts.

test_description='runs that are cut off, attempts and escalations'
. "$(dirname "$0")/test-lib.sh"
. "$TEST_DIRECTORY/signal-words.sh"

# killer HOOK [STEP]: that hook of git kills ops, once, in that step.
killer () {
	cat >.git/hooks/"$1" <<-EOF &&
	#!/bin/sh
	test ! -e "$TEST_ROOT/killed" || exit 0
	case "\$(git log -1 --format=%B)" in *"Signal-Step: "*"/$2"*) ;; *) exit 0 ;; esac
	>"$TEST_ROOT/killed"
	kill -9 \$(sed "s/.*) . //;s/ .*//" /proc/\$PPID/stat)
	EOF
	chmod +x .git/hooks/"$1" && rm -f "$TEST_ROOT/killed"
}

# once: each step of the run made one commit of git.
once () {
	git log --format=%B | sed -n "s/^Signal-Step: $1\///p" | sort >made &&
	sort -u made >unique && test_cmp unique made
}

# order FILE [WORD...]: a commit of it is wanted, told to users.
order () {
	file=$1
	shift
	echo "$file" >"$file" && test_tick &&
	"$OPS_PROGRAM" --as $LEAD signal OPS:COMMIT task_description="Add $file" \
		changed_files="$file" commit_context=why user_facing=yes test_plan=x "$@"
}

test_expect_success 'killed after its commit was made, before that was recorded' '
	signal_world && git config --global ops.allowLocal core.hooksPath && killer post-commit commit &&
	test_expect_code 137 order one.c >said 2>&1 &&
	test_path_is_file "$TEST_ROOT/killed" &&
	RUN=$(signal_run) && test "$(signal_status "$RUN")" = Running &&
	test_tick && signal --resume "$RUN" >said &&
	test_grep "^COMPLETE: OPS:COMMIT" said && once "$RUN" &&
	test_write_lines commit commit-changelog >expected && test_cmp expected made &&
	test_grep "^\*\*Quality Gate:\*\* PASSED (2/2 = 100%)$" said &&
	ls 05-PROCESSES/packets/$RUN | grep -c "run-step" >steps &&
	test_write_lines 6 >expected && test_cmp expected steps
'

test_expect_success 'killed after the change log was committed' '
	killer post-commit commit-changelog &&
	test_expect_code 137 order two.c >said 2>&1 &&
	RUN=$(signal_run) && test_tick &&
	signal --resume "$RUN" >said && test_grep "^COMPLETE" said && once "$RUN" &&
	grep -c "^- Add two.c$" CHANGELOG.md >count && test_write_lines 1 >expected &&
	test_cmp expected count
'

test_expect_success 'killed while git runs, which goes on by itself' '
	printf "#!/bin/sh\n" >.git/hooks/post-commit && cat >.git/hooks/pre-commit <<-EOF &&
	#!/bin/sh
	test ! -e "$TEST_ROOT/killed" || exit 0
	git diff --cached --name-only | grep -q three.c || exit 0
	>"$TEST_ROOT/killed"
	kill -9 \$(sed "s/.*) . //;s/ .*//" /proc/\$PPID/stat)
	sleep 1
	EOF
	chmod +x .git/hooks/pre-commit && rm -f "$TEST_ROOT/killed" &&
	test_expect_code 137 order three.c >said 2>&1 && RUN=$(signal_run) && test_tick &&
	{ signal --resume "$RUN" >said 2>talk || sleep 2; } &&
	once "$RUN" && rm .git/hooks/pre-commit .git/hooks/post-commit
'

test_expect_success 'by its key a signal that was killed is sent again, and goes on' '
	killer post-commit commit &&
	test_expect_code 137 order four.c --key k4 >said 2>&1 && RUN=$(signal_run) && test_tick &&
	ops_json result.run "$RUN" ops --as $LEAD --key k4 signal OPS:COMMIT \
		task_description="Add four.c" changed_files=four.c commit_context=why \
		user_facing=yes test_plan=x && once "$RUN" &&
	test "$(signal_status "$RUN")" = Complete && rm .git/hooks/post-commit
'

test_expect_success 'one process at a time is at a run' '
	cat >.git/hooks/post-commit <<-EOF &&
	#!/bin/sh
	case "\$(git log -1 --format=%B)" in *"/commit"*) ;; *) exit 0 ;; esac
	run=\$(git log -1 --format=%B | sed -n "s/^Signal-Step: \(.*\)\/commit\$/\1/p")
	unset GIT_DIR GIT_INDEX_FILE GIT_PREFIX GIT_EXEC_PATH
	test -n "\$run" || exit 0
	"$OPS_PROGRAM" --as $LEAD signal --resume "\$run" >"$TEST_ROOT/second" 2>&1
	echo \$? >"$TEST_ROOT/status"
	EOF
	chmod +x .git/hooks/post-commit && order five.c >said && rm .git/hooks/post-commit &&
	test_write_lines 5 >expected && test_cmp expected "$TEST_ROOT/status" &&
	test_grep "somebody else is at" "$TEST_ROOT/second" && once "$(signal_run)"
'

test_expect_success 'a push that is rejected is tried again after fetching' '
	git init -q --bare ../hub.git && git remote add origin ../hub.git &&
	git push -q origin swap-matching main && git clone -q -b swap-matching ../hub.git ../other &&
	(cd ../other && git config user.name x && git config user.email x@example.org &&
	 echo theirs >theirs.c && git add theirs.c && git commit -q -m "feat: theirs" &&
	 git push -q origin swap-matching) &&
	order six.c push=yes >said && test_grep "Pushed swap-matching to origin" said &&
	RUN=$(signal_run) && once "$RUN" && test_path_is_file theirs.c &&
	grep -h "^Attempt: " 05-PROCESSES/packets/$RUN/*-run-step-* | sort | tail -n 1 >attempt &&
	test_write_lines "Attempt: 2" >expected && test_cmp expected attempt &&
	git -C ../hub.git log --format=%s -30 swap-matching | grep "^feat: add six.c$"
'

test_expect_success 'when nothing helps it is escalated, with the attempts' '
	printf "#!/bin/sh\necho no, rejected >&2\nexit 1\n" >../hub.git/hooks/update &&
	chmod +x ../hub.git/hooks/update &&
	test_expect_code 1 order seven.c push=yes >said 2>&1 && RUN=$(signal_run) &&
	test_grep "^PARTIAL: OPS:COMMIT" said &&
	FILE=$(echo 05-PROCESSES/packets/$RUN/*-escalation-*) &&
	test_grep "^Type: Resource$" "$FILE" && test_grep "^Signal: OPS:COMMIT$" "$FILE" &&
	test_grep "^- attempt 1: pushing" "$FILE" && test_grep "^Done: commit, " "$FILE" &&
	test_grep "^1. Retry: " "$FILE" && rm ../hub.git/hooks/update
'

test_expect_success 'nobody pushes to main, whoever sends it' '
	git checkout -q main && test_expect_code 1 order eight.c push=yes >said 2>&1 &&
	test_grep "main. is not pushed to by agents" said &&
	git log --format=%s origin/main..main >ahead && test_grep "feat: add eight.c" ahead
'

test_done
