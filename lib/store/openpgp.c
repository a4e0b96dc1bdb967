/* SPDX-License-Identifier: MIT */
/*
 * Asking gpg about a signature.
 *
 * The program is that of the user's own git configuration (gpg.program), never of the
 * repository's: a repository must not name what is run.  Only its status lines are
 * read, and what they do not say plainly is not good: one signature, one VALIDSIG, by
 * a key that is not revoked.  That a key has expired is no matter, as with all dates.
 */

#include "store/openpgp.h"

#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "store/child.h"
#include "util/arena.h"

#define OUTPUT_MAX 65536
#define TIMEOUT_MS 20000
#define STATUS "[GNUPG:] "

/* What the status lines add up to. */
struct said {
	unsigned valid;			/* lines VALIDSIG */
	bool bad, revoked, unknown;
	char fingerprint[65];		/* of the primary key */
};

static bool word(const char **rest, const char *name)
{
	size_t len = strlen(name);

	if (strncmp(*rest, name, len) || ((*rest)[len] != ' ' && (*rest)[len]))
		return false;
	*rest += len;
	return true;
}

/* VALIDSIG <fingerprint> ... <fingerprint of the primary key>: the last of ten. */
static void read_valid(struct said *s, const char *rest)
{
	const char *last = strrchr(rest, ' ');
	size_t i, len, words = 0;

	for (i = 0; rest[i]; i++)
		words += rest[i] == ' ' && rest[i + 1] && rest[i + 1] != ' ';
	len = last ? strlen(last + 1) : 0;
	if (words == 10 && (len == 40 || len == 64))
		memcpy(s->fingerprint, last + 1, len + 1);
	s->valid++;
}

static void read_status(struct said *s, char *text)
{
	char *line, *end;

	for (line = text; line; line = end) {
		const char *rest = line + strlen(STATUS);

		end = strchr(line, '\n');
		if (end)
			*end++ = '\0';
		if (strncmp(line, STATUS, strlen(STATUS)))
			continue;
		if (word(&rest, "VALIDSIG"))
			read_valid(s, rest);
		else if (word(&rest, "BADSIG"))
			s->bad = true;
		else if (word(&rest, "REVKEYSIG"))
			s->revoked = true;
		else if (word(&rest, "ERRSIG") || word(&rest, "NO_PUBKEY"))
			s->unknown = true;
	}
}

static void weigh(struct signer *out, struct child_result *r)
{
	struct said s = { 0 };

	out->state = SIGNER_UNCHECKED;
	if (r->timed_out || r->too_much || memchr(r->out.data, '\0', r->out.len)) {
		out->why = "the OpenPGP program did not answer in time, or too much";
		return;
	}
	read_status(&s, r->out.data);
	if (s.bad || s.revoked || s.valid > 1) {
		out->state = SIGNER_BAD;
		out->why = s.bad ? "it was not made by its key over this commit" :
			   s.revoked ? "its OpenPGP key is revoked" :
			   "it holds several signatures";
	} else if (s.valid == 1 && !s.unknown && r->code == 0 && *s.fingerprint &&
		   !key_name(out->key, s.fingerprint)) {
		out->state = SIGNER_GOOD;
		out->why = NULL;
	} else {
		out->why = s.unknown ? "its OpenPGP key is not in the keyring here" :
			   "the OpenPGP program could not verify it";
	}
}

/* The signature as a file that a child can open. */
static int signature_file(char path[64], const char *text, size_t len)
{
	int fd = memfd_create("signature", MFD_CLOEXEC);

	if (fd >= 0 && write(fd, text, len) != (ssize_t)len) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0)
		(void)snprintf(path, 64, "/proc/%ld/fd/%d", (long)getpid(), fd);
	return fd;
}

void openpgp_check(struct signer *out, const struct verifier *v, const char *armour,
		   size_t len, const void *payload, size_t payload_len)
{
	char path[64];
	const char *argv[] = { v->gpg, "--batch", "--no-auto-key-retrieve",
			       "--status-fd=1", "--verify", path, "-", NULL };
	const char *env[5] = { "LC_ALL=C", "PATH=" CHILD_PATH };
	struct child_request request = { .argv = argv, .env = env, .in = payload,
					 .in_len = payload_len, .max = OUTPUT_MAX,
					 .timeout_ms = TIMEOUT_MS };
	struct arena *arena = arena_new();
	struct child_result r;
	size_t nr = 2;
	int fd;

	out->state = SIGNER_UNCHECKED;
	out->key[0] = '\0';
	out->why = "there is no OpenPGP program to verify it with";
	if (!v->gpg || !arena) {
		arena_free(arena);
		return;
	}
	child_result_init(&r);
	fd = signature_file(path, armour, len);
	if (v->home)
		env[nr++] = arena_printf(arena, "HOME=%s", v->home);
	if (v->gnupg_home)
		env[nr++] = arena_printf(arena, "GNUPGHOME=%s", v->gnupg_home);
	if (fd >= 0 && env[nr - 1] && child_run(&r, &request, NULL) == 0)
		weigh(out, &r);
	if (fd >= 0)
		close(fd);
	child_result_release(&r);
	arena_free(arena);
}
