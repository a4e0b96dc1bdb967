# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# Ways to get an illegal change in, and legal ones that must pass, each tried three
# times: in a clone with the hooks of ops, by a push to a server with its hook, and
# in a clone without hooks that is audited.  Read after test-lib.sh.  A list is
#
#	attack NAME local=RULES server=RULES audit=RULES
#		COMMAND...
#	flow NAME
#		COMMAND...
#
# where the commands are run with `set -e` in a copy of the standard repository,
# and main is pushed afterwards.  RULES are all the rules by which it is refused,
# joined by commas, and nothing else will do:
#
#	open		nothing stops it, or the audit finds nothing
#	git		git itself refuses it
#	no-answer	it is refused because it cannot be judged
#	-		there is no such thing to try there
#
# A clone that stopped an attack has a main that the audit finds clean; a server that
# refused has the refs it had; an audit names the commit tagged `bad` (else the tip)
# before all others, unless what is wrong is none of the commits.
#
# ATTACK_LEARN=t prints what happens in the form of the list, ATTACK_ONLY=NAME tries that one,
# ATTACK_EVERY=N every Nth of a list.

A=05-PROCESSES/active-tasks
DONE=05-PROCESSES/completed-tasks/2026/01
P=05-PROCESSES/packets
ROSTER=05-PROCESSES/agents
CONFIG=05-PROCESSES/ops.yaml
LAYER=

# by ACTOR COMMAND...: as that author.
by () {
	by_name=$1
	shift
	GIT_AUTHOR_NAME=$by_name GIT_AUTHOR_EMAIL=$by_name@example.org "$@"
}

# commit_as ACTOR MESSAGE [OPTION...]: everything, with git, as that author.
commit_as () {
	as_name=$1 as_message=$2
	shift 2
	git add -A . && by "$as_name" git commit -q -m "$as_message" "$@"
}

# moved_apart: on main files and a directory are moved, on the branch late one of them is
# changed and some are put into that directory, each for a task, as the configuration asks.
moved_apart () {
	ops_task moves-1 && ops --as "$LEAD" edit moves-1 -s Scope='`lib/**`, `dir/**`, `dir2/**`' &&
	ops_step Requested moves-1 && ops_step Approved moves-1 &&
	ops --as "$LEAD" assign moves-1 "$DEV" && ops --as "$DEV" accept moves-1 &&
	ops --as "$DEV" start moves-1 &&
	printf 'format: 1\nversion: 2\nstanding: {scope: {check: required}}\n' >"$CONFIG" &&
	commit_as "$GOV" "chore: scope" &&
	mkdir -p lib dir/deep && seq 40 >lib/a.c && seq 10 >dir/1 && seq 30 50 >dir/deep/2 &&
	commit_as "$DEV" "base" -m "Ops-Task: moves-1" && git branch late &&
	git mv lib/a.c lib/b.c && git mv dir dir2 && commit_as "$DEV" "move" -m "Ops-Task: moves-1" &&
	git checkout -q late && sed -i 's/^20$/twenty/' lib/a.c && seq 60 90 >dir/3 &&
	seq 70 99 >dir/deep/4 && commit_as "$DEV" "edit" -m "Ops-Task: moves-1" &&
	git checkout -q main
}

# resolved_apart: both sides did something to a task, and something else to another one that
# is decided by hand; it is left to commit that.
resolved_apart () {
	git branch late && ops --as "$LEAD" edit queued-1 -f Priority=LOW -s Timeline="Two weeks." &&
	ops --as "$LEAD" edit assigned-1 -f Due=2026-03-03 && git checkout -q late &&
	ops --as "$LEAD" edit queued-1 -f Priority=MEDIUM && ops --as "$DEV" start assigned-1 &&
	git checkout -q main && test_must_fail git merge -q --no-edit late && ops resolve --theirs queued-1
}

# begun_apart FILE BRANCH: a beginning of its own, which has that file of $TEST_ROOT/file and
# nothing else, becomes part of the branch.
begun_apart () {
	git config ops.branch main && git checkout -q --orphan apart && git rm -q -r -f . &&
	mkdir -p "$(dirname "$1")" && cp "$TEST_ROOT/file" "$1" && commit_as stranger "apart" &&
	git checkout -q -f "$2" && git config --unset ops.branch &&
	by $DEV git merge -q --no-edit --allow-unrelated-histories apart
}

# status FILE FROM TO: by hand.
status () {
	test_sed "$1" "s/^Status: $2\$/Status: $3/"
}

