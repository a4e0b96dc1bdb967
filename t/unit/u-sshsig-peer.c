/* SPDX-License-Identifier: MIT */
/*
 * Signatures of SSH keys against ssh-keygen: good ones, and what can be made of them.
 * What it calls bad is never called good; what it calls good is called bad only for the
 * reasons in which we are stricter, and only where a kind of case below names one.
 *
 * OPS_SIGNATURES is how many to compare (default 400).
 */
#include "sshsig-make.h"

#define SOURCES_MAX 40

/* A case in the making: where it comes from, and what becomes of it. */
struct making {
	const struct source *from, *other;
	struct parts parts;
	struct buf bytes;	/* the whole of it, without armour */
	struct case_of out;
};

struct source {
	const char *type;	/* one of `types` */
	struct case_of made;
	struct parts parts;
	struct buf bytes;
};

static const char *const types[] = { "ed", "ec", "rsa", "sk" };
static struct source sources[SOURCES_MAX];
static size_t sources_nr;

static void set(struct buf *b, const void *data, size_t len)
{
	buf_clear(b);
	buf_add(b, data, len);
}

/* Any source of this type, or of another than this. */
static const struct source *find(const char *type, bool same)
{
	const struct source *s;

	do {
		s = &sources[next(sources_nr)];
	} while (!strcmp(s->type, type) != same);
	return s;
}

/* --- what is done to bytes --- */

static void leave(struct making *m)
{
	(void)m;
}

static void flip(struct making *m)
{
	m->bytes.data[next(m->bytes.len)] ^= (char)(1u << next(8));
}

static void zero(struct making *m)
{
	m->bytes.data[next(m->bytes.len)] = 0;
}

static void leave_out(struct making *m)
{
	size_t at = next(m->bytes.len);

	memmove(m->bytes.data + at, m->bytes.data + at + 1, m->bytes.len - at - 1);
	m->bytes.len--;
}

static void truncated(struct making *m)
{
	m->bytes.len = next(m->bytes.len);
}

static void longer(struct making *m)
{
	size_t nr = 1 + next(40);

	while (nr--)
		buf_char(&m->bytes, (char)next(256));
}

static void other_text(struct making *m)
{
	set(&m->out.payload, m->other->made.payload.data, m->other->made.payload.len);
}

static void changed_text(struct making *m)
{
	m->out.payload.data[next(m->out.payload.len)] ^= (char)(1 + next(255));
}

static void longer_text(struct making *m)
{
	buf_char(&m->out.payload, "\n \0x"[next(4)]);
}

static void shorter_text(struct making *m)
{
	m->out.payload.len -= 1 + next(3);
}

/* --- what is done to fields --- */

static void with_key(struct making *m, bool same_type)
{
	const struct source *s = find(m->from->type, same_type);

	set(&m->parts.blob, s->parts.blob.data, s->parts.blob.len);
	parts_write(&m->bytes, &m->parts);
}

static void other_key(struct making *m)
{
	with_key(m, true);
}

static void other_type(struct making *m)
{
	with_key(m, false);
}

static void longer_key(struct making *m)
{
	buf_char(&m->parts.blob, 0);
	parts_write(&m->bytes, &m->parts);
}

static void other_space(struct making *m)
{
	static const struct { const char *text; size_t len; } texts[] = {
		{ "file", 4 }, { "GIT", 3 }, { "git ", 4 }, { "git\0", 4 }, { "gi", 2 },
		{ "", 0 }, { "git", 3 },
	};
	size_t i = next(UNIT_COUNT(texts));

	set(&m->parts.space, texts[i].text, texts[i].len);
	parts_write(&m->bytes, &m->parts);
}

static void reserved(struct making *m)
{
	set(&m->parts.reserved, "x", next(2));
	parts_write(&m->bytes, &m->parts);
}

static void other_hash(struct making *m)
{
	static const char *const names[] = { "sha256", "sha512", "sha1", "SHA512", "md5", "" };
	const char *name = names[next(UNIT_COUNT(names))];

	set(&m->parts.hash, name, strlen(name));
	parts_write(&m->bytes, &m->parts);
}

static void other_name(struct making *m)
{
	static const char *const names[] = {
		"ssh-ed25519", "sk-ssh-ed25519@openssh.com", "rsa-sha2-256", "rsa-sha2-512",
		"ssh-rsa", "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ssh-dss", "",
		"ssh-ed25519-cert-v01@openssh.com", "rsa-sha2-512-cert-v01@openssh.com",
	};
	const char *name = names[next(UNIT_COUNT(names))];

	set(&m->parts.name, name, strlen(name));
	parts_write(&m->bytes, &m->parts);
}

