/* SPDX-License-Identifier: MIT */
#ifndef MODEL_SHELF_H
#define MODEL_SHELF_H

/*
 * What was read last, by the id of its blob, for all worlds of one store: parsed
 * documents and digests of files.  Of a history most is the same from one commit to the
 * next.
 */

#include "store/snap.h"
#include "text/doc.h"
#include "util/digest.h"

#define SHELF_SLOTS 256
#define SHELF_SLOTS_MAX 8192	/* of documents, for who asks for so many at once */
#define SHELF_DOC_MAX (64 * 1024)	/* bytes of a document that is kept */
#define SHELF_TEXTS 64
#define SHELF_TEXT_MAX (8 * 1024)

/* A parsed document without a fault.  Counted: a world holds those that it gave out. */
struct shelved {
	struct oid oid;
	const char *path;
	struct doc *doc;
	struct blob blob;
	struct arena *arena;
	const void *config, *type;	/* by that configuration it is of this type */
	const struct shelf *shelf;	/* of the world that has it */
	size_t cleared;			/* how often that was cleared before the notes were made */
	struct note *notes;
	unsigned refs;
};

struct shelf {
	size_t cleared;			/* so often */
	struct shelved **documents;
	size_t slots;			/* a power of two; 0: none yet */
	struct {
		struct oid oid;
		char hex[DIGEST_HEX + 1];	/* "" is no digest */
	} digests[SHELF_SLOTS];
	struct {
		char *text;
		size_t len;
		char hex[DIGEST_HEX + 1];
	} texts[SHELF_TEXTS];
};

/* So many documents are asked for together, again and again: have room for them. */
void shelf_want(struct shelf *shelf, size_t nr);

/* The document, counted for the caller; NULL when it is not there. */
struct shelved *shelf_take(struct shelf *shelf, const struct oid *oid, const char *path);

/*
 * Parse a blob (which is taken, also on failure), and keep the document if there is nothing
 * to say about it; without a shelf (NULL) it is not kept.  Counted for the caller.
 * Statuses and findings are those of doc_parse().
 */
int shelf_parse(struct shelved **out, struct shelf *shelf, const struct oid *oid,
		const char *path, struct blob *blob, struct ops_findings *findings,
		struct ops_error *err);
void shelved_unref(struct shelved *s);	/* NULL is fine */

/* What was computed from a document, by whoever did: a short text by a pointer of his, which
 * is worth nothing any more once the shelf was cleared. */
const char *shelved_note(struct shelved *s, const void *key);
int shelved_add_note(struct shelved *s, const void *key, const char *text);

/* The digest of a blob; NULL when it is not known. */
const char *shelf_digest(const struct shelf *shelf, const struct oid *oid);
void shelf_add_digest(struct shelf *shelf, const struct oid *oid, const char *hex);

/* The digest of a text, which is computed only when another one has its place. */
void shelf_text_digest(char hex[DIGEST_HEX + 1], struct shelf *shelf, const char *text,
		       size_t len);

/* Forget all that is not held, and all notes: what they go by may be another's from now on. */
void shelf_clear(struct shelf *shelf);
void shelf_release(struct shelf *shelf);

#endif