# trailers ACTION ACTOR [LINE...]: a message as ops writes it.
trailers () {
	said_action=$1 said_actor=$2
	shift 2
	printf '%s\n' "chore(ops): $said_action" '' "Ops-Action: $said_action" "$@" \
		"Ops-Actor: $said_actor" 'Ops-Policy: 1' \
		"Ops-Id: $(printf '%s' "$said_action $said_actor $* $RANDOM_ID" | md5sum | cut -c 1-32)"
}

# object EXPRESSION: the tip, written again as a commit with that sed expression
# applied to its bytes, becomes the tip.
object () {
	git cat-file commit HEAD | sed "$1" >"$TEST_ROOT/raw" &&
	git reset -q --hard "$(git hash-object -t commit -w --literally "$TEST_ROOT/raw")"
}

# The newest packet of a kind about a document.
packet () {
	find "$P/$2" -name "*-$1-*.md" | sort | tail -n 1
}

# This is the first commit that is illegal.
bad () {
	git tag -f bad "${1-HEAD}" >/dev/null
}

# push OPTION...: instead of pushing main at the end.
push () {
	: >"$TEST_ROOT/pushed"
	test "$LAYER" != server || attack_push "$@"
}

attack_push () {
	git push -q origin "$@" >>"$TEST_ROOT/push.out" 2>&1 || : >"$TEST_ROOT/refused"
}

# The rules of the findings in a file, joined.
attack_rules () {
	sed -n 's/^\(remote: *\)\{0,1\} *\(.*: \)\{0,1\}error \([a-z]*\.[a-z-]*\): .*/\3/p' "$1" |
		sort -u | tr '\n' ',' | sed 's/,$//'
}

# What stands for a refusal in a file without rules.
attack_other () {
	if grep -Eq '(^|remote: )ops: ' "$1"
	then
		echo no-answer
	else
		echo git
	fi
}

attack_copy () {
	rm -rf "$TEST_ROOT/work" && cp -a "$TRASH" "$TEST_ROOT/work" &&
	cd "$TEST_ROOT/work" && rm -f "$TEST_ROOT/pushed" &&
	RANDOM_ID=$attack_name
}

# Run the commands of the list; what they say goes to a file.
attack_body () {
	( set -e; . "$TEST_ROOT/body" ) >"$TEST_ROOT/body.out" 2>&1 </dev/null
}

attack_local () {
	LAYER=local
	attack_copy && ops hooks install >/dev/null || return 1
	attack_body
	attack_status=$?
	if git rev-parse -q --verify refs/heads/main >/dev/null &&
		ops audit verify refs/heads/main >"$TEST_ROOT/audit.out" 2>&1
	then
		attack_found=$(attack_rules "$TEST_ROOT/body.out")
		test "$attack_status" = 0 && attack_found=${attack_found:-passes} ||
			attack_found=${attack_found:-$(attack_other "$TEST_ROOT/body.out")}
	else
		attack_found=open
	fi
}

# The commands, without hooks: they must work, or nothing is shown by what follows.
attack_made () {
	LAYER=$1
	attack_copy && git config core.hooksPath /dev/null || return 1
	attack_body && return 0
	echo "attack: the commands fail:"
	cat "$TEST_ROOT/body.out"
	return 1
}

attack_audit () {
	attack_made audit || return 1
	ops audit verify refs/heads/main >"$TEST_ROOT/audit.out" 2>&1
	attack_status=$?
	attack_found=$(attack_rules "$TEST_ROOT/audit.out")
	case $attack_status,$attack_found in
	0,) attack_found=open ;;
	1,?*)
		git rev-parse -q --verify bad >/dev/null || git tag bad refs/heads/main
		attack_first=$(sed -n 's/^refused \([0-9a-f]*\) .*/\1/p' "$TEST_ROOT/audit.out" |
			head -n 1)
		attack_bad=$(git rev-parse --short=7 'bad^{}')
		test -z "$attack_first" || test "$attack_first" = "$attack_bad" ||
			attack_found="$attack_found at $attack_first instead of $attack_bad" ;;
	*) attack_found=no-answer ;;
	esac
}

# The repository of the audit is pushed from, unless the commands push themselves.  The server
# is a new one: of an object that an earlier push left behind, git would say that it is there.
attack_server () {
	rm -rf "$TEST_ROOT/server.git"
	cp -a "$TEST_ROOT/server.start" "$TEST_ROOT/server.git"
	git -C "$TEST_ROOT/server.git" for-each-ref >"$TEST_ROOT/refs.before"
	rm -f "$TEST_ROOT/refused"
	: >"$TEST_ROOT/push.out"
	if test "$attack_audit_too" = - || test -f "$TEST_ROOT/pushed"
	then
		attack_made server || return 1
	fi
	test -f "$TEST_ROOT/pushed" || attack_push refs/heads/main
	git -C "$TEST_ROOT/server.git" for-each-ref >"$TEST_ROOT/refs.after"
	if cmp -s "$TEST_ROOT/refs.before" "$TEST_ROOT/refs.after" && test -f "$TEST_ROOT/refused"
	then
		attack_found=$(attack_rules "$TEST_ROOT/push.out")
		attack_found=${attack_found:-$(attack_other "$TEST_ROOT/push.out")}
		return 0
	fi
	attack_found=open
}

