/* SPDX-License-Identifier: MIT */
/*
 * Reading public keys.
 *
 * Only what a signature of a commit may be made with is a key here: Ed25519, also
 * on a security key, ECDSA on P-256, RSA of 3072 bits and more.  Each has exactly one
 * blob and one text (but for the comment), so that equal names mean equal keys.
 * Must never accept what ssh-keygen does not.
 */

#include "store/sshkey.h"

#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "util/base64.h"
#include "util/digest.h"

#define TEXT_MAX (BASE64_TEXT(KEY_BLOB_MAX) + 512)

static const struct {
	const char *name;
	enum sshkey_type type;
} types[] = {
	{ "ssh-ed25519", SSHKEY_ED25519 },
	{ "sk-ssh-ed25519@openssh.com", SSHKEY_SK_ED25519 },
	{ "ecdsa-sha2-nistp256", SSHKEY_ECDSA_P256 },
	{ "ssh-rsa", SSHKEY_RSA },
};
#define TYPES (sizeof(types) / sizeof(*types))

unsigned long wire_u32(struct wire *w)
{
	const unsigned char *at = w->at;

	if (w->bad || w->end - w->at < 4) {
		w->bad = true;
		return 0;
	}
	w->at += 4;
	return (unsigned long)at[0] << 24 | (unsigned long)at[1] << 16 |
	       (unsigned long)at[2] << 8 | at[3];
}

const unsigned char *wire_string(struct wire *w, size_t *len)
{
	unsigned long nr = wire_u32(w);
	const unsigned char *at = w->at;

	*len = 0;
	if (w->bad || (unsigned long)(w->end - w->at) < nr) {
		w->bad = true;
		return NULL;
	}
	w->at += nr;
	*len = nr;
	return at;
}

bool wire_is(struct wire *w, const char *word)
{
	size_t len;
	const unsigned char *text = wire_string(w, &len);

	return text && len == strlen(word) && !memcmp(text, word, len);
}

const unsigned char *wire_number(struct wire *w, size_t *len)
{
	const unsigned char *at = wire_string(w, len);

	if (!at || !*len || at[0] & 0x80)
		return NULL;
	if (at[0] == 0) {
		/* One zero, and only to keep the number positive. */
		if (*len < 2 || !(at[1] & 0x80))
			return NULL;
		at++;
		--*len;
	}
	return at;
}

bool wire_ended(const struct wire *w)
{
	return !w->bad && w->at == w->end;
}

static size_t bits_of(const unsigned char *n, size_t len)
{
	size_t bits = len * 8;
	unsigned char top = len ? n[0] : 0xff;

	for (; bits && !(top & 0x80); top = (unsigned char)(top << 1))
		bits--;
	return bits;
}

static const char *read_rsa(struct sshkey *k, struct wire *w)
{
	k->e = wire_number(w, &k->e_len);
	k->n = wire_number(w, &k->n_len);
	if (!k->e || !k->n || !wire_ended(w))
		return "is malformed";
	if (bits_of(k->n, k->n_len) < RSA_BITS_MIN)
		return "is RSA of less than 3072 bits";
	if (bits_of(k->n, k->n_len) > RSA_BITS_MAX || k->e_len > 8 ||
	    !(k->n[k->n_len - 1] & 1) || !(k->e[k->e_len - 1] & 1) ||
	    (k->e_len == 1 && k->e[0] < 3))
		return "is no RSA key of a usual form";
	return NULL;
}

static bool type_named(enum sshkey_type *out, const void *name, size_t len)
{
	size_t i;

	for (i = 0; i < TYPES; i++)
		if (strlen(types[i].name) == len && !memcmp(types[i].name, name, len)) {
			*out = types[i].type;
			return true;
		}
	return false;
}

