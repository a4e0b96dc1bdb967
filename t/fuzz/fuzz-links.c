/* SPDX-License-Identifier: MIT */
/* Links, anchors, excuses and slips of any text: every place lies in the text, and what
 * was mended can be read and needs no mending. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "text/allow.h"
#include "text/links.h"
#include "text/mend.h"
#include "util/arena.h"
#include "util/buf.h"
#include "util/map.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void need(int condition)
{
	if (!condition)
		abort();
}

static unsigned lines_of(const char *text, size_t len)
{
	unsigned nr = 1;

	for (size_t i = 0; i < len; i++)
		nr += text[i] == '\n';
	return nr;
}

/* As one counts who counts from the beginning. */
static void need_place(struct place_walk *w, const char *text, size_t at, unsigned lines)
{
	unsigned line, column, own = 1;

	place_at(w, at, &line, &column);
	need(line == lines_of(text, at) && line <= lines);
	for (size_t i = at; i && text[i - 1] != '\n'; i--)
		own += ((unsigned char)text[i - 1] & 0xc0) != 0x80;
	need(column == own);
}

static void mend(struct arena *arena, const char *text, size_t len)
{
	struct ops_findings *findings = ops_findings_new();
	struct buf out = BUF_INIT, rules = BUF_INIT, again = BUF_INIT;
	struct doc *doc = NULL;

	if (mend_header(&out, &rules, arena, text, len) == 0) {
		need(doc_parse(&doc, arena, NULL, out.data, out.len, 0, findings, NULL) == 0);
		need(mend_header(&again, &rules, arena, out.data, out.len) == OPS_EINVALID);
	}
	buf_release(&again);
	buf_release(&rules);
	buf_release(&out);
	ops_findings_free(findings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new();
	struct ops_findings *findings = ops_findings_new();
	char *text = arena_dup(arena, data, size);
	struct links links = { .list = NULL };
	struct allows allows = { NULL, 0 };
	struct map *anchors = map_new(arena);
	struct doc *doc = NULL;
	unsigned lines = lines_of(text, size);

	need(links_scan(&links, arena, text, 0, size, 1) == 0);
	/* What is not worth a scan has nothing that stays here. */
	for (size_t i = 0; i < links.nr && !links_worth(text, 0, size, ALLOW_WORD); i++)
		need(links.list[i].kind == LINK_COMMENT ?
		     !strstr(links.list[i].text, ALLOW_WORD) :
		     !*links.list[i].text || !strncmp(links.list[i].text, "http", 4));
	/* From both ends, so that places are counted forth and back; of some hundreds, for each
	 * is counted from the beginning of the text here. */
	for (size_t i = 0; i < 2 * links.nr && i < 512; i++) {
		const struct link *l = &links.list[i % 2 ? links.nr - 1 - i / 2 : i / 2];

		need_place(&links.places, text, l->at, lines);
		need(l->kind != LINK_COMMENT || (l->end > l->at && l->end < size));
	}
	need(links_anchors(anchors, arena, text, 0, size) == 0);
	if (doc_parse(&doc, arena, NULL, text, size, 0, findings, NULL))
		doc = NULL;
	need(allows_find(&allows, arena, doc, &links, text, size) == 0);
	for (size_t i = 0; i < allows.nr; i++)
		need(allows.list[i].line >= 1 && allows.list[i].first <= allows.list[i].last &&
		     allows.list[i].last <= lines);
	mend(arena, text, size);
	ops_findings_free(findings);
	arena_free(arena);
	return 0;
}
