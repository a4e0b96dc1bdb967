/* SPDX-License-Identifier: MIT */
/*
 * Three versions of a document, parted by bytes 0xff: a merge without conflict reads again
 * if all of them did.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "model/config.h"
#include "model/merge.h"
#include "text/conflict.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool reads(struct arena *arena, const char *text, size_t len)
{
	struct ops_findings *findings = ops_findings_new();
	struct doc *doc;
	bool good = doc_parse(&doc, arena, NULL, text, len, 0, findings, NULL) == 0;

	ops_findings_free(findings);
	return good;
}

static void merge(const struct type *type, const struct side *v)
{
	struct merge m = { .arena = arena_new(), .text = BUF_INIT };

	if (merge_document(&m, type, v[0], v[1], v[2], 0, NULL))
		abort();
	if (type && !m.conflicts_nr && reads(m.arena, v[1].text, v[1].len) &&
	    reads(m.arena, v[2].text, v[2].len) && reads(m.arena, v[0].text, v[0].len) &&
	    !reads(m.arena, m.text.data, m.text.len))
		abort();
	buf_release(&m.text);
	arena_free(m.arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct config *config;
	const char *text = (const char *)data, *part;
	struct side v[3] = { { "", 0 }, { "", 0 }, { "", 0 } };
	struct hunk *hunks;
	struct arena *arena = arena_new();
	size_t i, nr, at = 0;

	if (!config) {
		struct ops_findings *none = ops_findings_new();

		if (config_load(&config, NULL, 0, none, NULL))
			abort();
		ops_findings_free(none);
	}
	for (i = 0; i < 3 && at < size; i++) {
		part = memchr(text + at, 0xff, size - at);
		v[i].text = text + at;
		v[i].len = part ? (size_t)(part - text) - at : size - at;
		at += v[i].len + 1;
	}
	merge(config_type(config, "task"), v);
	merge(NULL, v);
	if (hunks_find(&hunks, &nr, arena, text, size))
		abort();
	arena_free(arena);
	return 0;
}
