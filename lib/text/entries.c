/* SPDX-License-Identifier: MIT */
/*
 * Files of entries: see entries.h.  Reads headings only; what stands below them belongs
 * to whoever wrote it.
 */

#include "text/entries.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "util/buf.h"

void entries_anchor(struct buf *out, const char *title)
{
	for (; *title; title++) {
		unsigned char c = (unsigned char)*title;

		if (c == ' ')
			buf_char(out, '-');
		else if (c >= 0x80 || isalnum(c) || c == '-' || c == '_')
			buf_char(out, (char)tolower(c));
	}
}

void entries_link(struct buf *out, const char *words, const char *from, const char *to,
		  const char *heading)
{
	const char *slash = from;

	buf_printf(out, "[%s](", words);
	if (strcmp(from, to)) {
		while ((slash = strchr(slash, '/'))) {
			buf_str(out, "../");
			slash++;
		}
		buf_str(out, to);
	}
	if (heading) {
		buf_char(out, '#');
		entries_anchor(out, heading);
	}
	buf_char(out, ')');
}

/* How well a title is named: 2 wholly or by one of its sides, 1 by a beginning, 0 not. */
static int fits(const char *title, const char *name)
{
	const char *colon = strstr(title, ": ");
	size_t len = strlen(name), side = colon ? (size_t)(colon - title) : 0;

	if (!strcasecmp(title, name) || (colon && !strcasecmp(colon + 2, name)) ||
	    (colon && side == len && !strncasecmp(title, name, len)))
		return 2;
	return colon && len < side && title[len] == '-' && !strncasecmp(title, name, len);
}

int entries_find(const struct section **out, const struct sections *s, const char *name,
		 struct ops_error *err)
{
	const struct section *found = NULL;
	int how, best = 0;
	size_t i;

	for (i = 0; i < s->nr; i++) {
		how = s->list[i].level == ENTRY_LEVEL ? fits(s->list[i].title, name) : 0;
		if (how > best) {
			best = how;
			found = &s->list[i];
		} else if (how && how == best) {
			return error_set(err, OPS_EAMBIGUOUS, "'%.60s' names '%.60s' and "
					 "'%.60s'", name, found->title, s->list[i].title);
		}
	}
	*out = found;
	return 0;
}

unsigned entries_next(const struct sections *s, const char *prefix)
{
	size_t i, len = strlen(prefix);
	unsigned long n, max = 0;

	for (i = 0; i < s->nr; i++) {
		const char *title = s->list[i].title;

		if (strncasecmp(title, prefix, len) || !isdigit((unsigned char)title[len]))
			continue;
		n = strtoul(title + len, NULL, 10);
		if (n > max && n < 1000000)
			max = n;
	}
	return (unsigned)max + 1;
}
