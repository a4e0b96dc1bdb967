/* SPDX-License-Identifier: MIT */
/* The YAML reader never crashes, and refuses with a place or gives a tree: the same one by
 * the short way. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "../unit/same-yaml.h"
#include "util/error.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct yaml_source source = { .path = "fuzz.yaml", .first_line = 1 };
	struct ops_findings *findings = ops_findings_new();
	struct arena *arena = arena_new();
	struct yaml_node *root = NULL;
	int rc;

	rc = yaml_parse(&root, arena, (const char *)data, size, &source, findings,
			NULL);
	if ((rc == OPS_EINVALID) != ops_findings_refuse(findings) ||
	    (rc == 0) != (root != NULL) || (root && root->end.offset > size) ||
	    compare_yaml((const char *)data, size, &source) < 0)
		abort();
	arena_free(arena);
	ops_findings_free(findings);
	return 0;
}