static void no_value(struct making *m)
{
	size_t nr = next(4);

	memset(m->parts.value.data, nr == 0 ? 0 : nr == 1 ? 0xff : 1, m->parts.value.len);
	if (nr == 3)
		m->parts.value.len = 0;
	parts_write(&m->bytes, &m->parts);
}

/* Numbers of ECDSA exchanged, or with a zero before them; of others, halves. */
static void other_numbers(struct making *m)
{
	struct buf *v = &m->parts.value, made = BUF_INIT;
	struct wire w = { (unsigned char *)v->data, (unsigned char *)v->data + v->len, false };
	const unsigned char *r, *t;
	size_t r_len, t_len;

	if (!strcmp(m->from->type, "ec")) {
		r = wire_string(&w, &r_len);
		t = wire_string(&w, &t_len);
		switch (next(3)) {
		case 0:
			add_string(&made, t, t_len);
			add_string(&made, r, r_len);
			break;
		case 1:
			add_u32(&made, r_len + 1);
			buf_char(&made, 0);
			buf_add(&made, r, r_len);
			add_string(&made, t, t_len);
			break;
		default:
			add_string(&made, r, r_len);
			add_string(&made, t, t_len);
			buf_char(&made, 0);
		}
	} else {
		if (next(2)) {
			buf_add(&made, v->data + v->len / 2, v->len - v->len / 2);
			buf_add(&made, v->data, v->len / 2);
		} else {
			buf_char(&made, 0);
			buf_add(&made, v->data, v->len);
		}
	}
	set(v, made.data, made.len);
	buf_release(&made);
	parts_write(&m->bytes, &m->parts);
}

/* The flags and the counter of a security key; of others, where they would stand. */
static void other_flags(struct making *m)
{
	if (m->parts.tail.len)
		m->parts.tail.data[next(m->parts.tail.len)] ^= (char)(1u << next(8));
	else
		set(&m->parts.tail, "\1\0\0\0\7", 5);
	parts_write(&m->bytes, &m->parts);
}

static void other_version(struct making *m)
{
	m->bytes.data[9] = (char)next(3);
}

/* --- what is done to the armour --- */

/* The armour again, in lines of `width` that end in `eol`. */
static void lines(struct making *m, size_t width, const char *eol)
{
	char *text = malloc(BASE64_TEXT(m->bytes.len));
	struct buf *b = &m->out.armour;
	size_t i;

	base64_write(text, m->bytes.data, m->bytes.len);
	buf_clear(b);
	buf_printf(b, "-----BEGIN SSH SIGNATURE-----%s", eol);
	for (i = 0; i < strlen(text); i += width)
		buf_printf(b, "%.*s%s", (int)width, text + i, eol);
	buf_printf(b, "-----END SSH SIGNATURE-----%s", eol);
	free(text);
}

static void other_width(struct making *m)
{
	static const size_t widths[] = { 1, 60, 64, 69, 71, 76, 77, 100, 8000 };

	lines(m, widths[next(UNIT_COUNT(widths))], "\n");
}

static void other_eol(struct making *m)
{
	static const char *const eols[] = { "\r\n", "\r", " \n", "\n\n", "\n ", "\t\n" };

	lines(m, 70, eols[next(UNIT_COUNT(eols))]);
}

static void cut_short(struct making *m)
{
	m->out.armour.len = next(m->out.armour.len);
}

static void other_letter(struct making *m)
{
	m->out.armour.data[next(m->out.armour.len)] = "AZaz09+/=-\n\r \0\377."[next(16)];
}

/* A line that is there twice, or not at all. */
static void other_lines(struct making *m)
{
	struct buf *b = &m->out.armour, made = BUF_INIT;
	size_t nr = 0, at = 0, which, i;
	bool twice = next(2);

	for (i = 0; i < b->len; i++)
		nr += b->data[i] == '\n';
	which = next(nr);
	for (i = 0; i < nr; i++) {
		size_t len = strcspn(b->data + at, "\n") + 1;

		if (i != which || twice)
			buf_add(&made, b->data + at, len);
		if (i == which && twice)
			buf_add(&made, b->data + at, len);
		at += len;
	}
	set(b, made.data, made.len);
	buf_release(&made);
}

