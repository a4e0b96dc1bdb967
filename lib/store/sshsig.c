/* SPDX-License-Identifier: MIT */
/*
 * Decoding and verifying signatures of SSH keys, by libcrypto: the only file that
 * includes it.
 *
 * Must never call good what `ssh-keygen -Y verify` calls bad; the tests hold both
 * against each other.  Stricter than it is: one text for one signature (no blanks,
 * no spare bytes), nothing in the reserved field, no weak keys, no other namespace than
 * git's.  Cryptography is libcrypto's; nothing here computes.
 */

#include "store/sshsig.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "util/base64.h"

#define BEGIN "-----BEGIN SSH SIGNATURE-----\n"
#define END "-----END SSH SIGNATURE-----"
#define LINE_MAX_LEN 76
#define KEYS_MAX 1024		/* more than that are parsed each time */
#define HASH_MAX 64
#define RSA_SIG_MAX (RSA_BITS_MAX / 8)

static const char no_memory[] = "memory ran out";

struct known_key {
	struct known_key *next;
	EVP_PKEY *key;
	size_t len;
	unsigned char blob[];
};

struct sshkeys {
	pthread_mutex_t lock;
	struct known_key *buckets[256];
	size_t nr;
};

/* What a signature says, pointing into its bytes. */
struct said {
	const unsigned char *blob;
	size_t blob_len;
	struct sshkey key;
	bool sha512;
	const unsigned char *reserved;
	const unsigned char *kind, *value;	/* of the signature itself */
	size_t kind_len, value_len;
	unsigned char flags[5];			/* sk: flags and counter */
};

struct sshkeys *sshkeys_new(void)
{
	struct sshkeys *keys = calloc(1, sizeof(*keys));

	if (keys && pthread_mutex_init(&keys->lock, NULL)) {
		free(keys);
		keys = NULL;
	}
	return keys;
}

void sshkeys_free(struct sshkeys *keys)
{
	struct known_key *k, *next;
	size_t i;

	for (i = 0; keys && i < 256; i++)
		for (k = keys->buckets[i]; k; k = next) {
			next = k->next;
			EVP_PKEY_free(k->key);
			free(k);
		}
	if (keys)
		pthread_mutex_destroy(&keys->lock);
	free(keys);
}

int sshsig_is(const char *text, size_t len)
{
	return len >= sizeof(BEGIN) - 1 && !memcmp(text, BEGIN, sizeof(BEGIN) - 1);
}

/* --- decoding --- */

/* The bytes between the two lines of dashes. */
static const char *unarmour(unsigned char *out, size_t *nr, const char *text, size_t len)
{
	static const char wrong[] = "it is no whole SSH signature";
	char digits[SSHSIG_MAX];
	size_t used = 0, line;

	if (len > SSHSIG_MAX)
		return "it is too large";
	if (!sshsig_is(text, len))
		return wrong;
	text += sizeof(BEGIN) - 1;
	len -= sizeof(BEGIN) - 1;
	while (len && *text != '-') {
		const char *lf = memchr(text, '\n', len);

		line = lf ? (size_t)(lf - text) : len;
		if (!lf || !line || line > LINE_MAX_LEN)
			return wrong;
		memcpy(digits + used, text, line);
		used += line;
		text += line + 1;
		len -= line + 1;
	}
	if (len && text[len - 1] == '\n')
		len--;
	if (len != sizeof(END) - 1 || memcmp(text, END, len) ||
	    !base64_read(out, nr, digits, used))
		return wrong;
	return NULL;
}

static bool is_word(const unsigned char *text, size_t len, const char *word)
{
	return text && len == strlen(word) && !memcmp(text, word, len);
}

static const char *read_signature(struct said *s, const unsigned char *at, size_t len)
{
	struct wire w = { at, at + len, false };

	s->kind = wire_string(&w, &s->kind_len);
	s->value = wire_string(&w, &s->value_len);
	if (s->key.type == SSHKEY_SK_ED25519 && !w.bad && w.end - w.at == 5) {
		memcpy(s->flags, w.at, 5);
		w.at += 5;
	}
	return wire_ended(&w) ? NULL : "its signature is malformed";
}

static const char *read_said(struct said *s, const unsigned char *bytes, size_t len)
{
	static const char wrong[] = "it is malformed";
	struct wire w = { bytes + 6, bytes + len, false };
	const unsigned char *hash, *inner;
	size_t reserved, hash_len, inner_len;
	const char *why;

	if (len < 6 || memcmp(bytes, "SSHSIG", 6))
		return wrong;
	if (wire_u32(&w) != 1)
		return "it is of another version than 1";
	s->blob = wire_string(&w, &s->blob_len);
	if (!s->blob)
		return wrong;
	if (sshkey_read(&s->key, s->blob, s->blob_len))
		return "its key is weak, malformed, or of a type that is not taken";
	if (!wire_is(&w, "git"))
		return w.bad ? wrong : "it was made for another purpose than git's";
	s->reserved = wire_string(&w, &reserved);
	hash = wire_string(&w, &hash_len);
	inner = wire_string(&w, &inner_len);
	if (!wire_ended(&w) || reserved)
		return wrong;
	s->sha512 = is_word(hash, hash_len, "sha512");
	if (!s->sha512 && !is_word(hash, hash_len, "sha256"))
		return "its hash is neither sha512 nor sha256";
	why = read_signature(s, inner, inner_len);
	return why;
}

