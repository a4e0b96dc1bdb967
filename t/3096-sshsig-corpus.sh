#!/bin/sh
# SPDX-License-Identifier: MIT
#
# The fuzz target of SSH signatures over its corpus, and over that with bytes changed, left
# out and doubled: nothing crashes, and nothing is good that was not signed so.

test_description='SSH signatures that were kept, and what becomes of them'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

CORPUS=$TEST_DIRECTORY/corpus/fuzz-sshsig
REPLAY=$TEST_BUILD/t/replay

test_expect_success 'all of the corpus' '
	"$REPLAY" sshsig "$CORPUS"/*
'

test_expect_success 'what is good is good, and what is bad is not' '
	OPS_FUZZ_GOOD=1 "$REPLAY" sshsig "$CORPUS"/good-* &&
	for f in "$CORPUS"/bad-*
	do
		! ( ulimit -c 0; OPS_FUZZ_GOOD=1 "$REPLAY" sshsig "$f" ) 2>/dev/null || return 1
	done
'

test_expect_success 'signatures made today are good' '
	for type in ed25519 ecdsa rsa
	do
		ssh-keygen -q -t $type -N "" -f "key-$type" && echo "some $type" >text &&
		rm -f text.sig && ssh-keygen -q -Y sign -n git -f "key-$type" text 2>/dev/null &&
		{ cat text && printf "\000" && cat text.sig; } >input &&
		OPS_FUZZ_GOOD=1 "$REPLAY" sshsig input || return 1
	done
'

if test_have_prereq PERL
then
	test_expect_success 'each changed in 200 places' '
		mkdir changed && perl -e "
			srand 1;
			for my \$file (@ARGV) {
				open my \$in, q{<:raw}, \$file or die; local \$/; my \$was = <\$in>;
				my \$name = \$file =~ s{.*/}{}r;
				for my \$i (1 .. 200) {
					my \$is = \$was;
					my \$at = int rand length \$is;
					my \$how = int rand 4;
					substr(\$is, \$at, 1) = chr int rand 256 if \$how == 0;
					substr(\$is, \$at, 1 + int rand 8) = q{} if \$how == 1;
					substr(\$is, \$at, 0) = substr \$is, \$at, 1 + int rand 80 if \$how == 2;
					\$is = substr \$is, 0, \$at if \$how == 3;
					open my \$out, q{>:raw}, qq{changed/\$name-\$i} or die;
					print \$out \$is;
				}
			}" "$CORPUS"/* &&
		find changed -type f -print0 | xargs -0 "$REPLAY" sshsig &&
		test "$(find changed -type f | wc -l)" -ge 2000
	'
fi

test_done
