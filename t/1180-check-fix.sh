#!/bin/sh
# SPDX-License-Identifier: MIT
#
# ops check --fix: what is certainly a slip, byte for byte, in the work tree only, and
# nothing that is recorded.

test_description='slips put right'
. "$(dirname "$0")/test-lib.sh"


P=05-PROCESSES/prompts/delivery-prompt.md

# fixed FROM TO: a document with header FROM (of printf) becomes one with TO.
fixed () {
	printf -- "---\n$1\n---\nBody\n" >notes/a.md &&
	printf -- "---\n$2\n---\nBody\n" >expected &&
	test_might_fail ops check --fix notes/a.md >found && test_cmp expected notes/a.md
}

# left HEADER: that is not touched.
left () {
	fixed "$1" "$1" && test_grep "^0 fixed" found
}

test_expect_success 'a type with all kinds of fields' '
	ops_world && git config user.email $LEAD@example.org &&
	test_write_lines "format: 1" "version: 2" "types:" "  note:" "    paths: [\"notes/*.md\"]" \
		"    create: [anyone]" "    edit: [anyone]" "    fields:" \
		"      title: {kind: line}" "      day: {kind: date}" "      made: {kind: date, guarded: yes}" \
		"      version: {kind: semver}" "      size: {kind: enum, values: [SMALL, Large, large]}" \
		"      done: {kind: boolean}" "      who: {kind: line, required: always}" \
		"      tags: {kind: list}" >05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "v2" && mkdir notes
'

test_expect_success 'quotes around what needs them' '
	fixed "who: a: b" "who: \"a: b\"" && test_grep "notes/a.md:2: fixed yaml.unquoted-colon" found &&
	test_grep -F -x "  - who: a: b" found && test_grep -F -x "  + who: \"a: b\"" found &&
	test_grep "^1 fixed, 0 not" found && test_grep "0 unreadable, 0 errors" found &&
	fixed "who: x\ntitle:   a: \"b\" c:  " "who: x\ntitle:   \"a: \\\\\"b\\\\\" c:\"  " &&
	fixed "who: @ada" "who: \"@ada\"" && fixed "who: \`x\` y" "who: \"\`x\` y\"" &&
	fixed "who: x\ntags:\n  - @ada\n  - b: c: d\n  - e" \
		"who: x\ntags:\n  - \"@ada\"\n  - b: \"c: d\"\n  - e" &&
	fixed "# c\nwho: a: b\n\n# d\ntitle: @x\nother:  1 # e" \
		"# c\nwho: \"a: b\"\n\n# d\ntitle: \"@x\"\nother:  1 # e" &&
	fixed "who: a: b\r\ntitle: c\r" "who: \"a: b\"\r\ntitle: c\r"
'

test_expect_success 'what has two meanings is left' '
	left "who: a: b # c" && left "who: a: b\n  c" && left "who: a: b\n\n  c" &&
	left "who: [a: b: c" && left "who: \"a: b" && left "who: *a" && left "who: &a b: c" &&
	left "who: a: b\nwho: c" && left "who: @a\n\ttitle: x" && left "who: a\\\\\\\\b: c" &&
	left "who: x\nday: 5/1/2026" && left "who: x\nday: 05-01-2026" && left "who: x\nday: 2026-13-1" &&
	left "who: x\nday: 2026-02-30" && left "who: x\nday: 2026/1-5" && left "who: x\nday: 2026-1-5T10:00" &&
	left "who: x\nsize: larGe" && left "who: x\nsize: tiny" && left "who: x\nversion: 1.0" &&
	left "who: [name]" && left "who: x\ndone: on"
'

test_expect_success 'dates, versions, letters, placeholders' '
	fixed "who: x\nday: 2026/1/5 # c" "who: x\nday: 2026-01-05 # c" &&
	test_grep "notes/a.md:3: fixed field.value" found &&
	fixed "who: x\nday: \"2026.12.31\"" "who: x\nday: \"2026-12-31\"" &&
	fixed "who: x\nday: 2026-1-5" "who: x\nday: 2026-01-05" &&
	fixed "who: x\nversion: v1.2.3" "who: x\nversion: 1.2.3" &&
	fixed "who: x\nsize: small\ndone: Yes" "who: x\nsize: SMALL\ndone: yes" &&
	fixed "who: x\nday: 2026-01-05 [YYYY-MM-DD]" "who: x\nday: 2026-01-05" &&
	fixed "day: [YYYY-MM-DD]\nwho: x\ntitle: <title>\n# c\nsize: TBD" "who: x\n# c" &&
	test_grep "^3 fixed" found && test_grep "notes/a.md:6: fixed doc.placeholder" found
'

