/* SPDX-License-Identifier: MIT */
#ifndef TEXT_DOC_H
#define TEXT_DOC_H

/*
 * A headered document: `---`, YAML header, `---`, Markdown body.
 *
 * Lossless: an edit yields new text that differs from the old in the bytes it
 * means and nowhere else; comments, order, quoting style, CRLF, unknown
 * fields, trailing blanks survive.  Strict and loud: what cannot be read is a
 * finding with line and column, never skipped.
 */

#include <stdbool.h>
#include <stddef.h>

#include "text/links.h"
#include "text/section.h"
#include "text/yaml.h"

struct buf;

#define DOC_HEADER_MAX (64 * 1024)
#define DOC_MAX (1024 * 1024)

/*
 * A parsed document.  Everything belongs to the arena it was parsed into,
 * except `text`, which stays the caller's and must outlive the doc.
 */
struct doc {
	const char *path;		/* a copy, or NULL */
	const char *text;
	size_t len;
	size_t header_at, header_len;	/* the YAML between the lines of --- */
	size_t body_at;			/* first byte after the closing --- line */
	unsigned body_line;		/* its line number, from 1 */
	bool crlf;			/* the opening line ended in CRLF */
	const struct yaml_node *header;	/* a mapping */
	struct sections *sections;	/* NULL until doc_sections() */
	struct links *links;		/* NULL until doc_links() */
	struct map *anchors;		/* NULL until doc_anchors() */
	unsigned conflict_line;		/* of doc_conflict(), ... */
	bool conflict_known;		/* ... once it was asked */
	struct arena *arena;
};

enum doc_flags {
	DOC_HEADER_ONLY = 1 << 0	/* do not check the body's encoding */
};

/*
 * Parse text.  Returns 0 (findings may hold warnings), OPS_EINVALID with
 * findings (rules of yaml.h and doc.header: no opening ---, no closing ---,
 * not a mapping; doc.encoding: body not UTF-8 or with control characters;
 * doc.limit), or OPS_ENOMEM.  *out is written only on success.
 */
int doc_parse(struct doc **out, struct arena *arena, const char *path,
	      const char *text, size_t len, unsigned flags,
	      struct ops_findings *findings, struct ops_error *err);

/* Whether a text that need not be a document has a header: its first line is `---`, be it
 * behind a byte order mark, and a later one, too.  Else the first is a line across a page. */
bool doc_has_header(const char *text, size_t len);

/* The node of a header field (exact name), or NULL. */
const struct yaml_node *doc_field(const struct doc *doc, const char *name);

/* The text of a scalar field; NULL when absent or not a scalar; "" when the
 * field is there and empty. */
const char *doc_text(const struct doc *doc, const char *name);

/* Sections of the body, parsed once; NULL when out of memory. */
const struct sections *doc_sections(struct doc *doc);

/* The links and comments of the body, found once, if any of them may say something to who
 * looks for links that stay or for excuses; NULL when out of memory. */
const struct links *doc_links(struct doc *doc);

/* Both of them by one walk over the body, for who will ask for both.  0 or OPS_ENOMEM. */
int doc_read_body(struct doc *doc);

/* The line of the first place in the body where a merge left two versions, looked for once;
 * 0: there is none. */
unsigned doc_conflict(struct doc *doc);

/* The fragments that lead into the document, as keys, found once; NULL when out of memory. */
const struct map *doc_anchors(struct doc *doc);

enum doc_edit_kind {
	DOC_SET,	/* field = scalar `value`; added at the header's end if absent */
	DOC_SET_LIST,	/* field = list of values[0..nr) (flow if it was flow, else block) */
	DOC_APPEND,	/* add `value` to a list field (creating it), unless it holds it */
	DOC_REMOVE,	/* the field and its whole lines go; absent is fine */
	DOC_SECTION,	/* the text of section `name` becomes `value`; added at the
			   end as "## name" if absent */
	DOC_CHECK,	/* tick the checklist item whose text is `value`, in section
			   `name` (NULL = anywhere); OPS_ENOTFOUND if there is none */
	DOC_UNCHECK
};

struct doc_edit {
	enum doc_edit_kind kind;
	const char *name;
	const char *value;
	const char *const *values;
	size_t nr;
};

/*
 * Append to `out` the text of `doc` with all edits made.  The quoting style
 * of a scalar that is replaced is kept when the new value allows it; otherwise
 * the value is quoted as needed.  A value that is already there changes no
 * byte.  The result is parsed again before it is returned and each edited
 * field must read back as meant.
 * Returns 0; OPS_EUSAGE for a value that cannot stand in a header (newline,
 * control character, too long), with err saying which; OPS_ENOTFOUND (see
 * DOC_CHECK); OPS_ENOMEM.
 */
int doc_edit(struct buf *out, const struct doc *doc, const struct doc_edit *edits,
	     size_t nr, struct ops_error *err);

/* Append `value` as a YAML scalar, quoted only if it has to be. */
void doc_write_scalar(struct buf *out, const char *value);

/*
 * Whether a value is an unfilled template: `[Task name]`, `[A|B|C]`,
 * `[YYYY-MM-DD]`, `<name>`, `YYYY-MM-DD`, `TODO`, `TBD`.  A flow list of one
 * or more plain scalars counts when the field is meant to be a scalar.
 */
bool doc_is_placeholder(const struct yaml_node *value);
bool doc_text_is_placeholder(const char *text);

#endif
