/* SPDX-License-Identifier: MIT */
/*
 * sign-history key [N]			print a public key, always the same; the Nth
 * sign-history kinds N FILE NAME EMAIL	make N commits as below, each signed in another
 *					way (kinds[]), and print each and its kind
 * sign-history make N FILE NAME EMAIL [K]	make N commits on HEAD, each an edit of the
 *					task FILE signed with that key, and print the last;
 *					each Kth one unsigned or with the signature of the
 *					one before, and those last ones named on stderr
 *
 * For tests that need many signed commits: a child of ssh-keygen for each takes minutes.
 * Key 1 is the same as that without a number.
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

static EVP_PKEY *key;		/* in use */
static struct ops_error err;

static void take_key(int nr)
{
	unsigned char seed[32] = "a key that nobody may ever trust";

	seed[0] = (unsigned char)(seed[0] + nr - 1);
	EVP_PKEY_free(key);
	key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, seed, sizeof(seed));
}

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

/* How a commit is signed: the key, the purpose, the lines. */
struct way {
	int key;
	const char *space;
	int width;
	const char *eol;
};

static const struct way usual = { 1, "git", 70, "\n" };

/* The armoured signature of these bytes. */
static void sign(struct buf *out, const struct buf *text, const struct way *way)
{
	struct buf all = BUF_INIT, blob = BUF_INIT, data = BUF_INIT, inner = BUF_INIT;
	unsigned char hash[64], value[64];
	size_t len = sizeof(value), i;
	EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	unsigned nr;
	char *armour;

	take_key(way->key);
	EVP_Digest(text->data, text->len, hash, &nr, EVP_sha512(), NULL);
	buf_str(&data, "SSHSIG");
	add_word(&data, way->space);
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
	add_word(&all, way->space);
	add_word(&all, "");
	add_word(&all, "sha512");
	add_string(&all, inner.data, inner.len);
	armour = malloc(BASE64_TEXT(all.len));
	base64_write(armour, all.data, all.len);
	buf_printf(out, "-----BEGIN SSH SIGNATURE-----%s", way->eol);
	for (i = 0; i < strlen(armour); i += (size_t)way->width)
		buf_printf(out, "%.*s%s", way->width, armour + i, way->eol);
	buf_printf(out, "-----END SSH SIGNATURE-----%s", way->eol);
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

/* The branch that is checked out, and two trees for its next commits. */
struct branch {
	struct store *store;
	struct objects objects;
	struct snap *base;
	struct signature who;
	struct oid tip, trees[2];
	char hex[OID_HEX + 1];
};

static void branch_open(struct branch *b, char **words)
{
	static const struct store_options o = { .directory = "." };

	b->who = (struct signature){ words[1], words[2], 1768478400, 0 };
	need(!store_open(&b->store, &o, &err) && !store_tip(&b->tip, b->store, &err) &&
	     !snap_of_commit(&b->base, b->store, &b->tip, &err), "store");
	objects_init(&b->objects, b->store);
	edit(&b->trees[0], &b->objects, b->base, words[0], "LOW");
	edit(&b->trees[1], &b->objects, b->base, words[0], "HIGH");
}

static void branch_text(struct buf *text, struct branch *b, long i)
{
	b->who.time++;
	need(!objects_commit_text(text, &b->trees[i % 2], &b->tip, &b->who, &b->who, "edit\n",
				  &err), "commit");
}

static void branch_commit(struct branch *b, const struct buf *text)
{
	need(!objects_commit(&b->tip, &b->objects, text, &err), "commit");
	oid_hex(b->hex, &b->tip);
}

static void branch_close(struct branch *b)
{
	objects_release(&b->objects);
	snap_free(b->base);
	store_close(b->store);
}

static void make(long nr, char **words, long odd)
{
	struct buf signature = BUF_INIT;
	struct branch b = { 0 };
	bool bad;
	long i;

	branch_open(&b, words);
	for (i = 0; i < nr; i++) {
		struct buf text = BUF_INIT;

		branch_text(&text, &b, i);
		bad = odd && i % odd == odd - 1 && i % 2 == 1;
		if (!bad) {
			buf_clear(&signature);
			sign(&signature, &text, &usual);
		}
		need((odd && i % odd == odd - 1 && !bad) ||
		     !objects_commit_sign(&text, &signature, &err), "signature");
		branch_commit(&b, &text);
		if (bad)
			fprintf(stderr, "%s\n", b.hex);
		buf_release(&text);
	}
	buf_release(&signature);
	puts(b.hex);
	branch_close(&b);
}

/* --- a commit of each kind --- */

/* Insert words behind the first time that others stand there. */
static void insert(struct buf *text, const char *after, const char *words)
{
	struct buf all = BUF_INIT;
	size_t at = (size_t)(strstr(text->data, after) - text->data) + strlen(after);

	buf_add(&all, text->data, at);
	buf_str(&all, words);
	buf_add(&all, text->data + at, text->len - at);
	buf_release(text);
	*text = all;
}

static void flip(struct buf *signature, long i)
{
	char *at = strchr(signature->data, '\n') + 1 + i % 60;

	if (*at == '\n')
		at--;
	*at = *at == 'Q' ? 'R' : 'Q';
}

/* The signature of another tree, which is otherwise the same commit. */
static void of_another_tree(struct buf *signature, struct branch *b, long i)
{
	struct buf text = BUF_INIT;

	need(!objects_commit_text(&text, &b->trees[(i + 1) % 2], &b->tip, &b->who, &b->who,
				  "edit\n", &err), "commit");
	sign(signature, &text, &usual);
	buf_release(&text);
}

static const struct {
	const char *name;
	struct way way;
} kinds[] = {
	{ "good", { 1, "git", 70, "\n" } },
	{ "unsigned", { 1, "git", 70, "\n" } },
	{ "replayed", { 1, "git", 70, "\n" } },
	{ "other-tree", { 1, "git", 70, "\n" } },
	{ "other-agent", { 2, "git", 70, "\n" } },
	{ "nobody", { 3, "git", 70, "\n" } },
	{ "retired", { 4, "git", 70, "\n" } },
	{ "revoked", { 5, "git", 70, "\n" } },
	{ "inactive", { 6, "git", 70, "\n" } },
	{ "purpose", { 1, "file", 70, "\n" } },
	{ "narrow", { 1, "git", 60, "\n" } },
	{ "wide", { 1, "git", 100, "\n" } },
	{ "crlf", { 1, "git", 70, "\r\n" } },
	{ "flipped", { 1, "git", 70, "\n" } },
	{ "truncated", { 1, "git", 70, "\n" } },
	{ "two", { 1, "git", 70, "\n" } },
	{ "two-others", { 3, "git", 70, "\n" } },
	{ "changed-after", { 1, "git", 70, "\n" } },
	{ "sha256-header", { 1, "git", 70, "\n" } },
	{ "header-behind", { 1, "git", 70, "\n" } },
};

#define KINDS_NR (sizeof(kinds) / sizeof(kinds[0]))

static void make_kinds(long nr, char **words)
{
	struct buf signature = BUF_INIT, before = BUF_INIT, own = BUF_INIT;
	struct branch b = { 0 };
	long i;

	branch_open(&b, words);
	for (i = 0; i < nr; i++) {
		size_t kind = (size_t)i % KINDS_NR;
		const char *name = kinds[kind].name;
		struct buf text = BUF_INIT;
#define IS(word) (!strcmp(name, word))

		branch_text(&text, &b, i);
		buf_clear(&signature);
		if (IS("other-tree"))
			of_another_tree(&signature, &b, i);
		else
			sign(&signature, &text, &kinds[kind].way);
		if (IS("replayed")) {
			buf_clear(&signature);
			buf_add(&signature, before.data, before.len);
		} else if (IS("flipped")) {
			flip(&signature, i);
		} else if (IS("truncated")) {
			signature.len = signature.len / 2;
			signature.data[signature.len] = '\0';
		} else if (IS("good")) {
			buf_clear(&before);
			buf_add(&before, signature.data, signature.len);
		} else if (IS("two-others")) {
			buf_clear(&own);
			sign(&own, &text, &usual);
			need(!objects_commit_sign(&text, &own, &err), "signature");
		}
		need(IS("unsigned") || !objects_commit_sign(&text, &signature, &err),
		     "signature");
		if (IS("two"))
			need(!objects_commit_sign(&text, &before, &err), "signature");
		else if (IS("changed-after"))
			text.data[text.len - 2] = 'T';
		else if (IS("sha256-header"))
			insert(&text, "\ngpgsig", "-sha256");
		else if (IS("header-behind"))
			insert(&text, "-----END SSH SIGNATURE-----\n", "note x\n");
		branch_commit(&b, &text);
		printf("%s %s\n", b.hex, name);
		buf_release(&text);
	}
	buf_release(&signature);
	buf_release(&before);
	buf_release(&own);
	branch_close(&b);
}

int main(int argc, char **argv)
{
	struct buf blob = BUF_INIT;
	char text[256];

	take_key(argc == 3 ? (int)strtol(argv[2], NULL, 10) : 1);
	need(key != NULL, "key");
	if ((argc == 2 || argc == 3) && !strcmp(argv[1], "key")) {
		add_blob(&blob);
		base64_write(text, blob.data, blob.len);
		printf("ssh-ed25519 %s\n", text);
		buf_release(&blob);
	} else if ((argc == 6 || argc == 7) && !strcmp(argv[1], "make")) {
		make(strtol(argv[2], NULL, 10), argv + 3,
		     argc == 7 ? strtol(argv[6], NULL, 10) : 0);
	} else if (argc == 6 && !strcmp(argv[1], "kinds")) {
		make_kinds(strtol(argv[2], NULL, 10), argv + 3);
	} else {
		fputs("usage: sign-history key [N] | make N FILE NAME EMAIL [K] |\n"
		      "	kinds N FILE NAME EMAIL\n", stderr);
		return 2;
	}
	EVP_PKEY_free(key);
	return 0;
}
