/* SPDX-License-Identifier: MIT */
/*
 * What a check found before, in documents that did not change since: a cache below the common
 * directory of the clone, which may be deleted at any time.
 *
 * It says of a document what was found, and what the verdict asked about the repository beside
 * the document's own bytes, with the answers.  It is believed of the same bytes at the same path
 * (the index knows them, and the file did not change), on the same day, by the same configuration,
 * roster and program, and while each of those questions has the answer that it had.  A document
 * whose verdict asked for anything that is no such question is read each time, and so is one whose
 * bytes could not be had: that is said when it is so, and never by heart.
 *
 * The file is sealed (store/sealed.h): one that somebody else made, that was brought along with
 * its repository, or is damaged, is none.  Never asked by what writes, by hooks or by audits.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "store/dirs.h"
#include "util/array.h"
#include "util/date.h"
#include "view/check_past.h"

#define KIND "ops check 6"
#define WORTH 256		/* documents: fewer are read as fast */
#define TYPE_MAX 64		/* of a question: bytes of a type's name */

enum answer { UNASKED, SAME, OTHER };

struct check_past {
	struct mac_pad pad;
	char key[DIGEST_HEX + 1], name[PAST_NAME_LEN];
	size_t worth;
	struct sealed *old;		/* or NULL */
	const struct name *names;
	const struct row *rows;
	const struct question *questions;
	size_t rows_nr, questions_nr;
	unsigned char *answers;		/* enum answer, of each old question */
	bool *used;			/* of each old row: it was given */
	size_t used_nr;
	struct world_watch watch;	/* while one document is judged: */
	bool watching, more;		/* more: of questions that have no name */
	uint32_t *asked;
	size_t asked_nr, asked_room;
	struct buf word;		/* the question at hand */
	struct writing next;
};

static void release(struct check_past *p)
{
	past_writing_release(&p->next);
	sealed_close(p->old);
	free(p->answers);
	free(p->used);
	free(p->asked);
	buf_release(&p->word);
	free(p);
}

/* Of the file of this work tree. */
static void name_of(char out[PAST_NAME_LEN], const struct store *s)
{
	char hex[DIGEST_HEX + 1];

	digest_of(store_git_dir(s), strlen(store_git_dir(s)), hex);
	(void)snprintf(out, PAST_NAME_LEN, PAST_PREFIX "%.16s", hex);
}

/* What all verdicts depend on: the day, the configuration, and each entry of the roster. */
static int key_of(char key[DIGEST_HEX + 1], struct checking *c, struct ops_error *err)
{
	struct digest_state state;
	const struct roster *roster;
	const char *digest;
	char day[DATE_LEN + 1];
	size_t i;
	int ret = world_roster(&roster, c->world, err);

	if (ret == 0)
		ret = world_file_digest(&digest, c->world, CONFIG_PATH, err);
	if (ret)
		return ret;
	date_format(day, date_from_epoch(c->repo->now));
	digest_init(&state);
	digest_add(&state, day, strlen(day) + 1);
	digest_add(&state, digest, strlen(digest) + 1);
	for (i = 0; ret == 0 && i < roster_count(roster); i++) {
		const char *path = roster_at(roster, i)->path;

		ret = world_file_digest(&digest, c->world, path, err);
		if (ret)
			break;
		digest_add(&state, path, strlen(path) + 1);
		digest_add(&state, digest, strlen(digest) + 1);
	}
	digest_end(&state, key);
	return ret;
}

/* All rows of a part that is made of such; NULL: it is not, or has none. */
static const void *rows_of(size_t *nr, struct sealed *f, enum past_part part, size_t size)
{
	size_t len = sealed_size(f, part);

	*nr = len % size ? 0 : len / size;
	return *nr ? sealed_at(f, part, 0, len) : NULL;
}

/* Take the old file for use, if it is of that key and whole. */
static void use_old(struct check_past *p)
{
	size_t names = 0;
	const struct facts *facts = sealed_at(p->old, FACTS, 0, sizeof(*facts));

	if (!facts || strncmp(facts->key, p->key, sizeof(facts->key)))
		return;
	p->names = rows_of(&names, p->old, NAMES, sizeof(*p->names));
	p->rows = rows_of(&p->rows_nr, p->old, ROWS, sizeof(*p->rows));
	p->questions = rows_of(&p->questions_nr, p->old, QUESTIONS, sizeof(*p->questions));
	if (!p->questions)
		p->questions_nr = 0;
	p->answers = calloc(p->questions_nr + 1, sizeof(*p->answers));
	p->used = calloc(p->rows_nr + 1, sizeof(*p->used));
	if (!p->names || !p->rows || names != p->rows_nr || !p->answers || !p->used)
		p->rows_nr = 0;
}

