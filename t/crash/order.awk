# SPDX-License-Identifier: MIT
#
# Reads what strace -f -y saw a writing command do, and prints what was not yet on the disk when
# it had to be: before the journal gets its name all objects, the new value of the branch, and
# the journal's bytes; before a lock of git is visible the journal's name; before a word of it
# the branch's; and whatever is renamed over another file. Prints last how often the branch moved.
#
# -v plain=1: this file system keeps no ordered log, so that syncfs() has to come between, too.

function path_of(text)
{
	sub(/^[^<]*</, "", text)
	sub(/>.*/, "", text)
	return text
}

# The Nth name of a call: with the directory of its descriptor where it is not absolute.
function name(n,   parts, k, at, dir, seen)
{
	k = split(line, parts, "\"")
	if (2 * n > k)
		return ""
	at = parts[2 * n]
	dir = parts[2 * n - 1]
	return at ~ /^\// ? at : path_of(dir) "/" at
}

function complain(what)
{
	print what ": " line
}

{
	line = $0
	sub(/^[0-9]+ +/, "", line)
	call = line
	sub(/\(.*/, "", call)
	failed = line ~ /= -1 E/
}

failed { next }

call ~ /^p?write/ {
	path = path_of(line)
	if (line ~ /^write\([12]</) {
		if (moved && !known)
			complain("said before it was on the disk")
		next
	}
	dirty[path] = 1
	unordered = 1
}

call == "sync_file_range" && /WAIT_BEFORE/ && /WAIT_AFTER/ { delete dirty[path_of(line)] }
call == "fdatasync" || call == "fsync" { delete dirty[path_of(line)] }
call == "unlink" || call == "unlinkat" { delete dirty[name(1)] }
call == "syncfs" { unordered = 0 }

call == "fsync" {
	if (path_of(line) ~ /\/ops$/ && !(plain && unordered))
		barrier = 1
	if (moved && path_of(line) == moved && !(plain && unordered))
		known = 1
}

call ~ /^rename/ || call == "link" || call == "linkat" {
	from = name(1)
	to = name(2)
	if (to ~ /\/ops\/journal$/) {
		for (path in dirty)
			if (path ~ /\/objects\// || path ~ /\/ops\/ref\.hold$/ || path == from)
				complain("'" path "' is not on the disk")
		if (plain && unordered)
			complain("nothing orders it after the objects")
		barrier = 0
		journal = 1
	}
	if (to ~ /\/(index|refs\/heads\/.*)\.lock$/ && from ~ /\/ops\// && !(journal && barrier))
		complain("a lock that the journal does not explain yet")
	if (from ~ /\.lock$/ && to ~ /\/refs\/heads\//) {
		if (!(journal && barrier))
			complain("the branch moves before the journal is on the disk")
		moves++
		known = 0
		moved = to
		sub(/\/[^\/]*$/, "", moved)
	}
	if (call ~ /^rename/ && to !~ /\.lock$/ && to !~ /\/ops\/index\.new$/ && (from in dirty))
		complain("'" from "' is not on the disk")
	if (from in dirty) {
		dirty[to] = 1
		if (call ~ /^rename/)
			delete dirty[from]
	}
	unordered = 1
}

END { print moves + 0 " moves" }
