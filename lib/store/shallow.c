/* SPDX-License-Identifier: MIT */
/*
 * Where a shallow clone was cut off: the file `shallow` of the common directory, one id
 * in a line.  It is read once, and what cannot be read means that all is cut: nobody is
 * told that a history is whole because the file that says otherwise is damaged.
 */
#include <stdlib.h>

#include "store/file.h"
#include "store/repo.h"
#include "util/buf.h"

#define SHALLOW_MAX ((size_t)64 << 20)

static int by_id(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct oid));
}

/* Ids of a text; false when there is a line that is none. */
static bool read_ids(struct store *s, const struct buf *text)
{
	size_t at, nr = 0;
	char hex[OID_HEX + 1] = "";

	s->cut = malloc((text->len / (OID_HEX + 1) + 1) * sizeof(*s->cut));
	if (!s->cut)
		return false;
	for (at = 0; at + OID_HEX < text->len; at += OID_HEX + 1) {
		memcpy(hex, text->data + at, OID_HEX);
		if (text->data[at + OID_HEX] != '\n' || !oid_parse(&s->cut[nr++], hex))
			return false;
	}
	qsort(s->cut, nr, sizeof(*s->cut), by_id);
	s->cut_nr = nr;
	return at == text->len;
}

static void load(struct store *s)
{
	char *path = file_join(s->common_dir, "shallow");
	struct buf text = BUF_INIT;
	int ret = path ? file_read(&text, path, SHALLOW_MAX, NULL) : OPS_ENOMEM;

	s->cut_known = true;
	s->cut_all = ret && ret != OPS_ENOTFOUND;
	if (ret == 0 && !read_ids(s, &text))
		s->cut_all = true;
	free(path);
	buf_release(&text);
}

bool store_is_shallow(struct store *s)
{
	if (!s->cut_known)
		load(s);
	return s->cut_all || s->cut_nr;
}

bool store_is_cut(struct store *s, const struct oid *commit)
{
	return store_is_shallow(s) &&
	       (s->cut_all || bsearch(commit, s->cut, s->cut_nr, sizeof(*commit), by_id));
}
