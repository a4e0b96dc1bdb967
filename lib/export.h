/* SPDX-License-Identifier: MIT */
/*
 * Included before everything else in every file of the library (the Makefile
 * says -include).  The library is compiled with -fvisibility=hidden; what the
 * public headers declare, and nothing else, is declared here as visible, so
 * that no header needs a macro.  lib/libops.sym then says it once more for
 * the linker, and a test compares the two.
 */
#ifndef EXPORT_H
#define EXPORT_H

#pragma GCC visibility push(default)
#include "ops.h"
#pragma GCC visibility pop

#endif
