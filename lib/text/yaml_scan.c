/* SPDX-License-Identifier: MIT */
/*
 * What a YAML text must not hold, looked for before libyaml sees it: bytes
 * that are not UTF-8, byte order marks, control characters, the line breaks
 * that only YAML knows (a lone CR, NEL, LS, PS) and tabs in indentation.
 *
 * After this check a line is the same thing for us, for libyaml and for grep.
 * One pass, no allocation.
 */
#include "text/yaml_inside.h"

#include <stdarg.h>
#include <stdio.h>

#include "util/utf8.h"

#define FAULTS_MAX 20		/* a binary file need not be told byte by byte */

void yaml_refuse(struct yaml_input *in, const char *rule, struct yaml_mark at,
		 const char *remedy, const char *fmt, ...)
{
	char message[512];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(message, sizeof(message), fmt, ap);
	va_end(ap);
	in->faulty = true;
	findings_add(in->findings, rule, OPS_ERROR, in->path, at.line, at.column,
		     remedy, "%s", message);
}

struct yaml_mark yaml_mark_at(const struct yaml_input *in, size_t offset)
{
	struct yaml_mark m = { .offset = (uint32_t)offset, .line = in->first_line,
			       .column = 1 };
	size_t i;

	for (i = 0; i < offset; i++) {
		if (in->text[i] == '\n') {
			m.line++;
			m.column = 1;
		} else if (((unsigned char)in->text[i] & 0xc0) != 0x80) {
			m.column++;
		}
	}
	return m;
}

static void refuse_character(struct yaml_input *in, size_t at, uint32_t c)
{
	struct yaml_mark m = yaml_mark_at(in, at);

	if (c == 0xfeff)
		yaml_refuse(in, "yaml.encoding", m,
			    "save the file as UTF-8 without byte order mark",
			    "byte order mark");
	else if (c == '\r')
		yaml_refuse(in, "yaml.control", m, "end lines with LF or CRLF",
			    "carriage return that is not followed by a line feed");
	else if (c == 0x85 || c == 0x2028 || c == 0x2029)
		yaml_refuse(in, "yaml.control", m, "remove it",
			    "line break U+%04X, which only some programs know",
			    (unsigned)c);
	else
		yaml_refuse(in, "yaml.control", m, "remove it",
			    "character U+%04X is not allowed", (unsigned)c);
}

/* Characters libyaml's reader refuses besides ours. */
static bool is_refused(uint32_t c)
{
	return utf8_refused(c, true) || c == 0xfffe || c == 0xffff;
}

void yaml_scan(struct yaml_input *in)
{
	size_t at = 0, step;
	unsigned faults = 0;
	bool indent = true;
	uint32_t c;

	in->ascii = true;
	while (at < in->len && faults < FAULTS_MAX) {
		unsigned char byte = (unsigned char)in->text[at];

		if (byte > ' ' && byte < 0x7f) {
			indent = false;
			at++;
		} else if (byte == '\n') {
			indent = true;
			at++;
		} else if (byte == ' ') {
			at++;
		} else if (byte == '\t') {
			if (indent) {
				yaml_refuse(in, "yaml.tab", yaml_mark_at(in, at),
					    "indent with blanks",
					    "tab in indentation");
				indent = false;
				faults++;
			}
			at++;
		} else if (byte == '\r' && at + 1 < in->len &&
			   in->text[at + 1] == '\n') {
			at++;
		} else {
			in->ascii = in->ascii && byte < 0x80;
			indent = false;
			step = utf8_decode(&c, in->text + at, in->len - at);
			if (!step)
				yaml_refuse(in, "yaml.encoding",
					    yaml_mark_at(in, at),
					    "save the file as UTF-8",
					    "byte 0x%02X is not UTF-8", byte);
			else if (is_refused(c))
				refuse_character(in, at, c);
			faults += !step || is_refused(c);
			at += step ? step : 1;
		}
	}
}
