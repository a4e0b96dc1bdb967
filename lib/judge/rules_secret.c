/* SPDX-License-Identifier: MIT */
/*
 * Secrets in what a change adds: tokens whose shape is known, and quoted values that
 * look random in assignments to names that speak of a secret.
 *
 * Only lines that the file did not have before are looked at, whatever their bytes are; of a
 * link, where it leads to; and the name of what is new.  A finding says where and what kind,
 * and never what it found.
 */

#include <ctype.h>
#include <string.h>

#include "judge/rules.h"
#include "text/line_set.h"
#include "util/shape.h"

#define FOUND_MAX 20		/* in one file */
#define NAME_MAX_BYTES 64

struct searching {
	struct judging *j;
	const struct standing *s;
	const char *path;	/* NULL: the message */
	unsigned line;
	size_t found;
};

/* --- one line --- */

static bool allowed(const struct standing *s, const char *text, size_t len)
{
	size_t i;

	for (i = 0; i < s->secrets.allow_values.nr; i++)
		if (shape_form(s->secrets.allow_values.list[i], text, len))
			return true;
	return false;
}

static bool has_marker(const struct standing *s, const char *line, size_t len)
{
	size_t marker = s->secrets.marker ? strlen(s->secrets.marker) : 0, i;

	for (i = 0; marker && i + marker <= len; i++)
		if (!memcmp(line + i, s->secrets.marker, marker))
			return true;
	return false;
}

static void tell(struct searching *s, const char *rule, size_t column, const char *what,
		 size_t len)
{
	if (s->found++ >= FOUND_MAX)
		return;
	findings_add(s->j->findings, rule, OPS_ERROR, s->path, s->line,
		     s->line ? (unsigned)column + 1 : 0,
		     "take it out, and have it made void where it came from; if it is none, "
		     "standing.secrets.allow says how to say so",
		     "%s%s of %zu characters is added", !s->path ? "in the message: " :
		     s->line ? "" : "in its name: ", what, len);
}

/* Of a number of 1 or more, to four places. */
static double binary_log(double x)
{
	double log = 0, bit = 1;

	for (; x >= 2; x /= 2)
		log += 1;
	while (bit > 0.00005) {
		x *= x;
		bit /= 2;
		if (x >= 2) {
			x /= 2;
			log += bit;
		}
	}
	return log;
}

/* 0 to 8 bits a character. */
static double entropy(const char *text, size_t len)
{
	size_t count[256] = { 0 }, i;
	double bits = binary_log((double)len);

	for (i = 0; i < len; i++)
		count[(unsigned char)text[i]]++;
	for (i = 0; i < 256; i++)
		if (count[i])
			bits -= (double)count[i] / (double)len * binary_log((double)count[i]);
	return bits;
}

/* Letters and digits with nothing in between that a name or a sentence has. */
static bool looks_random(const struct standing *s, const char *text, size_t len)
{
	bool letter = false, digit = false;
	size_t i;

	for (i = 0; i < len; i++) {
		if (!isgraph((unsigned char)text[i]) || strchr("$<>{}%\\*", text[i]))
			return false;
		letter = letter || isalpha((unsigned char)text[i]);
		digit = digit || isdigit((unsigned char)text[i]);
		if (text[i] == ':' && i + 2 < len && text[i + 1] == '/' && text[i + 2] == '/')
			return false;
	}
	return letter && digit && entropy(text, len) >= s->secrets.entropy;
}

/* The name that is assigned to, before `end`: its letters and digits, small. */
static void name_before(char out[NAME_MAX_BYTES + 1], const char *line, size_t end)
{
	char back[NAME_MAX_BYTES];
	size_t nr = 0, i;

	out[0] = '\0';
	while (end && strchr(" \t", line[end - 1]))
		end--;
	if (!end || !strchr("=:>", line[end - 1]))
		return;
	while (end && strchr(" \t=:>\"'`]", line[end - 1]))
		end--;
	for (; end && nr < NAME_MAX_BYTES; end--) {
		char c = line[end - 1];

		if (isalnum((unsigned char)c))
			back[nr++] = (char)tolower((unsigned char)c);
		else if (!strchr("_-.", c))
			break;
	}
	for (i = 0; i < nr; i++)
		out[i] = back[nr - 1 - i];
	out[nr] = '\0';
}

static bool speaks_of_secret(const struct standing *s, const char *name)
{
	char word[NAME_MAX_BYTES + 1];
	size_t i, k, nr;

	for (i = 0; *name && i < s->secrets.words.nr; i++) {
		const char *w = s->secrets.words.list[i];

		for (nr = k = 0; w[k] && nr < NAME_MAX_BYTES; k++)
			if (isalnum((unsigned char)w[k]))
				word[nr++] = (char)tolower((unsigned char)w[k]);
		word[nr] = '\0';
		if (nr && strstr(name, word))
			return true;
	}
	return false;
}