/* --- keys --- */

static EVP_PKEY *from_parameters(const char *algorithm, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *params = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, algorithm, NULL);
	EVP_PKEY *key = NULL;

	if (params && ctx && EVP_PKEY_fromdata_init(ctx) == 1 &&
	    EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(ctx);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *rsa_key(const struct sshkey *k)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(k->n, (int)k->n_len, NULL);
	BIGNUM *e = BN_bin2bn(k->e, (int)k->e_len, NULL);
	EVP_PKEY *key = NULL;

	if (build && n && e && OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		key = from_parameters("RSA", build);
	BN_free(n);
	BN_free(e);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *ecdsa_key(const struct sshkey *k)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;

	if (build && OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME,
						     "prime256v1", 0) &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, k->point,
					     k->point_len))
		key = from_parameters("EC", build);
	OSSL_PARAM_BLD_free(build);
	return key;
}

static EVP_PKEY *make_key(const struct sshkey *k)
{
	switch (k->type) {
	case SSHKEY_RSA:
		return rsa_key(k);
	case SSHKEY_ECDSA_P256:
		return ecdsa_key(k);
	default:
		return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, k->point,
						   k->point_len);
	}
}

static unsigned bucket_of(const unsigned char *blob, size_t len)
{
	/* The end of every key is random, unless somebody wants it otherwise. */
	return blob[len - 1] ^ blob[len - 2];
}

static EVP_PKEY *find_key(struct sshkeys *keys, const struct said *s)
{
	struct known_key *k;

	for (k = keys->buckets[bucket_of(s->blob, s->blob_len)]; k; k = k->next)
		if (k->len == s->blob_len && !memcmp(k->blob, s->blob, k->len))
			return k->key;
	return NULL;
}

/* The key, for the caller to free; NULL when there is no such point or number. */
static EVP_PKEY *take_key(struct sshkeys *keys, const struct said *s)
{
	struct known_key *k, **bucket;
	EVP_PKEY *key;

	pthread_mutex_lock(&keys->lock);
	key = find_key(keys, s);
	if (key)
		EVP_PKEY_up_ref(key);
	pthread_mutex_unlock(&keys->lock);
	if (key)
		return key;
	key = make_key(&s->key);
	k = key ? malloc(sizeof(*k) + s->blob_len) : NULL;
	if (!k)
		return key;	/* not remembered, and that is all */
	k->key = key;
	k->len = s->blob_len;
	memcpy(k->blob, s->blob, s->blob_len);
	pthread_mutex_lock(&keys->lock);
	if (keys->nr < KEYS_MAX && !find_key(keys, s)) {
		bucket = &keys->buckets[bucket_of(s->blob, s->blob_len)];
		k->next = *bucket;
		*bucket = k;
		keys->nr++;
		EVP_PKEY_up_ref(key);
		k = NULL;
	}
	pthread_mutex_unlock(&keys->lock);
	free(k);
	return key;
}

/* --- verifying --- */

static void put_u32(unsigned char *out, size_t value)
{
	out[0] = (unsigned char)(value >> 24);
	out[1] = (unsigned char)(value >> 16);
	out[2] = (unsigned char)(value >> 8);
	out[3] = (unsigned char)value;
}

static size_t put_string(unsigned char *out, const void *data, size_t len)
{
	put_u32(out, len);
	if (len)
		memcpy(out + 4, data, len);
	return 4 + len;
}

static bool hash_of(unsigned char out[HASH_MAX], unsigned *nr, bool sha512,
		    const void *data, size_t len)
{
	return EVP_Digest(data, len, out, nr, sha512 ? EVP_sha512() : EVP_sha256(),
			  NULL) == 1;
}

static bool verify(EVP_PKEY *key, const EVP_MD *hash, const unsigned char *signature,
		   size_t len, const unsigned char *data, size_t data_len)
{
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	bool good = ctx && EVP_DigestVerifyInit(ctx, NULL, hash, NULL, key) == 1 &&
		    EVP_DigestVerify(ctx, signature, len, data, data_len) == 1;

	EVP_MD_CTX_free(ctx);
	return good;
}

