/* SPDX-License-Identifier: MIT */
/*
 * Signatures of SSH keys: what ssh-keygen makes is good, what it calls bad is never
 * called good, and what it calls good is called bad only for the reasons in which we
 * are stricter.  OPS_SIGNATURES is how many damaged ones to compare (default 240).
 *
 * The signature of a security key is made here: it takes no security key to hash
 * what one would sign.
 */
#include "trash.h"

#include <openssl/evp.h>

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

static void read_all(struct buf *b, const char *path)
{
	FILE *in = fopen(path, "rb");
	char chunk[4096];
	size_t nr;

	ck_assert_msg(in != NULL, "%s", path);
	while ((nr = fread(chunk, 1, sizeof(chunk), in)))
		buf_add(b, chunk, nr);
	fclose(in);
}

static void write_all(const char *path, const void *data, size_t len)
{
	FILE *out = fopen(path, "wb");

	ck_assert(out && fwrite(data, 1, len, out) == len && fclose(out) == 0);
}

static void make_keys(void)
{
	size_t i;

	for (i = 0; i < UNIT_COUNT(kinds); i++)
		trash_do("ssh-keygen -q -N '' -C '' %s -f %s", kinds[i].make,
			 kinds[i].name);
}

/* Sign with a key of the list. */
static void sign(struct case_of *c, const char *key, const char *payload,
		 const char *options)
{
	buf_init(&c->payload);
	buf_init(&c->armour);
	buf_str(&c->payload, payload);
	write_all("payload", c->payload.data, c->payload.len);
	trash_do("ssh-keygen -q -Y sign %s -f %s <payload >sig 2>/dev/null", options, key);
	read_all(&c->armour, "sig");
}

static void release(struct case_of *c)
{
	buf_release(&c->payload);
	buf_release(&c->armour);
}

static const char *ours(const struct case_of *c, char name[KEY_NAME_MAX + 1])
{
	static struct sshkeys *keys;

	if (!keys)
		keys = sshkeys_new();
	return sshsig_verify(name, keys, c->armour.data, c->armour.len, c->payload.data,
			     c->payload.len);
}

static bool theirs(const struct case_of *c)
{
	write_all("payload", c->payload.data, c->payload.len);
	write_all("sig", c->armour.data, c->armour.len);
	return !trash_try("ssh-keygen -Y check-novalidate -n git -s sig <payload "
			  ">/dev/null 2>&1");
}

static void armour(struct buf *out, const unsigned char *bytes, size_t len)
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

static unsigned char *bytes_of(size_t *nr, const struct buf *armoured)
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

static void add_u32(struct buf *b, size_t value)
{
	char raw[4] = { (char)(value >> 24), (char)(value >> 16), (char)(value >> 8),
			(char)value };

	buf_add(b, raw, 4);
}

static void add_string(struct buf *b, const void *data, size_t len)
{
	add_u32(b, len);
	buf_add(b, data, len);
}

static void add_word(struct buf *b, const char *word)
{
	add_string(b, word, strlen(word));
}

/* What a security key would sign for `ssh:`, over this payload. */
static void sign_sk(struct case_of *c, const char *payload)
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

UNIT_TEST(good_ones_are_good_and_named_as_ssh_keygen_names_them)
{
	static const char *const hashes[] = { "", "-O hashalg=sha256" };
	char name[KEY_NAME_MAX + 1], options[KEY_NAME_MAX + 1];
	struct buf print = BUF_INIT;
	struct case_of c;
	const char *why;
	size_t i, k;

	trash_make();
	make_keys();
	for (i = 0; i < UNIT_COUNT(kinds); i++)
		for (k = 0; k < UNIT_COUNT(hashes); k++) {
			(void)snprintf(options, sizeof(options), "-n git %s", hashes[k]);
			sign(&c, kinds[i].name, "tree\n\nmessage\n", options);
			why = ours(&c, name);
			ck_assert_msg(theirs(&c), "%s: theirs", kinds[i].name);
			if (kinds[i].why) {
				ck_assert_msg(why && strstr(why, kinds[i].why), "%s: %s",
					      kinds[i].name, why ? why : "taken");
				release(&c);
				continue;
			}
			ck_assert_msg(!why, "%s: %s", kinds[i].name, why);
			trash_do("ssh-keygen -lf %s.pub >print", kinds[i].name);
			buf_clear(&print);
			read_all(&print, "print");
			ck_assert_msg(strstr(print.data, name) != NULL, "%s: %s",
				      print.data, name);
			buf_clear(&print);
			trash_do("cp %s.pub print", kinds[i].name);
			read_all(&print, "print");
			print.data[strcspn(print.data, "\n")] = '\0';
			ck_assert_ptr_null(key_name(options, print.data));
			ck_assert_str_eq(options, name);
			ck_assert(key_is_name(name));
			release(&c);
		}
	sign_sk(&c, "tree\n\nmessage\n");
	why = ours(&c, name);
	ck_assert_msg(!why, "sk: %s", why);
	ck_assert(theirs(&c));
	release(&c);
	buf_release(&print);
	trash_end();
}
END_TEST

