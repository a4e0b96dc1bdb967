#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The whole of ops in one sitting, on a real repository in a temporary directory:
# a task goes through its eight steps by the hands of four roles, five illegal acts
# are refused, and a status that was forged by hand is found again.
#
#	make demo		or	OPS=path/to/ops sh examples/demo.sh
#
# What is printed is what the program says; only long lines are wrapped.  The demo
# checks itself: it ends with 0 if every act was done, every refusal was one, by the
# rule that is named, and changed nothing, and the forgery was named by its commit.

set -u
root=$(cd "$(dirname "$0")/.." && pwd) || exit 3
ops=${OPS:-$root/build/ops}
test -x "$ops" || ops=$(command -v ops) || {
	echo "demo: there is no program: build it with 'make', or set OPS" >&2
	exit 3
}
case $ops in
/*) ;;
*) ops=$PWD/$ops ;;
esac

# The clock stands still and nobody's own settings are used.
OPS_NOW=2026-01-15T09:00:00Z
GIT_AUTHOR_DATE=$OPS_NOW GIT_COMMITTER_DATE=$OPS_NOW
GIT_CONFIG_NOSYSTEM=1 LC_ALL=C PAGER=cat
export OPS_NOW GIT_AUTHOR_DATE GIT_COMMITTER_DATE
export GIT_CONFIG_NOSYSTEM LC_ALL PAGER
unset GIT_CONFIG_GLOBAL GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_AUTHOR_NAME GIT_AUTHOR_EMAIL \
	GIT_COMMITTER_NAME GIT_COMMITTER_EMAIL OPS_ACTOR 2>/dev/null || :

top=$(mktemp -d "${TMPDIR:-/tmp}/ops-demo.XXXXXX") || exit 3
repo=$top/payments said=$top/said
HOME=$top/home
export HOME
mkdir "$HOME" "$repo" && cd "$repo" || exit 3

bold='' plain=''
if test -t 1 && test -z "${NO_COLOR-}" && test "${TERM-dumb}" != dumb
then
	bold=$(printf '\033[1m') plain=$(printf '\033[m')
fi

step () {
	printf '\n%s== %s%s\n' "$bold" "$1" "$plain"
}

tell () {
	printf '%s\n' "$*" | fold -s -w 79 | sed -e 's/^/# /' -e 's/ *$//'
}

die () {
	printf '\ndemo: FAILED: %s\n' "$*" >&2
	echo "demo: the repository is $repo" >&2
	exit 1
}

# typed WORD...: the words as one would type them, option and value kept together.
typed () {
	line='$' glue=
	for word
	do
		case $word in
		*[!A-Za-z0-9_./:=@%+-]*) word="\"$word\"" ;;
		esac
		glue="$glue $word"
		case $word in
		-*) continue ;;
		esac
		if test $((${#line} + ${#glue})) -gt 76
		then
			printf '%s \\\n' "$line"
			line='   '
		fi
		line=$line$glue glue=
	done
	printf '%s%s\n' "$line" "$glue"
}

# wrap: long lines, broken at blanks, the rest of them indented.
wrap () {
	awk '{
		match($0, /^ */)
		indent = sprintf("%" RLENGTH + 4 "s", "")
		while (length($0) > 80) {
			for (at = 81; at > length(indent) && substr($0, at, 1) != " "; at--)
				;
			if (at == length(indent))
				break
			print substr($0, 1, at - 1)
			$0 = indent substr($0, at + 1)
		}
		print
	}' "$1"
}

# show COMMAND...: prints the command, then runs it and prints what it says, which
# stays in $said; the status is that of the command.
show () {
	printf '\n%s%s%s\n' "$bold" "$(typed "$@")" "$plain"
	if test "$1" = ops
	then
		shift
		"$ops" "$@" >"$said" 2>&1
	else
		"$@" >"$said" 2>&1
	fi
	status=$?
	wrap "$said"
	return $status
}

# act ARGUMENTS...: an act of ops, which succeeds.
act () {
	show ops "$@" || die "'ops $*' ended with $status"
}

# quietly ARGUMENTS...: the same, where the reader has seen the like.
quietly () {
	"$ops" "$@" >"$said" 2>&1 || { cat "$said"; die "'ops $*' ended with $?"; }
	sed 's/^/    /' "$said" | sed -n 1p
}

# keep TEXT MESSAGE: commits the log of the tests, which is not governed, with git.
keep () {
	echo "$1" >reports/test.log
	{ git add reports && git commit -q -m "$2"; } || die "git commit"
}

# refused RULE ARGUMENTS...: an act that the judge refuses by that rule.
refused () {
	rule=$1
	shift
	before=$(git rev-parse HEAD && git status --porcelain)
	show ops "$@"
	test $status = 1 || die "'ops $*' was not refused (status $status)"
	grep -q "error $rule: " "$said" || die "'ops $*' was not refused by $rule"
	test "$before" = "$(git rev-parse HEAD && git status --porcelain)" ||
		die "'ops $*' was refused and changed something"
}

step "1. A repository with a roster, a policy and a governed prompt"
tell "Whoever runs this is nobody in particular; the acts are recorded as by the" \
	"agents of the roster. The clock stands at $OPS_NOW."
{
	git init -q -b main . && git config user.name "Demo" &&
		git config user.email demo@example.org
} || die "git init"
# The files below are where the program finds them: a short name is kinder to read.
ln -s "$root/examples" "$top/examples" || exit 3
act init --from ../examples/quickstart
show git ls-files || die "git ls-files"
act show delivery-prompt

