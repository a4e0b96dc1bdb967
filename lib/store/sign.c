/* SPDX-License-Identifier: MIT */
/*
 * Signing by ssh-keygen.
 *
 * Must never hand out a signature that it has not verified itself by the key that was
 * asked for: a program that fails in an odd way must not make a commit that nobody can
 * verify.  What the program says is shown, cleaned, and believed only where it chooses the
 * words of a refusal.
 */

#include "store/sign.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/child.h"
#include "store/file.h"
#include "store/sshsig.h"
#include "util/arena.h"
#include "util/utf8.h"

#define OUTPUT_MAX (SSHSIG_MAX * 2)

static int config(const char **out, struct store *s, struct arena *arena, const char *key,
		  struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret = store_config(out, s, arena, key, &found);

	if (ret == OPS_ENOTFOUND) {
		*out = NULL;
		return 0;
	}
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

static bool is_true(const char *text)
{
	return text && (!strcasecmp(text, "true") || !strcasecmp(text, "yes") ||
			!strcasecmp(text, "on") || !strcmp(text, "1"));
}

int sign_settings(struct sign_settings *out, struct store *s, struct arena *arena,
		  struct ops_error *err)
{
	const char *wanted, *format, *key;
	int ret = config(&wanted, s, arena, "commit.gpgsign", err);

	if (ret == 0)
		ret = config(&format, s, arena, "gpg.format", err);
	if (ret == 0)
		ret = config(&key, s, arena, "user.signingkey", err);
	if (ret)
		return ret;
	out->wanted = is_true(wanted);
	out->ssh = format && !strcasecmp(format, "ssh");
	out->key = key && *key ? key : NULL;
	return 0;
}

/* --- the key --- */

static int take_text(struct sign_with *out, const char *text, const char *where,
		     struct arena *arena, struct ops_error *err)
{
	const char *why;

	text = arena_dup(arena, text, strcspn(text, "\r\n"));
	if (!text)
		return error_nomem(err);
	why = strlen(text) > KEY_TEXT_MAX ? "is longer than a key" : key_name(out->name, text);
	if (!why && !strncmp(out->name, "openpgp:", 8))
		why = "is not of SSH";
	if (why)
		return error_set(err, OPS_EENVIRONMENT, "the key to sign with ('%.200s') "
				 "cannot be used: it %s", where, why);
	out->text = text;
	return 0;
}

/* The public half that lies beside a private key, or the file itself. */
static int read_public(struct sign_with *out, const char *path, struct arena *arena,
		       struct ops_error *err)
{
	const char *beside = arena_printf(arena, "%s.pub", path);
	struct ops_error ignored = { 0 };
	struct buf text = BUF_INIT;
	int ret;

	if (!beside)
		return error_nomem(err);
	ret = file_read(&text, beside, KEY_TEXT_MAX, &ignored);
	if (ret == OPS_ENOTFOUND)
		ret = file_read(&text, path, KEY_TEXT_MAX, &ignored);
	if (ret == OPS_ENOMEM)
		ret = error_nomem(err);
	else if (ret)
		ret = error_set(err, OPS_EENVIRONMENT, "the public key to sign with cannot be "
				"read: '%.200s' or beside it '.pub'", path);
	else
		ret = take_text(out, text.data, path, arena, err);
	buf_release(&text);
	return ret;
}

int sign_find_key(struct sign_with *out, const char *key, const char *home,
		  struct arena *arena, struct ops_error *err)
{
	struct sign_with with = { 0 };
	int ret;

	with.home = home;
	with.timeout_ms = SIGN_TIMEOUT_MS;
	if (!strncmp(key, "key::", 5)) {
		ret = take_text(&with, key + 5, key, arena, err);
	} else if (!strncmp(key, "ssh-", 4)) {
		ret = take_text(&with, key, key, arena, err);
	} else {
		with.file = !strncmp(key, "~/", 2) && home ?
			arena_printf(arena, "%s/%s", home, key + 2) : key;
		ret = with.file ? read_public(&with, with.file, arena, err) :
		      error_nomem(err);
	}
	if (ret == 0)
		*out = with;
	return ret;
}

/* --- the signature --- */

/* A file in memory with a public key, which a child can open; its descriptor. */
static int key_file(char path[64], const char *text)
{
	int fd = memfd_create("key", MFD_CLOEXEC);
	size_t len = strlen(text);

	if (fd < 0)
		return -1;
	/* Else it is taken for a private key that is not kept private. */
	(void)fchmod(fd, 0600);
	if (write(fd, text, len) != (ssize_t)len || write(fd, "\n", 1) != 1) {
		close(fd);
		return -1;
	}
	(void)snprintf(path, 64, "/proc/%ld/fd/%d", (long)getpid(), fd);
	return fd;
}

static int run(struct child_result *r, const struct sign_with *with, const char *file,
	       const void *data, size_t len, struct ops_error *err)
{
	const char *argv[] = { OPS_SSH_KEYGEN, "-Y", "sign", "-n", "git", "-f", file, NULL };
	const char *env[5] = { "LC_ALL=C", "PATH=" CHILD_PATH };
	struct child_request request = { 0 };
	struct arena *arena = arena_new();
	size_t nr = 2;
	int ret;

	if (!arena)
		return error_nomem(err);
	if (with->home)
		env[nr++] = arena_printf(arena, "HOME=%s", with->home);
	if (with->agent)
		env[nr++] = arena_printf(arena, "SSH_AUTH_SOCK=%s", with->agent);
	request.argv = argv;
	request.env = env;
	request.in = data;
	request.in_len = len;
	request.max = OUTPUT_MAX;
	request.timeout_ms = with->timeout_ms;
	request.asks = true;	/* a passphrase */
	ret = env[nr - 1] ? child_run(r, &request, err) : error_nomem(err);
	if (ret == OPS_ENOTFOUND)
		ret = error_set(err, OPS_EENVIRONMENT, "'%s', which signs, is not there",
				OPS_SSH_KEYGEN);
	arena_free(arena);
	return ret;
}

/* What it said, on one line and fit for a terminal. */
static void clean(char out[200], const struct buf *said)
{
	size_t i, len = utf8_clean_to(said->data, said->len, true);

	len = len < 199 ? len : 199;
	for (i = 0; i < len; i++)
		out[i] = (char)((unsigned char)said->data[i] < ' ' ? ' ' : said->data[i]);
	while (i && out[i - 1] == ' ')
		i--;
	out[i] = '\0';
}

/* Whether ssh-keygen, which stays in our session, had a terminal to ask on. */
static bool has_terminal(void)
{
	int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

/* Why nothing was signed.  Without a terminal what was not typed counts as a wrong passphrase. */
static void explain(char out[200], const struct buf *said)
{
	clean(out, said);
	if (!*out)
		(void)snprintf(out, 200, "it says nothing");
	else if (strstr(out, "passphrase") && !has_terminal())
		(void)snprintf(out, 200, "the key has a passphrase, and there is no terminal to "
			       "ask for it; ssh-add gives the key to an agent, which "
			       "SSH_AUTH_SOCK names");
}

static int check(const struct sign_with *with, struct sshkeys *keys,
		 const struct child_result *r, const void *data, size_t len,
		 struct ops_error *err)
{
	char name[KEY_NAME_MAX + 1], said[200];
	const char *why;

	if (r->timed_out)
		return error_set(err, OPS_ETIMEOUT, "ssh-keygen did not sign within %u "
				 "seconds; nothing was changed", with->timeout_ms / 1000);
	explain(said, &r->err);
	if (r->code != 0 || r->too_much)
		return error_set(err, OPS_EENVIRONMENT, "ssh-keygen did not sign with '%.200s', "
				 "and nothing was changed: %s", with->file ? with->file :
				 with->name, said);
	why = sshsig_verify(name, keys, r->out.data, r->out.len, data, len);
	if (!why && strcmp(name, with->name))
		why = "it is by another key";
	if (why)
		return error_set(err, OPS_EENVIRONMENT, "the signature that ssh-keygen made "
				 "does not hold, and nothing was changed: %s", why);
	return 0;
}

int sign_bytes(struct buf *out, const struct sign_with *with, struct sshkeys *keys,
	       const void *data, size_t len, struct ops_error *err)
{
	struct child_result r;
	char path[64];
	int fd = -1, ret = 0;

	child_result_init(&r);
	if (!with->file) {
		fd = key_file(path, with->text);
		if (fd < 0)
			ret = error_set(err, OPS_EIO, "the key cannot be handed to ssh-keygen");
	}
	if (ret == 0)
		ret = run(&r, with, with->file ? with->file : path, data, len, err);
	if (ret == 0)
		ret = check(with, keys, &r, data, len, err);
	if (ret == 0) {
		buf_add(out, r.out.data, r.out.len);
		ret = buf_failed(out) ? error_nomem(err) : 0;
	}
	if (fd >= 0)
		close(fd);
	child_result_release(&r);
	return ret;
}
