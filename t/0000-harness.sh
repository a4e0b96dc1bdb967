#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The harness judged by itself: what it calls a failure is one, and what it
# calls a refusal changed nothing.  Inner scripts stand in files, run with a
# stand-in for ops, and their TAP is read.

test_description='the test harness'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

# inner NAME: a script of that name from standard input, made and run; its
# output in NAME.tap, its status in NAME.status.
inner () {
	{
		echo "test_description=inner"
		echo ". '$TEST_DIRECTORY/test-lib.sh'"
		cat
		echo test_done
	} >"$TRASH/$1.sh"
	(
		unset OPS_TEST_INSTALLED OPS_VALGRIND
		OPS_BUILD=$TRASH/build
		OPS_TEST_INSTALLED=$TRASH/bin
		TMPDIR=$TRASH
		export OPS_BUILD OPS_TEST_INSTALLED TMPDIR
		cd "$TEST_DIRECTORY" && sh "$TRASH/$1.sh"
	) >"$TRASH/$1.tap" 2>&1
	echo $? >"$TRASH/$1.status"
}

# A stand-in for ops: `ops say STATUS [TEXT]` prints and ends so, `ops touch FILE`
# changes the work tree, `ops ref` moves a branch, `ops stage FILE` the index,
# each while refusing by the rule task.transition; `ops json TEXT --json` answers.
mkdir -p "$TRASH/bin" "$TRASH/build/t"
cat >"$TRASH/bin/ops" <<\EOF
#!/bin/sh
test "$1" != --json || shift
refuse () {
	echo "a.md:3: task.transition: no way from Queued to Complete" >&2
	exit 1
}
case $1 in
say) printf '%s\n' "$3"; exit "$2" ;;
refuse) refuse ;;
touch) echo x >>"$2"; refuse ;;
stage) git add "$2"; refuse ;;
ref) git update-ref refs/heads/other HEAD; refuse ;;
json) printf '%s\n' "$2" ;;
kill) kill -KILL $$ ;;
audit) test ! -f "${0%/*}/guilty" ;;
esac
EOF
chmod +x "$TRASH/bin/ops"
for helper in json-get schema-check
do
	ln -s "$TEST_BUILD/t/$helper" "$TRASH/build/t/$helper"
done

test_expect_success 'a passing and a failing test are told apart' '
	inner plain <<-\EOF &&
	test_expect_success good true
	test_expect_success bad "echo said-by-the-test && false"
	test_expect_success NOT_THERE "left out" false
	test_expect_success "from here" - <<-\EOT
	echo one >file &&
	test_grep one file
	EOT
	test_expect_success "early end" "true && return 1"
	EOF
	test_grep "^ok 1 - good$" plain.tap &&
	test_grep "^not ok 2 - bad$" plain.tap &&
	test_grep "^# said-by-the-test$" plain.tap &&
	test_grep "^ok 3 - left out # SKIP missing NOT_THERE$" plain.tap &&
	test_grep "^ok 4 - from here$" plain.tap &&
	test_grep "^not ok 5 - early end$" plain.tap &&
	test_grep "^1\.\.5$" plain.tap &&
	test_grep 1 plain.status
'

test_expect_success 'a broken && chain stops the script' '
	inner chain <<-\EOF &&
	test_expect_success chained "false
	true"
	EOF
	test_grep "bug in the test: broken && chain in: chained" chain.tap &&
	test_grep "^Bail out!" chain.tap &&
	test_grep ! "^ok" chain.tap &&
	test_grep 1 chain.status
'

test_expect_success 'a script that stops early has failed' '
	inner early <<-\EOF &&
	test_expect_success fine true
	exit 0
	EOF
	test_grep "^Bail out!" early.tap &&
	test_grep 1 early.status
'

test_expect_success 'test_must_fail takes an answer, not a crash' '
	inner crash <<-\EOF &&
	test_expect_success refused "test_must_fail ops say 1"
	test_expect_success success "test_must_fail ops say 0"
	test_expect_success signal "test_must_fail ops kill"
	test_expect_success absent "test_must_fail no-such-program"
	test_expect_success sanitizer "test_must_fail ops say 126"
	test_expect_success code "test_expect_code 4 ops say 4"
	test_expect_success "other code" "test_expect_code 4 ops say 5"
	EOF
	grep -E "^(not )?ok" crash.tap >actual &&
	cat >expected <<-\EOF &&
	ok 1 - refused
	not ok 2 - success
	not ok 3 - signal
	not ok 4 - absent
	not ok 5 - sanitizer
	ok 6 - code
	not ok 7 - other code
	EOF
	test_cmp expected actual
