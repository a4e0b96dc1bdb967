/* SPDX-License-Identifier: MIT */
/*
 * The check a JSON text must pass before anything is built from it: the whole
 * grammar of RFC 8259, UTF-8, and our limits.
 *
 * Nothing is allocated and nothing is kept.  Control characters are refused
 * raw and escaped, but for tab, line feed and carriage return, which only
 * pass escaped; "\u0000" would cut a string short in C.  Keys that stand
 * twice are not seen here: that needs the decoded names.
 */
#include "util/json_check.h"

#include <math.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/utf8.h"

#define JSON_BYTES_MAX (1024 * 1024)
#define JSON_DEPTH_MAX 32
#define JSON_VALUES_MAX 100000

/* The check: a cursor, and the reason it stopped. */
struct scan {
	const char *text;
	size_t at, len;
	size_t values;
	const char *fault;	/* at `at`; NULL as long as all is well */
};

static bool scan_fail(struct scan *s, const char *fault)
{
	if (!s->fault)
		s->fault = fault;
	return false;
}

static int scan_peek(const struct scan *s)
{
	return s->at < s->len ? (unsigned char)s->text[s->at] : -1;
}

static void scan_blanks(struct scan *s)
{
	int c;

	while ((c = scan_peek(s)) == ' ' || c == '\t' || c == '\n' || c == '\r')
		s->at++;
}

