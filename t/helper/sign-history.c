/* SPDX-License-Identifier: MIT */
/*
 * sign-history key			print a public key, always the same
 * sign-history make N FILE NAME EMAIL [K]	make N commits on HEAD, each an edit of the
 *					task FILE signed with that key, and print the last;
 *					each Kth one unsigned or with the signature of the
 *					one before, and those last ones named on stderr
 *
 * For tests that need many signed commits: a child of ssh-keygen for each takes minutes.
 */
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/objects.h"
#include "store/sshkey.h"
#include "util/arena.h"
#include "util/base64.h"
#include "util/buf.h"

static EVP_PKEY *key;
static struct ops_error err;

static void need(int ok, const char *what)
{
	if (ok)
		return;
	fprintf(stderr, "sign-history: %s: %s\n", what, err.message);
	exit(1);
}

static void add_string(struct buf *b, const void *data, size_t len)
{
	char size[4] = { (char)(len >> 24), (char)(len >> 16), (char)(len >> 8), (char)len };

	buf_add(b, size, 4);
	buf_add(b, data, len);
}

static void add_word(struct buf *b, const char *word)
{
	add_string(b, word, strlen(word));
}

static void add_blob(struct buf *b)
{
	unsigned char raw[32];
	size_t len = sizeof(raw);

	need(EVP_PKEY_get_raw_public_key(key, raw, &len) == 1, "key");
	add_word(b, "ssh-ed25519");
	add_string(b, raw, len);
}

/* The armoured signature of these bytes as a commit. */
static void sign(struct buf *out, const struct buf *text)
{
	struct buf all = BUF_INIT, blob = BUF_INIT, data = BUF_INIT, inner = BUF_INIT;
	unsigned char hash[64], value[64];
	size_t len = sizeof(value), i;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned nr;
	char *armour;

	EVP_Digest(text->data, text->len, hash, &nr, EVP_sha512(), NULL);
	buf_str(&data, "SSHSIG");
	add_word(&data, "git");
	add_word(&data, "");
	add_word(&data, "sha512");
	add_string(&data, hash, nr);
	need(EVP_DigestSignInit(ctx, NULL, NULL, NULL, key) == 1 &&
	     EVP_DigestSign(ctx, value, &len, (unsigned char *)data.data, data.len) == 1,
	     "signing");
	add_word(&inner, "ssh-ed25519");
	add_string(&inner, value, len);
	add_blob(&blob);
	buf_str(&all, "SSHSIG");
	add_string(&all, "", 0);
	all.data[all.len - 1] = 1;	/* the version, where a length would be */
	add_string(&all, blob.data, blob.len);
	add_word(&all, "git");
	add_word(&all, "");
	add_word(&all, "sha512");
	add_string(&all, inner.data, inner.len);
	armour = malloc(BASE64_TEXT(all.len));
	base64_write(armour, all.data, all.len);
	buf_str(out, "-----BEGIN SSH SIGNATURE-----\n");
	for (i = 0; i < strlen(armour); i += 70)
		buf_printf(out, "%.70s\n", armour + i);
	buf_str(out, "-----END SSH SIGNATURE-----\n");
	free(armour);
	EVP_MD_CTX_free(ctx);
	buf_release(&all);
	buf_release(&blob);
	buf_release(&data);
	buf_release(&inner);
}

/* The tree of the commit with another priority in the task. */
static void edit(struct oid *tree, struct objects *w, struct snap *base, const char *path,
		 const char *priority)
{
	struct journal_path p = { .path = path, .had = true, .has = true };
	struct snap_entry entry;
	struct blob blob;
	struct buf text = BUF_INIT;
	const char *at;

	need(!snap_read(&blob, base, path, 1 << 20, &err) &&
	     !snap_find(&entry, base, path, &err), path);
	at = strstr(blob.data, "\nPriority: ");
	need(at != NULL, "no Priority");
	buf_add(&text, blob.data, (size_t)(at - blob.data));
	buf_printf(&text, "\nPriority: %s", priority);
	buf_str(&text, strchr(at + 1, '\n'));
	p.old = entry.oid;
	need(!objects_blob(&p.new, w, text.data, text.len, &err) &&
	     !objects_tree(tree, w, base, &p, 1, &err), "tree");
	buf_release(&text);
	blob_release(&blob);
}

static void make(long nr, const char *path, const char *name, const char *email, long odd)
{
	struct store_options o = { .directory = "." };
	struct signature who = { name, email, 1768478400, 0 };
	struct store *s;
	struct objects w;
	struct oid tip, trees[2];
	struct snap *base;
	struct buf signature = BUF_INIT;
	char hex[OID_HEX + 1];
	bool bad;
	long i;

	need(!store_open(&s, &o, &err) && !store_tip(&tip, s, &err) &&
	     !snap_of_commit(&base, s, &tip, &err), "store");
	objects_init(&w, s);
	edit(&trees[0], &w, base, path, "LOW");
	edit(&trees[1], &w, base, path, "HIGH");
	for (i = 0; i < nr; i++) {
		struct buf text = BUF_INIT;

		who.time++;
		need(!objects_commit_text(&text, &trees[i % 2], &tip, &who, &who, "edit\n",
					  &err), "commit");
		bad = odd && i % odd == odd - 1 && i % 2 == 1;
		if (!bad) {
			buf_clear(&signature);
			sign(&signature, &text);
		}
		need((odd && i % odd == odd - 1 && !bad) ||
		     !objects_commit_sign(&text, &signature, &err), "signature");
		need(!objects_commit(&tip, &w, &text, &err), "commit");
		oid_hex(hex, &tip);
		if (bad)
			fprintf(stderr, "%s\n", hex);
		buf_release(&text);
	}
	buf_release(&signature);
	oid_hex(hex, &tip);
	puts(hex);
	objects_release(&w);
	snap_free(base);
	store_close(s);
}

int main(int argc, char **argv)
{
	static const unsigned char seed[32] = "a key that nobody may ever trust";
	struct buf blob = BUF_INIT;
	char text[256];

	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
	need(key != NULL, "key");
	if (argc == 2 && !strcmp(argv[1], "key")) {
		add_blob(&blob);
		base64_write(text, blob.data, blob.len);
		printf("ssh-ed25519 %s\n", text);
		buf_release(&blob);
	} else if ((argc == 6 || argc == 7) && !strcmp(argv[1], "make")) {
		make(strtol(argv[2], NULL, 10), argv[3], argv[4], argv[5],
		     argc == 7 ? strtol(argv[6], NULL, 10) : 0);
	} else {
		fputs("usage: sign-history key | make N FILE NAME EMAIL [K]\n", stderr);
		return 2;
	}
	EVP_PKEY_free(key);
	return 0;
}
