/* SPDX-License-Identifier: MIT */
/*
 * Consents: one line each, "sha256:<hex> <name> <repository>", in "programs" of the user's
 * private directory.
 *
 * Must never read a consent from the repository, its configuration or its environment.
 */
#include "run/consent.h"

#include <string.h>

#include "store/notes.h"
#include "store/snap.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/utf8.h"

#define FILE_NAME "programs"
#define FILE_MAX (1024 * 1024)
#define WORD_FILE_MAX (64 * 1024 * 1024)

static void add_text(struct digest_state *s, const char *what, const char *text)
{
	digest_add(s, what, strlen(what) + 1);
	digest_add(s, text, strlen(text) + 1);
}

/* Whether a part of the path is a link, which may lead to other content tomorrow. */
static bool leads_away(struct snap *snap, struct arena *arena, const char *path)
{
	size_t len = 0;
	struct snap_entry entry;
	const char *part;

	do {
		len += strcspn(path + len, "/");
		part = arena_dup(arena, path, len);
		if (part && snap_find(&entry, snap, part, NULL) == 0 &&
		    entry.mode == SNAP_LINK)
			return true;
		len += path[len] == '/';
	} while (part && path[len]);
	return false;
}

/* A word that names a file of the repository stands for its content, too. */
static int add_file(struct digest_state *s, struct snap *snap, const char *word,
		    struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct snap_entry entry;
	struct blob blob = { 0 };
	char hex[DIGEST_HEX + 1];
	bool away;
	int ret;

	if (!arena)
		return error_nomem(err);
	while (!strncmp(word, "./", 2))
		word += 2;
	away = snap && *word && *word != '/' && leads_away(snap, arena, word);
	arena_free(arena);
	if (away)
		return error_set(err, OPS_EUSAGE, "'%.200s' is reached through a link: name the "
				 "file itself", word);
	if (!snap || !*word || *word == '/' || snap_find(&entry, snap, word, NULL) ||
	    (entry.mode != SNAP_FILE && entry.mode != SNAP_EXEC))
		return 0;
	ret = snap_read(&blob, snap, word, WORD_FILE_MAX, err);
	if (ret)
		return ret;
	digest_of(blob.data, blob.len, hex);
	add_text(s, "file", hex);
	blob_release(&blob);
	return 0;
}

int consent_digest(char out[CONSENT_LEN + 1], const struct ops_repo *repo, struct snap *snap,
		   const char *name, const struct program *p, struct ops_error *err)
{
	static const char *const directories[] = { "repository", "worktree", "scratch" };
	struct digest_state s;
	size_t i;
	int ret = 0;

	digest_init(&s);
	add_text(&s, "ops-program", store_common_dir(repo->store));
	add_text(&s, "name", name);
	add_text(&s, "directory", directories[p->directory]);
	for (i = 0; ret == 0 && i < p->argv.nr; i++) {
		add_text(&s, "word", p->argv.list[i]);
		ret = add_file(&s, snap, p->argv.list[i], err);
	}
	for (i = 0; i < p->environment.nr; i++)
		add_text(&s, "variable", p->environment.list[i]);
	memcpy(out, "sha256:", 7);
	digest_end(&s, out + 7);
	return ret;
}

static int read_all(struct buf *out, const struct ops_repo *repo, struct ops_error *err)
{
	struct ops_error found = { 0 };
	int ret;

	if (!repo->private_dir)
		return 0;
	ret = private_read(out, repo->private_dir, FILE_NAME, FILE_MAX, &found);
	if (ret == OPS_ENOTFOUND)
		return 0;
	return ret ? error_set(err, ret, "%s", found.message) : 0;
}

/* The line that begins with the digest; NULL. */
static const char *find_line(const struct buf *text, const char *digest)
{
	const char *line;

	for (line = text->data; *line; line += strcspn(line, "\n"), line += *line == '\n')
		if (!strncmp(line, digest, CONSENT_LEN) && line[CONSENT_LEN] == ' ')
			return line;
	return NULL;
}

int consent_has(bool *out, const struct ops_repo *repo, const char *digest,
		struct ops_error *err)
{
	struct buf text = BUF_INIT;
	int ret = read_all(&text, repo, err);

	*out = ret == 0 && find_line(&text, digest) != NULL;
	buf_release(&text);
	return ret;
}

int consent_note(const struct ops_repo *repo, const char *digest, const char *name,
		 bool allowed, struct ops_error *err)
{
	struct buf text = BUF_INIT, new = BUF_INIT;
	const char *line, *next;
	int ret;

	if (!repo->private_dir)
		return error_set(err, OPS_EENVIRONMENT, "there is no directory to keep a consent "
				 "in: set XDG_CONFIG_HOME, or HOME to one that is there");
	ret = read_all(&text, repo, err);
	for (line = text.data; ret == 0 && *line; line = next) {
		next = line + strcspn(line, "\n");
		next += *next == '\n';
		if (strncmp(line, digest, CONSENT_LEN) || line[CONSENT_LEN] != ' ')
			buf_add(&new, line, (size_t)(next - line));
	}
	if (allowed) {
		buf_printf(&new, "%s %s ", digest, name);
		utf8_display(&new, store_common_dir(repo->store),
			     strlen(store_common_dir(repo->store)), false);
		buf_char(&new, '\n');
	}
	if (ret == 0 && (buf_failed(&text) || buf_failed(&new)))
		ret = error_nomem(err);
	if (ret == 0)
		ret = private_write(repo->private_dir, FILE_NAME, new.data, new.len, err);
	buf_release(&text);
	buf_release(&new);
	return ret;
}