step "2. Receive: a task from the prompt"
act --as operations-orchestrator new task --id retry-7k2f \
	--from ../examples/retry-task.md

step "3. Pre-governance: Operations asks, Governance decides"
act --as operations-orchestrator gate request retry-7k2f pre-governance \
	-s "Scope=the retry module and its tests" \
	-s "Approach=the failing test first" \
	-s "Risk Assessment=low: behind a flag" \
	-s "Documentation=comments in the header"
act --as governance-orchestrator gate approve retry-7k2f pre-governance \
	-m "the scope is bounded and can be undone"

step "4. Assign: what is printed is the order the agent gets"
act --as operations-orchestrator assign retry-7k2f codegen

step "5. Work: accept, start, report progress"
act --as codegen accept retry-7k2f
act --as codegen start retry-7k2f
act --as codegen checkpoint retry-7k2f --progress 60 -m "retries work, fraud is open"
mkdir reports
keep "retry: 11 passed" "test: keep the log of the retries"

step "6. Quality: submitted, found wanting, reworked, signed off"
act --as codegen submit retry-7k2f -s "Outputs=src/payments/retry.c" \
	-s "Test Results=11 passed" -e reports/test.log
act --as validator rework retry-7k2f -m "a fraud decline is retried: no test for it" \
	-s "Missing Evidence=a log with a fraud decline" -s "Next Action=test it, commit the log"
keep "retry: 12 passed, fraud too" "test: the fraud case"
act --as codegen submit retry-7k2f -s "Outputs=src/payments/retry.c" \
	-s "Test Results=12 passed, the fraud case among them" -e reports/test.log
act --as validator gate approve retry-7k2f quality -e reports/test.log \
	-m "ran it: 12 of 12, and the fraud case fails without the change"

step "7. Post-governance"
act --as operations-orchestrator gate request retry-7k2f post-governance \
	-s "Outputs=src/payments/retry.c" -s "Test Results=12 passed" \
	-s "Documentation=comments in the header"
act --as governance-orchestrator gate approve retry-7k2f post-governance \
	-e reports/test.log
act gate list retry-7k2f

step "8. Complete, report and archive: one commit"
act --as operations-orchestrator complete retry-7k2f
act list --all
git show --stat --format=%s | grep -q 'packets/retry-7k2f/.*-completion-' ||
	die "the completion was not reported"

step "Five things that are refused"
tell "First two more tasks: 'audit-3m9x', done by the validator and submitted, and" \
	"'limit-5p4d', approved by Governance and not yet assigned."
draft () {
	sed -e "s/^Title: .*/Title: $1/" -e "s/^Due: .*/Due: 2026-05-01/" \
		"$root/examples/retry-task.md"
}
ask () {
	quietly --as operations-orchestrator gate request "$1" pre-governance \
		-s "Scope=as the task says" -s "Approach=as the prompt says" \
		-s "Risk Assessment=low" -s "Documentation=none needed"
	quietly --as governance-orchestrator gate approve "$1" pre-governance
}
draft "Check the audit trail" >"$top/audit.md"
draft "Make the limits settings" >"$top/limits.md"
quietly --as operations-orchestrator new task --id audit-3m9x --from "$top/audit.md"
quietly --as operations-orchestrator new task --id limit-5p4d --from "$top/limits.md"
ask audit-3m9x
ask limit-5p4d
quietly --as operations-orchestrator assign audit-3m9x validator
quietly --as validator start audit-3m9x
quietly --as validator submit audit-3m9x -s "Outputs=reports/test.log" \
	-s "Test Results=read and found complete" -e reports/test.log

step "Refused 1: approving one's own work, even with the power to approve"
refused gate.self-approval --as validator gate approve audit-3m9x quality \
	-e reports/test.log

step "Refused 2: assigning from a prompt whose review is overdue"
tell "The same assignment two and a half months later (OPS_NOW=2026-04-03...)."
OPS_NOW=2026-04-03T09:00:00Z
refused prompt.expired --as operations-orchestrator assign limit-5p4d codegen
OPS_NOW=2026-01-15T09:00:00Z

step "Refused 3: skipping quality"
refused gate.order --as operations-orchestrator gate request audit-3m9x \
	post-governance -s "Outputs=reports/test.log" -s "Test Results=none" \
	-s "Documentation=none"

step "Refused 4: Operations changing a policy"
refused power.protected --as operations-orchestrator edit release-policy \
	-f "Applies-To=everybody but Operations"

step "Refused 5: completing with an open block"
act --as governance-orchestrator gate block audit-3m9x post-governance \
	-m "the trail has a hole in December" \
	-s "Lifted When=the backups of December were read"
refused gate.blocked --as operations-orchestrator complete audit-3m9x

step "What was done, by whom, and whether it was legal"
act log --oneline
act audit verify
git fsck --strict >"$said" 2>&1 || die "git fsck"
test -z "$(git status --porcelain)" || die "the work tree is not clean"

step "A status edited by hand, past every hook"
file=05-PROCESSES/active-tasks/audit-3m9x.md
show sed -i.orig "s/^Status: Review/Status: Complete/" $file || die "sed"
rm "$file.orig"
show git commit -q --no-verify -am "docs: mend a typo" || die "git commit"
forged=$(git rev-parse --short=7 HEAD)
show ops audit verify
test $status = 1 || die "the forged commit was not found (status $status)"
grep -q "$forged" "$said" || die "the forged commit $forged was not named"
tell "$forged is the commit that was made by hand."

printf '\nThe demo went as said.\nIts repository is %s\n' "$repo"
