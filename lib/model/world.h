/* SPDX-License-Identifier: MIT */
#ifndef MODEL_WORLD_H
#define MODEL_WORLD_H

/*
 * A world: all that one snapshot means, read lazily.  Configuration, roster and
 * documents are read when they are first asked for and kept; equal
 * configurations and rosters of different snapshots are shared through a
 * cache, so that judging a history reads each of them once.
 */

#include "model/config.h"
#include "store/snap.h"
#include "text/doc.h"
#include "util/digest.h"

struct world;
struct roster;

/* A governed document.  `doc` is NULL when it cannot be read (its findings
 * were reported when it was), and `malformed` says whether that is for what its bytes are, so
 * that it stays so as long as they do.  `status` is the canonical name of its state, or
 * the text that stands there when it is no state; NULL without one. */
struct ops_document {
	struct world *world;
	const char *path, *id;
	const struct type *type;
	struct doc *doc;
	bool malformed;
	const char *status;
	struct shelved *shelved;	/* where it came from, if it may be shared; or NULL */
};

/* Shared between worlds of one store. */
struct world_cache;
struct world_cache *world_cache_new(void);	/* NULL: out of memory */
void world_cache_free(struct world_cache *cache);	/* after its worlds */

/* `snap` stays the caller's and must outlive the world. */
int world_open(struct world **out, struct snap *snap, struct world_cache *cache,
	       struct ops_error *err);
void world_close(struct world *w);	/* NULL is fine */
struct snap *world_snap(struct world *w);
struct arena *world_arena(struct world *w);

/* A world of the same snapshot, for documents that are looked at once: it has the other's
 * configuration and roster, and what it reads goes when it closes.  The other must outlive it. */
int world_open_aside(struct world **out, struct world *w, struct ops_error *err);

/* Tell a world that its agents are those of `other`, which must outlive it. */
void world_share_roster(struct world *w, struct world *other);

/* Who is told what a world is asked for, beside its configuration and its roster. */
struct world_watch {
	/* A document was looked up by an id in full or a path; `said` is the message of a status
	 * that is not 0. */
	void (*looked_up)(const char *name, const char *type, int status, const char *said,
			  void *payload);
	/* Something else was looked at. */
	void (*looked_at)(void *payload);
	void *payload;
};
/* From now on tell `watch`, which must outlive that; NULL: nobody. */
void world_watch(struct world *w, const struct world_watch *watch);

/* The effective configuration; belongs to the cache.  `broken` in it says
 * that ops.yaml has mistakes. */
int world_config(const struct config **out, struct world *w, struct ops_error *err);

/* The agents; belongs to the cache or the world.  Unreadable entries are in
 * roster_findings(). */
int world_roster(const struct roster **out, struct world *w, struct ops_error *err);

/* The document at a path.  OPS_ENOTFOUND: no file there, or not a governed one;
 * OPS_EINVALID: unreadable, with findings (each time it is asked for). */
int world_document(struct ops_document **out, struct world *w, const char *path,
		   struct ops_findings *findings, struct ops_error *err);

/* The same for bytes that are not in the snapshot; `text` must outlive it. */
int world_document_of(struct ops_document **out, struct world *w, const char *path,
		      const char *text, size_t len, struct ops_findings *findings,
		      struct ops_error *err);

/* A document by id, unique prefix of at least 4 characters, or path; of type
 * `type` if that isn't NULL.  OPS_ENOTFOUND, OPS_EAMBIGUOUS (err names up to 5),
 * OPS_EINVALID with findings. */
int world_find(struct ops_document **out, struct world *w, const char *name,
	       const char *type, struct ops_findings *findings,
	       struct ops_error *err);
/* So many characters of an id do, if they are the beginning of no other. */
#define ID_PREFIX_MIN 4

/* Its path only; the same statuses but the last. */
int world_find_path(const char **out, struct world *w, const char *name,
		    const char *type, struct ops_error *err);

