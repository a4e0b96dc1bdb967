/* SPDX-License-Identifier: MIT */
/*
 * What comes back once, and what takes its place: a packet of a kind with `once` is said
 * once in a row of packets of which each answers the one before; and a packet that answers
 * one of its own kind takes its place, so it is of the same person and blocks no less.
 *
 * Knows no kind by its name.
 */

#include <string.h>

#include "judge/rules.h"
#include "model/packet.h"

static const struct ops_document *answered(const struct packets *earlier,
					   const struct ops_document *d)
{
	return packet_with_id(earlier, document_text(d, "Answers"));
}

/* The one of its kind that was said in that row already; NULL if none was.  Records that
 * nobody judged may answer each other in a circle. */
static const struct ops_document *said_before(const struct ops_document *d,
					      const struct packets *earlier)
{
	const char *own[] = { d->type->name };
	const struct names kind = { own, 1 };
	const struct ops_document *p = answered(earlier, d), *said;
	size_t i;

	for (i = 0; p && i < earlier->nr; i++, p = answered(earlier, p)) {
		said = packet_answer(earlier, p, &kind);
		if (said)
			return said;
	}
	return NULL;
}

static void rules_once(struct judging *j, const struct ops_document *d,
		       const struct packets *earlier)
{
	const struct ops_document *said = said_before(d, earlier);

	if (said)
		rule_error(j, "packet.once", d, "Answers", "answer it",
			   "a %s comes once, and '%s' was one already", d->type->name,
			   said->id);
	else if (rules_second(j, d, "Answers"))
		rule_error(j, "packet.once", d, "Answers", "leave one of them away",
			   "a %s comes once, and the same commit has another",
			   d->type->name);
}

static void rules_replaces(struct judging *j, const struct ops_document *d,
			   const struct ops_document *asked)
{
	const char *from = document_text(asked, "From");
	const struct agent *a = j->c->actor;
	const struct agent *writer = from ? roster_agent_named(j->roster, from) : NULL;

	if (a && (!writer || writer->principal != a->principal))
		rule_error(j, "packet.revision", d, "From",
			   "let its writer revise it, or have it answered",
			   "'%s' is from '%s', and nobody else revises it", asked->id,
			   from ? from : "nobody");
	if (packet_can_block(asked, NULL) && !packet_can_block(d, NULL))
		rule_error(j, "packet.revision", d, "Answers",
			   "let it block as well, and wait for its answer",
			   "'%s' blocks, and what takes its place does not", asked->id);
}

void rules_revision(struct judging *j, const struct ops_document *d,
		    const struct packets *earlier)
{
	const struct ops_document *asked = answered(earlier, d);

	if (d->type->packet.once)
		rules_once(j, d, earlier);
	if (asked && !strcmp(asked->type->name, d->type->name))
		rules_replaces(j, d, asked);
}
