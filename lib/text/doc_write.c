/* SPDX-License-Identifier: MIT */
/*
 * Writing scalars into a header: whether a value may stand there at all, and
 * in which quotes.
 *
 * Values are text and stay text: what our reader takes as text needs no
 * quotes, whatever other readers make of `yes` or `1e3`.  Never more than
 * one line is written.
 */
#include "text/doc_inside.h"

#include <string.h>

#include "util/buf.h"
#include "util/utf8.h"

const char *doc_value_fault(const char *value)
{
	size_t len = strlen(value), clean = utf8_clean_to(value, len, false);

	if (len > YAML_SCALAR_MAX)
		return "is too long";
	if (clean == len)
		return NULL;
	if (value[clean] == '\n' || value[clean] == '\r')
		return "holds a line break";
	return utf8_valid_to(value, len) < len ? "is not UTF-8" :
						 "holds a control character";
}

/* Whether a value may stand without quotes; `flow`: within [ ]. */
static bool is_plain(const char *value, bool flow)
{
	size_t len = strlen(value), i;

	if (!len || value[0] == ' ' || value[len - 1] == ' ' ||
	    value[len - 1] == ':' || memchr(value, '\t', len))
		return false;
	if (strchr(",[]{}#&*!|>'\"%@`", value[0]))
		return false;
	/* A dash, question mark or colon may begin a word, not stand alone. */
	if (strchr("-?:", value[0]) && (len == 1 || value[1] == ' ' || flow))
		return false;
	if (!strncmp(value, "---", 3) || !strncmp(value, "...", 3))
		return false;
	for (i = 1; i < len; i++) {
		if (value[i] == ':' && (flow || value[i + 1] == ' '))
			return false;
		if (value[i] == '#' && value[i - 1] == ' ')
			return false;
		if (flow && strchr(",[]{}?", value[i]))
			return false;
	}
	return true;
}

static void write_single(struct buf *out, const char *value)
{
	buf_char(out, '\'');
	for (; *value; value++) {
		if (*value == '\'')
			buf_char(out, '\'');
		buf_char(out, *value);
	}
	buf_char(out, '\'');
}

static void write_double(struct buf *out, const char *value)
{
	buf_char(out, '"');
	for (; *value; value++) {
		if (*value == '\t') {
			buf_str(out, "\\t");
			continue;
		}
		if (*value == '"' || *value == '\\')
			buf_char(out, '\\');
		buf_char(out, *value);
	}
	buf_char(out, '"');
}

void doc_write_styled(struct buf *out, const char *value, enum yaml_style style,
		      bool flow)
{
	if (style == YAML_SINGLE)
		write_single(out, value);
	else if (style == YAML_DOUBLE)
		write_double(out, value);
	else if (is_plain(value, flow))
		buf_str(out, value);
	else if (strpbrk(value, "\"\\"))
		write_single(out, value);
	else
		write_double(out, value);
}

void doc_write_scalar(struct buf *out, const char *value)
{
	doc_write_styled(out, value, YAML_PLAIN, false);
}
