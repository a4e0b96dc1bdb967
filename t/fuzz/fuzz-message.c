/* SPDX-License-Identifier: MIT */
/* A message that is read can be written again, and reads the same. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/message.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct message m, again;
	struct buf b = BUF_INIT;

	if (!message_parse(&m, arena, (const char *)data, size, findings, NULL) &&
	    !message_write(&b, &m, NULL) &&
	    (message_parse(&again, arena, b.data, b.len, findings, NULL) ||
	     again.trailers_nr != m.trailers_nr))
		abort();
	buf_release(&b);
	arena_free(arena);
	ops_findings_free(findings);
	return 0;
}
