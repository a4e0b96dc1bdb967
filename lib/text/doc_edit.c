/* SPDX-License-Identifier: MIT */
/*
 * Changing documents: one edit after the other, each a splice of bytes.
 *
 * After each edit the new text is parsed, and what was edited must read back
 * as meant; a text that does not is never given out.  So a value that plays
 * tricks with YAML or Markdown fails here, whatever the splicing code thought.
 */
#include "text/doc_inside.h"

#include <string.h>

#include "util/arena.h"
#include "util/buf.h"

static bool is_body_edit(const struct doc_edit *edit)
{
	return edit->kind == DOC_SECTION || edit->kind == DOC_CHECK ||
	       edit->kind == DOC_UNCHECK;
}

/* Parse what an edit made; a failure is the fault of the edit's value. */
static int parse_again(struct doc **out, struct arena *arena, const char *text,
		       size_t len, const struct doc_edit *edit,
		       struct ops_error *err)
{
	struct ops_findings *findings = ops_findings_new();
	const char *name = edit->name ? edit->name : "";
	int rc;

	if (!findings)
		return error_nomem(err);
	rc = doc_parse(out, arena, NULL, text, len, DOC_HEADER_ONLY, findings,
		       err);
	if (rc == OPS_EINVALID)
		rc = error_set(err, OPS_EUSAGE, "'%s' cannot be set so: %s", name,
			       ops_findings_count(findings) ?
			       ops_findings_at(findings, 0)->message :
			       "the document could not be read any more");
	ops_findings_free(findings);
	return rc;
}

/* Make one edit of `doc`; the new document and its text are in the arena. */
static int edit_one(struct doc **out, struct arena *arena, struct doc *doc,
		    const struct doc_edit *edit, struct ops_error *err)
{
	bool body = is_body_edit(edit);
	struct buf text = BUF_INIT;
	struct doc *after;
	const char *copy;
	int rc;

	rc = body ? doc_edit_body(&text, doc, edit, err) :
		    doc_edit_field(&text, doc, edit, err);
	if (rc)
		goto out;
	copy = buf_failed(&text) ? NULL : arena_dup(arena, text.data, text.len);
	if (!copy) {
		rc = error_nomem(err);
		goto out;
	}
	rc = parse_again(&after, arena, copy, text.len, edit, err);
	if (rc)
		goto out;
	if (body && (!doc_sections(doc) || !doc_sections(after))) {
		rc = error_nomem(err);
	} else if (body ? doc_body_reads_back(after, doc, edit) :
			  doc_field_reads_back(after, edit)) {
		*out = after;
	} else {
		rc = error_set(err, OPS_EUSAGE,
			       "'%s' cannot be set so: it would not read back",
			       edit->name ? edit->name : edit->value);
	}
out:
	buf_release(&text);
	return rc;
}

int doc_edit(struct buf *out, const struct doc *doc, const struct doc_edit *edits,
	     size_t nr, struct ops_error *err)
{
	struct arena *arena = arena_new();
	struct doc first = *doc, *now = &first;
	size_t i;
	int rc = 0;

	if (!arena)
		return error_nomem(err);
	/* Sections parsed on the way belong to this call, not to the caller's doc. */
	first.arena = arena;
	for (i = 0; i < nr && !rc; i++)
		rc = edit_one(&now, arena, now, &edits[i], err);
	if (!rc) {
		buf_add(out, now->text, now->len);
		if (buf_failed(out))
			rc = error_nomem(err);
	}
	arena_free(arena);
	return rc;
}
