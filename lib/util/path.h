/* SPDX-License-Identifier: MIT */
#ifndef UTIL_PATH_H
#define UTIL_PATH_H

/* Repository paths ('/'-separated, relative, no "." or ".." parts) and the
 * patterns that match them.  Pure: nothing here looks at a disk. */

#include <stdbool.h>
#include <stddef.h>

#define PATH_PART_MAX 255
#define PATH_MAX_BYTES 1024
#define PATH_DEPTH_MAX 16

struct arena;
struct buf;

/* Why a path is unsafe, as a phrase for a message ("leaves the tree", "is
 * absolute", "has an empty part", "holds a control character", "names
 * git's own directory", "is too long"), or NULL when it is safe. ".git" is
 * refused in any case and in the forms HFS+ and NTFS fold to it. */
const char *path_fault(const char *path);

/* Whether `path` matches `pattern`: `*` matches within a part, `?` one
 * character, `[a-z]` a set, `**` as a whole part any number of parts (also
 * none), `{a,b}` either.  A pattern that ends in "/" matches all below it.  Git's names
 * may be any bytes: each that is no UTF-8 is a character of its own, so that a name that
 * cannot be written in a pattern is not out of the reach of all of them. */
bool path_match(const char *pattern, const char *path);

/* Why a pattern is malformed, or NULL. */
const char *path_pattern_fault(const char *pattern);

/* Whether some path matches all patterns. */
enum path_overlap { PATHS_APART, PATHS_OVERLAP, PATHS_UNDECIDED };

/*
 * Decide it from the patterns alone, exactly over the paths that path_fault() finds safe
 * (but for the forms that ".git" has and the length of parts: a common path that is one of
 * those counts).  With PATHS_OVERLAP, `example` is a path that both match, at most
 * PATH_MAX_BYTES; it may be NULL.  A malformed pattern matches nothing.  PATHS_UNDECIDED: the
 * patterns are made to be hard, and the time for them is used up; take it for an overlap.
 */
enum path_overlap path_overlap(char *example, const char *a, const char *b);
/* The same for a path that three match. */
enum path_overlap path_overlap_of(char *example, const char *a, const char *b,
				  const char *c);
/* The same for two, with no more than so many steps (some 10^7 a second), which are taken
 * from *steps; with none left the answer is PATHS_UNDECIDED. */
enum path_overlap path_overlap_within(char *example, const char *a, const char *b,
				      size_t *steps);

/* Length of the directory outside of which a pattern matches nothing: its parts
 * before the first with a special character; 0 for none. */
size_t path_pattern_root(const char *pattern);

/* Turn a path into what it is on disks that ignore the case of letters and characters that
 * are not seen: ASCII letters small, the latter (utf8_refused()) left out.  Equal for paths
 * that such a disk takes for one. */
void path_fold(char *path);

/* The path of the entry `name` of the directory `dir`, "" for the top: in place of what a buffer
 * has; in `out`, false when it is longer than that; in memory of an arena, or NULL. */
void path_put(struct buf *out, const char *dir, const char *name);
bool path_join(char out[PATH_MAX_BYTES + 1], const char *dir, const char *name);
char *path_joined(struct arena *arena, const char *dir, const char *name);

const char *path_name(const char *path);	/* after the last '/' */
/* Length of the directory part, without its '/'; 0 for none. */
size_t path_directory_len(const char *path);
/* Bytes of a list "a, b" up to its first comma or its end; commas within the braces of a pattern,
 * "{a,b}", part nothing. */
size_t path_item_len(const char *list);
/* File name without directory and without a last ".md"; returns its length
 * and points *stem into path. */
size_t path_stem(const char *path, const char **stem);
/* Whether `path` lies below directory `dir` (dir "" contains all). */
bool path_below(const char *dir, const char *path);

#endif
