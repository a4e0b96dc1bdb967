/* SPDX-License-Identifier: MIT */
/*
 * What the mutated sources of mutate.pl ask: which of them is the mutant of this run.
 * OPS_MUTANT=N negates condition N, or leaves call N out; OPS_MUTANT=N=0 and N=1 make
 * the condition always false and always true.  Must never be part of a program that
 * people use.
 */
#include <stdbool.h>
#include <stdlib.h>

bool mutate(int n, bool is);

static int active = -1;
static char how;
static bool known;

bool mutate(int n, bool is)
{
	const char *text;
	char *end;

	if (!known) {
		known = true;
		text = getenv("OPS_MUTANT");
		if (text && *text) {
			active = (int)strtol(text, &end, 10);
			how = *end == '=' ? end[1] : '!';
		}
	}
	if (n != active)
		return is;
	return how == '!' ? !is : how == '1';
}