static bool verify_ed25519(const struct said *s, EVP_PKEY *key,
			   const unsigned char *data, size_t len)
{
	unsigned char over[HASH_MAX + 5 + HASH_MAX];
	unsigned nr, more;

	if (s->value_len != 64)
		return false;
	if (s->key.type == SSHKEY_ED25519)
		return is_word(s->kind, s->kind_len, "ssh-ed25519") &&
		       verify(key, NULL, s->value, s->value_len, data, len);
	/* What a security key signs: its application, flags and counter, the data. */
	if (!is_word(s->kind, s->kind_len, "sk-ssh-ed25519@openssh.com") ||
	    !hash_of(over, &nr, false, s->key.application, s->key.application_len))
		return false;
	memcpy(over + nr, s->flags, 5);
	if (!hash_of(over + nr + 5, &more, false, data, len))
		return false;
	return verify(key, NULL, s->value, s->value_len, over, nr + 5 + more);
}

static size_t put_der_number(unsigned char *out, const unsigned char *number, size_t len)
{
	size_t zero = number[0] & 0x80 ? 1 : 0;

	out[0] = 2;
	out[1] = (unsigned char)(len + zero);
	out[2] = 0;
	memcpy(out + 2 + zero, number, len);
	return 2 + zero + len;
}

/* SSH has two numbers where libcrypto wants DER. */
static bool verify_ecdsa(const struct said *s, EVP_PKEY *key, const unsigned char *data,
			 size_t len)
{
	struct wire w = { s->value, s->value + s->value_len, false };
	const unsigned char *r, *t;
	unsigned char der[2 + 2 * 35];
	size_t r_len, t_len, nr = 2;

	r = wire_number(&w, &r_len);
	t = wire_number(&w, &t_len);
	if (!r || !t || !wire_ended(&w) || r_len > 32 || t_len > 32 ||
	    !is_word(s->kind, s->kind_len, "ecdsa-sha2-nistp256"))
		return false;
	nr += put_der_number(der + nr, r, r_len);
	nr += put_der_number(der + nr, t, t_len);
	der[0] = 0x30;
	der[1] = (unsigned char)(nr - 2);
	return verify(key, EVP_sha256(), der, nr, data, len);
}

static bool verify_rsa(const struct said *s, EVP_PKEY *key, const unsigned char *data,
		       size_t len)
{
	unsigned char padded[RSA_SIG_MAX] = { 0 };
	bool sha512 = is_word(s->kind, s->kind_len, "rsa-sha2-512");
	size_t size = s->key.n_len;

	if ((!sha512 && !is_word(s->kind, s->kind_len, "rsa-sha2-256")) ||
	    !s->value_len || s->value_len > size)
		return false;
	/* Some programs leave out leading zeros. */
	memcpy(padded + size - s->value_len, s->value, s->value_len);
	return verify(key, sha512 ? EVP_sha512() : EVP_sha256(), padded, size, data, len);
}

static const char *verify_said(const struct said *s, struct sshkeys *keys,
			       const void *payload, size_t len)
{
	/* "SSHSIG", namespace, reserved, hash, digest. */
	unsigned char data[6 + 7 + 4 + 10 + 4 + HASH_MAX], digest[HASH_MAX];
	size_t nr = 6;
	unsigned digest_len;
	EVP_PKEY *key = take_key(keys, s);
	bool good;

	if (!key)
		return "its key is no key";
	if (!hash_of(digest, &digest_len, s->sha512, payload, len)) {
		EVP_PKEY_free(key);
		return no_memory;
	}
	memcpy(data, "SSHSIG", 6);
	nr += put_string(data + nr, "git", 3);
	nr += put_string(data + nr, NULL, 0);
	nr += put_string(data + nr, s->sha512 ? "sha512" : "sha256", 6);
	nr += put_string(data + nr, digest, digest_len);
	good = s->key.type == SSHKEY_RSA ? verify_rsa(s, key, data, nr) :
	       s->key.type == SSHKEY_ECDSA_P256 ? verify_ecdsa(s, key, data, nr) :
	       verify_ed25519(s, key, data, nr);
	EVP_PKEY_free(key);
	return good ? NULL : "it was not made by its key over this commit";
}

const char *sshsig_verify(char name[KEY_NAME_MAX + 1], struct sshkeys *keys,
			  const char *armour, size_t len, const void *payload,
			  size_t payload_len)
{
	unsigned char bytes[BASE64_BYTES(SSHSIG_MAX)];
	struct said said = { 0 };
	size_t nr;
	const char *why = unarmour(bytes, &nr, armour, len);

	name[0] = '\0';
	if (!why)
		why = read_said(&said, bytes, nr);
	if (said.blob && said.key.point_len + said.key.n_len)
		sshkey_name(name, said.blob, said.blob_len);
	return why ? why : verify_said(&said, keys, payload, payload_len);
}
