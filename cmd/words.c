/* SPDX-License-Identifier: MIT */
/*
 * Words of a line.
 *
 * Pure: nothing is expanded or looked up, no variable, no pattern, no command, so a
 * line means the same everywhere.  A quote that is not closed is an error and never
 * runs on into the next line.
 */

#include "words.h"

#include "util/arena.h"
#include "util/buf.h"
#include "util/error.h"

/* Read one word at line[at]; returns where it ends, or sets *ret. */
static size_t read_word(struct buf *word, const char *line, size_t at, size_t len,
			int *ret, struct ops_error *err)
{
	char quote = 0;

	for (; at < len; at++) {
		char c = line[at];

		if (!quote && (c == ' ' || c == '\t'))
			break;
		if (c == quote) {
			quote = 0;
		} else if (!quote && (c == '\'' || c == '"')) {
			quote = c;
		} else if (c == '\\' && quote != '\'') {
			if (++at == len) {
				*ret = error_set(err, OPS_EINVALID,
						 "a '\\' at the end of the line");
				return at;
			}
			buf_char(word, line[at]);
		} else {
			buf_char(word, c);
		}
	}
	if (quote)
		*ret = error_set(err, OPS_EINVALID, "a quote (%c) without its end", quote);
	return at;
}

int words_split(struct opt_list *out, struct arena *arena, const char *line, size_t len,
		struct ops_error *err)
{
	struct buf word = BUF_INIT;
	size_t at = 0;
	int ret = 0;

	for (;;) {
		const char *copy;

		while (at < len && (line[at] == ' ' || line[at] == '\t'))
			at++;
		if (at == len || line[at] == '#')
			break;
		buf_clear(&word);
		at = read_word(&word, line, at, len, &ret, err);
		if (ret < 0)
			break;
		copy = buf_failed(&word) ? NULL : arena_dup(arena, word.data, word.len);
		if (!copy || !opt_list_add(out, arena, copy)) {
			ret = error_nomem(err);
			break;
		}
	}
	buf_release(&word);
	return ret;
}
