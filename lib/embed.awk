# SPDX-License-Identifier: MIT
#
# Turns bytes, as numbers from od(1), into a C array that the library carries.
# One NUL follows the data and is not counted in the size.

BEGIN {
	print "/* Made from lib/model/" name ".yaml; do not edit. */"
	print "#include <stddef.h>"
	print "extern const unsigned char builtin_" name "_data[];"
	print "extern const size_t builtin_" name "_size;"
	print "const unsigned char builtin_" name "_data[] = {"
}

{
	for (i = 1; i <= NF; i++)
		printf "%s,", $i
	print ""
	size += NF
}

END {
	print "0};"
	print "const size_t builtin_" name "_size = " size + 0 ";"
}