'

test_expect_success 'ops_refused sees every change' '
	inner refused <<-\EOF &&
	test_expect_success setup "test_commit one && git branch other HEAD && test_commit two"
	test_expect_success refused "ops_refused task.transition ops refuse"
	test_expect_success done "ops_refused task.transition ops say 0"
	test_expect_success status "ops_refused task.transition ops say 3"
	test_expect_success rule "ops_refused task.trans ops refuse"
	test_expect_success tail "ops_refused transition ops refuse"
	test_expect_success file "ops_refused task.transition ops touch file"
	test_expect_success index "ops_refused task.transition ops stage file"
	test_expect_success new "ops_refused task.transition ops touch new"
	test_expect_success branch "ops_refused task.transition ops ref"
	test_expect_success json "ops_refused a.b ops say 1 \"{\\\"rule\\\": \\\"a.b\\\"}\" --json"
	EOF
	grep -E "^(not )?ok" refused.tap | head -n 11 >actual &&
	cat >expected <<-\EOF &&
	ok 1 - setup
	ok 2 - refused
	not ok 3 - done
	not ok 4 - status
	not ok 5 - rule
	not ok 6 - tail
	not ok 7 - file
	not ok 8 - index
	not ok 9 - new
	not ok 10 - branch
	ok 11 - json
	EOF
	test_cmp expected actual
'

test_expect_success 'what is left unclean fails the test' '
	inner finished <<-\EOF &&
	test_expect_success cleans "
		test_when_finished \"rm made\" && >made"
	test_expect_success "cleaned up" "test_path_is_missing made"
	test_expect_success "cannot clean" "test_when_finished false"
	EOF
	test_grep "^ok 1" finished.tap &&
	test_grep "^ok 2" finished.tap &&
	test_grep "^not ok 3" finished.tap
'

test_expect_success 'time is fixed, passes, and jumps' '
	inner clock <<-\EOF &&
	test_expect_success start "test \"\$OPS_NOW\" = 2026-01-15T12:00:00Z"
	test_tick
	test_expect_success tick "test \"\$OPS_NOW\" = 2026-01-15T12:01:00Z"
	test_tick 86400
	test_expect_success day "test \"\$GIT_AUTHOR_DATE\" = \"1768564860 +0000\""
	test_clock 2028-02-29
	test_expect_success leap "test \"\$OPS_NOW\" = 2028-02-29T12:00:00Z"
	test_tick 43200
	test_expect_success march "test \"\$OPS_NOW\" = 2028-03-01T00:00:00Z"
	EOF
	test_grep "^1\.\.5$" clock.tap &&
	test_grep 0 clock.status
'

test_expect_success 'the surroundings of the caller do not reach a test' '
	GIT_DIR=/nowhere OPS_ACTOR=mallory inner env <<-\EOF &&
	test_expect_success "no git dir" "test -z \"\$GIT_DIR\""
	test_expect_success "no actor" "test -z \"\$OPS_ACTOR\""
	test_expect_success "own home" "test \"\$HOME\" = \"\$TEST_ROOT/home\""
	EOF
	test_grep 0 env.status
'

test_expect_success 'a repository is verified at the end' '
	>bin/guilty &&
	test_when_finished "rm -f bin/guilty" &&
	inner audit <<-\EOF &&
	test_expect_success setup "test_commit one"
	EOF
	test_grep "^not ok 3 - ops audit verify" audit.tap &&
	inner fsck <<-\EOF &&
	test_expect_success setup "test_commit one && rm -f .git/objects/??/*"
	EOF
	test_grep "^not ok 2 - git fsck" fsck.tap &&
	inner excused <<-\EOF &&
	TEST_NO_VERIFY="made by git alone"
	test_expect_success setup "test_commit one"
	EOF
	test_grep "^ok 2 .*# SKIP made by git alone$" excused.tap
'

