/* SPDX-License-Identifier: MIT */
/*
 * A headered document: `---`, YAML header, `---`, Markdown body.
 *
 * Parsing finds the lines of ---, reads the header and checks the body's
 * bytes; it copies nothing of the text and looks into the body only when
 * sections are asked for.  Changing documents is doc_edit.c's.
 */
#include "text/doc.h"

#include <stdint.h>
#include <string.h>

#include "text/allow.h"
#include "text/conflict.h"
#include "text/lines.h"
#include "util/arena.h"
#include "util/map.h"
#include "util/utf8.h"

#define CONFLICT_MARK "<<<<<<< "
#define CONFLICT_REMEDY "ops resolve asks which of both is right"

/* A fault of the document, for its path. */
static int refuse(struct ops_findings *findings, struct ops_error *err,
		  const char *path, const char *rule, unsigned line,
		  unsigned column, const char *remedy, const char *message)
{
	findings_add(findings, rule, OPS_ERROR, path, line, column, remedy, "%s",
		     message);
	if (findings_failed(findings))
		return error_nomem(err);
	return error_set(err, OPS_EINVALID, "'%s' cannot be read: %s",
			 path ? path : "document", message);
}

/* The byte after the line of `at`. */
static size_t next_line(const char *text, size_t len, size_t at)
{
	const char *lf = memchr(text + at, '\n', len - at);

	return lf ? (size_t)(lf - text) + 1 : len;
}

/* Whether the line at `at` is `---`; blanks after it are allowed. */
static bool is_fence(const char *text, size_t len, size_t at)
{
	if (len - at < 3 || memcmp(text + at, "---", 3))
		return false;
	for (at += 3; at < len && text[at] != '\n'; at++)
		if (text[at] != ' ' && text[at] != '\t' &&
		    !(text[at] == '\r' && at + 1 < len && text[at + 1] == '\n'))
			return false;
	return true;
}

/* Find both lines of ---; false if one is missing. */
static bool find_header(struct doc *doc)
{
	size_t at = next_line(doc->text, doc->len, 0);

	doc->header_at = at;
	doc->crlf = at >= 2 && doc->text[at - 2] == '\r';
	doc->body_line = 2;
	while (at < doc->len) {
		if (is_fence(doc->text, doc->len, at)) {
			doc->header_len = at - doc->header_at;
			doc->body_at = next_line(doc->text, doc->len, at);
			doc->body_line++;
			return true;
		}
		at = next_line(doc->text, doc->len, at);
		doc->body_line++;
	}
	return false;
}

static bool has_mark(const char *text, size_t len)
{
	return len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3);
}

bool doc_has_header(const char *text, size_t len)
{
	struct doc doc = { .text = text, .len = len };

	return is_fence(text, len, has_mark(text, len) ? 3 : 0) && find_header(&doc);
}

static bool is_bad_in_body(const char *text, size_t len, size_t at, size_t *step)
{
	unsigned char byte = (unsigned char)text[at];
	uint32_t c;

	*step = 1;
	if (byte == '\r')
		return at + 1 == len || text[at + 1] != '\n';
	if (byte < 0x20)
		return byte != '\n' && byte != '\t';
	if (byte < 0x7f)
		return false;
	*step = utf8_decode(&c, text + at, len - at);
	return !*step || c <= 0x9f;
}

#define BLOCK 16
#define BLOCKS 4

/* Sixteen bytes as the processor compares them at once, each answer -1 or 0. */
typedef signed char bytes __attribute__((vector_size(BLOCK)));

static bytes not_plain(const char *text)
{
	bytes c;

	memcpy(&c, text, sizeof(c));
	/* Beyond ASCII is below zero. */
	return ((bytes)(c < ' ') & ~(bytes)((c == '\n') | (c == '\t'))) | (bytes)(c == 0x7f);
}

static bool none(bytes of)
{
	uint64_t halves[2];

	memcpy(halves, &of, sizeof(halves));
	return !(halves[0] | halves[1]);
}

/* The first byte of the body that may not be there, or len. */
static size_t body_clean_to(const char *text, size_t at, size_t len)
{
	size_t step, stop;

	while (at < len) {
		const char *p = text + at;

		if (len - at >= BLOCKS * BLOCK &&
		    none(not_plain(p) | not_plain(p + BLOCK) | not_plain(p + 2 * BLOCK) |
			 not_plain(p + 3 * BLOCK))) {
			at += BLOCKS * BLOCK;
			continue;
		}
		if (len - at >= BLOCK && none(not_plain(p))) {
			at += BLOCK;
			continue;
		}
		/* One by one over what is not, and no further: the next may be again. */
		for (stop = len - at < BLOCK ? len : at + BLOCK; at < stop; at += step)
			if (is_bad_in_body(text, len, at, &step))
				return at;
	}
	return len;
}

