/* SPDX-License-Identifier: MIT */
/*
 * Errors as values: set once where the cause is known, in the caller's storage.
 *
 * Setting an error never allocates, and cuts what is too long at a character's
 * end.
 */
#include "util/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Drop a multi-byte character that was cut in two at the end of a full
 * buffer: what we hand out must stay UTF-8. */
static void trim_cut_character(char *s, size_t cap)
{
	size_t len = strlen(s), at = len;

	if (len + 1 < cap)
		return;
	while (at && ((unsigned char)s[at - 1] & 0xc0) == 0x80)
		at--;
	if (at && ((unsigned char)s[at - 1] & 0xc0) == 0xc0)
		s[at - 1] = '\0';
}

int error_set(struct ops_error *err, int status, const char *fmt, ...)
{
	va_list ap;

	if (!err)
		return status;
	err->status = status;
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	trim_cut_character(err->message, sizeof(err->message));
	return status;
}

int error_nomem(struct ops_error *err)
{
	return error_set(err, OPS_ENOMEM, "out of memory");
}

void error_prefix(struct ops_error *err, const char *fmt, ...)
{
	char old[sizeof(err->message)];
	va_list ap;
	size_t len;

	if (!err)
		return;
	memcpy(old, err->message, sizeof(old));
	va_start(ap, fmt);
	vsnprintf(err->message, sizeof(err->message), fmt, ap);
	va_end(ap);
	len = strlen(err->message);
	snprintf(err->message + len, sizeof(err->message) - len, ": %s", old);
	trim_cut_character(err->message, sizeof(err->message));
}
