#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The form every file has: licence line, purpose comment, size, no habits the
# project does without; scripts that shellcheck accepts; unique test numbers.

test_description='form of the sources'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

# sources ROOT SUFFIX...: files of the project, never of a build.
sources () {
	root=$1
	shift
	for suffix
	do
		(cd "$root" && find Makefile .ci lib cmd include t examples \
			-type f -name "*$suffix" 2>/dev/null)
	done | sort
}

# faults ROOT: one line for each offence.
faults () {
	sources "$1" .c .h .sh .awk | while read -r f
	do
		awk -v f="$f" '
		FNR <= 2 && /SPDX-License-Identifier: MIT/ { licence = 1 }
		f ~ /\.c$/ && FNR == 2 && /^\/\*/ { purpose = 1 }
		purpose == 1 { said += length($0) }
		purpose == 1 && /\*\// { purpose = said >= 60 ? 2 : 0 }
		/[ \t\r]$/ { print f ":" FNR ": blanks at the end of the line" }
		f ~ /\.[ch]$/ {
			line = $0
			gsub(/"([^"\\]|\\.)*"/, "\"\"", line)
			if (line ~ /\/\//) print f ":" FNR ": a // comment"
			if (line ~ /typedef (struct|enum|union)/)
				print f ":" FNR ": a typedef of a struct"
			if (line ~ /= *\{ *\}/) print f ":" FNR ": {} instead of { 0 }"
			if (line ~ /^ +[a-z]/) print f ":" FNR ": indented with spaces"
		}
		/(^|[^A-Za-z`"])(TO[D]O|FIX[M]E|X[X]X)([^A-Za-z`"]|$)/ {
			print f ":" FNR ": a note to oneself"
		}
		f ~ /\.[ch]$/ && length($0) + 7 * gsub(/\t/, "\t") > 100 {
			width = 0
			for (i = 1; i <= length($0); i++)
				width += substr($0, i, 1) == "\t" ? 8 - width % 8 : 1
			if (width > 100) print f ":" FNR ": " width " columns"
		}
		END {
			if (!licence) print f ": no licence line"
			if (f ~ /\.c$/ && purpose != 2) print f ": no purpose comment"
			if (FNR > 600) print f ": " FNR " lines"
		}' "$1/$f"
	done
}

test_expect_success 'every source has its form' '
	faults "$TEST_SOURCE" >found &&
	test_must_be_empty found
'

test_expect_success 'and each fault is seen' '
	mkdir -p copy/lib/util &&
	good=$(test_write_lines "/* SPDX-License-Identifier: MIT */" "/*" \
		" * A purpose, what it must never do, and more, over" " * two lines." " */") &&
	test_write_lines "$good" "int x;" >copy/lib/util/good.c &&
	faults copy >found &&
	test_must_be_empty found &&
	test_write_lines "/* SPDX-License-Identifier: MIT */" "/* Short. */" \
		"int x;" >copy/lib/util/bad.c &&
	faults copy >found &&
	test_grep "bad.c: no purpose comment" found &&
	test_write_lines "int x;" >copy/lib/util/bad.c &&
	faults copy >found &&
	test_grep "bad.c: no licence line" found &&
	test_grep "bad.c: no purpose comment" found &&
	test_write_lines "$good" "int x; // why" "typedef struct y y;" \
		"int z[] = {};" "int w; " "    int v;" "/* TO""DO: more */" >copy/lib/util/bad.c &&
	faults copy >found &&
	test_grep "bad.c:6: a // comment" found &&
	test_grep "bad.c:7: a typedef" found &&
	test_grep "bad.c:8: {}" found &&
	test_grep "bad.c:9: blanks" found &&
	test_grep "bad.c:10: indented" found &&
	test_grep "bad.c:11: a note" found &&
	{ test_write_lines "$good" && printf "%101d\n%100d\n\t%93d\n\t%92d\n" 1 1 1 1; } \
		>copy/lib/util/bad.c &&
	faults copy >found &&
	test_grep "bad.c:6: 101 columns" found &&
	test_grep ! "bad.c:7" found &&
	test_grep "bad.c:8: 101 columns" found &&
	test_grep ! "bad.c:9" found &&
	{ test_write_lines "$good" && yes "int x;" | head -n 600; } >copy/lib/util/bad.c &&
	faults copy >found &&
	test_grep "bad.c: 605 lines" found
'

test_expect_success SHELLCHECK 'shell scripts pass shellcheck' '
	(
		cd "$TEST_SOURCE" &&
		find .ci t examples -name "*.sh" -o -path ".ci/*" -type f >"$TRASH/scripts" &&
		echo t/run >>"$TRASH/scripts" &&
		xargs shellcheck -x -S warning -e SC1091,SC2034,SC2154 <"$TRASH/scripts"
	)
'

# numbers FILE...: the numbers that more than one script has.
numbers () {
	for f
	do
		basename "$f" | cut -c 1-4
	done | sort | uniq -d
}

test_expect_success 'the numbers of the scripts are unique' '
	numbers "$TEST_DIRECTORY"/[0-9]*.sh "$TEST_DIRECTORY"/slow/*.sh >found &&
	test_must_be_empty found &&
	numbers t/0001-a.sh t/slow/0001-b.sh >found &&
	test_grep 0001 found
'

test_expect_success 'every script reads the harness and ends with test_done' '
	for f in "$TEST_DIRECTORY"/[0-9]*.sh "$TEST_DIRECTORY"/slow/[0-9]*.sh
	do
		test -f "$f" || continue
		grep -q "test-lib.sh" "$f" && test "$(tail -n 1 "$f")" = test_done ||
			echo "$f"
	done >found &&
	test_must_be_empty found
'

test_done
