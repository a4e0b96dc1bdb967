/* SPDX-License-Identifier: MIT */
/*
 * The fuzz targets as ordinary tests, for compilers without libFuzzer.
 *
 *	replay TARGET FILE...
 *
 * gives each file to the target once, and fails where one takes more than 100 ms of the
 * processor or the program has come to more than 64 MiB.  The targets are named by the build.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#define CPU_MS_MAX 100
#define KIB_MAX (64 * 1024)

typedef int target_fn(const uint8_t *data, size_t size);

#define X(name) target_fn fuzz_##name;
TARGETS
#undef X

static const struct {
	const char *name;
	target_fn *run;
} targets[] = {
#define X(name) { #name, fuzz_##name },
	TARGETS
#undef X
};

/* Sanitizers take many times as much. */
static int limited(void)
{
	return !getenv("OPS_SANITIZE") || !*getenv("OPS_SANITIZE");
}

static int run(target_fn *target, const char *path, const uint8_t *data, size_t size)
{
	struct rusage usage;
	clock_t begun = clock();
	long ms;

	target(data, size);
	ms = (long)((clock() - begun) * 1000 / CLOCKS_PER_SEC);
	if (getrusage(RUSAGE_SELF, &usage))
		return 1;
	if (limited() && ms > CPU_MS_MAX)
		fprintf(stderr, "%s: takes %ld ms\n", path, ms);
	if (limited() && usage.ru_maxrss > KIB_MAX)
		fprintf(stderr, "%s: takes %ld KiB\n", path, usage.ru_maxrss);
	return limited() && (ms > CPU_MS_MAX || usage.ru_maxrss > KIB_MAX);
}

static int run_file(target_fn *target, const char *path)
{
	FILE *in = fopen(path, "rb");
	uint8_t *data;
	long size;
	int failed;

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
	failed = run(target, path, data, (size_t)size);
	free(data);
	return failed;
}

int main(int argc, char **argv)
{
	target_fn *target = NULL;
	int i, failed = 0;
	size_t k;

	for (k = 0; argc > 1 && k < sizeof(targets) / sizeof(*targets); k++)
		if (!strcmp(targets[k].name, argv[1]))
			target = targets[k].run;
	if (argc == 1)
		for (k = 0; k < sizeof(targets) / sizeof(*targets); k++)
			puts(targets[k].name);
	else if (!target)
		fprintf(stderr, "replay: there is no target '%s'\n", argv[1]);
	for (i = 2; target && i < argc; i++)
		failed |= run_file(target, argv[i]);
	return argc > 1 && (failed || !target);
}