# attack_layer LAYER EXPECTED
attack_layer () {
	test "$2" != - || return 0
	if ! attack_"$1"
	then
		attack_wrong=t
		return 1
	fi
	attack_line="$attack_line $1=$attack_found"
	test "$attack_found" != "$2" || return 0
	echo "$attack_name: $1: expected $2, and it is: $attack_found"
	cat "$TEST_ROOT/body.out"
	test "$1" != audit || cat "$TEST_ROOT/audit.out"
	test "$1" != server || cat "$TEST_ROOT/push.out"
	attack_wrong=t
}

# attack_try NAME LOCAL SERVER AUDIT; the commands are in $TEST_ROOT/body.NAME.
attack_try () {
	attack_name=$1 attack_line=$1 attack_wrong='' attack_audit_too=$4
	cp "$TEST_ROOT/body.$1" "$TEST_ROOT/body" || return 1
	attack_layer local "$2"
	attack_layer audit "$4"
	attack_layer server "$3"
	cd "$TRASH" || return 1
	test -z "$ATTACK_LEARN" || echo "LEARN $attack_line" >&5
	test -z "$attack_wrong"
}

# The server, and its copy for what gets in; TRASH is the standard repository.
attack_begin () {
	git gc -q && rm -rf .git/hooks/* .git/logs &&
	git clone -q --bare . "$TEST_ROOT/server.git" &&
	git -C "$TEST_ROOT/server.git" config --unset-all remote.origin.url &&
	ops --git-dir "$TEST_ROOT/server.git" hooks install &&
	git remote add origin "$TEST_ROOT/server.git" && git fetch -q &&
	cp -a "$TEST_ROOT/server.git" "$TEST_ROOT/server.start" &&
	: who audits has audited before, and remembers where the history began &&
	cp -a . "$TEST_ROOT/work" && ops -C "$TEST_ROOT/work" audit verify
}

# attack_list FILE: a test for each entry.
attack_list () {
	awk -v out="$TEST_ROOT/body." '
		/^(attack|flow) / {
			local = $1 == "flow" ? "passes" : "?"
			server = audit = $1 == "flow" ? "open" : "?"
			for (i = 3; i <= NF; i++) {
				if (sub(/^local=/, "", $i)) local = $i
				else if (sub(/^server=/, "", $i)) server = $i
				else if (sub(/^audit=/, "", $i)) audit = $i
				else { print "bug", FILENAME ":" FNR, $i; exit }
			}
			if ($2 in seen) { print "bug", FILENAME ":" FNR, $2; exit }
			seen[$2]
			file = out $2
			printf "" >file
			print $1, $2, local, server, audit
			next
		}
		/^\t/ { print substr($0, 2) >file; next }
		!/^(#|$)/ { print "bug", FILENAME ":" FNR, $0; exit }
	' "$1" >"$TEST_ROOT/list" || test_bug "cannot read '$1'"
	attack_nr=0
	while read -r attack_kind attack_name attack_l attack_s attack_a
	do
		test "$attack_kind" != bug || test_bug "$attack_name: $attack_l"
		attack_nr=$((attack_nr + 1))
		test -z "$ATTACK_ONLY" || test "$ATTACK_ONLY" = "$attack_name" || continue
		test $((attack_nr % ${ATTACK_EVERY:-1})) = 0 || continue
		test_expect_success "$attack_kind: $attack_name" \
			"attack_try $attack_name $attack_l $attack_s $attack_a"
	done <"$TEST_ROOT/list"
}

# The standard repository: a task in each state, named after it.
attack_world () {
	ops_world && git tag begin &&
	for attack_state in Queued Requested Approved Assigned In-Progress Review Signed \
		Decided Complete Blocked
	do
		ops_task_at $attack_state "$(echo $attack_state | tr '[:upper:]' '[:lower:]')-1" ||
			return 1
	done
}

# handoff_package: one that is complete, in $TEST_ROOT/package.
handoff_package () {
	cat >"$TEST_ROOT/package" <<-\EOF
	Completed:
	- [x] the fast path
	Current State: it builds
	Pending:
	- [ ] the slow path
	Risks: the book may be empty
	Findings: most orders are alone
	Next: write the test of the slow path
	Failing-Checks: none
	EOF
}
