/* SPDX-License-Identifier: MIT */
/*
 * Runs a fuzz target over the files that are named, once each: the targets as
 * ordinary tests, for compilers without libFuzzer.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int run_file(const char *path)
{
	FILE *in = fopen(path, "rb");
	uint8_t *data;
	long size;

	if (!in || fseek(in, 0, SEEK_END) || (size = ftell(in)) < 0 ||
	    fseek(in, 0, SEEK_SET)) {
		perror(path);
		if (in)
			fclose(in);
		return 1;
	}
	/* Exactly as large as the file, so that reading past it is seen. */
	data = malloc(size ? (size_t)size : 1);
	if (!data || fread(data, 1, (size_t)size, in) != (size_t)size) {
		fprintf(stderr, "%s: cannot be read\n", path);
		free(data);
		fclose(in);
		return 1;
	}
	fclose(in);
	LLVMFuzzerTestOneInput(data, (size_t)size);
	free(data);
	return 0;
}

int main(int argc, char **argv)
{
	int i, failed = argc < 2;

	for (i = 1; i < argc; i++)
		failed |= run_file(argv[i]);
	if (argc < 2)
		fprintf(stderr, "usage: %s FILE...\n", argv[0]);
	return failed;
}