const char *sshkey_read(struct sshkey *out, const unsigned char *blob, size_t len)
{
	struct wire w = { blob, blob + len, false };
	struct sshkey k = { 0 };
	size_t name_len;
	const unsigned char *name = wire_string(&w, &name_len);
	const char *why = NULL;

	if (!name || len > KEY_BLOB_MAX)
		return "is malformed";
	if (!type_named(&k.type, name, name_len))
		return "is of a type that is not taken: use ed25519, sk-ed25519, ecdsa on "
		       "nistp256, or rsa";
	if (k.type == SSHKEY_RSA) {
		why = read_rsa(&k, &w);
	} else if (k.type == SSHKEY_ECDSA_P256) {
		bool curve = wire_is(&w, "nistp256");

		k.point = wire_string(&w, &k.point_len);
		if (!curve || k.point_len != 65 || k.point[0] != 4 || !wire_ended(&w))
			why = "is malformed";
	} else {
		k.point = wire_string(&w, &k.point_len);
		if (k.type == SSHKEY_SK_ED25519)
			k.application = wire_string(&w, &k.application_len);
		if (k.point_len != 32 || !wire_ended(&w))
			why = "is malformed";
	}
	if (!why)
		*out = k;
	return why;
}

void sshkey_name(char out[KEY_NAME_MAX + 1], const unsigned char *blob, size_t len)
{
	char hex[DIGEST_HEX + 1], text[BASE64_TEXT(DIGEST_HEX / 2)];
	unsigned char raw[DIGEST_HEX / 2];
	size_t i;

	digest_of(blob, len, hex);
	for (i = 0; i < sizeof(raw); i++) {
		unsigned byte = 0;

		(void)sscanf(hex + 2 * i, "%2x", &byte);
		raw[i] = (unsigned char)byte;
	}
	base64_write(text, raw, sizeof(raw));
	/* As ssh-keygen prints it, without padding. */
	(void)snprintf(out, KEY_NAME_MAX + 1, "SHA256:%.43s", text);
}

size_t key_plain_len(const char *text)
{
	size_t len = strcspn(text, " ");

	return text[len] ? len + 1 + strcspn(text + len + 1, " ") : 0;
}

/* A fingerprint of OpenPGP: 40 digits (version 4) or 64. */
static bool openpgp_name(char out[KEY_NAME_MAX + 1], const char *text)
{
	size_t i, len = strspn(text, "0123456789abcdefABCDEF");

	if (text[len] || (len != 40 && len != 64))
		return false;
	(void)snprintf(out, KEY_NAME_MAX + 1, "openpgp:%s", text);
	for (i = 8; out[i]; i++)
		if (out[i] >= 'a')
			out[i] = (char)(out[i] - 'a' + 'A');
	return true;
}

const char *key_name(char out[KEY_NAME_MAX + 1], const char *text)
{
	unsigned char blob[BASE64_BYTES(TEXT_MAX)];
	size_t word = strcspn(text, " "), end, len;
	enum sshkey_type type;
	struct sshkey key;
	const char *why;

	if (openpgp_name(out, text))
		return NULL;
	end = key_plain_len(text);
	/* what begins a private key has a blank as well */
	if (!end || end > TEXT_MAX || end == word + 1 ||
	    (!type_named(&type, text, word) &&
	     !base64_read(blob, &len, text + word + 1, end - word - 1)))
		return "is neither 'ssh-ed25519 AAAA…', as a file .pub has it, nor an OpenPGP "
		       "fingerprint of 40 digits";
	if (!base64_read(blob, &len, text + word + 1, end - word - 1))
		return "has a key that is not whole (base 64)";
	if (len < 4 + word || blob[3] != word || memcmp(blob + 4, text, word))
		return "says another type of key than the key itself";
	why = sshkey_read(&key, blob, len);
	if (!why)
		sshkey_name(out, blob, len);
	return why;
}

bool key_is_name(const char *text)
{
	char name[KEY_NAME_MAX + 1];

	if (!strncmp(text, "openpgp:", 8))
		return openpgp_name(name, text + 8) && !strcmp(name, text);
	return !strncmp(text, "SHA256:", 7) && strlen(text) == 50 &&
	       strspn(text + 7, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
		      "0123456789+/") == 43;
}
