# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# The words of tests of the cache: the same questions with it and without it.

cache () { git config ops.cache "$1"; }
cache_file () {
	find .git/ops -name 'roll-*' ! -name '*.new' | sort | head -n 1
}
no_cache () { test_must_fail ls .git/ops/roll-* 2>/dev/null; }

# What is asked: one question a line.
questions () {
	cat <<-\END
	list
	list --all
	--json list --all
	list -s Queued,Review
	list --assignee codegen
	list --department Production --all
	list --priority LOW
	list --due-before 2026-02-10
	list -t prompt
	list -t policy
	list -t agent
	list -t decision
	next --all
	next --all -n 2
	next --for codegen
	status
	--json status
	plan
	plan --explain
	plan queued-1
	plan review-1
	deps
	show que
	show queu
	show task
	show done
	show waivers
	show broken
	show link
	show notes
	show directory
	show 05-PROCESSES/active-tasks/queued-1.md
	show 05-PROCESSES/active-tasks/missing.md
	--json show review-1
	thread review-1
	END
}

# ask FILE WORD: the answers to all questions, with their statuses; with `brief` some.
ask () {
	questions | {
		if test "$2" = brief
		then
			grep -e ^list$ -e 'list --all' -e ^next -e 'show que' -e 'show done'
		else
			cat
		fi
	} | while IFS= read -r line
	do
		echo "ops $line"
		# shellcheck disable=SC2086
		ops $line 2>&1
		echo "status $?"
	done >"$1"
}

# Without the cache, then with it: the first question brings it up to date.
answers () {
	cache no &&
	ask "$TEST_ROOT/without" "$1" &&
	cache always &&
	ask "$TEST_ROOT/with" "$1" &&
	test_cmp "$TEST_ROOT/without" "$TEST_ROOT/with"
}
same_answers () { answers all; }
brief_answers () { answers brief; }

# Whether lists come from the cache: a blob that they would need is away for a moment.
is_used () {
	blob=$(git rev-parse HEAD:05-PROCESSES/active-tasks/queued-1.md) &&
	file=.git/objects/$(echo "$blob" | sed 's,^..,&/,') &&
	ops list >"$TEST_ROOT/list" 2>&1
	mv "$file" "$file.away" || return 1
	ops list >"$TEST_ROOT/used" 2>&1
	mv "$file.away" "$file" &&
	test_cmp "$TEST_ROOT/list" "$TEST_ROOT/used"
}

# make_lie [SED]: a cache that this user has sealed, of this tree, and that says something
# else: only a blob under the name of another can make one.
make_lie () {
	blob=$(git rev-parse HEAD:05-PROCESSES/active-tasks/queued-1.md) &&
	file=.git/objects/$(echo "$blob" | sed 's,^..,&/,') &&
	rm -f .git/ops/roll-* &&
	git cat-file blob "$blob" | sed "${1:-s/^Title: .*/Title: a lie/}" >"$TEST_ROOT/lie" &&
	lie=$(git hash-object -w "$TEST_ROOT/lie") &&
	cp "$file" "$TEST_ROOT/truth" && chmod u+w "$file" &&
	cp ".git/objects/$(echo "$lie" | sed 's,^..,&/,')" "$file" &&
	git config ops.cache always &&
	ops list >"$TEST_ROOT/lied"
	cp "$TEST_ROOT/truth" "$file"
}

# damage FILE AT: the file with another byte there.
damage () {
	head -c "$2" "$1"
	printf '\252'
	tail -c +$(($2 + 2)) "$1"
}

# --- random histories ---

# roll N: a number below N.
roll () {
	seed=$(((seed * 1103515245 + 12345) % 2147483648))
	rolled=$((seed / 65536 % $1))
}

# One step, legal or not: whatever leaves a commit.
random_step () {
	roll 6
	id=task-$rolled
	f=05-PROCESSES/active-tasks/$id.md
	roll 17
	case $rolled in
	0 | 1) ops_task $id ;;
	2) ops_step Requested $id ;;
	3) ops_step Approved $id ;;
	4) ops_step Assigned $id ;;
	5) ops_step In-Progress $id ;;
	6) ops --as $LEAD cancel $id -m "no more" ;;
	7) ops --as $LEAD edit $id -f Estimated-Hours=$((seed % 40)) ;;
	8) test -f $f && git mv $f 05-PROCESSES/active-tasks/moved-$((seed % 9)).md ;;
	9) test -f $f && git rm -q $f ;;
	10) printf 'broken %s' $seed >$f ;;
	11) test -f $f && sed -i "s/^Due: .*/Due: 2026-0$((seed % 9 + 1))-3$((seed % 3))/" $f ;;
	12) mkdir -p 05-PROCESSES/completed-tasks/2026/01 && test -f $f &&
		git mv -f $f 05-PROCESSES/completed-tasks/2026/01/ ;;
	13) test -f $f && sed -i "/^Version/a Depends-On: [task-$((seed % 6)), done-1, missing]" $f ;;
	14) mkdir -p src && echo $seed >src/file ;;
	15) test -f $f && sed -i "/^Version/a Capabilities: {c: 0.$((seed % 9)), sql: 1}" $f ;;
	16) git rev-parse -q --verify HEAD~4 && git reset -q --hard HEAD~$((seed % 3 + 1)) ;;
	esac
	git add -A . && git commit -q --no-verify -m "chore: step $seed"
	:
}

# random_histories N STEPS [SEED]
random_histories () {
	seed=${3:-7}
	h=0
	while test $h -lt "$1"
	do
		h=$((h + 1))
		rm -rf "$TEST_ROOT/random" && mkdir "$TEST_ROOT/random" &&
		cd "$TEST_ROOT/random" && git init -q . && ops_world >/dev/null &&
		ops_task_at Complete done-1 >/dev/null && cache always || return 1
		step=0
		while test $step -lt "$2"
		do
			step=$((step + 1))
			random_step >/dev/null 2>&1
			same_answers || {
				echo "history $h, step $step, seed $seed"
				return 1
			}
		done
	done
}
