/* SPDX-License-Identifier: MIT */
#ifndef SSHSIG_MAKE_H
#define SSHSIG_MAKE_H

/*
 * Signatures of SSH keys for unit tests: made by ssh-keygen, taken apart, put together
 * again otherwise, and judged by ops and by ssh-keygen.
 *
 * The signature of a security key is made here: it takes no security key to hash
 * what one would sign.
 */

#include "trash.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <spawn.h>
#include <sys/wait.h>

#include "store/sshsig.h"
#include "util/base64.h"
#include "util/buf.h"

static const struct {
	const char *name, *make;
	const char *why;	/* NULL: we take it */
} kinds[] = {
	{ "ed", "-t ed25519", NULL },
	{ "ec", "-t ecdsa -b 256", NULL },
	{ "rsa", "-t rsa -b 3072", NULL },
	{ "weak", "-t rsa -b 2048", "its key is weak" },
	{ "ec384", "-t ecdsa -b 384", "its key is weak" },
};

struct case_of {
	struct buf payload, armour;
};

static inline void read_all(struct buf *b, const char *path)
{
	FILE *in = fopen(path, "rb");
	char chunk[4096];
	size_t nr;

	ck_assert_msg(in != NULL, "%s", path);
	while ((nr = fread(chunk, 1, sizeof(chunk), in)))
		buf_add(b, chunk, nr);
	fclose(in);
}

static inline void write_all(const char *path, const void *data, size_t len)
{
	FILE *out = fopen(path, "wb");

	ck_assert(out && fwrite(data, 1, len, out) == len && fclose(out) == 0);
}

static inline void make_keys(void)
{
	size_t i;

	for (i = 0; i < UNIT_COUNT(kinds); i++)
		trash_do("ssh-keygen -q -N '' -C '' %s -f %s", kinds[i].make,
			 kinds[i].name);
}

/* Sign with a key of the list. */
static inline void sign(struct case_of *c, const char *key, const char *payload,
		 const char *options)
{
	buf_init(&c->payload);
	buf_init(&c->armour);
	buf_str(&c->payload, payload);
	write_all("payload", c->payload.data, c->payload.len);
	trash_do("ssh-keygen -q -Y sign %s -f %s <payload >sig 2>/dev/null", options, key);
	read_all(&c->armour, "sig");
}

static inline void release(struct case_of *c)
{
	buf_release(&c->payload);
	buf_release(&c->armour);
}

static inline const char *ours(const struct case_of *c, char name[KEY_NAME_MAX + 1])
{
	static struct sshkeys *keys;

	if (!keys)
		keys = sshkeys_new();
	return sshsig_verify(name, keys, c->armour.data, c->armour.len, c->payload.data,
			     c->payload.len);
}

/* What ssh-keygen says; no shell between it and us, there may be ten thousand. */
static inline bool theirs(const struct case_of *c)
{
	static const char *const argv[] = { "ssh-keygen", "-Y", "check-novalidate", "-n", "git",
					    "-s", "sig", NULL };
	posix_spawn_file_actions_t files;
	extern char **environ;
	pid_t pid;
	int status;

	write_all("payload", c->payload.data, c->payload.len);
	write_all("sig", c->armour.data, c->armour.len);
	posix_spawn_file_actions_init(&files);
	posix_spawn_file_actions_addopen(&files, 0, "payload", O_RDONLY, 0);
	posix_spawn_file_actions_addopen(&files, 1, "/dev/null", O_WRONLY, 0);
	posix_spawn_file_actions_addopen(&files, 2, "/dev/null", O_WRONLY, 0);
	ck_assert_int_eq(posix_spawnp(&pid, argv[0], &files, NULL, (char **)(size_t)argv,
				      environ), 0);
	ck_assert(waitpid(pid, &status, 0) == pid && WIFEXITED(status));
	posix_spawn_file_actions_destroy(&files);
	return WEXITSTATUS(status) == 0;
}

static inline void armour(struct buf *out, const unsigned char *bytes, size_t len)
{
	char *text = malloc(BASE64_TEXT(len));
	size_t i;

	base64_write(text, bytes, len);
	buf_clear(out);
	buf_str(out, "-----BEGIN SSH SIGNATURE-----\n");
	for (i = 0; i < strlen(text); i += 70)
		buf_printf(out, "%.70s\n", text + i);
	buf_str(out, "-----END SSH SIGNATURE-----\n");
	free(text);
}

static inline unsigned char *bytes_of(size_t *nr, const struct buf *armoured)
{
	struct buf digits = BUF_INIT;
	const char *at = strchr(armoured->data, '\n') + 1;
	unsigned char *bytes;

	for (; *at != '-'; at++)
		if (*at != '\n')
			buf_char(&digits, *at);
	bytes = malloc(BASE64_BYTES(digits.len));
	ck_assert(base64_read(bytes, nr, digits.data, digits.len));
	buf_release(&digits);
	return bytes;
}

static inline void add_u32(struct buf *b, size_t value)
{
	char raw[4] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8),
			(char)value };

	buf_add(b, raw, 4);
}

static inline void add_string(struct buf *b, const void *data, size_t len)
{
	add_u32(b, len);
	buf_add(b, data, len);
}