test_expect_success 'answers are read and held against their schemas' '
	mkdir -p schemas &&
	cat >schemas/task-list.schema.json <<-\EOF &&
	{"type": "object", "required": ["format", "command"],
	 "properties": {
		"format": {"const": 1}, "command": {"type": "string"},
		"result": {"type": "array", "items": {"type": ["integer", "null"]}},
		"kind": {"enum": ["a", "b"]}},
	 "additionalProperties": false}
	EOF
	echo "{\"format\": 1, \"command\": \"task list\", \"result\": [1, null], \"kind\": \"b\"}" >good &&
	"$TEST_BUILD/t/schema-check" schemas good &&
	while read -r answer
	do
		echo "$answer" >bad &&
		test_expect_code 1 "$TEST_BUILD/t/schema-check" schemas bad || return 1
	done <<-\EOF &&
	{"format": 2, "command": "task list"}
	{"command": "task list"}
	{"format": 1, "command": "task list", "more": 1}
	{"format": 1, "command": "task list", "result": {}}
	{"format": 1, "command": "task list", "result": [1.5]}
	{"format": 1, "command": "task list", "kind": "c"}
	{"format": 1, "command": "task show"}
	{"format": 1}
	{"error": "no schema for errors here"}
	[1]
	{"format": 1, "command": "task list"
	EOF
	echo "{\"pattern\": \"x\"}" >schemas/task-show.schema.json &&
	echo "{\"command\": \"task show\"}" >bad &&
	test_expect_code 1 "$TEST_BUILD/t/schema-check" schemas bad >out &&
	test_grep "unknown keyword .pattern." out
'

test_expect_success 'json-get finds members, elements, counts' '
	echo "{\"a\": [{\"b\": \"x\"}, {\"b\": 2}], \"c\": true}" >doc &&
	test_write_lines x 2 2 true >expected &&
	for path in a.0.b a.1.b "a.#" c
	do
		"$TEST_BUILD/t/json-get" "$path" doc || return 1
	done >actual &&
	test_cmp expected actual &&
	test_write_lines x 2 >expected &&
	"$TEST_BUILD/t/json-get" "a.*.b" doc >actual &&
	test_cmp expected actual &&
	test_expect_code 1 "$TEST_BUILD/t/json-get" a.2.b doc &&
	test_expect_code 1 "$TEST_BUILD/t/json-get" A doc
'

test_expect_success 'every answer with --json is kept for the check, and ops_json reads it' '
	inner answers <<-\EOF &&
	test_expect_success right "ops_json result.n 3 ops json \"{\\\"command\\\": \\\"x\\\", \\\"result\\\": {\\\"n\\\": 3}}\""
	test_expect_success wrong "ops_json result.n 4 ops json \"{\\\"command\\\": \\\"x\\\", \\\"result\\\": {\\\"n\\\": 3}}\""
	EOF
	test_grep "^ok 1" answers.tap &&
	test_grep "^not ok 2" answers.tap &&
	test_grep "^not ok 3 - every JSON answer" answers.tap &&
	test_grep "x.schema.json: cannot open" answers.tap
'

# The runner.

test_expect_success 't/run adds up, and shows failures whole' '
	mkdir -p run &&
	cat >run/pass.sh <<-\EOF &&
	echo "ok 1 - a"; echo "ok 2 - b # SKIP no b here"; echo "1..2"
	EOF
	cat >run/fail.sh <<-\EOF &&
	echo "ok 1"; echo "not ok 2 - c"; echo "# why c failed"; echo "1..2"; exit 1
	EOF
	test_expect_code 1 sh "$TEST_DIRECTORY/run" -j 2 run/pass.sh run/fail.sh >out &&
	test_grep "^# why c failed$" out &&
	test_grep "skipped: .*no b here" out &&
	echo "2 passed, 1 failed, 1 skipped" >expected &&
	tail -n 1 out >actual &&
	test_cmp expected actual &&
	sh "$TEST_DIRECTORY/run" run/pass.sh >out &&
	echo "1 passed, 0 failed, 1 skipped" >expected &&
	tail -n 1 out >actual &&
	test_cmp expected actual
'

test_expect_success 't/run takes silence, death and a short plan for failures' '
	echo "exit 0" >run/silent.sh &&
	echo "echo ok 1; echo 1..2" >run/short.sh &&
	echo "echo ok 1; echo 1..1; kill -KILL \$\$" >run/killed.sh &&
	echo "echo ok 1; echo 1..1; exit 3" >run/status.sh &&
	echo "sleep 60" >run/slow.sh &&
	for name in silent short killed status slow
	do
		TEST_TIMEOUT=1 test_expect_code 1 \
			sh "$TEST_DIRECTORY/run" run/$name.sh >out &&
		tail -n 1 out >actual &&
		test_grep ", 1 failed$" actual || return 1
	done &&
	echo "exit 77" >run/skip.sh &&
	test_expect_code 1 sh "$TEST_DIRECTORY/run" run/skip.sh >out &&
	test_grep "^0 passed, 0 failed, 1 skipped$" out &&
	test_expect_code 1 sh "$TEST_DIRECTORY/run" >out &&
	test_grep "^0 passed, 0 failed$" out
'

test_done
