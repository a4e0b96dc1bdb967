# SPDX-License-Identifier: MIT
#
# The console blocks of a Markdown file, as a test.  Twice used:
#
#	awk -v mode=split -v dir=DIR -f console.awk FILE.md
#
# writes for the n-th command DIR/n.cmd, and DIR/n.exp with the lines that are
# to follow, and prints how many there are.  A command is a line `$ ...` in a
# block fenced as ```console, with the lines `> ...` that continue it.
#
#	awk -v mode=match -f console.awk EXPECTED ACTUAL
#
# ends with 0 if they match.  `...` matches any text in its line; alone in a line,
# any number of lines.

function pattern(line) {
	gsub(/[][\\.^$*+?(){}|\/]/, "\\\\&", line)
	gsub(/\\\.\\\.\\\./, ".*", line)
	return "^" line "$"
}

# Whether expected lines from i on match actual lines from j on.
function same(i, j) {
	for (; i <= wanted; i++) {
		if (want[i] == "...") {
			for (; j <= given + 1; j++)
				if (same(i + 1, j))
					return 1
			return 0
		}
		if (j > given || got[j++] !~ pattern(want[i]))
			return 0
	}
	return j == given + 1
}

mode == "match" && FILENAME == ARGV[1] { want[++wanted] = $0; next }
mode == "match" { got[++given] = $0; next }

mode == "split" && /^[ \t]*```/ {
	inside = !inside && /```console/
	command = 0
	next
}
mode == "split" && inside && /^\$ / {
	command = 1
	n++
	printf "" >(dir "/" n ".exp")
	print FNR >(dir "/" n ".line")
	print substr($0, 3) >(dir "/" n ".cmd")
	next
}
mode == "split" && inside && command == 1 && /^> / {
	print substr($0, 3) >(dir "/" n ".cmd")
	next
}
mode == "split" && inside && n {
	command = 2
	print >(dir "/" n ".exp")
}

END {
	if (mode == "split")
		print n + 0
	else
		exit !same(1, 1)
}