static void text_around(struct making *m)
{
	static const char *const texts[] = { "\n", " ", "x\n", "-----END SSH SIGNATURE-----\n",
					     "-----BEGIN SSH SIGNATURE-----\n" };
	const char *text = texts[next(UNIT_COUNT(texts))];
	struct buf made = BUF_INIT;

	if (next(2)) {
		buf_str(&m->out.armour, text);
		return;
	}
	buf_str(&made, text);
	buf_add(&made, m->out.armour.data, m->out.armour.len);
	set(&m->out.armour, made.data, made.len);
	buf_release(&made);
}

/* A good one and another, in either order. */
static void two(struct making *m)
{
	const struct buf *other = &m->other->made.armour;
	struct buf made = BUF_INIT;

	if (next(2)) {
		buf_add(&m->out.armour, other->data, other->len);
		return;
	}
	buf_add(&made, other->data, other->len);
	buf_add(&made, m->out.armour.data, m->out.armour.len);
	set(&m->out.armour, made.data, made.len);
	buf_release(&made);
}

static void other_padding(struct making *m)
{
	char *end = strstr(m->out.armour.data, "\n-----END"), rest[64];
	size_t at = (size_t)(end - m->out.armour.data);

	(void)snprintf(rest, sizeof(rest), "%s", end);
	while (at && m->out.armour.data[at - 1] == '=')
		at--;
	m->out.armour.len = at;
	switch (next(3)) {
	case 0:
		m->out.armour.data[at - 1] ^= 1;
		/* fall through */
	case 1:
		buf_str(&m->out.armour, "==");
		break;
	default:
		break;
	}
	buf_str(&m->out.armour, rest);
}

static const char whole[] = "no whole SSH signature";

static const struct {
	const char *name;
	void (*bytes)(struct making *m), (*text)(struct making *m);
	const char *stricter;	/* where we may say no to what ssh-keygen takes, our words */
	bool good;		/* both say yes */
} kinds_of_case[] = {
	{ "as it is", leave, NULL, NULL, true },
	{ "a bit flipped", flip, NULL, "another version", false },
	{ "a byte of zero", zero, NULL, "another version", false },
	{ "a byte less", leave_out, NULL, NULL, false },
	{ "truncated", truncated, NULL, NULL, false },
	{ "bytes behind it", longer, NULL, NULL, false },
	{ "of another commit", other_text, NULL, NULL, false },
	{ "over a text that changed", changed_text, NULL, NULL, false },
	{ "over a text that grew", longer_text, NULL, NULL, false },
	{ "over a text that shrank", shorter_text, NULL, NULL, false },
	{ "another key", other_key, NULL, NULL, false },
	{ "a key of another type", other_type, NULL, NULL, false },
	{ "a key with a byte more", longer_key, NULL, NULL, false },
	{ "another namespace", other_space, NULL, "another purpose", false },
	{ "something reserved", reserved, NULL, "malformed", false },
	{ "another hash", other_hash, NULL, NULL, false },
	{ "another algorithm", other_name, NULL, NULL, false },
	{ "no value", no_value, NULL, NULL, false },
	{ "other numbers", other_numbers, NULL, "not made by its key", false },
	{ "other flags", other_flags, NULL, NULL, false },
	{ "another version", other_version, NULL, "another version", false },
	{ "other lines", leave, other_width, whole, false },
	{ "other line ends", leave, other_eol, whole, false },
	{ "armour cut short", leave, cut_short, whole, false },
	{ "another letter", leave, other_letter, whole, false },
	{ "a line twice or not", leave, other_lines, whole, false },
	{ "text around it", leave, text_around, whole, false },
	{ "two of them", leave, two, whole, false },
	{ "another padding", leave, other_padding, whole, false },
};

/* --- the comparison --- */

static void add_source(const char *type, struct case_of *made)
{
	struct source *s = &sources[sources_nr++];
	unsigned char *bytes;
	size_t len;

	ck_assert(sources_nr <= SOURCES_MAX);
	s->type = type;
	s->made = *made;
	bytes = bytes_of(&len, &made->armour);
	buf_init(&s->bytes);
	buf_add(&s->bytes, bytes, len);
	free(bytes);
	parts_init(&s->parts);
	parts_read(&s->parts, &s->bytes);
}