UNIT_TEST(other_purposes_and_texts_are_refused)
{
	static const char *const texts[] = {
		"", "-----BEGIN SSH SIGNATURE-----\n", "-----BEGIN SSH SIGNATURE-----\n\n"
		"-----END SSH SIGNATURE-----\n", "-----BEGIN PGP SIGNATURE-----\n",
		"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH\n-----END SSH SIGNATURE-----\n",
		"-----BEGIN SSH SIGNATURE-----\nU1NIU0lH", "x",
	};
	char name[KEY_NAME_MAX + 1];
	struct case_of c, other;
	unsigned char *bytes;
	const char *why;
	size_t i, nr;

	trash_make();
	make_keys();
	sign(&c, "ed", "payload", "-n file");
	why = ours(&c, name);
	ck_assert_str_eq(why, "it was made for another purpose than git's");
	ck_assert(!theirs(&c));
	release(&c);
	sign(&c, "ed", "payload", "-n git");
	ck_assert_ptr_null(ours(&c, name));
	buf_str(&c.armour, "\n");
	ck_assert_str_eq(ours(&c, name), "it is no whole SSH signature");
	c.armour.len--;
	c.armour.data[c.armour.len] = '\0';
	/* The same bytes with one more, one less, and with a longer payload. */
	bytes = bytes_of(&nr, &c.armour);
	other = c;
	buf_init(&other.armour);
	armour(&other.armour, bytes, nr - 1);
	ck_assert_ptr_nonnull(ours(&other, name));
	ck_assert(!theirs(&other));
	bytes = realloc(bytes, nr + 1);
	bytes[nr] = 0;
	armour(&other.armour, bytes, nr + 1);
	ck_assert_ptr_nonnull(ours(&other, name));
	ck_assert(!theirs(&other));
	buf_str(&c.payload, "\n");
	ck_assert_str_eq(ours(&c, name), "it was not made by its key over this commit");
	ck_assert(key_is_name(name));
	ck_assert(!theirs(&c));
	for (i = 0; i < UNIT_COUNT(texts); i++) {
		buf_clear(&c.armour);
		buf_str(&c.armour, texts[i]);
		ck_assert_msg(ours(&c, name) != NULL, "%s", texts[i]);
		ck_assert_str_eq(name, "");
	}
	free(bytes);
	buf_release(&other.armour);
	release(&c);
	trash_end();
}
END_TEST

/* A pseudo-random number below `below`. */
static size_t next(size_t below)
{
	static unsigned long long state = 88172645463325252ull;

	state ^= state << 13;
	state ^= state >> 7;
	state ^= state << 17;
	return (size_t)(state % below);
}

/* Damage one byte of the signature's, or of the payload's. */
static void damage(struct case_of *c, const unsigned char *bytes, size_t nr)
{
	unsigned char *copy = malloc(nr);
	size_t at = next(nr), left = nr;

	memcpy(copy, bytes, nr);
	switch (next(5)) {
	case 0:
		c->payload.data[next(c->payload.len)] ^= (char)(1 + next(255));
		break;
	case 1:
		copy[at] = 0;
		break;
	case 2:
		memmove(copy + at, copy + at + 1, nr - at - 1);
		left--;
		break;
	case 3:		/* nothing: a good one */
		break;
	default:
		copy[at] ^= (unsigned char)(1u << next(8));
	}
	armour(&c->armour, copy, left);
	free(copy);
}

