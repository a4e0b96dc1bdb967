/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: JSON that is read can be written, what was written is read again,
 * and nothing crashes on the rest.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/json.h"
#include "util/buf.h"
#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json *v, *again;
	struct buf b = BUF_INIT;

	if (json_parse(&v, (const char *)data, size, NULL))
		return 0;
	/* Escapes make a text longer; it may then be too long to read again. */
	if (!json_write(&b, v, false) ||
	    (size < 1024 && json_parse(&again, b.data, b.len, NULL)))
		abort();
	if (size < 1024)
		json_free(again);
	json_free(v);
	buf_release(&b);
	return 0;
}
