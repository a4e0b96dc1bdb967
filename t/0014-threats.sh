#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Every sentence of ops-threats(7) about an attacker or a fault names the test that shows
# it, and each of these tests is there.

test_description='the page about threats names tests that are there'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

PAGE=$TEST_SOURCE/docs/ops-threats.7

# shown PAGE: its sections about threats as plain text, a paragraph on a line.
shown () {
	sed -n '/^\.SH SOMEBODY WITH A CLONE/,/^\.SH SEE ALSO/p' "$1" |
		sed -e 's/\\f[A-Z]//g' -e 's/\\-/-/g' |
		awk '
		/^\.SH|^\.TP|^\.PP|^\.fi/ { if (text) print text; text = ""; next }
		/^\.nf/ { if (text) print text; text = ""; table = 1; next }
		/^\.B / { next }
		{ text = text (text ? " " : "") $0 }
		END { if (text) print text }'
}

# refs: what is in brackets on standard input, one on a line: "SCRIPT" or "SCRIPT: TEST".
refs () {
	grep -o '\[[^]]*\]' | tr -d '[]' | sed 's/; /\n/g' | sort -u
}

# missing: the refs on standard input whose test is not there.
missing () {
	while IFS= read -r ref
	do
		script=$TEST_DIRECTORY/${ref%%:*}.sh
		case $ref in
		*": "*) title=${ref#*: } ;;
		*) title= ;;
		esac
		if ! test -f "$script"
		then
			echo "$ref: no such script"
		elif test -n "$title" && ! { cat "$script"
			sed -n 's,.*/attack/\([a-z]*\.list\).*,\1,p' "$script" |
				sed "s,^,$TEST_DIRECTORY/attack/," | xargs -r cat; } |
			grep -q -F -e "$title"
		then
			echo "$ref: no such test"
		fi
	done
}

test_expect_success 'each test it names is there' '
	shown "$PAGE" | refs >named &&
	test "$(wc -l <named)" -ge 60 &&
	missing <named >found &&
	test_must_be_empty found
'

test_expect_success 'each sentence names one' '
	shown "$PAGE" | grep -v "^What is done about it" | sed "s/\. /.\n/g" |
		grep "\.$" >sentences &&
	test "$(wc -l <sentences)" -ge 35 &&
	! grep -v "\]\.$" sentences >found &&
	test_must_be_empty found
'

test_expect_success 'each row of the table names one' '
	sed -n "/^ *open *signed *server/,/^\.fi/p" "$PAGE" | sed "1d;\$d" >rows &&
	test "$(wc -l <rows)" -ge 12 &&
	! grep -v "\]\$" rows >found &&
	test_must_be_empty found
'

test_expect_success 'and what is missing is seen' '
	test_write_lines "9999-none: x" "9400-attacks-documents: no-such-attack" \
		"9400-attacks-documents: status-removed" "0014-threats" >refs &&
	missing <refs >found &&
	test_line_count = 2 found
'

test_done