UNIT_TEST(damaged_ones_are_judged_as_by_ssh_keygen)
{
	const char *wanted = getenv("OPS_SIGNATURES");
	long i, nr = wanted ? strtol(wanted, NULL, 10) : 240, good = 0, bad = 0;
	struct case_of made[4], c;
	char name[KEY_NAME_MAX + 1];
	const char *why;

	trash_make();
	make_keys();
	for (i = 0; i < 3; i++)
		sign(&made[i], kinds[i].name, "tree 0123\nauthor a\n\nmessage\n", "-n git");
	sign_sk(&made[3], "tree 0123\nauthor a\n\nmessage\n");
	for (i = 0; i < nr; i++) {
		const struct case_of *base = &made[i % 4];
		size_t len;
		unsigned char *bytes = bytes_of(&len, &base->armour);

		buf_init(&c.armour);
		buf_init(&c.payload);
		buf_add(&c.payload, base->payload.data, base->payload.len);
		damage(&c, bytes, len);
		why = ours(&c, name);
		/* ssh-keygen takes version 0 for 1; it is not written by anybody. */
		if (theirs(&c) != !why && !(why && strstr(why, "another version")))
			ck_abort_msg("%ld: ours: %s; theirs: %s\n%s", i, why ? why : "good",
				     why ? "good" : "bad", c.armour.data);
		good += !why;
		bad += why != NULL;
		release(&c);
		free(bytes);
	}
	ck_assert(good > nr / 10 && bad > nr / 3);
	for (i = 0; i < 4; i++)
		release(&made[i]);
	trash_end();
}
END_TEST

UNIT_TEST(keys_have_one_text_and_one_name)
{
	static const struct { const char *text, *says; } wrong[] = {
		{ "", "neither" }, { "ssh-ed25519", "neither" }, { "ssh-ed25519 ", "neither" },
		{ "SHA256:abc", "neither" },
		{ "ssh-ed25519 AAAA", "says another type" },
		{ "ssh-ed25519 AA=A", "not whole" },
		{ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIB", "not whole" },
		{ "ssh-rsa AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhsc"
		  "HR4f", "says another type" },
		{ "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZ"
		  "GhscHQ==", "malformed" },
		{ "ssh-dss AAAAB3NzaC1kc3M=", "not taken" },
		{ "0123456789012345678901234567890123456789x", "neither" },
		{ "012345678901234567890123456789012345678", "neither" },
	};
	static const char text[] = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwN"
				   "Dg8QERITFBUWFxgZGhscHR4f";
	char name[KEY_NAME_MAX + 1], again[KEY_NAME_MAX + 1], with[128];
	const char *why;
	size_t i;

	for (i = 0; i < UNIT_COUNT(wrong); i++) {
		why = key_name(name, wrong[i].text);
		ck_assert_msg(why && strstr(why, wrong[i].says), "%s: %s", wrong[i].text,
			      why ? why : "taken");
	}
	ck_assert_ptr_null(key_name(name, text));
	(void)snprintf(with, sizeof(with), "%s alice@example.org laptop", text);
	ck_assert_ptr_null(key_name(again, with));
	ck_assert_str_eq(name, again);
	ck_assert_uint_eq(key_plain_len(with), strlen(text));
	ck_assert_ptr_null(key_name(name, "abcdef0123456789abcdef0123456789abcdef01"));
	ck_assert_str_eq(name, "openpgp:ABCDEF0123456789ABCDEF0123456789ABCDEF01");
	ck_assert(key_is_name(name));
	ck_assert(!key_is_name("openpgp:abc"));
	ck_assert(!key_is_name("SHA256:abc"));
}
END_TEST

UNIT_TEST(base64_reads_only_what_it_writes)
{
	static const char *const bad[] = { "A", "AA", "AAA", "AB==", "AAB=", "A===", "====",
					   "AA==AA==", "AA\n=", "AA A", "A-_A" };
	unsigned char in[64], out[64];
	char text[BASE64_TEXT(64)];
	size_t i, len, nr;

	for (len = 0; len < sizeof(in); len++) {
		for (i = 0; i < len; i++)
			in[i] = (unsigned char)next(256);
		base64_write(text, in, len);
		ck_assert(base64_read(out, &nr, text, strlen(text)));
		ck_assert(nr == len && !memcmp(in, out, len));
	}
	for (i = 0; i < UNIT_COUNT(bad); i++)
		ck_assert_msg(!base64_read(out, &nr, bad[i], strlen(bad[i])), "%s", bad[i]);
}
END_TEST

UNIT_MAIN("sshsig", good_ones_are_good_and_named_as_ssh_keygen_names_them,
	  other_purposes_and_texts_are_refused, damaged_ones_are_judged_as_by_ssh_keygen,
	  keys_have_one_text_and_one_name, base64_reads_only_what_it_writes)