static int check_body(const struct doc *doc, struct ops_findings *findings,
		      struct ops_error *err)
{
	size_t bad = body_clean_to(doc->text, doc->body_at, doc->len), at;
	unsigned line = doc->body_line, column = 1;

	if (bad == doc->len)
		return 0;
	for (at = doc->body_at; at < bad; at++) {
		if (doc->text[at] == '\n') {
			line++;
			column = 1;
		} else if (((unsigned char)doc->text[at] & 0xc0) != 0x80) {
			column++;
		}
	}
	return refuse(findings, err, doc->path, "doc.encoding", line, column,
		      "save the file as UTF-8 and remove control characters",
		      (unsigned char)doc->text[bad] < 0x80 ?
		      "the text holds a control character" :
		      utf8_valid_to(doc->text + bad, doc->len - bad) ?
		      "the text holds a control character" :
		      "the text is not UTF-8");
}

/* The line of the header that begins with the mark of a merge; 0: none.  In a header
 * that could be read no line does. */
static unsigned conflict_line(const struct doc *doc)
{
	size_t at = doc->header_at, end = at + doc->header_len;
	const size_t len = sizeof(CONFLICT_MARK) - 1;
	unsigned line = 2;

	for (; at < end; at = next_line(doc->text, doc->len, at), line++)
		if (end - at > len && !memcmp(doc->text + at, CONFLICT_MARK, len))
			return line;
	return 0;
}

static int parse_header(struct doc *doc, struct ops_findings *findings,
			struct ops_error *err)
{
	struct yaml_source source = { .path = doc->path, .first_line = 2 };
	struct yaml_node *header;
	unsigned conflict = conflict_line(doc);
	int rc;

	if (conflict)
		return refuse(findings, err, doc->path, "doc.conflict", conflict, 1,
			      CONFLICT_REMEDY, "a merge left two versions here");
	rc = yaml_parse(&header, doc->arena, doc->text + doc->header_at,
			doc->header_len, &source, findings, err);
	if (rc)
		return rc;
	if (header->kind != YAML_MAP || header->style != YAML_BLOCK)
		return refuse(findings, err, doc->path, "doc.header",
			      header->start.line, header->start.column,
			      "write one 'key: value' on each line",
			      "the header is not a list of fields");
	doc->header = header;
	return 0;
}

/* What can be seen without reading YAML. */
static int check_frame(struct doc *doc, struct ops_findings *findings,
		       struct ops_error *err)
{
	const char *path = doc->path;

	if (doc->len > DOC_MAX)
		return refuse(findings, err, path, "doc.limit", 1, 1, NULL,
			      "the document is larger than 1 MiB");
	if (has_mark(doc->text, doc->len))
		return refuse(findings, err, path, "doc.encoding", 1, 1,
			      "save the file as UTF-8 without byte order mark",
			      "the file begins with a byte order mark");
	if (doc->len >= sizeof(CONFLICT_MARK) &&
	    !memcmp(doc->text, CONFLICT_MARK, sizeof(CONFLICT_MARK) - 1))
		return refuse(findings, err, path, "doc.conflict", 1, 1, CONFLICT_REMEDY,
			      "a merge left two versions of all of it");
	if (!is_fence(doc->text, doc->len, 0))
		return refuse(findings, err, path, "doc.header", 1, 1,
			      "begin the file with a line '---', the fields, and "
			      "another line '---'",
			      "there is no header: the first line is not '---'");
	if (!find_header(doc))
		return refuse(findings, err, path, "doc.header", 1, 1,
			      "end the header with a line '---'",
			      "the header is not closed by a line '---'");
	if (doc->header_len > DOC_HEADER_MAX)
		return refuse(findings, err, path, "doc.limit", 2, 1, NULL,
			      "the header is larger than 64 KiB");
	return 0;
}

int doc_parse(struct doc **out, struct arena *arena, const char *path,
	      const char *text, size_t len, unsigned flags,
	      struct ops_findings *findings, struct ops_error *err)
{
	struct doc *doc = arena_alloc(arena, sizeof(*doc));
	int rc, body = 0;

	if (!doc)
		return error_nomem(err);
	doc->arena = arena;
	doc->text = text;
	doc->len = len;
	if (path) {
		doc->path = arena_str(arena, path);
		if (!doc->path)
			return error_nomem(err);
	}
	rc = check_frame(doc, findings, err);
	if (rc)
		return rc;
	rc = parse_header(doc, findings, err);
	if (rc && rc != OPS_EINVALID)
		return rc;
	if (!(flags & DOC_HEADER_ONLY))
		body = check_body(doc, findings, rc ? NULL : err);
	if (rc || body)
		return rc ? rc : body;
	*out = doc;
	return 0;
}

