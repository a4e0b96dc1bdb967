# SPDX-License-Identifier: MIT
#
# Part of the build: turns docs/ops-rules.7 into a table in C, so that the program can say
# what its manual says about each rule: id, first sentence, whole paragraph.
#
#	awk -f cmd/rules.awk docs/ops-rules.7 >rules.c

function plain(s) {
	gsub(/\\f[BIRP]/, "", s)
	gsub(/\\-/, "-", s)
	gsub(/\\\(aq/, "'", s)
	gsub(/\\e/, "\\", s)
	sub(/^\.B[IR]?[BIR]? /, "", s)
	return s
}

# As a string of C.
function quoted(s) {
	gsub(/\\/, "\\\\", s)
	gsub(/"/, "\\\"", s)
	return "\"" s "\""
}

function flush(  end) {
	if (id != "" && text != "") {
		end = match(text, /\. [A-Z]/) ? RSTART : length(text)
		printf "\t{ %s,\n\t  %s,\n\t  %s },\n", quoted(id),
			quoted(substr(text, 1, end)), quoted(text)
	}
	id = text = ""
}

BEGIN {
	print "/* Made of docs/ops-rules.7 by cmd/rules.awk. */"
	print "#include \"rules.h\"\n"
	print "const struct rule_text rule_texts[] = {"
}
/^\.TP/ { flush(); begun = 1; next }
/^\.(SH|SS|PP)/ { flush(); begun = 0; next }
/^\.\\"/ { next }
begun && id == "" {
	line = plain($0)
	if (line ~ /^[a-z]+\.[a-z-]+$/) id = line
	else begun = 0
	next
}
begun { text = text (text == "" ? "" : " ") plain($0) }
END {
	flush()
	print "\t{ 0, 0, 0 }\n};"
}
