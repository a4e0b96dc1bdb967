/* SPDX-License-Identifier: MIT */
#ifndef UTIL_BUF_H
#define UTIL_BUF_H

/*
 * A growing byte buffer.  Invariants: `data` is never NULL and always followed
 * by a NUL that `len` does not count; embedded NULs are allowed.  A failed
 * allocation sticks: later additions do nothing, and buf_failed() says so once
 * at the end.
 */

#include <stdbool.h>
#include <stddef.h>

#include "util/error.h"

struct buf {
	char *data;
	size_t len, cap;
	bool failed;
};

extern char buf_empty[1];
#define BUF_INIT { buf_empty, 0, 0, false }

void buf_init(struct buf *b);
void buf_release(struct buf *b);	/* frees; reusable as after buf_init */
void buf_clear(struct buf *b);		/* len = 0, keeps the memory */
void buf_add(struct buf *b, const void *data, size_t len);
/* Add so many bytes, which the caller fills: valid until the next addition; NULL if failed. */
char *buf_space(struct buf *b, size_t len);
void buf_str(struct buf *b, const char *s);
void buf_char(struct buf *b, char c);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);
void buf_vprintf(struct buf *b, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);
bool buf_failed(const struct buf *b);
/* The bytes, NUL-terminated, for the caller to free(); NULL if failed. */
char *buf_detach(struct buf *b);

#endif
