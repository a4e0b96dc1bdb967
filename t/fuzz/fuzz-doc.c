/* SPDX-License-Identifier: MIT */
/* Whatever a document is, it is read or refused, and an edit of it too. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/doc.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void edit(struct doc *doc)
{
	struct buf out = BUF_INIT;
	size_t i;

	for (i = 0; i < doc->header->nr; i++) {
		struct doc_edit set = { .kind = DOC_SET, .value = "a: b",
					.name = doc->header->pairs[i].key->value };

		/* A strange key may make an edit impossible, never wrong. */
		doc_edit(&out, doc, &set, 1, NULL);
		buf_clear(&out);
	}
	buf_release(&out);
	if (!doc_sections(doc))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct doc *doc;

	if (!doc_parse(&doc, arena, "fuzz.md", (const char *)data, size, 0,
		       findings, NULL))
		edit(doc);
	else if (!ops_findings_refuse(findings))
		abort();
	arena_free(arena);
	ops_findings_free(findings);
	return 0;
}
