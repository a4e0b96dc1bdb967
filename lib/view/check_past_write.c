/* SPDX-License-Identifier: MIT */
/*
 * Making the file of what a check found.  What is only added to lies in files without a name
 * until then, so that memory holds the questions and the hashes of paths.
 *
 * Whatever fails makes the whole of it fail: a cache that is not there costs time and nothing
 * else.
 */
#include "view/check_past.h"

#include <stdlib.h>
#include <string.h>

#include "store/dirs.h"
#include "util/array.h"

#define TEXTS_MAX UINT32_MAX

static const char *question_text(const void *past, uint32_t number)
{
	const struct writing *w = past;
	const struct question *q = (const void *)w->questions.data;

	return w->words.data + q[number - 1].text;
}

void past_writing_init(struct writing *w, struct store *store)
{
	w->rows.store = w->asked.store = w->found.store = w->texts.store = store;
	numbering_init(&w->numbers, question_text, w);
	buf_char(&w->words, '\0');
	w->failed = spill_add(&w->texts, "", 1, NULL) != 0;
}

void past_writing_release(struct writing *w)
{
	spill_release(&w->rows);
	spill_release(&w->asked);
	spill_release(&w->found);
	spill_release(&w->texts);
	buf_release(&w->questions);
	buf_release(&w->words);
	numbering_release(&w->numbers);
	free(w->names);
}

uint32_t past_number(struct writing *w, const char *text, int answer, const char *said)
{
	const struct question *list = (const void *)w->questions.data;
	uint32_t number = numbering_find(&w->numbers, text);
	struct question q = { (uint32_t)w->words.len, 0, answer };

	if (number)
		return list[number - 1].answer == answer &&
		       !strcmp(w->words.data + list[number - 1].said, said) ? number : 0;
	buf_add(&w->words, text, strlen(text) + 1);
	if (*said) {
		q.said = (uint32_t)w->words.len;
		buf_add(&w->words, said, strlen(said) + 1);
	}
	buf_add(&w->questions, &q, sizeof(q));
	number = (uint32_t)(w->questions.len / sizeof(q));
	w->failed |= buf_failed(&w->words) || buf_failed(&w->questions) ||
		     w->words.len > TEXTS_MAX || numbering_add(&w->numbers, number);
	return w->failed ? 0 : number;
}

/* Append a text; 0: there is none, or no room. */
static uint32_t put_text(struct writing *w, const char *text)
{
	size_t at = spill_len(&w->texts), len = text ? strlen(text) + 1 : 0;

	if (!len)
		return 0;
	w->failed |= at + len > TEXTS_MAX || len > SPILL_ONCE ||
		     spill_add(&w->texts, text, len, NULL);
	return (uint32_t)at;
}

static void put(struct writing *w, struct spill *s, const void *data, size_t len)
{
	w->failed = w->failed || spill_add(s, data, len, NULL);
}

void past_put_asked(struct writing *w, uint32_t number)
{
	number--;
	put(w, &w->asked, &number, sizeof(number));
}

void past_put_found(struct writing *w, const struct ops_finding *f, const char *missing)
{
	struct found one = { put_text(w, f->rule), put_text(w, f->message),
			     put_text(w, f->remedy), put_text(w, f->suppressed),
			     put_text(w, missing), f->line, f->column, (uint32_t)f->severity };

	put(w, &w->found, &one, sizeof(one));
}

void past_put_row(struct writing *w, const char *path, const struct oid *oid, bool unreadable,
		  size_t asked_nr, size_t found_nr)
{
	size_t asked = spill_len(&w->asked) / sizeof(uint32_t) - asked_nr;
	size_t found = spill_len(&w->found) / sizeof(struct found) - found_nr;
	struct row row = { .oid = *oid, .path = put_text(w, path),
			   .asked = (uint32_t)asked, .asked_nr = (uint32_t)asked_nr,
			   .found = (uint32_t)found, .found_nr = (uint32_t)found_nr,
			   .unreadable = unreadable };

	w->failed = w->failed || asked > UINT32_MAX || found > UINT32_MAX ||
		    array_room(&w->names, w->nr, &w->room, sizeof(*w->names));
	put(w, &w->rows, &row, sizeof(row));
	if (!w->failed)
		w->names[w->nr] = (struct name){ map_hash(path), (uint32_t)w->nr, 0 };
	w->nr += !w->failed;
}

int past_name_order(const void *a, const void *b)
{
	const struct name *x = a, *y = b;

	return x->hash < y->hash ? -1 : x->hash > y->hash;
}

void past_write(struct writing *w, const char *key, const char *name, struct store *store,
		const struct mac_pad *pad)
{
	struct facts facts = { .rows = w->nr };
	struct sealed_part parts[PAST_PARTS] = {
		[FACTS] = { &facts, sizeof(facts), NULL },
		[NAMES] = { w->names, w->nr * sizeof(*w->names), NULL },
		[ROWS] = { NULL, spill_len(&w->rows), &w->rows },
		[ASKED] = { NULL, spill_len(&w->asked), &w->asked },
		[QUESTIONS] = { w->questions.data, w->questions.len, NULL },
		[FOUND] = { NULL, spill_len(&w->found), &w->found },
		[WORDS] = { w->words.data, w->words.len, NULL },
		[TEXTS] = { NULL, spill_len(&w->texts), &w->texts },
		[DIRS] = { w->dirs, w->dirs_nr * sizeof(*w->dirs), NULL },
	};
	uint64_t seal;

	memcpy(facts.key, key, DIGEST_HEX + 1);
	if (w->nr)
		qsort(w->names, w->nr, sizeof(*w->names), past_name_order);
	if (sealed_write(&seal, store, name, pad, parts, PAST_PARTS, NULL) == 0)
		notes_keep(store, PAST_PREFIX, name, PAST_FILES);
}
