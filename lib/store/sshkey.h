/* SPDX-License-Identifier: MIT */
#ifndef STORE_SSHKEY_H
#define STORE_SSHKEY_H

/*
 * Public keys as they stand in a roster and in a signature, and the name of each:
 * its fingerprint.  Whatever compares keys compares these names.
 *
 * Two kinds: SSH keys ("ssh-ed25519 AAAA… comment"), whose name is the one that
 * ssh-keygen -l prints, and OpenPGP keys, which are known by their fingerprint
 * alone ("openpgp:" and its digits).
 */

#include <stdbool.h>
#include <stddef.h>

/* The longest name: "openpgp:" and 64 digits. */
#define KEY_NAME_MAX 72
#define KEY_BLOB_MAX 4096
#define KEY_TEXT_MAX 8192
#define RSA_BITS_MIN 3072
#define RSA_BITS_MAX 16384

enum sshkey_type { SSHKEY_ED25519, SSHKEY_SK_ED25519, SSHKEY_ECDSA_P256, SSHKEY_RSA };

/* The parts of a key; pointers go into the blob. */
struct sshkey {
	enum sshkey_type type;
	const unsigned char *point;	/* ed25519: 32 bytes; ecdsa: 65 */
	size_t point_len;
	const unsigned char *n, *e;	/* rsa, without leading zeros */
	size_t n_len, e_len;
	const unsigned char *application;	/* sk */
	size_t application_len;
};

/* Strings of SSH's wire format, one after the other.  Sticky: once `bad`, nothing
 * more is read. */
struct wire {
	const unsigned char *at, *end;
	bool bad;
};
const unsigned char *wire_string(struct wire *w, size_t *len);
bool wire_is(struct wire *w, const char *word);		/* the next string is this one */
unsigned long wire_u32(struct wire *w);
/* A positive number without its leading zero; NULL for any other. */
const unsigned char *wire_number(struct wire *w, size_t *len);
/* Whether all was read and nothing is left. */
bool wire_ended(const struct wire *w);

/* NULL, or what is wrong with the blob, to follow "the key ". */
const char *sshkey_read(struct sshkey *out, const unsigned char *blob, size_t len);

/* "SHA256:…" of a blob. */
void sshkey_name(char out[KEY_NAME_MAX + 1], const unsigned char *blob, size_t len);

/*
 * The name of a key as a roster has it.  NULL, or what is wrong with the text, to
 * follow "it ".
 */
const char *key_name(char out[KEY_NAME_MAX + 1], const char *text);

/* Whether a text could be the name of a key. */
bool key_is_name(const char *text);

/* The parts of "ssh-ed25519 AAAA… comment" that ssh-keygen needs, without comment; 0 for
 * an OpenPGP key. */
size_t key_plain_len(const char *text);

#endif
