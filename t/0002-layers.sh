#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Who may include and call what: layers point downwards, each foreign library
# has its one place, and functions with a trap in them are not called at all.

test_description='layers, foreign libraries, forbidden calls'
TEST_NO_REPO=t
. "$(dirname "$0")/test-lib.sh"

# code ROOT FOLDER...: "FILE:LINE:TEXT" of the C files there, without comments and the contents
# of strings.
code () {
	root=$1
	shift
	# lib/embed.c is a program of the build and no part of the library.
	(
		cd "$root" &&
		find "$@" -name '*.[ch]' ! -path lib/embed.c 2>/dev/null | sort | xargs awk '
		FNR == 1 { comment = 0 }
		{
			line = $0
			out = ""
			while (line != "") {
				if (comment) {
					at = index(line, "*/")
					if (!at) { line = ""; break }
					line = substr(line, at + 2)
					comment = 0
				} else if (match(line, /"([^"\\]|\\.)*"|\/\*/)) {
					if (out == "" && line ~ /^#[ \t]*include/) {
						out = line
						sub(/\/\*.*/, "", out)
						break
					}
					out = out substr(line, 1, RSTART - 1)
					comment = substr(line, RSTART, 2) == "/*"
					if (!comment) out = out "\"\""
					line = substr(line, RSTART + RLENGTH)
				} else {
					out = out line
					line = ""
				}
			}
			print FILENAME ":" FNR ":" out
		}' /dev/null
	)
}

# Reads what code() says; takes each apart into f, nr and the text as $0.
apart='
function apart() {
	f = $0
	sub(/:.*/, "", f)
	nr = substr($0, length(f) + 2)
	$0 = nr
	sub(/:.*/, "", nr)
	$0 = substr($0, length(nr) + 2)
}
{ apart() }'

# includes ROOT: offences against the layers.
includes () {
	code "$1" lib cmd include | awk "$apart"'
	function layer(room) {
		at = index(" util text store model judge change run view ", " " room " ")
		return at ? at : room == "ops" ? 0 : -1
	}
	f != before {
		before = f
		split(f, part, "/")
		own = part[1] == "lib" ? layer(part[2]) : part[1] == "cmd" ? 999 : 0
		if (part[1] == "lib" && part[3] != "" && own < 0)
			print f ": no layer is called " part[2]
		part[3] = ""
	}
	/^#[ \t]*include[ \t]*"/ {
		name = $0
		sub(/^[^"]*"/, "", name)
		sub(/".*/, "", name)
		room = name
		if (!sub(/\/.*/, "", room) || name == "ops.h") next
		to = layer(room)
		if (name ~ /\.\./ || to < 0)
			print f ":" nr ": includes " name ", which has no place"
		else if (own == 999 && room != "util" && room != "ops")
			print f ":" nr ": a command includes " name
		else if (part[1] == "include" && room != "ops")
			print f ":" nr ": a public header includes " name
		else if (to > own)
			print f ":" nr ": includes " name " from above"
	}'
}

# foreign ROOT: foreign headers outside their place.
foreign () {
	code "$1" lib cmd include | awk "$apart"'
	/^#[ \t]*include/ {
		where = "-"
		if (/<git2/) where = "^lib/store/[^/]*\\.[ch]$"
		else if (/<yaml\.h>/) where = "^lib/text/yaml\\.c$"
		else if (/cJSON/) where = "^lib/util/json\\.c$"
		else if (/<(sha2|md5|sha|sha1)\.h>/) where = "^lib/util/digest\\.c$"
		else if (/<openssl/) where = "^lib/store/(sshsig|sha1)\\.c$"
		else if (/<zlib\.h>/) where = "^lib/store/packs\\.c$"
		else if (/<curl.*>/) where = "^$"
		if (where != "-" && f !~ where)
			print f ":" nr ": " $0
	}'
}

# called NAMES: the lines of code() that call one of them.
called () {
	grep -E "^[^:]*:[0-9]+:(|.*[^A-Za-z0-9_.>])($1) *\("
}

# calls ROOT: calls of what is forbidden everywhere, and of what the library
# leaves to the program.
calls () {
	any='strcpy|strcat|sprintf|vsprintf|gets|strtok|strncat|system|popen|tmpnam|tempnam'
	any="$any|mktemp|alloca|atoi|atol|atof|localtime|gmtime|ctime|asctime|rand|srand|longjmp"
	any="$any|cJSON_(GetObjectItem|HasObjectItem|Parse|ParseWithLength)"
	any="$any|yaml_parser_load|yaml_emitter_[a-z_]*|yaml_document_[a-z_]*"
	any="$any|git_commit_create|git_commit_create_v|git_commit_amend|git_revparse_[a-z_]*"
	any="$any|git_message_trailers|git_(remote|clone|submodule|blame|patch|fetch|push)[a-z_]*"
	lib='exit|_exit|abort|atexit|printf|vprintf|fprintf|vfprintf|dprintf|puts|fputs|putchar'
	lib="$lib|perror|err|errx|warn|warnx|getenv|secure_getenv|setenv|putenv|time|clock"
	lib="$lib|gettimeofday|setlocale|signal"
	# A guard is a process of its own that no program of a caller runs in.
	code "$1" lib cmd >code.calls
	called "$any" <code.calls
	grep "^lib/" code.calls | called "$lib"
	grep "^lib/" code.calls | grep -v "^lib/store/guard\.c:" | called 'sigaction|chdir'
	return 0
}

