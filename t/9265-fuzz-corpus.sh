#!/bin/sh
# SPDX-License-Identifier: MIT
#
# What the fuzz targets have been given, given again; and inputs that are large in every way
# a reader could be slow at. None may take 100 ms or 64 MiB.

test_description='the corpus of the fuzz targets'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

replay=$TEST_BUILD/t/replay

test_expect_success 'every target has a corpus, and every corpus a target' '
	"$replay" | sort >targets && ls "$TEST_SOURCE/t/corpus" | sed "s/^fuzz-//" | sort >corpora &&
	test_cmp targets corpora && ls "$TEST_SOURCE/t/fuzz" | sed -n "s/^fuzz-\(.*\)\.c/\1/p" | sort >sources &&
	test_cmp sources targets
'

test_expect_success 'what was kept does no harm' '
	for target in $(cat targets)
	do
		"$replay" $target "$TEST_SOURCE/t/corpus/fuzz-$target"/* || return 1
	done
'

# large NAME COUNT FORMAT: a file of that many pieces.
large () {
	awk -v n="$2" -v f="$3" "BEGIN { for (i = 0; i < n; i++) printf f, i }" >"big/$1"
}

test_expect_success 'nor does what is large' '
	mkdir big && large brackets 65000 "[" && large braces 65000 "{" && large anchors 8000 "a%d: &x y\n" &&
	large keys 8000 "k%d: v\n" && large flow 20000 "a, " && large headings 15000 "# h%d\n" &&
	large deep-headings 10000 "###### h\n" && large checks 10000 "- [ ] c%d\n" && large ticks 60000 "\`" &&
	large links 10000 "[a](b%d) " && large open-links 60000 "[" && large blanks 60000 " " && large lines 60000 "\n" &&
	large quotes 60000 "\"" && large comments 15000 "<!--" && large fences 15000 "\`\`\`\n" &&
	large trailers 3000 "Ops-A%d: b\n" && large markers 5000 "<<<<<<< a\n=======\n>>>>>>> b\n" &&
	{ echo ---; cat big/keys; echo ---; cat big/headings; } >big/document &&
	{ printf "x\n\n"; cat big/trailers; } >big/message &&
	{ printf "types: "; cat big/brackets; } >big/types && large patterns 3000 "{a,b}/**/" &&
	{ printf "types:\n  x:\n    patterns: [\""; cat big/patterns; printf "\"]\n"; } >big/pattern &&
	for target in $(cat targets)
	do
		for file in big/*
		do
			"$replay" $target "$file" || return 1
		done
	done
'

test_expect_success 'a slow one would be seen' '
	test_must_fail "$replay" doc nowhere && test_must_fail "$replay" nothing big/keys
'

test_done