/* The snapshot outlives the file. */
static void use_dirs(struct checking *c, const struct check_past *p)
{
	size_t nr = 0;
	const struct dir_seen *old = p->old ? rows_of(&nr, p->old, DIRS, sizeof(*old)) : NULL;
	const struct dir_seen *dirs = old ? (void *)arena_dup(c->arena, (const void *)old,
							       nr * sizeof(*old)) : NULL;

	snap_name_ids(c->snap, dirs, dirs ? nr : 0);
}

static void looked_up(const char *name, const char *type, int status, const char *said,
		      void *checking);

static void looked_at(void *checking)
{
	check_past_more(checking);
}

/* Whether it pays to remember anything of this check, and anything may be. */
static bool is_wanted(const struct checking *c, enum roll_wish wish)
{
	const struct ops_check_options *o = c->options;

	return o->past && o->what != OPS_CHECK_REVISION && !o->paths_nr && !o->text &&
	       !o->config && !c->mending && !c->mended && c->repo->private_dir &&
	       wish != ROLL_NEVER;
}

int check_past_open(struct checking *c, struct ops_error *err)
{
	enum roll_wish wish = roll_wish(c->repo->store);
	struct check_past *p;
	int ret;

	if (!is_wanted(c, wish))
		return 0;
	p = calloc(1, sizeof(*p));
	if (!p)
		return error_nomem(err);
	p->worth = wish == ROLL_ALWAYS ? 0 : WORTH;
	p->watch = (struct world_watch){ looked_up, looked_at, c };
	past_writing_init(&p->next, c->repo->store);
	/* Without a secret of the user's there is none, and all is read. */
	if (sealed_key(&p->pad, c->repo->store, c->repo->private_dir, KIND, NULL)) {
		release(p);
		return 0;
	}
	name_of(p->name, c->repo->store);
	(void)sealed_open(&p->old, c->repo->store, p->name, &p->pad);
	use_dirs(c, p);
	ret = key_of(p->key, c, err);
	if (ret) {
		release(p);
		return ret;
	}
	if (p->old)
		use_old(p);
	c->past = p;
	return 0;
}

/* A text of the old file; "" when it is damaged, and then nothing of it is believed. */
static const char *old_text(const struct check_past *p, enum past_part part, uint32_t at)
{
	const char *text = at ? sealed_text(p->old, part, at) : NULL;

	return text ? text : "";
}

/* Whether there is such a document now, as there was. */
static bool asks_same(struct checking *c, const struct question *q, const char *text,
		      const char *said)
{
	struct ops_error found = { 0 };
	const char *path, *tab = strchr(text, '\t');
	char type[TYPE_MAX];
	size_t len = tab ? (size_t)(tab - text) - 1 : TYPE_MAX;
	int ret;

	if (len >= sizeof(type))
		return false;
	memcpy(type, text + 1, len);
	type[len] = '\0';
	ret = world_exact_path(&path, c->world, tab + 1, len ? type : NULL, &found);
	return ret == q->answer && (ret == 0 || !strcmp(found.message, said));
}

/* Whether a file has the bytes that it had, as the index knows it. */
static bool reads_same(struct checking *c, const char *path, const char *said)
{
	struct snap_entry entry;
	struct oid oid;

	return oid_parse(&oid, said) && snap_find(&entry, c->snap, path, NULL) == 0 &&
	       entry.has_oid && oid_equal(&entry.oid, &oid);
}

static bool leads_same(struct checking *c, const char *path, int lay)
{
	int lies;

	return check_links_lead(&lies, c, path, NULL) == 0 && lies == lay;
}

/* Whether a question has the answer that it had. */
static bool is_same(struct checking *c, uint32_t number)
{
	struct check_past *p = c->past;
	const struct question *q = number < p->questions_nr ? &p->questions[number] : NULL;
	const char *text, *said;

	if (!q)
		return false;
	if (p->answers[number] == UNASKED) {
		text = old_text(p, WORDS, q->text);
		said = old_text(p, WORDS, q->said);
		p->answers[number] =
			(*text == 'p' && leads_same(c, text + 1, q->answer)) ||
			(*text == 'b' && reads_same(c, text + 1, said)) ||
			(*text == 'd' && asks_same(c, q, text, said)) ? SAME : OTHER;
	}
	return p->answers[number] == SAME;
}

/* The numbers that a row has in ASKED; NULL with *bad when they are not there. */
static const uint32_t *asked_of(bool *bad, const struct check_past *p, const struct row *row)
{
	const uint32_t *list = row->asked_nr ?
		sealed_at(p->old, ASKED, (size_t)row->asked * sizeof(*list),
			  (size_t)row->asked_nr * sizeof(*list)) : NULL;

	*bad = row->asked_nr && !list;
	return list;
}

