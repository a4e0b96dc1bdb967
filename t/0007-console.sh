#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The documentation tells the truth: the console blocks of README.md, docs/ and
# examples/ are run, those of a file in order, in one shell and one fresh
# directory, and print what stands there.  `examples` is there as in the source; nothing
# else is as tests have it: clock and branch are those of whoever reads.

test_description='console blocks of the documentation'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

# play FILE DIR: runs it in DIR, prints what differs.
play () {
	mkdir -p "$2/blocks" "$2/here"
	count=$(awk -v mode=split -v dir="$2/blocks" -f "$TEST_DIRECTORY/console.awk" "$1")
	ln -s "$TEST_SOURCE/examples" "$2/here/examples"
	(
		blocks=$2/blocks doc=$1
		unset OPS_NOW GIT_AUTHOR_DATE GIT_COMMITTER_DATE
		git config --global init.defaultBranch begun
		cd "$2/here" || exit 1
		n=0
		while test $n -lt "$count"
		do
			n=$((n + 1))
			eval "$(cat "$blocks/$n.cmd")" >"$blocks/$n.out" 2>&1 </dev/null
			awk -v mode=match -f "$TEST_DIRECTORY/console.awk" \
				"$blocks/$n.exp" "$blocks/$n.out" && continue
			echo "${doc##*/}:$(cat "$blocks/$n.line"): $(cat "$blocks/$n.cmd")"
			diff -u "$blocks/$n.exp" "$blocks/$n.out" | sed 1,2d
		done
	)
}

test_expect_success 'a block that lies is seen, one with ... is not' '
	cat >good.md <<-\EOF &&
	Text.
	```console
	$ printf "one\ntwo\nthree\n" &&
	> echo four
	one
	...
	four
	$ cd / && x=5
	$ pwd; echo "id-$x-[a.b]"
	/
	id-...-[a.b]
	$ echo "$OPS_NOW$GIT_AUTHOR_DATE$GIT_COMMITTER_DATE"; git config init.defaultBranch

	begun
	```
	```sh
	$ false # not run
	nothing
	```
	EOF
	play "$TRASH/good.md" "$TRASH/good" >found &&
	test_must_be_empty found &&
	for line in "echo four" "printf one\\\\nthree" "true" "echo one; echo two more"
	do
		test_write_lines "\`\`\`console" "\$ $line" one ... two "\`\`\`" >bad.md &&
		rm -rf bad &&
		play "$TRASH/bad.md" "$TRASH/bad" >found &&
		test_grep "^bad.md:2: " found >/dev/null || return 1
	done
'

for doc in "$TEST_SOURCE"/README.md "$TEST_SOURCE"/docs/*.md "$TEST_SOURCE"/examples/*.md
do
	test -f "$doc" && grep -q '^[ 	]*```console' "$doc" || continue
	name=${doc#"$TEST_SOURCE/"}
	test_expect_success "$name prints what it says" '
		play "$doc" "$TRASH/play-$(echo "$name" | tr / -)" >found &&
		test_must_be_empty found
	'
done

test_expect_success 'the README has such blocks' '
	test_grep "^\`\`\`console" "$TEST_SOURCE/README.md" >/dev/null
'

test_done