for what in includes foreign calls
do
	test_expect_success "$what: nothing out of place" '
		$what "$TEST_SOURCE" >found &&
		test_must_be_empty found
	'
done

# plant FILE LINE
plant () {
	mkdir -p "copy/$(dirname "$1")" &&
	test_write_lines "/* #include \"view/x.h\" and printf() */" "$2" >"copy/$1"
}

# seen CHECK FILE LINE: planting the line is noticed.
seen () {
	rm -rf copy &&
	plant "$2" "$3" &&
	$1 copy >found &&
	test_grep -F "$2:" found >/dev/null || {
		echo "not seen by $1: $2: $3"
		return 1
	}
}

# unseen CHECK FILE LINE: it is allowed.
unseen () {
	rm -rf copy &&
	plant "$2" "$3" &&
	$1 copy >found &&
	test_must_be_empty found
}

test_expect_success 'an include from above, or around, is seen' '
	seen includes lib/util/a.c "#include \"text/doc.h\"" &&
	seen includes lib/model/a.c "#include \"judge/judge.h\"" &&
	seen includes lib/text/a.h "#  include \"view/list.h\"" &&
	seen includes lib/text/a.c "#include \"../view/list.h\"" &&
	seen includes lib/other/a.c "int x;" &&
	seen includes cmd/a.c "#include \"store/store.h\"" &&
	seen includes include/ops/a.h "#include \"util/buf.h\"" &&
	unseen includes lib/view/a.c "#include \"text/doc.h\"" &&
	unseen includes lib/util/a.c "#include \"ops/error.h\"" &&
	unseen includes cmd/a.c "#include \"util/buf.h\""
'

test_expect_success 'a foreign header in the wrong place is seen' '
	seen foreign lib/judge/a.c "#include <git2.h>" &&
	seen foreign lib/judge/a.c "#include <git2/oid.h>" &&
	seen foreign cmd/a.c "#include <cjson/cJSON.h>" &&
	seen foreign lib/text/doc.c "#include <yaml.h>" &&
	seen foreign lib/model/a.c "#include <sha2.h>" &&
	seen foreign lib/store/a.c "#include <openssl/evp.h>" &&
	seen foreign lib/store/a.c "#include <zlib.h>" &&
	seen foreign lib/util/a.c "#include <curl/curl.h>" &&
	unseen foreign lib/store/sshsig.c "#include <openssl/evp.h>" &&
	unseen foreign lib/store/packs.c "#include <zlib.h>" &&
	unseen foreign lib/store/a.c "#include <git2.h>" &&
	unseen foreign lib/text/yaml.c "#include <yaml.h>"
'

test_expect_success 'a forbidden call is seen' '
	seen calls lib/util/a.c "	strcpy(a, b);" &&
	seen calls cmd/a.c "	if (!system (x))" &&
	seen calls lib/store/a.c "	ret = git_commit_create(&oid);" &&
	seen calls lib/store/a.c "	git_revparse_single(&o, r, s);" &&
	seen calls lib/util/json.c "	cJSON_GetObjectItem(o, k);" &&
	seen calls lib/judge/a.c "	printf(\"x\");" &&
	seen calls lib/judge/a.c "	t = time(NULL);" &&
	unseen calls cmd/a.c "	printf(\"x\");" &&
	unseen calls lib/store/a.c "	git_commit_create_buffer(&buf);" &&
	unseen calls lib/util/json.c "	cJSON_GetObjectItemCaseSensitive(o, k);" &&
	unseen calls lib/judge/a.c "	x = date_time(y, \"use printf(3)\");" &&
	unseen calls lib/util/a.c "	snprintf(a, n, f);"
'

# The compiler itself keeps commands away from the library's inside.
test_expect_success 'a command cannot be compiled against the inside of the library' '
	cp -R "$TEST_BUILD/cmdinc" . &&
	for inside in lib/text/yaml.h lib/store/store.h
	do
		test_path_is_file "$TEST_SOURCE/$inside" &&
		echo "#include \"${inside#lib/}\"" >command.c &&
		test_must_fail $CC -fsyntax-only -I"$TEST_SOURCE/include" \
			-I"$TEST_SOURCE/cmd" -Icmdinc command.c || return 1
	done &&
	echo "#include \"util/buf.h\"" >command.c &&
	$CC -fsyntax-only -I"$TEST_SOURCE/include" -I"$TEST_SOURCE/cmd" -Icmdinc command.c
'

test_done
