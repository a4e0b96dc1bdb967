/* SPDX-License-Identifier: MIT */
#ifndef MODEL_PACKET_H
#define MODEL_PACKET_H

/*
 * What packets about one document add up to: which are open, and what they block.
 *
 * A packet of a kind with `until` is open while no packet of one of those kinds
 * names it in its field Answers.  As with gates, order and dates mean nothing, so
 * records that two clones make at once never contradict each other.
 */

#include "model/world.h"

struct buf;

/* The list is that of world_packets(). */
struct packets {
	struct ops_document *const *list;
	size_t nr;
};

/* The one of that whole id; NULL if there is none, or no id. */
const struct ops_document *packet_with_id(const struct packets *all, const char *id);
/* A packet that answers `p`: of one of the kinds, or of any if that is NULL. */
const struct ops_document *packet_answer(const struct packets *all,
					 const struct ops_document *p,
					 const struct names *kinds);
bool packet_is_open(const struct packets *all, const struct ops_document *p);
/* Whether it blocks that action of the document it is about, as long as it is open, and
 * whether it does; NULL: any action. */
bool packet_can_block(const struct ops_document *p, const char *action);
bool packet_blocks(const struct packets *all, const struct ops_document *p,
		   const char *action);

/* The packet of an id, or of the end of one after a '-'; if `kinds` is not NULL, of one
 * of those kinds.  A NULL name is the only open one of these kinds.  OPS_ENOTFOUND,
 * OPS_EAMBIGUOUS. */
int packet_find(const struct ops_document **out, const struct packets *all,
		const char *name, const struct names *kinds, struct ops_error *err);

/* The kind that the name of a packet's file says, <YYYYMMDD>T<HHMMSS>Z-<kind>-<random>.md;
 * NULL when it is no such name. */
const struct type *packet_kind_of_file(const struct config *config, const char *name);

/* Whether somebody writes its parts; what is decided or asked at a gate is made by the act.
 * OPS_EUSAGE, and which command records it. */
int packet_form_check(const struct type *kind, struct ops_error *err);

/* Append it as a message in Markdown. */
void packet_markdown(struct buf *out, const struct ops_document *p);

/* What is asked, in one line of at most `max` bytes: the first of its sections. */
const char *packet_gist(struct arena *arena, const struct ops_document *p, size_t max);

#endif
