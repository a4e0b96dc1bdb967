#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What a question needs of memory that makes the cache, or brings it over to a commit that changed
# half of all tasks, and a pass that has something to say of each: how much more with each task, so
# that what a program starts with is no part of it.

test_description='memory of what makes the cache, and of passes'
TEST_NO_VERIFY='its tasks come out of nowhere'
. "$(dirname "$0")/test-lib.sh"

if ! test_have_prereq PLAIN_BUILD
then
	skip_all='a sanitizer or valgrind needs memory of its own'
	test_done
fi

few=2000 many=20000

# tasks FROM TO TITLE: a commit of so many, in 256 directories.
tasks () {
	awk -v from="$1" -v to="$2" -v title="$3" -v tip="$(git rev-parse HEAD)" \
		-v branch="$(git symbolic-ref HEAD)" 'BEGIN {
		print "commit " branch
		print "committer B <b@example.org> 1768478400 +0000\ndata 1\nx\nfrom " tip
		for (i = from; i < to; i++) {
			t = sprintf("---\nTitle: %s number %d of a parser with a name of some length\n" \
				"Version: 1.0.0\nStatus: Queued\nPriority: LOW\n" \
				"Owner: Operations Orchestrator\nType: feature\nEstimated-Hours: 12\n" \
				"Created: 2026-01-10\nCreated-By: operations-orchestrator\nDue: 2026-01-11\n" \
				"Prompt: delivery-prompt\n%s---\n\n## Objective\n\nPart %d.\n", title, i, \
				i ? sprintf("Depends-On: [rewrite-part-%06d-%04x]\n", i - 1, i - 1) : "", i)
			printf "M 100644 inline 05-PROCESSES/active-tasks/%02x/rewrite-part-%06d-%04x.md\n", \
				i % 256, i, i
			printf "data %d\n%s\n", length(t), t
		}
		print "done" }' | git fast-import --quiet --done
}

# world NAME NR: with so many tasks, packed.
world () {
	git init -q "$TEST_ROOT/$1" && cd "$TEST_ROOT/$1" && ops_world &&
	git config ops.cache always &&
	cat >05-PROCESSES/ops.yaml <<-\END &&
	format: 1
	version: 2
	types:
	  task:
	    place: "{tasks}/{shard}/{id}.md"
	    paths: ["05-PROCESSES/active-tasks/*.md"]
	END
	git add -A && git commit -q -m "chore: directories" &&
	tasks 0 "$2" Rewrite
}

# peak COMMAND...: the most memory of it, in KiB.
peak () {
	"$TEST_BUILD/t/bench-pair" 1 -- "$@" | awk '{ print $4 }'
}

# costs_below BYTES COMMAND...: what a task more costs.
costs_below () {
	limit=$1 &&
	shift &&
	cd "$TEST_ROOT/few" && less=$(peak "$OPS_PROGRAM" "$@") &&
	cd "$TEST_ROOT/many" && more=$(peak "$OPS_PROGRAM" "$@") &&
	each=$(((more - less) * 1024 / (many - few))) &&
	echo "$*: $less KiB, $more KiB, $each bytes a task" &&
	test $each -lt $limit
}

no_cache () {
	rm -f "$TEST_ROOT"/few/.git/ops/roll-* "$TEST_ROOT"/many/.git/ops/roll-*
}

test_expect_success 'two worlds' '
	world few $few &&
	world many $many
'

for question in "list" "next -n 10" "status" "show rewrite-part-000050-0032"
do
	test_expect_success "the first question is '$question'" "
		no_cache && costs_below 800 $question && ls .git/ops/roll-*
	"
done

test_expect_success 'half of all tasks changed' '
	(cd "$TEST_ROOT/few" && tasks 0 $((few / 2)) Change) &&
	(cd "$TEST_ROOT/many" && ops list >before && tasks 0 $((many / 2)) Change) &&
	costs_below 800 list &&
	ops list >after &&
	test "$(grep -c Rewrite before)" = $many &&
	test "$(grep -c Rewrite after)" = $((many / 2)) &&
	no_cache && ops list >anew && test_cmp anew after
'

test_expect_success 'a pass notes that all of them are late' '
	costs_below 4000 --as $LEAD orchestrate --once --dry-run &&
	ops --as $LEAD orchestrate --once --dry-run >notes &&
	test "$(grep -c "can be done by" notes)" -gt $((many / 2))
'

test_done