/* The same for an id written in full: no prefixes. */
int world_exact_path(const char **out, struct world *w, const char *id,
		     const char *type, struct ops_error *err);

/* Call `each` with every document of a type (NULL: of all), in order of path;
 * unreadable ones are given with doc == NULL after their findings were added.
 * `archived`: those in archive places too.  Unless `keep`, a document lives only
 * while `each` looks at it, so that memory does not grow with their number. */
int world_each(struct world *w, const struct type *type, bool archived, bool keep,
	       int (*each)(struct ops_document *document, void *payload,
			   struct ops_error *err),
	       void *payload, struct ops_findings *findings, struct ops_error *err);

/* Of documents that need not be read, since what there is to say of them is known. */
struct world_spared {
	/* Which one is that file, an entry of the snapshot?  0: find out whether it is a
	 * document at all, and read it. */
	size_t (*which)(const char *path, const struct snap_entry *entry, void *payload);
	/* Say it, when it is its turn among the others. */
	int (*give)(const char *path, size_t which, void *payload, struct ops_error *err);
};

/* The same for all documents, unkept.  `prepare` is called with the text and the type of
 * each before, maybe by another thread: it may compute what is kept with the text.
 * `spared`: NULL, all are read. */
int world_each_prepared(struct world *w, void (*prepare)(struct doc *doc, const void *type),
			const struct world_spared *spared,
			int (*each)(struct ops_document *document, void *payload,
				    struct ops_error *err),
			void *payload, struct ops_findings *findings, struct ops_error *err);

/* The same for the documents of a type that lie below a directory, unkept. */
int world_each_below(struct world *w, const struct type *type, const char *dir,
		     int (*each)(struct ops_document *document, void *payload,
				 struct ops_error *err),
		     void *payload, struct ops_findings *findings, struct ops_error *err);

/* The same for the one document at a path, if it is of the type.  OPS_ENOTFOUND: nothing
 * there, or not a governed one. */
int world_at(struct world *w, const struct type *type, const char *path,
	     int (*each)(struct ops_document *document, void *payload,
			 struct ops_error *err),
	     void *payload, struct ops_findings *findings, struct ops_error *err);

/* Whether nothing is read that has such a name (path_fault()); that is said then. */
bool world_misnamed(const char *path, struct ops_findings *findings);

/* The packets about a document id, in order of their names (that is, of time). */
int world_packets(struct ops_document *const **out, size_t *nr, struct world *w,
		  const char *about, struct ops_findings *findings,
		  struct ops_error *err);

/* The digest of a text, which is remembered for a while. */
void world_text_digest(char hex[DIGEST_HEX + 1], struct world *w, const char *text, size_t len);

/* SHA-256 of a file; "" when nothing is there, and DIGEST_NO_FILE when what is there is none:
 * a link, a directory, a submodule, or larger than 64 MiB. */
#define DIGEST_NO_FILE "none of a file"
int world_file_digest(const char **out, struct world *w, const char *path,
		      struct ops_error *err);
/* Why what that gave is no digest, as a phrase; NULL: it is one. */
const char *world_digest_fault(const char *digest);

/* Scalar text of a header field; NULL when absent, empty text is NULL too. */
const char *document_text(const struct ops_document *d, const char *field);
/* The items of a list field (one scalar counts as a list of one); 0 items when
 * absent. */
int document_list(const char *const **out, size_t *nr, const struct ops_document *d,
		  const char *field);
/* The same for as long as an arena is there: for who goes over all documents. */
int document_list_in(const char *const **out, size_t *nr, struct arena *arena,
		     const struct ops_document *d, const char *field);
/* Whether two references, each an id or a path, mean one document. */
bool reference_same(const char *a, const char *b);
/* The id of the document that one means; NULL: out of memory. */
const char *reference_id(struct arena *arena, const char *reference);
/* Line and column of a field's value, else of the header. */
void document_place(const struct ops_document *d, const char *field, unsigned *line,
		    unsigned *column);

#endif