static inline void add_word(struct buf *b, const char *word)
{
	add_string(b, word, strlen(word));
}

/* What a security key would sign for `ssh:`, over this payload. */
static inline void sign_sk(struct case_of *c, const char *payload)
{
	EVP_PKEY *key = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned char public[32], hash[64], value[64], tail[5] = { 1, 0, 0, 0, 7 };
	size_t public_len = sizeof(public), value_len = sizeof(value);
	struct buf blob = BUF_INIT, data = BUF_INIT, over = BUF_INIT, all = BUF_INIT;
	struct buf inner = BUF_INIT;
	unsigned nr;

	buf_init(&c->payload);
	buf_init(&c->armour);
	buf_str(&c->payload, payload);
	ck_assert(EVP_PKEY_get_raw_public_key(key, public, &public_len) == 1);
	add_word(&blob, "sk-ssh-ed25519@openssh.com");
	add_string(&blob, public, 32);
	add_word(&blob, "ssh:");
	EVP_Digest(payload, strlen(payload), hash, &nr, EVP_sha512(), NULL);
	buf_str(&data, "SSHSIG");
	add_word(&data, "git");
	add_word(&data, "");
	add_word(&data, "sha512");
	add_string(&data, hash, nr);
	EVP_Digest("ssh:", 4, hash, &nr, EVP_sha256(), NULL);
	buf_add(&over, hash, nr);
	buf_add(&over, tail, 5);
	EVP_Digest(data.data, data.len, hash, &nr, EVP_sha256(), NULL);
	buf_add(&over, hash, nr);
	ck_assert(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
		  EVP_DigestSign(ctx, value, &value_len, (unsigned char *)over.data,
				 over.len) == 1);
	add_word(&inner, "sk-ssh-ed25519@openssh.com");
	add_string(&inner, value, value_len);
	buf_add(&inner, tail, 5);
	buf_str(&all, "SSHSIG");
	add_u32(&all, 1);
	add_string(&all, blob.data, blob.len);
	add_word(&all, "git");
	add_word(&all, "");
	add_word(&all, "sha512");
	add_string(&all, inner.data, inner.len);
	armour(&c->armour, (unsigned char *)all.data, all.len);
	buf_release(&blob);
	buf_release(&data);
	buf_release(&over);
	buf_release(&inner);
	buf_release(&all);
	EVP_MD_CTX_free(ctx);
	EVP_PKEY_free(key);
}

/* The fields of a signature, to be put together again. */
struct parts {
	struct buf blob, space, reserved, hash, name, value, tail;
};

static inline struct buf *const *fields(struct parts *p)
{
	static struct buf *list[8];

	list[0] = &p->blob;
	list[1] = &p->space;
	list[2] = &p->reserved;
	list[3] = &p->hash;
	list[4] = &p->name;
	list[5] = &p->value;
	list[6] = &p->tail;
	return list;
}

static inline void parts_init(struct parts *p)
{
	struct buf *const *list = fields(p);

	for (; *list; list++)
		buf_init(*list);
}

static inline void parts_release(struct parts *p)
{
	struct buf *const *list = fields(p);

	for (; *list; list++)
		buf_release(*list);
}

static inline void parts_copy(struct parts *to, struct parts *from)
{
	struct buf *of[7];
	size_t i;

	memcpy(of, fields(from), sizeof(of));
	for (i = 0; i < UNIT_COUNT(of); i++)
		buf_add(fields(to)[i], of[i]->data, of[i]->len);
}

static inline void take_string(struct buf *out, struct wire *w)
{
	size_t len;
	const unsigned char *data = wire_string(w, &len);

	UNIT_NEED(data != NULL);
	buf_add(out, data, len);
}

static inline void parts_read(struct parts *p, const struct buf *bytes)
{
	const unsigned char *at = (const unsigned char *)bytes->data;
	struct wire w = { at + 10, at + bytes->len, false }, inner;
	const unsigned char *data;
	size_t len;

	take_string(&p->blob, &w);
	take_string(&p->space, &w);
	take_string(&p->reserved, &w);
	take_string(&p->hash, &w);
	data = wire_string(&w, &len);
	UNIT_NEED(data != NULL);
	inner = (struct wire){ data, data + len, false };
	take_string(&p->name, &inner);
	take_string(&p->value, &inner);
	buf_add(&p->tail, inner.at, (size_t)(inner.end - inner.at));
}

static inline void parts_write(struct buf *out, struct parts *p)
{
	struct buf inner = BUF_INIT;

	buf_clear(out);
	buf_str(out, "SSHSIG");
	add_u32(out, 1);
	add_string(out, p->blob.data, p->blob.len);
	add_string(out, p->space.data, p->space.len);
	add_string(out, p->reserved.data, p->reserved.len);
	add_string(out, p->hash.data, p->hash.len);
	add_string(&inner, p->name.data, p->name.len);
	add_string(&inner, p->value.data, p->value.len);
	buf_add(&inner, p->tail.data, p->tail.len);
	add_string(out, inner.data, inner.len);
	buf_release(&inner);
}

/* A pseudo-random number below `below`. */
static inline size_t next(size_t below)
{
	static unsigned long long state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % below);
}

#endif
