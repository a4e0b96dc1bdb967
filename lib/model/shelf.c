/* SPDX-License-Identifier: MIT */
/*
 * The shelf: a fixed number of places, each for the last blob whose id leads there.
 *
 * Never decides anything and never keeps a document with a fault, so that who reads one
 * is told of it every time.  Its memory does not grow with the history.
 */

#include "model/shelf.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "util/arena.h"

struct note {
	const void *key;
	const char *text;
	struct note *next;
};

static size_t place_of(const struct oid *oid, size_t slots)
{
	return (oid->id[0] | (size_t)oid->id[1] << 8) & (slots - 1);
}

/* Have so many places; without memory there are those that were. */
static void make_slots(struct shelf *shelf, size_t slots)
{
	struct shelved **list = calloc(slots, sizeof(*list)), **place;
	size_t i;

	if (!list)
		return;
	for (i = 0; i < shelf->slots; i++) {
		if (!shelf->documents[i])
			continue;
		/* Two of one place lie in two, or the last one lies there. */
		place = &list[place_of(&shelf->documents[i]->oid, slots)];
		shelved_unref(*place);
		*place = shelf->documents[i];
	}
	free(shelf->documents);
	shelf->documents = list;
	shelf->slots = slots;
}

void shelf_want(struct shelf *shelf, size_t nr)
{
	size_t slots = shelf->slots ? shelf->slots : SHELF_SLOTS;

	/* Ids lead anywhere: of as many as half of the places four of five are kept. */
	while (slots < 2 * nr && slots < SHELF_SLOTS_MAX)
		slots *= 2;
	if (slots > shelf->slots)
		make_slots(shelf, slots);
}

struct shelved *shelf_take(struct shelf *shelf, const struct oid *oid, const char *path)
{
	struct shelved *s = shelf->slots ? shelf->documents[place_of(oid, shelf->slots)] : NULL;

	if (!s || !oid_equal(&s->oid, oid) || strcmp(s->path, path))
		return NULL;
	s->refs++;
	return s;
}

int shelf_parse(struct shelved **out, struct shelf *shelf, const struct oid *oid,
		const char *path, struct blob *blob, struct ops_findings *findings,
		struct ops_error *err)
{
	size_t before = ops_findings_count(findings);
	struct arena *arena = arena_new();
	struct shelved *s = arena ? arena_alloc(arena, sizeof(*s)) : NULL;
	struct shelved **place = NULL;
	int ret;

	if (s)
		s->path = arena_str(arena, path);
	if (!s || !s->path) {
		blob_release(blob);
		arena_free(arena);
		return error_nomem(err);
	}
	s->arena = arena;
	s->blob = *blob;
	s->refs = 1;
	ret = doc_parse(&s->doc, arena, s->path, blob->data, blob->len, 0, findings, err);
	if (ret) {
		shelved_unref(s);
		return ret;
	}
	if (shelf && ops_findings_count(findings) == before && s->blob.len <= SHELF_DOC_MAX) {
		shelf_want(shelf, 0);
		place = shelf->slots ? &shelf->documents[place_of(oid, shelf->slots)] : NULL;
	}
	if (place) {
		shelved_unref(*place);
		s->oid = *oid;
		*place = s;
		s->refs++;
	}
	*out = s;
	return 0;
}

void shelved_unref(struct shelved *s)
{
	if (!s || --s->refs)
		return;
	blob_release(&s->blob);
	arena_free(s->arena);
}

/* Whoever holds a document over a clearing has its notes of before. */
static void drop_old_notes(struct shelved *s)
{
	if (!s->shelf || s->cleared == s->shelf->cleared)
		return;
	s->notes = NULL;
	s->cleared = s->shelf->cleared;
}

const char *shelved_note(struct shelved *s, const void *key)
{
	const struct note *n;

	drop_old_notes(s);
	n = s->notes;
	while (n && n->key != key)
		n = n->next;
	return n ? n->text : NULL;
}

int shelved_add_note(struct shelved *s, const void *key, const char *text)
{
	struct note *n = arena_alloc(s->arena, sizeof(*n));

	if (!n || !(n->text = arena_str(s->arena, text)))
		return OPS_ENOMEM;
	drop_old_notes(s);
	n->key = key;
	n->next = s->notes;
	s->notes = n;
	return 0;
}

const char *shelf_digest(const struct shelf *shelf, const struct oid *oid)
{
	size_t at = place_of(oid, SHELF_SLOTS);

	return *shelf->digests[at].hex && oid_equal(&shelf->digests[at].oid, oid) ?
	       shelf->digests[at].hex : NULL;
}

void shelf_add_digest(struct shelf *shelf, const struct oid *oid, const char *hex)
{
	size_t at = place_of(oid, SHELF_SLOTS);

	shelf->digests[at].oid = *oid;
	memcpy(shelf->digests[at].hex, hex, DIGEST_HEX + 1);
}

/* Where a text is kept; what stands there is compared byte for byte. */
static size_t place_of_text(const char *text, size_t len)
{
	uint64_t hash = len, word;

	for (; len >= sizeof(word); text += sizeof(word), len -= sizeof(word)) {
		memcpy(&word, text, sizeof(word));
		hash = (hash ^ word) * 0x9e3779b97f4a7c15u;
		hash ^= hash >> 32;
	}
	return hash % SHELF_TEXTS;
}

void shelf_text_digest(char hex[DIGEST_HEX + 1], struct shelf *shelf, const char *text,
		       size_t len)
{
	size_t at = place_of_text(text, len);
	char *copy;

	if (shelf->texts[at].text && shelf->texts[at].len == len &&
	    !memcmp(shelf->texts[at].text, text, len)) {
		memcpy(hex, shelf->texts[at].hex, DIGEST_HEX + 1);
		return;
	}
	digest_of(text, len, hex);
	copy = len && len <= SHELF_TEXT_MAX ? malloc(len) : NULL;
	if (!copy)
		return;
	memcpy(copy, text, len);
	free(shelf->texts[at].text);
	shelf->texts[at].text = copy;
	shelf->texts[at].len = len;
	memcpy(shelf->texts[at].hex, hex, DIGEST_HEX + 1);
}

void shelf_clear(struct shelf *shelf)
{
	size_t i;

	shelf->cleared++;
	for (i = 0; i < SHELF_TEXTS; i++) {
		free(shelf->texts[i].text);
		shelf->texts[i].text = NULL;
	}
	for (i = 0; i < shelf->slots; i++) {
		shelved_unref(shelf->documents[i]);
		shelf->documents[i] = NULL;
	}
}

void shelf_release(struct shelf *shelf)
{
	shelf_clear(shelf);
	free(shelf->documents);
	shelf->documents = NULL;
	shelf->slots = 0;
}
