/* SPDX-License-Identifier: MIT */
/*
 * Fuzz target: any ops.yaml is a configuration or a broken one with a finding, and answers
 * what documents ask it.
 */
#include <stdint.h>
#include <stdlib.h>

#include "model/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {
		"05-PROCESSES/active-tasks/a-1.md", "05-PROCESSES/packets/a-1/b.md", "x", "a/b/c.md"
	};
	struct ops_findings *findings = ops_findings_new();
	struct config *config = NULL;
	size_t i;

	if (config_load(&config, (const char *)data, size, findings, NULL) || !config)
		abort();
	if (config->broken && !ops_findings_refuse(findings))
		abort();
	for (i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		(void)config_type_of_path(config, paths[i]);
	if (!config_type(config, "task") || !config_directory(config, "packets"))
		abort();
	config_free(config);
	ops_findings_free(findings);
	return 0;
}
