/* SPDX-License-Identifier: MIT */
/*
 * What packets add up to: see packet.h.  Computed from the kinds' definitions;
 * no kind is known here by its name, and nothing is written.
 */

#include "model/packet.h"

#include <stdio.h>
#include <string.h>

#include "util/buf.h"
#include "util/error.h"
#include "util/path.h"
#include "util/utf8.h"

const struct ops_document *packet_with_id(const struct packets *all, const char *id)
{
	size_t i;

	for (i = 0; id && i < all->nr; i++)
		if (!strcmp(all->list[i]->id, id))
			return all->list[i];
	return NULL;
}

int packet_form_check(const struct type *kind, struct ops_error *err)
{
	if (names_have(&kind->create, "request-of-gate") ||
	    names_have(&kind->create, "power-of-gate"))
		return error_set(err, OPS_EUSAGE, "'%s' is recorded by 'ops gate'", kind->name);
	return 0;
}

const struct ops_document *packet_answer(const struct packets *all,
					 const struct ops_document *p,
					 const struct names *kinds)
{
	size_t i;

	for (i = 0; i < all->nr; i++) {
		const char *answers = document_text(all->list[i], "Answers");

		if (answers && !strcmp(answers, p->id) &&
		    (!kinds || names_have(kinds, all->list[i]->type->name)))
			return all->list[i];
	}
	return NULL;
}

bool packet_is_open(const struct packets *all, const struct ops_document *p)
{
	const struct names *until = &p->type->packet.until;

	return until->nr && !packet_answer(all, p, until);
}

bool packet_can_block(const struct ops_document *p, const char *action)
{
	const struct packet_rules *rules = &p->type->packet;
	const char *text;
	size_t i;

	if (action ? !names_have(&rules->blocks, action) : !rules->blocks.nr)
		return false;
	for (i = 0; i < rules->when_nr; i++) {
		text = document_text(p, rules->when[i].field);
		if (!text || !names_have(&rules->when[i].values, text))
			return false;
	}
	return true;
}

bool packet_blocks(const struct packets *all, const struct ops_document *p,
		   const char *action)
{
	return packet_can_block(p, action) && packet_is_open(all, p);
}

/* The whole id, or what stands after a '-' in it. */
static bool is_named(const struct ops_document *p, const char *name)
{
	size_t len = strlen(p->id), end = strlen(name);

	return !strcmp(p->id, name) ||
	       (end && end < len && p->id[len - end - 1] == '-' &&
		!strcmp(p->id + len - end, name));
}

/* Nothing is open of these kinds, or of any. */
static int none_open(const struct names *kinds, struct ops_error *err)
{
	char text[160] = "";
	size_t i, len = 0;

	for (i = 0; kinds && i < kinds->nr && len < sizeof(text); i++)
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", i ? " or " : "",
					kinds->list[i]);
	return error_set(err, OPS_ENOTFOUND, "no %s is open there", *text ? text : "packet");
}

int packet_find(const struct ops_document **out, const struct packets *all,
		const char *name, const struct names *kinds, struct ops_error *err)
{
	const struct ops_document *found = NULL;
	size_t i;

	for (i = 0; i < all->nr; i++) {
		const struct ops_document *p = all->list[i];

		if ((kinds && !names_have(kinds, p->type->name)) ||
		    (name ? !is_named(p, name) : !packet_is_open(all, p)))
			continue;
		if (found && name)
			return error_set(err, OPS_EAMBIGUOUS, "'%.80s' names '%s' and '%s'",
					 name, found->id, p->id);
		if (found)
			return error_set(err, OPS_EAMBIGUOUS, "'%s' and '%s' are open: "
					 "name one", found->id, p->id);
		found = p;
	}
	if (!found && name)
		return error_set(err, OPS_ENOTFOUND, "there is no packet '%.80s' of that "
				 "kind there", name);
	if (!found)
		return none_open(kinds, err);
	*out = found;
	return 0;
}

const char *packet_gist(struct arena *arena, const struct ops_document *p, size_t max)
{
	const struct sections *sections = doc_sections(p->doc);
	const struct section *one = NULL;
	struct buf b = BUF_INIT;
	const char *text = NULL;
	size_t i;

	if (sections && p->type->sections.nr)
		one = section_find(sections, p->type->sections.list[0]);
	if (!one && sections && sections->nr)
		one = &sections->list[0];
	if (one)
		section_text(&b, sections, one);
	for (i = 0; i < b.len; i++)
		if (b.data[i] == '\n' || b.data[i] == '\r' || b.data[i] == '\t')
			b.data[i] = ' ';
	if (!buf_failed(&b) && b.len > max) {
		for (i = max; i && ((unsigned char)b.data[i] & 0xc0) == 0x80; i--)
			;
		text = arena_printf(arena, "%.*s…", (int)i, b.data);
	} else if (!buf_failed(&b)) {
		text = arena_str(arena, b.data ? b.data : "");
	}
	buf_release(&b);
	return text;
}

const struct type *packet_kind_of_file(const struct config *config, const char *name)
{
	const char *stem, *end;
	char text[64];
	size_t len = path_stem(name, &stem);

	for (end = stem + len; end > stem && *end != '-'; end--)
		;
	if (len < 19 || stem[16] != '-' || end <= stem + 17 ||
	    (size_t)(end - stem) - 17 >= sizeof(text))
		return NULL;
	memcpy(text, stem + 17, (size_t)(end - stem) - 17);
	text[end - stem - 17] = '\0';
	return config_type(config, text);
}
