#!/bin/sh
# SPDX-License-Identifier: MIT
#
# A few of the faults of t/slow/9362-faults.sh, chosen by a fixed seed: a command that is killed
# at, or denied, one of its system calls leaves the old state or the new one.

test_description='faults at system calls, a sample'
TEST_NO_VERIFY='each case is a repository of its own, and looked at there'
. "$(dirname "$0")/test-lib.sh"
if ! test_have_prereq PLAIN_BUILD
then
	skip_all='a traced program cannot be looked through for leaks'
	test_done
fi
. "$TEST_DIRECTORY/signal-words.sh"
. "$TEST_DIRECTORY/agent-words.sh"
. "$TEST_DIRECTORY/crash/faults.sh"

trap 'rm -rf "$faults_work"; test_exit' EXIT
unset SSH_AUTH_SOCK

# some NAME OPTION...: none of them fails, and both states were seen.
some () {
	faults "$@" >out 2>&1
	code=$?
	tail -n 1 out
	test $code != 77 || return 0
	test $code = 0 || { head -n 20 out; return 1; }
}

test_expect_success 'a world for it' '
	faults_worlds
'

test_expect_success 'assign: killed, and without room' '
	some assign --kinds KILL,ENOSPC --sample 2 && some assign --sticky --kinds ENOSPC --sample 1 --seed 5
'

test_expect_success 'complete: errors, and a disk that stays broken' '
	some complete --kinds EIO,EMFILE,TERM --sample 1 && some complete --sticky --kinds EIO --sample 1 --seed 3
'

test_expect_success 'an act that first brings along an index that git put back, killed' '
	some edit-behind --kinds KILL,EIO --sample 4
'

test_expect_success 'a group of acts, and one commit of many files, killed' '
	some batch-each --kinds KILL --sample 1 && some batch-pack --kinds KILL --sample 1
'

test_expect_success 'sync, killed' '
	some sync --kinds KILL,EIO --sample 1
'

test_expect_success 'a run, and steps of a handoff, killed' '
	faults_world_work && some run --kinds KILL --sample 1 --seed 4 &&
	some run --kinds TERM --sample 1 --seed 5 && some handoff-accept --kinds KILL --sample 1
'

test_expect_success 'a pipeline of programs, killed' '
	faults_world_signals && some chain --kinds KILL --sample 2
'

test_expect_success STRACE 'sync that cannot start git any more says what is published' '
	said=0 && for n in 1 2 3 4 5 6 7 8
	do
		rm -rf copy && cp -a "$TEST_ROOT/world-many" copy && old=$(git -C copy/server.git rev-parse main) || return 1
		(cd copy/clone && strace -o /dev/null -e trace=clone,clone3,vfork -e inject=clone,clone3,vfork:error=EAGAIN:when=$n \
			"$OPS_PROGRAM" --as $LEAD sync >../../out 2>&1) && continue
		tip=$(git -C copy/server.git rev-parse main) || return 1
		if test $tip != $old
		then
			grep "your acts are published ($(echo $tip | cut -c1-7)), but" out && said=$((said + 1)) || return 1
		fi
	done && test $said -ge 1 && rm -rf copy out
'

test_expect_success 'a fault that is planted is found' '
	printf "%s\n" "#!/bin/sh" "echo x >>05-PROCESSES/active-tasks/new-1.md" >careless && chmod +x careless &&
	test_expect_code 2 "$TEST_BUILD/t/fault-tool" --work "$faults_work" "$TEST_ROOT/world-plain" "$PWD/careless" \
		-- "$OPS_PROGRAM" recover
'

test_done
