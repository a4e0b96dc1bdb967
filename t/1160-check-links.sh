#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Links inside the repository lead somewhere, and documents are fresh.

test_description='links and freshness'
. "$(dirname "$0")/test-lib.sh"

T=05-PROCESSES/active-tasks/swap-7k2f.md

# links LINE...: check docs/a.md with these lines; the answer is in found.
links () {
	test_write_lines "$@" >docs/a.md && ops check docs/a.md >found
}

test_expect_success 'what is there' '
	ops_world && git config user.email $LEAD@example.org && ops_task swap-7k2f &&
	mkdir -p docs/deep "docs/with blank" && : >docs/picture.png &&
	test_write_lines "# The Title: of *it*" "" "## Twice" "" "## Twice" "" \
		"Under" "-----" "" "<a id=\"mark\"></a>" "\`\`\`" "# code" "\`\`\`" \
		>docs/b.md && : >"docs/with blank/c (1).md" && : >docs/deep/d.md &&
	links "[a](b.md) [b](./b.md#the-title-of-it) [c](/docs/b.md#twice-1) [d](deep/)" \
		"[e](<with blank/c (1).md>) [f](with%20blank/c%20(1).md) [g](../docs/b.md#mark)" \
		"![h](picture.png \"title\") [i][ref] [ref][] <a href=\"b.md#under\">x</a>" \
		"[j](https://example.org/x) [k](mailto:a@b) [l](#here) [m](b.md?plain=1#L3)" \
		"[n](//host/x) [o]({{ site.url }}) [p]() [q](b.md#)" "" "# Here" "" \
		"[ref]: b.md \"title\"" &&
	test_grep ! " error " found
'

test_expect_success 'what is not, with its place and what is near' '
	test_expect_code 1 links "# One" "äö [a](B.md) and [b](bb.md)" "[c](b.md#twise)" \
		"![d](pictures.png)" "[e][reff]" "[ref]: d.md" "" "<img src=\"no.png\">" \
		"[f](#on)" "[g](../../x.md)" "[h](deep/e/f.md)" &&
	test_grep "^docs/a.md:2:8: error link.broken: there is no .docs/B.md." found &&
	test_grep -A1 "^docs/a.md:2:8:" found | grep -q "did you mean .b.md." &&
	test_grep "^docs/a.md:2:22: error link.broken: .*docs/bb.md" found &&
	test_grep "^docs/a.md:3:5: error link.anchor: .docs/b.md. .*#twise" found &&
	test_grep -A1 "^docs/a.md:3:5:" found | grep -q "did you mean .#twice." &&
	test_grep "^docs/a.md:4:6: error link.broken" found &&
	test_grep -A1 "^docs/a.md:4:6:" found | grep -q "did you mean .picture.png." &&
	test_grep "^docs/a.md:8:11: error link.broken" found &&
	test_grep "^docs/a.md:9:5: error link.anchor: .*#on" found &&
	test_grep "^docs/a.md:10:5: error link.broken: .* leads out of the repository" found &&
	test_grep "^docs/a.md:11:5: error link.broken: .*docs/deep/e/f.md" found &&
	test_expect_code 1 links "[e][reff]" "" "[ref]: deep/dd.md" &&
	test_grep "^docs/a.md:1:5: error link.label: nothing defines .\[reff\]." found &&
	test_grep "^docs/a.md:3:8: error link.broken: .*docs/deep/dd.md" found &&
	test_grep -A1 "^docs/a.md:3:8:" found | grep -q "did you mean .deep/d.md."
'

test_expect_success 'code, comments and brackets are no links' '
	links "\`[a](no.md)\` \`\`[b](no\`.md)\`\` \\[c](no.md) <!-- [d](no.md) -->" "" \
		"    [e](no.md)" "" "\`\`\`" "[f](no.md)" "\`\`\`" "x[1][2] [g] (no.md) [h](a b c)" \
		"<!--" "[i](no.md)" "" "[j](no.md)" "-->" "[^1] [x][y]" "" "[^1]: no.md" &&
	test_grep ! " error " found
'

