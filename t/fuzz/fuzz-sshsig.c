/* SPDX-License-Identifier: MIT */
/*
 * A signature is good or bad, whatever its bytes, and says so the same way twice; what is
 * good is over its text alone: not with a byte more, nor with one changed.
 *
 * The text that is signed comes first, up to a NUL; the armour follows.  With
 * OPS_FUZZ_GOOD set, all inputs are known to be good.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "store/sshsig.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Texts that must not pass for the one that was signed. */
static void expect_bad(struct sshkeys *keys, const char *armour, size_t len,
		       const uint8_t *text, size_t text_len)
{
	char name[KEY_NAME_MAX + 1];
	char *other = malloc(text_len + 1);

	if (!other)
		return;
	memcpy(other, text, text_len);
	other[text_len] = 'x';
	if (!sshsig_verify(name, keys, armour, len, other, text_len + 1))
		abort();
	if (text_len)
		other[text_len / 2] ^= 1;
	if (text_len && !sshsig_verify(name, keys, armour, len, other, text_len))
		abort();
	free(other);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *nul = size ? memchr(data, '\0', size) : NULL;
	size_t text_len = nul ? (size_t)(nul - data) : 0;
	const char *armour = (const char *)(nul ? nul + 1 : data);
	size_t len = nul ? size - text_len - 1 : size;
	char name[KEY_NAME_MAX + 1], again[KEY_NAME_MAX + 1];
	struct sshkeys *keys = sshkeys_new();
	const char *why, *other;

	if (!keys)
		return 0;
	why = sshsig_verify(name, keys, armour, len, data, text_len);
	other = sshsig_verify(again, keys, armour, len, data, text_len);
	if (!why != !other || (why && strcmp(why, other)) || strcmp(name, again) ||
	    strlen(name) > KEY_NAME_MAX || (!why && !*name))
		abort();
	if (why && getenv("OPS_FUZZ_GOOD"))
		abort();
	if (!why)
		expect_bad(keys, armour, len, data, text_len);
	sshkeys_free(keys);
	return 0;
}