static const struct found *found_of(bool *bad, const struct check_past *p, const struct row *row)
{
	const struct found *list = row->found_nr ?
		sealed_at(p->old, FOUND, (size_t)row->found * sizeof(*list),
			  (size_t)row->found_nr * sizeof(*list)) : NULL;

	*bad = row->found_nr && !list;
	return list;
}

/* Whether all that a row says can be had, and is still so. */
static bool is_sound(struct checking *c, const struct row *row)
{
	struct check_past *p = c->past;
	bool bad;
	const uint32_t *asked = asked_of(&bad, p, row);
	const struct found *found;
	uint32_t i;

	for (i = 0; !bad && i < row->asked_nr; i++)
		bad = !is_same(c, asked[i]);
	if (bad)
		return false;
	found = found_of(&bad, p, row);
	for (i = 0; !bad && i < row->found_nr; i++)
		bad = !sealed_text(p->old, TEXTS, found[i].rule) ||
		      !sealed_text(p->old, TEXTS, found[i].message) ||
		      !sealed_text(p->old, TEXTS, found[i].remedy) ||
		      !sealed_text(p->old, TEXTS, found[i].excuse) ||
		      !sealed_text(p->old, TEXTS, found[i].missing);
	return !bad;
}

static size_t which(const char *path, const struct snap_entry *entry, void *checking)
{
	struct checking *c = checking;
	struct check_past *p = c->past;
	const struct name key = { .hash = map_hash(path) };
	const struct name *at = entry->has_oid && p->rows_nr ?
		bsearch(&key, p->names, p->rows_nr, sizeof(key), past_name_order) : NULL;

	/* The first of those with that hash. */
	while (at && at > p->names && at[-1].hash == key.hash)
		at--;
	for (; at && (size_t)(at - p->names) < p->rows_nr && at->hash == key.hash; at++) {
		const struct row *row = at->row < p->rows_nr ? &p->rows[at->row] : NULL;

		if (row && oid_equal(&row->oid, &entry->oid) &&
		    !strcmp(old_text(p, TEXTS, row->path), path))
			return is_sound(c, row) ? (size_t)at->row + 1 : 0;
	}
	return 0;
}

/* A finding of the old file, without its path. */
static struct ops_finding finding_of(const struct check_past *p, const struct found *f)
{
	struct ops_finding one = {
		.rule = old_text(p, TEXTS, f->rule),
		.message = old_text(p, TEXTS, f->message),
		.remedy = f->remedy ? old_text(p, TEXTS, f->remedy) : NULL,
		.suppressed = f->excuse ? old_text(p, TEXTS, f->excuse) : NULL,
		.severity = (enum ops_severity)f->severity,
		.line = f->line, .column = f->column
	};

	return one;
}

/* What `which` found to be sound, as it stands in the file. */
static int give(const char *path, size_t number, void *checking, struct ops_error *err)
{
	struct checking *c = checking;
	struct check_past *p = c->past;
	const struct row *row = &p->rows[number - 1];
	bool bad;
	const struct found *found = found_of(&bad, p, row);
	uint32_t i;
	int ret = check_count(c, path, err);

	for (i = 0; ret == 0 && i < row->found_nr; i++) {
		struct ops_finding f = finding_of(p, &found[i]);

		findings_add(c->findings, f.rule, f.severity, path, f.line, f.column, f.remedy,
			     "%s", f.message);
		if (f.suppressed && !findings_failed(c->findings))
			findings_suppress(c->findings, ops_findings_count(c->findings) - 1,
					  f.suppressed);
		if (found[i].missing)
			ret = check_links_missed(c, old_text(p, TEXTS, found[i].missing), path,
						 err);
	}
	c->result->unreadable += row->unreadable;
	c->result->known++;
	p->used_nr += !p->used[number - 1];
	p->used[number - 1] = true;
	c->judged = ops_findings_count(c->findings);
	return ret;
}

const struct world_spared check_past_spared = { which, give };

/* A question was asked for the document at hand. */
static void ask(struct check_past *p, int answer, const char *said)
{
	uint32_t number = buf_failed(&p->word) || p->next.failed ? 0 :
			  past_number(&p->next, p->word.data, answer, said);

	if (!number || array_room(&p->asked, p->asked_nr, &p->asked_room, sizeof(*p->asked)))
		p->more = true;
	else if (!p->asked_nr || p->asked[p->asked_nr - 1] != number)
		p->asked[p->asked_nr++] = number;
}

static void looked_up(const char *name, const char *type, int status, const char *said,
		      void *checking)
{
	struct check_past *p = ((struct checking *)checking)->past;

	if (!p->watching || p->more)
		return;
	if ((status && status != OPS_ENOTFOUND && status != OPS_EAMBIGUOUS &&
	     status != OPS_EUSAGE) || (type && strlen(type) >= TYPE_MAX)) {
		p->more = true;
		return;
	}
	buf_clear(&p->word);
	buf_printf(&p->word, "d%s\t%s", type ? type : "", name);
	ask(p, status, status ? said : "");
}

