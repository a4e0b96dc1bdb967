/* SPDX-License-Identifier: MIT */
#ifndef STORE_KNOWN_H
#define STORE_KNOWN_H

/* Files of the work tree whose content is known without reading them. */

#include <stdint.h>
#include <sys/stat.h>

#include "store/store.h"

struct known;

/* Read what the index says about files.  Without one, or with one that is not
 * understood, nothing is known.  NULL: out of memory. */
struct known *known_open(struct store *s);
void known_free(struct known *k);	/* NULL is fine */

/* Where the index has a file, KNOWN_NOWHERE if it has not.  *near is where to look first:
 * zero, or as the call for the file before left it. */
#define KNOWN_NOWHERE SIZE_MAX
size_t known_place(const struct known *k, const char *path, size_t *near);

/* The id of the blob that the file at such a place holds, if git would say the same of it
 * without reading it: its size, times, inode and mode are those in the index, and it was
 * certainly not written after the index was. */
bool known_oid(struct oid *out, const struct known *k, size_t at, const struct stat *st);

/* What the index says of the work tree as a whole: nothing that is understood, something of all
 * files, or also that some were left out by a sparse checkout. */
enum known_what { KNOWN_NOTHING, KNOWN_FILES, KNOWN_LEFT_OUT };
enum known_what known_what(const struct known *k);

/* Whether git would say that the file at such a place is executable. */
bool known_exec(const struct known *k, size_t at, const struct stat *st);

/* Call `each` for what the index has in a directory, files and directories, in path order; a
 * name has so many bytes.  What `each` returns, when that is not 0, ends it. */
int known_children(const struct known *k, const char *dir,
		   int (*each)(const char *name, size_t len, bool directory, size_t at,
			       void *payload),
		   void *payload);

/* Whether it was certainly before the index was written. */
bool known_before(const struct known *k, const struct timespec *t);

/* Whether the index may have a repository of its own somewhere. */
bool known_may_have_modules(const struct known *k);

/* How many files the index has. */
size_t known_count(const struct known *k);

/* Whether the index has a file there; with a '/' at the end, below it. */
bool known_names(const struct known *k, const char *path);

/* The id of the tree that the files below a directory make, if they are the *nr that the
 * index has there, each as known_oid() knows it, and nothing else. */
bool known_tree_oid(struct oid *out, size_t *nr, const struct known *k, const char *dir);

#endif
