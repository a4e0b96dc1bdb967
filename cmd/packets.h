/* SPDX-License-Identifier: MIT */
#ifndef CMD_PACKETS_H
#define CMD_PACKETS_H

/* Recording and showing packets, for the commands that do. */

#include "command.h"
#include "request.h"

struct packet_options {
	struct act_options act;
	const char *from;
};

#define PACKET_FROM \
	{ OPT_TEXT, 'F', "from", "FILE", offsetof(struct packet_options, from), \
	  "its parts as a text; - is standard input" }
#define PACKET_OPTIONS PACKET_FROM, ACT_EVIDENCE, ACT_DRY_RUN

/* Record a packet of a kind about a document: `parts` are words NAME=TEXT.  With no
 * part and no file a person is given a template to edit. */
int packet_record(struct session *s, const char *kind, const char *target,
		  const char *const *parts, size_t nr, const struct packet_options *o);

/* Whether there is such a kind: one that there is not would only find nothing.  NULL is fine. */
int packet_kind(struct session *s, struct ops_view *view, const char *kind);

/* A packet as text, and as members of the map or an object of the list at hand. */
void packet_print(struct session *s, const struct ops_packet *packet);
void packet_members(struct session *s, const struct ops_packet *packet);

#endif
