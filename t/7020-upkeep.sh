#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Thousands of acts leave loose objects: git is asked to pack them, when it is due, and
# nobody waits for it or loses anything by it.

test_description='keeping a clone fast'
. "$(dirname "$0")/test-lib.sh"
git config --global maintenance.auto true

# A git that notes what it is asked before it does it.
test -d "$TEST_ROOT/bin" || mkdir "$TEST_ROOT/bin"
cat >"$TEST_ROOT/bin/git" <<END
#!/bin/sh
echo "\$*" >>"$TEST_ROOT/asked"
exec $(command -v git) "\$@"
END
chmod +x "$TEST_ROOT/bin/git"
asked () { grep -c "gc --auto" "$TEST_ROOT/asked" 2>/dev/null || :; }
act () {
	hours=$1
	shift
	PATH=$TEST_ROOT/bin:$PATH "$OPS_PROGRAM" --as "$LEAD" edit task-1 \
		-f Estimated-Hours="$hours" "$@"
}
# Objects that stand for thousands: one directory is looked at.
fill () {
	mkdir -p .git/objects/17
	n=0
	while test $n -lt 30
	do
		n=$((n + 1))
		cp "$TEST_ROOT/object" ".git/objects/17/$(printf '%038d' $n)" || return 1
	done
}

# within COMMAND...: within ten seconds.
within () {
	tries=0
	while ! "$@"
	do
		tries=$((tries + 1))
		test $tries -lt 100 || return 1
		sleep 0.1
	done
}
is_packed () { test -n "$(find .git/objects/pack -name '*.pack')"; }
is_over () { test ! -f .git/gc.pid; }

test_expect_success 'with few objects nobody is asked' '
	ops_world && ops_task task-1 &&
	git config gc.auto 6700 &&
	cp "$(find .git/objects -path "*/objects/[0-9a-f][0-9a-f]/*" -type f | head -n 1)" \
		"$TEST_ROOT/object" &&
	: >"$TEST_ROOT/asked" && act 1 &&
	test "$(asked)" = 0
'

test_expect_success 'with many, git is, once the act is done' '
	fill && act 2 &&
	test "$(asked)" = 1 && within is_over
'

test_expect_success 'reading asks nobody' '
	fill && : >"$TEST_ROOT/asked" &&
	PATH=$TEST_ROOT/bin:$PATH "$OPS_PROGRAM" list && test "$(asked)" = 0
'

test_expect_success 'each of the settings forbids it' '
	fill && : >"$TEST_ROOT/asked" &&
	git config ops.maintenance no && act 4 && git config --unset ops.maintenance &&
	git config maintenance.auto false && act 5 && git config --unset maintenance.auto &&
	git config gc.auto 0 && act 6 &&
	test "$(asked)" = 0
'

test_expect_success 'without git on the path the act is done all the same' '
	git config gc.auto 1 &&
	PATH=/nonexistent "$OPS_PROGRAM" --as $LEAD edit task-1 -f Estimated-Hours=7 &&
	git config gc.auto 0 &&
	rm -f .git/objects/17/0000* .git/gc.log && git fsck
'

# The real one, at each act, beside writers and readers: gc.auto of 1 is always due.
writer () {
	for i in 1 2 3 4 5 6
	do
		ops --as "$LEAD" edit "task-$1" -f Estimated-Hours="$i$1" >/dev/null ||
			echo "writer $1 $i" >>failed
	done
}
reader () {
	for i in 1 2 3 4 5 6 7 8
	do
		ops list >/dev/null 2>&1 || echo "reader $1 $i" >>failed
	done
}
test_expect_success 'it packs beside writers and readers, and nothing is lost' '
	ops_task task-2 && ops_task task-3 &&
	git config gc.auto 1 && git config gc.autoPackLimit 2 &&
	before=$(git rev-list --count HEAD) &&
	{
		writer 1 &
		writer 2 &
		writer 3 &
		reader 1 &
		reader 2 &
		wait
	} &&
	test ! -f failed &&
	test "$(git rev-list --count HEAD)" = $((before + 18)) &&
	within is_packed && within is_over &&
	git config gc.auto 0 &&
	ops --as $LEAD edit task-1 -f Estimated-Hours=1
'

test_done
