# SPDX-License-Identifier: MIT
# shellcheck shell=sh
#
# What the measurements have in common; read by them with `.`

# row WORD...: a line of a table.
row () { printf '%-36s %12s %8s %8s %6s %9s %8s %8s\n' "$@"; }

# other_tasks FROM TO: a fast-import stream of one commit with tasks in progress.
other_tasks () {
	awk -v from="$1" -v to="$2" -v tip="$(git rev-parse HEAD)" 'BEGIN {
	print "commit refs/heads/main\ncommitter Bench <bench@example.org> 1768478400 +0000"
	print "data 5\nbench\nfrom " tip
	for (i = from; i < to; i++) {
		t = sprintf("---\nTitle: Rewrite the part number %d of the parser\n" \
			"Version: 1.0.0\nStatus: In-Progress\nOwner: Operations Orchestrator\n" \
			"Assigned-To: Production/codegen\nStarted: 2026-01-12\nDue: 2026-02-13\n" \
			"Prompt: delivery-prompt\nPriority: MEDIUM\nType: feature\n" \
			"Estimated-Hours: 12\nCreated: 2026-01-10\n" \
			"Created-By: operations-orchestrator\nAssigned: 2026-01-11\n" \
			"Accepted: 2026-01-11\nProject: parser\n%s---\n\n" \
			"## Objective\n\nPart %d parses.\n\n## Scope\n\n- `src/%d.c`\n", i, \
			i < 2 ? "" : sprintf("Depends-On: [rewrite-part-%05d-%04x, " \
			"rewrite-part-%05d-%04x]\n", i - 1, i - 1, int(i / 2), int(i / 2)), i, i)
		printf "M 100644 inline 05-PROCESSES/active-tasks/rewrite-part-%05d-%04x.md\n", i, i
		printf "data %d\n%s\n", length(t), t
	}
	print "done" }'
}

# loose_directories: a repository in use has the directories of its loose objects.
loose_directories () {
	for a in 0 1 2 3 4 5 6 7 8 9 a b c d e f
	do
		for b in 0 1 2 3 4 5 6 7 8 9 a b c d e f
		do
			mkdir -p ".git/objects/$a$b"
		done
	done
}
