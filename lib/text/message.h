/* SPDX-License-Identifier: MIT */
#ifndef TEXT_MESSAGE_H
#define TEXT_MESSAGE_H

/*
 * Commit messages and their Ops-* trailers: one strict grammar, written and
 * read here and nowhere else.
 *
 * The trailers are the last paragraph of the message, every line of it
 * matching ^Ops-[A-Z][a-z]+(-[A-Z][a-z]+)*: [\x20-\x7e]{1,500}$ with no blank at either
 * end of the value, in the order of message_trailer_names, each at most once
 * (Ops-Doc may repeat for an act on several documents, Ops-Status follows the
 * Ops-Doc it is about).  Non-ASCII in a value is written as \u{hex}.
 * A message with a line anywhere else that starts, after blanks and in any
 * case, with "ops-" and a colon later is malformed: that is where forgeries
 * live.  Other trailers (Signed-off-by, Co-authored-by) may stand in a
 * paragraph before.
 */

#include <stddef.h>

#include "util/error.h"

struct arena;
struct buf;

#define MESSAGE_MAX (64 * 1024)
#define TRAILER_VALUE_MAX 500

struct trailer {
	const char *name;	/* "Ops-Action" */
	const char *value;
};

struct message {
	const char *subject;
	const char *body;	/* without subject and trailers; "" if none */
	const struct trailer *trailers;	/* Ops-* only */
	size_t trailers_nr;	/* 0: not made by ops */
	size_t subject_max;	/* in characters, of one to be written; 0, or too many: 100 */
};

/* Ops-Action, Ops-Doc, Ops-Status, Ops-Actor, Ops-Policy, Ops-Id, Ops-Task,
 * Ops-Lease; ends with NULL. */
extern const char *const message_trailer_names[];

/* Returns 0 (also for a message without Ops trailers); OPS_EINVALID with a
 * finding trailer.grammar (line in the message); OPS_ENOMEM. */
int message_parse(struct message *out, struct arena *arena, const char *text,
		  size_t len, struct ops_findings *findings,
		  struct ops_error *err);

const char *message_trailer(const struct message *m, const char *name);

/*
 * Append subject, body and trailers.  The subject is cut to one line of at most
 * 100 characters, control characters in subject and body are replaced, body
 * lines that could be read as trailers are indented by "| ".  Returns 0;
 * OPS_EUSAGE for a trailer that breaks the grammar; OPS_ENOMEM.
 */
int message_write(struct buf *out, const struct message *m,
		  struct ops_error *err);

/* Append a text, with "| " before each line of it that could be read as a trailer. */
void message_quote(struct buf *out, const char *text, size_t len);

/* Where a message ends that is given to an editor: behind it are only blank lines and comments, or
 * what git cuts off (commit.verbose).  There is a NUL behind the text. */
size_t message_end(const char *text, size_t len, char comment);

/* Append what git would make of a message that was edited; `comment` begins lines
 * that are left out. */
void message_clean(struct buf *out, const char *text, size_t len, char comment);

#endif