test_expect_success 'what is in a submodule is elsewhere' '
	test_when_finished "rm -r part && git rm -q -f --cached part" &&
	git init -q part && git -C part commit -q --allow-empty -m "feat: a part" && git add part 2>/dev/null &&
	links "[a](../part/no.md#x) [b](../part/) [c](../part)" && test_grep ! " error " found &&
	git add docs/a.md && ops check --staged docs/a.md && rm -r part && mkdir part &&
	links "[a](../part/no.md#x) [b](../part/)" && test_grep ! " error " found &&
	test_expect_code 1 links "[a](../parts/no.md)" "[b](../part.md)" && test_grep -c "link.broken" found >count &&
	test_grep -x 2 count && rm count
'

test_expect_success 'a link in a document, in the work tree, the index, and a revision' '
	cp $T kept && printf "\n[log](../../reports/test.log) [no](../no.md)\n" >>$T &&
	git add $T && test_expect_code 1 ops check --staged $T >found &&
	test_grep "^$T:[0-9]*:36: error link.broken: .*05-PROCESSES/no.md" found &&
	test_expect_code 1 ops check $T && echo x >05-PROCESSES/no.md && ops check $T &&
	test_expect_code 1 ops check --staged $T >staged && test_cmp found staged &&
	rm 05-PROCESSES/no.md && git commit -q -m "chore: a link that breaks" &&
	test_expect_code 1 ops check --at HEAD &&
	ops audit verify HEAD~..HEAD &&
	test_sed $T "s/ \[no\].*//" && ops check && git commit -q -a -m "mend" && ops check --at HEAD
'

test_expect_success 'how grave it is can be chosen, by rule and by type' '
	test_when_finished "git reset -q --hard" &&
	printf "\n[no](../no.md)\n" >>$T && ops_commit_as $LEAD "break it" &&
	test_expect_code 1 ops check &&
	test_write_lines "format: 1" "version: 2" "severity: {link.broken: warning}" \
		>05-PROCESSES/ops.yaml && ops_commit_as $GOV "v2" &&
	ops check >found && test_grep "warning link.broken" found &&
	test_write_lines "format: 1" "version: 3" "types: {task: {links: no}}" \
		>05-PROCESSES/ops.yaml && ops_commit_as $GOV "v3" &&
	ops check >found && test_grep ! link found &&
	test_write_lines "format: 1" "version: 4" "types: {task: {absent: [\"05-PROCESSES/n?.md\"]}}" \
		>05-PROCESSES/ops.yaml && ops_commit_as $GOV "v4" &&
	ops check >found && test_grep ! link found &&
	test_write_lines "format: 1" "version: 5" "types: {task: {absent: [\"a/../[b\"]}}" \
		>05-PROCESSES/ops.yaml &&
	test_expect_code 1 ops check >found && test_grep config.invalid found
'

test_expect_success 'what is finished stays as it was' '
	printf "\n[prompt](../prompts/delivery-prompt.md)\n" >>$T &&
	ops_commit_as $LEAD "a link that moving breaks" && ops check &&
	ops --as $LEAD gate request swap-7k2f pre-governance --section "Scope=[x](gone.md)" \
		--section Approach=x --section "Risk Assessment=x" --section Documentation=x &&
	ops check >found && test_grep ! link found &&
	ops --as $LEAD cancel swap-7k2f --reason "not now" && ops check >found &&
	test_grep ! link found
'

test_expect_success 'fresh until a day, or for a time' '
	ops check >found && test_grep "old-prompt.md:8:14: warning doc.overdue" found &&
	test_grep ! delivery-prompt found &&
	test_write_lines "format: 1" "version: 5" "types:" "  note:" "    paths: [\"notes/*.md\"]" \
		"    create: [anyone]" "    edit: [anyone]" \
		"    fresh: {since: Updated, within: 30 days}" \
		"    fields: {Updated: {kind: date}}" >05-PROCESSES/ops.yaml &&
	ops_commit_as $GOV "v5" && mkdir notes &&
	test_write_lines --- "Updated: 2025-12-16" --- >notes/a.md &&
	test_write_lines --- "Updated: 2025-12-15" --- >notes/b.md &&
	test_write_lines --- "Other: x" --- >notes/c.md && git add notes && git commit -q -m notes &&
	ops check --at HEAD >found && test_grep ! "notes/[ac]" found &&
	test_grep "^notes/b.md:2:10: warning doc.overdue: .*2025-12-15.*too long ago" found
