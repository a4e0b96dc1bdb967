#!/bin/sh
# SPDX-License-Identifier: MIT
#
# Allow the programs of agents, and become the program that copies their repository and tries
# things there.  A consent is for a place: that of the copies, which the number of this
# process names.
#
#   allow.sh TEMPLATE DIR AGENT... -- COMMAND...

template=$1 place=$2/case.$$
shift 2
mkdir -p "${place%/*}" && cp -a "$template" "$place" || exit 2
while test "$1" != --
do
	(cd "$place" && ops program allow "$1" >/dev/null) || exit 2
	shift
done
shift
rm -rf "$place"
exec "$@"