static bool scan_hex4(struct scan *s, uint32_t *out)
{
	uint32_t value = 0;
	unsigned i;

	for (i = 0; i < 4; i++, s->at++) {
		int c = scan_peek(s);

		if (c >= '0' && c <= '9')
			value = value * 16 + (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			value = value * 16 + (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			value = value * 16 + (uint32_t)(c - 'A' + 10);
		else
			return scan_fail(s, "'\\u' needs four hexadecimal digits");
	}
	*out = value;
	return true;
}

static bool is_control(uint32_t c)
{
	return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') ||
	       (c >= 0x7f && c <= 0x9f);
}

/* At the character after '\u'. */
static bool scan_unicode_escape(struct scan *s)
{
	size_t start = s->at;
	uint32_t c, low;

	if (!scan_hex4(s, &c))
		return false;
	if (c >= 0xd800 && c <= 0xdbff) {
		if (s->len - s->at < 6 || s->text[s->at] != '\\' ||
		    s->text[s->at + 1] != 'u')
			return scan_fail(s, "half a surrogate pair");
		s->at += 2;
		if (!scan_hex4(s, &low))
			return false;
		if (low < 0xdc00 || low > 0xdfff)
			return scan_fail(s, "half a surrogate pair");
		return true;
	}
	s->at = start;
	if (c >= 0xdc00 && c <= 0xdfff)
		return scan_fail(s, "half a surrogate pair");
	if (is_control(c))
		return scan_fail(s, "an escaped control character");
	s->at += 4;
	return true;
}

static bool scan_string(struct scan *s)
{
	uint32_t c;
	size_t step;

	if (scan_peek(s) != '"')
		return scan_fail(s, "expected a string");
	s->at++;
	for (;;) {
		step = utf8_decode(&c, s->text + s->at, s->len - s->at);
		if (!step)
			return scan_fail(s, s->at < s->len ? "not UTF-8" :
					 "a string is not closed");
		if (c < 0x20 || is_control(c))
			return scan_fail(s, "a control character in a string");
		s->at += step;
		if (c == '"')
			return true;
		if (c != '\\')
			continue;
		if (scan_peek(s) == 'u') {
			s->at++;
			if (!scan_unicode_escape(s))
				return false;
		} else if (s->at < s->len && s->text[s->at] &&
			   strchr("\"\\/nrt", s->text[s->at])) {
			s->at++;
		} else {
			return scan_fail(s, "unknown escape");
		}
	}
}

static bool scan_digits(struct scan *s)
{
	int c = scan_peek(s);

	if (c < '0' || c > '9')
		return scan_fail(s, "expected a digit");
	while ((c = scan_peek(s)) >= '0' && c <= '9')
		s->at++;
	return true;
}

static bool scan_number(struct scan *s)
{
	size_t start = s->at;
	char digits[64];
	int c;

	if (scan_peek(s) == '-')
		s->at++;
	if (scan_peek(s) == '0') {
		s->at++;
		c = scan_peek(s);
		if (c >= '0' && c <= '9')
			return scan_fail(s, "a number must not start with 0");
	} else if (!scan_digits(s)) {
		return false;
	}
	if (scan_peek(s) == '.') {
		s->at++;
		if (!scan_digits(s))
			return false;
	}
	c = scan_peek(s);
	if (c == 'e' || c == 'E') {
		s->at++;
		c = scan_peek(s);
		if (c == '+' || c == '-')
			s->at++;
		if (!scan_digits(s))
			return false;
	}
	/* cJSON reads a number into 63 bytes and leaves the rest lying. */
	if (s->at - start >= sizeof(digits) - 1)
		return scan_fail(s, "a number is too long");
	memcpy(digits, s->text + start, s->at - start);
	digits[s->at - start] = '\0';
	if (!isfinite(strtod(digits, NULL)))
		return scan_fail(s, "a number is too large");
	return true;
}

static bool scan_word(struct scan *s, const char *word)
{
	size_t len = strlen(word);

	if (s->len - s->at < len || memcmp(s->text + s->at, word, len))
		return scan_fail(s, "expected a value");
	s->at += len;
	return true;
}

static bool scan_value(struct scan *s, unsigned depth);

/* An array or object; `close` is its last character. */
static bool scan_container(struct scan *s, unsigned depth, char close)
{
	if (depth == JSON_DEPTH_MAX)
		return scan_fail(s, "nested too deep");
	s->at++;
	scan_blanks(s);
	if (scan_peek(s) == close) {
		s->at++;
		return true;
	}
	for (;;) {
		scan_blanks(s);
		if (close == '}') {
			if (!scan_string(s))
				return false;
			scan_blanks(s);
			if (scan_peek(s) != ':')
				return scan_fail(s, "expected ':'");
			s->at++;
		}
		if (!scan_value(s, depth + 1))
			return false;
		scan_blanks(s);
		if (scan_peek(s) == close) {
			s->at++;
			return true;
		}
		if (scan_peek(s) != ',')
			return scan_fail(s, close == '}' ? "expected ',' or '}'" :
					 "expected ',' or ']'");
		s->at++;
	}
}

static bool scan_value(struct scan *s, unsigned depth)
{
	scan_blanks(s);
	if (++s->values > JSON_VALUES_MAX)
		return scan_fail(s, "too many values");
	switch (scan_peek(s)) {
	case '{':
		return scan_container(s, depth, '}');
	case '[':
		return scan_container(s, depth, ']');
	case '"':
		return scan_string(s);
	case 't':
		return scan_word(s, "true");
	case 'f':
		return scan_word(s, "false");
	case 'n':
		return scan_word(s, "null");
	case '-': case '0': case '1': case '2': case '3': case '4':
	case '5': case '6': case '7': case '8': case '9':
		return scan_number(s);
	default:
		return scan_fail(s, "expected a value");
	}
}

static int scan_error(const struct scan *s, struct ops_error *err)
{
	unsigned line = 1, column = 1;
	size_t i;

	for (i = 0; i < s->at; i++) {
		if (s->text[i] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)s->text[i] & 0xc0) != 0x80) {
			column++;
		}
	}
	return error_set(err, OPS_EINVALID, "json: line %u, column %u: %s", line,
			 column, s->fault);
}

int json_check(const char *text, size_t len, struct ops_error *err)
{
	struct scan s = { .text = text, .len = len };

	if (len > JSON_BYTES_MAX)
		return error_set(err, OPS_EINVALID, "json: more than %d bytes",
				 JSON_BYTES_MAX);
	if (scan_value(&s, 0)) {
		scan_blanks(&s);
		if (s.at < s.len)
			scan_fail(&s, "bytes after the value");
	}
	return s.fault ? scan_error(&s, err) : 0;
}