void check_past_led(struct checking *c, const char *path, int lies)
{
	struct check_past *p = c->past;

	if (!p || !p->watching || p->more)
		return;
	buf_clear(&p->word);
	buf_char(&p->word, 'p');
	buf_str(&p->word, path);
	ask(p, lies, "");
}

void check_past_read(struct checking *c, const char *path, const struct oid *oid)
{
	struct check_past *p = c->past;
	char hex[OID_HEX + 1];

	if (!p || !p->watching || p->more)
		return;
	if (!oid) {
		p->more = true;
		return;
	}
	oid_hex(hex, oid);
	buf_clear(&p->word);
	buf_char(&p->word, 'b');
	buf_str(&p->word, path);
	ask(p, 0, hex);
}

void check_past_more(struct checking *c)
{
	if (c->past)
		c->past->more = true;
}

void check_past_begin(struct checking *c)
{
	struct check_past *p = c->past;

	if (!p)
		return;
	p->watching = !p->next.failed;
	p->more = false;
	p->asked_nr = 0;
	world_watch(c->world, &p->watch);
}

/* Whether all that was found in a document is about it. */
static bool is_own(const struct checking *c, const char *path)
{
	size_t i;

	for (i = c->judged; i < ops_findings_count(c->findings); i++) {
		const char *other = ops_findings_at(c->findings, i)->path;

		if (!other || strcmp(other, path))
			return false;
	}
	return !findings_failed(c->findings);
}

void check_past_end(struct checking *c, bool stands, const struct ops_document *d)
{
	struct check_past *p = c->past;
	struct writing *w = p ? &p->next : NULL;
	struct snap_entry entry;
	size_t i, nr = ops_findings_count(c->findings);

	if (!p)
		return;
	world_watch(c->world, NULL);
	if (!p->watching)
		return;
	p->watching = false;
	if (!stands || p->more || snap_find(&entry, c->snap, d->path, NULL) || !entry.has_oid ||
	    !is_own(c, d->path))
		return;
	for (i = 0; i < p->asked_nr; i++)
		past_put_asked(w, p->asked[i]);
	for (i = c->judged; i < nr; i++)
		past_put_found(w, ops_findings_at(c->findings, i), check_links_missing(c, i));
	past_put_row(w, d->path, &entry.oid, !d->doc, p->asked_nr, nr - c->judged);
}

/* Take an old row, which was given, into the next file. */
static void keep_row(struct check_past *p, const struct row *row)
{
	struct writing *w = &p->next;
	bool bad, none;
	const uint32_t *asked = asked_of(&bad, p, row);
	const struct found *found = found_of(&none, p, row);
	uint32_t i, number;

	w->failed |= bad || none;
	for (i = 0; !w->failed && i < row->asked_nr; i++) {
		const struct question *q = &p->questions[asked[i]];

		number = past_number(w, old_text(p, WORDS, q->text), q->answer,
				     old_text(p, WORDS, q->said));
		w->failed |= !number;
		past_put_asked(w, number);
	}
	for (i = 0; !w->failed && i < row->found_nr; i++) {
		struct ops_finding f = finding_of(p, &found[i]);

		past_put_found(w, &f, found[i].missing ? old_text(p, TEXTS, found[i].missing) :
			       NULL);
	}
	if (!w->failed)
		past_put_row(w, old_text(p, TEXTS, row->path), &row->oid, row->unreadable,
			     row->asked_nr, row->found_nr);
}

/* Whether the next file would spare so much more than the old one that it is worth writing: of
 * some documents it is as well to read them each time. */
static bool is_worth(const struct check_past *p)
{
	size_t all = p->next.nr + p->used_nr;

	return !p->next.failed && all >= p->worth &&
	       (p->next.nr > all / 32 || p->next.nr > 64 || p->used_nr < p->rows_nr / 4 * 3 ||
		(p->worth == 0 && p->next.nr));
}

void check_past_close(struct checking *c, bool whole)
{
	struct check_past *p = c->past;
	size_t i;

	if (!p)
		return;
	world_watch(c->world, NULL);
	if (whole && is_worth(p)) {
		for (i = 0; i < p->rows_nr; i++)
			if (p->used[i])
				keep_row(p, &p->rows[i]);
		if (snap_dirs_seen(&p->next.dirs, &p->next.dirs_nr, c->snap, c->arena, NULL))
			p->next.dirs_nr = 0;
		if (!p->next.failed)
			past_write(&p->next, p->key, p->name, c->repo->store, &p->pad);
	}
	release(p);
	c->past = NULL;
}