/* Three keys of each type sign three texts. */
static void make_sources(void)
{
	static const char *const makes[] = { "ed25519", "ecdsa -b 256", "rsa -b 3072" };
	static const char *const hashes[] = { "-n git", "-n git -O hashalg=sha256" };
	char name[32], text[64];
	struct case_of made;
	size_t i, k, t;

	for (i = 0; i < UNIT_COUNT(types); i++)
		for (k = 0; k < 3; k++) {
			(void)snprintf(name, sizeof(name), "%s%zu", types[i], k);
			if (i < UNIT_COUNT(makes))
				trash_do("ssh-keygen -q -N '' -C '' -t %s -f %s", makes[i],
					 name);
			for (t = 0; t < 3; t++) {
				(void)snprintf(text, sizeof(text),
					       "tree %zu%zu\nauthor a\n\nmessage %zu\n", k, i,
					       t);
				if (i < UNIT_COUNT(makes))
					sign(&made, name, text, hashes[t % 2]);
				else
					sign_sk(&made, text);
				add_source(types[i], &made);
			}
		}
}

static void make_case(struct making *m, size_t kind)
{
	m->from = &sources[next(sources_nr)];
	do {
		m->other = &sources[next(sources_nr)];
	} while (m->other == m->from);
	parts_init(&m->parts);
	parts_copy(&m->parts, (struct parts *)(size_t)&m->from->parts);
	buf_init(&m->bytes);
	buf_add(&m->bytes, m->from->bytes.data, m->from->bytes.len);
	buf_init(&m->out.payload);
	buf_add(&m->out.payload, m->from->made.payload.data, m->from->made.payload.len);
	buf_init(&m->out.armour);
	kinds_of_case[kind].bytes(m);
	armour(&m->out.armour, (unsigned char *)m->bytes.data, m->bytes.len);
	if (kinds_of_case[kind].text)
		kinds_of_case[kind].text(m);
}

UNIT_TEST(each_is_judged_as_by_ssh_keygen)
{
	const char *wanted = getenv("OPS_SIGNATURES"), *why;
	size_t i, nr = wanted ? strtoul(wanted, NULL, 10) : 400, kinds_nr;
	unsigned good[UNIT_COUNT(kinds_of_case)] = { 0 }, bad[UNIT_COUNT(kinds_of_case)] = { 0 };
	unsigned stricter[UNIT_COUNT(kinds_of_case)] = { 0 };
	char name[KEY_NAME_MAX + 1];
	struct making m;
	bool is_good;

	trash_make();
	make_sources();
	kinds_nr = UNIT_COUNT(kinds_of_case);
	for (i = 0; i < nr; i++) {
		size_t kind = i % kinds_nr;

		make_case(&m, kind);
		why = ours(&m.out, name);
		is_good = theirs(&m.out);
		if (is_good && why) {
			const char *may = kinds_of_case[kind].stricter;

			if (!may || !strstr(why, may))
				ck_abort_msg("%zu, %s of %s: ssh-keygen says good, and ours is: "
					     "%s\n%s", i, kinds_of_case[kind].name,
					     m.from->type, why, m.out.armour.data);
			stricter[kind]++;
		} else if (!is_good && !why) {
			ck_abort_msg("%zu, %s of %s: ours says good, and ssh-keygen does not\n%s",
				     i, kinds_of_case[kind].name, m.from->type,
				     m.out.armour.data);
		}
		good[kind] += !why;
		bad[kind] += why != NULL;
		release(&m.out);
		buf_release(&m.bytes);
		parts_release(&m.parts);
	}
	for (i = 0; i < kinds_nr; i++) {
		if (wanted)
			printf("# %s: %u good, %u bad, of those %u by ours alone\n",
			       kinds_of_case[i].name, good[i], bad[i], stricter[i]);
		ck_assert_msg(good[i] + bad[i] >= nr / kinds_nr, "%s", kinds_of_case[i].name);
		ck_assert_msg(kinds_of_case[i].good ? !bad[i] : bad[i] > 0, "%s: %u good, %u bad",
			      kinds_of_case[i].name, good[i], bad[i]);
	}
	for (i = 0; i < sources_nr; i++) {
		release(&sources[i].made);
		buf_release(&sources[i].bytes);
		parts_release(&sources[i].parts);
	}
	trash_end();
}
END_TEST

UNIT_MAIN("sshsig-peer", each_is_judged_as_by_ssh_keygen)
