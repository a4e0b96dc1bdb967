/* SPDX-License-Identifier: MIT */
#ifndef TEXT_DOC_INSIDE_H
#define TEXT_DOC_INSIDE_H

/*
 * What the files that change documents share; not for anybody else.
 *
 * Each doc_edit_* function appends to `out` the whole text of `doc` with one
 * edit made.  They return 0, OPS_EUSAGE or OPS_ENOTFOUND; whether `out`
 * failed is asked by the caller, and so is whether the result reads back.
 */

#include "text/doc.h"
#include "util/error.h"

/* Why a value cannot stand in a header, or NULL. */
const char *doc_value_fault(const char *value);

/* Append a scalar in that style if the value allows it; `flow`: within [ ]. */
void doc_write_styled(struct buf *out, const char *value, enum yaml_style style,
		      bool flow);

int doc_edit_field(struct buf *out, const struct doc *doc,
		   const struct doc_edit *edit, struct ops_error *err);
int doc_edit_body(struct buf *out, struct doc *doc, const struct doc_edit *edit,
		  struct ops_error *err);

/* Whether `doc` reads as `edit` meant; `before` is what it was made from. */
bool doc_field_reads_back(const struct doc *doc, const struct doc_edit *edit);
bool doc_body_reads_back(struct doc *doc, struct doc *before,
			 const struct doc_edit *edit);

#endif