'

test_expect_success 'mistakes in what fresh means' '
	test_when_finished "git checkout -q -f" &&
	for fresh in "{}" "{until: Updated, since: Updated}" "{since: Updated}" \
		"{until: Updated, within: 3 days}" "{since: Updated, within: soon}" \
		"{until: Title}" "{until: Other}" "{when: Updated}" "no"
	do
		test_write_lines "format: 1" "version: 6" "types:" "  note:" \
			"    paths: [\"notes/*.md\"]" "    create: [anyone]" "    fresh: $fresh" \
			"    fields: {Updated: {kind: date}, Title: {kind: line}}" \
			>05-PROCESSES/ops.yaml &&
		test_expect_code 1 ops check >found && test_grep config.invalid found || {
			echo "taken: $fresh" && return 1
		}
	done
'

test_expect_success 'hostile texts take no time' '
	for piece in "](" "](a (" "[a][" "\`a\`\`" "<!--" "<a" "[" "](x](" "](<a"
	do
		awk -v p="$piece" "BEGIN { for (i = 0; i < 100000; i++) printf \"%s\", p }" >docs/e.md &&
		timeout 20 sh -c "ops check docs/e.md >found; test \$? -le 1" || {
			echo "slow: $piece" && return 1
		}
	done
'

test_expect_success PLAIN_BUILD 'nor do what never ends, and names that nothing defines' '
	awk "BEGIN { for (i = 0; i < 500000; i++) printf \"< \"; print \">\" }" >docs/e.md &&
	awk "BEGIN { for (i = 0; i < 25000; i++) print \"[a][bb\" i \"]\"
		     for (i = 0; i < 25000; i++) print \"\\n[cc\" i \"]: http://x\" }" >docs/f.md &&
	awk "BEGIN { for (i = 0; i < 25000; i++) print \"[a](#bb\" i \")\"
		     for (i = 0; i < 25000; i++) print \"\\n# cc\" i }" >docs/g.md &&
	test_when_finished "rm docs/[efg].md" &&
	for file in e f g
	do
		sh -c "ulimit -t 2; \"$OPS_PROGRAM\" check docs/$file.md >found; test \$? -le 1" || {
			echo "slow: $file" && return 1
		}
	done &&
	sed "/^.ab0/d" docs/f.md >docs/e.md && printf "\n[a][cb1]\n" >>docs/e.md &&
	sed -i "/^.a..bb/d" docs/e.md && test_expect_code 1 ops check docs/e.md >found &&
	test_grep "nothing defines .*cb1" found && test_grep "did you mean .*cc1" found
'

test_expect_success 'what one type may lack another may not' '
	test_write_lines "format: 1" "version: 9" "types:" "  note:" "    paths: [\"notes/*.md\"]" \
		"    create: [anyone]" "    edit: [anyone]" "    absent: [\"later/*\"]" \
		"    fields: {Updated: {kind: date}}" "  memo:" "    paths: [\"memos/*.md\"]" \
		"    create: [anyone]" "    edit: [anyone]" \
		"    fields: {Updated: {kind: date}}" >two.yaml &&
	mkdir -p notes memos && test_when_finished "rm -r two.yaml notes/l* memos" &&
	for file in notes/l1 memos/l1 notes/l2 memos/l2
	do
		test_write_lines --- "Updated: 2025-12-16" --- "[a](../later/a) [b](../never/b)" \
			>$file.md || return 1
	done &&
	test_expect_code 1 ops check --config two.yaml >found &&
	grep -c "link.broken: there is no .later/a" found >count && test "$(cat count)" = 2 &&
	test_grep ! "^notes/l.*later/a" found && test_grep "^memos/l1.*later/a" found &&
	grep -c "link.broken: there is no .never/b" found >count && test "$(cat count)" = 4
'

test_done