test_expect_success 'what is excused is no slip' '
	left "who: x\nday: 2026/1/5 # ops-allow field.value: as the letter has it" &&
	test_grep "0 warnings, 1 suppressed" found &&
	left "# ops-allow doc.placeholder: it is a name\ntitle: <title>\nwho: x" &&
	fixed "who: x # ops-allow field.value: y\nday: 2026/1/5" \
		"who: x # ops-allow field.value: y\nday: 2026-01-05"
'

test_expect_success 'a byte order mark goes, and what it hid is looked at' '
	printf "\357\273\277---\nwho: a: b\nday: 2026/1/5\n---\n" >notes/a.md &&
	ops check --fix notes/a.md >found && test_grep "^3 fixed" found &&
	printf -- "---\nwho: \"a: b\"\nday: 2026-01-05\n---\n" >expected && test_cmp expected notes/a.md
'

test_expect_success 'a dry run writes nothing and says the same' '
	printf -- "---\nwho: a: b\nday: 2026/1/5\n---\n" >notes/a.md && cp notes/a.md kept &&
	ops check --fix --dry-run notes/a.md >dry && test_cmp kept notes/a.md &&
	test_grep "2: would fix yaml.unquoted-colon" dry && test_grep "0 errors" dry &&
	ops check --fix -n --json notes/a.md >answer &&
	test "$("$TEST_BUILD/t/json-get" result.fixed answer)" = 2 &&
	test "$("$TEST_BUILD/t/json-get" result.fixes.1.after answer)" = "day: 2026-01-05" &&
	ops check --fix notes/a.md >wet && sed "s/would fix/fixed/; s/to be fixed/fixed/" dry | test_cmp - wet &&
	ops check --fix notes/a.md >again && test_grep "^0 fixed" again
'

test_expect_success 'what is guarded or frozen is not touched' '
	printf -- "---\nwho: x\nmade: 2026/1/5\nday: 2026/1/5\n---\n" >notes/b.md &&
	ops check --fix notes/b.md >found && test_grep "^2 fixed" found &&
	printf -- "---\nwho: x\nmade: 2026/1/5\nday: 2026/1/5\n---\n" >notes/b.md &&
	git add notes && ops_commit_as $GOV "an old slip" &&
	test_expect_code 1 ops check --fix notes/b.md >found && git diff --exit-code &&
	test_grep "b.md:3: not fixed field.value" found && test_grep "because: field.guarded" found &&
	test_grep "^0 fixed, 2 not" found && test_grep "b.md:3:7: error field.value" found &&
	test_sed $P "s|^Next-Review: .*|Next-Review: 2026/4/2|" && ops_commit_as $GOV "another" &&
	test_expect_code 1 ops check --fix $P >found && git diff --exit-code &&
	test_grep "not fixed field.value" found
'

test_expect_success 'each file for itself, with its mode, and only those that are asked for' '
	for f in c d e; do printf -- "---\nwho: a: b\n---\n" >notes/$f.md || return 1; done &&
	printf -- "---\nwho: a: b\nwho: c\n---\n" >notes/f.md && chmod 755 notes/c.md &&
	test_expect_code 1 ops check --fix notes/c.md notes/f.md >found &&
	test_grep "\"a: b\"" notes/c.md && test -x notes/c.md && test_grep ! \" notes/d.md &&
	test_grep ! \" notes/f.md && test_grep "f.md:[23].*error yaml" found &&
	test_expect_code 1 ops check --fix >found && test_grep "\"a: b\"" notes/d.md notes/e.md &&
	find . -name ".ops-new-*" >found && test_must_be_empty found
'

test_expect_success 'nothing outside the work tree, and no commit' '
	git rev-parse HEAD >before && git ls-files -s >index &&
	printf -- "---\nwho: a: b\n---\n" >outside.txt && ln -s ../outside.txt notes/l.md &&
	test_might_fail ops check --fix notes/l.md && test_grep ! \" outside.txt && test -h notes/l.md &&
	git rev-parse HEAD | test_cmp before - && git ls-files -s | test_cmp index -
'

test_expect_success 'wrong usage' '
	test_expect_code 2 ops check --fix --staged && test_expect_code 2 ops check --fix --at HEAD &&
	test_expect_code 2 ops check --dry-run && test_expect_code 2 ops check -n &&
	test_expect_code 2 ops check --fix --path notes/b.md - <notes/b.md
'

test_expect_success NOT_ROOT 'a directory that cannot be written' '
	test_when_finished "chmod 755 notes" &&
	printf -- "---\nwho: a: b\n---\n" >notes/c.md && chmod 555 notes &&
	test_expect_code 3 ops check --fix notes/c.md 2>said && test_grep "notes/c.md" said
'

TEST_NO_VERIFY='bad edits were committed on purpose'
test_done
