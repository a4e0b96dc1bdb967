#!/bin/sh
# SPDX-License-Identifier: MIT
#
# .ci/deps on systems that lack something: what it would install, what it tells
# others to install, and that it is silent when nothing is missing.

test_description='finding what is missing'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

# A system that has only the tools named here, as links.
system () {
	rm -rf system && mkdir system &&
	for tool in sh awk sed tr cat id "$@"
	do
		ln -s "$(command -v "$tool")" "system/$tool" || return 1
	done
}

# fake NAME: a tool that only says how it was called.
fake () {
	test_write_lines "#!/bin/sh" "echo $1 \"\$@\" >>\"$TRASH/calls\"" >"system/$1" &&
	chmod +x "system/$1"
}

deps () {
	PATH=$TRASH/system "$TRASH/system/sh" "$TEST_SOURCE/.ci/deps" "$@"
}

test_expect_success 'elsewhere it prints the packages of each system and stops with 3' '
	system &&
	test_expect_code 3 deps 2>text &&
	test_grep "dnf install gcc make pkgconf git libgit2-devel zlib-devel" text &&
	test_grep "pacman -S gcc make pkgconf git libgit2 zlib libyaml cjson libmd openssl check" text &&
	test_grep "apk add build-base make pkgconf git libgit2-dev zlib-dev yaml-dev cjson-dev" text &&
	test_grep "brew install make pkgconf git libgit2 zlib libyaml cjson libmd openssl check" text
'

test_expect_success 'only what is missing is named' '
	system git make strace &&
	deps --list >list &&
	test_write_lines cc pkg-config libgit2 zlib yaml-0.1 libcjson libmd libcrypto check \
		ssh-keygen >expected &&
	test_cmp expected list
'

test_expect_success 'with apt-get it installs, as root or through sudo' '
	system git make strace && fake apt-get && fake sudo &&
	test_when_finished "rm -f calls" &&
	test_expect_code 3 deps >text 2>&1 &&
	test_grep "^installing with apt-get.*: gcc pkg-config libgit2-dev" text &&
	test_grep "install -q -y --no-install-recommends gcc pkg-config libgit2-dev" calls &&
	test_grep "^still missing: cc pkg-config" text &&
	test_grep "^$(test "$(id -u)" = 0 && echo apt-get || echo sudo apt-get) update" calls
'

test_expect_success 'when nothing is missing it says nothing' '
	sh "$TEST_SOURCE/.ci/deps" >text 2>&1 &&
	test_must_be_empty text
'

test_done
