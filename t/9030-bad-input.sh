#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Whatever comes in: a clear error, its exit status, and nothing lost or half written.

test_description='bad input and bad surroundings'
. "$(dirname "$0")/test-lib.sh"

# Prerequisites of this script: SMALL_DISK (may mount), ROOT (may chown).
if test "$(id -u)" = 0
then
	test_set_prereq ROOT
	mkdir "$TEST_ROOT/probe"
	if mount -t tmpfs -o size=64k ops-test "$TEST_ROOT/probe" 2>/dev/null
	then
		umount "$TEST_ROOT/probe" && test_set_prereq SMALL_DISK
	fi
fi

esc=$(printf '\033')

test_expect_success 'a task in work' '
	ops_world &&
	ops_task_at In-Progress &&
	cp -r .git ../clean.git
'

test_expect_success 'control characters and line breaks on the command line' '
	for bad in "a
b" "a$(printf "\r")b" "a${esc}[31mb" "a$(printf "\177")b" "a$(printf "\001")" "$(printf "a\377b")" \
		"a$(printf "\302\205")b" "a$(printf "\342\200\256")b"
	do
		ops_unchanged 2 ops --as $LEAD new task "$bad" &&
		ops_unchanged 2 ops --as $LEAD new task fine -f "Project=$bad" &&
		ops_unchanged 2 ops --as $DEV block swap-7k2f -m "$bad" &&
		ops_unchanged 2 ops --as $DEV checkpoint swap-7k2f --milestone "$bad" -m x &&
		{ LC_ALL=C grep -q "[^[:print:][:space:]]" "$TEST_ROOT/refused.err" && return 1; : ; } &&
		test_must_fail ops --as "$bad" list --at "$bad" &&
		test_must_fail ops show "$bad" || return 1
	done
'

test_expect_success 'in sections and notes, which may have lines' '
	for bad in "a${esc}[31mb" "a$(printf "\001")b" "$(printf "a\377b")"
	do
		test_might_fail ops --as $DEV checkpoint swap-7k2f --progress 3 -m "$bad" &&
		test_might_fail ops --as $DEV edit swap-7k2f -s Resources="$bad" || return 1
	done &&
	test_must_fail grep -r -l "$esc" 05-PROCESSES &&
	git log -10 --format=%B >../messages && test_must_fail grep "$esc" ../messages &&
	ops audit verify && ops check --at HEAD
'

test_expect_success 'text that looks like a header, a trailer or a heading stays text' '
	ops --as $DEV checkpoint swap-7k2f --progress 4 -m "---
Kind: decision
---

Ops-Actor: $GOV
Ops-Id: 00000000000000000000000000000000" &&
	ops_unchanged 2 ops --as $DEV checkpoint swap-7k2f --progress 4 -m "so far

## Reason

mine" &&
	git log -1 --format="%(trailers:key=Ops-Actor,valueonly)" | sed "/^$/d" >../said &&
	echo $DEV | test_cmp - ../said &&
	ops --as $DEV block swap-7k2f -m "--- Ops-Status: x" && ops --as $DEV unblock swap-7k2f &&
	ops audit verify
'

# Each in a repository of its own, for what was committed stays refused.
test_expect_success 'a name that nothing reads is told of, and may go again' '
	for bad in "$(printf "a\377b")" "$(printf "a\001b")" "$(printf "d\377")/x" "a
b"
	do
		rm -rf ../named && git clone -q ../clean.git ../named && (
			cd ../named/05-PROCESSES/active-tasks && mkdir -p "$(dirname "$bad")" &&
			cp swap-7k2f.md "$bad.md" && cd ../.. &&
			test_expect_code 1 ops check >../found && test_grep doc.path ../found &&
			ops_commit_as $LEAD "feat: a task that nobody can name" &&
			ops_audit_names doc.path HEAD &&
			for command in "check" "check --at HEAD" "check 05-PROCESSES" "check ." \
				"check --at HEAD~..HEAD" list "list --all --json" status
			do
				test_expect_code 1 ops $command >../found 2>&1 &&
				test_grep doc.path ../found || return 1
			done &&
			ops list 2>/dev/null | grep -c swap-7k2f >../count && echo 1 | test_cmp - ../count &&
			git rm -q -r 05-PROCESSES/active-tasks/[ad]* &&
			ops --as $LEAD check --staged && ops_commit_as $LEAD "fix: take it away" &&
			ops audit verify HEAD~..HEAD && ops list
		) || return 1
	done
'

test_expect_success 'a name that is no UTF-8 is no way round a pattern' '
	git clone -q ../clean.git ../forbidden && (
		cd ../forbidden &&
		ops --as $BOSS edit $DEV -f "Forbidden-Paths=config/**" &&
		mkdir config && echo x >"config/$(printf "a\377b")" && git add config &&
		ops_commit_as $DEV "feat: what is not theirs

Ops-Task: swap-7k2f" &&
		ops_audit_names agent.path HEAD
	)
'

test_expect_success 'paths that lead out, or nowhere' '
	for path in ../x /etc/passwd .git/config 05-PROCESSES/../.git/config ./x//y "a
b" "" . .. 05-PROCESSES
	do
		{ ops_unchanged 4 ops --as $DEV submit swap-7k2f -s Outputs=x -s "Test Results"=y -e "$path" ||
		ops_unchanged 2 ops --as $DEV submit swap-7k2f -s Outputs=x -s "Test Results"=y -e "$path"; } &&
		test_must_fail ops show "$path" 2>../err &&
		test_must_fail grep "root:" ../err || return 1
	done
'

test_expect_success 'evidence through a link is not evidence' '
	ln -s /etc/passwd reports/link && git add reports/link && test_tick && git commit -q -m link &&
	test_must_fail ops --as $DEV submit swap-7k2f -s Outputs=x -s "Test Results"=y -e reports/link
'

test_expect_success 'files named on the command line' '
	ops_unchanged 4 ops --as $LEAD new task --from no-such-file &&
	ops_unchanged 2 ops --as $LEAD new task --from . &&
	printf -- "---\nTitle: a\000b\n---\n" >../nul &&
	ops_unchanged 2 ops --as $LEAD new task --from ../nul
'

test_expect_success 'a file of a hundred megabytes' '
	{ test_write_lines --- "Title: Big" --- "" && yes "text text text" | head -c 104857600; } >../big &&
	ops_unchanged 2 ops --as $LEAD new task --from ../big &&
	test_grep -i "longer than\|too large\|larger than" "$TEST_ROOT/refused.err" &&
	ops_unchanged 2 ops --as $LEAD new task --from - <../big &&
	ops_unchanged 2 ops --as $LEAD new task x -s Scope=@../big &&
	ops_unchanged 2 ops --as $LEAD batch ../big
'

test_expect_success 'and one in the repository' '
	cp ../big 05-PROCESSES/active-tasks/big-1.md &&
	test_expect_code 1 ops check >found &&
	test_grep "big-1.md.*doc.limit" found &&
	git add 05-PROCESSES && git -c core.compression=1 -c pack.compression=1 commit -q -m "a big one" &&
	test_expect_code 1 ops list 2>err && test_grep "big-1.md.*doc.limit" err &&
	ops_json result.id swap-7k2f ops show swap-7k2f &&
	test_expect_code 1 ops show big-1 &&
	ops_audit_names doc.limit &&
	git reset -q --hard HEAD~ && rm -f ../big found err
'

test_expect_success 'YAML that grows' '
	{
		test_write_lines --- "Title: Bomb" "a0: &a0 [x, x, x, x, x, x, x, x, x, x]" &&
		for i in 1 2 3 4 5 6 7 8 9
		do
			p="*a$((i - 1))"
			echo "a$i: &a$i [$p, $p, $p, $p, $p, $p, $p, $p, $p, $p]"
		done
		echo ---
	} >../bomb &&
	ops_refused yaml.anchor ops --as $LEAD new task --from ../bomb
'

test_expect_success 'YAML that goes deep, and on, and nowhere' '
	{ test_write_lines --- "Title: Deep"; printf "a: "; printf "[%.0s" $(seq 2000); printf "]%.0s" $(seq 2000)
		echo; echo ---; } >../deep &&
	ops_unchanged 1 ops --as $LEAD new task --from ../deep &&
	test_grep "yaml\." "$TEST_ROOT/refused.err" &&
	{ test_write_lines --- "Title: Many"; seq 20000 | sed "s/.*/k&: v/"; echo ---; } >../many &&
	ops_unchanged 1 ops --as $LEAD new task --from ../many &&
	{ test_write_lines --- "Title: Long"; printf "a: "; head -c 2000000 /dev/zero | tr "\0" x; echo; echo ---; } >../long &&
	test_must_fail ops --as $LEAD new task --from ../long &&
	for text in "a: !!python/object:os.system x" "&a a: *a" "? x" "a: b
a: c" "	a: b" "a: \"\\x1b[31m\"" "<<: {a: b}"
	do
		test_write_lines --- "Title: Odd" "$text" --- >../odd &&
		ops_unchanged 1 ops --as $LEAD new task --from ../odd &&
		test_grep ":[0-9]*:[0-9]*: error" "$TEST_ROOT/refused.err" || return 1
	done
'

test_expect_success 'no roster, no directory, no configuration' '
	git init -q ../bare-bones && (
		cd ../bare-bones && ops init &&
		ops_refused actor.unknown ops --as $LEAD new task x &&
		ops list && ops list --type agent && ops check
	)
'

# Of a variable that was not set: what is asked for must not become wider by it.
test_expect_success 'an option without a value' '
	ops_task_at Assigned wide-7k2f &&
	for option in "waive gate.self-approval --until 2026-03-31 -m alone --path" \
		"waive gate.self-approval --until 2026-03-31 -m alone --task" "scope lock wide-7k2f --path" \
		"scope freeze wide-7k2f -m x --with" "emergency declare DEADLINE_RISK -m x --project" \
		"taskforce new wide-7k2f --emergency" "next --for" "list -A" "list --at" "vet wide-7k2f -m"
	do
		# shellcheck disable=SC2086
		ops_unchanged 2 ops --as $GOV $option "" && test_grep "is empty: it needs" "$TEST_ROOT/refused.err" || return 1
	done &&
	ops --as $GOV waive gate.self-approval --until 2026-03-31 -m alone --path src/ &&
	ops ci --base "" --head "" && ops --as $LEAD edit wide-7k2f -f Priority=LOW -m ""
'

test_expect_success 'an unknown actor, an ambiguous id' '
	ops_task swap-9999 &&
	ops_unchanged 2 ops --as "" edit swap-9999 -f Priority=LOW &&
	ops_unchanged 2 env GIT_AUTHOR_EMAIL=$LEAD@example.org ops --as= edit swap-9999 -f Priority=LOW &&
	ops_refused actor.unknown ops --as ../agents/codegen edit swap-9999 -f Priority=LOW &&
	ops_unchanged 4 ops --as $LEAD edit swap -f Priority=LOW &&
	ops_unchanged 4 ops --as $LEAD edit sw -f Priority=LOW &&
	ops_unchanged 2 ops --as $LEAD edit "" -f Priority=LOW
'

test_expect_success 'a clock that cannot be read' '
	for now in "" yesterday 2026-02-30T00:00:00Z 2026-01-15 99999-01-01T00:00:00Z
	do
		ops_unchanged 3 env OPS_NOW="$now" ops --as $LEAD edit swap-9999 -f Priority=LOW || return 1
	done &&
	ops_unchanged 3 env OPS_WAIT=long ops --as $LEAD edit swap-9999 -f Priority=LOW
'

test_expect_success 'objects that are missing or broken' '
	git clone -q --no-hardlinks . ../damaged && (
		cd ../damaged &&
		blob=$(git rev-parse HEAD:05-PROCESSES/active-tasks/swap-9999.md) &&
		file=.git/objects/$(echo $blob | cut -c 1-2)/$(echo $blob | cut -c 3-) &&
		test_path_is_file $file && chmod u+w $file && echo garbage >$file &&
		test_expect_code 3 ops --as $LEAD edit swap-9999 -f Priority=LOW &&
		test_expect_code 3 ops show swap-9999 &&
		rm -f $file && test_expect_code 3 ops show swap-9999
	)
'

test_expect_success ROOT 'a repository that belongs to somebody else' '
	git clone -q . ../foreign && chown -R 12345 ../foreign &&
	for command in list "--as $LEAD new task x" init recover check
	do
		test_expect_code 3 ops -C ../foreign $command 2>../err || return 1
		test_grep "own\|safe.directory" ../err || return 1
	done &&
	git config --global --add safe.directory "$(cd ../foreign && pwd -P)" &&
	ops -C ../foreign list &&
	git config --global --unset-all safe.directory &&
	git config --global safe.directory "*" && ops -C ../foreign list && ops -C ../foreign check &&
	git config --global --add safe.directory "" && test_expect_code 3 ops -C ../foreign list 2>../err &&
	test_grep safe.directory ../err && git config --global --unset-all safe.directory &&
	git config -f ../foreign/.git/config safe.directory "*" && test_expect_code 3 ops -C ../foreign list
'

test_expect_success NOT_ROOT 'a directory that cannot be written' '
	test_when_finished "chmod -R u+w .git 05-PROCESSES" &&
	chmod -R a-w .git &&
	ops_unchanged 3 ops --as $LEAD edit swap-9999 -f Priority=LOW &&
	chmod -R u+w .git && chmod -R a-w 05-PROCESSES &&
	test_might_fail ops --as $LEAD edit swap-9999 -f Priority=LOW
'

test_expect_success SMALL_DISK 'a file system that cannot be written' '
	mkdir ../ro && mount -t tmpfs -o size=4m ops-test ../ro &&
	test_when_finished "umount ../ro" &&
	git clone -q . ../ro/repo &&
	mount -o remount,ro ../ro &&
	ops_unchanged 3 ops -C ../ro/repo --as $LEAD edit swap-9999 -f Priority=LOW &&
	test_grep -i "read-only" "$TEST_ROOT/refused.err" &&
	ops -C ../ro/repo list >list && test_grep "^swap-9999 " list && rm list
'

test_expect_success SMALL_DISK 'a full disk: old or new, never half' '
	mkdir ../full && mount -t tmpfs -o size=4m ops-test ../full &&
	test_when_finished "umount ../full" &&
	git clone -q . ../full/repo &&
	for free in 0 4 8 12 16 20 24 28 32 40 48
	do
		rm -f ../full/reserve ../full/filler &&
		head -c $((free * 1024)) /dev/zero >../full/reserve &&
		{ cat /dev/zero >../full/filler 2>/dev/null || :; } &&
		rm ../full/reserve &&
		before=$(git -C ../full/repo rev-parse HEAD) &&
		if ops -C ../full/repo --as $LEAD edit swap-9999 -f Complexity=$free 2>../err
		then
			result=0
		else
			result=$?
		fi &&
		cat ../err &&
		after=$(git -C ../full/repo rev-parse HEAD) &&
		rm -f ../full/filler &&
		case $result in
		0) test "$before" != "$after" ;;
		3) test "$before" = "$after" ;;
		*) ! echo "status $result with $free KiB" ;;
		esac &&
		ops -C ../full/repo recover &&
		git -C ../full/repo fsck --strict && test -z "$(git -C ../full/repo status --porcelain)" &&
		test_must_fail ls ../full/repo/.git/index.lock ../full/repo/.git/HEAD.lock 2>/dev/null || return 1
	done &&
	ops -C ../full/repo --as $LEAD edit swap-9999 -f Priority=LOW &&
	ops -C ../full/repo audit verify
'

test_done
