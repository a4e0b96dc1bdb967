/* SPDX-License-Identifier: MIT */
#ifndef CMD_REQUEST_H
#define CMD_REQUEST_H

/*
 * What all writing commands have in common: options that become an ops_request,
 * the one call that carries requests out, and the words for its outcome.
 */

#include "command.h"

/* Begin the options of a writing command with this, and its table with the rows below. */
struct act_options {
	bool dry_run;
	const char *reason;
	struct opt_list fields, sections, evidence;
};

#define ACT_DRY_RUN \
	{ OPT_FLAG, 0, "dry-run", NULL, offsetof(struct act_options, dry_run), \
	  "decide and judge, but change nothing" }
#define ACT_REASON \
	{ OPT_BLANK, 'm', "reason", "TEXT", offsetof(struct act_options, reason), \
	  "why; recorded with the act" }
#define ACT_FIELD \
	{ OPT_LIST, 'f', "field", "NAME=VALUE", offsetof(struct act_options, fields), \
	  "set a field of the header (repeatable)" }
#define ACT_SECTION \
	{ OPT_LIST, 's', "section", "NAME=TEXT", \
	  offsetof(struct act_options, sections), \
	  "text of a section; @FILE reads a file, @- standard input (repeatable)" }
#define ACT_EVIDENCE \
	{ OPT_LIST, 'e', "evidence", "PATH", offsetof(struct act_options, evidence), \
	  "a committed file this rests on, from the top of the repository" \
	  " (repeatable)" }

/* Put the options into a request.  OPS_EUSAGE, OPS_ENOTFOUND, OPS_EIO, OPS_ENOMEM. */
int request_fill(struct ops_request *request, struct session *s,
		 const struct act_options *options);

/* Make file `from` ("-" = standard input) the text of a request; NULL is fine. */
int request_draft(struct ops_request *request, struct session *s, const char *from,
		  const struct act_options *options);

/* Carry out requests as one commit, and say what was done. */
int request_send(struct session *s, const struct ops_request *requests, size_t nr,
		 bool dry_run);

/* Show an outcome: its acts in words, with their messages if `messages`, and the members
 * of an answer.  What was committed is noted in the session. */
void request_show(struct session *s, const struct ops_outcome *outcome, bool dry_run,
		  bool messages);

/* Lines as a list "notes"; as text they go to `words`. */
void request_notes(struct session *s, struct out *words, const char *notes);

#endif