static void search_assignments(struct searching *s, const char *line, size_t len)
{
	char name[NAME_MAX_BYTES + 1];
	const char *close;
	size_t at, n;

	for (at = 0; at < len; at += n + 2) {
		while (at < len && !strchr("\"'`", line[at] ? line[at] : ' '))
			at++;
		close = at < len ? memchr(line + at + 1, line[at], len - at - 1) : NULL;
		if (!close)
			return;
		n = (size_t)(close - line) - at - 1;
		if (n < s->s->secrets.min_length)
			continue;
		name_before(name, line, at);
		if (speaks_of_secret(s->s, name) && looks_random(s->s, line + at + 1, n) &&
		    !allowed(s->s, line + at + 1, n))
			tell(s, "secret.entropy", at + 1,
			     "a random value for a name that speaks of a secret", n);
	}
}

static int search_bytes(struct searching *s, const char *line, size_t len)
{
	const struct standing *st = s->s;
	size_t i, at, from, n, before = s->found;
	const char *what;

	for (i = 0; i < st->secrets.shapes_nr; i++) {
		const struct secret_shape *one = &st->secrets.shapes[i];

		for (from = 0; shape_find(one->shape, line + from, len - from, &at, &n);
		     from += at + n) {
			if (allowed(st, line + from + at, n) || has_marker(st, line, len))
				continue;
			what = arena_printf(s->j->arena, "what has the shape of '%s'",
					    one->name);
			if (!what)
				return OPS_ENOMEM;
			tell(s, "secret.shape", from + at, what, n);
		}
	}
	if (s->found == before && !has_marker(st, line, len))
		search_assignments(s, line, len);
	return 0;
}

/* A NUL hides nothing: neither does one before it, nor one after each letter. */
static int search_line(struct searching *s, const char *line, size_t len)
{
	size_t i, nr = 0, before = s->found;
	int ret = search_bytes(s, line, len);
	char *copy;

	if (ret || s->found != before || !memchr(line, '\0', len))
		return ret;
	copy = arena_alloc(s->j->arena, len);
	if (!copy)
		return OPS_ENOMEM;
	for (i = 0; i < len; i++)
		if (line[i])
			copy[nr++] = line[i];
	return search_bytes(s, copy, nr);
}

static int search(struct searching *s, const char *text, size_t len,
		  const struct line_set *before)
{
	size_t at, n;
	int ret = 0;

	for (at = 0; ret == 0 && at < len; at += n + 1) {
		n = line_length(text + at, len - at);
		s->line++;
		if (!line_set_has(before, text + at, n))
			ret = search_line(s, text + at, n);
	}
	return ret;
}

/* --- files --- */

/* Its bytes, if they are not more than are searched; of a link, the path it leads to. */
static int read_bytes(struct blob *out, bool *large, struct judging *j, struct world *w,
		     const char *path)
{
	int ret = snap_read_any(out, world_snap(w), path,
				j->config->standing.secrets.max_bytes, NULL);

	*large = ret == OPS_EINVALID;
	return ret == OPS_EINVALID || ret == OPS_ENOTFOUND ? 0 : ret;
}

int rules_secrets(struct judging *j, const char *path, const struct snap_entry *before,
		  const struct snap_entry *after)
{
	struct searching s = { j, &j->config->standing, path, 0, 0 };
	struct blob old = { NULL, 0, NULL }, now = { NULL, 0, NULL };
	struct line_set set = LINE_SET_INIT;
	bool large = false, ignored;
	int ret;

	if (!after || standing_paths_have(&s.s->secrets.allow_paths, path))
		return 0;
	ret = before ? 0 : search_line(&s, path, strlen(path));
	if (ret == 0)
		ret = read_bytes(&now, &large, j, j->c->after, path);
	if (ret == 0 && large)
		findings_add(j->findings, "secret.shape", OPS_WARNING, path, 0, 0, NULL,
			     "it is larger than %zu bytes, and was not searched for secrets",
			     s.s->secrets.max_bytes);
	if (ret == 0 && now.len && before)
		ret = read_bytes(&old, &ignored, j, j->c->before, path);
	if (ret == 0 && old.len)
		ret = line_set_fill(&set, old.data, old.len);
	if (ret == 0 && now.len)
		ret = search(&s, now.data, now.len, &set);
	if (s.found > FOUND_MAX)
		findings_add(j->findings, "secret.shape", OPS_ERROR, path, 0, 0, NULL,
			     "%zu more of the kind", s.found - FOUND_MAX);
	line_set_release(&set);
	blob_release(&old);
	blob_release(&now);
	return ret;
}

int rules_secrets_message(struct judging *j)
{
	struct searching s = { j, &j->config->standing, NULL, 0, 0 };
	const struct line_set none = LINE_SET_INIT;

	return search(&s, j->c->message, j->c->message_len, &none);
}
