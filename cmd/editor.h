/* SPDX-License-Identifier: MIT */
#ifndef CMD_EDITOR_H
#define CMD_EDITOR_H

/* Letting a person edit a text. */

#include <stddef.h>

#include "command.h"

/*
 * Open the user's editor on `text` in a file named after `name`, and read it back
 * into the arena.  *kept is the path of the file, which stays until
 * editor_discard(), so that work is not lost when the act is refused.
 * OPS_EENVIRONMENT: no editor, or it failed; OPS_EIO; OPS_EUSAGE: too long, a NUL
 * byte; OPS_ENOMEM.
 */
int editor_run(const char **out, const char **kept, struct session *s,
	       const char *name, const char *text, size_t len);

/* Remove the file and its directory; NULL is fine. */
void editor_discard(const char *kept);

#endif
