/* SPDX-License-Identifier: MIT */
/*
 * Signatures of SSH keys: what ssh-keygen makes is good, and has the name that
 * ssh-keygen gives it; other purposes, other texts and other keys are refused.
 * u-sshsig-peer.c compares many more with ssh-keygen.
 */
#include "sshsig-make.h"

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
	  other_purposes_and_texts_are_refused,
	  keys_have_one_text_and_one_name, base64_reads_only_what_it_writes)
