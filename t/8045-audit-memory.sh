#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What an audit needs of memory does not grow with what was in force once: configurations
# and rosters of the past are forgotten.

test_description='memory of an audit'
. "$(dirname "$0")/test-lib.sh"

if ! test_have_prereq PLAIN_BUILD
then
	skip_all='a sanitizer or valgrind needs memory of its own'
	test_done
fi

# versions NR: so many of both, in turn.
versions () {
	awk -v nr="$1" -v begin="$(git rev-parse HEAD)" '
		function commit(name, path, text) {
			print "commit refs/heads/main"
			printf "author %s <%s@example.org> 1768478400 +0000\n", name, name
			printf "committer %s <%s@example.org> 1768478400 +0000\n", name, name
			printf "data 10\nchore: one\n"
			if (begin)
				print "from " begin
			begin = ""
			printf "M 100644 inline %s\ndata %d\n%s\n", path, length(text), text
		}
		{ roster = roster $0 "\n" }
		END {
			for (i = 2; i <= nr + 1; i++) {
				commit("governance-orchestrator", "05-PROCESSES/ops.yaml",
					"format: 1\nversion: " i "\n")
				commit("meta-orchestrator", FILENAME, roster i "\n")
			}
		}' 05-PROCESSES/agents/Executive/meta-orchestrator.md |
	git fast-import --quiet --force
}

test_expect_success 'configurations and rosters of the past are forgotten' '
	ops_world &&
	versions 400 &&
	git reset -q --hard &&
	(
		ulimit -d 98304 &&
		ops audit verify >answer
	) &&
	cat answer &&
	test_grep "80[0-9] commits: .* 0 refused" answer
'

test_done
