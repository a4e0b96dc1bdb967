/* SPDX-License-Identifier: MIT */
#ifndef CMD_INPUT_H
#define CMD_INPUT_H

/* What comes in besides the command line: files and standard input, bounded. */

#include <stdbool.h>
#include <stddef.h>

#include "ops.h"
#include "opt.h"

struct arena;
struct buf;

#define INPUT_FILE_MAX (1024 * 1024)
/* What is read of a document that may be too large, which is a finding. */
#define INPUT_LARGE_MAX (16 * INPUT_FILE_MAX)
#define INPUT_BATCH_MAX (16 * 1024 * 1024)

/* "<stdin>" for "-", else the name itself. */
const char *input_name(const char *name);

/* Append the contents of file `name` ("-" = standard input).  OPS_ENOTFOUND;
 * OPS_EIO; OPS_EUSAGE: a directory, or more than `max` bytes; OPS_ENOMEM. */
int input_read(struct buf *out, const char *name, size_t max, struct ops_error *err);

/* The same as a string in the arena; a NUL byte in it is OPS_EUSAGE. */
int input_text(const char **out, struct arena *arena, const char *name, size_t max,
	       struct ops_error *err);

/* Take each "NAME=VALUE" apart.  With `files`, a value that begins with '@' names
 * the file that holds it ("@-" = standard input, at most once), and the newlines at
 * its end are dropped; "@@" stands for a value that begins with '@'. */
int input_settings(const struct ops_setting **out, struct arena *arena,
		   const struct opt_list *list, bool files, struct ops_error *err);

#endif