const struct yaml_node *doc_field(const struct doc *doc, const char *name)
{
	return yaml_get(doc->header, name);
}

const char *doc_text(const struct doc *doc, const char *name)
{
	return yaml_text(doc->header, name);
}

const struct sections *doc_sections(struct doc *doc)
{
	if (!doc->sections)
		doc->sections = sections_parse(doc->arena, doc->text, doc->body_at,
					       doc->len, doc->body_line);
	return doc->sections;
}

/* Empty links; *worth: there may be some to find. */
static struct links *new_links(const struct doc *doc, bool *worth)
{
	*worth = links_worth(doc->text, doc->body_at, doc->len, ALLOW_WORD);
	return arena_alloc(doc->arena, sizeof(struct links));
}

const struct links *doc_links(struct doc *doc)
{
	bool worth;
	struct links *links = doc->links ? NULL : new_links(doc, &worth);

	if (links && (!worth || links_scan(links, doc->arena, doc->text, doc->body_at,
					   doc->len, doc->body_line) == 0))
		doc->links = links;
	return doc->links;
}

int doc_read_body(struct doc *doc)
{
	struct lines walk = { .text = doc->text, .at = doc->body_at, .end = doc->len };
	struct links_reader *reader = NULL;
	struct sections *sections;
	unsigned line = doc->body_line;
	struct links *links;
	bool worth;

	if (doc->sections || doc->links)
		return doc_sections(doc) && doc_links(doc) ? 0 : OPS_ENOMEM;
	links = new_links(doc, &worth);
	sections = arena_alloc(doc->arena, sizeof(*sections));
	if (links && worth)
		reader = links_begin(links, doc->arena, doc->text, doc->body_at, doc->len,
				     doc->body_line);
	if (!links || !sections || (worth && !reader))
		return OPS_ENOMEM;
	for (; lines_next(&walk); line++) {
		if ((walk.kind == LINE_HEADING || walk.kind == LINE_ITEM) &&
		    !sections_line(sections, doc->arena, &walk, line))
			return OPS_ENOMEM;
		if (reader)
			links_line(reader, &walk);
	}
	sections_end(sections, doc->text, doc->len);
	if (reader && links_end(reader))
		return OPS_ENOMEM;
	doc->sections = sections;
	doc->links = links;
	return 0;
}

unsigned doc_conflict(struct doc *doc)
{
	if (!doc->conflict_known)
		doc->conflict_line = hunk_line(doc->text, doc->body_at, doc->len,
					       doc->body_line);
	doc->conflict_known = true;
	return doc->conflict_line;
}

const struct map *doc_anchors(struct doc *doc)
{
	struct map *anchors = doc->anchors ? NULL : map_new(doc->arena);

	/* The header is Markdown too, for who follows a link. */
	if (anchors && links_anchors(anchors, doc->arena, doc->text, 0, doc->len) == 0)
		doc->anchors = anchors;
	return doc->anchors;
}

/* What may stand between < and > in a template: a name, not an address. */
static bool is_name(const char *s, size_t len)
{
	size_t i;

	if (!len || !ascii_letter(s[0]))
		return false;
	for (i = 0; i < len; i++)
		if (!ascii_letter(s[i]) &&
		    !(s[i] >= '0' && s[i] <= '9') && !strchr(" -_|", s[i]))
			return false;
	return true;
}

bool doc_text_is_placeholder(const char *text)
{
	static const char *const words[] = { "YYYY-MM-DD", "TODO", "TBD" };
	size_t len, i;

	text += strspn(text, " \t");
	len = strlen(text);
	while (len && (text[len - 1] == ' ' || text[len - 1] == '\t'))
		len--;
	for (i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (strlen(words[i]) == len && !memcmp(text, words[i], len))
			return true;
	if (len < 3)
		return false;
	if (text[0] == '<' && text[len - 1] == '>')
		return is_name(text + 1, len - 2);
	/* "[x]" and "[ ]" are marks of a checklist, "[a] [b]" is prose. */
	return len > 3 && text[0] == '[' && text[len - 1] == ']' &&
	       !memchr(text + 1, ']', len - 2) && !memchr(text + 1, '[', len - 2);
}

bool doc_is_placeholder(const struct yaml_node *value)
{
	size_t i;

	if (value->kind == YAML_SCALAR)
		return doc_text_is_placeholder(value->value);
	if (value->kind != YAML_LIST || value->style != YAML_FLOW || !value->nr)
		return false;
	for (i = 0; i < value->nr; i++)
		if (value->items[i]->kind != YAML_SCALAR ||
		    value->items[i]->style != YAML_PLAIN)
			return false;
	return true;
}
